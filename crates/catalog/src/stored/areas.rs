//! Parts of the world as ranges of the spatial key.

use std::ops::RangeInclusive;

use flaneur_coverage::quadkey::{self, Bbox};

/// Ranges that a part of the world is read in, at most.
pub const RANGES: usize = 16;

/// The ranges of several boxes, none of which crosses the antimeridian, together.
pub fn ranges(boxes: &[Bbox]) -> Vec<RangeInclusive<i64>> {
    let share = RANGES / boxes.len().max(1);
    let mut all: Vec<_> = boxes.iter().flat_map(|bbox| quadkey::ranges(bbox, share)).collect();
    all.sort_by_key(|range| *range.start());
    // Boxes may share cells at their borders, which must not be read twice.
    all.into_iter().fold(Vec::new(), |mut joined: Vec<RangeInclusive<i64>>, range| {
        match joined.last_mut() {
            Some(last) if range.start() <= last.end() => *last = *last.start()..=*last.end().max(range.end()),
            _ => joined.push(range),
        }
        joined
    })
}

/// The box around a point (degrees) that reaches `reach` degrees of latitude to every side, and as far east and west.
pub fn around(lon: f64, lat: f64, reach: f64) -> Bbox {
    let (south, north) = ((lat - reach).max(-90.0), (lat + reach).min(90.0));
    // Of the box, the edge nearer to the pole is the one where a degree of longitude is shortest.
    let across = reach / south.abs().max(north.abs()).to_radians().cos().max(1e-9);
    if across >= 180.0 {
        return Bbox { west: -180.0, south, east: 180.0, north };
    }
    let turn = |lon: f64| {
        if lon < -180.0 {
            lon + 360.0
        } else if lon > 180.0 {
            lon - 360.0
        } else {
            lon
        }
    };
    Bbox { west: turn(lon - across), south, east: turn(lon + across), north }
}

/// What two boxes have in common: boxes that do not cross the antimeridian.
pub fn common(one: &Bbox, other: &Bbox) -> Vec<Bbox> {
    let mut shared = Vec::new();
    for a in one.split() {
        for b in other.split() {
            let part = Bbox {
                west: a.west.max(b.west),
                south: a.south.max(b.south),
                east: a.east.min(b.east),
                north: a.north.min(b.north),
            };
            if part.west <= part.east && part.south <= part.north {
                shared.push(part);
            }
        }
    }
    shared
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn boxes() -> impl Strategy<Value = Bbox> {
        (-180.0..180.0f64, -85.0..85.0f64, -180.0..180.0f64, 0.0..40.0f64)
            .prop_map(|(west, south, east, height)| Bbox { west, south, east, north: (south + height).min(85.0) })
    }

    proptest! {
        #[test]
        fn common_is_what_is_in_both(a in boxes(), b in boxes(), lon in -180.0..180.0f64, lat in -85.0..85.0f64) {
            let both = a.contains(lon, lat) && b.contains(lon, lat);
            let shared = common(&a, &b);
            prop_assert_eq!(shared.iter().any(|part| part.contains(lon, lat)), both);
            prop_assert!(shared.len() <= 4);
            if both {
                let key = quadkey::key(lon, lat);
                prop_assert!(ranges(&shared).iter().any(|range| range.contains(&key)));
            }
            prop_assert!(ranges(&shared).windows(2).all(|pair| pair[0].end() < pair[1].start()));
        }

        #[test]
        fn around_reaches_every_side(lon in -180.0..180.0f64, lat in -89.0..89.0f64, reach in 1e-5..60.0f64, angle in 0.0..std::f64::consts::TAU) {
            let bbox = around(lon, lat, reach);
            let (up, east) = (lat + 0.999 * reach * angle.sin(), lon + 0.999 * reach * angle.cos() / lat.to_radians().cos());
            prop_assume!(up.abs() <= 90.0 && (east - lon).abs() < 180.0);
            let east = if east > 180.0 { east - 360.0 } else if east < -180.0 { east + 360.0 } else { east };
            prop_assert!(bbox.contains(east, up));
        }
    }
}
