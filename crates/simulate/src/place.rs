//! Places on the sphere, and metres around them.

/// Metres of a degree on a sphere of the Earth's mean radius.
const METRES_PER_DEGREE: f64 = 111_195.08;

/// A place, WGS 84.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Place {
    /// Longitude, degrees, [-180, 180).
    pub lon: f64,
    /// Latitude, degrees.
    pub lat: f64,
}

impl Place {
    /// The place so many metres to the east and to the north. For steps that are short beside the Earth.
    #[must_use]
    pub fn moved(self, east: f64, north: f64) -> Self {
        let lat = (self.lat + north / METRES_PER_DEGREE).clamp(-89.0, 89.0);
        let lon = self.lon + east / (METRES_PER_DEGREE * f64::midpoint(self.lat, lat).to_radians().cos());
        Self { lon: (lon + 180.0).rem_euclid(360.0) - 180.0, lat }
    }

    /// Metres to the east and to the north, the short way round.
    pub fn offset(self, other: Self) -> (f64, f64) {
        let lon = (other.lon - self.lon + 540.0).rem_euclid(360.0) - 180.0;
        let scale = f64::midpoint(self.lat, other.lat).to_radians().cos();
        (lon * METRES_PER_DEGREE * scale, (other.lat - self.lat) * METRES_PER_DEGREE)
    }

    /// Metres between two places that are near each other.
    pub fn distance(self, other: Self) -> f64 {
        let (east, north) = self.offset(other);
        east.hypot(north)
    }

    /// The direction to another place, degrees clockwise from north, [0, 360).
    pub fn bearing(self, other: Self) -> f64 {
        let (east, north) = self.offset(other);
        degrees(east.atan2(north).to_degrees())
    }
}

/// An angle as [0, 360) degrees.
pub fn degrees(angle: f64) -> f64 {
    let turned = angle.rem_euclid(360.0);
    // What is a little less than 0 is rounded to 360.
    if turned < 360.0 { turned } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn there_and_back(
            lon in -180.0..180.0f64, lat in -60.0..60.0f64, east in -3000.0..3000.0f64, north in -3000.0..3000.0f64,
        ) {
            let here = Place { lon, lat };
            let there = here.moved(east, north);
            prop_assert!((-180.0..180.0).contains(&there.lon) && there.lat.abs() <= 90.0);
            prop_assert!((here.distance(there) - east.hypot(north)).abs() < 0.01);
            let (back_east, back_north) = there.offset(here);
            prop_assert!((back_east + east).abs() < 0.01 && (back_north + north).abs() < 0.01);
        }

        #[test]
        fn angles_are_in_range(angle in -1e4..1e4f64) {
            prop_assert!((0.0..360.0).contains(&degrees(angle)));
        }
    }

    #[test]
    fn directions_are_those_of_a_compass() {
        let here = Place { lon: 2.0, lat: 48.0 };
        for (east, north, bearing) in [(0.0, 9.0, 0.0), (9.0, 0.0, 90.0), (0.0, -9.0, 180.0), (-9.0, 0.0, 270.0)] {
            let turned = here.bearing(here.moved(east, north)) - bearing;
            assert!(turned.abs() < 0.01 || turned.abs() > 359.99, "{bearing}: {turned}");
        }
        assert!(degrees(-1e-20) < 360.0);
    }
}
