//! Puts the database in order every now and then.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::{Worker, error::JobError};

/// Time between two rounds; a quarter of it more or less, so that many workers do not go in step.
const EVERY: Duration = Duration::from_secs(15);

/// Tidies until told to stop.
pub async fn run(worker: Worker, stop: CancellationToken) {
    loop {
        let [random] = worker.world.secret::<1>();
        tokio::select! {
            () = tokio::time::sleep(EVERY.mul_f64(0.75 + 0.5 * f64::from(random) / 255.0)) => {}
            () = stop.cancelled() => return,
        }
        if let Err(error) = worker.catalog.tidy().await {
            tracing::warn!(error = JobError::from(error).chain(), "cannot tidy the catalog; it is tried again");
        }
    }
}
