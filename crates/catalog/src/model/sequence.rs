//! Sequences, and what dispatch and refresh hand over.

use flaneur_access::{Viewer, Visibility};
use flaneur_coverage::quadkey::Bbox;
use jiff::Timestamp;

use super::{AccountId, PictureId, Projection, Rights, Semantic, SequenceFilter, SequenceId, UploadSetId};

/// How far a sequence is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SequenceStatus {
    /// Its pictures are not all there yet, or its summary is due.
    Waiting,
    /// Shown.
    Ready,
    /// Gone; the row is its tombstone.
    Deleted,
}

impl SequenceStatus {
    /// Every value.
    pub const ALL: [Self; 3] = [Self::Waiting, Self::Ready, Self::Deleted];

    /// The name in API and database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Ready => "ready",
            Self::Deleted => "deleted",
        }
    }
}

/// A sequence: pictures taken one after another.
#[derive(Debug, Clone, PartialEq)]
pub struct Sequence {
    /// Identifier; of the STAC Collection, too.
    pub id: SequenceId,
    /// Whose it is.
    pub account: AccountId,
    /// Name of that account.
    pub producer: String,
    /// The set it was made from.
    pub upload_set: UploadSetId,
    /// Title.
    pub title: String,
    /// How far it is.
    pub status: SequenceStatus,
    /// Who sees it.
    pub visibility: Visibility,
    /// Tags.
    pub semantics: Vec<Semantic>,
    /// The order that was asked for since it was made, as the API names it.
    pub sorted_by: Option<String>,
    /// The client its set was sent with.
    pub user_agent: Option<String>,
    /// What is computed from its pictures.
    pub summary: SequenceSummary,
    /// When it was made.
    pub created_at: Timestamp,
    /// When anything in it last changed.
    pub updated_at: Timestamp,
}

/// What is computed from the pictures of a sequence that are shown.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SequenceSummary {
    /// Pictures shown.
    pub nb_pictures: i64,
    /// Extent; none without pictures.
    pub bbox: Option<Bbox>,
    /// First and last capture time.
    pub interval: Option<(Timestamp, Timestamp)>,
    /// Length of the track, metres.
    pub length_m: f64,
    /// The day of the earliest capture in local time, `YYYY-MM-DD`.
    pub capture_date: Option<String>,
    /// Make and model, if all pictures agree.
    pub camera: Option<(Option<String>, Option<String>)>,
    /// Layout, if all pictures agree.
    pub projection: Option<Projection>,
    /// Field of view in degrees, if all pictures agree.
    pub field_of_view: Option<f64>,
    /// Focal length in mm, if all pictures agree.
    pub focal_length: Option<f64>,
    /// The accuracy in metres that nine of ten pictures reach.
    pub accuracy: Option<f64>,
    /// Pixels per degree, if all pictures agree.
    pub pixel_density: Option<i64>,
    /// Licence and whom to name, if all pictures agree; else [`super::VARIOUS`] and nobody.
    pub rights: Rights,
}

/// What is computed from the pictures of a sequence, with its track: only maps are drawn from that, and read it by themselves.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Summarised {
    /// All but the track.
    pub summary: SequenceSummary,
    /// The track: line strings of (lon, lat) in degrees.
    pub lines: Vec<Vec<(f64, f64)>>,
}

/// One shown picture of a sequence, in order, for its summary.
#[derive(Debug, Clone, PartialEq)]
pub struct SummaryPoint {
    /// The picture.
    pub id: PictureId,
    /// Longitude, degrees.
    pub lon: f64,
    /// Latitude, degrees.
    pub lat: f64,
    /// When it was taken.
    pub captured_at: Timestamp,
    /// The same as local time, RFC 3339.
    pub captured_local: String,
    /// Whether pictures in excluded areas lie between the one before and this: no line is to be drawn through there.
    pub apart: bool,
    /// Make and model.
    pub camera: (Option<String>, Option<String>),
    /// Layout.
    pub projection: Projection,
    /// Field of view, degrees.
    pub field_of_view: Option<f64>,
    /// Focal length, mm.
    pub focal_length: Option<f64>,
    /// Accuracy, metres.
    pub accuracy: Option<f64>,
    /// Pixels per degree.
    pub pixel_density: Option<i64>,
    /// Licence, and whom to name.
    pub rights: Rights,
}

/// A picture to be dispatched.
#[derive(Debug, Clone, PartialEq)]
pub struct DispatchShot {
    /// The picture.
    pub id: PictureId,
    /// Its file's name.
    pub file_name: String,
    /// Longitude, degrees.
    pub lon: f64,
    /// Latitude, degrees.
    pub lat: f64,
    /// When it was taken.
    pub captured_at: Timestamp,
    /// Heading as the camera measured it, degrees clockwise from true north.
    pub sensor_heading: Option<f64>,
    /// Whether it is a panorama.
    pub panorama: bool,
    /// How far off the position may be, metres.
    pub accuracy: Option<f64>,
    /// Pixels of one degree of the horizon.
    pub pixel_density: Option<i64>,
    /// Where an earlier dispatch put it.
    pub sequence: Option<SequenceId>,
}

/// A picture's place in a part.
#[derive(Debug, Clone, PartialEq)]
pub struct PlacedShot {
    /// The picture.
    pub id: PictureId,
    /// Its heading computed from the track, where that is due. Degrees.
    pub computed_heading: Option<f64>,
}

/// Pictures that become one sequence, in order.
#[derive(Debug, Clone, PartialEq)]
pub struct DispatchPart {
    /// The sequence: new, or of an earlier dispatch of the same set.
    pub sequence: SequenceId,
    /// Title.
    pub title: String,
    /// Its pictures.
    pub shots: Vec<PlacedShot>,
}

/// A picture that is nearly the same as another.
#[derive(Debug, Clone, PartialEq)]
pub struct DuplicateShot {
    /// The one left out.
    pub id: PictureId,
    /// The one kept.
    pub of: PictureId,
    /// Metres between them.
    pub distance_m: f64,
    /// Degrees between their headings, if both are known.
    pub angle_deg: Option<f64>,
}

/// How an upload set is sorted into sequences.
#[derive(Debug, Clone, PartialEq)]
pub struct DispatchPlan {
    /// The set.
    pub upload_set: UploadSetId,
    /// Sequences in order. Sequences of an earlier dispatch that are not named get a tombstone.
    pub parts: Vec<DispatchPart>,
    /// Pictures left out.
    pub duplicates: Vec<DuplicateShot>,
    /// What was odd, for the contributor.
    pub notices: Vec<super::Notice>,
    /// Now.
    pub at: Timestamp,
}

/// What sequences are sorted by; those of which it is the same, by their identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SequenceKey {
    /// When they were made.
    #[default]
    Created,
    /// When anything in them last changed.
    Updated,
    /// When their first picture was taken.
    Captured,
    /// Nothing else.
    Id,
}

/// In which order sequences are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SequenceOrder {
    /// By what.
    pub by: SequenceKey,
    /// Whether the last comes first.
    pub descending: bool,
}

/// A place in a list: that of a sequence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SequencePlace {
    /// What it is sorted by, if that is a time.
    pub at: Timestamp,
    /// The sequence.
    pub id: SequenceId,
}

/// Which sequences to list.
#[derive(Debug, Clone, PartialEq)]
pub struct SequenceQuery {
    /// On whose behalf.
    pub viewer: Viewer,
    /// Only those of this account.
    pub account: Option<AccountId>,
    /// Only those whose extent meets this box.
    pub bbox: Option<Bbox>,
    /// Only those with a picture not taken before.
    pub since: Option<Timestamp>,
    /// Only those with a picture not taken after.
    pub until: Option<Timestamp>,
    /// Only those that this holds for.
    pub filter: Option<SequenceFilter>,
    /// Whether to list what was once public and is not to be seen any more, too. Of these, nothing is told but identifier
    /// and times; where a condition is about anything else, they are listed as if it held.
    pub with_gone: bool,
    /// In which order.
    pub order: SequenceOrder,
    /// Only what comes after this one.
    pub after: Option<SequencePlace>,
    /// What comes before it instead: the page that ends there.
    pub backwards: bool,
    /// At most so many.
    pub limit: i64,
}

impl SequenceQuery {
    /// All that a viewer may see, in the usual order.
    pub fn all(viewer: Viewer, limit: i64) -> Self {
        Self {
            viewer,
            account: None,
            bbox: None,
            since: None,
            until: None,
            filter: None,
            with_gone: false,
            order: SequenceOrder::default(),
            after: None,
            backwards: false,
            limit,
        }
    }
}

/// A sequence in a list.
#[derive(Debug, Clone, PartialEq)]
pub struct ListedSequence {
    /// Where it stands.
    pub place: SequencePlace,
    /// What it is; none: it is gone, as far as the viewer goes.
    pub sequence: Option<Sequence>,
}

/// A page of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct SequenceList {
    /// Sequences, in order.
    pub listed: Vec<ListedSequence>,
    /// Where to go on, in the direction asked for, if there may be more. There is, unless as many sequences were looked at
    /// as may be for one page.
    pub next: Option<SequencePlace>,
}

impl SequenceList {
    /// Those that are there.
    pub fn sequences(self) -> Vec<Sequence> {
        self.listed.into_iter().filter_map(|listed| listed.sequence).collect()
    }
}
