//! When the photo was taken: the GPS clock, the camera's clock, and which of them to believe.
//!
//! A GPS clock is right but often whole seconds, or a few seconds old; a camera's clock may be wrong by
//! anything, and its zone is often missing. So the GPS is believed, except that the camera's time is
//! taken where it agrees and knows fractions of a second, and a phone's, which the network sets, where
//! the GPS is behind: then its time is that of an older fix. Two slips that cameras make are mended: a
//! GPS date taken from the local calendar, and a camera clock set to another zone.

mod parse;

use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Timestamp};

use crate::doubt::Doubt;
use crate::mapillary::Mapillary;
use crate::position::Position;
use crate::source::Source;
use crate::tags::Tags;
use crate::zone;
pub(crate) use parse::{Clock, clock, is_exif_date, is_time_of_day};

/// Digital cameras with GPS are younger than this.
const FIRST_YEAR: i16 = 1990;
const LAST_YEAR: i16 = 2100;
/// Seconds within which camera and GPS agree: a fix may be that old when the photo is taken.
const AGREEMENT: i64 = 60;
/// Seconds by which a GPS clock on a wrong day may be away from the camera's.
const DAY_SLACK: i64 = 900;
const DAY: i64 = 86_400;
/// Time zones are multiples of this, in seconds.
const QUARTER: i64 = 900;
/// No two zones are further apart, in seconds.
const WIDEST: i64 = 26 * 3600;
/// Receivers whose week counter wrapped around are 1024 weeks late.
const ROLLOVER_DAYS: i64 = 1024 * 7;

/// When the photo was taken.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct CaptureTime {
    /// The moment.
    pub instant: Timestamp,
    /// The same moment as the clocks of the place show it, RFC 3339 with offset. The place's zone if
    /// the position is known, else the camera's offset, else UTC.
    pub local: String,
    /// Which clock it is from.
    pub source: TimeSource,
}

/// Which clock a capture time is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TimeSource {
    /// The GPS receiver's.
    Gps,
    /// The camera's.
    Camera,
    /// Said by the one who sent the photo.
    Override,
}

/// The camera's time with what is needed to weigh it.
#[derive(Debug, Clone, Copy)]
struct Camera {
    source: Source,
    /// Where the offset is from, if it is told.
    zone_source: Option<Source>,
    instant: Timestamp,
    fraction: bool,
    offset: Option<Offset>,
    zone_known: bool,
}

/// A capture time and where moment and offset came from.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Found {
    pub captured: CaptureTime,
    pub source: Source,
    pub zone: Option<Source>,
}

/// Reads and weighs both clocks.
pub(crate) fn read(
    tags: &Tags,
    mapillary: Option<&Mapillary>,
    position: Option<Position>,
    is_phone: bool,
    doubts: &mut Vec<Doubt>,
) -> Option<Found> {
    let stated = stated(tags, mapillary, doubts);
    let gps = gps(tags, doubts);
    if stated.is_none() && matches!(gps, Gps::None) {
        return None;
    }
    let zone = position.and_then(zone::at);
    let camera = stated.and_then(|stated| {
        let camera = place(&stated.clock, zone.as_ref(), stated.source, stated.offset)?;
        believable(camera.instant, stated.name, doubts).then_some(camera)
    });
    let gps = match gps {
        Gps::None => None,
        Gps::At(instant, source) => Some((instant, source)),
        Gps::TimeOfDay(time, source) => {
            let nearest = nearest_day(time, camera.as_ref());
            if nearest.is_none() {
                doubts.push(Doubt::GpsDateMissing);
            }
            nearest.map(|instant| (instant, source))
        }
    };
    let (instant, clock) = choose(gps.map(|(instant, _)| instant), camera.as_ref(), is_phone, doubts)?;
    if clock == TimeSource::Camera && camera.is_some_and(|camera| !camera.zone_known) {
        doubts.push(Doubt::ZoneUnknown);
    }
    let source = if clock == TimeSource::Gps { gps.map(|(_, source)| source) } else { None };
    let offset = camera.and_then(|camera| camera.offset);
    Some(Found {
        captured: capture(instant, clock, zone.as_ref(), offset),
        source: source.or(camera.map(|camera| camera.source))?,
        zone: zone_source(zone.as_ref(), camera.and_then(|camera| camera.zone_source)),
    })
}

/// The capture time that a client states; the zone is the place's if none is stated.
pub(crate) fn from_statement(text: &str, position: Option<Position>) -> Option<Found> {
    let clock = clock(text)?;
    let zone = position.and_then(zone::at);
    let offset = clock.offset.map(|_| Source::Override);
    let placed = place(&clock, zone.as_ref(), Source::Override, offset)?;
    let year = Offset::UTC.to_datetime(placed.instant).year();
    (FIRST_YEAR..=LAST_YEAR).contains(&year).then(|| Found {
        captured: capture(placed.instant, TimeSource::Override, zone.as_ref(), placed.offset),
        source: Source::Override,
        zone: zone_source(zone.as_ref(), offset),
    })
}

/// The place's zone goes before the camera's.
fn zone_source(zone: Option<&TimeZone>, offset: Option<Source>) -> Option<Source> {
    zone.map(|_| Source::Place).or(offset)
}

fn capture(instant: Timestamp, source: TimeSource, zone: Option<&TimeZone>, offset: Option<Offset>) -> CaptureTime {
    let offset = zone.map(|zone| zone.to_offset(instant)).or(offset).unwrap_or(Offset::UTC);
    let local = instant.display_with_offset(offset).to_string();
    CaptureTime { instant, local, source }
}

/// The moment that a clock shows: by its own offset, else in the zone of the place, else in UTC.
fn place(clock: &Clock, zone: Option<&TimeZone>, source: Source, zone_source: Option<Source>) -> Option<Camera> {
    let instant = match (clock.offset, zone) {
        (Some(offset), _) => offset.to_timestamp(clock.civil).ok()?,
        // An hour that the end of summer time repeats is taken as its first, as everybody does.
        (None, Some(zone)) => zone.to_timestamp(clock.civil).ok()?,
        (None, None) => Offset::UTC.to_timestamp(clock.civil).ok()?,
    };
    Some(Camera {
        source,
        zone_source,
        instant,
        fraction: clock.fraction,
        offset: clock.offset,
        zone_known: clock.offset.is_some() || zone.is_some(),
    })
}

fn believable(instant: Timestamp, which: &'static str, doubts: &mut Vec<Doubt>) -> bool {
    let year = Offset::UTC.to_datetime(instant).year();
    let believed = (FIRST_YEAR..=LAST_YEAR).contains(&year);
    if !believed {
        doubts.push(Doubt::YearRefused { which, year });
    }
    believed
}

/// What a clock showed that is not the GPS's.
struct Stated {
    /// The tag's name, for doubts.
    name: &'static str,
    source: Source,
    /// Where its offset is from.
    offset: Option<Source>,
    clock: Clock,
}

/// Where cameras write the time of capture, best first: value, fraction, offset.
const CAMERA_TAGS: [(&str, &str, &str); 6] = [
    ("Exif.Photo.DateTimeOriginal", "Exif.Photo.SubSecTimeOriginal", "Exif.Photo.OffsetTimeOriginal"),
    ("Exif.Image.DateTimeOriginal", "Exif.Photo.SubSecTimeOriginal", "Exif.Photo.OffsetTimeOriginal"),
    ("Exif.Photo.DateTimeDigitized", "Exif.Photo.SubSecTimeDigitized", "Exif.Photo.OffsetTimeDigitized"),
    ("Xmp.exif.DateTimeOriginal", "", ""),
    ("Xmp.GPano.SourceImageCreateTime", "", ""),
    // May be the time of the last edit, so it comes last.
    ("Exif.Image.DateTime", "Exif.Photo.SubSecTime", "Exif.Photo.OffsetTime"),
];

/// The first readable time of capture that is not the GPS's.
fn stated(tags: &Tags, mapillary: Option<&Mapillary>, doubts: &mut Vec<Doubt>) -> Option<Stated> {
    let (last, first) = CAMERA_TAGS.split_last()?;
    let mut read = |names: &(&'static str, &'static str, &'static str)| tagged(tags, *names, doubts);
    let described = || {
        const NAME: &str = "MAPCaptureTime";
        let clock = mapillary?.captured?;
        let source = Source::Mapillary(NAME);
        Some(Stated { name: NAME, source, offset: clock.offset.map(|_| source), clock })
    };
    first.iter().find_map(&mut read).or_else(described).or_else(|| read(last))
}

/// The time in one tag, with fraction and offset out of two more; blanks mean that nothing is known.
fn tagged(
    tags: &Tags,
    (name, fraction, offset): (&'static str, &'static str, &'static str),
    doubts: &mut Vec<Doubt>,
) -> Option<Stated> {
    let text = tags.get(name).filter(|text| !parse::is_blank(text))?;
    let Some(mut clock) = clock(text) else {
        doubts.push(Doubt::TimeUnreadable(name));
        return None;
    };
    if let Some(nanos) = tags.get(fraction).and_then(parse::fraction)
        && !clock.fraction
    {
        clock.civil = clock.civil.with().subsec_nanosecond(nanos).build().ok()?;
        clock.fraction = true;
    }
    let mut told = clock.offset.map(|_| Source::Tag(name));
    if clock.offset.is_none() && !offset.is_empty() {
        // Some cameras write only the offset of the file's time, which is the same clock.
        if let Some((name, text)) = tags.first(&[offset, "Exif.Photo.OffsetTime"]) {
            clock.offset = parse::offset(text);
            told = clock.offset.map(|_| Source::Tag(name));
        }
    }
    Some(Stated { name, source: Source::Tag(name), offset: told, clock })
}

/// What the GPS tags say of the time.
enum Gps {
    None,
    At(Timestamp, Source),
    /// Since midnight, on a day that is not told.
    TimeOfDay(SignedDuration, Source),
}

/// Time and date of the GPS.
const GPS_TAGS: [[&str; 2]; 2] =
    [["Exif.GPSInfo.GPSTimeStamp", "Exif.GPSInfo.GPSDateStamp"], ["Xmp.exif.GPSTimeStamp", "Xmp.exif.GPSDateStamp"]];

fn gps(tags: &Tags, doubts: &mut Vec<Doubt>) -> Gps {
    for names in GPS_TAGS {
        let [stamp, day] = names.map(|name| tags.get(name).map(str::trim));
        // Where the time alone is missing, the date's tag has both.
        let source = Source::Tag(if stamp.is_some() { names[0] } else { names[1] });
        // A complete date and time may stand in either tag.
        let complete = [stamp, day].into_iter().flatten().find_map(clock);
        let time = stamp.and_then(parse::time_of_day);
        let civil = match (complete, day.and_then(parse::date), time) {
            (_, Some(date), Some(time)) => date.to_datetime(jiff::civil::Time::midnight()).checked_add(time).ok(),
            (Some(clock), ..) => {
                let offset = clock.offset.unwrap_or(Offset::UTC);
                offset.to_timestamp(clock.civil).ok().map(|instant| Offset::UTC.to_datetime(instant))
            }
            // Midnight without a date is what cameras write that have no time.
            (None, None, Some(time)) if !time.is_zero() => return Gps::TimeOfDay(time, source),
            (None, None, Some(_)) | (None, _, None) => {
                if stamp.is_some_and(|stamp| time.is_none() && !parse::is_blank(stamp)) {
                    doubts.push(Doubt::TimeUnreadable("GPS time"));
                }
                None
            }
        };
        if let Some(instant) = civil.and_then(|civil: DateTime| Offset::UTC.to_timestamp(civil).ok())
            && believable(instant, "GPS time", doubts)
        {
            return Gps::At(instant, source);
        }
    }
    Gps::None
}

/// A GPS time of day on the day that brings it nearest to the camera's time, if that is near.
fn nearest_day(time: SignedDuration, camera: Option<&Camera>) -> Option<Timestamp> {
    let camera = camera.filter(|camera| camera.zone_known)?.instant;
    let midnight = camera.as_second().div_euclid(DAY) * DAY;
    (-1..=1)
        .filter_map(|day| Timestamp::from_second(midnight + day * DAY).ok()?.checked_add(time).ok())
        .find(|instant| seconds_between(camera, *instant).abs() <= DAY_SLACK)
}

/// `a - b` in whole seconds, rounded.
fn seconds_between(a: Timestamp, b: Timestamp) -> i64 {
    a.duration_since(b).as_secs_f64().round() as i64
}

fn choose(
    gps: Option<Timestamp>,
    camera: Option<&Camera>,
    is_phone: bool,
    doubts: &mut Vec<Doubt>,
) -> Option<(Timestamp, TimeSource)> {
    let (gps, camera) = match (gps, camera) {
        (Some(gps), Some(camera)) => (gps, camera),
        (Some(gps), None) => return Some((gps, TimeSource::Gps)),
        (None, Some(camera)) => return Some((camera.instant, TimeSource::Camera)),
        (None, None) => return None,
    };
    let finer = camera.fraction && gps.subsec_nanosecond() == 0;
    let apart = seconds_between(camera.instant, gps);
    if apart.abs() <= AGREEMENT {
        return Some(if finer { (camera.instant, TimeSource::Camera) } else { (gps, TimeSource::Gps) });
    }
    let days = (apart as f64 / DAY as f64).round() as i64;
    let wrong_day = matches!(days, -1 | 1) || days == ROLLOVER_DAYS;
    if wrong_day && (apart - days * DAY).abs() <= DAY_SLACK {
        doubts.push(Doubt::GpsDateShifted { days: -days });
        let shifted = gps.checked_add(SignedDuration::from_secs(days * DAY)).ok()?;
        return Some((shifted, TimeSource::Gps));
    }
    let quarters = (apart as f64 / QUARTER as f64).round() as i64;
    if camera.offset.is_none()
        && quarters != 0
        && apart.abs() <= WIDEST
        && (apart - quarters * QUARTER).abs() <= AGREEMENT
    {
        doubts.push(Doubt::ClockInOtherZone { minutes: quarters * QUARTER / 60 });
        if finer {
            let shift = SignedDuration::from_secs(quarters * QUARTER);
            return Some((camera.instant.checked_sub(shift).ok()?, TimeSource::Camera));
        }
        return Some((gps, TimeSource::Gps));
    }
    if is_phone && camera.zone_known && (0..DAY).contains(&apart) {
        doubts.push(Doubt::FixOld { seconds: apart });
        return Some((camera.instant, TimeSource::Camera));
    }
    doubts.push(Doubt::ClocksApart { seconds: apart });
    Some((gps, TimeSource::Gps))
}

#[cfg(test)]
mod tests;
