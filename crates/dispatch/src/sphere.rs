//! Distances and directions on the globe.

use geo::{Bearing, Destination, Distance, Haversine, Point};

/// Great-circle distance in metres between two (lon, lat) in degrees, on a sphere of the mean radius of the Earth
/// (6,371,008.8 m).
pub(crate) fn distance_m(a: (f64, f64), b: (f64, f64)) -> f64 {
    Haversine.distance(Point::from(a), Point::from(b))
}

/// The direction in which one leaves `from` on the shortest way to `to`, degrees clockwise from north in [0, 360).
pub(crate) fn bearing_deg(from: (f64, f64), to: (f64, f64)) -> f64 {
    wrap(Haversine.bearing(Point::from(from), Point::from(to)))
}

/// Where one is after going so many metres east and north from `from`: along the great circle that leaves in that direction.
pub(crate) fn moved(from: (f64, f64), east_m: f64, north_m: f64) -> (f64, f64) {
    let there =
        Haversine.destination(Point::from(from), wrap(east_m.atan2(north_m).to_degrees()), east_m.hypot(north_m));
    ((there.x() + 540.0).rem_euclid(360.0) - 180.0, there.y())
}

/// The angle in [0, 360).
pub(crate) fn wrap(degrees: f64) -> f64 {
    let turned = degrees.rem_euclid(360.0);
    // The remainder of a tiny negative angle rounds up to a full turn.
    if turned >= 360.0 { 0.0 } else { turned }
}

/// The angle between two directions, 0 to 180 degrees.
pub(crate) fn angle_between(a: f64, b: f64) -> f64 {
    let turn = wrap(a - b);
    turn.min(360.0 - turn)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn angles_wrap() {
        assert!((wrap(-90.0) - 270.0).abs() < 1e-12);
        assert!(wrap(-1e-18) < 360.0);
        assert!((angle_between(350.0, 10.0) - 20.0).abs() < 1e-12);
        assert!((angle_between(10.0, 350.0) - 20.0).abs() < 1e-12);
        assert!((angle_between(0.0, 180.0) - 180.0).abs() < 1e-12);
    }

    #[test]
    fn moving_goes_as_far_as_was_said() {
        let from = (2.0, 48.0);
        let there = moved(from, 30.0, 40.0);
        assert!((distance_m(from, there) - 50.0).abs() < 1e-6);
        assert!((bearing_deg(from, there) - 36.869_897).abs() < 1e-4);
        let (lon, _) = moved((179.9999, 0.0), 100.0, 0.0);
        assert!((lon + 179.9992).abs() < 1e-4, "{lon}");
        assert!((distance_m(from, moved(from, 0.0, 0.0))) < 1e-6);
    }

    #[test]
    fn bearings_and_distances() {
        assert!(bearing_deg((2.0, 48.0), (2.0, 48.001)) < 1e-9);
        assert!((bearing_deg((0.0, 0.0), (0.001, 0.0)) - 90.0).abs() < 1e-9);
        assert!((bearing_deg((0.0, 0.0), (-0.001, 0.0)) - 270.0).abs() < 1e-9);
        // A degree of a great circle, also across the antimeridian.
        assert!((distance_m((179.5, 0.0), (-179.5, 0.0)) - 111_195.08).abs() < 0.1);
    }
}
