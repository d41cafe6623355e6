//! The job queue. There is at most one job of a kind for a subject; asking for it again while it is queued changes
//! nothing, while it is leased makes it run once more, while it is dead revives it.
//!
//! Accounts take turns: of two that have jobs of one kind, neither waits for more than one of the other's for each of its
//! own, however many the other asked for before. Jobs that are for nobody stand in a queue of their own.
//!
//! Times of leases come from the clock of the database, so that workers whose clocks disagree agree on who holds what.

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use crate::{
    Result,
    model::{DeadJob, Failure, JobCounts, JobId, JobKind, Lease, QueueLine},
};

/// Jobs.
#[async_trait]
pub trait Jobs: Send + Sync {
    /// Asks for a job. It carries the id of the request it is asked for in ([`crate::request`]).
    async fn enqueue(&self, id: JobId, kind: JobKind, subject: Uuid, now: Timestamp) -> Result<()>;
    /// Takes the most urgent job of these kinds that is due: queued, delayed with its time come, or leased with the lease
    /// run out. Lower [`JobKind::priority`] first, then by turn. Counts the attempt. `token` is a fresh id. A job whose
    /// lease ran out in its last attempt ([`JobKind::max_attempts`]) is parked instead. A time that no lease or delay
    /// reaches counts as come: then the clock was turned back.
    async fn lease(&self, kinds: &[JobKind], token: Uuid, hold: SignedDuration) -> Result<Option<Lease>>;
    /// Takes the job of a kind for one subject, whoever else has asked for it, or makes one and takes it: for whoever works on
    /// a subject by hand and must be the only one. None: somebody holds it. Counts no attempt. One that was asked for
    /// before is queued again when the lease ends it.
    async fn claim(
        &self,
        id: JobId,
        kind: JobKind,
        subject: Uuid,
        token: Uuid,
        hold: SignedDuration,
    ) -> Result<Option<Lease>>;
    /// Prolongs a lease: it holds for `hold` from now. False: it is lost, stop working on it.
    async fn heartbeat(&self, lease: &Lease, hold: SignedDuration) -> Result<bool>;
    /// Gives a job back unfinished, as when shutting down; the attempt does not count.
    async fn release(&self, lease: &Lease) -> Result<bool>;
    /// Ends every lease at once, and lets go of every upload, for a process that knows that it is the only one: whoever held
    /// them is gone. The attempts count. Answers how many there were.
    async fn reclaim(&self) -> Result<u64>;
    /// Ends a job that has no result of its own.
    async fn finish(&self, lease: &Lease) -> Result<bool>;
    /// Ends an attempt that failed. There is no retry after the last attempt ([`JobKind::max_attempts`]): the job is
    /// parked. Asked for again while it was leased, it is queued whatever failed, with attempts of its own.
    async fn fail(&self, lease: &Lease, failure: Failure) -> Result<bool>;
    /// How many there are.
    async fn job_counts(&self) -> Result<JobCounts>;
    /// How many there are of each kind, the most urgent kind first; every kind has a line.
    async fn queue(&self) -> Result<Vec<QueueLine>>;
    /// Parked jobs, the latest first.
    async fn dead_jobs(&self, limit: i64) -> Result<Vec<DeadJob>>;
    /// Gives a parked job a new row of attempts. False if it is not parked.
    async fn revive(&self, id: JobId, now: Timestamp) -> Result<bool>;
}

/// The longest that a lease holds without a heartbeat, or a job is delayed. What is due later than this from now was
/// written before the clock was turned back.
pub const LONGEST_WAIT: SignedDuration = SignedDuration::from_mins(10);
