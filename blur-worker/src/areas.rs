//! Hides and shows pictures where excluded areas changed.

use flaneur_catalog::model::{Lease, Sweep};

use crate::{Worker, error::JobError, metrics::counted};

/// Pictures looked at in one transaction: few enough that it takes milliseconds and holds nobody up.
const AT_ONCE: i64 = 250;

/// Does an `Areas` job. Each step is kept; whoever takes the job up goes on there.
pub async fn run(worker: &Worker, lease: &Lease) -> Result<(), JobError> {
    counted(lease, attempt(worker, lease)).await
}

async fn attempt(worker: &Worker, lease: &Lease) -> Result<(), JobError> {
    while worker.catalog.sweep_areas(lease, AT_ONCE, &|| worker.job(), worker.world.now()).await? == Sweep::Going {}
    Ok(())
}
