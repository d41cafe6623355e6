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
mod plan;
mod quality;
mod reuse;
mod sort;
mod sphere;
mod split;
pub mod track;

pub use plan::{ComputedHeading, Dedup, Duplicate, Notice, Part, Placed, Plan, Rules, Shot, Split};
pub use sort::{SortMethod, UnknownSortMethod};
pub use track::{bbox, length_m, track};

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
