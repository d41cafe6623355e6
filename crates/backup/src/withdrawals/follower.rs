//! Follows the change log, and notes every withdrawal.

use std::{sync::Arc, time::Duration};

use flaneur_catalog::{Catalog, model::ChangeKind, signals::Topic};
use tokio_util::sync::CancellationToken;

use super::{Withdrawal, cursor, note, set_cursor, shown};
use crate::{Result, stores::Notes};

/// How long a follower that has noted everything rests without news: a withdrawal is noted within a second.
const REST: Duration = Duration::from_millis(250);
/// How long it rests after a failure.
const PATIENCE: Duration = Duration::from_secs(5);
/// How often in a row it fails before it is told: whoever works with the storage tells of a passing outage.
const TELL: u32 = 5;
/// Changes read at once.
const PAGE: i64 = 500;

/// Notes what is withdrawn. Several may do so at once for one instance: they write the same notes.
pub struct Follower {
    changes: Arc<dyn Catalog>,
    notes: Arc<dyn Notes>,
    instance: String,
    at: Option<i64>,
}

impl std::fmt::Debug for Follower {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Follower").field("instance", &self.instance).field("at", &self.at).finish_non_exhaustive()
    }
}

impl Follower {
    /// A follower of the log of an instance (see [`crate::backup::instance`]).
    pub fn new(changes: Arc<dyn Catalog>, notes: Arc<dyn Notes>, instance: String) -> Self {
        Self { changes, notes, instance, at: None }
    }

    /// Follows until told to stop. What fails is tried again; a lasting failure is logged once.
    pub async fn run(mut self, stop: CancellationToken) {
        let mut failures = 0_u32;
        let mut news = self.changes.listen(Topic::Changes);
        loop {
            let rest = match self.catch_up().await {
                Ok(_) => {
                    failures = 0;
                    REST
                }
                Err(error) => {
                    failures = failures.saturating_add(1);
                    if failures == TELL {
                        let error: &dyn std::error::Error = &error;
                        tracing::error!(error, "cannot note what was withdrawn; a restore might bring it back");
                    }
                    PATIENCE
                }
            };
            tokio::select! {
                _ = news.wait(rest) => {}
                () = stop.cancelled() => return,
            }
        }
    }

    /// Notes everything up to now; answers how many notes were written.
    pub async fn catch_up(&mut self) -> Result<u64> {
        let mut at = match self.at {
            Some(at) => at,
            None => cursor(self.notes.as_ref(), &self.instance).await?,
        };
        let mut written = 0;
        loop {
            let page = self.changes.changes(at, PAGE).await?;
            let Some(last) = page.last().map(|change| change.number) else { break };
            for change in &page {
                if let Some(withdrawal) = Withdrawal::of(change, &self.instance) {
                    note(self.notes.as_ref(), &withdrawal).await?;
                    written += 1;
                } else if change.kind == ChangeKind::Published {
                    shown(self.notes.as_ref(), &self.instance, change).await?;
                }
            }
            // Only now: whoever goes on from here must find the notes of all before.
            set_cursor(self.notes.as_ref(), &self.instance, last).await?;
            at = last;
        }
        self.at = Some(at);
        Ok(written)
    }
}
