//! Plain domain types: what a picture, a sequence, an upload set, an account, a job is.
//!
//! Times are instants (`jiff::Timestamp`, microseconds in the database); positions are lon, lat in degrees WGS 84.

mod account;
mod area;
mod change;
mod coverage;
mod ids;
mod inspection;
mod job;
mod picture;
mod redaction;
mod sequence;
mod upload;
mod upload_set;

pub use account::{Account, Claim, Invite, NewAccount, NewInvite, NewToken, Session, Token};
pub use area::{
    AreaLimits, AreaReceipt, AreaShape, ExcludedArea, Exclusion, LONGEST_LABEL, MOST_POSITIONS, ShapeError, Sweep,
};
pub use change::{Change, ChangeKind};
pub use coverage::{DrawnTile, GridCell, PictureMark, SequenceMark, Sight};
pub use ids::{
    AccountId, AreaId, JobId, PartId, PictureId, RedactionId, SequenceId, TokenId, UnreadableId, UploadId, UploadSetId,
};
pub use inspection::{OverdueJob, PictureFiles, Schema, Stalled};
pub use job::{DeadJob, Failure, JobCounts, JobKind, Lease, QueueLine};
pub use picture::{
    Area, BoxClass, Camera, Detection, Item, ItemLinks, Neighbour, Objects, Order, Orientation, Picture, PictureStatus,
    Projection, Publication, Revisions, SearchQuery, Shape, TileMatrix,
};
pub use redaction::{
    Outline, Patch, Redaction, RedactionOrigin, RedactionReceipt, RedactionState, RegionClass, Republication, Undo,
    UndoReceipt, UndoState,
};
pub use sequence::{
    DispatchPart, DispatchPlan, DispatchShot, DuplicateShot, PlacedShot, Sequence, SequenceQuery, SequenceStatus,
    SequenceSummary, SummaryPoint,
};
pub use upload::{NewUpload, Upload, UploadOutcome, UploadPart, UploadReceipt};
pub use upload_set::{
    FileNotice, FileRecord, NewUploadSet, Notice, Receipt, ReceivedFile, RefusedFile, Rejection, Semantic, Severity,
    SortMethod, StatusCounts, UploadSet, UploadSetSequence, UploadSetState,
};
