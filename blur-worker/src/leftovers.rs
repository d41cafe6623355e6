//! Sweeps public objects that no picture has: of a worker that was cut off with a picture that was deleted meanwhile, say.
//!
//! They hold nothing private and can be found by nobody, so they are left alone for a day; a listing of everything is not
//! cheap. What a job may be about to name is left alone, however old it is: equal content has equal keys.

use std::{collections::BTreeMap, time::Duration};

use flaneur_catalog::model::{PictureFiles, PictureId, PictureStatus};
use flaneur_storage::{ObjectKind, PublicKey, stored_before};
use futures::TryStreamExt as _;
use tokio_util::sync::CancellationToken;

use crate::{Worker, error::JobError};

/// An object without a row is left alone for so long.
const GRACE: Duration = Duration::from_hours(24);
/// Time between two sweeps.
const EVERY: Duration = Duration::from_hours(24);
/// Objects that the catalog is asked about at once.
const AT_ONCE: usize = 500;

/// Sweeps once a day until told to stop; the first time at a random moment within a day, so that many workers do not go
/// in step.
pub async fn run(worker: Worker, stop: CancellationToken) {
    let [random] = worker.world.secret::<1>();
    let mut wait = EVERY.mul_f64(f64::from(random) / 255.0);
    loop {
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            () = stop.cancelled() => return,
        }
        wait = EVERY;
        match sweep(&worker).await {
            Ok(0) => {}
            Ok(number) => tracing::info!(number, "removed objects that no picture has"),
            Err(error) => tracing::warn!(error = error.chain(), "cannot sweep objects; it is tried again in a day"),
        }
    }
}

/// Removes objects that no picture has and that have lain there for a day; answers how many. What is none of ours is left
/// alone.
pub async fn sweep(worker: &Worker) -> Result<usize, JobError> {
    let due = worker.storage.public.time().await?.saturating_sub(GRACE.as_secs().cast_signed());
    let mut old = stored_before(worker.storage.public.entries(), due, AT_ONCE);
    let mut removed = 0;
    while let Some(keys) = old.try_next().await? {
        removed += remove_orphans(worker, &keys).await?;
    }
    Ok(removed)
}

async fn remove_orphans(worker: &Worker, keys: &[PublicKey]) -> Result<usize, JobError> {
    let mut ids: Vec<PictureId> = keys.iter().map(|key| PictureId(key.picture())).collect();
    ids.sort_unstable();
    ids.dedup();
    let rows: BTreeMap<PictureId, PictureFiles> =
        worker.catalog.picture_files(&ids).await?.into_iter().map(|row| (row.id, row)).collect();
    let mut removed = 0;
    for key in keys {
        if key.kind() == ObjectKind::Dataset {
            if !worker.catalog.has_part(key.as_str()).await? {
                worker.storage.discard(std::slice::from_ref(key)).await?;
                removed += 1;
            }
            continue;
        }
        let id = PictureId(key.picture());
        // Once more right before: a job may have been asked for, and done, since.
        if is_orphan(rows.get(&id), key) && is_orphan(worker.catalog.picture_files(&[id]).await?.first(), key) {
            worker.storage.discard(std::slice::from_ref(key)).await?;
            removed += 1;
        }
    }
    Ok(removed)
}

fn is_orphan(row: Option<&PictureFiles>, key: &PublicKey) -> bool {
    let Some(row) = row else { return true };
    let named = row.objects.as_ref().is_some_and(|objects| objects.keys().contains(&key.as_str()));
    !named && row.status != PictureStatus::Waiting && !row.process_job && !row.redact_job
}
