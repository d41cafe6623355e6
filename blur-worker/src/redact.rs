//! Redacts a published picture again, or has its files tell what it was corrected to: read the master, cut what was asked for, verify, store, switch. What is superseded
//! by it is removed by the next run of the same job, which is queued with the switch: whoever holds the job is the only
//! one to store and to remove objects of the picture, so none that comes back is removed.

use flaneur_catalog::model::{
    Lease, Objects, Picture, PictureId, PictureStatus, Projection, Redaction, RedactionId, RedactionState,
    Republication,
};
use flaneur_storage::PublicKey;

use crate::{
    Worker,
    error::JobError,
    metrics::{Stage, counted},
    objects, seal,
    surgery::{Region, regions},
};

/// Does a `Redact` job.
pub async fn run(worker: &Worker, lease: &Lease) -> Result<(), JobError> {
    counted(lease, attempt(worker, lease)).await
}

async fn attempt(worker: &Worker, lease: &Lease) -> Result<(), JobError> {
    let id = PictureId(lease.subject);
    let Some(picture) = worker.catalog.picture(id).await? else {
        // Deleted: its objects are another job's.
        worker.catalog.finish(lease).await?;
        return Ok(());
    };
    let mut asked = worker.catalog.redactions(id).await?;
    asked.retain(|redaction| redaction.state == RedactionState::Asked);
    match &picture.objects {
        Some(objects)
            if picture.status == PictureStatus::Ready && (!asked.is_empty() || picture.revisions.is_stale()) =>
        {
            cut(worker, lease, &picture, objects, &asked).await
        }
        _ if !asked.is_empty() => {
            let why = "the picture is not shown any more, and has nothing left to redact";
            worker.catalog.refuse_redactions(lease, why, worker.world.now()).await?;
            Ok(())
        }
        _ => clear(worker, lease, id).await,
    }
}

/// Cuts what was asked for out of the master, and publishes the result.
async fn cut(
    worker: &Worker,
    lease: &Lease,
    picture: &Picture,
    objects: &Objects,
    asked: &[Redaction],
) -> Result<(), JobError> {
    let key: PublicKey = objects.master.parse().map_err(|_| JobError::Unreadable("object"))?;
    let master = Stage::Read.measured(worker.storage.public.read(&key, None)).await?;
    let cut: Vec<Region> = asked.iter().flat_map(regions).collect();
    let (surgery, panorama) = (worker.surgery.clone(), picture.projection == Projection::Equirectangular);
    let corrected = picture.revisions.is_stale().then(|| picture.clone());
    let work = tokio::task::spawn_blocking(move || {
        Stage::Redact.measure(|| surgery.redact(&master, &cut, panorama, corrected.as_ref()))
    });
    let made = work.await.map_err(|_| JobError::Panic)??;
    let done: Vec<RedactionId> = asked.iter().map(|redaction| redaction.id).collect();
    let patch = seal::keep(worker, picture.id, done.clone(), made.removed.as_deref()).await?;
    let (new, keys) = Stage::Store.measured(objects::store(&worker.storage, picture.id, made)).await?;
    let republication = Republication {
        picture: picture.id,
        from: objects.master.clone(),
        objects: new,
        done,
        undone: Vec::new(),
        patch: patch.clone(),
        revision: picture.revisions.metadata,
        at: worker.world.now(),
    };
    let published = worker.catalog.republish_picture(lease, republication, [worker.job(), worker.job()]);
    if Stage::Publish.measured(published).await? {
        return Ok(());
    }
    // Deleted, or somebody else's by now. What another worker publishes has the same keys; of a picture that is gone,
    // nobody else removes them.
    if worker.catalog.picture(picture.id).await?.is_none() {
        worker.storage.discard(&keys).await?;
    }
    if let Some(patch) = &patch {
        seal::destroy(&worker.storage, patch).await?;
    }
    Ok(())
}

/// Removes what the picture no longer has.
async fn clear(worker: &Worker, lease: &Lease, id: PictureId) -> Result<(), JobError> {
    let superseded = worker.catalog.superseded(id).await?;
    let keys: Result<Vec<PublicKey>, _> = superseded.iter().map(|key| key.parse()).collect();
    // A CDN that does not forget them fails the job, which is then done again.
    worker.storage.discard(&keys.map_err(|_| JobError::Unreadable("object"))?).await?;
    worker.catalog.forget_superseded(lease, &superseded).await?;
    Ok(())
}
