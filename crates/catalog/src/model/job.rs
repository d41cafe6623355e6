//! Jobs: what is still to be done, and who is at it.

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::JobId;

/// What is to be done, and with what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum JobKind {
    /// Show or hide pictures where excluded areas changed: an account's own areas, or (the nil id) the instance's. What is to
    /// be hidden waits for nothing.
    Areas,
    /// Delete what an erased account has.
    Erase,
    /// Sort an upload set's pictures into sequences. Before what takes long, so that a set never waits behind pictures.
    Dispatch,
    /// Compute a sequence's line, extent and counts anew from its pictures.
    Refresh,
    /// Destroy a picture's original, and the public objects of a picture that is deleted or a duplicate.
    Destroy,
    /// Bring a sequence here from another instance.
    Transfer,
    /// Redact a published picture again, and remove the objects that this supersedes.
    Redact,
    /// Detect, redact, derive, verify and publish a picture.
    Process,
    /// Bring the files that list the public's pictures up to date. There is one, of the nil id.
    Dataset,
}

impl JobKind {
    /// Every kind, the most urgent first.
    pub const ALL: [Self; 9] = [
        Self::Areas,
        Self::Erase,
        Self::Dispatch,
        Self::Refresh,
        Self::Destroy,
        Self::Transfer,
        Self::Redact,
        Self::Process,
        Self::Dataset,
    ];

    /// The name in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Areas => "areas",
            Self::Erase => "erase",
            Self::Dispatch => "dispatch",
            Self::Refresh => "refresh",
            Self::Destroy => "destroy",
            Self::Transfer => "transfer",
            Self::Redact => "redact",
            Self::Process => "process",
            Self::Dataset => "dataset",
        }
    }

    /// Order of urgency, lower first.
    pub fn priority(self) -> i64 {
        match self {
            Self::Areas => 0,
            Self::Erase => 1,
            Self::Dispatch => 2,
            Self::Refresh => 3,
            Self::Destroy => 4,
            Self::Transfer => 5,
            Self::Redact => 6,
            Self::Process => 7,
            Self::Dataset => 8,
        }
    }

    /// How often it is tried before it is parked.
    pub fn max_attempts(self) -> i64 {
        10
    }
}

/// A job that a worker holds for a while. Whatever ends the job asks for the lease, so that a worker that lost its
/// lease cannot publish.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    /// The job.
    pub job: JobId,
    /// What is to be done.
    pub kind: JobKind,
    /// With what: a picture, an upload set, a sequence or an account, as the kind says.
    pub subject: Uuid,
    /// Which try this is, from 1. Counted when the lease is taken: a file that kills its worker is parked in the end.
    pub attempt: i64,
    /// Fencing token, unique to this lease.
    pub token: Uuid,
    /// How often the job was asked for when the lease was taken; asked again meanwhile, it runs again.
    pub version: i64,
    /// Until when the lease holds without a heartbeat, by the database's clock.
    pub expires_at: Timestamp,
    /// The request that asked for the job, if it was one.
    pub request: Option<String>,
}

impl Lease {
    /// How long to wait after this try failed: doubling from one second up to five minutes, so that ten attempts outlast an
    /// outage of eight minutes.
    pub fn back_off(&self) -> SignedDuration {
        let doublings = u32::try_from(self.attempt.clamp(1, 20) - 1).unwrap_or(0);
        SignedDuration::from_secs((1_i64 << doublings).min(300))
    }

    /// What becomes of the job, which failed for this reason but may go better another time: it is tried again, until it was
    /// tried often enough.
    pub fn failed(&self, reason: String) -> Failure {
        if self.attempt < self.kind.max_attempts() {
            Failure::Retry { after: self.back_off(), reason }
        } else {
            Failure::Park { reason }
        }
    }
}

/// What to do with a job that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// Try again, not before the given time.
    Retry {
        /// How long to wait before.
        after: SignedDuration,
        /// Why it failed, for the operator.
        reason: String,
    },
    /// Park it: it stays, visible with its reason, until the operator asks for it again.
    Park {
        /// Why.
        reason: String,
    },
}

/// A parked job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadJob {
    /// The job.
    pub job: JobId,
    /// What was to be done.
    pub kind: JobKind,
    /// With what.
    pub subject: Uuid,
    /// How often it was tried.
    pub attempts: i64,
    /// Why it was parked.
    pub reason: String,
}

/// The jobs of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueLine {
    /// The kind.
    pub kind: JobKind,
    /// May be taken at once.
    pub due: i64,
    /// Wait for their next try.
    pub delayed: i64,
    /// Held by a worker.
    pub leased: i64,
    /// Parked.
    pub dead: i64,
    /// When the longest waiting one of those due was asked for.
    pub oldest: Option<Timestamp>,
}

/// How many jobs there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct JobCounts {
    /// Waiting for a worker, those waiting for a later time included.
    pub queued: i64,
    /// Held by a worker.
    pub leased: i64,
    /// Parked.
    pub dead: i64,
}
