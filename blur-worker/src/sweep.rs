//! Sweeps orphans: originals that were stored while the process died before the catalog knew of them.

use std::{collections::BTreeSet, time::Duration};

use flaneur_catalog::model::PictureId;
use tokio_util::sync::CancellationToken;

use crate::{Worker, error::JobError};

/// An original without a row is left alone for so long: its upload may still be on the way. Seconds.
const GRACE: i64 = 3600;
/// Time between two sweeps.
const EVERY: Duration = Duration::from_hours(1);
/// Originals looked at in one sweep.
const AT_ONCE: usize = 100_000;

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

/// Destroys orphan originals older than the grace period; answers how many.
pub async fn sweep(worker: &Worker) -> Result<usize, JobError> {
    let now = worker.world.now().as_second();
    let old: Vec<_> = worker
        .storage
        .private
        .list(AT_ONCE)
        .await?
        .into_iter()
        .filter(|original| now - original.stored_at > GRACE)
        .map(|original| original.key)
        .collect();
    let mut destroyed = 0;
    for some in old.chunks(500) {
        let ids: Vec<PictureId> = some.iter().map(|key| PictureId(key.0)).collect();
        let known: BTreeSet<PictureId> = worker.catalog.with_original(&ids).await?;
        for key in some.iter().filter(|key| !known.contains(&PictureId(key.0))) {
            worker.storage.private.destroy(*key).await?;
            destroyed += 1;
        }
    }
    Ok(destroyed)
}
