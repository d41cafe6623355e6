//! The dataset: what anybody may see, as GeoParquet files in the public storage, one a tile of the map.
//!
//! A run writes the files of tiles in which something changed since the run before; the others stay as they are, so that who
//! has them need not fetch them again. A file of which a picture is not to be seen any more is not given out from that moment
//! on (`routes::dataset`), and is written anew at once, whatever the schedule says.

mod build;
mod plan;
mod rows;
#[cfg(test)]
mod tests;

use std::time::Duration;

use flaneur_catalog::{
    CatalogError,
    model::{DatasetPart, JobId, JobKind},
};
use jiff::{SignedDuration, Timestamp};
use tokio_util::sync::CancellationToken;

use crate::{
    Api,
    error::chain,
    lease::{HOLD, keep},
};

/// How long a process rests before it looks again whether there is anything to write.
const REST: Duration = Duration::from_secs(3);
/// How long a file can be read after another took its place: who began to read a large one comes to an end.
const READABLE: SignedDuration = SignedDuration::from_hours(24);
/// Files that are removed in a run at most.
const REMOVED_AT_ONCE: i64 = 1_000;

/// How the dataset is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatasetSettings {
    /// How old it may be.
    pub every: SignedDuration,
    /// Address of the instance, without a slash at the end. Without one, addresses in the files are relative to theirs.
    pub address: Option<String>,
}

/// Keeps the dataset up to date until told to stop; a run that is under way then is left to another process.
pub async fn run_dataset(api: Api, stop: CancellationToken) {
    let Some(settings) = api.settings.dataset.clone() else { return };
    loop {
        let round = tokio::select! {
            biased;
            () = stop.cancelled() => return,
            round = round(&api, &settings) => round,
        };
        if let Err(error) = round {
            tracing::warn!(error = chain(&error), "cannot look after the dataset; it is tried again");
        }
        tokio::select! {
            () = tokio::time::sleep(REST) => {}
            () = stop.cancelled() => return,
        }
    }
}

/// Asks for the job if it is due, and does it if it can be had.
pub(crate) async fn round(api: &Api, settings: &DatasetSettings) -> Result<(), CatalogError> {
    let now = api.world.now();
    if is_due(api, settings, now).await? {
        api.catalog.ask_dataset(JobId(api.world.id()), now).await?;
    }
    let Some(lease) = api.catalog.lease(&[JobKind::Dataset], api.world.id(), HOLD).await? else { return Ok(()) };
    let outcome = tokio::select! {
        outcome = build::build(api, settings, &lease) => outcome,
        () = keep(api, &lease) => return Ok(()),
    };
    let Err(reason) = outcome else { return Ok(()) };
    tracing::warn!(attempt = lease.attempt, reason, "the dataset could not be written");
    api.catalog.fail(&lease, lease.failed(reason)).await?;
    Ok(())
}

/// Whether there is anything to write or to remove.
async fn is_due(api: &Api, settings: &DatasetSettings, now: Timestamp) -> Result<bool, CatalogError> {
    let parts = api.catalog.dataset_parts().await?;
    if parts.iter().any(|part| part.withdrawn) || is_old(&parts, settings, now) {
        return Ok(true);
    }
    if parts.is_empty() && api.catalog.extent().await?.is_some() {
        return Ok(true);
    }
    if build::identity(api, settings).await?.is_some() && !parts.is_empty() {
        return Ok(true);
    }
    Ok(!api.catalog.old_parts(now - READABLE, 1).await?.is_empty())
}

/// Whether the whole is to be looked through again.
fn is_old(parts: &[DatasetPart], settings: &DatasetSettings, now: Timestamp) -> bool {
    parts.iter().map(|part| part.as_of).min().is_some_and(|oldest| now.duration_since(oldest) >= settings.every)
}
