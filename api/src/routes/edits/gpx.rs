//! Recorded tracks as GPX files.

use flaneur_dispatch::{Fix, Trail, TrailError};
use jiff::Timestamp;

use crate::{ApiError, ApiResult};

/// Largest file, bytes: about a hundred thousand points.
pub const LARGEST: usize = 16 << 20;

/// The track of a file: all its segments together.
pub fn trail(file: &str) -> ApiResult<Trail> {
    if file.len() > LARGEST {
        return Err(ApiError::bad_request(format!("the GPX file is larger than {} MiB", LARGEST >> 20)));
    }
    // There are no entities in GPX; those of XML could grow without bound.
    if file.contains("<!") && file.contains("<!ENTITY") {
        return Err(ApiError::bad_request("the GPX file declares entities, which is not done in GPX"));
    }
    let read = gpx::read(file.as_bytes()).map_err(|error| {
        let reason: String = error.to_string().chars().take(200).collect();
        ApiError::bad_request("`gpx` is no GPX file that can be read").because(reason)
    })?;
    let points = read.tracks.into_iter().flat_map(|track| track.segments).flat_map(|segment| segment.points);
    let fix = |point: gpx::Waypoint| {
        let at: Timestamp = point.time?.format().ok()?.parse().ok()?;
        Some(Fix { at, lon: point.point().x(), lat: point.point().y() })
    };
    Trail::new(points.filter_map(fix).collect())
        .map_err(|error: TrailError| ApiError::bad_request(format!("the GPX file can't be used: {error}")))
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

    #[test]
    fn what_is_no_track() {
        for bad in [
            String::new(),
            "<html>".to_owned(),
            file(""),
            file(&point(2.0, 48.0, "2024-05-01T10:00:00Z")),
            file(&point(2.0, 148.0, "2024-05-01T10:00:00Z").repeat(2)),
            file("<trkpt lat=\"1\" lon=\"2\"></trkpt><trkpt lat=\"1\" lon=\"2\"></trkpt>"),
            format!("<!DOCTYPE gpx [<!ENTITY a \"b\">]>{}", file("")),
        ] {
            assert_eq!(trail(&bad).unwrap_err().status(), 400, "{bad}");
        }
    }
}
