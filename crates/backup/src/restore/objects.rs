//! Brings the objects in.

use std::collections::BTreeSet;

use bytes::Bytes;
use flaneur_catalog::model::PictureId;
use flaneur_storage::PublicKey;
use futures::{StreamExt as _, TryStreamExt as _, stream};

use super::{Options, Target};
use crate::{
    BackupError, Result,
    folder::{Folder, OBJECTS},
    manifest::{Manifest, ObjectLine},
    parts::Lines,
    stores::picture_of,
};

/// What was brought in.
#[derive(Default)]
pub struct Brought {
    pub written: u64,
    /// Pictures whose objects are not all there.
    pub lost: BTreeSet<PictureId>,
}

enum Outcome {
    Written,
    There,
    Lost(PictureId),
}

/// Writes every object that is not there. Each is compared with its hash before, and read back after. Once all were
/// brought in by an earlier run (`complete`), it only tells which pictures are lost.
pub async fn bring(
    target: &Target<'_>,
    folder: &Folder,
    manifest: &Manifest,
    unwanted: &BTreeSet<PictureId>,
    (resumed, complete): (bool, bool),
    options: &Options,
) -> Result<Brought> {
    let snapshot = folder.snapshot(&manifest.name);
    let lines = Lines::open(&snapshot, OBJECTS)?.values::<ObjectLine>();
    let total = manifest.part(OBJECTS).map(|part| part.lines);
    let stage = target.watch.stage("writing objects", total);
    let stage = &stage;
    let snapshot = &snapshot;
    let work = lines.map(|line| async move {
        let line = line?;
        let key: PublicKey = line.key.parse().map_err(|error| BackupError::damaged(&snapshot.join(OBJECTS), error))?;
        let outcome = one(target, folder, manifest, &line, &key, unwanted, (resumed, complete)).await?;
        stage.did(1)?;
        Ok::<_, BackupError>(outcome)
    });
    let mut done = stream::iter(work).buffer_unordered(options.at_once.max(1));
    let mut brought = Brought::default();
    while let Some(outcome) = done.try_next().await? {
        match outcome {
            Outcome::Written => brought.written += 1,
            Outcome::There => {}
            Outcome::Lost(picture) => {
                brought.lost.insert(picture);
            }
        }
    }
    Ok(brought)
}

async fn one(
    target: &Target<'_>,
    folder: &Folder,
    manifest: &Manifest,
    line: &ObjectLine,
    key: &PublicKey,
    unwanted: &BTreeSet<PictureId>,
    (resumed, complete): (bool, bool),
) -> Result<Outcome> {
    let Some(picture) = picture_of(key).map(PictureId) else { return Ok(Outcome::There) };
    let objects = &target.stores.objects;
    // What was withdrawn is not even copied.
    if unwanted.contains(&picture) {
        return Ok(Outcome::There);
    }
    if line.gone.is_some() {
        return Ok(Outcome::Lost(picture));
    }
    if !manifest.with_objects {
        let there = objects.size(key).await?.is_some_and(|size| line.size.is_none_or(|noted| noted == size));
        return Ok(if there { Outcome::There } else { Outcome::Lost(picture) });
    }
    if complete {
        return Ok(Outcome::There);
    }
    if resumed && objects.size(key).await? == line.size && objects.verify(key).await.is_ok() {
        return Ok(Outcome::There);
    }
    let path = folder.object(key);
    let bytes = tokio::fs::read(&path).await.map_err(BackupError::file("read", &path))?;
    if flaneur_storage::sha256(&bytes) != key.content_hash() {
        return Err(BackupError::damaged(
            &path,
            "its hash is not that of its name; bring it back from another copy of the backup",
        ));
    }
    objects.put_at(key, Bytes::from(bytes)).await?;
    Ok(Outcome::Written)
}
