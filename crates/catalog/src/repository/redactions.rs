//! Redacting published pictures again, and undoing it.

use async_trait::async_trait;
use jiff::Timestamp;

use crate::{
    Result,
    model::{
        JobId, Lease, Patch, PictureId, Redaction, RedactionId, RedactionReceipt, Republication, Undo, UndoReceipt,
    },
};

/// Redactions that were asked for, sealed patches, and the objects that they supersede.
#[async_trait]
pub trait Redactions: Send + Sync {
    /// Notes regions to be redacted in a ready picture, and asks for a `Redact` job in the same transaction. All regions
    /// that were ever drawn in a picture are at most `most`. One that is asked for while the job runs makes it run again.
    async fn ask_redaction(&self, redaction: Redaction, most: i64, job: JobId) -> Result<RedactionReceipt>;
    /// What was asked of a picture's redaction, the oldest first. Detections are not among them until somebody asks to
    /// have one undone.
    async fn redactions(&self, picture: PictureId) -> Result<Vec<Redaction>>;
    /// Notes a request to undo a redaction that is done. One of a detection is stored with it; of one that is there only
    /// `id`, `picture` and `undo` count. Refused where no sealed patch covers it. What was turned down may be asked again.
    async fn ask_undo(&self, redaction: Redaction, undo: Undo) -> Result<UndoReceipt>;
    /// Redactions that are to be undone, the longest waiting first.
    async fn undo_requests(&self, limit: i64) -> Result<Vec<Redaction>>;
    /// Turns a request to undo a redaction down, with a reason. False: nobody asks for that.
    async fn reject_undo(&self, redaction: RedactionId, answer: &str) -> Result<bool>;

    /// Sealed patches of these pictures, tombstones included, the oldest first.
    async fn patches(&self, pictures: &[PictureId]) -> Result<Vec<Patch>>;
    /// Keys of objects that a picture no longer has and that are still to be removed.
    async fn superseded(&self, picture: PictureId) -> Result<Vec<String>>;

    /// Gives a picture other objects: they are switched if the lease of its `Redact` job is held and its master is still
    /// the one they were made from. Redactions change their state, the patch is listed, and in the same transaction the
    /// keys it had are noted as superseded, the `Redact` job is queued once more to remove them, and a `Refresh` of its
    /// sequence is enqueued. False: nothing changed.
    async fn republish_picture(&self, lease: &Lease, new: Republication, jobs: [JobId; 2]) -> Result<bool>;
    /// Ends a `Redact` job whose picture cannot be redacted: whatever is asked is refused with this sentence.
    async fn refuse_redactions(&self, lease: &Lease, message: &str, now: Timestamp) -> Result<bool>;
    /// Forgets superseded keys after their objects are removed, and ends the job.
    async fn forget_superseded(&self, lease: &Lease, keys: &[String]) -> Result<bool>;
}
