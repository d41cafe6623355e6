//! Sweeps orphans: what was stored, or was being stored, when a process died before the catalog knew of it.
//!
//! Ages are told by the clocks of the stores, which also date what lies in them: a worker whose clock is wrong destroys
//! nothing too early.

use std::{collections::BTreeSet, time::Duration};

use flaneur_catalog::model::PictureId;
use flaneur_storage::{OriginalKey, PatchKey, Storage, StorageError, stored_before};
use futures::TryStreamExt as _;
use tokio_util::sync::CancellationToken;

use crate::{Worker, error::JobError, uploads};

/// Time between two sweeps, at most.
const EVERY: Duration = Duration::from_hours(1);
/// Originals that the catalog is asked about at once.
const AT_ONCE: usize = 500;

/// What the clocks of both stores show, seconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// The clock of the public store.
    pub public: i64,
    /// The clock of the private store.
    pub private: i64,
}

impl Moment {
    /// Reads both clocks.
    pub async fn now(storage: &Storage) -> Result<Self, StorageError> {
        Ok(Self { public: storage.public.time().await?, private: storage.private.time().await? })
    }

    fn earlier(self, by: Duration) -> Self {
        let by = i64::try_from(by.as_secs()).unwrap_or(i64::MAX);
        Self { public: self.public.saturating_sub(by), private: self.private.saturating_sub(by) }
    }

    fn later_of(self, other: Self) -> Self {
        Self { public: self.public.max(other.public), private: self.private.max(other.private) }
    }
}

/// What is taken for an orphan.
#[derive(Debug, Clone, Copy)]
pub struct Sweeping {
    /// What lies in a store and in no row is left alone for so long: its upload may still be under way.
    pub grace: Duration,
    /// What was stored before this moment is due at once: then this process was the only one, and had not begun its work.
    pub before: Option<Moment>,
}

impl Sweeping {
    /// Whatever was stored before the answer is due.
    async fn due(&self, storage: &Storage) -> Result<Moment, StorageError> {
        let aged = Moment::now(storage).await?.earlier(self.grace);
        Ok(self.before.map_or(aged, |before| before.later_of(aged)))
    }
}

/// Sweeps at the start and every hour (more often if the grace is shorter) until told to stop.
pub async fn run(worker: Worker, stop: CancellationToken) {
    loop {
        match sweep(&worker).await {
            Ok(0) => {}
            Ok(number) => tracing::info!(number, "destroyed what was left of uploads and jobs that never completed"),
            Err(error) => tracing::warn!(error = error.chain(), "cannot sweep orphans; it is tried again"),
        }
        tokio::select! {
            () = tokio::time::sleep(EVERY.min(worker.options.sweep.grace)) => {}
            () = stop.cancelled() => return,
        }
    }
}

/// Destroys orphans that are due; answers how many. What is none of ours is left alone.
pub async fn sweep(worker: &Worker) -> Result<usize, JobError> {
    let due = worker.options.sweep.due(&worker.storage).await?;
    let mut destroyed = worker.storage.private.clear_unfinished(due.private).await?;
    destroyed += worker.storage.public.clear_unfinished(due.public).await?;
    destroyed += originals(worker, due.private).await?;
    destroyed += patches(worker, due.private).await?;
    destroyed += uploads::sweep(worker, due.private).await?;
    Ok(destroyed)
}

async fn originals(worker: &Worker, due: i64) -> Result<usize, JobError> {
    let mut old = stored_before(worker.storage.private.entries(), due, AT_ONCE);
    let mut destroyed = 0;
    while let Some(keys) = old.try_next().await? {
        destroyed += destroy_orphans(worker, &keys).await?;
    }
    Ok(destroyed)
}

async fn destroy_orphans(worker: &Worker, keys: &[OriginalKey]) -> Result<usize, JobError> {
    let ids: Vec<PictureId> = keys.iter().map(|key| PictureId(key.0)).collect();
    let known: BTreeSet<PictureId> = worker.catalog.with_original(&ids).await?;
    let mut destroyed = 0;
    for key in keys.iter().filter(|key| !known.contains(&PictureId(key.0))) {
        worker.storage.private.destroy(*key).await?;
        destroyed += 1;
    }
    Ok(destroyed)
}

async fn patches(worker: &Worker, due: i64) -> Result<usize, JobError> {
    let mut old = stored_before(worker.storage.private.patches(), due, AT_ONCE);
    let mut destroyed = 0;
    while let Some(keys) = old.try_next().await? {
        destroyed += destroy_unlisted(worker, &keys).await?;
    }
    Ok(destroyed)
}

async fn destroy_unlisted(worker: &Worker, keys: &[PatchKey]) -> Result<usize, JobError> {
    let ids: Vec<PictureId> = keys.iter().map(|key| PictureId(key.picture())).collect();
    let listed: BTreeSet<String> = worker.catalog.patches(&ids).await?.into_iter().map(|patch| patch.key).collect();
    let mut destroyed = 0;
    for key in keys.iter().filter(|key| !listed.contains(key.as_str())) {
        worker.storage.private.destroy_patch(key).await?;
        destroyed += 1;
    }
    Ok(destroyed)
}
