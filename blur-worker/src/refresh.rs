//! Sums a sequence up anew after something in it changed.

use flaneur_catalog::{
    model::{Lease, SequenceId},
    summary::summarise,
};

use crate::{Worker, error::JobError, metrics::counted};

/// Does a `Refresh` job.
pub async fn run(worker: &Worker, lease: &Lease) -> Result<(), JobError> {
    counted(lease, attempt(worker, lease)).await
}

async fn attempt(worker: &Worker, lease: &Lease) -> Result<(), JobError> {
    let id = SequenceId(lease.subject);
    let points = worker.catalog.summary_points(id).await?;
    worker.catalog.store_summary(lease, id, &summarise(&points), worker.world.now()).await?;
    Ok(())
}
