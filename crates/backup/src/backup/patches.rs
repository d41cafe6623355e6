//! Copies the sealed patches that the catalog names, those that were not copied before. They are encrypted to a key that
//! the server does not have, so they are copied as they are.

use std::path::Path;

use flaneur_catalog::model::PictureId;
use flaneur_storage::{PatchKey, StorageError};

use super::{Options, Source, catalog::WANTED_PATCHES};
use crate::{
    BackupError, Result, durable,
    folder::{Folder, PATCHES},
    hash,
    manifest::{Gone, ObjectLine, Objects},
    parts::{Lines, Part, PartWriter},
};

/// What was copied.
pub struct Copied {
    pub part: Part,
    pub count: Objects,
}

/// Copies patches one after another, and writes the list of them. In memory there is one of them.
pub async fn copy(source: &Source<'_>, folder: &Folder, draft: &Path, options: &Options) -> Result<Copied> {
    let mut part = PartWriter::create(draft, PATCHES)?;
    let mut count = Objects::default();
    let stage = source.watch.stage("copying sealed patches", None);
    for line in Lines::open(draft, WANTED_PATCHES)?.values::<ObjectLine>() {
        let mut line = line?;
        let key: PatchKey =
            line.key.parse().map_err(|error| BackupError::damaged(&draft.join(WANTED_PATCHES), error))?;
        match one(source, folder, &key, options).await? {
            Ok(size) => {
                count.number += 1;
                count.bytes += size;
                line.size = Some(size);
            }
            Err(why) => {
                *match why {
                    Gone::Deleted => &mut count.deleted,
                    Gone::Missing => &mut count.missing,
                    Gone::Altered => &mut count.altered,
                } += 1;
                line.gone = Some(why);
            }
        }
        part.line(&line)?;
        stage.did(1)?;
    }
    Ok(Copied { part: part.finish()?, count })
}

/// Bytes of a patch that is in the backup now, or why it is not.
async fn one(
    source: &Source<'_>,
    folder: &Folder,
    key: &PatchKey,
    options: &Options,
) -> Result<std::result::Result<u64, Gone>> {
    if options.manifest_only {
        return match source.stores.patches.size(key).await? {
            Some(size) => Ok(Ok(size)),
            None => gone(source, key).await.map(Err),
        };
    }
    let to = folder.patch(key);
    // A file that has its name is whole: it was renamed to it when it was.
    if let Ok(found) = std::fs::metadata(&to)
        && (!options.verify || hash::of_file(&to)?.1 == key.content_hash())
    {
        return Ok(Ok(found.len()));
    }
    let sealed = match source.stores.patches.read(key).await {
        Ok(sealed) => sealed,
        Err(StorageError::Missing(_)) => return gone(source, key).await.map(Err),
        Err(StorageError::Altered(_)) => return Ok(Err(Gone::Altered)),
        Err(error) => return Err(error.into()),
    };
    if let Some(folder) = to.parent() {
        durable::make_folder(folder)?;
    }
    durable::write(&to, &sealed)?;
    Ok(Ok(sealed.len() as u64))
}

/// Why a patch is not there: the catalog knows whether it was to go.
async fn gone(source: &Source<'_>, key: &PatchKey) -> Result<Gone> {
    let listed = source.catalog.patches(&[PictureId(key.picture())]).await?;
    let wanted = listed.iter().any(|patch| patch.key == key.as_str());
    Ok(if wanted { Gone::Missing } else { Gone::Deleted })
}
