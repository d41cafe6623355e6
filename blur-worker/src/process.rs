//! Makes a picture public: read the original, find faces and plates, redact, derive, verify, store, publish.

use bytes::Bytes;
use flaneur_catalog::model::{
    Lease, Picture, PictureId, PictureStatus, Publication, RedactionState, Rejection, Severity,
};
use flaneur_storage::{OriginalKey, PublicKey, StorageError};

use crate::{
    Worker,
    convert::{self, Converted},
    derive::{self, Derived, Outcome},
    error::JobError,
    metrics::{Stage, counted},
    objects, seal,
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
    if let Err(found) = is_what_came(original.clone(), &picture).await? {
        tracing::error!(picture = %id, found, expected = picture.content_sha256, "the original is not what came");
        return give_up(worker, lease, id, "the server holds another file in its place; send it again".to_owned())
            .await;
    }
    let converted = Stage::Convert.measured(convert::as_jpeg(&worker.options, original)).await?;
    let (original, tag) = match converted {
        Converted::Jpeg(original) => (original, None),
        Converted::Made { jpeg, tag } => (jpeg, Some(*tag)),
        Converted::Unusable(reason) => return give_up(worker, lease, id, reason).await,
    };
    let mut undone = worker.catalog.redactions(id).await?;
    undone.retain(|redaction| redaction.state == RedactionState::Undone);
    let (look, job, limit) = (worker.look.clone(), picture.clone(), worker.options.max_pixels);
    let work = tokio::task::spawn_blocking(move || derive::derive(&original, tag, &job, look.as_ref(), limit, &undone));
    let derived = match work.await.map_err(|_| JobError::Panic)?? {
        Outcome::Derived(derived) => derived,
        Outcome::Unusable(reason) => return give_up(worker, lease, id, reason).await,
    };
    let stored = Stage::Store.measured(store(worker, &picture, *derived)).await?;
    Stage::Publish.measured(publish(worker, lease, stored)).await
}

/// Two files that a client sends at once under one id lie in one place; only one of them is this picture, and the answers
/// that were given are about that one. The inner error is the hash of what is there. Hashing 200 MiB must not hold up whoever
/// shares the thread.
async fn is_what_came(original: Bytes, picture: &Picture) -> Result<Result<(), String>, JobError> {
    let found = tokio::task::spawn_blocking(move || flaneur_storage::sha256(&original));
    let found = found.await.map_err(|_| JobError::Panic)?;
    Ok(if found == picture.content_sha256 { Ok(()) } else { Err(found) })
}

/// Stores what was made, and seals what was removed. Answers what to tell the catalog, and every key.
async fn store(
    worker: &Worker,
    picture: &Picture,
    derived: Derived,
) -> Result<(Publication, Vec<PublicKey>), JobError> {
    let Derived { made, shape, detections } = derived;
    let covers = detections.iter().map(|each| each.redaction(picture.id)).collect();
    let patch = seal::keep(worker, picture.id, covers, made.removed.as_deref()).await?;
    let (objects, keys) = objects::store(&worker.storage, picture.id, made).await?;
    let publication = Publication {
        picture: picture.id,
        objects,
        shape,
        detections,
        patch,
        revision: picture.revisions.metadata,
        at: worker.world.now(),
    };
    Ok((publication, keys))
}

async fn publish(
    worker: &Worker,
    lease: &Lease,
    (publication, keys): (Publication, Vec<PublicKey>),
) -> Result<(), JobError> {
    let (picture, patch) = (publication.picture, publication.patch.clone());
    let published =
        worker.catalog.publish_picture(lease, publication, [worker.job(), worker.job(), worker.job()]).await?;
    if !published && worker.catalog.picture(picture).await?.is_none() {
        // Deleted while it was in our hands. Nobody will publish it any more, so nobody else owns these objects; of a
        // picture that another worker publishes they are to stay, for equal content has equal keys.
        for key in keys {
            worker.storage.public.remove(&key).await?;
        }
    }
    if !published && let Some(patch) = &patch {
        // Sealed anew each time, it is nobody else's.
        seal::destroy(&worker.storage, patch).await?;
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
