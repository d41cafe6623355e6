//! What the public's pictures are written down from as files.

use std::ops::RangeInclusive;

use flaneur_coverage::quadkey::Bbox;
use jiff::Timestamp;

use super::{Detection, Item};

/// Zoom level of the cells by which the change log tells where something public changed, or went from: about ten kilometres,
/// too coarse to be a position. The triggers that write it have its width.
pub const LOGGED_ZOOM: u8 = 12;

/// A picture, and what was found in it.
#[derive(Debug, Clone, PartialEq)]
pub struct DatasetItem {
    /// The picture as anybody sees it; without EXIF and XMP values, and without links to related ones.
    pub item: Item,
    /// What was redacted.
    pub detections: Vec<Detection>,
}

/// A file that lists the pictures of a part of the world that anybody may see.
#[derive(Debug, Clone, PartialEq)]
pub struct DatasetPart {
    /// Its name, which names its content: nothing else ever has it.
    pub file: String,
    /// Key of its object in the public store.
    pub object: String,
    /// The quadkey of the map tile that it covers.
    pub tile: String,
    /// The spatial keys that it covers.
    pub keys: RangeInclusive<i64>,
    /// Pictures in it.
    pub pictures: i64,
    /// Bytes.
    pub size: i64,
    /// Number of the last line of the change log that surely is in it.
    pub number: i64,
    /// When that was.
    pub as_of: Timestamp,
    /// Where the pictures are.
    pub bbox: Bbox,
    /// When the first and the last one were taken.
    pub captured: [Timestamp; 2],
    /// Whether a picture that is in it may not be seen any more.
    pub withdrawn: bool,
}
