//! What people change of what is shown, kept so that it can be read and undone.

use flaneur_access::Visibility;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    AccountId, AnnotationId, EditId, Edited, Marked, PictureId, Projection, Rights, Semantic, SequenceId, Shape,
    TagEdits, UploadSetId,
};

/// Most things that one edit changes.
pub const MOST_CHANGES: usize = 20_000;

/// A direction of view, and where it is from.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct HeadingState {
    /// Degrees clockwise from true north, [0, 360); none where nothing is known.
    pub degrees: Option<f64>,
    /// Whether it was computed from the track.
    pub computed: bool,
    /// Whether it was edited.
    pub edited: bool,
}

impl HeadingState {
    /// One that somebody gave.
    pub fn given(degrees: f64) -> Self {
        Self { degrees: Some(degrees), computed: false, edited: true }
    }

    /// One along the track, as somebody wanted it.
    pub fn along_track(degrees: f64) -> Self {
        Self { degrees: Some(degrees), computed: true, edited: true }
    }
}

/// Pitch, roll and yaw, degrees.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct PoseState {
    /// Up is positive.
    pub pitch: Option<f64>,
    /// Clockwise is positive.
    pub roll: Option<f64>,
    /// Of the panorama's middle against the heading.
    pub yaw: Option<f64>,
    /// Whether any of it was edited.
    pub edited: bool,
}

/// A position.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct PositionState {
    /// Longitude, degrees.
    pub lon: f64,
    /// Latitude, degrees.
    pub lat: f64,
    /// 95 % horizontal accuracy, metres. A receiver's is not that of a position it did not give.
    pub accuracy: Option<f64>,
    /// Whether it was edited.
    pub edited: bool,
}

/// A time of capture.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CaptureState {
    /// The moment.
    pub at: Timestamp,
    /// The same as local time with offset, RFC 3339.
    pub local: String,
    /// Whether it was edited.
    pub edited: bool,
}

/// Values of a picture; what is none is not spoken of.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct PictureFields {
    /// Where it looks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub heading: Option<HeadingState>,
    /// How the camera was held.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pose: Option<PoseState>,
    /// Where it was taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<PositionState>,
    /// When it was taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub capture: Option<CaptureState>,
    /// Who sees it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub visibility: Option<Visibility>,
    /// Its licence, and whom to name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rights: Option<Rights>,
    /// Its place in the sequence, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rank: Option<i64>,
    /// In a record of what was: tags that are gone; of what became: tags that came.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub semantics: Option<Vec<Semantic>>,
}

impl PictureFields {
    /// Whether nothing is spoken of.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Which values are marked as edited, where `before` tells of those that are not spoken of.
    pub fn edited(&self, before: Edited) -> Edited {
        Edited {
            heading: self.heading.map_or(before.heading, |state| state.edited),
            position: self.position.map_or(before.position, |state| state.edited),
            time: self.capture.as_ref().map_or(before.time, |state| state.edited),
            pose: self.pose.map_or(before.pose, |state| state.edited),
        }
    }
}

/// One value alone.
macro_rules! alone {
    ($($field:ident: $state:ty;)*) => {$(
        impl From<$state> for PictureFields {
            fn from(state: $state) -> Self {
                Self { $field: Some(state), ..Self::default() }
            }
        }
    )*};
}

alone! {
    heading: HeadingState;
    pose: PoseState;
    position: PositionState;
    capture: CaptureState;
    visibility: Visibility;
    rights: Rights;
}

/// Values of a sequence; what is none is not spoken of.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SequenceFields {
    /// Title, and whether somebody chose it for this sequence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<(String, bool)>,
    /// Who sees it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub visibility: Option<Visibility>,
    /// The order that was asked for, as the API names it; empty: the upload set's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sorted_by: Option<String>,
    /// As [`PictureFields::semantics`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub semantics: Option<Vec<Semantic>>,
}

impl SequenceFields {
    /// Whether nothing is spoken of.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// What is wanted of one thing.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "of many, nearly all are pictures")]
pub enum Wish {
    /// Of a picture.
    Picture {
        /// The picture.
        id: PictureId,
        /// Values that it is to have; `semantics` is not read.
        set: PictureFields,
        /// What is to become of its tags.
        tags: TagEdits,
        /// Only where these values are still what it has: else what differs stays and is told.
        expected: Option<PictureFields>,
    },
    /// Of a sequence.
    Sequence {
        /// The sequence.
        id: SequenceId,
        /// Values that it is to have; `semantics` is not read.
        set: SequenceFields,
        /// What is to become of its tags.
        tags: TagEdits,
        /// As of a picture.
        expected: Option<SequenceFields>,
    },
    /// That a part of a picture is marked. Where this very part is marked already, its tags are added there.
    Mark {
        /// The annotation's identifier.
        id: AnnotationId,
        /// The picture.
        picture: PictureId,
        /// What it says.
        marked: Marked,
    },
    /// That the tags of an annotation change. Without any left, it is gone.
    Retag {
        /// The annotation.
        id: AnnotationId,
        /// Its picture.
        picture: PictureId,
        /// What is to become of its tags.
        tags: TagEdits,
    },
    /// That an annotation is gone.
    Unmark {
        /// The annotation.
        id: AnnotationId,
        /// Its picture.
        picture: PictureId,
    },
}

impl Wish {
    /// The picture that it is about.
    pub fn picture(&self) -> Option<PictureId> {
        match self {
            Self::Picture { id, .. }
            | Self::Mark { picture: id, .. }
            | Self::Retag { picture: id, .. }
            | Self::Unmark { picture: id, .. } => Some(*id),
            Self::Sequence { .. } => None,
        }
    }
}

/// An edit to be made.
#[derive(Debug, Clone, PartialEq)]
pub struct NewEdit {
    /// Identifier.
    pub id: EditId,
    /// Whose it is.
    pub account: AccountId,
    /// Now.
    pub at: Timestamp,
    /// What was asked for, for whoever reads the history.
    pub operation: serde_json::Value,
    /// The edit that this one undoes.
    pub undoes: Option<EditId>,
    /// What is wanted; at most [`MOST_CHANGES`], each thing once.
    pub wishes: Vec<Wish>,
    /// Whether adding a tag that is there is refused rather than passed over.
    pub strict: bool,
    /// The run of a program that it belongs to, as the program names it. Runs are told apart by account.
    pub run: Option<uuid::Uuid>,
}

/// What became of one thing.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "of many, nearly all are pictures")]
pub enum EditChange {
    /// A picture.
    Picture {
        /// The picture.
        id: PictureId,
        /// What of it was.
        was: PictureFields,
        /// What it became.
        became: PictureFields,
    },
    /// A sequence.
    Sequence {
        /// The sequence.
        id: SequenceId,
        /// What of it was.
        was: SequenceFields,
        /// What it became.
        became: SequenceFields,
    },
    /// An annotation.
    Annotation {
        /// The annotation.
        id: AnnotationId,
        /// Its picture.
        picture: PictureId,
        /// What it said; none: it was not there.
        was: Option<Marked>,
        /// What it says; none: it is gone.
        became: Option<Marked>,
    },
}

/// An edit that was made.
#[derive(Debug, Clone, PartialEq)]
pub struct Edit {
    /// Identifier.
    pub id: EditId,
    /// Whose it is.
    pub account: AccountId,
    /// Name of that account.
    pub name: String,
    /// When.
    pub at: Timestamp,
    /// What was asked for.
    pub operation: serde_json::Value,
    /// The edit that this one undoes.
    pub undoes: Option<EditId>,
    /// The edit that undid this one.
    pub undone_by: Option<EditId>,
    /// How many things it changed.
    pub changes: i64,
}

/// Why something that was wanted was not done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unfulfilled {
    /// The picture, sequence or annotation is gone.
    Gone,
    /// Somebody changed it since: these values stay.
    Changed(Vec<&'static str>),
}

/// What became of a [`NewEdit`].
#[derive(Debug, Clone, PartialEq)]
pub enum EditReceipt {
    /// It is done, but for these wishes (by their place in the list).
    Done {
        /// What changed, in the order of the wishes.
        changes: Vec<EditChange>,
        /// What did not.
        unfulfilled: Vec<(usize, Unfulfilled)>,
    },
    /// Everything is as it was wanted already, or nothing could be done: there is no edit.
    Nothing {
        /// What could not be done.
        unfulfilled: Vec<(usize, Unfulfilled)>,
    },
    /// The tag is there already; nothing was done.
    TagExists(Semantic),
    /// Something would have more tags, or a picture more annotations, than may be; nothing was done.
    TooMany,
    /// The edit that was to be undone is undone already, or is not there.
    NotUndoable,
}

/// Of what a history is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HistoryOf {
    /// A picture and its annotations.
    Picture(PictureId),
    /// A sequence itself.
    Sequence(SequenceId),
}

/// Pictures to be edited together: all of these taken together.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Selection {
    /// These.
    pub pictures: Vec<PictureId>,
    /// All of these sequences.
    pub sequences: Vec<SequenceId>,
    /// All of these upload sets that are in a sequence.
    pub upload_sets: Vec<UploadSetId>,
}

/// A picture as far as edits of many are concerned.
#[derive(Debug, Clone, PartialEq)]
pub struct Editable {
    /// The picture.
    pub id: PictureId,
    /// Whose it is.
    pub account: AccountId,
    /// Whether that account lets others edit; none: as the instance has it.
    pub collaborative: Option<bool>,
    /// Its sequence.
    pub sequence: SequenceId,
    /// Name of the file it came in.
    pub file_name: String,
    /// What of it can be edited; `semantics` is none.
    pub now: PictureFields,
    /// What the camera measured, degrees clockwise from true north.
    pub sensor_heading: Option<f64>,
    /// Layout.
    pub projection: Projection,
    /// Size of the upright picture.
    pub shape: Shape,
    /// Who sees it, all taken together; none: it is not published.
    pub seen_by: Option<Visibility>,
}
