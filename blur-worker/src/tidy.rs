//! Puts the database in order every now and then, and has what waits for its time come to an end.

use std::time::Duration;

use flaneur_catalog::{
    CatalogError,
    model::{JobId, MailAddress},
};
use jiff::SignedDuration;
use tokio_util::sync::CancellationToken;

use crate::{Worker, error::JobError};

/// Time between two rounds; a quarter of it more or less, so that many workers do not go in step.
const EVERY: Duration = Duration::from_secs(15);
/// Reports whose time is over that are looked at in a round.
const REPORTS: i64 = 100;
/// How long who reported something can be reached after that was decided.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(90 * 24);

/// Tidies until told to stop.
pub async fn run(worker: Worker, stop: CancellationToken) {
    loop {
        let [random] = worker.world.secret::<1>();
        tokio::select! {
            () = tokio::time::sleep(EVERY.mul_f64(0.75 + 0.5 * f64::from(random) / 255.0)) => {}
            () = stop.cancelled() => return,
        }
        if let Err(error) = round(&worker).await {
            tracing::warn!(error = JobError::from(error).chain(), "cannot tidy the catalog; it is tried again");
        }
    }
}

/// One round.
async fn round(worker: &Worker) -> Result<(), CatalogError> {
    let (catalog, now) = (&worker.catalog, worker.world.now());
    catalog.tidy().await?;
    if let Some(days) = worker.options.review_days {
        let decide_by = now - SignedDuration::from_hours(24 * i64::from(days));
        let fresh = || JobId(worker.world.id());
        let shown = catalog.lapse_reports(decide_by, REPORTS, now, &fresh).await?;
        if shown > 0 {
            tracing::warn!(
                reports = shown,
                days,
                "what was reported is shown again: no moderator looked at it in time"
            );
        }
    }
    catalog.forget_unconfirmed_addresses(now - MailAddress::WAITS).await?;
    catalog.forget_reporters(now - REMEMBERED).await
}
