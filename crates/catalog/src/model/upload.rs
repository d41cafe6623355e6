//! Files that come piece by piece, as the tus protocol has it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{AccountId, PartId, PictureId, UploadId, UploadSetId};

/// A file that is going to come.
#[derive(Debug, Clone, PartialEq)]
pub struct NewUpload {
    /// Identifier.
    pub id: UploadId,
    /// The set it is sent to.
    pub upload_set: UploadSetId,
    /// Who sends it.
    pub account: AccountId,
    /// The picture it is to become.
    pub picture: PictureId,
    /// Name the client gave.
    pub file_name: String,
    /// Bytes that are going to come.
    pub length: i64,
    /// What the client said of it, as it did: the value of tus's header `Upload-Metadata`.
    pub metadata: String,
    /// Now.
    pub created_at: Timestamp,
    /// Until when the client may leave off.
    pub expires_at: Timestamp,
}

/// A file that is coming, or has come.
#[derive(Debug, Clone, PartialEq)]
pub struct Upload {
    /// What was said of it at the beginning; `expires_at` moves with each part.
    pub options: NewUpload,
    /// Bytes that are there.
    pub received: i64,
    /// Objects they are in.
    pub parts: i64,
    /// What the client was told in the end.
    pub outcome: Option<UploadOutcome>,
}

impl Upload {
    /// Whether all of it is there.
    pub fn is_full(&self) -> bool {
        self.received == self.options.length
    }

    /// Whether the client has stayed away for too long. What is there as a whole does not expire.
    pub fn is_expired(&self, now: Timestamp) -> bool {
        self.outcome.is_none() && !self.is_full() && self.options.expires_at <= now
    }
}

/// What a client was told of its file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UploadOutcome {
    /// HTTP status.
    pub status: u16,
    /// The answer.
    pub body: serde_json::Value,
}

/// A part of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UploadPart {
    /// Its name, also of its object.
    pub name: PartId,
    /// The file it is of.
    pub upload: UploadId,
    /// Its first byte in the file.
    pub start: i64,
    /// Bytes.
    pub size: i64,
}

/// Whether a file may come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UploadReceipt {
    /// It may.
    Begun,
    /// The account has begun so many that are still open.
    TooMany,
    /// There is no such set (any more).
    NoSuchSet,
}
