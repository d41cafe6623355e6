//! Keeping what a redaction removed, for nobody but the holder of the operator's key.

use bytes::Bytes;
use flaneur_catalog::model::{Patch, PictureId, RedactionId};
use flaneur_storage::{PatchKey, Storage};

use crate::{Worker, error::JobError};

/// Seals what was removed and stores it, if the operator chose to keep it and anything was. It has to be listed with
/// whatever is published, or else be destroyed.
pub async fn keep(
    worker: &Worker,
    picture: PictureId,
    covers: Vec<RedactionId>,
    removed: Option<&[u8]>,
) -> Result<Option<Patch>, JobError> {
    let recipients = &worker.options.seal_to;
    let Some(removed) = removed.filter(|_| !recipients.is_empty() && !covers.is_empty()) else { return Ok(None) };
    let sealed = recipients.encrypt(removed)?;
    let size = sealed.len() as i64;
    let key = worker.storage.private.put_patch(picture.0, Bytes::from(sealed)).await?;
    Ok(Some(Patch { key: key.to_string(), picture, created_at: worker.world.now(), size, covers }))
}

/// Destroys a patch for good.
pub async fn destroy(storage: &Storage, patch: &Patch) -> Result<(), JobError> {
    let key: PatchKey = patch.key.parse().map_err(|_| JobError::Unreadable("patch"))?;
    Ok(storage.private.destroy_patch(&key).await?)
}
