//! Writes the metadata of a file that is served, from typed values alone.
//!
//! The block is a little-endian TIFF with one image directory, an EXIF and a GPS directory (TIFF 6.0,
//! CIPA DC-008). It has no thumbnail, no maker note and nothing that was copied.

use std::fmt::Write as _;

use jiff::tz::Offset;

use crate::Geotag;
use crate::projection::{GPanoCrop, Projection};
use crate::text;
use crate::tiff::{self, ASCII, BYTE, ByteOrder, Directory, RATIONAL, SHORT, UNDEFINED};
use crate::time::{CaptureTime, TimeSource, clock};

/// TIFF bytes of an EXIF block: what follows `Exif\0\0` in an APP1 segment.
///
/// Holds maker, model, orientation, artist, copyright, time of capture with offset and fraction, focal
/// length, and position, altitude, heading and accuracy as far as they are known. The GPS time is
/// written only if the time is the GPS's.
pub fn write_exif(tag: &Geotag) -> Vec<u8> {
    let mut image = Directory::default();
    let mut photo = Directory::default();
    image.text(0x010F, tag.make.as_deref());
    image.text(0x0110, tag.model.as_deref());
    image.shorts(0x0112, &[u16::from(tag.orientation.clamp(1, 8))]);
    image.text(0x013B, tag.artist.as_deref());
    image.text(0x8298, tag.copyright.as_deref());
    photo.put(0x9000, UNDEFINED, 4, b"0232".to_vec());
    if let Some((local, offset, fraction)) = tag.captured.as_ref().and_then(local_parts) {
        image.text(0x0132, Some(&local));
        photo.text(0x9003, Some(&local));
        photo.text(0x9011, Some(&offset));
        photo.text(0x9291, fraction.as_deref());
    }
    if let Some(length) = tag.focal_length {
        photo.rationals(0x920A, &[(length, 1000)]);
    }
    tiff::block(ByteOrder::Little, image, photo, gps_directory(tag))
}

fn gps_directory(tag: &Geotag) -> Directory {
    let mut gps = Directory::default();
    if let Some(position) = tag.position {
        gps.text(0x01, Some(if position.lat < 0.0 { "S" } else { "N" }));
        gps.rationals(0x02, &sexagesimal(position.lat));
        gps.text(0x03, Some(if position.lon < 0.0 { "W" } else { "E" }));
        gps.rationals(0x04, &sexagesimal(position.lon));
        if let Some(altitude) = position.altitude {
            gps.put(0x05, BYTE, 1, vec![u8::from(altitude < 0.0)]);
            gps.rationals(0x06, &[(altitude.abs(), 1000)]);
        }
        gps.text(0x12, Some("WGS-84"));
        if let Some(metres) = tag.accuracy.filter(|_| tag.accuracy_source.is_some_and(is_measured)) {
            gps.rationals(0x1F, &[(metres, 1000)]);
        }
    }
    if let Some(captured) = tag.captured.as_ref().filter(|captured| captured.source == TimeSource::Gps) {
        let utc = Offset::UTC.to_datetime(captured.instant);
        let seconds = f64::from(utc.second()) + f64::from(utc.subsec_nanosecond()) / 1e9;
        gps.rationals(0x07, &[(f64::from(utc.hour()), 1), (f64::from(utc.minute()), 1), (seconds, 1_000_000)]);
        gps.text(0x1D, Some(&format!("{:04}:{:02}:{:02}", utc.year(), utc.month(), utc.day())));
    }
    if let Some(heading) = tag.heading {
        gps.text(0x10, Some("T"));
        gps.rationals(0x11, &[(heading.degrees, 10_000)]);
    }
    if !gps.is_empty() {
        gps.put(0x00, BYTE, 4, vec![2, 3, 0, 0]);
    }
    gps
}

/// Only what a receiver said is written as its error.
fn is_measured(source: crate::AccuracySource) -> bool {
    use crate::AccuracySource::{CameraSchema, Mapillary, PositioningError};
    matches!(source, PositioningError | CameraSchema | Mapillary)
}

/// `2022:10:19 09:56:34`, `+02:00` and the digits of the fraction.
pub(crate) fn local_parts(captured: &CaptureTime) -> Option<(String, String, Option<String>)> {
    let civil = clock(&captured.local)?;
    let offset = civil.offset.unwrap_or(Offset::UTC);
    let civil = offset.to_datetime(captured.instant);
    let date = format!(
        "{:04}:{:02}:{:02} {:02}:{:02}:{:02}",
        civil.year(),
        civil.month(),
        civil.day(),
        civil.hour(),
        civil.minute(),
        civil.second()
    );
    let minutes = offset.seconds() / 60;
    let sign = if minutes < 0 { '-' } else { '+' };
    let offset = format!("{sign}{:02}:{:02}", minutes.abs() / 60, minutes.abs() % 60);
    let nanos = civil.subsec_nanosecond();
    let fraction = (nanos != 0).then(|| format!("{nanos:09}").trim_end_matches('0').to_owned());
    Some((date, offset, fraction))
}

/// Degrees, minutes and seconds; seconds to 10⁻⁷, some micrometres on the ground.
pub(crate) fn sexagesimal(degrees: f64) -> [(f64, u32); 3] {
    const SCALE: u32 = 10_000_000;
    let units = (degrees.abs() * 3600.0 * f64::from(SCALE)).round() as u64;
    let per_minute = 60 * u64::from(SCALE);
    let (minutes, rest) = (units / per_minute, units % per_minute);
    [((minutes / 60) as f64, 1), ((minutes % 60) as f64, 1), (rest as f64 / f64::from(SCALE), SCALE)]
}

/// Values in the byte order of [`write_exif`].
impl Directory {
    /// Text that is cleaned and ends in NUL; nothing when nothing is left.
    fn text(&mut self, tag: u16, value: Option<&str>) {
        if let Some(kept) = value.and_then(text::kept) {
            let mut bytes = kept.into_bytes();
            bytes.push(0);
            self.put(tag, ASCII, bytes.len() as u32, bytes);
        }
    }

    fn shorts(&mut self, tag: u16, values: &[u16]) {
        let bytes = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        self.put(tag, SHORT, values.len() as u32, bytes);
    }

    /// Each value over its denominator; nothing when one is negative, no number or too large.
    fn rationals(&mut self, tag: u16, values: &[(f64, u32)]) {
        let mut bytes = Vec::with_capacity(values.len() * 8);
        for &(value, denominator) in values {
            let numerator = (value * f64::from(denominator)).round();
            if !(0.0..=f64::from(u32::MAX)).contains(&numerator) {
                return;
            }
            bytes.extend((numerator as u32).to_le_bytes());
            bytes.extend(denominator.to_le_bytes());
        }
        self.put(tag, RATIONAL, values.len() as u32, bytes);
    }
}

/// The Photo Sphere packet of a panorama; `None` for a flat photo, or when the size is not known.
pub fn write_xmp(tag: &Geotag) -> Option<String> {
    if tag.projection != Projection::Equirectangular {
        return None;
    }
    let crop = tag.crop.or_else(|| {
        let size = tag.image_size?;
        Some(GPanoCrop {
            full_width: size.width,
            full_height: size.height,
            left: 0,
            top: 0,
            width: size.width,
            height: size.height,
        })
    })?;
    let mut packet = String::from(concat!(
        "<?xpacket begin=\"\u{FEFF}\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>",
        "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">",
        "<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">",
        "<rdf:Description rdf:about=\"\" xmlns:GPano=\"http://ns.google.com/photos/1.0/panorama/\"",
        " GPano:ProjectionType=\"equirectangular\" GPano:UsePanoramaViewer=\"True\"",
    ));
    let mut pixels = |name: &str, value: u32| {
        // Writing to a String does not fail.
        let _ = write!(packet, " GPano:{name}=\"{value}\"");
    };
    pixels("FullPanoWidthPixels", crop.full_width);
    pixels("FullPanoHeightPixels", crop.full_height);
    pixels("CroppedAreaLeftPixels", crop.left);
    pixels("CroppedAreaTopPixels", crop.top);
    pixels("CroppedAreaImageWidthPixels", crop.width);
    pixels("CroppedAreaImageHeightPixels", crop.height);
    for (name, angle) in
        [("PoseHeadingDegrees", tag.yaw), ("PosePitchDegrees", tag.pitch), ("PoseRollDegrees", tag.roll)]
    {
        if let Some(angle) = angle.filter(|angle| angle.is_finite()) {
            let _ = write!(packet, " GPano:{name}=\"{angle}\"");
        }
    }
    packet.push_str("/></rdf:RDF></x:xmpmeta><?xpacket end=\"r\"?>");
    Some(packet)
}
