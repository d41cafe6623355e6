//! Removes what nobody may have any more: originals of pictures that are done, and everything of pictures that are gone.

use flaneur_catalog::model::{Lease, PictureId, PictureStatus};
use flaneur_storage::{OriginalKey, PublicKey};

use crate::{Worker, error::JobError};

/// Does a `Destroy` job.
pub async fn run(worker: &Worker, lease: &Lease) -> Result<(), JobError> {
    let id = PictureId(lease.subject);
    let picture = match worker.catalog.picture(id).await? {
        Some(picture) => Some(picture),
        None => worker.catalog.picture_to_destroy(id).await?,
    };
    let Some(picture) = picture else {
        worker.catalog.finish(lease).await?;
        return Ok(());
    };
    // A waiting picture still needs its original.
    if picture.status == PictureStatus::Waiting {
        worker.catalog.finish(lease).await?;
        return Ok(());
    }
    if let Some(original) = &picture.original {
        let key: OriginalKey = original.parse().map_err(|_| JobError::Unreadable("original"))?;
        worker.storage.private.destroy(key).await?;
    }
    if matches!(picture.status, PictureStatus::Deleted | PictureStatus::Duplicate)
        && let Some(objects) = &picture.objects
    {
        for key in objects.keys() {
            let key: PublicKey = key.parse().map_err(|_| JobError::Unreadable("object"))?;
            worker.storage.public.remove(&key).await?;
        }
    }
    worker.catalog.destroyed(lease, id).await?;
    Ok(())
}
