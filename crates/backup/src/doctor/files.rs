//! Whether the files that the catalog names are there, and are what they should be.

use bytes::Bytes;
use flaneur_catalog::model::{JobKind, PictureFiles, PictureId, PictureStatus};
use flaneur_storage::{OriginalKey, PublicKey, StorageError};
use futures::{StreamExt as _, TryStreamExt as _, stream};

use super::{Options, Patient, Report, Tally};
use crate::{Result, restore::rejection};

/// Pictures looked at in one go.
const PAGE: i64 = 500;

/// What there may be to find.
struct Found {
    missing: Tally,
    altered: Tally,
    no_job: Tally,
    no_original: Tally,
    undestroyed: Tally,
}

impl Found {
    fn new() -> Self {
        Self {
            missing: Tally::new(
                "objects-missing",
                "Pictures are shown whose objects are lost",
                "Bring them back from a backup with --repair --from-backup DIR; what is in none, --repair alone takes out \
                 of sight",
            ),
            altered: Tally::new(
                "objects-altered",
                "Objects are not what was stored",
                "Bring them back from a backup with --repair --from-backup DIR, and check the disk",
            ),
            no_job: Tally::new(
                "pictures-without-job",
                "Pictures wait, and there is no job that processes them",
                "Let --repair ask for the job",
            ),
            no_original: Tally::new(
                "originals-missing",
                "Pictures wait whose originals are lost",
                "Let --repair give them up, so that their owners see that they are to be sent again",
            ),
            undestroyed: Tally::new(
                "not-destroyed",
                "Originals, or objects of deleted pictures, are kept, and there is no job that destroys them",
                "Let --repair ask for the job",
            ),
        }
    }

    fn tell(self, report: &mut Report) {
        for tally in [self.missing, self.altered, self.no_job, self.no_original, self.undestroyed] {
            tally.tell(report);
        }
    }
}

/// A few keys out of many, each with the same chance.
struct Sample {
    size: usize,
    seen: u64,
    keys: Vec<(PictureId, PublicKey)>,
}

impl Sample {
    fn offer(&mut self, patient: &Patient<'_>, id: PictureId, key: &PublicKey) {
        self.seen += 1;
        if self.keys.len() < self.size {
            self.keys.push((id, key.clone()));
            return;
        }
        let at = (u64::from_le_bytes(patient.world.secret()) % self.seen) as usize;
        if let Some(place) = self.keys.get_mut(at) {
            *place = (id, key.clone());
        }
    }
}

fn keys(files: &PictureFiles) -> Vec<PublicKey> {
    let objects = files.objects.as_ref().filter(|_| files.keeps_objects());
    objects.iter().flat_map(|objects| objects.keys()).flat_map(str::parse).collect()
}

/// Looks at every picture's files.
pub async fn examine(patient: &Patient<'_>, options: &Options, report: &mut Report) -> Result<()> {
    let mut found = Found::new();
    let mut sample = Sample { size: options.sample, seen: 0, keys: Vec::new() };
    let stage = patient.watch.stage(if options.deep { "reading every object" } else { "looking at pictures" }, None);
    let mut after = None;
    loop {
        let page = patient.catalog.pictures_with_files(after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.id);
        report.pictures += page.len() as u64;
        for files in &page {
            rows(patient, options, files, &mut found).await?;
        }
        let pairs: Vec<(PictureId, PublicKey)> =
            page.iter().flat_map(|files| keys(files).into_iter().map(|key| (files.id, key))).collect();
        let compare = options.deep && report.compared < options.at_most;
        for (id, key, state) in look(patient, options, pairs, compare).await? {
            report.compared += u64::from(compare);
            match state {
                State::Whole if !compare => sample.offer(patient, id, &key),
                State::Whole => {}
                State::Missing => missing(patient, options, id, &key, &mut found).await?,
                State::Altered => altered(patient, options, id, &key, &mut found).await?,
            }
        }
        stage.did(page.len() as u64)?;
    }
    if !options.deep {
        report.compared += sample.keys.len() as u64;
        for (id, key, state) in look(patient, options, sample.keys, true).await? {
            if state == State::Altered {
                altered(patient, options, id, &key, &mut found).await?;
            }
        }
    }
    found.tell(report);
    Ok(())
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Whole,
    Missing,
    Altered,
}

async fn state(patient: &Patient<'_>, key: &PublicKey, compare: bool) -> Result<State> {
    let objects = &patient.stores.objects;
    if objects.size(key).await?.is_none() {
        return Ok(State::Missing);
    }
    if !compare {
        return Ok(State::Whole);
    }
    match objects.verify(key).await {
        Ok(()) => Ok(State::Whole),
        Err(StorageError::Missing(_)) => Ok(State::Missing),
        Err(StorageError::Altered(_)) => Ok(State::Altered),
        Err(error) => Err(error.into()),
    }
}

async fn look(
    patient: &Patient<'_>,
    options: &Options,
    pairs: Vec<(PictureId, PublicKey)>,
    compare: bool,
) -> Result<Vec<(PictureId, PublicKey, State)>> {
    let looks = pairs.into_iter().map(|(id, key)| async move {
        patient.watch.go_on()?;
        let state = state(patient, &key, compare).await?;
        Ok((id, key, state))
    });
    stream::iter(looks).buffered(options.at_once.max(1)).try_collect().await
}

/// Whether the picture still has this object: else it was deleted while we looked.
async fn still_named(patient: &Patient<'_>, id: PictureId, key: &PublicKey) -> Result<bool> {
    let files = patient.catalog.picture_files(&[id]).await?;
    Ok(files.first().is_some_and(|files| keys(files).contains(key)))
}

/// Brings an object back from the backup, if it has it.
async fn brought_back(patient: &Patient<'_>, options: &Options, key: &PublicKey) -> Result<bool> {
    let Some(folder) = options.backup.as_ref().filter(|_| options.repair) else { return Ok(false) };
    let Ok(bytes) = tokio::fs::read(folder.object(key)).await else { return Ok(false) };
    match patient.stores.objects.put_at(key, Bytes::from(bytes)).await {
        Ok(()) => Ok(true),
        // The backup's copy is altered, too.
        Err(StorageError::Altered(_)) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

async fn missing(
    patient: &Patient<'_>,
    options: &Options,
    id: PictureId,
    key: &PublicKey,
    found: &mut Found,
) -> Result<()> {
    if !still_named(patient, id, key).await? || state(patient, key, false).await? != State::Missing {
        return Ok(());
    }
    found.missing.found(key.as_str());
    if brought_back(patient, options, key).await? {
        found.missing.mended(&key.as_str());
    } else if options.repair {
        let why = rejection("lost_file", "the server lost the picture's files: delete it and send the file again");
        give_up(patient, id, why).await?;
        found.missing.mended(&id);
    }
    Ok(())
}

/// Takes a picture out of sight, with what there still is of it.
async fn give_up(patient: &Patient<'_>, id: PictureId, why: flaneur_catalog::model::Rejection) -> Result<()> {
    let jobs = [patient.job(), patient.job()];
    if let Some(files) = patient.catalog.lose_picture(id, why, jobs, patient.world.now()).await? {
        patient.stores.objects.discard(&keys(&files)).await?;
    }
    Ok(())
}

async fn altered(
    patient: &Patient<'_>,
    options: &Options,
    id: PictureId,
    key: &PublicKey,
    found: &mut Found,
) -> Result<()> {
    if !still_named(patient, id, key).await? || state(patient, key, true).await? != State::Altered {
        return Ok(());
    }
    found.altered.found(key.as_str());
    if brought_back(patient, options, key).await? {
        found.altered.mended(&key.as_str());
    }
    Ok(())
}

/// What the row alone tells, and the original.
async fn rows(patient: &Patient<'_>, options: &Options, files: &PictureFiles, found: &mut Found) -> Result<()> {
    let now = patient.world.now();
    let waiting = files.status == PictureStatus::Waiting;
    if waiting && original_is_lost(patient, files).await? {
        found.no_original.found(files.id);
        if options.repair {
            let why = rejection("lost_file", "the server lost the file: delete this picture and send it again");
            give_up(patient, files.id, why).await?;
            found.no_original.mended(&files.id);
        }
        return Ok(());
    }
    if waiting && !files.process_job {
        found.no_job.found(files.id);
        if options.repair {
            patient.catalog.enqueue(patient.job(), JobKind::Process, files.id.0, now).await?;
            found.no_job.mended(&files.id);
        }
    }
    let kept = !waiting && files.original.is_some() || !files.keeps_objects() && files.objects.is_some();
    if kept && !files.destroy_job {
        found.undestroyed.found(files.id);
        if options.repair {
            patient.catalog.enqueue(patient.job(), JobKind::Destroy, files.id.0, now).await?;
            found.undestroyed.mended(&files.id);
        }
    }
    Ok(())
}

async fn original_is_lost(patient: &Patient<'_>, files: &PictureFiles) -> Result<bool> {
    if patient.stores.originals.size(OriginalKey(files.id.0)).await?.is_some() {
        return Ok(false);
    }
    // Once more: it may have been processed and destroyed since the row was read.
    let again = patient.catalog.picture_files(&[files.id]).await?;
    Ok(again.iter().any(|files| files.status == PictureStatus::Waiting))
}
