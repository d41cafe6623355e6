//! Whether the storage can be used.
//!
//! A worker that cannot use it (it is away or full, or refuses this worker alone, for its clock or its keys) would fail one
//! job after another, faster than others can do them, until all are given up. So once a job failed for want of the storage,
//! no job that needs it is taken until it was tried out.

use std::time::Duration;

use flaneur_catalog::model::JobKind;
use flaneur_storage::{Storage, StorageError};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::{Worker, error::JobError};

/// How long a trial may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// Time between two trials.
const AGAIN: Duration = Duration::from_secs(2);

/// What the lanes of a worker know of the storage.
#[derive(Debug)]
pub struct Ground(watch::Sender<bool>);

impl Default for Ground {
    fn default() -> Self {
        Self(watch::Sender::new(true))
    }
}

impl Ground {
    /// Of these kinds of job, those that can be done as things are.
    pub fn passable(&self, kinds: &[JobKind]) -> Vec<JobKind> {
        let usable = *self.0.borrow();
        kinds.iter().copied().filter(|kind| usable || !needs_storage(*kind)).collect()
    }

    /// Notes how a job failed.
    pub fn note(&self, error: &JobError) {
        if casts_doubt(error) {
            self.0.send_replace(false);
        }
    }
}

fn needs_storage(kind: JobKind) -> bool {
    match kind {
        JobKind::Process | JobKind::Redact | JobKind::Destroy | JobKind::Transfer | JobKind::Dataset => true,
        JobKind::Areas | JobKind::Erase | JobKind::Dispatch | JobKind::Refresh => false,
    }
}

/// Whether it is the storage that failed, and not what lies in it.
fn casts_doubt(error: &JobError) -> bool {
    matches!(error, JobError::Storage(StorageError::Store(_) | StorageError::Io(_) | StorageError::Folder { .. }))
}

/// Tries the storage out whenever there is doubt, until it works or the worker is told to stop.
pub async fn run(worker: Worker, ground: std::sync::Arc<Ground>, stop: CancellationToken) {
    let mut usable = ground.0.subscribe();
    loop {
        tokio::select! {
            doubt = usable.wait_for(|usable| !usable) => if doubt.is_err() { return },
            () = stop.cancelled() => return,
        }
        let mut told = false;
        while let Err(why) = trial(&worker.storage).await {
            if !told {
                tracing::warn!(why, "cannot use the storage; jobs that need it are left to others until it works");
                told = true;
            }
            tokio::select! {
                () = tokio::time::sleep(AGAIN) => {}
                () = stop.cancelled() => return,
            }
        }
        if told {
            tracing::info!("the storage works again");
        }
        ground.0.send_replace(true);
    }
}

/// Does everything with both stores that jobs do.
async fn trial(storage: &Storage) -> Result<(), String> {
    let both = async {
        storage.public.probe().await?;
        storage.private.probe().await
    };
    match tokio::time::timeout(PATIENCE, both).await {
        Ok(outcome) => outcome.map_err(|error| JobError::from(error).chain()),
        Err(_) => Err(format!("it did not answer within {} seconds", PATIENCE.as_secs())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn in_doubt_only_what_needs_no_storage_is_done() {
        let ground = Ground::default();
        assert_eq!(ground.passable(&JobKind::ALL), JobKind::ALL);
        ground.note(&JobError::Panic);
        ground.note(&JobError::Storage(StorageError::Missing("one object".to_owned())));
        assert_eq!(ground.passable(&JobKind::ALL), JobKind::ALL, "that is not the storage's fault");
        ground.note(&JobError::Storage(std::io::Error::from(std::io::ErrorKind::StorageFull).into()));
        let left = ground.passable(&JobKind::ALL);
        assert!(left.contains(&JobKind::Dispatch) && left.contains(&JobKind::Areas) && left.len() == 4, "{left:?}");
        assert!(ground.passable(&[JobKind::Process]).is_empty());
    }
}
