//! Brings sealed patches in, as they are.

use std::collections::BTreeSet;

use bytes::Bytes;
use flaneur_catalog::model::PictureId;
use flaneur_storage::{PatchKey, StorageError};

use super::Target;
use crate::{
    BackupError, Result,
    folder::{Folder, PATCHES},
    manifest::{Manifest, ObjectLine},
    parts::Lines,
};

/// Writes the sealed patches of pictures that were not withdrawn since, one after another. A backup of an earlier version
/// has none; one of the catalog alone has left them where they are.
pub async fn bring(
    target: &Target<'_>,
    folder: &Folder,
    manifest: &Manifest,
    unwanted: &BTreeSet<PictureId>,
) -> Result<()> {
    let Some(part) = manifest.part(PATCHES).filter(|_| manifest.with_objects) else { return Ok(()) };
    let stage = target.watch.stage("restoring sealed patches", Some(part.lines));
    let list = folder.snapshot(&manifest.name);
    for line in Lines::open(&list, PATCHES)?.values::<ObjectLine>() {
        let line = line?;
        stage.did(1)?;
        let key: PatchKey = line.key.parse().map_err(|error| BackupError::damaged(&list.join(PATCHES), error))?;
        if line.gone.is_some()
            || unwanted.contains(&PictureId(key.picture()))
            || target.stores.patches.size(&key).await?.is_some()
        {
            continue;
        }
        let path = folder.patch(&key);
        let sealed = tokio::fs::read(&path).await.map_err(BackupError::file("read", &path))?;
        match target.stores.patches.put_at(&key, Bytes::from(sealed)).await {
            Ok(()) => {}
            Err(StorageError::Altered(_)) => {
                return Err(BackupError::damaged(&path, "its hash is not the one in its name"));
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}
