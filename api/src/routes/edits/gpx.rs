//! Recorded tracks as GPX files (topografix.com, 1.0 and 1.1): where somebody was at which moment, and nothing else of them.
//!
//! Whoever may edit may send one. It is read in one pass, with nothing that grows faster than the file: elements are nested so
//! deep at most, what is declared is not looked at, and of attributes only those of points are.

use flaneur_dispatch::{Fix, Trail, TrailError};
use jiff::{Timestamp, civil::DateTime, tz::TimeZone};
use quick_xml::{
    Reader,
    events::{BytesStart, Event},
};

use crate::{ApiError, ApiResult};

/// Largest file, bytes: about a hundred thousand points.
pub const LARGEST: usize = 16 << 20;
/// Nested elements.
const MAX_DEPTH: usize = 64;
/// Attributes of a point that are looked at: it has two.
const MAX_ATTRIBUTES: usize = 16;
/// Longest time, characters.
const MAX_TIME: usize = 64;

/// The track of a file: all its segments together.
pub fn trail(file: &str) -> ApiResult<Trail> {
    if file.len() > LARGEST {
        return Err(ApiError::bad_request(format!("the GPX file is larger than {} MiB", LARGEST >> 20)));
    }
    let fixes =
        read(file).map_err(|reason| ApiError::bad_request("`gpx` is no GPX file that can be read").because(reason))?;
    Trail::new(fixes).map_err(|error: TrailError| ApiError::bad_request(format!("the GPX file can't be used: {error}")))
}

/// Where an element is, as far as that matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// `gpx`.
    Root,
    /// `trk`.
    Track,
    /// `trkseg`.
    Segment,
    /// `trkpt`.
    Point,
    /// `time` of a point.
    Time,
    /// Anything else, with what is in it.
    Other,
}

impl Place {
    fn of(name: &str, within: Option<Self>) -> Option<Self> {
        Some(match (within, name) {
            (None, "gpx") => Self::Root,
            (None, _) => return None,
            (Some(Self::Root), "trk") => Self::Track,
            (Some(Self::Track), "trkseg") => Self::Segment,
            (Some(Self::Segment), "trkpt") => Self::Point,
            (Some(Self::Point), "time") => Self::Time,
            _ => Self::Other,
        })
    }
}

/// Points of tracks that say when they were taken, in their order.
fn read(file: &str) -> Result<Vec<Fix>, String> {
    let mut reader = Reader::from_str(file.trim_start_matches('\u{FEFF}'));
    let (mut open, mut fixes) = (Vec::<Place>::new(), Vec::new());
    let (mut point, mut time) = ((0.0, 0.0), String::new());
    loop {
        let event = reader.read_event().map_err(|error| {
            let why: String = error.to_string().chars().take(200).collect();
            format!("{why} (byte {})", reader.error_position())
        })?;
        match event {
            Event::Start(start) => {
                if open.len() >= MAX_DEPTH {
                    return Err("its elements are nested too deep".to_owned());
                }
                let place =
                    Place::of(start.local_name().as_ref(), open.last().copied()).ok_or("it is another kind of XML")?;
                match place {
                    Place::Point => (point, time) = (position(&start)?, String::new()),
                    Place::Time => time.clear(),
                    _ => {}
                }
                open.push(place);
            }
            Event::Text(text) if open.last() == Some(&Place::Time) => {
                time.extend(text.chars().take(MAX_TIME.saturating_sub(time.len())));
            }
            Event::End(_) => {
                let closed = open.pop();
                if closed == Some(Place::Point) && !time.trim().is_empty() {
                    let at = moment(time.trim()).ok_or_else(|| format!("`{}` is no time", time.trim()))?;
                    fixes.push(Fix { at, lon: point.0, lat: point.1 });
                }
            }
            Event::Eof if open.is_empty() => return Ok(fixes),
            Event::Eof => return Err("it ends before its end".to_owned()),
            // An empty element says no time.
            _ => {}
        }
    }
}

/// Longitude and latitude, degrees.
fn position(point: &BytesStart<'_>) -> Result<(f64, f64), String> {
    let (mut lon, mut lat) = (None, None);
    // Looking for names that are there twice takes the square of their number.
    for attribute in point.attributes().with_checks(false).take(MAX_ATTRIBUTES) {
        let attribute = attribute.map_err(|error| error.to_string())?;
        let degrees = attribute.value.trim().parse::<f64>().ok();
        match attribute.key.as_ref() {
            "lon" => lon = degrees,
            "lat" => lat = degrees,
            _ => {}
        }
    }
    lon.zip(lat).ok_or_else(|| "a point says no `lat` and `lon` in degrees".to_owned())
}

/// With its offset; without one it is UTC, as the format has it.
fn moment(text: &str) -> Option<Timestamp> {
    let plain = || TimeZone::UTC.to_timestamp(text.parse::<DateTime>().ok()?).ok();
    text.parse().ok().or_else(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(points: &str) -> String {
        format!(
            "<?xml version=\"1.0\"?><gpx version=\"1.1\" creator=\"test\" xmlns=\"http://www.topografix.com/GPX/1/1\">
             <trk><trkseg>{points}</trkseg></trk></gpx>"
        )
    }

    fn point(lon: f64, lat: f64, time: &str) -> String {
        format!(
            "<trkpt lat=\"{lat}\" lon=\"{lon}\"><ele>3</ele><time>{time}</time><extensions><x>1</x></extensions></trkpt>"
        )
    }

    #[test]
    fn a_track() {
        let points = [point(2.0, 48.0, "2024-05-01T10:00:00Z"), point(2.1, 48.1, "2024-05-01T12:00:10.500+02:00")];
        let trail = trail(&file(&points.concat())).unwrap();
        let (first, last) = trail.interval();
        assert_eq!(
            (first.to_string(), last.to_string()),
            ("2024-05-01T10:00:00Z".to_owned(), "2024-05-01T10:00:10.5Z".to_owned())
        );
        assert_eq!(trail.place(first, 60.0), Some((2.0, 48.0)));
    }

    /// Elements within elements by the hundred thousand, in each place where something else may stand. None takes a stack, nor
    /// minutes, as it does where each element looks through those around it.
    #[test]
    fn what_is_nested_deeply_is_refused() {
        let depth = 400_000;
        let whole = format!("{}{}", "<x>".repeat(depth), "</x>".repeat(depth));
        let times = ["2024-05-01T10:00:00Z", "2024-05-01T11:00:00Z"].map(|time| point(2.0, 48.0, time));
        for nested in [whole.as_str(), &whole[..depth * 3]] {
            let within = |element: &str| format!("<{element}>{nested}</{element}>");
            let inside = times[0].replace("<x>1</x>", nested);
            for deep in [
                file(&format!("{inside}{}", times[1])),
                file(&within("trkpt")),
                format!("<gpx version=\"1.1\" creator=\"t\">{}</gpx>", within("metadata")),
                format!("<gpx version=\"1.1\" creator=\"t\">{}</gpx>", within("extensions")),
                format!("<gpx version=\"1.1\" creator=\"t\">{}</gpx>", within("trk")),
                nested.to_owned(),
            ] {
                assert_eq!(trail(&deep).unwrap_err().status(), 400);
            }
        }
    }

    #[test]
    fn what_has_very_many_attributes_is_read() {
        let many: String = (0..200_000).fold(String::new(), |text, n| text + &format!(" a{n}=\"\" xmlns:b{n}=\"c\""));
        let times = ["2024-05-01T10:00:00Z", "2024-05-01T11:00:00Z"].map(|time| point(2.0, 48.0, time));
        let said = times[0].replace(" lon", &format!("{many} lon"));
        assert!(trail(&file(&format!("{said}{}", times[1]))).is_err(), "what stands behind so many is not looked for");
        let said = times[0].replace("\"><ele", &format!("\"{many}><ele"));
        assert!(trail(&file(&format!("{said}{}", times[1]))).is_ok());
        let said = format!("{}<wpt{many}/>", times.concat());
        assert!(trail(&file(&said)).is_ok());
    }

    #[test]
    fn tracks_of_every_kind_of_program_are_read() {
        let plain = [point(2.0, 48.0, "2024-05-01T10:00:00"), point(2.1, 48.1, " 2024-05-01T10:00:10Z\n")].concat();
        let prefixed = plain.replace('<', "<g:").replace("<g:/", "</g:");
        let prefixed = format!("<g:gpx xmlns:g=\"x\"><g:trk><g:trkseg>{prefixed}</g:trkseg></g:trk></g:gpx>");
        let several = format!(
            "\u{FEFF}<gpx><trk><name>a &amp; b</name><trkseg>{}</trkseg><trkseg><trkpt lat='1' lon='2'/></trkseg></trk>
             <rte><rtept lat='9' lon='9'><time>2030-01-01T00:00:00Z</time></rtept></rte><trk><trkseg>{}</trkseg></trk></gpx>",
            point(2.0, 48.0, "2024-05-01T10:00:00Z"),
            point(2.1, 48.1, "2024-05-01T10:00:10Z")
        );
        for text in [file(&plain), prefixed, several] {
            let (first, last) = trail(&text).unwrap().interval();
            assert_eq!((last - first).as_secs(), 10, "{text}");
        }
    }

    proptest::proptest! {
        /// A track with pieces of it left out, said twice or replaced: read, or refused with 400.
        #[test]
        fn what_is_damaged_is_read_or_refused(cuts in proptest::collection::vec((0.0..1.0f64, 0.0..1.0f64, 0..5u8, "[<>&;\"'/a-z0-9:.\\-\\PC]{0,12}"), 1..6)) {
            let times = ["2024-05-01T10:00:00Z", "2024-05-01T12:00:10.500+02:00", "2024-05-01T12:00:11Z"];
            let mut text = file(&times.map(|time| point(2.0, 48.0, time)).concat());
            for (from, to, how, other) in cuts {
                let place = |share: f64| {
                    let at = (text.len() as f64 * share) as usize;
                    (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap()
                };
                let (from, to) = (place(from.min(to)), place(from.max(to)));
                let piece = text[from..to].to_owned();
                match how {
                    0 => text.replace_range(from..to, ""),
                    1 => text.insert_str(to, &piece),
                    2 => text.insert_str(from, &other),
                    3 => text.truncate(to),
                    _ => text.replace_range(from..to, &other),
                }
            }
            if let Err(refusal) = trail(&text) {
                proptest::prop_assert_eq!(refusal.status(), 400);
            }
        }
    }

    #[test]
    fn what_is_no_track() {
        for bad in [
            String::new(),
            "<html>".to_owned(),
            file(""),
            file(&point(2.0, 48.0, "2024-05-01T10:00:00Z")),
            file(&point(2.0, 148.0, "2024-05-01T10:00:00Z").repeat(2)),
            file("<trkpt lat=\"1\" lon=\"2\"></trkpt><trkpt lat=\"1\" lon=\"2\"></trkpt>"),
            file(&point(2.0, 48.0, "yesterday").repeat(2)),
            file("<trkpt lat=\"north\" lon=\"2\"/>").replace("/>", "></trkpt>"),
            file("").replace("</gpx>", ""),
            format!("<!DOCTYPE gpx [<!ENTITY a \"b\">]>{}", file("")),
        ] {
            assert_eq!(trail(&bad).unwrap_err().status(), 400, "{bad}");
        }
    }
}
