//! How much is worked on at once.

use std::sync::Arc;

use tokio::sync::{Semaphore, SemaphorePermit};

use super::CutError;

/// Tiles that are read or cut at once, for each processor core: reading waits for the store most of the time. Of each there
/// is the data in memory, a few MB of a large panorama.
const TILES: usize = 8;

/// Who waits, waits in turn; who hangs up, leaves. A view has all blocks that it needs in memory, 300 MB of the largest
/// panorama at most, some ten of a usual one.
#[derive(Debug)]
pub(super) struct Lanes {
    tiles: Semaphore,
    views: Semaphore,
    cores: Arc<Semaphore>,
}

impl Lanes {
    pub(super) fn new(cores: usize) -> Self {
        let cores = cores.clamp(1, 1024);
        Self {
            tiles: Semaphore::new(TILES * cores),
            views: Semaphore::new(cores.div_ceil(2)),
            cores: Arc::new(Semaphore::new(cores)),
        }
    }

    /// Waits until a tile may be worked on.
    pub(super) async fn tile(&self) -> Result<SemaphorePermit<'_>, CutError> {
        self.tiles.acquire().await.map_err(|_| CutError::Interrupted)
    }

    /// Waits until a view may be worked on.
    pub(super) async fn view(&self) -> Result<SemaphorePermit<'_>, CutError> {
        self.views.acquire().await.map_err(|_| CutError::Interrupted)
    }

    /// Runs work that takes a core, when there is one. It goes on if nobody waits for it any more, and counts until it ends.
    pub(super) async fn on_a_core<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, CutError> {
        let core = self.cores.clone().acquire_owned().await.map_err(|_| CutError::Interrupted)?;
        let done = tokio::task::spawn_blocking(move || {
            let _core = core;
            work()
        });
        done.await.map_err(|_| CutError::Interrupted)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Condvar, Mutex,
        atomic::{AtomicUsize, Ordering},
    };

    use super::*;

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn no_more_cores_are_taken_than_there_are() {
        let lanes = Arc::new(Lanes::new(3));
        let (running, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let full = Arc::new((Mutex::new(0), Condvar::new()));
        let tasks: Vec<_> = (0..30)
            .map(|_| {
                let (lanes, running, most, full) = (lanes.clone(), running.clone(), most.clone(), full.clone());
                tokio::spawn(async move {
                    lanes
                        .on_a_core(move || {
                            most.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                            // The first three wait for each other, so that all cores are taken at least once.
                            let mut begun = full.0.lock().unwrap();
                            *begun += 1;
                            full.1.notify_all();
                            drop(full.1.wait_while(begun, |begun| *begun < 3).unwrap());
                            running.fetch_sub(1, Ordering::SeqCst);
                        })
                        .await
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap().unwrap();
        }
        assert_eq!(most.load(Ordering::SeqCst), 3);
    }

    #[tokio::test]
    async fn whoever_hangs_up_leaves_the_core_to_what_runs_on_it() {
        let lanes = Lanes::new(1);
        let (begun, has_begun) = tokio::sync::oneshot::channel();
        let (end, may_end) = std::sync::mpsc::channel::<()>();
        let mut work = Box::pin(lanes.on_a_core(move || {
            begun.send(()).unwrap();
            may_end.recv().unwrap();
        }));
        tokio::select! {
            _ = &mut work => unreachable!("it is not over"),
            begun = has_begun => begun.unwrap(),
        }
        drop(work);
        assert_eq!(lanes.cores.available_permits(), 0);
        end.send(()).unwrap();
        lanes.on_a_core(|| ()).await.unwrap();
    }

    #[tokio::test]
    async fn views_leave_cores_to_tiles_and_panics_leave_all() {
        let lanes = Lanes::new(4);
        let _two = (lanes.view().await.unwrap(), lanes.view().await.unwrap());
        assert!(lanes.views.try_acquire().is_err());
        assert!(lanes.tile().await.is_ok());
        let panicked = lanes.on_a_core(|| panic!("as a test")).await;
        assert!(matches!(panicked, Err::<(), _>(CutError::Interrupted)));
        assert_eq!(lanes.cores.available_permits(), 4);
        assert_eq!(Lanes::new(0).views.available_permits(), 1);
    }
}
