//! Placing pictures on a recorded track by their time.

use jiff::Timestamp;

/// A moment of a track.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fix {
    /// When.
    pub at: Timestamp,
    /// Longitude, degrees.
    pub lon: f64,
    /// Latitude, degrees.
    pub lat: f64,
}

/// Why a track is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TrailError {
    /// Without two moments there is nothing between them.
    #[error("the track has fewer than two points with a time")]
    TooShort,
    /// A position is not on Earth.
    #[error("the track has a point that is not on Earth")]
    NotOnEarth,
}

/// A recorded track, in order of time.
#[derive(Debug, Clone, PartialEq)]
pub struct Trail(Vec<Fix>);

impl Trail {
    /// Out of the moments of a recording, in any order.
    ///
    /// # Errors
    /// If there are fewer than two, or a position is none.
    pub fn new(mut fixes: Vec<Fix>) -> Result<Self, TrailError> {
        let on_earth = |fix: &Fix| (-180.0..=180.0).contains(&fix.lon) && (-90.0..=90.0).contains(&fix.lat);
        if !fixes.iter().all(on_earth) {
            return Err(TrailError::NotOnEarth);
        }
        fixes.sort_by_key(|fix| fix.at);
        fixes.dedup_by_key(|fix| fix.at);
        if fixes.len() < 2 { Err(TrailError::TooShort) } else { Ok(Self(fixes)) }
    }

    /// First and last moment.
    pub fn interval(&self) -> (Timestamp, Timestamp) {
        let ends = self.0.first().zip(self.0.last());
        ends.map_or((Timestamp::MIN, Timestamp::MIN), |(first, last)| (first.at, last.at))
    }

    /// Where the track was then, (lon, lat) in degrees, on the straight way between the moments before and after. None
    /// outside of it, and where these are more than `gap_s` seconds apart: nobody knows where it went meanwhile.
    pub fn place(&self, at: Timestamp, gap_s: f64) -> Option<(f64, f64)> {
        let after = self.0.partition_point(|fix| fix.at < at);
        let next = self.0.get(after)?;
        if next.at == at {
            return Some((next.lon, next.lat));
        }
        let before = self.0.get(after.checked_sub(1)?)?;
        let whole = next.at.duration_since(before.at).as_secs_f64();
        if whole > gap_s {
            return None;
        }
        let part = at.duration_since(before.at).as_secs_f64() / whole;
        // The short way round the antimeridian.
        let turn = (next.lon - before.lon + 540.0).rem_euclid(360.0) - 180.0;
        let lon = (before.lon + turn * part + 540.0).rem_euclid(360.0) - 180.0;
        Some((lon, before.lat + (next.lat - before.lat) * part))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn trail(fixes: &[(i64, f64, f64)]) -> Trail {
        Trail::new(fixes.iter().map(|&(second, lon, lat)| Fix { at: at(second), lon, lat }).collect()).unwrap()
    }

    #[test]
    fn between_two_moments_it_goes_straight() {
        let trail = trail(&[(10, 2.0, 48.0), (0, 1.0, 48.0), (110, 3.0, 49.0)]);
        assert_eq!(trail.place(at(5), 60.0), Some((1.5, 48.0)));
        assert_eq!(trail.place(at(10), 60.0), Some((2.0, 48.0)));
        assert_eq!(trail.place(at(0), 60.0), Some((1.0, 48.0)));
        assert_eq!(trail.place(at(60), 60.0), None, "nobody knows");
        assert_eq!(trail.place(at(60), 100.0), Some((2.5, 48.5)));
        assert_eq!((trail.place(at(-1), 60.0), trail.place(at(111), 1000.0)), (None, None));
        assert_eq!(trail.interval(), (at(0), at(110)));
    }

    #[test]
    fn the_antimeridian_is_a_meridian_like_others() {
        let trail = trail(&[(0, 179.0, 0.0), (10, -179.0, 0.0)]);
        let (lon, _) = trail.place(at(6), 60.0).unwrap();
        assert!((lon + 179.8).abs() < 1e-9, "{lon}");
    }

    #[test]
    fn what_is_no_track() {
        let fix = |lon: f64| Fix { at: at(0), lon, lat: 0.0 };
        assert_eq!(Trail::new(vec![fix(1.0), fix(2.0)]), Err(TrailError::TooShort), "two places at one time");
        assert_eq!(Trail::new(vec![fix(1.0), fix(200.0)]), Err(TrailError::NotOnEarth));
        assert_eq!(Trail::new(vec![fix(f64::NAN); 2]), Err(TrailError::NotOnEarth));
    }
}
