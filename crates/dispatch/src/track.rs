//! What a sequence looks like on a map. Positions are (lon, lat) in degrees.

use flaneur_coverage::quadkey::Bbox;

use crate::sphere;

/// The longest step in metres between two pictures that is drawn as a line.
pub const MAX_GAP_M: f64 = 75.0;

/// The pictures of a sequence, in order, as line strings; a step longer than `max_gap_m` metres is left out, and a new
/// line begins. No position is lost: a picture on its own between two gaps is a line of one point.
pub fn track(shots: &[(f64, f64)], max_gap_m: f64) -> Vec<Vec<(f64, f64)>> {
    let mut lines: Vec<Vec<(f64, f64)>> = Vec::new();
    for position in shots {
        match lines.last_mut() {
            Some(line) if line.last().is_some_and(|before| sphere::distance_m(*before, *position) <= max_gap_m) => {
                line.push(*position);
            }
            _ => lines.push(vec![*position]),
        }
    }
    lines
}

/// Length of line strings together, metres.
pub fn length_m(lines: &[Vec<(f64, f64)>]) -> f64 {
    lines.iter().flat_map(|line| line.windows(2)).map(|step| sphere::distance_m(step[0], step[1])).sum()
}

/// The narrowest box around the positions; it crosses the antimeridian (`west > east`) where that makes it narrower.
/// None without positions.
pub fn bbox(positions: &[(f64, f64)]) -> Option<Bbox> {
    let mut lons: Vec<f64> = positions.iter().map(|position| position.0).collect();
    lons.sort_unstable_by(f64::total_cmp);
    let (first, last) = (*lons.first()?, *lons.last()?);
    let mut around = Bbox { west: first, east: last, south: f64::INFINITY, north: f64::NEG_INFINITY };
    for (_, lat) in positions {
        around.south = around.south.min(*lat);
        around.north = around.north.max(*lat);
    }
    // The box leaves out the widest gap between neighbours; the one across the antimeridian unless another is wider.
    let mut widest = first + 360.0 - last;
    for pair in lons.windows(2) {
        if pair[1] - pair[0] > widest {
            widest = pair[1] - pair[0];
            (around.west, around.east) = (pair[1], pair[0]);
        }
    }
    Some(around)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn gaps_break_the_line_and_lose_nothing() {
        // At the equator 0.0001° are 11 m.
        let shots = [(0.0, 0.0), (0.0001, 0.0), (0.01, 0.0), (0.02, 0.0), (0.0201, 0.0)];
        let lines = track(&shots, MAX_GAP_M);
        assert_eq!(lines, vec![vec![(0.0, 0.0), (0.0001, 0.0)], vec![(0.01, 0.0)], vec![(0.02, 0.0), (0.0201, 0.0)]]);
        assert!((length_m(&lines) - 22.239).abs() < 0.01, "{}", length_m(&lines));
        assert!(track(&[], MAX_GAP_M).is_empty());
        // Across the antimeridian is no gap.
        assert_eq!(track(&[(179.9999, 0.0), (-179.9999, 0.0)], MAX_GAP_M).len(), 1);
    }

    #[test]
    fn boxes() {
        assert_eq!(bbox(&[]), None);
        assert_eq!(bbox(&[(2.0, 48.0)]), Some(Bbox { west: 2.0, south: 48.0, east: 2.0, north: 48.0 }));
        assert_eq!(
            bbox(&[(179.0, -1.0), (-179.5, 3.0), (179.5, 0.0)]),
            Some(Bbox { west: 179.0, south: -1.0, east: -179.5, north: 3.0 })
        );
        assert_eq!(
            bbox(&[(-60.0, 0.0), (60.0, 1.0), (0.0, 0.0)]),
            Some(Bbox { west: -60.0, south: 0.0, east: 60.0, north: 1.0 })
        );
    }

    proptest! {
        #[test]
        fn the_box_holds_everything(positions in proptest::collection::vec((-180.0..180.0f64, -90.0..90.0f64), 1..20)) {
            let around = bbox(&positions).unwrap();
            for (lon, lat) in &positions {
                prop_assert!(around.contains(*lon, *lat));
            }
        }

        #[test]
        fn lines_joined_are_the_track(positions in proptest::collection::vec((0.0..0.005f64, 0.0..0.005f64), 0..30)) {
            let lines = track(&positions, MAX_GAP_M);
            prop_assert!(lines.iter().all(|line| !line.is_empty()));
            prop_assert!(lines.iter().flat_map(|line| line.windows(2)).all(|step| sphere::distance_m(step[0], step[1]) <= MAX_GAP_M));
            prop_assert_eq!(lines.concat(), positions);
        }
    }
}
