//! Pictures that show a place: close by, and looking at it.

use flaneur_catalog::model::{Area, Picture, Projection};
use flaneur_coverage::quadkey::Bbox;

use crate::{ApiError, ApiResult};

/// Farthest distance that may be asked for, metres.
const FARTHEST: f64 = 1000.0;

/// Mean radius of the Earth, metres (IUGG).
const EARTH_RADIUS: f64 = 6_371_008.8;

/// A place that pictures are wanted of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Place {
    /// Longitude, degrees.
    pub lon: f64,
    /// Latitude, degrees.
    pub lat: f64,
    /// From so far on, metres.
    nearest: f64,
    /// Up to so far, metres.
    farthest: f64,
    /// How far from its middle a flat picture may show the place, degrees to each side.
    aside: f64,
}

impl Place {
    /// Reads `place_position` (`lon,lat`), `place_distance` (`min-max` metres, 3-15 if not said) and
    /// `place_fov_tolerance` (2 to 180 degrees, both sides together, 30 if not said).
    pub(super) fn parse(position: &str, distance: Option<&str>, tolerance: Option<&str>) -> ApiResult<Self> {
        let number = |text: &str| text.trim().parse::<f64>().ok().filter(|number| number.is_finite());
        let pair = |text: &str, separator| {
            let (a, b) = text.split_once(separator)?;
            Some((number(a)?, number(b)?))
        };
        let (lon, lat) = pair(position, ',')
            .filter(|(lon, lat)| lon.abs() <= 180.0 && lat.abs() <= 90.0)
            .ok_or_else(|| ApiError::bad_request("`place_position` has to be lon,lat in degrees"))?;
        let (nearest, farthest) = pair(distance.unwrap_or("3-15"), '-')
            .filter(|(min, max)| *min >= 0.0 && min <= max && *max <= FARTHEST)
            .ok_or_else(|| {
                ApiError::bad_request("`place_distance` has to be min-max in metres, such as 3-15, up to 1000")
            })?;
        let tolerance = number(tolerance.unwrap_or("30")).filter(|degrees| (2.0..=180.0).contains(degrees));
        let tolerance = tolerance
            .ok_or_else(|| ApiError::bad_request("`place_fov_tolerance` has to be a number between 2 and 180"))?;
        Ok(Self { lon, lat, nearest, farthest, aside: tolerance / 2.0 })
    }

    /// A box that holds all of it.
    pub(super) fn area(&self) -> Area {
        let up = (self.farthest / EARTH_RADIUS).to_degrees() * 1.01;
        let across = up / self.lat.to_radians().cos().max(1e-6);
        let (south, north) = ((self.lat - up).max(-90.0), (self.lat + up).min(90.0));
        // So close to a pole that all longitudes are near.
        let bbox = if across >= 180.0 || north >= 90.0 || south <= -90.0 {
            Bbox { west: -180.0, south, east: 180.0, north }
        } else {
            let wrapped = |lon: f64| (lon + 540.0).rem_euclid(360.0) - 180.0;
            Bbox { west: wrapped(self.lon - across), south, east: wrapped(self.lon + across), north }
        };
        Area::of(bbox)
    }

    /// Whether a picture shows the place.
    pub(super) fn is_shown_by(&self, picture: &Picture) -> bool {
        let distance = distance(picture.lon, picture.lat, self.lon, self.lat);
        let sees = match (picture.projection, picture.orientation.heading) {
            (Projection::Equirectangular, _) => true,
            (Projection::Flat, Some(heading)) => {
                let off = bearing(picture.lon, picture.lat, self.lon, self.lat) - heading;
                ((off + 540.0).rem_euclid(360.0) - 180.0).abs() <= self.aside
            }
            (Projection::Flat, None) => false,
        };
        sees && (self.nearest..=self.farthest).contains(&distance)
    }
}

/// Metres between two points in degrees (haversine).
fn distance(lon_a: f64, lat_a: f64, lon_b: f64, lat_b: f64) -> f64 {
    let half = |degrees: f64| (degrees.to_radians() / 2.0).sin().powi(2);
    let h = half(lat_b - lat_a) + lat_a.to_radians().cos() * lat_b.to_radians().cos() * half(lon_b - lon_a);
    2.0 * EARTH_RADIUS * h.min(1.0).sqrt().asin()
}

/// Initial direction from one point to another, degrees clockwise from north.
fn bearing(lon_a: f64, lat_a: f64, lon_b: f64, lat_b: f64) -> f64 {
    let (across, a, b) = ((lon_b - lon_a).to_radians(), lat_a.to_radians(), lat_b.to_radians());
    let (y, x) = (across.sin() * b.cos(), a.cos() * b.sin() - a.sin() * b.cos() * across.cos());
    y.atan2(x).to_degrees().rem_euclid(360.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read() {
        let place = Place::parse("2.5,48.5", None, None).unwrap();
        assert_eq!((place.nearest, place.farthest, place.aside), (3.0, 15.0, 15.0));
        assert!(Place::parse("2.5,48.5", Some("0-1000"), Some("180")).is_ok());
        for (position, distance, tolerance) in [
            ("2.5", None, None),
            ("200,0", None, None),
            ("2.5,48.5", Some("15-3"), None),
            ("2.5,48.5", Some("0-5000"), None),
            ("2.5,48.5", Some("-3-15"), None),
            ("2.5,48.5", None, Some("1")),
            ("2.5,48.5", None, Some("NaN")),
        ] {
            assert!(Place::parse(position, distance, tolerance).is_err(), "{position} {distance:?} {tolerance:?}");
        }
    }

    #[test]
    fn the_box_holds_the_circle() {
        for position in ["2.5,48.5", "179.9999,0", "-180,0", "10,89.99", "0,-90"] {
            let place = Place::parse(position, Some("0-100"), None).unwrap();
            let bbox = place.area().bbox;
            assert!(bbox.contains(place.lon, place.lat), "{position}");
            let up = (99.0 / EARTH_RADIUS).to_degrees();
            assert!(bbox.contains(place.lon, (place.lat + up).min(90.0)), "{position}");
            let across = up / place.lat.to_radians().cos().max(1e-6);
            let east = (place.lon + across.min(179.0) + 540.0).rem_euclid(360.0) - 180.0;
            assert!(bbox.contains(east, place.lat), "{position} {east} {bbox:?}");
        }
    }

    #[test]
    fn distances_and_bearings() {
        assert!((distance(0.0, 0.0, 0.0, 1.0) - 111_195.0).abs() < 1.0);
        assert!((distance(179.9995, 0.0, -179.9995, 0.0) - 111.2).abs() < 0.1);
        for (to, expected) in [((0.0, 1.0), 0.0), ((1.0, 0.0), 90.0), ((0.0, -1.0), 180.0), ((-1.0, 0.0), 270.0)] {
            assert!((bearing(0.0, 0.0, to.0, to.1) - expected).abs() < 1e-9, "{to:?}");
        }
    }
}
