//! Where the camera was.

use crate::doubt::{Doubt, Origin};
use crate::exiv2;
use crate::mapillary::Mapillary;
use crate::source::Source;
use crate::tags::Tags;

/// A position in WGS 84 (EPSG:4326).
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct Position {
    /// Degrees east of Greenwich, in [-180, 180].
    pub lon: f64,
    /// Degrees north of the equator, in [-90, 90].
    pub lat: f64,
    /// Metres above the sea or the ellipsoid: cameras do not say which.
    pub altitude: Option<f64>,
}

/// A position and where it came from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Found {
    pub position: Position,
    pub source: Source,
    pub altitude: Option<Source>,
}

/// The tags of a position in EXIF or XMP.
struct Names {
    origin: Origin,
    latitude: [&'static str; 2],
    longitude: [&'static str; 2],
    altitude: [&'static str; 2],
}

/// Each value before its reference.
const TAGS: [Names; 2] = [
    Names {
        origin: Origin::Exif,
        latitude: ["Exif.GPSInfo.GPSLatitude", "Exif.GPSInfo.GPSLatitudeRef"],
        longitude: ["Exif.GPSInfo.GPSLongitude", "Exif.GPSInfo.GPSLongitudeRef"],
        altitude: ["Exif.GPSInfo.GPSAltitude", "Exif.GPSInfo.GPSAltitudeRef"],
    },
    Names {
        origin: Origin::Xmp,
        latitude: ["Xmp.exif.GPSLatitude", "Xmp.exif.GPSLatitudeRef"],
        longitude: ["Xmp.exif.GPSLongitude", "Xmp.exif.GPSLongitudeRef"],
        altitude: ["Xmp.exif.GPSAltitude", "Xmp.exif.GPSAltitudeRef"],
    },
];

/// The first of EXIF, XMP and the Mapillary description that holds a believable position.
pub(crate) fn read(tags: &Tags, mapillary: Option<&Mapillary>, doubts: &mut Vec<Doubt>) -> Option<Found> {
    let tagged = TAGS.iter().find_map(|names| Some((from_tags(tags, names, doubts)?, Source::Tag(names.latitude[0]))));
    let ((lon, lat), source) =
        tagged.or_else(|| Some((from_mapillary(mapillary?, doubts)?, Source::Mapillary("MAPLatitude"))))?;
    if tags.get("Exif.GPSInfo.GPSMapDatum").is_some_and(|datum| !is_wgs84(datum)) {
        doubts.push(Doubt::DatumOther);
    }
    if tags.get("Exif.GPSInfo.GPSStatus") == Some("V") {
        doubts.push(Doubt::FixVoid);
    }
    let (altitude, altitude_source) = altitude(tags, mapillary, doubts).unzip();
    Some(Found { position: Position { lon, lat, altitude }, source, altitude: altitude_source })
}

/// Checks a longitude and latitude in degrees.
pub(crate) fn check(lon: f64, lat: f64, origin: Origin) -> Result<(f64, f64), Doubt> {
    if !(lon.abs() <= 180.0 && lat.abs() <= 90.0) {
        Err(Doubt::PositionOutOfRange(origin))
    } else if lon == 0.0 && lat == 0.0 {
        Err(Doubt::PositionZero(origin))
    } else {
        Ok((lon, lat))
    }
}

fn from_tags(tags: &Tags, names: &Names, doubts: &mut Vec<Doubt>) -> Option<(f64, f64)> {
    let origin = names.origin;
    let [latitude, latitude_ref] = names.latitude.map(|name| tags.get(name));
    let [longitude, longitude_ref] = names.longitude.map(|name| tags.get(name));
    let (latitude, longitude) = match (latitude, longitude) {
        (None, None) => return None,
        (Some(latitude), Some(longitude)) => (latitude, longitude),
        _ => {
            doubts.push(Doubt::PositionUnreadable(origin));
            return None;
        }
    };
    let mut unknown = false;
    let lat = degrees(latitude, latitude_ref, ['N', 'S'], &mut unknown);
    let lon = degrees(longitude, longitude_ref, ['E', 'W'], &mut unknown);
    let checked = match (lon, lat) {
        (Some(lon), Some(lat)) => check(lon, lat, origin),
        _ => Err(Doubt::PositionUnreadable(origin)),
    };
    match checked {
        Ok(position) => {
            if unknown {
                doubts.push(Doubt::HemisphereUnknown(origin));
            }
            Some(position)
        }
        Err(doubt) => {
            doubts.push(doubt);
            None
        }
    }
}

fn from_mapillary(mapillary: &Mapillary, doubts: &mut Vec<Doubt>) -> Option<(f64, f64)> {
    if !mapillary.has_position {
        return None;
    }
    let checked = match (mapillary.longitude, mapillary.latitude) {
        (Some(lon), Some(lat)) => check(lon, lat, Origin::Mapillary),
        _ => Err(Doubt::PositionUnreadable(Origin::Mapillary)),
    };
    checked.map_err(|doubt| doubts.push(doubt)).ok()
}

/// Degrees out of "48/1 9/1 1824/100", "48,9.5N", "48.158", "48 deg 9' 18.24\" N", in any mix.
///
/// The hemisphere stands in its own tag, at the end or at the beginning; without one, north or east is meant. A minus
/// sign counts too, but does not turn south or west around again.
fn degrees(value: &str, reference: Option<&str>, [plus, minus]: [char; 2], unknown: &mut bool) -> Option<f64> {
    let value = value.trim();
    let letter = |c: Option<char>| c.filter(char::is_ascii_alphabetic);
    let own = letter(value.chars().last()).or_else(|| letter(value.chars().next()));
    let hemisphere = own.or_else(|| reference?.trim().chars().next());
    let negative = match hemisphere.map(|c| c.to_ascii_uppercase()) {
        None => false,
        Some(c) if c == plus => false,
        Some(c) if c == minus => true,
        Some(_) => {
            *unknown = true;
            false
        }
    };
    let comma = decimal_comma(value);
    let value = comma.as_deref().unwrap_or(value);
    let numeric = |c: char| c.is_ascii_digit() || matches!(c, '.' | '/' | '-' | '+');
    let parts = value.split(|c| !numeric(c)).filter(|part| !part.is_empty()).take(4);
    let mut parts: Vec<(&str, Option<f64>)> = parts.map(|part| (part, exiv2::number(part))).collect();
    // Who counts in decimal degrees or minutes leaves the smaller units empty, as 0/0; behind a whole number
    // that is a value which is missing.
    let empty = parts.iter().rev().take_while(|(text, number)| number.is_none() && text.ends_with("/0")).count();
    let told = parts.len() - empty;
    if told > 0 && parts[told - 1].1.is_some_and(|smallest| smallest.fract() != 0.0) {
        parts.truncate(told);
    }
    let parts: Vec<f64> = parts.into_iter().map(|(_, number)| number).collect::<Option<_>>()?;
    let (&first, rest) = parts.split_first()?;
    if rest.len() > 2 || rest.iter().any(|part| !(0.0..=60.0).contains(part)) {
        return None;
    }
    let below = negative || first.is_sign_negative();
    let sum = rest.iter().zip([60.0, 3600.0]).fold(first.abs(), |sum, (part, unit)| sum + part / unit);
    Some(if below { -sum } else { sum })
}

/// "48,15506" with a point: more than two digits behind the only comma are no minutes.
fn decimal_comma(value: &str) -> Option<String> {
    let (whole, fraction) = value.split_once(',')?;
    let digits = fraction.trim_end_matches(|c: char| c.is_ascii_alphabetic() || c == ' ');
    (digits.len() > 2 && digits.bytes().all(|byte| byte.is_ascii_digit())).then(|| format!("{whole}.{digits}"))
}

/// Metres; negative below the reference (`GPSAltitudeRef` 1, and 3 of EXIF 3.0).
pub(crate) fn altitude(tags: &Tags, mapillary: Option<&Mapillary>, doubts: &mut Vec<Doubt>) -> Option<(f64, Source)> {
    let tagged = TAGS.iter().find_map(|names| {
        let [name, reference] = names.altitude;
        let value = tags.get(name)?;
        let below = matches!(tags.get(reference), Some("1" | "3"));
        let metres = exiv2::numbers(value).first().copied().flatten();
        Some((metres.map(|metres| if below { -metres.abs() } else { metres }), Source::Tag(name)))
    });
    let (found, source) = tagged.or_else(|| Some((Some(mapillary?.altitude?), Source::Mapillary("MAPAltitude"))))?;
    // From the deepest sea to above every aeroplane.
    let believed = found.filter(|metres| (-12_000.0..=20_000.0).contains(metres));
    if believed.is_none() {
        doubts.push(Doubt::AltitudeRefused);
    }
    Some((believed?, source))
}

/// The EPSG codes of WGS 84 and of the realisations of ETRS89 and of its French kin RGF93, which rigs with a
/// correction service write.
const LIKE_WGS84: [u32; 6] = [4326, 4979, 4258, 4937, 4171, 4964];
/// RGF93 v2 and v2b.
const RGF93: std::ops::RangeInclusive<u32> = 9775..=9784;

/// "WGS-84", "WGS84", "WGS 84" and the like, and what differs from it by less than a metre.
fn is_wgs84(datum: &str) -> bool {
    let plain: String = datum.chars().filter(char::is_ascii_alphanumeric).collect();
    let plain = plain.to_ascii_uppercase();
    if let Some(code) = plain.strip_prefix("EPSG").and_then(|code| code.parse().ok()) {
        return LIKE_WGS84.contains(&code) || RGF93.contains(&code);
    }
    let names = ["WGS84", "WGS1984", "ETRS89", "ETRF", "ITRF", "RGF93", "JGD2000", "JGD2011", "GDA2020"];
    plain.is_empty() || names.iter().any(|name| plain.starts_with(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(pairs: &[(&str, &str)]) -> Tags {
        let mut tags = Tags::default();
        for (name, value) in pairs {
            tags.set(name, (*value).to_owned());
        }
        tags
    }

    fn exif(lat: &str, lat_ref: &str, lon: &str, lon_ref: &str) -> (Option<Position>, Vec<Doubt>) {
        let mut doubts = Vec::new();
        let tags = tags(&[
            ("Exif.GPSInfo.GPSLatitude", lat),
            ("Exif.GPSInfo.GPSLatitudeRef", lat_ref),
            ("Exif.GPSInfo.GPSLongitude", lon),
            ("Exif.GPSInfo.GPSLongitudeRef", lon_ref),
        ]);
        (read(&tags, None, &mut doubts).map(|found| found.position), doubts)
    }

    #[track_caller]
    fn is(read: &(Option<Position>, Vec<Doubt>), lat: f64, lon: f64) {
        assert_eq!(read.1, []);
        let position = read.0.unwrap();
        assert!((position.lat - lat).abs() < 1e-9 && (position.lon - lon).abs() < 1e-9, "{position:?}");
    }

    #[test]
    fn any_mix_of_degrees_minutes_and_seconds_is_read() {
        is(&exif("48/1 9/1 1824/100", "N", "1/1 41/1 0/1", "W"), 48.155_066_666_666_7, -1.683_333_333_333_3);
        is(&exif("48/1 930400/100000", "N", "16833/10000", "West"), 48.155_066_666_666_7, -1.6833);
        is(&exif("48.155", "s", "-1.5", "W"), -48.155, -1.5);
        is(&exif("48.155", "", "-0.5", ""), 48.155, -0.5);
    }

    #[test]
    fn text_is_read_in_the_ways_people_write_positions() {
        let (lat, lon) = (48.155_066_666_666_7, -1.683_33);
        for (latitude, longitude) in [
            ("48 deg 9' 18.24\" N", "1 deg 40' 59.988\" W"),
            ("N48 9 18.24", "W 1.68333"),
            ("48°9'18.24\"N", "1°40.9998'W"),
            ("48.1550666666667", "-1.68333"),
            ("48,1550666666667", "-1,68333"),
            ("48,1550666666667 N", "1,68333W"),
            ("+48.1550666666667", "1,40.9998W"),
        ] {
            is(&exif(latitude, "", longitude, ""), lat, lon);
        }
    }

    #[test]
    fn empty_units_behind_decimals_are_zero() {
        is(&exif("48/1 930400/100000 0/0", "N", "168333/100000 0/0 0/0", "W"), 48.155_066_666_666_7, -1.683_33);
        for lat in ["48/1 0/0 0/0", "48/1 9/1 0/0", "4815/100 0/0 5/1", "0/0", "0/0 4815/100"] {
            let unreadable = vec![Doubt::PositionUnreadable(Origin::Exif)];
            assert_eq!(exif(lat, "N", "2/1", "E"), (None, unreadable), "{lat}");
        }
    }

    #[test]
    fn xmp_forms_are_read() {
        let mut doubts = Vec::new();
        let tags = tags(&[("Xmp.exif.GPSLatitude", "48,53.1234N"), ("Xmp.exif.GPSLongitude", "2,30,36W")]);
        let found = read(&tags, None, &mut doubts).unwrap();
        assert_eq!(found.source, Source::Tag("Xmp.exif.GPSLatitude"));
        is(&(Some(found.position), doubts), 48.88539, -2.51);
    }

    #[test]
    fn placeholders_and_nonsense_are_refused_with_a_doubt() {
        for (lat, lon, doubt) in [
            ("0/1 0/1 0/1", "0/1 0/1 0/1", Doubt::PositionZero(Origin::Exif)),
            ("91/1", "2/1", Doubt::PositionOutOfRange(Origin::Exif)),
            ("48/1", "180001/1000", Doubt::PositionOutOfRange(Origin::Exif)),
            ("48/1 9/0 1/1", "2/1", Doubt::PositionUnreadable(Origin::Exif)),
            ("48/1 99/1 1/1", "2/1", Doubt::PositionUnreadable(Origin::Exif)),
            ("here", "2/1", Doubt::PositionUnreadable(Origin::Exif)),
        ] {
            assert_eq!(exif(lat, "N", lon, "E"), (None, vec![doubt]), "{lat} {lon}");
        }
    }

    #[test]
    fn datums_that_differ_by_less_than_a_metre_are_no_doubt() {
        for like in ["WGS-84  ", "wgs84", "", "EPSG:4326", "EPSG:9777", "RGF93 v2b", "ETRS89"] {
            assert!(is_wgs84(like), "{like}");
        }
        for other in ["TOKYO", "NAD27", "EPSG:4301", "EPSG:", "ED50"] {
            assert!(!is_wgs84(other), "{other}");
        }
    }

    #[test]
    fn altitude_has_a_sign_and_bounds() {
        let mut doubts = Vec::new();
        let mut tags = tags(&[
            ("Exif.GPSInfo.GPSLatitude", "1/1"),
            ("Exif.GPSInfo.GPSLongitude", "1/1"),
            ("Exif.GPSInfo.GPSAltitude", "3983/1000"),
            ("Exif.GPSInfo.GPSAltitudeRef", "1"),
            ("Exif.GPSInfo.GPSMapDatum", "TOKYO"),
        ]);
        assert_eq!(read(&tags, None, &mut doubts).unwrap().position.altitude, Some(-3.983));
        tags.set("Exif.GPSInfo.GPSAltitude", "4294967295/1".to_owned());
        assert_eq!(read(&tags, None, &mut doubts).unwrap().position.altitude, None);
        assert_eq!(doubts, [Doubt::DatumOther, Doubt::DatumOther, Doubt::AltitudeRefused]);
    }
}
