//! What is known of a picture, as it goes into a row.

use jiff::Timestamp;
use uuid::Uuid;

/// A picture that anybody may see.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The picture.
    pub id: Uuid,
    /// Its sequence.
    pub sequence: Uuid,
    /// Longitude, degrees.
    pub lon: f64,
    /// Latitude, degrees.
    pub lat: f64,
    /// Metres above sea level.
    pub altitude: Option<f64>,
    /// When it was taken.
    pub captured: Timestamp,
    /// When it was received.
    pub created: Timestamp,
    /// When anything about it last changed.
    pub updated: Timestamp,
    /// SPDX identifier.
    pub license: String,
    /// Whom to name for it, if that is not just the account.
    pub attribution: Option<String>,
    /// Name of the account.
    pub producer: String,
    /// Heading, degrees clockwise from north.
    pub azimuth: Option<f64>,
    /// Where that is from: `file`, `track`, `edited` or `none`.
    pub heading_source: &'static str,
    /// Degrees, up is positive.
    pub pitch: Option<f64>,
    /// Degrees, clockwise is positive.
    pub roll: Option<f64>,
    /// Degrees, of a panorama's middle against the heading.
    pub yaw: Option<f64>,
    /// Make of the camera.
    pub camera_make: Option<String>,
    /// Its model.
    pub camera_model: Option<String>,
    /// Millimetres.
    pub focal_length: Option<f64>,
    /// Horizontal, degrees; 360 of a panorama.
    pub field_of_view: Option<f64>,
    /// Width and height, pixels.
    pub size: [i64; 2],
    /// 95 % horizontal accuracy, metres.
    pub accuracy: Option<f64>,
    /// Pixels per degree of view.
    pub pixel_density: Option<i64>,
    /// `flat` or `equirectangular`.
    pub projection: &'static str,
    /// Place in the sequence, from 1.
    pub rank: Option<i64>,
    /// Tags.
    pub semantics: Vec<Tag>,
    /// Parts of the picture that have tags.
    pub annotations: Vec<Mark>,
    /// What was found and redacted.
    pub found: Found,
    /// Full resolution.
    pub hd: Asset,
    /// At most 2048 pixels wide and high.
    pub sd: Asset,
    /// 500 pixels wide.
    pub thumb: Asset,
}

/// A key and a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    /// What it is about.
    pub key: String,
    /// What it says.
    pub value: String,
}

/// A part of a picture that has tags.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// The annotation.
    pub id: Uuid,
    /// A closed ring of (x, y), pixels of the full resolution from its top left.
    pub shape: Vec<[i64; 2]>,
    /// Tags.
    pub semantics: Vec<Tag>,
}

/// What models found in a picture before it was shown.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Found {
    /// Faces.
    pub faces: i64,
    /// Licence plates.
    pub plates: i64,
    /// The models that found some: what they look for, their name and version. Each once.
    pub models: Vec<[String; 3]>,
}

/// A file of a picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asset {
    /// Its address.
    pub href: String,
    /// SHA-256 of its bytes, 64 hexadecimal digits; none: not told, since it takes more room than everything else of a row.
    pub sha256: Option<String>,
    /// Bytes.
    pub size: Option<i64>,
}
