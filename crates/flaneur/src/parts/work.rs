//! The worker: its models and settings.

use std::{path::PathBuf, sync::Arc, time::Duration};

use anyhow::{Context as _, Result};
use flaneur_api::Defaults;
use flaneur_catalog::{Catalog, world::World};
use flaneur_detect::Detector;
use flaneur_storage::Storage;
use flaneur_worker::{
    DispatchDefaults, Models, Options, Surgery, Worker, seal_to::Recipients, surgery::Cutting, sweep::Sweeping,
};

use crate::options::{Review, WorkLimit, Working};

/// Most pictures processed at once by one process.
const MAX_LANES: usize = 256;

/// Loads the models, which takes seconds.
pub async fn models(working: &Working) -> Result<Detector> {
    let mut options = flaneur_detect::Options::new(&working.models);
    options.sessions = lanes(working);
    options.threads_per_session = 1;
    let loaded =
        tokio::task::spawn_blocking(move || Detector::load(&options)).await.context("loading models failed")?;
    Ok(loaded?)
}

/// A worker, ready to run.
pub fn worker(
    working: &Working,
    (limit, review): (&WorkLimit, &Review),
    seal_to: Recipients,
    detector: Detector,
    catalog: Arc<dyn Catalog>,
    storage: Arc<Storage>,
    world: World,
) -> Result<Worker> {
    let defaults = Defaults::default();
    let surgery = surgery(limit);
    let options = Options {
        lanes: lanes(working),
        max_pixels: limit.max_pixels * 1_000_000,
        converter: converter(working)?,
        lease: Duration::from_secs(working.lease),
        seal_to,
        sweep: Sweeping { grace: Duration::from_secs(working.orphan_grace), before: None },
        review_days: review.days(),
        dispatch: DispatchDefaults {
            split_distance: defaults.split_distance,
            split_time: defaults.split_time,
            duplicate_distance: defaults.duplicate_distance,
            duplicate_rotation: defaults.duplicate_rotation,
        },
    };
    Ok(Worker { catalog, storage, look: Arc::new(Models(detector)), surgery, world, options })
}

/// Redacts published pictures again.
pub fn surgery(limit: &WorkLimit) -> Arc<dyn Surgery> {
    Arc::new(Cutting { max_pixels: limit.max_pixels * 1_000_000 })
}

/// What is run for files that are no JPEG: this very program, unless another was named.
fn converter(working: &Working) -> Result<PathBuf> {
    match &working.converter {
        Some(program) => Ok(program.clone()),
        None => std::env::current_exe().context("where this program lies can't be found: name it with --converter"),
    }
}

fn lanes(working: &Working) -> usize {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    if working.workers == 0 { cores } else { working.workers.min(MAX_LANES) }
}
