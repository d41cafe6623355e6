//! Files that come piece by piece.

use std::collections::BTreeSet;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use crate::{
    Result,
    model::{NewUpload, PartId, Upload, UploadId, UploadOutcome, UploadPart, UploadReceipt, UploadSetId},
};

/// Files that come piece by piece. What they are made of lies in the private storage: an object is stored before it is
/// listed here, and removed after it is listed here no more.
#[async_trait]
pub trait Uploads: Send + Sync {
    /// Notes a file that is going to come, unless its account has `most` open ones: begun, and neither ended nor expired.
    async fn begin_upload(&self, new: NewUpload, most: i64) -> Result<UploadReceipt>;
    /// By id.
    async fn upload(&self, id: UploadId) -> Result<Option<Upload>>;
    /// Those of a set that have not ended, the oldest first.
    async fn open_uploads(&self, set: UploadSetId, limit: i64) -> Result<Vec<Upload>>;
    /// Adds parts that follow each other to a file of which just what lies before the first of them is there. Answers how
    /// many bytes are there then; none, without changing anything, if more or less is there, the file has expired, its
    /// set was deleted, or it would get longer than was said. Of two who append at once, one does.
    async fn append_parts(&self, parts: &[UploadPart], now: Timestamp, expires_at: Timestamp) -> Result<Option<i64>>;
    /// Its parts in order.
    async fn upload_parts(&self, id: UploadId) -> Result<Vec<UploadPart>>;
    /// Holds a file that is there as a whole, for making the picture out of it. False if somebody else holds it, or it
    /// has ended, or is not there as a whole. Whoever holds it holds it for longer by this.
    async fn hold_upload(&self, id: UploadId, holder: Uuid, hold: SignedDuration) -> Result<bool>;
    /// Lets go of it.
    async fn release_upload(&self, id: UploadId, holder: Uuid) -> Result<()>;
    /// Ends it. Answers the parts, which are listed no more and whose objects are to be removed; none, without changing
    /// anything, if it is not held by this holder.
    async fn end_upload(&self, id: UploadId, holder: Uuid, outcome: &UploadOutcome) -> Result<Option<Vec<UploadPart>>>;
    /// Forgets what lies behind this byte, because the storage lost it, and lets go of it. Answers the parts as
    /// [`Self::end_upload`] does.
    async fn rewind_upload(&self, id: UploadId, holder: Uuid, to: i64) -> Result<Option<Vec<UploadPart>>>;
    /// Forgets a file. Answers its parts as [`Self::end_upload`] does; none, without changing anything, if there is no such
    /// file, or somebody holds it.
    async fn drop_upload(&self, id: UploadId) -> Result<Option<Vec<UploadPart>>>;

    /// Files that are there as a whole, have not ended, and are held by nobody.
    async fn full_uploads(&self, limit: i64) -> Result<Vec<UploadId>>;
    /// Forgets the parts of files that have expired, and the files themselves that ended or expired before `before`: so
    /// many at once at most. Answers their parts as [`Self::end_upload`] does; none where there was nothing to forget.
    async fn expire_uploads(&self, now: Timestamp, before: Timestamp, limit: i64) -> Result<Option<Vec<UploadPart>>>;
    /// Which of these parts are listed.
    async fn listed_parts(&self, names: &[PartId]) -> Result<BTreeSet<PartId>>;
    /// All parts, by name, after the given one.
    async fn parts(&self, after: Option<PartId>, limit: i64) -> Result<Vec<UploadPart>>;
}
