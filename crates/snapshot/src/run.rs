//! A run: the list, the files, what they add up to, and then the snapshot as a whole.

use std::{collections::BTreeMap, path::PathBuf, sync::Arc, time::Duration};

use flaneur_fetch::{
    Event, FetchError, Patience, Progress, Query, World,
    client::{Asking, Client},
    disk, landing, link,
};
use futures::StreamExt as _;
use serde_json::Value;
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::{
    card::{Card, sum_line},
    collection::{collection, text},
    folder::{CARD, COLLECTION, Documents, Folder, PARTS, README, inspect},
    list::{List, Origin, Part},
    readme::readme,
    take::{Outcome, Taking, length},
    tally::Tally,
};

/// Most files that come at once.
pub const MOST_JOBS: usize = 64;
/// Time between two looks at a list that is not whole.
const LOOK: Duration = Duration::from_secs(5);
/// How often the list may change while its files are taken.
const MOST_LISTS: usize = 20;
/// Space that the documents take, and how much more for each file that is named in them, bytes.
const DOCUMENTS: u64 = 1 << 20;
const DOCUMENTS_PER_FILE: u64 = 1 << 10;

/// What a run is to do.
#[derive(Debug, Clone)]
pub struct Options {
    /// Address of the instance, or of its API.
    pub url: String,
    /// The folder that the snapshot is made in.
    pub into: PathBuf,
    /// How many files come at once, at most [`MOST_JOBS`].
    pub jobs: usize,
    /// Take what there is if the list is not whole in time.
    pub incomplete: bool,
    /// How long to wait for the list to be whole.
    pub wait: Duration,
    /// How long to wait for the server, and how often to try.
    pub patience: Patience,
}

impl Options {
    /// The usual ones.
    pub fn new(url: impl Into<String>, into: impl Into<PathBuf>) -> Self {
        Self {
            url: url.into(),
            into: into.into(),
            jobs: 4,
            incomplete: false,
            wait: Duration::from_mins(5),
            patience: Patience::default(),
        }
    }
}

/// What a run did.
#[derive(Debug, Clone, PartialEq)]
pub struct Taken {
    /// What is told of the snapshot.
    pub card: Card,
    /// Files that came.
    pub new: u64,
    /// Files that were here.
    pub unchanged: u64,
    /// Whether anything in the folder had to be changed.
    pub changed: bool,
}

/// Makes a folder a snapshot of what an instance shows to everybody. Whenever it is killed, the next run goes on, and the folder
/// never looks whole while it is not.
///
/// # Errors
/// Whatever keeps it from being whole. An older snapshot in the folder is as it was then, unless the disk failed while it was
/// replaced.
pub async fn snapshot(
    options: &Options,
    world: Arc<dyn World>,
    progress: &dyn Progress,
    stop: CancellationToken,
) -> Result<Taken, FetchError> {
    if !(1..=MOST_JOBS).contains(&options.jobs) {
        return Err(FetchError::Usage(format!("choose 1 to {MOST_JOBS} jobs")));
    }
    let home = Query::new(&options.url).address()?;
    let before = inspect(&options.into)?;
    let client = Client::new(&home, None, options.patience.clone(), world, progress, stop)?;
    let at = find_list(&client, &home).await?;
    let run = Run { options, client, at, progress };
    let mut list = run.whole_list().await?;
    if let Some(before) = before.filter(|before| *before != list.origin.address) {
        return Err(FetchError::Folder(format!(
            "{} is a snapshot of {before}, and this one is of {}: choose another folder",
            options.into.display(),
            list.origin.address
        )));
    }
    let folder = Folder::open(&options.into)?;
    let mut here = Here::default();
    for _ in 0..MOST_LISTS {
        let whole = run.take_all(&folder, &list, &mut here).await?;
        // What was withdrawn meanwhile must not be in it.
        let now = run.whole_list().await?;
        let same = whole && now.parts() == list.parts();
        list = now;
        if same {
            return run.finish(&folder, &list, &here).await;
        }
        run.progress.on(&Event::Note("the list of files changed: reading it again"));
        run.rest().await?;
    }
    let why = format!("files on its list were changed or missing {MOST_LISTS} times in a row");
    Err(FetchError::Unready { url: run.at, why })
}

/// The files that are known to be here, whole, by name.
#[derive(Debug, Default)]
struct Here {
    files: BTreeMap<String, (String, PathBuf)>,
    /// How many of them came in this run.
    new: u64,
}

impl Here {
    fn note(&mut self, part: &Part, path: PathBuf) {
        self.files.insert(part.name.clone(), (part.sha256.clone(), path));
    }

    fn path(&self, part: &Part) -> Option<&PathBuf> {
        self.files.get(&part.name).filter(|(sha256, _)| *sha256 == part.sha256).map(|(_, path)| path)
    }
}

/// Where the list of files is.
async fn find_list(client: &Client<'_>, home: &Url) -> Result<Url, FetchError> {
    let mut home = home.clone();
    home.set_fragment(None);
    home.set_query(None);
    let path = home.path().trim_end_matches('/').to_owned();
    home.set_path(path.strip_suffix("/dataset").unwrap_or(&path));
    let (at, page) = landing(client, &home).await?;
    link(&page, &at, "flaneur:dataset").ok_or_else(|| {
        FetchError::Usage(format!(
            "{at} offers no dataset. If it is a Flaneur, ask its operator to let it make one (--dataset-every)"
        ))
    })
}

struct Run<'a> {
    options: &'a Options,
    client: Client<'a>,
    /// Where the list is.
    at: Url,
    progress: &'a dyn Progress,
}

impl Run<'_> {
    /// The list, once it is whole.
    async fn whole_list(&self) -> Result<List, FetchError> {
        let looks = self.options.wait.as_secs().div_ceil(LOOK.as_secs());
        let mut left = looks;
        loop {
            let asking = Asking::get(self.at.clone(), "application/json");
            let document: Value = self.client.json(&asking).await.map_err(|trouble| trouble.into_error(&self.at))?;
            let list = List::parse(document, &self.at)?;
            let accepted = self.options.incomplete && left == 0 && !list.parts.is_empty();
            if !list.origin.incomplete || accepted {
                return if list.parts.is_empty() { Err(self.nothing()) } else { Ok(list) };
            }
            if left == 0 {
                return Err(FetchError::Unready { url: self.at.clone(), why: not_whole(&list) });
            }
            if left == looks {
                self.progress.on(&Event::Note("files are being written anew at the server: waiting for them"));
            }
            left -= 1;
            self.rest().await?;
        }
    }

    fn nothing(&self) -> FetchError {
        FetchError::Usage(format!("there is nothing to take: {} lists no pictures. Nothing was changed", self.at))
    }

    async fn rest(&self) -> Result<(), FetchError> {
        tokio::select! {
            () = self.client.world.sleep(LOOK) => Ok(()),
            () = self.client.stop.cancelled() => Err(FetchError::Stopped),
        }
    }

    /// What is on the list and not here.
    fn missing<'l>(
        &self,
        folder: &Folder,
        list: &'l List,
        here: &mut Here,
    ) -> Result<Vec<&'l (Part, Url)>, FetchError> {
        let of = list.parts.len() as u64;
        let mut missing = Vec::new();
        for (done, entry) in (1..).zip(&list.parts) {
            if self.client.stop.is_cancelled() {
                return Err(FetchError::Stopped);
            }
            let part = &entry.0;
            if here.path(part).is_none() {
                match folder.find(part)? {
                    Some(path) => here.note(part, path),
                    None => missing.push(entry),
                }
            }
            self.progress.on(&Event::Reading { done, of });
        }
        let rest = |part: &Part| part.size.saturating_sub(length(&folder.work(&format!("{}.part", part.name))));
        let bytes = missing.iter().fold(0_u64, |all, (part, _)| all.saturating_add(rest(part)));
        folder.has_space(bytes.saturating_add(DOCUMENTS + of * DOCUMENTS_PER_FILE))?;
        let files = missing.len() as u64;
        self.progress.on(&Event::Planned { files, bytes, without_size: 0, unchanged: of - files });
        Ok(missing)
    }

    /// Takes what is on the list and not here. Whether the server still had all of it.
    async fn take_all(&self, folder: &Folder, list: &List, here: &mut Here) -> Result<bool, FetchError> {
        let missing = self.missing(folder, list, here)?;
        let taking = Taking { client: &self.client, folder };
        let takes = missing.iter().map(|(part, url)| async move { (part, taking.take(part, url).await) });
        let mut coming = futures::stream::iter(takes).buffer_unordered(self.options.jobs);
        while let Some((part, outcome)) = coming.next().await {
            match outcome? {
                Outcome::Here => here.note(part, folder.work(&part.name)),
                Outcome::Gone => return Ok(false),
            }
            here.new += 1;
            self.progress.on(&Event::Settled);
        }
        Ok(true)
    }

    /// Sums up what is in the files, and makes the folder whole.
    async fn finish(&self, folder: &Folder, list: &List, here: &Here) -> Result<Taken, FetchError> {
        let parts = list.parts();
        let mut tally = Tally::default();
        for (number, part) in parts.iter().enumerate() {
            if self.client.stop.is_cancelled() {
                return Err(FetchError::Stopped);
            }
            let path = here.path(part).cloned().unwrap_or_else(|| folder.work(&part.name));
            let read;
            (tally, read) = add(tally, path).await;
            let why = match read {
                Ok(rows) if rows == part.rows => None,
                Ok(rows) => Some(format!("{} has {rows} rows, and the list says {}", part.name, part.rows)),
                Err(why) => Some(format!("{}: {why}", part.name)),
            };
            if let Some(why) = why {
                return Err(FetchError::Strange { url: self.at.clone(), why });
            }
            self.progress.on(&Event::Reading { done: number as u64 + 1, of: parts.len() as u64 });
        }
        let card = Card::new(&list.origin, &parts, &tally).ok_or_else(|| self.nothing())?;
        let documents = documents(&list.origin, &parts, &card);
        let changed = folder.commit(&parts, &documents)?;
        let new = here.new.min(card.files.count);
        Ok(Taken { unchanged: card.files.count - new, card, new, changed })
    }
}

/// Adds a file's rows to a tally, on a thread that may take its time.
pub(crate) async fn add(mut tally: Tally, path: PathBuf) -> (Tally, Result<u64, String>) {
    let adding = tokio::task::spawn_blocking(move || {
        let read = disk::options().read(true).open(&path).map_err(|error| error.to_string());
        let read = read.and_then(|file| tally.read(file));
        (tally, read)
    });
    // The library that reads such files panics on some that are broken.
    adding.await.unwrap_or_else(|_| (Tally::default(), Err("it is a broken Parquet file".to_owned())))
}

/// What lies beside the files.
pub(crate) fn documents(origin: &Origin, parts: &[Part], card: &Card) -> Documents {
    let (collection, card_text, readme) =
        (text(&collection(origin, parts, card)), text(card), readme(card).into_bytes());
    let mut lines: Vec<(String, String)> =
        parts.iter().map(|part| (format!("{PARTS}/{}", part.name), part.sha256.clone())).collect();
    for (name, content) in [(COLLECTION, &collection), (CARD, &card_text), (README, &readme)] {
        lines.push((name.to_owned(), sha256(content)));
    }
    lines.sort();
    let sums: String = lines.iter().map(|(path, sum)| sum_line(sum, path)).collect();
    Documents { collection, card: card_text, readme, sums: sums.into_bytes() }
}

fn sha256(content: &[u8]) -> String {
    use sha2::{Digest as _, Sha256};
    disk::hex(&Sha256::digest(content))
}

fn not_whole(list: &List) -> String {
    let what = if list.parts.is_empty() { "the first files are being written" } else { "files are being written anew" };
    format!("{what}, and were not ready in time; wait longer with --wait, or take what there is with --incomplete")
}
