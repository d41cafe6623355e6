//! Removes what nobody may have any more: originals of pictures that are done, and everything of pictures that are gone.

use flaneur_catalog::model::{Lease, Objects, PictureId, PictureStatus};
use flaneur_storage::{OriginalKey, PublicKey};

use crate::{Worker, error::JobError, metrics::counted, seal};

/// Does a `Destroy` job.
pub async fn run(worker: &Worker, lease: &Lease) -> Result<(), JobError> {
    counted(lease, attempt(worker, lease)).await
}

async fn attempt(worker: &Worker, lease: &Lease) -> Result<(), JobError> {
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
    if matches!(picture.status, PictureStatus::Deleted | PictureStatus::Duplicate | PictureStatus::Broken) {
        for patch in worker.catalog.patches(&[id]).await? {
            seal::destroy(&worker.storage, &patch).await?;
        }
    }
    if matches!(picture.status, PictureStatus::Deleted | PictureStatus::Duplicate) {
        let superseded = worker.catalog.superseded(id).await?;
        let named = picture.objects.iter().flat_map(Objects::keys).chain(superseded.iter().map(String::as_str));
        let keys: Result<Vec<PublicKey>, _> = named.map(str::parse).collect();
        // A CDN that does not forget them fails the job, which is then done again.
        worker.storage.discard(&keys.map_err(|_| JobError::Unreadable("object"))?).await?;
    }
    worker.catalog.destroyed(lease, id).await?;
    Ok(())
}
