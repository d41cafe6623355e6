//! Invented pictures.
#![allow(dead_code, reason = "each test uses its part")]

use flaneur_dispatch::{Dedup, Plan, Rules, Shot, SortMethod, Split};
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

/// Metres of a degree of latitude.
pub const DEGREE_M: f64 = 111_195.08;

/// The id of a picture or sequence.
pub fn id(number: usize) -> Uuid {
    Uuid::from_u128(number as u128 + 1)
}

/// A flat picture without heading, `second` seconds after the start, `east` and `north` metres from a place on the
/// equator.
pub fn shot(number: usize, second: i64, east: f64, north: f64) -> Shot {
    Shot {
        id: id(number),
        file_name: format!("img{number}.jpg"),
        lon: east / DEGREE_M,
        lat: north / DEGREE_M,
        captured: Timestamp::UNIX_EPOCH + SignedDuration::from_secs(second),
        sensor_heading: None,
        panorama: false,
        accuracy_m: None,
        pixels_per_degree: None,
        sequence: None,
    }
}

/// The picture with a sensor's heading.
pub fn headed(shot: Shot, heading: f64) -> Shot {
    Shot { sensor_heading: Some(heading), ..shot }
}

/// What the reference server takes when nothing is said.
pub fn defaults() -> Rules {
    Rules {
        sort: SortMethod::TimeAsc,
        split: Some(Split { distance_m: 100.0, time_s: 300.0 }),
        dedup: Some(Dedup { distance_m: 1.0, rotation_deg: 60.0 }),
        relative_heading: None,
    }
}

/// The pictures of each part.
pub fn ids(plan: &Plan) -> Vec<Vec<Uuid>> {
    plan.parts.iter().map(|part| part.shots.iter().map(|shot| shot.id).collect()).collect()
}

/// The computed headings in order, to thousandths of a degree.
pub fn headings(plan: &Plan) -> Vec<Option<f64>> {
    let placed = plan.parts.iter().flat_map(|part| &part.shots);
    placed.map(|shot| shot.heading.map(|heading| (heading.degrees * 1e3).round() / 1e3 % 360.0)).collect()
}
