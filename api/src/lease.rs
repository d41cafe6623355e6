//! Jobs that an API process does.

use std::time::Duration;

use flaneur_catalog::model::Lease;
use jiff::SignedDuration;

use crate::{Api, error::chain};

/// How long a job is a process's own after its last heartbeat; there are four in this time.
pub(crate) const HOLD: SignedDuration = SignedDuration::from_secs(60);
const HEARTBEAT: Duration = Duration::from_secs(15);

/// Prolongs the lease for as long as it is ours; returns when it is lost.
pub(crate) async fn keep(api: &Api, lease: &Lease) {
    loop {
        tokio::time::sleep(HEARTBEAT).await;
        match api.catalog.heartbeat(lease, HOLD).await {
            Ok(true) => {}
            Ok(false) => return,
            Err(error) => {
                tracing::warn!(job = %lease.job, kind = lease.kind.as_str(), error = chain(&error), "no heartbeat");
            }
        }
    }
}
