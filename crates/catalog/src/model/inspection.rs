//! What a look at an instance's health is told.

use jiff::Timestamp;
use uuid::Uuid;

use super::{JobId, JobKind, Objects, PictureId, PictureStatus};

/// What a picture's row says of its files.
#[derive(Debug, Clone, PartialEq)]
pub struct PictureFiles {
    /// The picture.
    pub id: PictureId,
    /// How far it is.
    pub status: PictureStatus,
    /// Key of the original.
    pub original: Option<String>,
    /// Public objects.
    pub objects: Option<Objects>,
    /// SHA-256 of the bytes received, 64 hexadecimal digits.
    pub content_sha256: String,
    /// When anything about it last changed.
    pub updated_at: Timestamp,
    /// Whether there is a job, parked or not, that processes it.
    pub process_job: bool,
    /// Whether there is a job, parked or not, that redacts it again.
    pub redact_job: bool,
    /// Whether there is a job, parked or not, that destroys what it must not keep.
    pub destroy_job: bool,
}

impl PictureFiles {
    /// Whether its public objects are to be there: those of a tombstone or a duplicate are to go.
    pub fn keeps_objects(&self) -> bool {
        self.objects.is_some() && !matches!(self.status, PictureStatus::Deleted | PictureStatus::Duplicate)
    }
}

/// A job that should have been done by now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OverdueJob {
    /// The job.
    pub job: JobId,
    /// What is to be done.
    pub kind: JobKind,
    /// With what.
    pub subject: Uuid,
    /// Whether somebody took it and let the lease run out.
    pub leased: bool,
    /// When it could have been taken, or the lease ran out.
    pub due_at: Timestamp,
}

/// Something that waits for a job that there is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stalled {
    /// The kind of job that would bring it on.
    pub kind: JobKind,
    /// The picture, sequence or upload set.
    pub subject: Uuid,
}

/// Migrations of a database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Schema {
    /// The newest that was applied.
    pub applied: i64,
    /// The newest that this version of Flaneur knows.
    pub known: i64,
}
