//! Brings originals in, if the backup has any and there is a key for them.

use std::collections::BTreeSet;

use bytes::Bytes;
use flaneur_catalog::model::PictureId;
use flaneur_storage::OriginalKey;

use super::{Options, Target};
use crate::{
    BackupError, Result,
    folder::{Folder, ORIGINALS},
    manifest::{Manifest, OriginalLine},
    parts::Lines,
};

/// Writes the originals of waiting pictures, one after another; answers how many.
pub async fn bring(
    target: &Target<'_>,
    folder: &Folder,
    manifest: &Manifest,
    unwanted: &BTreeSet<PictureId>,
    options: &Options,
) -> Result<u64> {
    let Some(part) = manifest.part(ORIGINALS) else { return Ok(0) };
    if options.identities.is_empty() {
        return Ok(0);
    }
    let stage = target.watch.stage("decrypting originals", Some(part.lines));
    let mut written = 0;
    for line in Lines::open(&folder.snapshot(&manifest.name), ORIGINALS)?.values::<OriginalLine>() {
        let line = line?;
        stage.did(1)?;
        let key = OriginalKey(line.picture);
        let Some(file) = line.file.as_ref().filter(|_| !unwanted.contains(&PictureId(line.picture))) else { continue };
        if target.stores.originals.size(key).await?.is_some() {
            continue;
        }
        let path = folder.originals_folder().join(file);
        let sealed = tokio::fs::read(&path).await.map_err(BackupError::file("read", &path))?;
        if Some(flaneur_storage::sha256(&sealed)) != line.sha256 {
            return Err(BackupError::damaged(&path, "its hash is not the one that was noted"));
        }
        let identities = options.identities.clone();
        let plain = tokio::task::spawn_blocking(move || identities.decrypt(&sealed)).await;
        let plain = plain.map_err(|_| BackupError::Key("decrypting an original failed".to_owned()))??;
        if flaneur_storage::sha256(&plain) != line.content {
            return Err(BackupError::damaged(&path, "what it holds is not what was sent"));
        }
        target.stores.originals.put(key, Bytes::from(plain)).await?;
        written += 1;
    }
    Ok(written)
}
