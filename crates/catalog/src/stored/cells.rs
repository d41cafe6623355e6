//! The cells that a track covers: by these, sequences are found on the map.

use std::{collections::BTreeSet, ops::RangeInclusive};

use flaneur_coverage::quadkey::{self, Tile};

/// Zoom level of the cells: 2.4 km at the equator.
pub const ZOOM: u8 = 14;

/// A piece between neighbours in a track that crosses more cells than this (about 600 km at the equator) counts at its
/// ends only: nobody took pictures there.
const LONGEST_PIECE: i64 = 256;
/// Beyond so many cells, further pieces count at their ends only, so that no track floods the table.
const MOST_CELLS: usize = 20_000;

/// The cells, by their first keys, of line strings of (lon, lat) in degrees.
pub fn covering(lines: &[Vec<(f64, f64)>]) -> BTreeSet<i64> {
    let mut cells = BTreeSet::new();
    for line in lines {
        for (lon, lat) in line {
            cells.insert(*Tile::at(ZOOM, *lon, *lat).keys().start());
        }
        for piece in line.windows(2) {
            if let [from, to] = piece
                && cells.len() < MOST_CELLS
            {
                cross(*from, *to, &mut cells);
            }
        }
    }
    cells
}

/// The first keys of all cells that may hold something of a tile.
pub fn of_tile(keys: &RangeInclusive<i64>) -> RangeInclusive<i64> {
    let width = quadkey::width(ZOOM);
    (keys.start() - keys.start().rem_euclid(width))..=*keys.end()
}

/// Adds the cells that a straight piece on the map crosses, the short way round the world.
fn cross(from: (f64, f64), to: (f64, f64), cells: &mut BTreeSet<i64>) {
    let side = f64::from(1u32 << ZOOM);
    let ((x0, y0), (mut x1, y1)) = (quadkey::project(from.0, from.1), quadkey::project(to.0, to.1));
    if x1 - x0 > 0.5 {
        x1 -= 1.0;
    } else if x0 - x1 > 0.5 {
        x1 += 1.0;
    }
    let (x0, y0, x1, y1) = (x0 * side, y0 * side, x1 * side, y1 * side);
    let (columns, rows) = (steps(x0, x1), steps(y0, y1));
    if columns + rows > LONGEST_PIECE {
        return;
    }
    // Where the piece crosses a border between columns or rows, as parts of its length: between two neighbours of
    // these it is in one cell, which its middle tells.
    let mut cuts = vec![0.0, 1.0];
    cuts.extend(borders(x0, x1));
    cuts.extend(borders(y0, y1));
    cuts.sort_by(f64::total_cmp);
    for cut in cuts.windows(2) {
        if let [start, end] = cut {
            let middle = f64::midpoint(*start, *end);
            let (x, y) = (x0 + (x1 - x0) * middle, y0 + (y1 - y0) * middle);
            let column = x.rem_euclid(side).floor().min(side - 1.0) as u32;
            let row = y.clamp(0.0, side - 1.0).floor() as u32;
            if let Some(tile) = Tile::new(ZOOM, column, row) {
                cells.insert(*tile.keys().start());
            }
        }
    }
}

fn steps(from: f64, to: f64) -> i64 {
    (to.floor() - from.floor()).abs() as i64
}

/// Where between `from` and `to`, as parts of the way, whole numbers are passed.
fn borders(from: f64, to: f64) -> impl Iterator<Item = f64> {
    let (low, high) = (from.min(to), from.max(to));
    let (first, last) = (low.floor() as i64 + 1, high.ceil() as i64);
    (first..last).map(move |border| (border as f64 - from) / (to - from))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn holds(cells: &BTreeSet<i64>, lon: f64, lat: f64) -> bool {
        cells.contains(Tile::at(ZOOM, lon, lat).keys().start())
    }

    proptest! {
        #[test]
        fn every_point_of_the_track_is_covered(
            lon in -179.0..179.0f64, lat in -80.0..80.0f64, dx in -0.5..0.5f64, dy in -0.5..0.5f64, part in 0.0..=1.0f64,
        ) {
            let to = (lon + dx, lat + dy);
            let cells = covering(&[vec![(lon, lat), to]]);
            // Straight on the map, that is, in its projection.
            let (from_map, to_map) = (quadkey::project(lon, lat), quadkey::project(to.0, to.1));
            let y = from_map.1 + (to_map.1 - from_map.1) * part;
            let middle = (std::f64::consts::PI * (1.0 - 2.0 * y)).sinh().atan().to_degrees();
            let at = lon + dx * part;
            let near = [(0.0, 0.0), (1e-9, 0.0), (-1e-9, 0.0), (0.0, 1e-9), (0.0, -1e-9)];
            prop_assert!(near.iter().any(|(x, y)| holds(&cells, at + x, middle + y)));
            prop_assert!(cells.len() as i64 <= LONGEST_PIECE + 2);
        }
    }

    #[test]
    fn the_antimeridian_is_a_short_step() {
        let cells = covering(&[vec![(179.99, 10.0), (-179.99, 10.0)]]);
        assert!(holds(&cells, 179.999, 10.0) && holds(&cells, -179.999, 10.0));
        assert!(cells.len() <= 4, "{}", cells.len());
    }

    #[test]
    fn far_jumps_count_at_their_ends() {
        assert_eq!(covering(&[vec![(0.0, 0.0), (90.0, 40.0)]]).len(), 2);
        assert_eq!(covering(&[vec![(2.0, 48.0)]]).len(), 1);
        let zigzag: Vec<_> = (0..3000).map(|n| (f64::from(n % 2) * 3.0, f64::from(n) * 0.02 - 30.0)).collect();
        assert!(covering(&[zigzag]).len() < MOST_CELLS + 3000 + 2 * LONGEST_PIECE as usize);
    }

    #[test]
    fn a_deep_tile_is_in_its_ancestor() {
        let deep = Tile::at(18, 2.3499, 48.853);
        let cells = covering(&[vec![(2.3499, 48.853)]]);
        assert!(cells.iter().all(|cell| of_tile(&deep.keys()).contains(cell)));
        let beside = Tile::at(14, 2.4, 48.853);
        assert!(!cells.iter().any(|cell| of_tile(&beside.keys()).contains(cell)));
    }
}
