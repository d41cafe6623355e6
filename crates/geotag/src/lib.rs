//! Position, time, heading and projection of a street photo, read from EXIF and XMP.
//!
//! [`read`] takes the first bytes of a JPEG, [`read_blocks`] the metadata of any other container, and both give one
//! typed [`Geotag`]. What a camera left out is `None`; what it wrote badly is `None` or the best reading of it, and a
//! [`Doubt`] says so in a sentence. [`Sources`] tells for each value where it came from. [`write_exif`] and [`write_xmp`] write the metadata of a file that is served, from the
//! typed values alone, so that nothing a camera hid in its tags can pass. [`apply`] puts what a client
//! said about a picture in place of what its file says.
//!
//! ```
//! use flaneur_geotag::{Blocks, ImageSize, Source, read_blocks};
//!
//! let xmp = r#"<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description
//!     xmlns:exif="http://ns.adobe.com/exif/1.0/" exif:GPSLatitude="48,9.304N" exif:GPSLongitude="1,41W"/></rdf:RDF>"#;
//! let size = Some(ImageSize { width: 4000, height: 3000 });
//! let tag = read_blocks(&Blocks { xmp: &[xmp.as_bytes()], size, ..Blocks::default() });
//! assert!((tag.position.unwrap().lat - 48.155_066).abs() < 1e-6);
//! assert_eq!(tag.sources.position, Some(Source::Tag("Xmp.exif.GPSLatitude")));
//! ```
//!
//! How it is built: `segments` finds the EXIF and XMP blocks, `exif` and `xmp` turn them into
//! one table of named strings (the names of Exiv2, which Panoramax clients know), and one module per
//! concern (`position`, `time`, `heading`, `pose`, `projection`, `lens`, `accuracy`, `camera`) reads that table; `zone`,
//! `declination` and `sensors` hold what is known of the Earth and of cameras.
//! A quirk of a camera goes into the module of its concern.
#![forbid(unsafe_code)]

mod accuracy;
mod camera;
mod declination;
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
mod sensors;
mod shown;
mod source;
mod tags;
mod text;
mod tiff;
mod time;
mod write;
mod xmp;
mod zone;

pub use accuracy::AccuracySource;
pub use doubt::{Doubt, Origin};
pub use heading::{Heading, HeadingSource};
pub use model::{Blocks, Geotag, GeotagError, ImageSize};
pub use overrides::{OverrideError, Overrides, Restated, apply, restate};
pub use position::Position;
pub use projection::{GPanoCrop, Projection};
pub use source::{Source, Sources};
pub use time::{CaptureTime, TimeSource};
pub use write::{write_exif, write_xmp};

use mapillary::Mapillary;
use tags::Tags;

/// A capture time that somebody states: ISO 8601 date and time between 1990 and 2100. Without an offset it is what the clocks
/// at the place say.
pub fn stated_time(text: &str, position: Option<Position>) -> Option<CaptureTime> {
    time::from_statement(text, position).map(|found| found.captured)
}

/// The moment as the clocks of the place show it, if the zone of the place is known.
pub fn local_time(instant: jiff::Timestamp, position: Position) -> Option<String> {
    let offset = zone::at(position)?.to_offset(instant);
    Some(instant.display_with_offset(offset).to_string())
}

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
    Ok(interpret(&tags, segments.size, false, doubts))
}

/// Reads the geotag out of the metadata of another container than a JPEG.
///
/// At most four blocks of each kind are looked at. What cannot be read leaves a doubt.
pub fn read_blocks(blocks: &Blocks<'_>) -> Geotag {
    let mut doubts = Vec::new();
    let mut tags = Tags::default();
    let exif: Vec<&[u8]> =
        blocks.exif.iter().take(segments::MAX_BLOCKS).map(|block| exif::from_header(block)).collect();
    exif::read_blocks(&exif, &mut tags, &mut doubts);
    xmp::read_packets(&blocks.xmp[..blocks.xmp.len().min(segments::MAX_BLOCKS)], &mut tags, &mut doubts);
    let size = blocks.size.filter(|size| size.width > 0 && size.height > 0);
    interpret(&tags, size, blocks.upright, doubts)
}

/// What the table of tags means.
fn interpret(tags: &Tags, size: Option<ImageSize>, upright: bool, mut doubts: Vec<Doubt>) -> Geotag {
    let mapillary = Mapillary::read(tags);
    let mapillary = mapillary.as_ref();
    let found = position::read(tags, mapillary, &mut doubts);
    let position = found.map(|found| found.position);
    let camera = camera::read(tags, mapillary);
    let time = time::read(tags, mapillary, position, camera.is_phone(), &mut doubts);
    let (orientation, orientation_source) = if upright { (1, None) } else { lens::orientation(tags, &mut doubts) };
    let focal_length = lens::focal_length(tags);
    let (projection, crop, projection_source) = projection::read(tags, size, &camera, orientation, &mut doubts);
    let pose = pose::read(tags, &camera, projection, &mut doubts);
    let place = heading::Where { position, instant: time.as_ref().map(|time| time.captured.instant) };
    let (heading, heading_source) = heading::read(tags, mapillary, &pose, place, &mut doubts).unzip();
    let view = projection::field_of_view(projection, crop, || lens::field_of_view(tags, &camera, size, orientation));
    let (field_of_view, view_source) = view.unzip();
    let accuracy = position.and_then(|_| accuracy::read(tags, mapillary, &camera));
    let (artist, artist_source) = camera::artist(tags).unzip();
    let (copyright, copyright_source) = camera::copyright(tags).unzip();
    let sources = Sources {
        position: found.map(|found| found.source),
        altitude: found.and_then(|found| found.altitude),
        accuracy: accuracy.map(|(.., source)| source),
        captured: time.as_ref().map(|time| time.source),
        zone: time.as_ref().and_then(|time| time.zone),
        heading: heading_source,
        pose: pose.tag.map(Source::Tag),
        projection: projection_source,
        field_of_view: view_source,
        focal_length: focal_length.map(|_| Source::Tag(lens::FOCAL_LENGTH)),
        make: camera.make_source,
        model: camera.model_source,
        artist: artist_source,
        copyright: copyright_source,
        orientation: orientation_source,
    };
    let captured = time.map(|time| time.captured);
    let mut exif = tags.public();
    shown::complete_gps_time(&mut exif, captured.as_ref());
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
        artist,
        copyright,
        orientation,
        accuracy: accuracy.map(|(metres, ..)| metres),
        accuracy_source: accuracy.map(|(_, source, _)| source),
        image_size: size,
        sources,
        exif,
        doubts,
    }
}
