//! How far a long operation is, and stopping it.

use std::sync::atomic::{AtomicU64, Ordering};

use tokio_util::sync::CancellationToken;

use crate::{BackupError, Result};

/// How far an operation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// What is being done.
    pub stage: &'static str,
    /// How many are done.
    pub done: u64,
    /// Of how many, if that is known.
    pub total: Option<u64>,
}

/// Who is told how far an operation is; called often.
pub type Listener<'a> = &'a (dyn Fn(Step) + Send + Sync);

/// Tells how far an operation is, and whether to go on.
pub struct Watch<'a> {
    listener: Listener<'a>,
    stop: &'a CancellationToken,
}

impl<'a> Watch<'a> {
    /// Tells the listener, until `stop` is cancelled.
    pub fn new(listener: Listener<'a>, stop: &'a CancellationToken) -> Self {
        Self { listener, stop }
    }

    /// Fails if the operation is to stop.
    pub fn go_on(&self) -> Result<()> {
        if self.stop.is_cancelled() { Err(BackupError::Stopped) } else { Ok(()) }
    }

    /// Begins a stage.
    pub(crate) fn stage(&self, stage: &'static str, total: Option<u64>) -> Stage<'_> {
        (self.listener)(Step { stage, done: 0, total });
        Stage { watch: self, stage, total, done: AtomicU64::new(0) }
    }
}

impl std::fmt::Debug for Watch<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Watch").field("stopped", &self.stop.is_cancelled()).finish_non_exhaustive()
    }
}

/// One stage of an operation.
pub(crate) struct Stage<'a> {
    watch: &'a Watch<'a>,
    stage: &'static str,
    total: Option<u64>,
    done: AtomicU64,
}

impl Stage<'_> {
    /// Counts; fails if the operation is to stop.
    pub(crate) fn did(&self, number: u64) -> Result<()> {
        let done = self.done.fetch_add(number, Ordering::Relaxed) + number;
        (self.watch.listener)(Step { stage: self.stage, done, total: self.total });
        self.watch.go_on()
    }
}
