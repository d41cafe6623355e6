//! A run: the list, then what has to go, then what has to come.

use std::{
    collections::{BTreeSet, HashSet},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use futures::StreamExt as _;
use tokio_util::sync::CancellationToken;

use crate::{
    Event, FetchError, Halt, Patience, Progress, Query, Summary, World,
    client::Client,
    discover::discover,
    disk,
    download::{Ground, Outcome, Taking},
    folder::Folder,
    journal::Journal,
    manifest::{self, Lines, Lookup, Sorter, Totals},
    plan::{self, Need},
    remove,
    search::Gathering,
    shards,
};

/// Most pictures that come at once.
pub const MOST_JOBS: usize = 64;

/// What a run is to do.
#[derive(Debug, Clone)]
pub struct Options {
    /// Which pictures.
    pub query: Query,
    /// The folder that they are taken into.
    pub into: PathBuf,
    /// How many come at once, at most [`MOST_JOBS`].
    pub jobs: usize,
    /// Pictures per shard, if there are to be shards.
    pub shards: Option<u64>,
    /// Write the list, and take nothing.
    pub manifest_only: bool,
    /// Keep pictures that are not on the list any more.
    pub keep_gone: bool,
    /// Remove them also if they are more than half.
    pub allow_removals: bool,
    /// Shown to the server that was named, and to no other.
    pub token: Option<String>,
    /// Most bytes of pictures that may come.
    pub limit_bytes: Option<u64>,
    /// How long to wait, and how often to try.
    pub patience: Patience,
}

impl Options {
    /// The usual ones.
    pub fn new(query: Query, into: impl Into<PathBuf>) -> Self {
        Self {
            query,
            into: into.into(),
            jobs: 4,
            shards: None,
            manifest_only: false,
            keep_gone: false,
            allow_removals: false,
            token: None,
            limit_bytes: None,
            patience: Patience::default(),
        }
    }
}

/// Brings a folder in step with what a server answers to a query. Whenever it is killed, it leaves what the next run goes on
/// with; if `stop` is cancelled, it ends soon, and tells what it did.
///
/// # Errors
/// What ends the whole run. Pictures that could not be taken are in the [`Summary`].
pub async fn fetch(
    options: &Options,
    world: Arc<dyn World>,
    progress: &dyn Progress,
    stop: CancellationToken,
) -> Result<Summary, FetchError> {
    let query = options.query.settled()?;
    let home = query.address()?;
    if !(1..=MOST_JOBS).contains(&options.jobs) || options.shards == Some(0) {
        return Err(FetchError::Usage(format!("choose 1 to {MOST_JOBS} jobs, and at least one picture per shard")));
    }
    let client = Client::new(&home, options.token.as_deref(), options.patience.clone(), world, progress, stop)?;
    let folder = Arc::new(Folder::open(&options.into, &query)?);
    let mut summary = Summary::default();
    let list = folder.work("manifest");
    {
        let server = discover(&client, &home).await?;
        if query.filter.is_some() && !server.knows_filters {
            note(&mut summary, progress, "the server does not say that it knows filters: check what came");
        }
        let gathering = Gathering::new(&client, &server, &query, Sorter::new(&folder))?;
        let (sorter, found) = gathering.all().await?;
        summary.listed = sorter.finish(&list)?;
        (summary.refused, summary.refusals, summary.gaps) = (found.refused, found.refusals, found.gaps);
    }
    if options.manifest_only {
        disk::rename(&list, &folder.manifest())?;
        return Ok(summary);
    }
    let journal = Arc::new(Journal::open(&folder)?);
    let run = Run { options, client, ground: Ground { folder, journal }, progress };
    run.follow(&list, &mut summary).await?;
    Ok(summary)
}

struct Run<'a> {
    options: &'a Options,
    client: Client<'a>,
    ground: Ground,
    progress: &'a dyn Progress,
}

/// A picture that has to come: where its line is, and what it has as entity tag here.
type Wanted = (u64, Option<String>);

impl Run<'_> {
    /// Follows the list.
    async fn follow(&self, list: &Path, summary: &mut Summary) -> Result<(), FetchError> {
        let Ground { folder, journal } = &self.ground;
        let had: BTreeSet<String> = journal.ids().into_iter().collect();
        let (wanted, off) = self.compare(list, &had, summary)?;
        let removing = !self.options.keep_gone && summary.gaps.is_empty();
        if removing && !self.options.allow_removals && remove::is_doubtful(off.len() as u64, had.len() as u64) {
            return Err(FetchError::TooManyRemovals { gone: off.len() as u64, had: had.len() as u64 });
        }
        // From here on the folder follows the new list.
        disk::rename(list, &folder.manifest())?;
        if removing {
            self.remove_all(&off, summary)?;
        } else {
            summary.kept += off.len() as u64;
            if !off.is_empty() && !summary.gaps.is_empty() {
                note(summary, self.progress, "nothing is removed, since the list may have gaps");
            }
        }
        let gone = self.take_all(wanted, summary).await?;
        self.forget(&gone, had.len() as u64, off.len() as u64, summary)?;
        if let Some(per_shard) = self.options.shards.or_else(|| shards::wanted(&self.ground))
            && summary.halt != Some(Halt::Asked)
        {
            shards::pack(&self.ground, per_shard, self.progress, summary)?;
        }
        journal.compact(folder)
    }

    /// Compares what is here with the list: what has to come, and what is here but not on it.
    fn compare(
        &self,
        list: &Path,
        had: &BTreeSet<String>,
        summary: &mut Summary,
    ) -> Result<(Vec<Wanted>, BTreeSet<String>), FetchError> {
        let Ground { folder, journal } = &self.ground;
        let mut off = had.clone();
        let mut begun: BTreeSet<String> = journal.begun().into_iter().collect();
        let (mut wanted, mut to_come) = (Vec::new(), Totals::default());
        for (number, line) in manifest::read(list)?.enumerate() {
            let (at, entry) = line?;
            off.remove(&entry.id);
            begun.remove(&entry.id);
            match plan::need(folder, journal, &entry)? {
                Need::Nothing => summary.unchanged += 1,
                Need::Note(done) => {
                    journal.note(*done)?;
                    summary.unchanged += 1;
                }
                Need::File { as_before } => {
                    to_come.add(&entry);
                    wanted.push((at, as_before));
                }
                Need::Foreign => {
                    let place = Folder::picture_name(&entry.id);
                    let why =
                        format!("there is a file in its place that flaneur fetch did not put there: move {place} away");
                    self.fail(&entry.id, why, summary);
                }
            }
            if number % 1000 == 0 {
                self.progress.on(&Event::Comparing { pictures: number as u64 });
                if self.client.stop.is_cancelled() {
                    return Err(FetchError::Stopped);
                }
            }
        }
        remove::remove_parts(&self.ground, &|id| !begun.contains(id) || had.contains(id))?;
        let Totals { pictures: files, bytes, without_size, .. } = to_come;
        self.progress.on(&Event::Planned { files, bytes, without_size, unchanged: summary.unchanged });
        let allowed = self.options.limit_bytes.unwrap_or(u64::MAX).min(bytes);
        if let Some(space) = folder.space().filter(|space| *space < allowed) {
            return Err(FetchError::Folder(format!(
                "{} have to come, and there is space for {} in {}: make space, choose another disk, or say --limit-bytes",
                crate::bytes(allowed),
                crate::bytes(space),
                self.options.into.display()
            )));
        }
        Ok((wanted, off))
    }

    fn remove_all(&self, off: &BTreeSet<String>, summary: &mut Summary) -> Result<(), FetchError> {
        for id in off {
            if remove::remove(&self.ground, id, self.progress)? {
                summary.removed += 1;
            } else {
                summary.kept += 1;
            }
        }
        Ok(())
    }

    /// Takes what has to come, several at once. Which pictures are gone meanwhile.
    async fn take_all(&self, wanted: Vec<Wanted>, summary: &mut Summary) -> Result<HashSet<String>, FetchError> {
        let limit = self.options.limit_bytes.unwrap_or(u64::MAX);
        let taking = Taking { client: &self.client, ground: self.ground.clone(), received: AtomicU64::new(0), limit };
        let mut lookup = Lookup::open(&self.ground.folder.manifest())?;
        let entries = wanted.into_iter().map(|(at, as_before)| lookup.at(at).map(|entry| (entry, as_before)));
        let mut coming = futures::stream::iter(entries)
            .map(|entry| async {
                let (entry, as_before) = entry?;
                let outcome = taking.take(&entry, as_before.as_deref()).await?;
                Ok::<_, FetchError>((entry, outcome))
            })
            .buffer_unordered(self.options.jobs);
        let mut gone = HashSet::new();
        while let Some(settled) = coming.next().await {
            let (entry, outcome) = settled?;
            match outcome {
                Outcome::Taken { verified, new } => {
                    *summary.verified.entry(verified).or_default() += 1;
                    *(if new { &mut summary.new } else { &mut summary.changed }) += 1;
                }
                Outcome::Unchanged => {
                    if let Some(mut done) = self.ground.journal.done(&entry.id) {
                        (done.updated, done.checksum) = (entry.updated, entry.checksum);
                        self.ground.journal.note(done)?;
                    }
                    summary.unchanged += 1;
                }
                Outcome::Gone => {
                    gone.insert(entry.id);
                }
                Outcome::Failed(why) => self.fail(&entry.id, why, summary),
                Outcome::Halted => {
                    let halt = if self.client.stop.is_cancelled() { Halt::Asked } else { Halt::Limit };
                    summary.halt = Some(halt);
                    continue;
                }
            }
            self.progress.on(&Event::Settled);
        }
        drop(coming);
        summary.received = taking.received.load(Ordering::Relaxed);
        Ok(gone)
    }

    /// Takes pictures off the list that were gone when they were asked for, and removes what is here of them.
    fn forget(&self, gone: &HashSet<String>, had: u64, off: u64, summary: &mut Summary) -> Result<(), FetchError> {
        if gone.is_empty() {
            return Ok(());
        }
        let Ground { folder, journal } = &self.ground;
        summary.gone = gone.len() as u64;
        let here: BTreeSet<String> = gone.iter().filter(|id| journal.done(id).is_some()).cloned().collect();
        if self.options.keep_gone {
            summary.kept += here.len() as u64;
        } else if !self.options.allow_removals && remove::is_doubtful(off + here.len() as u64, had) {
            summary.kept += here.len() as u64;
            note(
                summary,
                self.progress,
                "the server says of more than half of the pictures here that they are gone, which may be its fault: they are \
                 kept. If they are meant to go, say --allow-removals",
            );
        } else {
            self.remove_all(&here, summary)?;
        }
        let new = folder.work("manifest");
        let mut out = Lines::create(&new)?;
        let mut totals = Totals::default();
        for line in manifest::read(&folder.manifest())? {
            let (_, entry) = line?;
            if !gone.contains(&entry.id) {
                totals.add(&entry);
                out.write(&entry)?;
            }
        }
        out.finish()?;
        summary.listed = totals;
        disk::rename(&new, &folder.manifest())
    }

    fn fail(&self, id: &str, why: String, summary: &mut Summary) {
        self.progress.on(&Event::Failed { id, why: &why });
        summary.fail(id, why);
    }
}

fn note(summary: &mut Summary, progress: &dyn Progress, text: &str) {
    progress.on(&Event::Note(text));
    summary.notes.push(text.to_owned());
}
