//! Makes a picture public: read the original, find faces and plates, redact, derive, verify, store, publish.

use flaneur_catalog::model::{
    Lease, Objects, Picture, PictureId, PictureStatus, Publication, Rejection, Severity, TileMatrix,
};
use flaneur_storage::{ObjectKind, OriginalKey, PublicKey, StorageError};

use crate::{
    Worker,
    derive::{self, Derived, Outcome},
    error::JobError,
    metrics::{Stage, counted},
};

/// Does a `Process` job.
pub async fn run(worker: &Worker, lease: &Lease) -> Result<(), JobError> {
    counted(lease, attempt(worker, lease)).await
}

async fn attempt(worker: &Worker, lease: &Lease) -> Result<(), JobError> {
    let id = PictureId(lease.subject);
    let Some(picture) = worker.catalog.picture(id).await?.filter(|picture| picture.status == PictureStatus::Waiting)
    else {
        // Deleted meanwhile, or done before.
        worker.catalog.finish(lease).await?;
        return Ok(());
    };
    let key: OriginalKey =
        picture.original.as_deref().and_then(|key| key.parse().ok()).ok_or(JobError::Unreadable("original"))?;
    let original = match Stage::Read.measured(worker.storage.private.read(key)).await {
        Ok(original) => original,
        Err(StorageError::Missing(_)) => {
            tracing::error!(picture = %id, "the original of a waiting picture is missing");
            return give_up(worker, lease, id, "the server lost the file; send it again".to_owned()).await;
        }
        Err(error) => return Err(error.into()),
    };
    let (look, job, limit) = (worker.look.clone(), picture.clone(), worker.options.max_pixels);
    let work = tokio::task::spawn_blocking(move || derive::derive(&original, &job, look.as_ref(), limit));
    let derived = match work.await.map_err(|_| JobError::Panic)?? {
        Outcome::Derived(derived) => derived,
        Outcome::Unusable(reason) => return give_up(worker, lease, id, reason).await,
    };
    let stored = Stage::Store.measured(store(worker, &picture, *derived)).await?;
    Stage::Publish.measured(publish(worker, lease, stored)).await
}

/// Stores what was made. Answers what to tell the catalog, and every key.
async fn store(
    worker: &Worker,
    picture: &Picture,
    derived: Derived,
) -> Result<(Publication, Vec<PublicKey>), JobError> {
    let public = &worker.storage.public;
    let id = picture.id.0;
    let master_size = derived.master.len() as i64;
    let master = public.put(id, ObjectKind::Master, derived.master).await?;
    let sd = public.put(id, ObjectKind::Sd, derived.sd).await?;
    let thumb = public.put(id, ObjectKind::Thumb, derived.thumb).await?;
    let tiles = match derived.tiles {
        None => None,
        Some((bytes, grid)) => {
            let key = public.put(id, ObjectKind::Tiles, bytes).await?;
            let matrix = TileMatrix {
                columns: i64::from(grid.columns),
                rows: i64::from(grid.rows),
                tile_width: i64::from(grid.tile_width),
                tile_height: i64::from(grid.tile_height),
            };
            Some((key, matrix))
        }
    };
    let keys: Vec<PublicKey> = [Some(&master), Some(&sd), Some(&thumb), tiles.as_ref().map(|(key, _)| key)]
        .into_iter()
        .flatten()
        .cloned()
        .collect();
    let publication = Publication {
        picture: picture.id,
        objects: Objects {
            master: master.into(),
            master_size,
            sd: sd.into(),
            thumb: thumb.into(),
            tiles: tiles.map(|(key, matrix)| (key.into(), matrix)),
        },
        shape: derived.shape,
        detections: derived.detections,
        patch: None,
        at: worker.world.now(),
    };
    Ok((publication, keys))
}

async fn publish(
    worker: &Worker,
    lease: &Lease,
    (publication, keys): (Publication, Vec<PublicKey>),
) -> Result<(), JobError> {
    let picture = publication.picture;
    let published = worker.catalog.publish_picture(lease, publication, [worker.job(), worker.job()]).await?;
    if !published && worker.catalog.picture(picture).await?.is_none() {
        // Deleted while it was in our hands. Nobody will publish it any more, so nobody else owns these objects; of a
        // picture that another worker publishes they are to stay, for equal content has equal keys.
        for key in keys {
            worker.storage.public.remove(&key).await?;
        }
    }
    Ok(())
}

async fn give_up(worker: &Worker, lease: &Lease, id: PictureId, reason: String) -> Result<(), JobError> {
    tracing::info!(picture = %id, reason, "picture cannot be used");
    let rejection =
        Rejection { reason: "broken_file".to_owned(), severity: Severity::Error, message: reason, details: None };
    let jobs = [worker.job(), worker.job()];
    worker.catalog.break_picture(lease, id, rejection, jobs, worker.world.now()).await?;
    Ok(())
}
