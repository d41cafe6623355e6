//! What the coverage map is drawn from.

use jiff::Timestamp;

use super::{AccountId, PictureId, SequenceId};

/// Pictures counted in one cell of the grid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GridCell {
    /// The cell: the first key in it (see [`flaneur_coverage::quadkey`]).
    pub key: i64,
    /// Pictures in it.
    pub pictures: i64,
    /// Of these, panoramas.
    pub panoramas: i64,
}

/// A sequence on the map.
#[derive(Debug, Clone, PartialEq)]
pub struct SequenceMark {
    /// Identifier.
    pub id: SequenceId,
    /// Whose it is.
    pub account: AccountId,
    /// Make and model, if all pictures agree.
    pub camera: Option<String>,
    /// Layout, if all pictures agree.
    pub projection: Option<super::Projection>,
    /// The day it was taken, `YYYY-MM-DD`.
    pub date: String,
    /// When the first and the last of its pictures was taken.
    pub captured: Option<(Timestamp, Timestamp)>,
    /// Accuracy, metres.
    pub accuracy: Option<f64>,
    /// Pixels per degree.
    pub pixel_density: Option<i64>,
    /// The track: line strings of (lon, lat) in degrees. A single picture is a line of one point.
    pub lines: Vec<Vec<(f64, f64)>>,
    /// Whether only its owner sees it.
    pub hidden: bool,
}

/// A sequence's place among those of a tile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SequenceMarkPlace {
    /// The day it was taken, `YYYY-MM-DD`.
    pub date: String,
    /// Which one.
    pub id: SequenceId,
}

impl SequenceMark {
    /// Where to go on behind it.
    pub fn place(&self) -> SequenceMarkPlace {
        SequenceMarkPlace { date: self.date.clone(), id: self.id }
    }
}

/// A picture's place among those of a tile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PicturePlace {
    /// When it was taken.
    pub at: Timestamp,
    /// Which one.
    pub id: PictureId,
}

impl PictureMark {
    /// Where to go on behind it.
    pub fn place(&self) -> PicturePlace {
        PicturePlace { at: self.captured_at, id: self.id }
    }
}

/// A picture on the map.
#[derive(Debug, Clone, PartialEq)]
pub struct PictureMark {
    /// Identifier.
    pub id: PictureId,
    /// Its sequence.
    pub sequence: SequenceId,
    /// Whose it is.
    pub account: AccountId,
    /// Longitude, degrees.
    pub lon: f64,
    /// Latitude, degrees.
    pub lat: f64,
    /// When it was taken.
    pub captured_at: Timestamp,
    /// Heading, degrees.
    pub heading: Option<f64>,
    /// Layout.
    pub projection: super::Projection,
    /// Make and model.
    pub camera: Option<String>,
    /// Accuracy, metres.
    pub accuracy: Option<f64>,
    /// Pixels per degree.
    pub pixel_density: Option<i64>,
    /// Whether only its owner sees it.
    pub hidden: bool,
}

/// A coverage tile that was kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DrawnTile {
    /// Names the bytes.
    pub tag: String,
    /// The bytes, as they were given; none if the asker has them.
    pub body: Option<Vec<u8>>,
    /// When it was drawn.
    pub drawn_at: Timestamp,
    /// Whether something in it changed since.
    pub touched: bool,
    /// Whether something in it is gone or hidden since.
    pub taken: bool,
}

/// What of the catalog's changes was to be seen at a time. What it says is the database's own affair.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sight(pub(crate) String);

impl Sight {
    /// One for catalogs that keep nothing.
    pub fn none() -> Self {
        Self(String::new())
    }
}
