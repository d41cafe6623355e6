//! Upload sets: what a contributor sends in one go, and what became of each file.

use flaneur_access::Visibility;
pub use flaneur_dispatch::SortMethod;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{AccountId, Exclusion, PictureId, Rights, SequenceId, UploadSetId};

/// A tag: key and value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Semantic {
    /// Key, for example `transport`.
    pub key: String,
    /// Value, for example `car`.
    pub value: String,
}

/// Changes the options of a set.
pub type ChangeOfSet<'c> = dyn Fn(&mut NewUploadSet) + Send + Sync + 'c;

/// An upload set to be made. Of the options, `None` means: the instance's default.
#[derive(Debug, Clone, PartialEq)]
pub struct NewUploadSet {
    /// Identifier.
    pub id: UploadSetId,
    /// Whose it is.
    pub account: AccountId,
    /// Title; sequences are named after it.
    pub title: String,
    /// How many files will come, if known: the set completes itself when that many have.
    pub estimated_nb_files: Option<i64>,
    /// Order of pictures in sequences.
    pub sort_method: SortMethod,
    /// Whether the set becomes one sequence whatever the gaps.
    pub no_split: bool,
    /// Metres between neighbours above which a new sequence begins.
    pub split_distance: Option<f64>,
    /// Seconds between neighbours above which a new sequence begins.
    pub split_time: Option<f64>,
    /// Whether near-duplicates are kept.
    pub no_deduplication: bool,
    /// Metres below which neighbours may be duplicates.
    pub duplicate_distance: Option<f64>,
    /// Degrees of heading below which neighbours may be duplicates.
    pub duplicate_rotation: Option<f64>,
    /// Degrees between direction of travel and of view; overrides what the pictures say.
    pub relative_heading: Option<f64>,
    /// Who sees its pictures.
    pub visibility: Visibility,
    /// The licence of its pictures, and whom to name.
    pub rights: Rights,
    /// Tags of the sequences to be.
    pub semantics: Vec<Semantic>,
    /// Whatever the client noted about itself (a JSON object).
    pub metadata: serde_json::Value,
    /// The client's User-Agent.
    pub user_agent: Option<String>,
    /// Now.
    pub created_at: Timestamp,
}

/// An upload set with its state.
#[derive(Debug, Clone, PartialEq)]
pub struct UploadSet {
    /// What it was made as.
    pub options: NewUploadSet,
    /// Whether all files have come, as far as the client says.
    pub completed: bool,
    /// Whether its pictures are in sequences.
    pub dispatched: bool,
    /// How many names of files have come, refused ones included.
    pub received: i64,
    /// What was odd about the positions of its pictures when it was last dispatched.
    pub notices: Vec<Notice>,
}

/// Something odd about the positions of an upload set's pictures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// Machine-readable: `frozen_position`, `position_jump`.
    pub reason: String,
    /// A sentence that says what is odd and what to do.
    pub message: String,
    /// The pictures it is about, at most so many as fit a sentence's end; the first in order.
    pub pictures: Vec<PictureId>,
}

/// Something that the contributor of a file is told although it was taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileNotice {
    /// Machine-readable: `film_dropped`, `gain_map_dropped`, `doubtful_metadata`.
    pub reason: String,
    /// A sentence that says what was dropped or what is doubtful.
    pub message: String,
}

/// How far the pictures of something are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct StatusCounts {
    /// Ready.
    pub prepared: i64,
    /// In a worker's hands.
    pub preparing: i64,
    /// Failed for good.
    pub broken: i64,
    /// Files that did not become pictures, or duplicates.
    pub rejected: i64,
    /// Still waiting.
    pub not_processed: i64,
}

/// A sequence made from an upload set.
#[derive(Debug, Clone, PartialEq)]
pub struct UploadSetSequence {
    /// Identifier.
    pub id: SequenceId,
    /// Title.
    pub title: String,
    /// Pictures in it.
    pub nb_items: i64,
    /// How far they are.
    pub counts: StatusCounts,
    /// First and last capture time.
    pub interval: Option<(Timestamp, Timestamp)>,
    /// Whether every picture has its final state and the sequence's line and counts say so.
    pub ready: bool,
}

/// An upload set with everything that is asked while waiting for it.
#[derive(Debug, Clone, PartialEq)]
pub struct UploadSetState {
    /// The set.
    pub set: UploadSet,
    /// How far its files are.
    pub counts: StatusCounts,
    /// Files accepted as pictures.
    pub nb_items: i64,
    /// Sequences made from it.
    pub sequences: Vec<UploadSetSequence>,
    /// Whether everything is done: dispatched, every picture in its final state, every sequence ready.
    pub ready: bool,
}

/// How bad a rejection is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Something is wrong with the file.
    Error,
    /// Nothing is wrong; the file is just not needed.
    Info,
}

/// Why a file did not become a picture that is shown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rejection {
    /// Machine-readable reason: `file_duplicate`, `invalid_file`, `invalid_metadata`, `capture_duplicate`,
    /// `in_excluded_area`, `broken`…
    pub reason: String,
    /// How bad it is.
    pub severity: Severity,
    /// A sentence that says what is wrong and what to do.
    pub message: String,
    /// More, for machines.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub details: Option<serde_json::Value>,
}

/// A file as the set remembers it.
#[derive(Debug, Clone, PartialEq)]
pub struct FileRecord {
    /// Name the client gave.
    pub file_name: String,
    /// The picture made from it.
    pub picture: Option<PictureId>,
    /// MD5 of the bytes received, 32 hexadecimal digits; none if they were not read.
    pub content_md5: Option<String>,
    /// Bytes received.
    pub size: Option<i64>,
    /// When it came.
    pub inserted_at: Timestamp,
    /// Why it is not shown.
    pub rejection: Option<Rejection>,
    /// What of it was dropped, and what was doubtful.
    pub notices: Vec<FileNotice>,
    /// How far its picture is.
    pub status: Option<super::PictureStatus>,
    /// Whether its picture is published.
    pub published: bool,
    /// Whose its picture is.
    pub account: Option<AccountId>,
    /// Because of which excluded areas its picture, if published, is hidden from others.
    pub exclusion: Option<Exclusion>,
    /// Whether its picture, if published, is withheld from others because of a report.
    pub withheld: bool,
    /// When what is said here last changed.
    pub changed_at: Timestamp,
}

impl FileRecord {
    /// The line of a file that came, but became no picture of its own: `picture` is what it would have become.
    pub fn without_picture(file_name: String, picture: &super::Picture, rejection: Rejection) -> Self {
        Self {
            file_name,
            picture: None,
            account: None,
            content_md5: Some(picture.content_md5.clone()),
            size: Some(picture.size),
            inserted_at: picture.created_at,
            rejection: Some(rejection),
            notices: Vec::new(),
            status: None,
            published: false,
            exclusion: None,
            withheld: false,
            changed_at: picture.created_at,
        }
    }
}

/// A file that was stored and is accepted as a picture.
#[derive(Debug, Clone, PartialEq)]
pub struct ReceivedFile {
    /// The set it was sent to.
    pub upload_set: UploadSetId,
    /// Name the client gave.
    pub file_name: String,
    /// The picture it becomes. Its status, sequence, rank and objects are ignored: it starts as waiting.
    pub picture: super::Picture,
    /// What its contributor is told beside.
    pub notices: Vec<FileNotice>,
    /// Where it goes, if the client chose that; none: where its set is dispatched to.
    pub place: Option<ChosenPlace>,
}

/// A place in a sequence that a client chose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChosenPlace {
    /// The sequence.
    pub sequence: SequenceId,
    /// Where in it, from 1 to [`ChosenPlace::LAST`]; others may be missing before it. No two pictures have the same. None:
    /// behind all others.
    pub position: Option<i64>,
}

impl ChosenPlace {
    /// Largest position.
    pub const LAST: i64 = 999_999;
}

/// A file that was refused.
#[derive(Debug, Clone, PartialEq)]
pub struct RefusedFile {
    /// The set it was sent to.
    pub upload_set: UploadSetId,
    /// Name the client gave.
    pub file_name: String,
    /// MD5 of what was received.
    pub content_md5: Option<String>,
    /// Bytes received.
    pub size: Option<i64>,
    /// Now.
    pub inserted_at: Timestamp,
    /// Why.
    pub rejection: Rejection,
}

/// What became of a file that was sent.
#[derive(Debug, Clone, PartialEq)]
pub enum Receipt {
    /// It is a picture now, and a job will process it.
    Accepted(FileRecord),
    /// It is the picture that it is to become already: the request was repeated. Nothing was changed.
    Repeated(FileRecord),
    /// The sender's picture of the same bytes says now what was sent with them. The line is of that picture, or, if that
    /// is in another set, says so.
    Corrected(FileRecord),
    /// Another picture has this id, or had it.
    IdTaken,
    /// The set already has exactly this file.
    SameInSet {
        /// The picture made from it.
        existing: PictureId,
    },
    /// The set has another file of this name.
    NameTaken {
        /// The picture made from that file.
        existing: PictureId,
    },
    /// The same bytes were sent before in another set. The refusal is on the set's list of files.
    Duplicate {
        /// The picture made from them.
        existing: PictureId,
        /// The set they were sent in.
        upload_set: UploadSetId,
        /// Whose it is: others need not be told its id.
        owner: AccountId,
    },
    /// It was taken in an excluded area. The refusal is on the set's list of files.
    InExcludedArea(Exclusion),
    /// There is no such set (any more).
    NoSuchSet,
}
