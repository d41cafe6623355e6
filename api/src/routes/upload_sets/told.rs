//! Upload sets and their files as clients are told of them, for the API's description.

use flaneur_access::Visibility;
use flaneur_catalog::model::{
    AccountId, FileNotice, Notice, PictureId, Rejection, Semantic, SequenceId, SortMethod, StatusCounts, UploadSetId,
};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use crate::{
    Link,
    stac::{Tag, TemporalExtent},
    words,
};

/// An upload set. Of its options, those that are not there are as the configuration has them.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = UploadSet)]
pub struct UploadSetDocument {
    /// Identifier.
    #[schema(value_type = Uuid)]
    pub id: UploadSetId,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// Whether all files have come, as far as the client says.
    pub completed: bool,
    /// Whether its pictures are in sequences.
    pub dispatched: bool,
    /// Whose it is.
    #[schema(value_type = Uuid)]
    pub account_id: AccountId,
    /// Title; sequences are named after it.
    pub title: String,
    /// How many files will come. When that many have, the set completes itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub estimated_nb_files: Option<i64>,
    /// Order of pictures in sequences.
    #[schema(value_type = words::SortMethod)]
    pub sort_method: SortMethod,
    /// True where it becomes one sequence whatever the gaps; else not there.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub no_split: bool,
    /// Metres between neighbours above which a new sequence begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub split_distance: Option<f64>,
    /// Seconds between neighbours above which a new sequence begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub split_time: Option<f64>,
    /// True where near-duplicates are kept; else not there.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub no_deduplication: bool,
    /// Metres below which neighbours may be duplicates.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub duplicate_distance: Option<f64>,
    /// Degrees of heading below which neighbours may be duplicates.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub duplicate_rotation: Option<f64>,
    /// Whatever the client noted about itself.
    #[serde(skip_serializing_if = "Value::is_null")]
    #[schema(value_type = Object)]
    pub metadata: Value,
    /// The sequences made from it.
    pub associated_collections: Vec<SetSequence>,
    /// Files that became pictures.
    pub nb_items: i64,
    /// How far its files are.
    pub items_status: ItemsStatus,
    /// Tags of its sequences.
    #[schema(value_type = Vec<Tag>)]
    pub semantics: Vec<Semantic>,
    /// Degrees from the direction of travel to the direction of view, -360 to 360.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub relative_heading: Option<f64>,
    /// What is odd about the positions of its pictures.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<PositionNotice>)]
    pub notices: Vec<Notice>,
    /// Who sees its pictures.
    #[schema(value_type = words::Visibility)]
    pub visibility: Visibility,
    /// SPDX identifier of the licence of its pictures.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub license: Option<String>,
    /// Whom to name for its pictures, if that is not just the account.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub attribution: Option<String>,
    /// Where to go from here; whoever may change it finds `add_files`, `complete` and `delete`.
    pub links: Vec<Link>,
    /// Whether everything is done: sorted into sequences, every picture in its final state, every sequence ready.
    pub ready: bool,
}

/// A sequence that was made from an upload set.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = UploadSetSequence)]
pub struct SetSequence {
    /// Identifier.
    #[schema(value_type = Uuid)]
    pub id: SequenceId,
    /// Title.
    pub title: String,
    /// Pictures in it.
    pub nb_items: i64,
    /// How far they are.
    pub items_status: ItemsStatus,
    /// `self`: the sequence.
    pub links: [Link; 1],
    /// Whether every picture has its final state, and the sequence is told with all of them.
    pub ready: bool,
    /// When the first and the last of its pictures were taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub extent: Option<ExtentInTime>,
}

/// An extent in time alone.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ExtentInTime {
    /// When.
    pub temporal: TemporalExtent,
}

/// How many pictures are how far.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ItemsStatus {
    /// Ready.
    prepared: i64,
    /// Being blurred.
    preparing: i64,
    /// Failed for good.
    broken: i64,
    /// Of an upload set: files that did not become pictures, and duplicates.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    rejected: Option<i64>,
    /// Waiting to be blurred.
    not_processed: i64,
}

impl ItemsStatus {
    /// Of a sequence, which nothing is in that was rejected.
    pub fn of_sequence(counts: StatusCounts) -> Self {
        let StatusCounts { prepared, preparing, broken, not_processed, .. } = counts;
        Self { prepared, preparing, broken, rejected: None, not_processed }
    }

    /// Of an upload set.
    pub fn of_set(counts: StatusCounts) -> Self {
        Self { rejected: Some(counts.rejected), ..Self::of_sequence(counts) }
    }
}

/// Several upload sets.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct UploadSets {
    /// The newest first.
    pub upload_sets: Vec<UploadSetDocument>,
    /// `self`.
    pub links: [Link; 1],
}

/// A file of an upload set.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
#[schema(as = UploadSetFile)]
pub struct FileDocument {
    /// Name the client gave.
    pub file_name: String,
    /// When it came.
    #[schema(value_type = String, format = DateTime)]
    pub inserted_at: Timestamp,
    /// Always `picture`.
    pub file_type: &'static str,
    /// `parent`: the upload set.
    pub links: [Link; 1],
    /// The picture made from it; not there: it was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Uuid>, nullable = false)]
    pub picture_id: Option<PictureId>,
    /// MD5 of its bytes, 32 hexadecimal digits, if they were read.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub content_md5: Option<String>,
    /// Bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub size: Option<i64>,
    /// Why it is not shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<FileRejection>, nullable = false)]
    pub rejected: Option<Rejection>,
    /// What of it was dropped, and what was doubtful.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<NoticeOfFile>)]
    pub notices: Vec<FileNotice>,
    /// How far it is.
    pub state: FileState,
    /// Why it is so, in words, and what to do.
    pub message: String,
    /// When what is said here last changed.
    #[schema(value_type = String, format = DateTime)]
    pub changed_at: Timestamp,
}

/// The one state that a file is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum FileState {
    /// It did not become a picture.
    Refused,
    /// It is stored, and waits until it is blurred.
    Waiting,
    /// It is blurred, and in no sequence yet.
    Ready,
    /// It is shown.
    Published,
    /// It is shown to its owner and administrators only.
    Hidden,
    /// The picture could not be made.
    Broken,
    /// Nearly the same picture is in the set.
    Duplicate,
    /// The picture was deleted.
    Deleted,
}

/// A page of an upload set's files.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct UploadSetFiles {
    /// The files, in the order in which they came.
    pub files: Vec<FileDocument>,
    /// `self`, and `next` where there are more.
    pub links: Vec<Link>,
}

/// Something odd about the positions of an upload set's pictures.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "it describes the catalog's notices, which are written as they are")]
pub struct PositionNotice {
    /// For machines: `frozen_position`, `position_jump`.
    reason: String,
    /// What is odd, and what to do.
    message: String,
    /// The pictures that it is about, the first in order if they are many.
    pictures: Vec<uuid::Uuid>,
}

/// Something that the sender of a file is told although it was taken.
#[derive(utoipa::ToSchema)]
#[schema(as = FileNotice)]
#[expect(dead_code, reason = "it describes the catalog's notices, which are written as they are")]
pub struct NoticeOfFile {
    /// For machines: `film_dropped`, `gain_map_dropped`, `doubtful_metadata`.
    reason: String,
    /// What was dropped, or is doubtful.
    message: String,
}

/// Why a file did not become a picture that is shown.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "it describes the catalog's rejections, which are written as they are")]
pub struct FileRejection {
    /// For machines: `file_duplicate`, `invalid_file`, `invalid_metadata`, `capture_duplicate`, `in_excluded_area`, `broken`…
    reason: String,
    /// How bad it is.
    severity: HowBad,
    /// What is wrong, and what to do.
    message: String,
    /// More, for machines.
    #[schema(value_type = Option<Value>)]
    details: Option<Value>,
}

/// How bad it is that a file is not shown.
#[derive(utoipa::ToSchema)]
#[schema(as = Severity, rename_all = "lowercase")]
#[expect(dead_code, reason = "it describes what the catalog says")]
pub enum HowBad {
    /// Something is wrong with it.
    Error,
    /// Nothing is wrong: it is just not needed.
    Info,
}
