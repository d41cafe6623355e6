//! Sorting, splitting, de-duplicating pictures into sequences, and headings along the track.
//!
//! [`dispatch`] turns the pictures of an upload set into a [`Plan`]: what becomes a sequence, in which order, what is
//! left out as a duplicate, which headings follow from the track, and what was odd about the positions. The [`mod@track`] module draws what a sequence
//! looks like on a map. Everything is a pure function: the same pictures and rules give the same plan, in whatever
//! order the pictures come.
#![forbid(unsafe_code)]

mod duplicates;
mod gps;
mod heading;
mod placing;
mod plan;
mod quality;
mod reuse;
mod sort;
mod sphere;
mod split;
pub mod track;

pub use placing::{Fix, Trail, TrailError};
pub use plan::{ComputedHeading, Dedup, Duplicate, Notice, Part, Placed, Plan, Rules, Shot, Split};
pub use sort::{SortMethod, UnknownSortMethod};
pub use track::{bbox, length_m, track};

/// The heading along the track of each of these pictures, in order, degrees clockwise from true north, with `relative` degrees
/// (clockwise) between the direction of travel and of view. With `relative`, pictures of a camera that does not move look
/// there from north; else they have none.
pub fn headings(shots: &[Shot], relative: Option<f64>) -> Vec<Option<f64>> {
    let unmeasured: Vec<Shot> = shots.iter().map(|shot| Shot { sensor_heading: None, ..shot.clone() }).collect();
    let jumps = gps::jumps(&unmeasured, &mut Vec::new());
    let headings = heading::computed(&unmeasured, &jumps, relative);
    headings.into_iter().map(|heading| heading.map(|heading| heading.degrees)).collect()
}

/// Puts pictures in order.
pub fn sort(shots: &mut [Shot], method: SortMethod) {
    sort::sort(shots, method);
}

/// A position so many metres east and north of another one, both as (lon, lat) in degrees.
pub fn moved((lon, lat): (f64, f64), east_m: f64, north_m: f64) -> (f64, f64) {
    sphere::moved((lon, lat), east_m, north_m)
}

/// Degrees in [0, 360).
pub fn wrapped(degrees: f64) -> f64 {
    sphere::wrap(degrees)
}

/// Sorts the pictures, splits them into parts, leaves out near-duplicates inside each part, and computes the headings
/// that are due.
///
/// 30,000 pictures take well under a second, wherever they are.
pub fn dispatch(mut shots: Vec<Shot>, rules: &Rules) -> Plan {
    sort::sort(&mut shots, rules.sort);
    let mut notices = Vec::new();
    let frozen = gps::frozen(&shots, &mut notices);
    let mut duplicates = Vec::new();
    let kept: Vec<Vec<Shot>> = split::split(shots, rules.split.as_ref())
        .into_iter()
        .map(|part| match &rules.dedup {
            Some(dedup) => duplicates::remove(part, dedup, &frozen, rules.relative_heading.is_some(), &mut duplicates),
            None => part,
        })
        .collect();
    let reuse = reuse::assign(&kept);
    let mut parts = Vec::with_capacity(kept.len());
    for (part, reuse) in kept.iter().zip(reuse) {
        let jumps = gps::jumps(part, &mut notices);
        let headings = heading::computed(part, &jumps, rules.relative_heading);
        let shots = part.iter().zip(headings).map(|(shot, heading)| Placed { id: shot.id, heading }).collect();
        parts.push(Part { reuse, shots });
    }
    Plan { parts, duplicates, notices }
}
