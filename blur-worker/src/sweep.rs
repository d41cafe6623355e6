//! Sweeps orphans: originals that were stored while the process died before the catalog knew of them.

use std::{collections::BTreeSet, time::Duration};

use flaneur_catalog::model::PictureId;
use flaneur_storage::{Listed, OriginalKey};
use futures::TryStreamExt as _;
use tokio_util::sync::CancellationToken;

use crate::{Worker, error::JobError};

/// An original without a row is left alone for so long: its upload may still be on the way. Seconds.
const GRACE: i64 = 3600;
/// Time between two sweeps.
const EVERY: Duration = Duration::from_hours(1);
/// Originals that the catalog is asked about at once.
const AT_ONCE: usize = 500;

/// Sweeps at the start and every hour until told to stop.
pub async fn run(worker: Worker, stop: CancellationToken) {
    loop {
        match sweep(&worker).await {
            Ok(0) => {}
            Ok(number) => tracing::info!(number, "destroyed originals of uploads that never completed"),
            Err(error) => tracing::warn!(error = error.chain(), "cannot sweep orphan originals"),
        }
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            () = stop.cancelled() => return,
        }
    }
}

/// Destroys orphan originals older than the grace period; answers how many. What is no original is left alone.
pub async fn sweep(worker: &Worker) -> Result<usize, JobError> {
    let now = worker.world.now().as_second();
    let mut entries = worker.storage.private.entries();
    let mut destroyed = 0;
    let mut old = Vec::with_capacity(AT_ONCE);
    while let Some(listed) = entries.try_next().await? {
        if let Listed::Object(original) = listed
            && now - original.modified > GRACE
        {
            old.push(original.key);
        }
        if old.len() == AT_ONCE {
            destroyed += destroy_orphans(worker, &old).await?;
            old.clear();
        }
    }
    Ok(destroyed + destroy_orphans(worker, &old).await?)
}

async fn destroy_orphans(worker: &Worker, keys: &[OriginalKey]) -> Result<usize, JobError> {
    let ids: Vec<PictureId> = keys.iter().map(|key| PictureId(key.0)).collect();
    let known: BTreeSet<PictureId> = worker.catalog.with_original(&ids).await?;
    let mut destroyed = 0;
    for key in keys.iter().filter(|key| !known.contains(&PictureId(key.0))) {
        worker.storage.private.destroy(*key).await?;
        destroyed += 1;
    }
    Ok(destroyed)
}
