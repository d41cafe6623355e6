//! Position, time, heading and projection of a street photo, read from EXIF and XMP.
//!
//! [`read`] takes the first bytes of a JPEG and gives one typed [`Geotag`]. What a camera left out is
//! `None`; what it wrote badly is `None` or the best reading of it, and a [`Doubt`] says so in a
//! sentence. [`write_exif`] and [`write_xmp`] write the metadata of a file that is served, from the
//! typed values alone, so that nothing a camera hid in its tags can pass. [`apply`] puts what a client
//! said about a picture in place of what its file says.
//!
//! How it is built: `segments` finds the EXIF and XMP blocks, `exif` and `xmp` turn them into
//! one table of named strings (the names of Exiv2, which Panoramax clients know), and one module per
//! concern (`position`, `time`, `heading`, `pose`, `projection`, `lens`, `accuracy`) reads that table.
//! A quirk of a camera goes into the module of its concern.
#![forbid(unsafe_code)]

mod accuracy;
mod camera;
mod doubt;
mod exif;
mod exiv2;
mod heading;
mod lens;
mod mapillary;
mod model;
mod overrides;
mod pose;
mod position;
mod projection;
mod segments;
mod tags;
mod text;
mod tiff;
mod time;
mod write;
mod xmp;
mod zone;

use std::collections::BTreeMap;

pub use accuracy::AccuracySource;
pub use doubt::{Doubt, Origin};
pub use heading::{Heading, HeadingSource};
pub use model::{Geotag, GeotagError, ImageSize};
pub use overrides::{OverrideError, Overrides, apply};
pub use position::Position;
pub use projection::{GPanoCrop, Projection};
pub use time::{CaptureTime, TimeSource};
pub use write::{write_exif, write_xmp};

use mapillary::Mapillary;
use tags::Tags;

/// Reads the geotag of a JPEG.
///
/// `head` holds the file from its first byte to the start of the image data at least; a whole file is
/// fine. Nothing behind the start of the image data is looked at. The cost is bounded by the size of
/// the metadata: no count, offset or nesting in it makes it larger.
///
/// # Errors
/// Only when `head` is not a JPEG, or when its segments cannot be followed far enough to find either
/// its size or its metadata. Tags that are absent or odd are no error.
pub fn read(head: &[u8]) -> Result<Geotag, GeotagError> {
    let segments = segments::find(head)?;
    let mut doubts = Vec::new();
    if let Some(offset) = segments.broken_at {
        doubts.push(Doubt::SegmentsBroken { offset });
    }
    let mut tags = Tags::default();
    exif::read_blocks(&segments.exif, &mut tags, &mut doubts);
    xmp::read_packets(&segments.xmp, &mut tags, &mut doubts);
    Ok(interpret(&tags, segments.size, doubts))
}

/// What the table of tags means.
fn interpret(tags: &Tags, size: Option<ImageSize>, mut doubts: Vec<Doubt>) -> Geotag {
    let mapillary = Mapillary::read(tags);
    let position = position::read(tags, mapillary.as_ref(), &mut doubts);
    let captured = time::read(tags, mapillary.as_ref(), position, &mut doubts);
    let camera = camera::read(tags);
    let orientation = lens::orientation(tags, &mut doubts);
    let focal_length = lens::focal_length(tags);
    let (projection, crop) = projection::read(tags, size, &camera, orientation, &mut doubts);
    let pose = pose::read(tags, projection, &mut doubts);
    let heading = heading::read(tags, mapillary.as_ref(), &pose, &mut doubts);
    let field_of_view = projection::field_of_view(projection, crop, || lens::field_of_view(tags, size, orientation));
    let accuracy = position.and_then(|_| accuracy::read(tags, &camera));
    let exif: BTreeMap<String, String> = tags.public();
    Geotag {
        position,
        captured,
        heading,
        pitch: pose.pitch,
        roll: pose.roll,
        yaw: pose.yaw,
        projection,
        crop,
        field_of_view,
        focal_length,
        make: camera.make,
        model: camera.model,
        artist: camera::artist(tags),
        copyright: camera::copyright(tags),
        orientation,
        accuracy: accuracy.map(|(metres, _)| metres),
        accuracy_source: accuracy.map(|(_, source)| source),
        image_size: size,
        exif,
        doubts,
    }
}
