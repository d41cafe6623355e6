//! Redacting a published picture again, undoing a false alarm, and the sealed patches that undoing takes.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{AccountId, BoxClass, Detection, Objects, PictureId, RedactionId};

/// What a region holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RegionClass {
    /// A face.
    Face,
    /// A licence plate.
    Plate,
    /// Something else that nobody is to see: a window, a name on a bell.
    Other,
}

impl RegionClass {
    /// Every value.
    pub const ALL: [Self; 3] = [Self::Face, Self::Plate, Self::Other];

    /// The name in API and database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Face => "face",
            Self::Plate => "plate",
            Self::Other => "other",
        }
    }
}

impl From<BoxClass> for RegionClass {
    fn from(class: BoxClass) -> Self {
        match class {
            BoxClass::Face => Self::Face,
            BoxClass::Plate => Self::Plate,
        }
    }
}

/// The outline of a region, in pixels of the upright picture.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outline {
    /// Left, top, right, bottom. On a panorama the right may lie beyond the width: it wraps.
    Box([f64; 4]),
    /// The corners in order, each (x, y); the last is joined to the first.
    Polygon(Vec<[f64; 2]>),
}

impl Outline {
    /// The box around it: left, top, right, bottom. That of a polygon without corners is empty.
    pub fn bounds(&self) -> [f64; 4] {
        match self {
            Self::Box(bounds) => *bounds,
            Self::Polygon(corners) => corners
                .iter()
                .copied()
                .map(|[x, y]| [x, y, x, y])
                .reduce(|a, b| [a[0].min(b[0]), a[1].min(b[1]), a[2].max(b[2]), a[3].max(b[3])])
                .unwrap_or_default(),
        }
    }
}

/// Where a redaction comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RedactionOrigin {
    /// Somebody drew its regions.
    Drawn,
    /// A model found it. Only such as somebody wants undone have a row of their own.
    Detected,
}

impl RedactionOrigin {
    /// Every value.
    pub const ALL: [Self; 2] = [Self::Drawn, Self::Detected];

    /// The name in API and database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Drawn => "drawn",
            Self::Detected => "detected",
        }
    }
}

/// How far a redaction is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RedactionState {
    /// A worker will do it in a moment.
    Asked,
    /// What was in its regions is gone from the picture.
    Done,
    /// It was a false alarm: what was in its regions is back.
    Undone,
    /// It cannot be done; its message says why.
    Refused,
}

impl RedactionState {
    /// Every value.
    pub const ALL: [Self; 4] = [Self::Asked, Self::Done, Self::Undone, Self::Refused];

    /// The name in API and database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Done => "done",
            Self::Undone => "undone",
            Self::Refused => "refused",
        }
    }
}

/// How far a request to undo a redaction is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UndoState {
    /// It waits for whoever holds the key (`flaneur unseal`).
    Asked,
    /// It was granted.
    Done,
    /// It was turned down; it may be asked again, for another reason.
    Rejected,
}

impl UndoState {
    /// Every value.
    pub const ALL: [Self; 3] = [Self::Asked, Self::Done, Self::Rejected];

    /// The name in API and database. The database has none for a request that was turned down: it is one with an answer.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Done => "done",
            Self::Rejected => "rejected",
        }
    }
}

/// A request to undo a redaction.
#[derive(Debug, Clone, PartialEq)]
pub struct Undo {
    /// How far it is.
    pub state: UndoState,
    /// Who asked.
    pub by: AccountId,
    /// When.
    pub at: Timestamp,
    /// Why, in their words.
    pub reason: String,
    /// Why it was turned down, in the words of whoever holds the key.
    pub answer: Option<String>,
}

/// Regions of a picture that were, or are to be, redacted together.
#[derive(Debug, Clone, PartialEq)]
pub struct Redaction {
    /// Identifier.
    pub id: RedactionId,
    /// The picture.
    pub picture: PictureId,
    /// Where it comes from.
    pub origin: RedactionOrigin,
    /// What the regions hold.
    pub class: RegionClass,
    /// The regions.
    pub outlines: Vec<Outline>,
    /// How far it is.
    pub state: RedactionState,
    /// Who drew it.
    pub asked_by: Option<AccountId>,
    /// When it was drawn, or, of a detection, when it was first asked to be undone.
    pub asked_at: Timestamp,
    /// When it was done, undone or refused last.
    pub settled_at: Option<Timestamp>,
    /// Why it was refused.
    pub message: Option<String>,
    /// The request to undo it.
    pub undo: Option<Undo>,
}

impl Redaction {
    /// A detection as a redaction that was done: what it is until somebody says that it is a false alarm.
    pub fn of_detection(picture: PictureId, detection: &Detection, at: Timestamp) -> Self {
        Self {
            id: detection.redaction(picture),
            picture,
            origin: RedactionOrigin::Detected,
            class: detection.class.into(),
            outlines: vec![Outline::Box(detection.bounds)],
            state: RedactionState::Done,
            asked_by: None,
            asked_at: at,
            settled_at: None,
            message: None,
            undo: None,
        }
    }
}

/// Steps of a pixel by which the bounds of a detection are told apart.
const STEPS: f64 = 16.0;

impl Detection {
    /// The id under which its redaction can be undone. It follows from the picture, the class, the box (to a sixteenth of
    /// a pixel) and the model, so that the same finding has the same id whenever it is made.
    pub fn redaction(&self, picture: PictureId) -> RedactionId {
        let mut name = Vec::new();
        for bound in self.bounds {
            name.extend_from_slice(&((bound * STEPS).round() as i64).to_be_bytes());
        }
        name.extend_from_slice(RegionClass::from(self.class).as_str().as_bytes());
        for text in [&self.model, &self.model_version] {
            name.push(0);
            name.extend_from_slice(text.as_bytes());
        }
        RedactionId(Uuid::new_v5(&picture.0, &name))
    }
}

/// What became of a request to redact more of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RedactionReceipt {
    /// A job does it.
    Taken,
    /// There is no such picture, or none that has pixels to be redacted.
    NotReady,
    /// The picture would have more regions than allowed.
    TooMany,
}

/// What became of a request to undo a redaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UndoReceipt {
    /// It waits for whoever holds the key.
    Taken,
    /// The picture has no such redaction.
    Missing,
    /// The redaction is in another state than done.
    NotDone(RedactionState),
    /// Somebody asked before.
    AskedBefore,
    /// What was removed was not kept.
    NotSealed,
}

/// A sealed patch: the coefficients that a redaction removed, encrypted, in the private storage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Patch {
    /// Its key in the private storage.
    pub key: String,
    /// The picture.
    pub picture: PictureId,
    /// When it was made.
    pub created_at: Timestamp,
    /// Bytes.
    pub size: i64,
    /// The redactions whose coefficients it holds.
    pub covers: Vec<RedactionId>,
}

/// What is handed over when a published picture was redacted again, or a redaction undone.
#[derive(Debug, Clone, PartialEq)]
pub struct Republication {
    /// The picture.
    pub picture: PictureId,
    /// Key of the master it was made from: nothing else may have been published since.
    pub from: String,
    /// Its objects, stored and verified.
    pub objects: Objects,
    /// What is redacted now.
    pub done: Vec<RedactionId>,
    /// What is redacted no longer.
    pub undone: Vec<RedactionId>,
    /// What was removed, if it is kept.
    pub patch: Option<Patch>,
    /// Which of the picture's corrections the objects tell, see [`super::Revisions`].
    pub revision: i64,
    /// Now.
    pub at: Timestamp,
}
