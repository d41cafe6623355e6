//! Polygons on the sphere, unrolled into the pixels of an equirectangular panorama.

use super::outline::MARGIN;

/// Pixels by which a chord may miss the great circle it stands for.
pub(crate) const TOLERANCE: f64 = 1.0;

/// Chords span at most this angle, so that one in the middle of which the great circle happens to
/// cross it is still noticed as curved.
const LONGEST: f64 = 4.0 * std::f64::consts::PI / 180.0;

/// Halvings of an edge, at most: half a circle becomes chords of 0.01 degrees, which is what is
/// needed beside a pole only.
const MAX_HALVINGS: u32 = 14;

/// A closed line in pixels of the upright picture. Its copies to the left and right belong to it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Ring {
    pub points: Vec<[f64; 2]>,
    /// Whether the polygon is what this line does not wind around.
    pub outside: bool,
}

type Vector = [f64; 3];

fn vector([longitude, latitude]: [f64; 2]) -> Vector {
    let (longitude, latitude) = (longitude.to_radians(), latitude.clamp(-90.0, 90.0).to_radians());
    [latitude.cos() * longitude.cos(), latitude.cos() * longitude.sin(), latitude.sin()]
}

fn dot(a: Vector, b: Vector) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

/// Halfway on the shorter arc. Of two points that lie opposite each other, any way will do.
fn halfway(a: Vector, b: Vector) -> Vector {
    let sum = [a[0] + b[0], a[1] + b[1], a[2] + b[2]];
    let length = dot(sum, sum).sqrt();
    if length > 1e-9 {
        return sum.map(|v| v / length);
    }
    // Along the meridian, or from pole to pole through the middle of the picture.
    let horizontal = a[0].hypot(a[1]);
    if horizontal > 1e-9 { [-a[0] * a[2] / horizontal, -a[1] * a[2] / horizontal, horizontal] } else { [1.0, 0.0, 0.0] }
}

/// Unrolls a polygon given in degrees. None if there are no points. Coordinates are finite.
pub(crate) fn ring(polygon: &[[f64; 2]], size: [f64; 2]) -> Option<Ring> {
    let &first = polygon.first()?;
    let project = |v: Vector, near: f64| {
        let x = (0.5 + v[1].atan2(v[0]) / std::f64::consts::TAU) * size[0];
        let y = (0.5 - v[2].clamp(-1.0, 1.0).asin() / std::f64::consts::PI) * size[1];
        // The nearest of the columns that show this longitude.
        [x + ((near - x) / size[0]).round() * size[0], y]
    };
    let mut line = Line { points: Vec::with_capacity(polygon.len() * 4), area: 0.0 };
    let start = vector(first);
    line.points.push(project(start, size[0] / 2.0));
    let mut from = start;
    for &corner in polygon[1..].iter().chain([&first]) {
        let to = vector(corner);
        line.arc(from, to, MAX_HALVINGS, &project);
        from = to;
    }
    let Line { mut points, area } = line;
    let (&[x0, _], &[x1, _]) = (points.first()?, points.last()?);
    let turns = ((x1 - x0) / size[0]).round();
    if turns == 0.0 {
        // The integral of the sine of the latitude over the longitude, in columns: all of the sphere is
        // twice the width, and the polygon is its smaller part.
        return Some(Ring { points, outside: area.abs() > size[0] });
    }
    // It goes around a pole: the one in its hemisphere. The sheet above (below) it belongs to it.
    let beyond = size[1] + 2.0 * MARGIN;
    let pole = if area * turns > 0.0 { -2.0 * MARGIN } else { beyond };
    points.push([x1, pole]);
    points.push([x0, pole]);
    Some(Ring { points, outside: false })
}

struct Line {
    points: Vec<[f64; 2]>,
    /// Integral of the sine of the latitude over the columns.
    area: f64,
}

impl Line {
    /// Adds the great circle from `a`, which is the last point, to `b`.
    fn arc(&mut self, a: Vector, b: Vector, halvings: u32, project: &impl Fn(Vector, f64) -> [f64; 2]) {
        let Some(&start) = self.points.last() else { return };
        let middle = halfway(a, b);
        let between = project(middle, start[0]);
        let end = project(b, between[0]);
        let chord = [0, 1].map(|i| f64::midpoint(start[i], end[i]));
        let off = (between[0] - chord[0]).hypot(between[1] - chord[1]);
        let straight = off < TOLERANCE / 4.0 && dot(a, b) > LONGEST.cos();
        if straight || halvings == 0 {
            self.area += (end[0] - start[0]) * middle[2];
            self.points.push(end);
            return;
        }
        self.arc(a, middle, halvings - 1, project);
        self.arc(middle, b, halvings - 1, project);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZE: [f64; 2] = [3600.0, 1800.0];

    #[test]
    fn degrees_become_columns_and_rows() {
        let ring = ring(&[[10.0, 0.0], [20.0, 0.0], [15.0, 5.0]], SIZE).unwrap();
        assert!(!ring.outside);
        let near = |x: f64, y: f64| ring.points.iter().any(|p| (p[0] - x).hypot(p[1] - y) < 1e-6);
        assert!(near(1900.0, 900.0) && near(2000.0, 900.0) && near(1950.0, 850.0));
    }

    #[test]
    fn edges_are_great_circles() {
        // Between two points at 60 degrees north, a quarter of a turn apart, the great circle rises to
        // atan(tan 60 / cos 45).
        let ring = ring(&[[-45.0, 60.0], [45.0, 60.0], [0.0, 50.0]], SIZE).unwrap();
        let top = ring.points.iter().map(|p| p[1]).fold(f64::INFINITY, f64::min);
        let highest = (60f64.to_radians().tan() / 45f64.to_radians().cos()).atan().to_degrees();
        assert!((top - (90.0 - highest) * 10.0).abs() < 0.01, "{top} {highest}");
    }

    #[test]
    fn seams_are_crossed_without_a_jump() {
        let ring = ring(&[[175.0, -5.0], [-175.0, -5.0], [-175.0, 5.0], [175.0, 5.0]], SIZE).unwrap();
        let columns: Vec<f64> = ring.points.iter().map(|p| p[0]).collect();
        let (low, high) =
            (columns.iter().copied().fold(f64::INFINITY, f64::min), columns.iter().copied().fold(0.0, f64::max));
        assert!((low - 3550.0).abs() < 1e-6 && (high - 3650.0).abs() < 1e-6, "{low} {high}");
    }

    #[test]
    fn poles_are_contained() {
        for (latitude, row) in [(80.0, -8.0), (-80.0, 1808.0)] {
            for direction in [1.0, -1.0] {
                let polygon: Vec<[f64; 2]> = (0..4).map(|i| [direction * 90.0 * f64::from(i), latitude]).collect();
                let ring = ring(&polygon, SIZE).unwrap();
                assert!(!ring.outside);
                let ends: Vec<[f64; 2]> = ring.points.iter().copied().filter(|p| (p[1] - row).abs() < 1e-9).collect();
                assert_eq!(ends.len(), 2, "{latitude} {direction}");
                assert!(((ends[0][0] - ends[1][0]).abs() - 3600.0).abs() < 1e-6);
            }
        }
    }

    #[test]
    fn a_strip_over_both_poles_is_what_lies_outside() {
        let mut strip = Vec::new();
        for latitude in (-80..=80).step_by(20) {
            strip.push([5.0, f64::from(latitude)]);
        }
        // Around the north pole on the far side, down, and around the south pole.
        strip.extend([[90.0, 85.0], [180.0, 85.0], [-90.0, 85.0]]);
        for latitude in (-80..=80).rev().step_by(20) {
            strip.push([-5.0, f64::from(latitude)]);
        }
        strip.extend([[-90.0, -85.0], [180.0, -85.0], [90.0, -85.0]]);
        assert!(ring(&strip, SIZE).unwrap().outside);
    }

    #[test]
    fn opposite_points_are_joined() {
        for polygon in [[[0.0, 0.0], [180.0, 0.0]], [[0.0, 90.0], [0.0, -90.0]], [[30.0, 20.0], [-150.0, -20.0]]] {
            let ring = ring(&polygon, SIZE).unwrap();
            assert!(ring.points.iter().flatten().all(|v| v.is_finite()));
        }
        assert_eq!(ring(&[], SIZE), None);
    }
}
