//! Sorting, splitting, de-duplicating pictures into sequences, and headings along the track.
//!
//! [`dispatch`] turns the pictures of an upload set into a [`Plan`]: what becomes a sequence, in which order, what is
//! left out as a duplicate, and which headings follow from the track. The [`mod@track`] module draws what a sequence
//! looks like on a map. Everything is a pure function: the same pictures and rules give the same plan, in whatever
//! order the pictures come.
#![forbid(unsafe_code)]

mod duplicates;
mod heading;
mod plan;
mod reuse;
mod sort;
mod sphere;
mod split;
pub mod track;

pub use plan::{ComputedHeading, Dedup, Duplicate, Part, Placed, Plan, Rules, Shot, Split};
pub use sort::{SortMethod, UnknownSortMethod};
pub use track::{bbox, length_m, track};

/// Sorts the pictures, splits them into parts, leaves out near-duplicates inside each part, and computes the headings
/// that are due.
///
/// 30,000 pictures take well under a second, wherever they are.
pub fn dispatch(mut shots: Vec<Shot>, rules: &Rules) -> Plan {
    sort::sort(&mut shots, rules.sort);
    let mut duplicates = Vec::new();
    let kept: Vec<Vec<Shot>> = split::split(shots, rules.split.as_ref())
        .into_iter()
        .map(|part| match &rules.dedup {
            Some(dedup) => duplicates::remove(part, dedup, rules.relative_heading.is_some(), &mut duplicates),
            None => part,
        })
        .collect();
    let reuse = reuse::assign(&kept);
    let parts = kept
        .iter()
        .zip(reuse)
        .map(|(part, reuse)| {
            let headings = heading::computed(part, rules.relative_heading);
            let shots = part.iter().zip(headings).map(|(shot, heading)| Placed { id: shot.id, heading }).collect();
            Part { reuse, shots }
        })
        .collect();
    Plan { parts, duplicates }
}
