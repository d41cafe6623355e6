//! What a client says about a picture, in place of what its file says.

mod reread;
mod restate;

use std::collections::BTreeMap;

use crate::doubt::{Doubt, Origin};
use crate::exiv2::{self, Kind};
use crate::heading::Heading;
use crate::position::{self, Position};
use crate::source::Source;
use crate::tags::Tags;
use crate::time::CaptureTime;
use crate::{Geotag, heading, shown, text, time, write};

pub use restate::{Restated, restate};

/// Values sent with a picture; they go before what is in the file.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Overrides {
    /// Degrees north (`override_latitude`).
    pub latitude: Option<f64>,
    /// Degrees east (`override_longitude`).
    pub longitude: Option<f64>,
    /// ISO 8601 date and time (`override_capture_time`); without an offset it is local to the place.
    pub captured: Option<String>,
    /// Values by Exiv2 name, without the `override_` before it, such as `Exif.Image.Artist`.
    pub tags: BTreeMap<String, String>,
}

/// Which override cannot be used, and what is expected of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OverrideError {
    /// Not a latitude or longitude.
    #[error("{field}: expected degrees as a number between -{limit} and {limit}")]
    Coordinate {
        /// The field's name.
        field: &'static str,
        /// The largest absolute value.
        limit: u16,
    },
    /// One coordinate without the other, and none in the file.
    #[error("{missing}: expected together with {given}, since the file has no position")]
    HalfPosition {
        /// The field that was sent.
        given: &'static str,
        /// The field that was not.
        missing: &'static str,
    },
    /// 0, 0 is refused as a position.
    #[error(
        "override_latitude and override_longitude: 0, 0 is what devices write without a fix; expected the real position"
    )]
    ZeroPosition,
    /// Not a date and time.
    #[error(
        "override_capture_time: expected a date and time between 1990 and 2100 in ISO 8601, such as 2024-05-31T14:03:05+02:00"
    )]
    CaptureTime,
    /// Not the name of a tag.
    #[error("override_{0}: expected the Exiv2 name of a tag, such as Exif.Image.Artist or Xmp.GPano.PosePitchDegrees")]
    TagName(String),
    /// A value that does not fit its tag.
    #[error("override_{name}: expected {expected}")]
    TagValue {
        /// The tag's Exiv2 name.
        name: String,
        /// What fits.
        expected: &'static str,
    },
}

/// Applies `overrides` to `tag`, all of them or, on an error, none.
///
/// The shown tags ([`Geotag::exif`]) follow, so that they never tell what was overridden. Tags that are
/// not among those that are shown are ignored, with a doubt each: unmodified clients send whatever their
/// user asks for.
pub fn apply(tag: &mut Geotag, overrides: &Overrides) -> Result<(), OverrideError> {
    let mut changed = tag.clone();
    apply_position(&mut changed, overrides)?;
    apply_tags(&mut changed, &overrides.tags)?;
    if let Some(text) = &overrides.captured {
        let found = time::from_statement(text, changed.position).ok_or(OverrideError::CaptureTime)?;
        show_time(&mut changed.exif, &found.captured);
        changed.doubts.retain(|doubt| !is_about_time(doubt));
        changed.captured = Some(found.captured);
        (changed.sources.captured, changed.sources.zone) = (Some(found.source), found.zone);
    }
    turn_from_magnetic(&mut changed);
    shown::complete_gps_time(&mut changed.exif, changed.captured.as_ref());
    *tag = changed;
    Ok(())
}

/// With a place and a time, a heading that was relative to magnetic north can be told from true north.
fn turn_from_magnetic(tag: &mut Geotag) {
    let place = place(tag);
    let magnetic = |doubt: &Doubt| matches!(doubt, Doubt::HeadingMagnetic(_));
    if let (Some(heading), Some(declination)) = (tag.heading, place.declination())
        && tag.doubts.iter().any(magnetic)
    {
        tag.heading = Some(Heading { degrees: heading::wrap(heading.degrees + declination), ..heading });
        tag.doubts.retain(|doubt| !magnetic(doubt));
    }
}

fn place(tag: &Geotag) -> heading::Where {
    heading::Where { position: tag.position, instant: tag.captured.as_ref().map(|captured| captured.instant) }
}

fn apply_position(tag: &mut Geotag, overrides: &Overrides) -> Result<(), OverrideError> {
    const LATITUDE: &str = "override_latitude";
    const LONGITUDE: &str = "override_longitude";
    for (field, value, limit) in [(LATITUDE, overrides.latitude, 90), (LONGITUDE, overrides.longitude, 180)] {
        if value.is_some_and(|value| value.is_nan() || value.abs() > f64::from(limit)) {
            return Err(OverrideError::Coordinate { field, limit });
        }
    }
    let before = tag.position;
    let (lon, lat) = match (overrides.longitude, overrides.latitude, before) {
        (None, None, _) => return Ok(()),
        (Some(lon), Some(lat), _) => (lon, lat),
        (Some(lon), None, Some(before)) => (lon, before.lat),
        (None, Some(lat), Some(before)) => (before.lon, lat),
        (Some(_), None, None) => {
            return Err(OverrideError::HalfPosition { given: LONGITUDE, missing: LATITUDE });
        }
        (None, Some(_), None) => {
            return Err(OverrideError::HalfPosition { given: LATITUDE, missing: LONGITUDE });
        }
    };
    position::check(lon, lat, Origin::Exif).map_err(|_| OverrideError::ZeroPosition)?;
    let position = Position { lon, lat, altitude: before.and_then(|before| before.altitude) };
    tag.position = Some(position);
    // The receiver's accuracy is not that of a position it did not give.
    tag.accuracy = None;
    tag.accuracy_source = None;
    tag.sources.position = Some(Source::Override);
    tag.sources.accuracy = None;
    tag.doubts.retain(|doubt| !is_about_position(doubt));
    show_position(&mut tag.exif, position);
    // A zone that was not known is known now; a moment stays the moment it was.
    if let Some(captured) = &tag.captured {
        let zone_was_guessed = tag.doubts.contains(&Doubt::ZoneUnknown);
        let local = captured.local.trim_end_matches("+00:00");
        let text = if zone_was_guessed { local } else { &captured.local };
        if let Some(replaced) = time::from_statement(text, tag.position) {
            let source = captured.source;
            tag.captured = Some(CaptureTime { source, ..replaced.captured });
            tag.sources.zone = replaced.zone;
            if zone_was_guessed {
                // Those beside the camera's time told the guess.
                tag.exif.retain(|name, _| !is_gps_time(name));
            }
            tag.doubts.retain(|doubt| *doubt != Doubt::ZoneUnknown);
        }
    }
    Ok(())
}

/// Makes the shown tags tell this position, and nothing of the one before.
fn show_position(exif: &mut BTreeMap<String, String>, position: Position) {
    exif.retain(|name, _| {
        let group = name.starts_with("Exif.GPSInfo.") || name.starts_with("Xmp.");
        let kept = ["Latitude", "Longitude", "DOP", "Differential", "PositioningError", "XYAccuracy", "Satellites"]
            .iter()
            .all(|part| !name.contains(part));
        !group || kept && !name.ends_with("GPSStatus") && !name.ends_with("GPSMeasureMode")
    });
    let angle = |degrees: f64| {
        write::sexagesimal(degrees)
            .map(|(value, denominator)| format!("{:.0}/{denominator}", value * f64::from(denominator)))
            .join(" ")
    };
    let mut set = |name: &str, value: String| exif.insert(format!("Exif.GPSInfo.{name}"), value);
    set("GPSLatitude", angle(position.lat));
    set("GPSLatitudeRef", if position.lat < 0.0 { "S" } else { "N" }.to_owned());
    set("GPSLongitude", angle(position.lon));
    set("GPSLongitudeRef", if position.lon < 0.0 { "W" } else { "E" }.to_owned());
    set("GPSMapDatum", "WGS-84".to_owned());
}

/// Makes the shown tags tell this time, and nothing of the one before.
fn show_time(exif: &mut BTreeMap<String, String>, captured: &CaptureTime) {
    exif.retain(|name, _| {
        let parts = ["DateTime", "SubSec", "OffsetTime", "GPSTimeStamp", "GPSDateStamp", "PhotoDate", "CreateTime"];
        parts.iter().all(|part| !name.contains(part))
    });
    if let Some((local, offset, fraction)) = write::local_parts(captured) {
        let mut set = |name: &str, value: String| exif.insert(format!("Exif.Photo.{name}"), value);
        set("DateTimeOriginal", local);
        set("OffsetTimeOriginal", offset);
        if let Some(fraction) = fraction {
            set("SubSecTimeOriginal", fraction);
        }
    }
}

fn apply_tags(tag: &mut Geotag, sent: &BTreeMap<String, String>) -> Result<(), OverrideError> {
    let mut tags = Tags::from_public(&tag.exif);
    let mut used: Vec<&str> = Vec::new();
    for (name, value) in sent {
        let short = || text::clean(name, 80);
        if !is_tag_name(name) {
            return Err(OverrideError::TagName(short()));
        }
        // A field of a form that was left empty says nothing.
        let Some(kept) = text::kept(value) else {
            continue;
        };
        if !exiv2::is_public(name) {
            tag.doubts.push(Doubt::OverrideIgnored(short()));
            continue;
        }
        if let Some(expected) = misfit(name, value) {
            return Err(OverrideError::TagValue { name: short(), expected });
        }
        tags.set(name, kept);
        used.push(name);
    }
    // Who sends a direction means true north, unless it is told; the file's north is that of its own direction.
    for name in &used {
        let reference = format!("{name}Ref");
        if (name.contains("GPSImgDirection") || name.contains("GPSTrack")) && !used.contains(&reference.as_str()) {
            tags.remove(&reference);
        }
    }
    if !used.is_empty() {
        reread::reread(tag, &tags, &used)?;
    }
    Ok(())
}

/// What is expected of the value of a tag, if it does not fit.
fn misfit(name: &str, value: &str) -> Option<&'static str> {
    let numeric = match exiv2::exif_tag(name) {
        Some(tag) => tag.kind == Kind::Number,
        None => {
            ["Pixels", "Degrees", "Degree", "Pitch", "Roll", "Yaw", "Accuracy"].iter().any(|end| name.ends_with(end))
        }
    };
    // The GPS time may also be written with colons, coordinates in degrees and minutes.
    let numeric = numeric && !name.ends_with("GPSTimeStamp") && !name.contains("GPSLat") && !name.contains("GPSLon");
    if numeric && exiv2::numbers(value).iter().any(Option::is_none) {
        return Some("numbers, as decimals or as fractions such as 42/10, separated by spaces");
    }
    if name.ends_with("Orientation") && !matches!(value.trim(), "1" | "2" | "3" | "4" | "5" | "6" | "7" | "8") {
        return Some("an orientation of 1 to 8");
    }
    if name.ends_with("ProjectionType") && !matches!(value.trim(), "equirectangular" | "cylindrical") {
        return Some("equirectangular or cylindrical");
    }
    let is_time = name.contains(".DateTime") || name.ends_with("SourceImageCreateTime");
    (is_time && time::clock(value).is_none()).then_some("a date and time such as 2024:05:31 14:03:05")
}

/// `Exif.Group.Name` or `Xmp.prefix.name` of letters, digits, `-` and `_`.
fn is_tag_name(name: &str) -> bool {
    let mut parts = name.split('.');
    let family = matches!(parts.next(), Some("Exif" | "Xmp"));
    let rest: Vec<&str> = parts.collect();
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '/' | ':' | '[' | ']');
    family
        && rest.len() == 2
        && name.len() <= 200
        && rest.iter().all(|part| !part.is_empty() && part.chars().all(plain))
}

fn is_about_position(doubt: &Doubt) -> bool {
    matches!(
        doubt,
        Doubt::PositionZero(_)
            | Doubt::PositionOutOfRange(_)
            | Doubt::PositionUnreadable(_)
            | Doubt::HemisphereUnknown(_)
            | Doubt::DatumOther
            | Doubt::FixVoid
    )
}

fn is_about_time(doubt: &Doubt) -> bool {
    matches!(
        doubt,
        Doubt::TimeUnreadable(_)
            | Doubt::YearRefused { .. }
            | Doubt::ZoneUnknown
            | Doubt::GpsDateShifted { .. }
            | Doubt::GpsDateMissing
            | Doubt::ClocksApart { .. }
            | Doubt::FixOld { .. }
            | Doubt::ClockInOtherZone { .. }
    )
}

fn is_gps_time(name: &str) -> bool {
    name.ends_with("GPSTimeStamp") || name.ends_with("GPSDateStamp")
}
