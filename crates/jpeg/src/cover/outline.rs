//! From regions to enlarged shapes in coded coordinates.

use super::layout::Layout;
use super::region::{GROW, MAX_POINTS, Region, RegionKind, Shape};
use super::sphere;

/// Semi-axes of a face's ellipse, as a share of the box's width and height. From 0.707 on all of the
/// box lies inside. This reaches farther than a box enlarged by [`GROW`] does at its sides, and leaves
/// out its corners, where neighbours and walls are.
const ELLIPSE: f64 = 0.825;

/// Pixels around drawn polygons: the pointer is not exact, and decoders that interpolate chroma
/// ("fancy upsampling") carry it two pixels across the edge of a block.
pub(crate) const MARGIN: f64 = 4.0;

/// Farther away than any picture is wide, in pixels.
const FAR: f64 = 1e7;

/// Times that a shape may lie around the sphere before it counts as covering all of it.
const MAX_TURNS: f64 = 4.0;

/// A part of an enlarged region, in pixels of the coded picture.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Part {
    Ellipse {
        centre: [f64; 2],
        /// Both positive.
        semi: [f64; 2],
    },
    Rectangle {
        low: [f64; 2],
        high: [f64; 2],
    },
    /// What lies within `margin` of what closed lines wind around, or do not wind around.
    Rings {
        rings: Vec<Vec<[f64; 2]>>,
        margin: f64,
        /// Whether it is what they don't wind around.
        outside: bool,
    },
}

impl Part {
    /// About how many pixels a position lies inside, 0 outside. Rings do not tell: infinitely many.
    pub(crate) fn depth(&self, position: [f64; 2]) -> f64 {
        let [x, y] = position;
        match self {
            Part::Ellipse { centre, semi } => {
                let radius = ((x - centre[0]) / semi[0]).hypot((y - centre[1]) / semi[1]);
                ((1.0 - radius) * semi[0].min(semi[1])).max(0.0)
            }
            Part::Rectangle { low, high } => (x - low[0]).min(high[0] - x).min(y - low[1]).min(high[1] - y).max(0.0),
            Part::Rings { .. } => f64::INFINITY,
        }
    }

    fn map(&self, point: impl Fn([f64; 2]) -> [f64; 2], length: impl Fn([f64; 2]) -> [f64; 2]) -> Part {
        match self {
            Part::Ellipse { centre, semi } => Part::Ellipse { centre: point(*centre), semi: length(*semi) },
            Part::Rectangle { low, high } => {
                let (a, b) = (point(*low), point(*high));
                Part::Rectangle { low: [a[0].min(b[0]), a[1].min(b[1])], high: [a[0].max(b[0]), a[1].max(b[1])] }
            }
            Part::Rings { rings, margin, outside } => Part::Rings {
                rings: rings.iter().map(|ring| ring.iter().map(|&p| point(p)).collect()).collect(),
                margin: *margin,
                outside: *outside,
            },
        }
    }
}

/// The parts of a region: one, and in panoramas those that come back at the other edge.
pub(crate) fn outline(region: &Region, layout: &Layout) -> Vec<Part> {
    let size = layout.orientation.upright();
    let parts = match &region.shape {
        Shape::Box { x0, y0, x1, y1 } => {
            let (across, down) = (interval(*x0, *x1, size[0]), interval(*y0, *y1, size[1]));
            let part = match region.kind {
                RegionKind::Face => ellipse(across, down),
                RegionKind::Plate => grown(across, down),
            };
            around(part, size, layout.panorama)
        }
        Shape::Polygon(points) => around(polygon(points, size), size, layout.panorama),
        Shape::Spherical(points) if layout.panorama => spherical(points, size),
        Shape::Spherical(points) if points.is_empty() => Vec::new(),
        Shape::Spherical(_) => vec![everything(size)],
    };
    let orientation = layout.orientation;
    parts.iter().map(|part| part.map(|p| orientation.point(p), |l| orientation.length(l))).collect()
}

fn everything(size: [f64; 2]) -> Part {
    Part::Rectangle { low: [0.0; 2], high: size }
}

/// Puts an interval in order, and replaces what is not a number by the edges.
fn interval(a: f32, b: f32, size: f64) -> [f64; 2] {
    let a = if a.is_nan() { 0.0 } else { f64::from(a) };
    let b = if b.is_nan() { size } else { f64::from(b) };
    // Bounded, so that infinite coordinates don't become "not a number" later on.
    [a.min(b), a.max(b)].map(|v| v.clamp(-FAR, FAR))
}

fn ellipse(across: [f64; 2], down: [f64; 2]) -> Part {
    let middle = |[low, high]: [f64; 2]| f64::midpoint(low, high);
    // At least a pixel, so that an empty box removes what it points at.
    let semi = |[low, high]: [f64; 2]| (ELLIPSE * (high - low)).max(1.0);
    Part::Ellipse { centre: [middle(across), middle(down)], semi: [semi(across), semi(down)] }
}

fn grown(across: [f64; 2], down: [f64; 2]) -> Part {
    let grow = |[low, high]: [f64; 2]| {
        let margin = (high - low) * f64::from(GROW);
        [low - margin, high + margin]
    };
    let (across, down) = (grow(across), grow(down));
    Part::Rectangle { low: [across[0], down[0]], high: [across[1], down[1]] }
}

fn polygon(points: &[[f32; 2]], size: [f64; 2]) -> Part {
    if points.iter().flatten().any(|v| v.is_nan()) {
        return everything(size);
    }
    let points = points.iter().map(|p| p.map(|v| f64::from(v).clamp(-FAR, FAR)));
    if points.len() > MAX_POINTS {
        let (low, high) = bounds(points);
        return Part::Rectangle { low: low.map(|v| v - MARGIN), high: high.map(|v| v + MARGIN) };
    }
    Part::Rings { rings: vec![points.collect()], margin: MARGIN, outside: false }
}

fn spherical(points: &[[f64; 2]], size: [f64; 2]) -> Vec<Part> {
    if points.len() > MAX_POINTS || points.iter().flatten().any(|v| !v.is_finite()) {
        return vec![everything(size)];
    }
    let Some(sphere::Ring { points, outside }) = sphere::ring(points, size) else {
        return Vec::new();
    };
    let margin = MARGIN + sphere::TOLERANCE;
    let parts = around(Part::Rings { rings: vec![points], margin, outside: false }, size, true);
    if !outside {
        return parts;
    }
    // What lies outside has to be outside of all its copies.
    let rings = parts.into_iter().flat_map(|part| match part {
        Part::Rings { rings, .. } => rings,
        Part::Ellipse { .. } | Part::Rectangle { .. } => Vec::new(),
    });
    vec![Part::Rings { rings: rings.collect(), margin, outside }]
}

fn bounds(points: impl Iterator<Item = [f64; 2]>) -> ([f64; 2], [f64; 2]) {
    points.fold(([f64::INFINITY; 2], [f64::NEG_INFINITY; 2]), |(low, high), p| {
        ([low[0].min(p[0]), low[1].min(p[1])], [high[0].max(p[0]), high[1].max(p[1])])
    })
}

/// A shape of a panorama as often as parts of it fall into the picture.
fn around(part: Part, size: [f64; 2], panorama: bool) -> Vec<Part> {
    let (low, high) = match &part {
        Part::Ellipse { centre, semi } => ([0, 1].map(|i| centre[i] - semi[i]), [0, 1].map(|i| centre[i] + semi[i])),
        Part::Rectangle { low, high } => (*low, *high),
        Part::Rings { rings, margin, .. } => {
            let (low, high) = bounds(rings.iter().flatten().copied());
            (low.map(|v| v - margin), high.map(|v| v + margin))
        }
    };
    if low[0] > high[0] {
        return Vec::new();
    }
    if !panorama {
        return vec![part];
    }
    if high[0] - low[0] > MAX_TURNS * size[0] {
        return vec![Part::Rectangle { low: [0.0, low[1]], high: [size[0], high[1]] }];
    }
    let first = (-high[0] / size[0]).ceil() as i64;
    let last = ((size[0] - low[0]) / size[0]).floor() as i64;
    (first..=last).map(|turn| part.map(|[x, y]| [x + turn as f64 * size[0], y], |length| length)).collect()
}
