//! Pictures, what is known of them, and how they are asked for.

use flaneur_access::{Subject, Visibility};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{AccountId, Exclusion, Exif, PictureId, Rejection, SequenceId, UploadSetId};

/// How far a picture is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PictureStatus {
    /// Received, not processed yet.
    Waiting,
    /// Redacted, verified, stored.
    Ready,
    /// Cannot be processed; its file's rejection says why.
    Broken,
    /// Nearly the same as a neighbour, and left out at dispatch.
    Duplicate,
    /// Gone; the row is its tombstone.
    Deleted,
}

impl PictureStatus {
    /// Every value.
    pub const ALL: [Self; 5] = [Self::Waiting, Self::Ready, Self::Broken, Self::Duplicate, Self::Deleted];

    /// The name in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Ready => "ready",
            Self::Broken => "broken",
            Self::Duplicate => "duplicate",
            Self::Deleted => "deleted",
        }
    }
}

/// How the scene is laid out on the pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Projection {
    /// An ordinary photo.
    Flat,
    /// A panorama, longitude across and latitude down.
    Equirectangular,
}

impl Projection {
    /// The name in API and database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Flat => "flat",
            Self::Equirectangular => "equirectangular",
        }
    }
}

/// Where the camera looked. Degrees; none where nothing is known.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Orientation {
    /// Clockwise from true north, [0, 360).
    pub heading: Option<f64>,
    /// Whether the heading was computed from the track rather than read from the file.
    pub heading_computed: bool,
    /// What the camera measured, which stays whatever is computed. As `heading`.
    pub sensor_heading: Option<f64>,
    /// Up is positive.
    pub pitch: Option<f64>,
    /// Clockwise is positive.
    pub roll: Option<f64>,
    /// Of the panorama's middle against the heading.
    pub yaw: Option<f64>,
}

/// Which values of a picture were edited since its file came: they stay when its set is sorted anew, and are told in place of
/// what the file says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Edited {
    /// The heading.
    pub heading: bool,
    /// The position.
    pub position: bool,
    /// The time of capture.
    pub time: bool,
    /// Pitch, roll or yaw.
    pub pose: bool,
}

impl Edited {
    /// As the database keeps it: a bit for each.
    pub fn bits(self) -> i64 {
        [self.heading, self.position, self.time, self.pose]
            .iter()
            .rev()
            .fold(0, |bits, set| bits << 1 | i64::from(*set))
    }

    /// Out of the bits.
    pub fn of_bits(bits: i64) -> Self {
        Self { heading: bits & 1 != 0, position: bits & 2 != 0, time: bits & 4 != 0, pose: bits & 8 != 0 }
    }
}

/// What took the picture.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Camera {
    /// Manufacturer.
    pub make: Option<String>,
    /// Model.
    pub model: Option<String>,
    /// Focal length, mm.
    pub focal_length: Option<f64>,
    /// Horizontal field of view, degrees; 360 for a full panorama.
    pub field_of_view: Option<f64>,
    /// The photographer, as the file says.
    pub artist: Option<String>,
}

impl Camera {
    /// Make and model in one, as shown on maps.
    pub fn name(make: Option<&str>, model: Option<&str>) -> Option<String> {
        match (make, model) {
            (Some(make), Some(model)) => Some(format!("{make} {model}")),
            (make, model) => make.or(model).map(str::to_owned),
        }
    }
}

/// Size of the upright picture, pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shape {
    /// Across.
    pub width: i64,
    /// Down.
    pub height: i64,
}

impl Shape {
    /// Pixels per degree across, if the horizontal field of view (degrees) is known.
    pub fn density(self, field_of_view: Option<f64>) -> Option<i64> {
        let view = field_of_view.filter(|degrees| *degrees > 0.0)?;
        Some((self.width as f64 / view).round() as i64)
    }
}

/// The grid of picture tiles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TileMatrix {
    /// Tiles across, a power of two.
    pub columns: i64,
    /// Tiles down, a power of two.
    pub rows: i64,
    /// Width of a tile, pixels.
    pub tile_width: i64,
    /// Height of a tile, pixels.
    pub tile_height: i64,
}

/// The public objects of a picture, by their keys in the public storage. A key holds the content's hash, so it doubles
/// as the entity tag.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Objects {
    /// Full resolution.
    pub master: String,
    /// Bytes of the master.
    pub master_size: i64,
    /// At most 2048 pixels wide and high: the master itself, where that is no larger.
    pub sd: String,
    /// 500 pixels wide.
    pub thumb: String,
    /// All tiles in one object, and their grid; panoramas only.
    pub tiles: Option<(String, TileMatrix)>,
}

impl Objects {
    /// Every key, once.
    pub fn keys(&self) -> Vec<&str> {
        let mut keys = vec![self.master.as_str(), &self.thumb];
        if self.sd != self.master {
            keys.push(&self.sd);
        }
        keys.extend(self.tiles.as_ref().map(|(key, _)| key.as_str()));
        keys
    }
}

/// How often what a picture says of place, time and the like was corrected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Revisions {
    /// In the catalog.
    pub metadata: i64,
    /// In the files that are served.
    pub served: i64,
}

impl Revisions {
    /// Whether the files that are served tell what was corrected since.
    pub fn is_stale(self) -> bool {
        self.served < self.metadata
    }
}

/// A picture.
#[derive(Debug, Clone, PartialEq)]
pub struct Picture {
    /// Identifier; of the STAC Item, too.
    pub id: PictureId,
    /// Whose it is.
    pub account: AccountId,
    /// The set it came in.
    pub upload_set: UploadSetId,
    /// The sequence it was dispatched into.
    pub sequence: Option<SequenceId>,
    /// Its place in the sequence, from 1.
    pub rank: Option<i64>,
    /// How far it is.
    pub status: PictureStatus,
    /// Who sees it.
    pub visibility: Visibility,
    /// Because of which excluded areas only its owner and administrators see it. Decided when it is published.
    pub exclusion: Option<Exclusion>,
    /// Whether only its owner and administrators see it because of a report.
    pub withheld: bool,
    /// Longitude, degrees.
    pub lon: f64,
    /// Latitude, degrees.
    pub lat: f64,
    /// Metres above sea level.
    pub altitude: Option<f64>,
    /// 95 % horizontal accuracy, metres.
    pub accuracy: Option<f64>,
    /// When it was taken.
    pub captured_at: Timestamp,
    /// The same as local time of the place with offset, RFC 3339.
    pub captured_local: String,
    /// Where the camera looked.
    pub orientation: Orientation,
    /// Layout.
    pub projection: Projection,
    /// Size of the upright picture.
    pub shape: Shape,
    /// What took it.
    pub camera: Camera,
    /// EXIF and XMP values by their Exiv2 names, allow-listed.
    pub exif: Exif,
    /// What the client asked to be used instead of the file's own metadata, as it was sent.
    pub overrides: serde_json::Value,
    /// Which correction the catalog and the served files are at.
    pub revisions: Revisions,
    /// Which values were edited since.
    pub edited: Edited,
    /// Its licence, and whom to name.
    pub rights: super::Rights,
    /// Tags.
    pub semantics: Vec<super::Semantic>,
    /// How often its annotations changed; 0: there never was one.
    pub annotation_changes: i64,
    /// Name the client gave.
    pub file_name: String,
    /// MD5 of the bytes received, 32 hexadecimal digits.
    pub content_md5: String,
    /// SHA-256 of the bytes received, 64 hexadecimal digits.
    pub content_sha256: String,
    /// Bytes received.
    pub size: i64,
    /// The client said it is already blurred. Recorded, never trusted.
    pub claimed_blurred: bool,
    /// Key of the original in the private storage, until it is destroyed.
    pub original: Option<String>,
    /// Public objects, once ready.
    pub objects: Option<Objects>,
    /// When it was received.
    pub created_at: Timestamp,
    /// When anything about it last changed.
    pub updated_at: Timestamp,
}

impl Picture {
    /// As far as access goes. `sequence_visibility` is that of the sequence it is in.
    pub fn subject(&self, sequence_visibility: Visibility) -> Subject {
        let strictest = |a: Visibility, b: Visibility| match (a, b) {
            (Visibility::OwnerOnly, _) | (_, Visibility::OwnerOnly) => Visibility::OwnerOnly,
            (Visibility::LoggedOnly, _) | (_, Visibility::LoggedOnly) => Visibility::LoggedOnly,
            _ => Visibility::Anyone,
        };
        let excluded =
            if self.exclusion.is_some() || self.withheld { Visibility::OwnerOnly } else { Visibility::Anyone };
        Subject {
            owner: self.account.0,
            visibility: strictest(excluded, strictest(self.visibility, sequence_visibility)),
            published: self.status == PictureStatus::Ready && self.sequence.is_some() && self.objects.is_some(),
        }
    }

    /// Whether the client asked for anything to be used instead of the file's own metadata.
    pub fn has_overrides(&self) -> bool {
        fn says(value: &serde_json::Value) -> bool {
            match value {
                serde_json::Value::Null => false,
                serde_json::Value::Array(values) => values.iter().any(says),
                serde_json::Value::Object(values) => values.values().any(says),
                _ => true,
            }
        }
        says(&self.overrides)
    }

    /// Pixels per degree of view across, as clients grade resolution by.
    pub fn pixel_density(&self) -> Option<i64> {
        self.shape.density(self.camera.field_of_view)
    }

    /// Make and model in one, as shown on maps.
    pub fn camera_name(&self) -> Option<String> {
        Camera::name(self.camera.make.as_deref(), self.camera.model.as_deref())
    }
}

/// What a box was drawn around.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BoxClass {
    /// A face.
    Face,
    /// A licence plate.
    Plate,
}

/// A detection: a box in pixels of the upright picture.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Detection {
    /// What it is.
    pub class: BoxClass,
    /// How sure the model is, 0 to 1.
    pub score: f64,
    /// Name of the model.
    pub model: String,
    /// Version of the model.
    pub model_version: String,
    /// Left, top, right, bottom, pixels. On a panorama the right may lie beyond the width: it wraps.
    pub bounds: [f64; 4],
}

/// What a worker hands over when a picture is ready to be shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Publication {
    /// The picture.
    pub picture: PictureId,
    /// Its objects, stored and verified.
    pub objects: Objects,
    /// Its size, measured from the pixels.
    pub shape: Shape,
    /// What was redacted.
    pub detections: Vec<Detection>,
    /// What was removed, if it is kept.
    pub patch: Option<super::Patch>,
    /// Which of the picture's corrections the objects tell, as [`Revisions::metadata`] was when they were made.
    pub revision: i64,
    /// Now.
    pub at: Timestamp,
}

/// A neighbour in the street: enough to draw an arrow to it.
#[derive(Debug, Clone, PartialEq)]
pub struct Neighbour {
    /// The picture.
    pub id: PictureId,
    /// Its sequence.
    pub sequence: SequenceId,
    /// Longitude, degrees.
    pub lon: f64,
    /// Latitude, degrees.
    pub lat: f64,
    /// When it was taken.
    pub captured_at: Timestamp,
}

/// Where one can go from a picture.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ItemLinks {
    /// The next picture of the sequence that the viewer may see.
    pub next: Option<Neighbour>,
    /// The one before.
    pub prev: Option<Neighbour>,
    /// The nearest picture of each other sequence close by that looks the same way. Only filled when one item is
    /// asked for by its id.
    pub related: Vec<Neighbour>,
}

/// A picture as it is shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// The picture.
    pub picture: Picture,
    /// Name of the account it belongs to.
    pub producer: String,
    /// Tags of its sequence.
    pub sequence_semantics: Vec<super::Semantic>,
    /// Its annotations, the oldest first.
    pub annotations: Vec<super::Annotation>,
    /// Where one can go.
    pub links: ItemLinks,
    /// Why it is broken or a duplicate; only its owner asks.
    pub rejection: Option<Rejection>,
}
