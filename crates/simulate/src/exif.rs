//! The EXIF and XMP values of a picture that may be shown, as large and as various as those of real ones.
//!
//! The templates in `exif/` have the values that a photo of each kind of camera has after it went through the allow-list,
//! with slots for what differs between the pictures of one camera. What comes of them is within a tenth of the size that
//! was measured of the real photo.

use std::{fmt::Write as _, sync::LazyLock};

use jiff::{Timestamp, tz::Offset};
use rand::{RngExt as _, rngs::StdRng};

use crate::{camera::Camera, place::Place};

/// Which tags a camera writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tags {
    /// A panorama of a GoPro Max: 69 tags, 2,575 bytes.
    GoProMax,
    /// A HERO 11: 62 tags, 2,240 bytes.
    GoProHero,
    /// An iPhone: 49 tags, 1,816 bytes.
    IPhone,
    /// A telephone with Android: 40 tags, 1,506 bytes.
    Android,
    /// An action camera of Sony: 51 tags, 1,814 bytes.
    Sony,
    /// A Ricoh Theta: 52 tags, 1,920 bytes.
    Theta,
}

/// A piece of a template.
enum Piece {
    Text(String),
    Slot(Slot),
}

/// What differs between pictures.
#[derive(Clone, Copy)]
enum Slot {
    Make,
    Model,
    Lat,
    LatRef,
    Lon,
    LonRef,
    Altitude,
    Accuracy,
    Heading,
    Speed,
    UtcDate,
    UtcTime,
    Local,
    Offset,
    Subsecond,
    Width,
    Height,
    Exposure,
    Iso,
}

impl Slot {
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "make" => Self::Make,
            "model" => Self::Model,
            "lat" => Self::Lat,
            "lat_ref" => Self::LatRef,
            "lon" => Self::Lon,
            "lon_ref" => Self::LonRef,
            "altitude" => Self::Altitude,
            "accuracy" => Self::Accuracy,
            "heading" => Self::Heading,
            "speed" => Self::Speed,
            "utc_date" => Self::UtcDate,
            "utc_time" => Self::UtcTime,
            "local" => Self::Local,
            "offset" => Self::Offset,
            "subsecond" => Self::Subsecond,
            "width" => Self::Width,
            "height" => Self::Height,
            "exposure" => Self::Exposure,
            "iso" => Self::Iso,
            _ => return None,
        })
    }
}

/// A template in pieces. A tag a line; braces around the names of slots, and nowhere else but around it all.
fn pieces(template: &str) -> Vec<Piece> {
    let mut pieces = vec![Piece::Text("{".to_owned())];
    let lines: String =
        template.lines().filter(|line| line.contains(':')).map(|line| line.replacen("\": \"", "\":\"", 1)).collect();
    let mut rest = lines.as_str();
    while let Some((text, (name, behind))) =
        rest.split_once('{').and_then(|(text, behind)| Some((text, behind.split_once('}')?)))
    {
        pieces.push(Piece::Text(text.to_owned()));
        pieces.push(Slot::named(name).map_or_else(|| Piece::Text(name.to_owned()), Piece::Slot));
        rest = behind;
    }
    pieces.push(Piece::Text(format!("{rest}}}")));
    pieces
}

impl Tags {
    fn pieces(self) -> &'static [Piece] {
        macro_rules! template {
            ($name:literal) => {{
                static PIECES: LazyLock<Vec<Piece>> =
                    LazyLock::new(|| pieces(include_str!(concat!("exif/", $name, ".json"))));
                &PIECES
            }};
        }
        match self {
            Self::GoProMax => template!("gopro_max"),
            Self::GoProHero => template!("gopro_hero"),
            Self::IPhone => template!("iphone"),
            Self::Android => template!("android"),
            Self::Sony => template!("sony"),
            Self::Theta => template!("theta"),
        }
    }
}

/// What the tags say of one picture.
#[derive(Debug)]
pub struct Said<'s> {
    /// What took it.
    pub camera: &'s Camera,
    /// Where.
    pub place: Place,
    /// Metres above the sea, not below.
    pub altitude: f64,
    /// Accuracy, metres.
    pub accuracy: f64,
    /// Where the camera looked, degrees.
    pub heading: f64,
    /// Metres a second.
    pub speed: f64,
    /// When.
    pub captured: Timestamp,
    /// The offset of local time.
    pub offset: Offset,
}

/// The document of the column `exif`: names of Exiv2 and values, in the order of names.
pub fn document(said: &Said<'_>, random: &mut StdRng) -> String {
    let mut text = String::with_capacity(2800);
    let mut date = String::new();
    let local = said.offset.to_datetime(said.captured);
    let utc = Offset::UTC.to_datetime(said.captured);
    for piece in said.camera.tags.pieces() {
        let slot = match piece {
            Piece::Text(piece) => {
                text.push_str(piece);
                continue;
            }
            Piece::Slot(slot) => *slot,
        };
        // Writing into a text cannot fail.
        let _ = match slot {
            Slot::Make => write!(text, "{}", said.camera.make),
            Slot::Model => write!(text, "{}", said.camera.model),
            Slot::Lat => sexagesimal(&mut text, said.place.lat),
            Slot::LatRef => write!(text, "{}", if said.place.lat < 0.0 { 'S' } else { 'N' }),
            Slot::Lon => sexagesimal(&mut text, said.place.lon),
            Slot::LonRef => write!(text, "{}", if said.place.lon < 0.0 { 'W' } else { 'E' }),
            Slot::Altitude => write!(text, "{}/1000", (said.altitude * 1000.0) as i64),
            Slot::Accuracy => write!(text, "{}/1000", (said.accuracy * 1000.0) as i64),
            Slot::Heading => write!(text, "{}/10000", (said.heading * 10_000.0) as i64),
            Slot::Speed => write!(text, "{}/1000", (said.speed * 3600.0) as i64),
            Slot::UtcDate => write!(text, "{:04}:{:02}:{:02}", utc.year(), utc.month(), utc.day()),
            Slot::UtcTime => write!(text, "{}/1 {}/1 {}/1", utc.hour(), utc.minute(), utc.second()),
            Slot::Local => {
                // Told up to five times.
                if date.is_empty() {
                    date = format!(
                        "{:04}:{:02}:{:02} {:02}:{:02}:{:02}",
                        local.year(),
                        local.month(),
                        local.day(),
                        local.hour(),
                        local.minute(),
                        local.second()
                    );
                }
                text.push_str(&date);
                Ok(())
            }
            Slot::Offset => offset(&mut text, said.offset),
            Slot::Subsecond => write!(text, "{:03}", local.subsec_nanosecond() / 1_000_000),
            Slot::Width => write!(text, "{}", said.camera.size.0),
            Slot::Height => write!(text, "{}", said.camera.size.1),
            Slot::Exposure => write!(text, "1/{}", random.random_range(60..6000)),
            Slot::Iso => write!(text, "{}", random.random_range(100..800)),
        };
    }
    text
}

/// An offset of local time, `+02:00`.
pub fn offset(text: &mut String, offset: Offset) -> std::fmt::Result {
    let seconds = offset.seconds();
    let (sign, minutes) = (if seconds < 0 { '-' } else { '+' }, seconds.abs() / 60);
    write!(text, "{sign}{:02}:{:02}", minutes / 60, minutes % 60)
}

/// Degrees, minutes and seconds as three fractions, without sign.
fn sexagesimal(text: &mut String, degrees: f64) -> std::fmt::Result {
    let parts = (degrees.abs() * 3_600_000.0).round() as i64;
    write!(text, "{}/1 {}/1 {}/1000", parts / 3_600_000, parts / 60_000 % 60, parts % 60_000)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        camera::CAMERAS,
        random::{For, generator},
    };
    use std::collections::BTreeMap;

    fn documents(camera: &Camera) -> Vec<String> {
        let mut random = generator(1, For::Set, &[]);
        let one = |number: i64| {
            let said = Said {
                camera,
                place: Place { lon: -1.5 - number as f64 * 1e-4, lat: 48.1 },
                altitude: 35.2,
                accuracy: 4.0,
                heading: 271.25,
                speed: 8.0,
                captured: Timestamp::from_second(1_700_000_000 + number).unwrap(),
                offset: jiff::tz::offset(1),
            };
            document(&said, &mut random)
        };
        (0..20).map(one).collect()
    }

    #[test]
    fn tags_are_as_large_as_real_ones() {
        for camera in CAMERAS {
            let (tags, bytes) = match camera.tags {
                Tags::GoProMax => (69, 2575),
                Tags::GoProHero => (62, 2240),
                Tags::IPhone => (49, 1816),
                Tags::Android => (40, 1506),
                Tags::Sony => (51, 1814),
                Tags::Theta => (52, 1920),
            };
            for document in documents(camera) {
                let read: BTreeMap<String, String> = serde_json::from_str(&document).unwrap();
                assert_eq!(read.len(), tags, "{document}");
                assert_eq!(serde_json::to_string(&read).unwrap(), document, "names are in order");
                assert!(!document[1..document.len() - 1].contains(['{', '}']), "{document}");
                let difference = (document.len() as f64 / f64::from(bytes) - 1.0).abs();
                assert!(difference < 0.1, "{}: {} bytes", camera.model, document.len());
            }
        }
    }

    #[test]
    fn tags_say_what_they_are_told() {
        let read: BTreeMap<String, String> = serde_json::from_str(&documents(&CAMERAS[4])[0]).unwrap();
        for (name, value) in [
            ("Exif.GPSInfo.GPSLatitude", "48/1 6/1 0/1000"),
            ("Exif.GPSInfo.GPSLongitude", "1/1 30/1 0/1000"),
            ("Exif.GPSInfo.GPSLongitudeRef", "W"),
            ("Exif.GPSInfo.GPSTimeStamp", "22/1 13/1 20/1"),
            ("Exif.Image.DateTime", "2023:11:14 23:13:20"),
            ("Exif.Photo.OffsetTime", "+01:00"),
            ("Exif.Image.Model", "HERO11 Black"),
        ] {
            assert_eq!(read[name], value, "{name}");
        }
    }
}
