//! Takes jobs: detects, redacts, derives, dispatches.
//!
//! A [`Worker`] leases one job at a time per lane and does it: `process` makes a picture public, `redact` redacts it again,
//! `dispatch` sorts an upload set into sequences, `refresh` sums a sequence up, `areas` hides what is in excluded areas, `erase` deletes what an erased account has, `destroy` removes what nobody may
//! have any more. Every job may be killed at any point and done again; what ends it shows the lease, so that a worker
//! that was taken for dead changes nothing.
#![forbid(unsafe_code)]

mod areas;
pub mod convert;
mod derive;
mod destroy;
mod dispatch;
mod erase;
pub mod error;
mod ground;
mod lane;
pub mod leftovers;
mod look;
pub mod metrics;
mod objects;
mod process;
mod redact;
mod refresh;
mod seal;
pub mod surgery;
pub mod sweep;
mod tags;
mod tidy;
pub mod unseal;
mod uploads;

use std::{path::PathBuf, sync::Arc, time::Duration};

use flaneur_catalog::{
    Catalog, CatalogError,
    model::{JobId, JobKind},
    world::World,
};
use flaneur_seal::Recipients;
use flaneur_storage::Storage;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// Keys to seal to, and to open with.
pub mod seal_to {
    pub use flaneur_seal::{Identities, NewKey, Recipients, SealError};
}

pub use look::{Look, Models};
pub use surgery::Surgery;

/// How upload sets that do not say are dispatched.
#[derive(Debug, Clone, Copy)]
pub struct DispatchDefaults {
    /// Metres between neighbours above which a new sequence begins.
    pub split_distance: f64,
    /// Seconds between neighbours above which a new sequence begins.
    pub split_time: f64,
    /// Metres below which neighbours may be duplicates.
    pub duplicate_distance: f64,
    /// Degrees of heading below which neighbours may be duplicates.
    pub duplicate_rotation: f64,
}

/// Settings of a worker.
#[derive(Debug, Clone)]
pub struct Options {
    /// Pictures processed at once.
    pub lanes: usize,
    /// Largest picture, pixels.
    pub max_pixels: u64,
    /// The program that is run as `PROGRAM convert` for each file that is no JPEG: see [`convert`].
    pub converter: PathBuf,
    /// How long a job is a worker's own after its last heartbeat; there are four in this time.
    pub lease: Duration,
    /// What is swept.
    pub sweep: sweep::Sweeping,
    /// Days after which what a report withholds is shown again if no moderator looked at it; none: never.
    pub review_days: Option<u16>,
    /// Defaults of dispatch.
    pub dispatch: DispatchDefaults,
    /// To whose key what a redaction removes is sealed; to nobody's, it is gone at once.
    pub seal_to: Recipients,
}

/// Does jobs until it is told to stop.
#[derive(Clone)]
pub struct Worker {
    /// The database.
    pub catalog: Arc<dyn Catalog>,
    /// Originals and public objects.
    pub storage: Arc<Storage>,
    /// Finds faces and plates.
    pub look: Arc<dyn Look>,
    /// Redacts published pictures again.
    pub surgery: Arc<dyn Surgery>,
    /// Time and randomness.
    pub world: World,
    /// Settings.
    pub options: Options,
}

impl Worker {
    /// Works until `stop` is cancelled, then finishes or releases the jobs in hand.
    pub async fn run(self, stop: CancellationToken) {
        let lanes = TaskTracker::new();
        let ground = Arc::new(ground::Ground::default());
        for _ in 0..self.options.lanes.max(1) {
            lanes.spawn(lane::run(self.clone(), ground.clone(), &[JobKind::Redact, JobKind::Process], stop.clone()));
        }
        // What is quick and waited for has a lane of its own: it never stands behind a picture.
        let quick = &[JobKind::Dispatch, JobKind::Refresh, JobKind::Destroy];
        lanes.spawn(lane::run(self.clone(), ground.clone(), quick, stop.clone()));
        // What must be hidden waits for nothing, and the others do not wait while a large area is swept.
        lanes.spawn(lane::run(self.clone(), ground.clone(), &[JobKind::Areas], stop.clone()));
        lanes.spawn(lane::run(self.clone(), ground.clone(), &[JobKind::Erase], stop.clone()));
        lanes.spawn(ground::run(self.clone(), ground, stop.clone()));
        lanes.spawn(tidy::run(self.clone(), stop.clone()));
        lanes.spawn(leftovers::run(self.clone(), stop.clone()));
        lanes.spawn(sweep::run(self, stop));
        lanes.close();
        lanes.wait().await;
    }

    /// Does every job that is due now, one after another, and answers how many there were. For tests, and for working a
    /// queue off by hand.
    pub async fn drain(&self) -> Result<usize, CatalogError> {
        lane::drain(self).await
    }

    fn job(&self) -> JobId {
        JobId(self.world.id())
    }
}
