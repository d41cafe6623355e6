//! Leaving out what shows the same as another picture.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap, HashSet};

use uuid::Uuid;

use crate::{Dedup, Duplicate, Shot, quality, sphere};

/// Leaves near-duplicates out of a part that is in order. Of two, the one stays that an earlier dispatch has placed,
/// since it may be linked to; then the better one; then the first. What is left out goes to `duplicates`.
///
/// With `computed_headings`, the sensors are not believed. Of what is in `frozen` nobody knows where it was taken: it stays.
pub(crate) fn remove(
    part: Vec<Shot>,
    rules: &Dedup,
    frozen: &HashSet<Uuid>,
    computed_headings: bool,
    duplicates: &mut Vec<Duplicate>,
) -> Vec<Shot> {
    let mut panoramas = Kept::new(rules);
    let mut flats = Kept::new(rules);
    let mut best_first: Vec<usize> = (0..part.len()).filter(|&index| !frozen.contains(&part[index].id)).collect();
    best_first.sort_by_cached_key(|&index| {
        let shot = &part[index];
        Reverse((shot.sequence.is_some(), quality::of(shot, computed_headings)))
    });
    let mut same_as: Vec<Option<Duplicate>> = vec![None; part.len()];
    for index in best_first {
        let shot = &part[index];
        let sensor = shot.measured_heading().filter(|_| !computed_headings);
        let (kept, direction) = if shot.panorama { (&mut panoramas, None) } else { (&mut flats, sensor) };
        let position = (shot.lon, shot.lat);
        if let Some((stays, distance_m)) = kept.nearest(position, direction) {
            let stays = &part[stays];
            let angle_deg = shot.measured_heading().zip(stays.measured_heading());
            let angle_deg = angle_deg.map(|(a, b)| sphere::angle_between(a, b));
            same_as[index] = Some(Duplicate { id: shot.id, of: stays.id, distance_m, angle_deg });
        } else {
            kept.add(index, position, direction);
        }
    }
    let mut stays = Vec::with_capacity(part.len());
    for (shot, duplicate) in part.into_iter().zip(same_as) {
        match duplicate {
            Some(duplicate) => duplicates.push(duplicate),
            None => stays.push(shot),
        }
    }
    stays
}

/// Mean radius of the Earth in metres, as [`sphere::distance_m`] takes it.
const EARTH_RADIUS_M: f64 = 6_371_008.8;

/// Width of the narrowest cell, metres: about what seven decimals of a degree resolve.
const FINEST_CELL_M: f64 = 0.01;

/// So many matches are looked at to find the nearest. More can only match where headings are unknown or rotations of
/// fractions of a degree count, and there one is as good as another.
const MATCHES: usize = 32;

/// A cell of a cubic lattice around the globe. In space, unlike in degrees, cells are equally wide everywhere, at the
/// poles and the antimeridian too.
type Cell = [i64; 3];

/// Pictures that stay, found by position and heading.
///
/// Two that stay are farther apart than the distance or look more differently than the rotation, so that the number of
/// pictures near a place in a range of headings is small: looking for a duplicate does not depend on how many there are.
struct Kept<'a> {
    rules: &'a Dedup,
    cell_m: f64,
    cells: HashMap<Cell, Bin>,
}

/// What is in one cell.
#[derive(Default)]
struct Bin {
    /// Those that are the same as anything near them.
    undirected: Vec<Entry>,
    /// The others by their heading in hundredths of a degree.
    directed: BTreeMap<u32, Vec<Entry>>,
}

struct Entry {
    index: usize,
    position: (f64, f64),
    heading: Option<f64>,
}

impl<'a> Kept<'a> {
    fn new(rules: &'a Dedup) -> Self {
        Self { rules, cell_m: rules.distance_m.max(FINEST_CELL_M), cells: HashMap::new() }
    }

    fn cell(&self, (lon, lat): (f64, f64)) -> Cell {
        let (lon, lat) = (lon.to_radians(), lat.to_radians());
        let point = [lat.cos() * lon.cos(), lat.cos() * lon.sin(), lat.sin()];
        // A cast saturates, and what is not a number becomes zero: there is no overflow below.
        point.map(|part| (part * EARTH_RADIUS_M / self.cell_m).floor() as i64)
    }

    fn add(&mut self, index: usize, position: (f64, f64), heading: Option<f64>) {
        let bin = self.cells.entry(self.cell(position)).or_default();
        let entry = Entry { index, position, heading };
        match heading {
            Some(degrees) => bin.directed.entry(hundredths(degrees)).or_default().push(entry),
            None => bin.undirected.push(entry),
        }
    }

    /// The nearest that a picture at this place, looking this way, is a duplicate of; and how far it is in metres.
    fn nearest(&self, position: (f64, f64), heading: Option<f64>) -> Option<(usize, f64)> {
        let [x, y, z] = self.cell(position);
        let mut matches = 0;
        let mut best: Option<(f64, usize)> = None;
        // The chord is never longer than the arc: whatever is near enough is in the cell or one beside it.
        for neighbour in 0..27 {
            let cell = [x - 1 + neighbour % 3, y - 1 + neighbour / 3 % 3, z - 1 + neighbour / 9];
            let Some(bin) = self.cells.get(&cell) else { continue };
            for entry in bin.undirected.iter().chain(bin.looking(heading, self.rules.rotation_deg)) {
                let distance = sphere::distance_m(position, entry.position);
                let same_way = match (heading, entry.heading) {
                    (Some(a), Some(b)) => sphere::angle_between(a, b) <= self.rules.rotation_deg,
                    _ => true,
                };
                if distance <= self.rules.distance_m && same_way {
                    if best.is_none_or(|(metres, index)| (distance, entry.index) < (metres, index)) {
                        best = Some((distance, entry.index));
                    }
                    matches += 1;
                    if matches >= MATCHES {
                        return best.map(|(distance, index)| (index, distance));
                    }
                }
            }
        }
        best.map(|(distance, index)| (index, distance))
    }
}

impl Bin {
    /// Those with a heading that may be within `rotation` degrees of the given one; all, if none is given.
    fn looking(&self, heading: Option<f64>, rotation: f64) -> impl Iterator<Item = &Entry> {
        let whole = [Some(0..=u32::MAX), None];
        let ranges = match heading {
            Some(degrees) if rotation < 179.0 => {
                let low = hundredths(degrees - rotation.max(0.0) - 0.01);
                let high = hundredths(degrees + rotation.max(0.0) + 0.01);
                if low <= high { [Some(low..=high), None] } else { [Some(low..=u32::MAX), Some(0..=high)] }
            }
            _ => whole,
        };
        ranges.into_iter().flatten().flat_map(|range| self.directed.range(range)).flat_map(|(_, entries)| entries)
    }
}

fn hundredths(degrees: f64) -> u32 {
    (sphere::wrap(degrees) * 100.0) as u32
}
