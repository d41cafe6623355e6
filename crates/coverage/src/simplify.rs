//! Thinning lines to what can be told apart on the map, in tile units.

use crate::{
    frame::{EXTENT, unroll},
    quadkey::project,
};

/// The longest stretch that is thinned at once. The method's worst case grows with the square of the length; cutting
/// there keeps it to some thousand steps for each point, whatever shape a line has.
const STRETCH: usize = 1024;

/// How far a thinned line may be from the track, in tile units (4096 a side), at a zoom level. On a screen where a tile
/// is 512 pixels wide, 8 units are one pixel. Clients magnify the tiles of the last level further, so these are exact.
pub fn tolerance(zoom: u8) -> f64 {
    match zoom {
        0..=10 => 8.0,
        11..=13 => 4.0,
        14 => 2.0,
        _ => 1.0,
    }
}

/// The last zoom level that is drawn from [`outline`]s.
pub const OUTLINE_ZOOM: u8 = 10;

/// How far an outline may be from its track at that zoom level, in tile units: a quarter of a pixel, which is little beside
/// the [`tolerance`] of drawing it.
const OUTLINE_TOLERANCE: f64 = 2.0;

/// Line strings of (lon, lat) in degrees with so many of their points as maps of large areas need. The first and last point
/// of each stay, and lines stay apart.
pub fn outline(lines: &[Vec<(f64, f64)>]) -> Vec<Vec<(f64, f64)>> {
    lines.iter().map(|line| outline_of(line)).collect()
}

fn outline_of(line: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let world = f64::from(1u32 << OUTLINE_ZOOM) * f64::from(EXTENT);
    let projected: Vec<(f64, f64)> = unroll(line)
        .iter()
        .map(|(lon, lat)| {
            let (_, y) = project(0.0, *lat);
            ((lon + 180.0) / 360.0 * world, y * world)
        })
        .collect();
    // What is kept are points of the line in their order.
    let mut at = 0;
    simplify(&projected, OUTLINE_TOLERANCE)
        .into_iter()
        .filter_map(|kept| {
            let found = at + projected[at..].iter().position(|point| *point == kept)?;
            at = found + 1;
            Some(line[found])
        })
        .collect()
}

/// The line with fewer points: no point of the given line is farther than `tolerance` from the result, whose points are
/// points of the line, the first and the last among them. First points that hardly move are dropped, then those that
/// hardly bend the line; each step may use half of the tolerance.
pub fn simplify(line: &[(f64, f64)], tolerance: f64) -> Vec<(f64, f64)> {
    let half = tolerance.max(0.0) / 2.0;
    drop_straights(&drop_pauses(line, (1.0, 1.0), half), half)
}

/// Drops points that are within `radius` of the last one kept, but never the last of the line. Distances are measured
/// after multiplying x and y by `scale`.
pub(crate) fn drop_pauses(line: &[(f64, f64)], scale: (f64, f64), radius: f64) -> Vec<(f64, f64)> {
    let square = radius * radius;
    let mut kept: Vec<(f64, f64)> = Vec::with_capacity(line.len());
    for (index, point) in line.iter().enumerate() {
        let moved = kept.last().is_none_or(|last| {
            let (dx, dy) = ((point.0 - last.0) * scale.0, (point.1 - last.1) * scale.1);
            dx * dx + dy * dy > square
        });
        if moved || index + 1 == line.len() {
            kept.push(*point);
        }
    }
    kept
}

/// Drops points that are within `tolerance` of the line between those kept: Douglas and Peucker's method.
pub(crate) fn drop_straights(line: &[(f64, f64)], tolerance: f64) -> Vec<(f64, f64)> {
    let mut kept = Vec::with_capacity(line.len().min(64));
    let mut from = 0;
    kept.extend(line.first());
    while from + 1 < line.len() {
        let to = (from + STRETCH).min(line.len() - 1);
        thin(&line[from..=to], tolerance, &mut kept);
        from = to;
    }
    kept
}

/// Appends the points of a stretch that are needed to stay within `tolerance`, all but its first. A list of what is to
/// be done takes the place of recursion, whose depth could be that of the line.
fn thin(line: &[(f64, f64)], tolerance: f64, kept: &mut Vec<(f64, f64)>) {
    let mut ends = vec![line.len() - 1];
    let mut from = 0;
    while let Some(to) = ends.last().copied() {
        let (a, b) = (line[from], line[to]);
        let farthest = line[from..=to]
            .iter()
            .enumerate()
            .map(|(offset, point)| (distance(*point, a, b), from + offset))
            .max_by(|one, other| one.0.total_cmp(&other.0));
        match farthest {
            Some((far, index)) if far > tolerance && index > from && index < to => ends.push(index),
            _ => {
                kept.push(b);
                from = to;
                ends.pop();
            }
        }
    }
}

/// Distance from a point to the segment from `a` to `b`.
pub(crate) fn distance(point: (f64, f64), a: (f64, f64), b: (f64, f64)) -> f64 {
    let (dx, dy) = (b.0 - a.0, b.1 - a.1);
    let (px, py) = (point.0 - a.0, point.1 - a.1);
    let square = dx * dx + dy * dy;
    let share = if square > 0.0 { ((px * dx + py * dy) / square).clamp(0.0, 1.0) } else { 0.0 };
    (px - share * dx).hypot(py - share * dy)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::Frame;
    use crate::quadkey::Tile;
    use proptest::prelude::*;

    #[test]
    fn straight_lines_lose_what_is_between() {
        let straight: Vec<_> = (0..5000).map(|n| (f64::from(n), 0.3)).collect();
        let thin = simplify(&straight, 1.0);
        assert!(thin.len() <= 6 && thin.first() == straight.first() && thin.last() == straight.last());
        assert_eq!(simplify(&[(0.0, 0.0), (5.0, 4.0), (10.0, 0.0)], 1.0).len(), 3);
        assert_eq!(simplify(&[(1.0, 2.0)], 1.0), [(1.0, 2.0)]);
        assert!(simplify(&[], 1.0).is_empty());
    }

    /// Zigzags are the worst case: every point is needed. Without the bound this takes billions of steps.
    #[test]
    fn the_worst_case_is_bounded() {
        let zigzag: Vec<_> = (0..50_000).map(|n| (f64::from(n), f64::from(n % 2) * 1e4 / f64::from(n + 1))).collect();
        let thin = simplify(&zigzag, 0.001);
        assert!(thin.len() > 40_000);
    }

    #[test]
    fn what_is_not_a_number_ends() {
        let line = [(0.0, 0.0), (f64::NAN, 1.0), (f64::INFINITY, 0.0), (3.0, 1.0)];
        assert_eq!(simplify(&line, 1.0).last(), Some(&(3.0, 1.0)));
        assert!(simplify(&line, f64::NAN).len() <= 4);
    }

    proptest! {
        #[test]
        fn the_line_stays_within_tolerance(
            steps in proptest::collection::vec((-6.0..8.0f64, -6.0..6.0f64), 1..1500),
            tolerance in 0.0..20.0f64,
        ) {
            let mut at = (0.0, 0.0);
            let line: Vec<_> = steps.into_iter().map(|(dx, dy)| {
                at = (at.0 + dx, at.1 + dy);
                at
            }).collect();
            let thin = simplify(&line, tolerance);
            prop_assert_eq!(thin.first(), line.first());
            prop_assert_eq!(thin.last(), line.last());
            prop_assert!(thin.len() <= line.len());
            let mut rest = line.iter();
            prop_assert!(thin.iter().all(|point| rest.any(|other| other == point)), "its points, in their order");
            if thin.len() >= 2 {
                for point in &line {
                    let far = thin.windows(2).map(|step| distance(*point, step[0], step[1])).fold(f64::INFINITY, f64::min);
                    prop_assert!(far <= tolerance + 1e-9, "{far} > {tolerance}");
                }
            }
        }
    }

    proptest! {
        #[test]
        fn outlines_keep_to_the_track(
            start in (-179.0..179.0f64, -80.0..80.0f64),
            steps in prop::collection::vec((-0.01..0.01f64, -0.01..0.01f64), 0..300),
        ) {
            let mut at = start;
            let mut line = vec![at];
            for (east, north) in steps {
                at = (at.0 + east, at.1 + north);
                line.push(at);
            }
            let outlined = outline(&[line.clone(), vec![start]]);
            prop_assert_eq!(&outlined[1], &vec![start]);
            let outlined = &outlined[0];
            prop_assert_eq!((outlined.first(), outlined.last()), (line.first(), line.last()));
            let mut rest = line.iter();
            prop_assert!(outlined.iter().all(|point| rest.any(|each| each == point)));
            // In units of the zoom level, no point of the track is far from the outline.
            let units = |line: &[(f64, f64)]| -> Vec<(f64, f64)> {
                let world = f64::from(1u32 << OUTLINE_ZOOM) * f64::from(EXTENT);
                line.iter().map(|(lon, lat)| project(*lon, *lat)).map(|(x, y)| (x * world, y * world)).collect()
            };
            let (outline, track) = (units(outlined), units(&line));
            for point in track {
                let near = match &outline[..] {
                    [only] => distance(point, *only, *only),
                    all => all.windows(2).map(|pair| distance(point, pair[0], pair[1])).fold(f64::MAX, f64::min),
                };
                prop_assert!(near <= OUTLINE_TOLERANCE + 1e-6, "{near}");
            }
        }
    }

    #[test]
    fn an_outline_across_the_antimeridian_has_no_jump() {
        let line: Vec<(f64, f64)> = (0..100)
            .map(|n| 179.5 + f64::from(n) * 0.01)
            .map(|lon| (if lon > 180.0 { lon - 360.0 } else { lon }, 10.0))
            .collect();
        let outlined = outline(std::slice::from_ref(&line));
        assert_eq!(outlined, [vec![line[0], line[99]]]);
        let frame = Frame::new(Tile::at(8, 179.9, 10.0));
        assert!(!frame.line(&outlined[0], 8.0).is_empty());
    }
}
