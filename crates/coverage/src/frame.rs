//! From degrees to the units of a tile.

use std::{borrow::Cow, f64::consts::PI};

use crate::{
    clip::{Window, clip},
    quadkey::{MAX_LATITUDE, Tile, project},
    simplify::{drop_pauses, drop_straights},
};

/// Units along a tile's side.
pub(crate) const EXTENT: i32 = 4096;

/// How far beyond its border a tile shows what is there, in units, so that lines have no gaps between tiles.
pub(crate) const BUFFER: i32 = 64;

/// What a tile shows, its buffer included.
const WINDOW: Window =
    Window { min: (-(BUFFER as f64), -(BUFFER as f64)), max: ((EXTENT + BUFFER) as f64, (EXTENT + BUFFER) as f64) };

/// The coordinates of a tile: x eastward, y southward from its north-western corner, in units.
pub(crate) struct Frame {
    /// Units around the world.
    world: f64,
    /// The corner, in units of the world.
    corner: (f64, f64),
    /// What the tile and its buffer show, (lon, lat) in degrees; a little wider.
    around: Window,
}

impl Frame {
    pub(crate) fn new(tile: Tile) -> Self {
        let extent = f64::from(EXTENT);
        let world = (1u64 << tile.z) as f64 * extent;
        let corner = (f64::from(tile.x) * extent, f64::from(tile.y) * extent);
        let margin = f64::from(BUFFER + 1);
        let lon = |x: f64| x / world * 360.0 - 180.0;
        // What lies beyond the map's edge is drawn on the edge.
        let lat = |y: f64| match y / world {
            share if share <= 0.0 => 90.0,
            share if share >= 1.0 => -90.0,
            share => (PI * (1.0 - 2.0 * share)).sinh().atan().to_degrees(),
        };
        let around = Window {
            min: (lon(corner.0 - margin), lat(corner.1 + extent + margin)),
            max: (lon(corner.0 + extent + margin), lat(corner.1 - margin)),
        };
        Self { world, corner, around }
    }

    /// A place given in degrees; none if it is not in the tile or its buffer.
    pub(crate) fn point(&self, lon: f64, lat: f64) -> Option<(i32, i32)> {
        let (x, y) = project(lon, lat);
        let point = (x * self.world - self.corner.0, y * self.world - self.corner.1);
        // Down, so that a point of the tile never gets the border's coordinate, which the neighbour has too.
        WINDOW.contains(point).then(|| (point.0.floor() as i32, point.1.floor() as i32))
    }

    /// What the tile and its buffer show of a line given in degrees, thinned: line strings of at least two different
    /// points, and the points where a line has collapsed to one.
    ///
    /// Most points of a long track are elsewhere or too close to their neighbours to be told apart; these are dropped
    /// before anything is computed that takes trigonometry.
    pub(crate) fn line(&self, line: &[(f64, f64)], tolerance: f64) -> Vec<Vec<(i32, i32)>> {
        let half = tolerance / 2.0;
        let line = unroll(line);
        let mut shown = Vec::new();
        // A line across the antimeridian is at one edge of the world and, a turn further, at the other.
        for turn in [0.0, 360.0, -360.0] {
            let around = Window {
                min: (self.around.min.0 - turn, self.around.min.1),
                max: (self.around.max.0 - turn, self.around.max.1),
            };
            for run in runs(&line, &around) {
                let thinned = drop_pauses(run, self.scale(), half);
                let projected: Vec<_> = thinned.into_iter().map(|(lon, lat)| self.project(lon + turn, lat)).collect();
                for piece in clip(&projected, &WINDOW) {
                    let rounded =
                        drop_straights(&piece, half).into_iter().map(|(x, y)| (x.round() as i32, y.round() as i32));
                    let mut rounded: Vec<(i32, i32)> = rounded.collect();
                    rounded.dedup();
                    shown.push(rounded);
                }
            }
        }
        shown
    }

    /// Units in a degree of longitude, and the most in one of latitude that there are in the tile.
    fn scale(&self) -> (f64, f64) {
        let degree = self.world / 360.0;
        let farthest = self.around.min.1.abs().max(self.around.max.1.abs()).min(MAX_LATITUDE);
        (degree, degree / farthest.to_radians().cos())
    }

    /// [`project`] into the tile, faster, and for any longitude. The formula is y = ½ − atanh(sin φ) ÷ 2π.
    fn project(&self, lon: f64, lat: f64) -> (f64, f64) {
        let sine = lat.clamp(-MAX_LATITUDE, MAX_LATITUDE).to_radians().sin();
        let y = 0.5 - ((1.0 + sine) / (1.0 - sine)).ln() / (4.0 * PI);
        ((lon + 180.0) / 360.0 * self.world - self.corner.0, y * self.world - self.corner.1)
    }
}

/// The line without a jump where it crosses the antimeridian: longitudes go on beyond 180°.
pub(crate) fn unroll(line: &[(f64, f64)]) -> Cow<'_, [(f64, f64)]> {
    if !line.windows(2).any(|step| (step[1].0 - step[0].0).abs() > 180.0) {
        return Cow::Borrowed(line);
    }
    let mut turn = 0.0;
    let mut before = line.first().map_or(0.0, |first| first.0);
    let unrolled = line.iter().map(|(lon, lat)| {
        if lon - before > 180.0 {
            turn -= 360.0;
        } else if lon - before < -180.0 {
            turn += 360.0;
        }
        before = *lon;
        (lon + turn, *lat)
    });
    unrolled.collect()
}

/// The stretches of a line that may come into the window: without the steps whose ends are both beyond the same side.
fn runs<'a>(line: &'a [(f64, f64)], window: &Window) -> Vec<&'a [(f64, f64)]> {
    let sides = |(x, y): (f64, f64)| {
        [x < window.min.0, x > window.max.0, y < window.min.1, y > window.max.1]
            .into_iter()
            .fold(0u8, |sides, beyond| sides << 1 | u8::from(beyond))
    };
    if let [point] = line {
        return if sides(*point) == 0 { vec![line] } else { Vec::new() };
    }
    let mut runs = Vec::new();
    let mut start = 0;
    let mut before = line.first().map_or(0, |first| sides(*first));
    for (index, point) in line.iter().enumerate().skip(1) {
        let now = sides(*point);
        if before & now != 0 {
            if index - start >= 2 {
                runs.push(&line[start..index]);
            }
            start = index;
        }
        before = now;
    }
    if line.len() - start >= 2 {
        runs.push(&line[start..]);
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_line_across_the_antimeridian_is_at_both_edges() {
        let line = [(179.99, 0.1), (-179.99, 0.1)];
        for x in [0, 1023] {
            let shown = Frame::new(Tile { z: 10, x, y: 511 }).line(&line, 1.0);
            assert_eq!(shown.len(), 1, "column {x}");
            let ends = (shown[0][0].0, shown[0][1].0);
            assert_eq!(ends, if x == 0 { (-64, 117) } else { (3979, 4160) });
        }
        assert!(Frame::new(Tile { z: 10, x: 512, y: 511 }).line(&line, 1.0).is_empty());
    }

    /// The world's corners, where the faster formula has the least digits.
    #[test]
    fn both_projections_agree() {
        for z in [0, 7, 15] {
            for (lon, lat) in [(-180.0, 90.0), (180.0, -90.0), (2.0, 48.0), (0.0, 0.0), (-60.0, -84.9), (0.0, 85.0)] {
                let frame = Frame::new(Tile::at(z, lon, lat));
                let (x, y) = frame.project(lon, lat);
                let exact = project(lon, lat);
                let exact = (exact.0 * frame.world - frame.corner.0, exact.1 * frame.world - frame.corner.1);
                assert!((x - exact.0).abs() < 1e-4 && (y - exact.1).abs() < 1e-4, "{z} {lon} {lat}");
            }
        }
    }

    #[test]
    fn what_is_beyond_one_side_is_not_looked_at() {
        let window = Window { min: (0.0, 0.0), max: (10.0, 10.0) };
        let line = [(-9.0, 5.0), (-5.0, 5.0), (5.0, 5.0), (15.0, 5.0), (20.0, 5.0), (30.0, -5.0), (-5.0, -9.0)];
        assert_eq!(runs(&line, &window), [&line[1..4]]);
        assert_eq!(runs(&line[..2], &window), Vec::<&[(f64, f64)]>::new());
        assert_eq!(runs(&line[2..3], &window), [&line[2..3]]);
        assert!(runs(&line[..1], &window).is_empty() && runs(&[], &window).is_empty());
        // Diagonally past a corner: only cutting tells.
        assert_eq!(runs(&[(-5.0, 5.0), (5.0, 15.0)], &window).len(), 1);
    }

    proptest! {
        #[test]
        fn a_point_is_shown_in_its_tile(lon in -180.0..180.0f64, lat in -85.0..85.0f64, z in 0..=15u8) {
            let point = Frame::new(Tile::at(z, lon, lat)).point(lon, lat);
            prop_assert!(point.is_some_and(|(x, y)| (0..EXTENT).contains(&x) && (0..EXTENT).contains(&y)), "{point:?}");
        }

        #[test]
        fn a_line_is_shown_where_its_points_are(
            lon in -179.0..179.0f64, lat in -80.0..80.0f64, z in 6..=15u8,
            steps in proptest::collection::vec((-0.01..0.01f64, -0.01..0.01f64), 0..20),
        ) {
            let mut line = vec![(lon, lat)];
            line.extend(steps.iter().map(|(east, north)| (lon + east, lat + north)));
            let tolerance = crate::simplify::tolerance(z);
            for (lon, lat) in &line {
                let frame = Frame::new(Tile::at(z, *lon, *lat));
                let (x, y) = frame.point(*lon, *lat).unwrap();
                let near = frame.line(&line, tolerance).iter().any(|piece| {
                    let piece: Vec<_> = piece.iter().map(|(x, y)| (f64::from(*x), f64::from(*y))).collect();
                    let steps = piece.iter().zip(piece.iter().skip(1).chain(piece.last()));
                    let point = (f64::from(x), f64::from(y));
                    steps.map(|(a, b)| crate::simplify::distance(point, *a, *b)).any(|far| far <= tolerance + 2.5)
                });
                prop_assert!(near);
            }
        }
    }
}
