//! Deletes what an erased account has.

use flaneur_catalog::model::{Lease, Sweep};

use crate::{Worker, error::JobError, metrics::counted};

/// Pictures deleted in one transaction: few enough that it takes milliseconds and holds nobody up.
const AT_ONCE: i64 = 250;

/// Does an `Erase` job. Each step is kept; whoever takes the job up goes on there.
pub async fn run(worker: &Worker, lease: &Lease) -> Result<(), JobError> {
    counted(lease, attempt(worker, lease)).await
}

async fn attempt(worker: &Worker, lease: &Lease) -> Result<(), JobError> {
    while worker.catalog.erase_more(lease, AT_ONCE, &|| worker.job(), worker.world.now()).await? == Sweep::Going {}
    Ok(())
}
