//! The typed result, and why there is none.

use std::collections::BTreeMap;

use crate::{AccuracySource, CaptureTime, Doubt, GPanoCrop, Heading, Position, Projection, Sources};

/// What a photo says about where, when and in which direction it was taken.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Geotag {
    /// Where the camera was.
    pub position: Option<Position>,
    /// When the photo was taken.
    pub captured: Option<CaptureTime>,
    /// Where the centre of the image looks, clockwise from north.
    pub heading: Option<Heading>,
    /// Degrees the centre of the image lies above the horizon, in [-90, 90]; negative looks down.
    ///
    /// Pitch, roll and yaw follow **one convention**, that of the pose tags of the Photo Sphere XMP metadata
    /// (`PosePitchDegrees`, `PoseRollDegrees`, `PoseHeadingDegrees`,
    /// <https://developers.google.com/streetview/spherical-metadata>): first yaw, then pitch, then roll, each about the
    /// camera's own axis. The gimbal of a DJI camera has the same signs; the `Pix4D` camera schema may count its pitch from
    /// straight down, which is turned.
    pub pitch: Option<f64>,
    /// Degrees the camera leans clockwise, its right side down, in (-180, 180]: as it grows, the horizon turns
    /// counterclockwise in the image.
    pub roll: Option<f64>,
    /// Degrees clockwise from north of the image centre as the camera's own pose tags say, in [0, 360).
    pub yaw: Option<f64>,
    /// How the sphere of view is laid on the pixels.
    pub projection: Projection,
    /// Which part of the full panorama the image covers; `None` when it is all of it, or not one.
    pub crop: Option<GPanoCrop>,
    /// Horizontal field of view of the image as it is displayed, in degrees: 360 for a panorama of the
    /// full width, less for a cropped one.
    pub field_of_view: Option<f64>,
    /// Focal length in millimetres, not the 35 mm equivalent.
    pub focal_length: Option<f64>,
    /// Maker of the camera.
    pub make: Option<String>,
    /// Model of the camera, without the maker's name before it and without a serial number.
    pub model: Option<String>,
    /// Whom the author names as the photo's creator.
    pub artist: Option<String>,
    /// Copyright notice.
    pub copyright: Option<String>,
    /// EXIF orientation, 1 to 8; 1 when absent or invalid.
    pub orientation: u8,
    /// Horizontal accuracy of the position in metres; `None` without a position.
    pub accuracy: Option<f64>,
    /// What [`accuracy`](Self::accuracy) rests on.
    pub accuracy_source: Option<AccuracySource>,
    /// Size of the stored image in pixels, before its orientation is applied.
    pub image_size: Option<ImageSize>,
    /// Where each of these values came from.
    pub sources: Sources,
    /// The tags that may be shown to everybody, under their Exiv2 names, as Exiv2 prints them. Where the file's time
    /// (`Exif.Image.DateTime`) is there, the GPS time and date are, too, in the form of EXIF: clients rely on it.
    pub exif: BTreeMap<String, String>,
    /// What was doubtful, in the order it was met.
    pub doubts: Vec<Doubt>,
}

impl Default for Geotag {
    /// The geotag of a photo that says nothing.
    fn default() -> Self {
        Self {
            position: None,
            captured: None,
            heading: None,
            pitch: None,
            roll: None,
            yaw: None,
            projection: Projection::Flat,
            crop: None,
            field_of_view: None,
            focal_length: None,
            make: None,
            model: None,
            artist: None,
            copyright: None,
            orientation: 1,
            accuracy: None,
            accuracy_source: None,
            image_size: None,
            sources: Sources::default(),
            exif: BTreeMap::new(),
            doubts: Vec::new(),
        }
    }
}

impl Geotag {
    /// The geotag of a derivate: the upright picture at that size, in pixels.
    ///
    /// Its orientation is 1, and its crop is turned as the picture was and scaled to the size, so that
    /// [`write_xmp`](crate::write_xmp) places the derivate's own pixels on the sphere. All else stays:
    /// [`field_of_view`](Self::field_of_view) is of the upright picture already, and
    /// [`exif`](Self::exif) tells what the original says.
    #[must_use]
    pub fn resized(&self, width: u32, height: u32) -> Geotag {
        let size = ImageSize { width, height };
        Geotag {
            orientation: 1,
            crop: self.crop.and_then(|crop| crop.upright(self.orientation).resized(size)),
            image_size: (width > 0 && height > 0).then_some(size),
            ..self.clone()
        }
    }
}

/// Width and height in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct ImageSize {
    /// Pixels from left to right.
    pub width: u32,
    /// Pixels from top to bottom.
    pub height: u32,
}

/// Metadata that another container than a JPEG holds (HEIC, AVIF, PNG, WebP), and the size of its image.
#[derive(Debug, Clone, Copy, Default)]
pub struct Blocks<'a> {
    /// EXIF blocks: a TIFF header and what follows. `Exif\0\0` before it, as in a WebP of some writers, and the offset
    /// before that in the item of a HEIC are passed over.
    pub exif: &'a [&'a [u8]],
    /// XMP packets.
    pub xmp: &'a [&'a [u8]],
    /// Size of the stored image in pixels, before its orientation is applied.
    pub size: Option<ImageSize>,
    /// Whether the size is that of the upright image, whatever orientation EXIF and XMP say: in a HEIC the container alone
    /// says how it is turned (ISO/IEC 23008-12, 6.5.10), and cameras leave the same turn in EXIF.
    pub upright: bool,
}

/// Why no geotag could be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum GeotagError {
    /// The first bytes are not those of a JPEG.
    #[error("the file is not a JPEG: send a JPEG photo")]
    NotJpeg,
    /// The file ends, or stops making sense, before its size and metadata.
    #[error("the JPEG is damaged at byte {offset}, before its size and metadata: copy it again from the camera")]
    Segments {
        /// Where the damage is, in bytes from the start.
        offset: usize,
    },
}
