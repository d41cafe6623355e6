//! Copies the objects that the catalog names, those that were not copied before.

use std::path::{Path, PathBuf};

use flaneur_catalog::model::PictureId;
use flaneur_storage::{PublicKey, StorageError};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use sha2::{Digest as _, Sha256};
use tokio::io::AsyncWriteExt as _;

use super::{Options, Source, catalog::WANTED_OBJECTS};
use crate::{
    BackupError, Result, durable,
    folder::{Folder, OBJECTS},
    hash::{self, hex},
    manifest::{Gone, ObjectLine, Objects},
    parts::{Lines, Part, PartWriter},
    stores::picture_of,
};

/// What was copied.
pub struct Copied {
    pub part: Part,
    pub count: Objects,
    pub copied: u64,
}

/// What became of one object.
enum Outcome {
    Copied(u64),
    Kept(u64),
    Gone(Gone),
}

/// Copies objects, and writes the list of them. In memory there are at most `at_once` pieces.
pub async fn copy(source: &Source<'_>, folder: &Folder, draft: &Path, options: &Options) -> Result<Copied> {
    let mut part = PartWriter::create(draft, OBJECTS)?;
    let (mut count, mut copied) = (Objects::default(), 0);
    let wanted = Lines::open(draft, WANTED_OBJECTS)?.values::<ObjectLine>();
    let stage = source.watch.stage(if options.manifest_only { "listing objects" } else { "copying objects" }, None);
    let stage = &stage;
    let work = wanted.map(|line| async move {
        let line = line?;
        let key: PublicKey =
            line.key.parse().map_err(|error| BackupError::damaged(&draft.join(WANTED_OBJECTS), error))?;
        let outcome = one(source, folder, &key, options).await?;
        stage.did(1)?;
        Ok::<_, BackupError>((line, outcome))
    });
    let mut done = stream::iter(work).buffered(options.at_once.max(1));
    while let Some((mut line, outcome)) = done.try_next().await? {
        match outcome {
            Outcome::Copied(size) | Outcome::Kept(size) => {
                count.number += 1;
                count.bytes += size;
                copied += u64::from(matches!(outcome, Outcome::Copied(_)));
                line.size = Some(size);
            }
            Outcome::Gone(why) => {
                *match why {
                    Gone::Deleted => &mut count.deleted,
                    Gone::Missing => &mut count.missing,
                    Gone::Altered => &mut count.altered,
                } += 1;
                line.gone = Some(why);
            }
        }
        part.line(&line)?;
    }
    drop(done);
    Ok(Copied { part: part.finish()?, count, copied })
}

async fn one(source: &Source<'_>, folder: &Folder, key: &PublicKey, options: &Options) -> Result<Outcome> {
    if options.manifest_only {
        return match source.stores.objects.size(key).await? {
            Some(size) => Ok(Outcome::Kept(size)),
            None => gone(source, key).await,
        };
    }
    let to = folder.object(key);
    if let Some(size) = kept(&to, key, options.verify)? {
        return Ok(Outcome::Kept(size));
    }
    match fetch(source, folder, key, &to).await {
        Ok(Some(size)) => Ok(Outcome::Copied(size)),
        Ok(None) => Ok(Outcome::Gone(Gone::Altered)),
        Err(BackupError::Storage(StorageError::Missing(_))) => gone(source, key).await,
        Err(error) => Err(error),
    }
}

/// Bytes of an object that was copied before. A file that has its name is whole: it was renamed to it when it was.
fn kept(path: &Path, key: &PublicKey, verify: bool) -> Result<Option<u64>> {
    let Ok(found) = std::fs::metadata(path) else { return Ok(None) };
    if verify && hash::of_file(path)?.1 != key.content_hash() {
        tracing::warn!(path = %path.display(), "a copy had been altered; it is made anew");
        return Ok(None);
    }
    Ok(Some(found.len()))
}

/// Copies an object; none if it is not what its key says.
async fn fetch(source: &Source<'_>, folder: &Folder, key: &PublicKey, to: &Path) -> Result<Option<u64>> {
    let mut content = source.stores.objects.stream(key).await?;
    let draft = Draft(durable::draft(&folder.drafts()));
    let mut file = tokio::fs::File::from_std(durable::make_file(&draft.0)?);
    let (mut hash, mut size) = (Sha256::new(), 0);
    while let Some(piece) = content.try_next().await? {
        source.watch.go_on()?;
        hash.update(&piece);
        size += piece.len() as u64;
        file.write_all(&piece).await.map_err(BackupError::file("write", &draft.0))?;
    }
    if hex(&hash.finalize()) != key.content_hash() {
        return Ok(None);
    }
    file.flush().await.map_err(BackupError::file("write", &draft.0))?;
    file.sync_all().await.map_err(BackupError::file("sync", &draft.0))?;
    if let Some(folder) = to.parent() {
        durable::make_folder(folder)?;
    }
    std::fs::rename(&draft.0, to).map_err(BackupError::file("write", to))?;
    Ok(Some(size))
}

/// A file that is removed again unless it was renamed.
struct Draft(PathBuf);

impl Drop for Draft {
    fn drop(&mut self) {
        if let Err(error) = durable::remove(&self.0) {
            tracing::warn!(%error, "a draft is left");
        }
    }
}

/// Why an object is not there: the catalog knows whether it was to go.
async fn gone(source: &Source<'_>, key: &PublicKey) -> Result<Outcome> {
    let Some(picture) = picture_of(key) else { return Ok(Outcome::Gone(Gone::Missing)) };
    let files = source.catalog.picture_files(&[PictureId(picture)]).await?;
    let wanted = files.iter().any(|files| {
        files.keeps_objects() && files.objects.iter().any(|objects| objects.keys().contains(&key.as_str()))
    });
    Ok(Outcome::Gone(if wanted { Gone::Missing } else { Gone::Deleted }))
}
