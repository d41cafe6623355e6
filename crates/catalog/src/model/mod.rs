//! Plain domain types: what a picture, a sequence, an upload set, an account, a job is.
//!
//! Times are instants (`jiff::Timestamp`, microseconds in the database); positions are lon, lat in degrees WGS 84.

mod account;
mod annotation;
mod area;
mod change;
mod coverage;
mod dataset;
mod difference;
mod edit;
mod exif;
mod filter;
mod ids;
mod inspection;
mod job;
mod login;
mod notice;
mod page;
pub mod period;
mod picture;
mod quota;
mod redaction;
mod region;
mod report;
mod rights;
mod rings;
mod search;
mod sequence;
mod statistics;
mod takeout;
mod transfer;
mod upload;
mod upload_set;
mod webhook;

pub use account::{
    ANONYMOUS, Account, AccountChoices, Claim, Erased, Invite, NewAccount, NewInvite, NewToken, Session, Token,
};
pub use annotation::{Annotation, LONGEST_KEY, LONGEST_VALUE, MOST_ANNOTATIONS, MOST_TAGS, Marked, TagEdits};
pub use area::{
    AreaLimits, AreaReceipt, AreaRevision, AreaShape, ExcludedArea, Exclusion, LONGEST_LABEL, MOST_POSITIONS,
    ShapeError, Sweep,
};
pub use change::{Change, ChangeKind};
pub use coverage::{DrawnTile, GridCell, PictureMark, PicturePlace, SequenceMark, SequenceMarkPlace, Sight};
pub use dataset::{DatasetItem, DatasetPart, LOGGED_ZOOM};
pub use difference::Difference;
pub use edit::{
    CaptureState, Edit, EditChange, EditReceipt, Editable, HeadingState, HistoryOf, MOST_CHANGES, NewEdit,
    PictureFields, PoseState, PositionState, Selection, SequenceFields, Unfulfilled, Wish,
};
pub use exif::Exif;
pub use filter::{
    Comparison, Filter, Pattern, PatternPart, PictureFilter, PictureProperty, SequenceFilter, SequenceProperty, Value,
};
pub use ids::{
    AccountId, AnnotationId, AreaId, EditId, JobId, PartId, PictureId, RedactionId, ReportId, SequenceId, TokenId,
    TransferId, UnreadableId, UploadId, UploadSetId, WebhookId,
};
pub use inspection::{OverdueJob, PictureFiles, Schema, Stalled};
pub use job::{DeadJob, Failure, JobCounts, JobKind, Lease, QueueLine};
pub use login::{Arrival, Link, Login, Person};
pub use notice::{AddressNotice, MailAddress, NewMailAddress, NoticeOutcome, Recipient, ReportNotice};
pub use page::{PageName, PageSummary, PageText, TermsAnswer, TermsState};
pub use period::{Period, UnreadablePeriod};
pub use picture::{
    BoxClass, Camera, Detection, Edited, Item, ItemLinks, Neighbour, Objects, Orientation, Picture, PictureStatus,
    Projection, Publication, Revisions, Shape, TileMatrix,
};
pub use quota::{Quota, Usage};
pub use redaction::{
    Outline, Patch, Redaction, RedactionOrigin, RedactionReceipt, RedactionState, RegionClass, Republication, Undo,
    UndoReceipt, UndoState,
};
pub use region::{MOST_REGION_POSITIONS, Region, RegionPart};
pub use report::{
    Decision, Issue, MOST_OPEN_REPORTS, NewReport, Removal, Report, ReportEvent, ReportFilter, ReportProperty,
    ReportQuery, ReportReceipt, ReportRole, ReportStatus, Reported, WithholdRule,
};
pub use rights::{LONGEST_ATTRIBUTION, Rights, VARIOUS};
pub use search::{Area, Found, Order, Parts, SearchPlace, SearchQuery, squared_distance};
pub use sequence::{
    DispatchPart, DispatchPlan, DispatchShot, DuplicateShot, ListedSequence, PlacedShot, Sequence, SequenceKey,
    SequenceList, SequenceOrder, SequencePlace, SequenceQuery, SequenceStatus, SequenceSummary, Summarised,
    SummaryPoint,
};
pub use statistics::{Lately, Published, PublishedMonth, Statistics};
pub use takeout::{AccountTraces, InviteTrace, OwnCounts, OwnPicture, OwnPlace, PageTrace};
pub use transfer::{NewTransfer, Transfer, TransferProgress, TransferReceipt, TransferStatus};
pub use upload::{NewUpload, Upload, UploadOutcome, UploadPart, UploadReceipt};
pub use upload_set::{
    ChangeOfSet, ChosenPlace, FileNotice, FileRecord, NewUploadSet, Notice, Receipt, ReceivedFile, RefusedFile,
    Rejection, Semantic, Severity, SortMethod, StatusCounts, UploadSet, UploadSetSequence, UploadSetState,
};
pub use webhook::{HeldWebhook, NewWebhook, Telling, Webhook};
