//! Regions: what is to be removed from a picture.

/// Boxes of plates are enlarged by this share of their width to the left and right, and of their
/// height upward and downward: detectors cut off frames and the ends of a plate seen askew.
pub const GROW: f32 = 0.25;

/// Vertices of a polygon, at most. Of one with more, the box around it is touched.
pub const MAX_POINTS: usize = 1000;

/// What a region shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RegionKind {
    /// A face or head: replaced by at most nine colours, each the mean of a part of it.
    Face,
    /// A licence plate: replaced by the one colour of its surroundings.
    Plate,
}

/// Where a region lies. A coordinate that is not a number redacts too much rather than too little.
#[derive(Debug, Clone, PartialEq)]
pub enum Shape {
    /// A detected box, in pixels of the upright picture, x to the right, y downward. Swapped corners
    /// are put right; a coordinate that is not a number counts as the edge of the picture.
    ///
    /// It is enlarged, since detectors leave out hair and ears: a face to the ellipse around the box,
    /// a plate by [`GROW`].
    Box {
        /// Left edge. In panoramas it may be negative: beyond the left edge is the right one.
        x0: f32,
        /// Top edge.
        y0: f32,
        /// Right edge. In panoramas it may exceed the width.
        x1: f32,
        /// Bottom edge.
        y1: f32,
    },
    /// A drawn polygon: x, y of each vertex, in pixels of the upright picture, in panoramas also
    /// beyond its left and right edges. The last vertex is joined to the first. What is encircled more
    /// than once is inside, too. Taken as drawn plus a few pixels.
    Polygon(Vec<[f32; 2]>),
    /// A drawn polygon on the sphere around a panorama's camera: longitude and latitude of each vertex
    /// in degrees. Longitude 0 is the middle column and grows to the right, latitude grows upward.
    /// Edges are great circles, and the smaller of the two parts of the sphere is inside. In a picture
    /// that is no panorama there is no sphere, and all of it is touched.
    Spherical(Vec<[f64; 2]>),
}

/// A region to be removed.
#[derive(Debug, Clone, PartialEq)]
pub struct Region {
    /// Where it lies.
    pub shape: Shape,
    /// What it shows.
    pub kind: RegionKind,
}

impl Region {
    /// A detected face: left, top, right and bottom edge, see [`Shape::Box`].
    pub fn face(x0: f32, y0: f32, x1: f32, y1: f32) -> Region {
        Region { shape: Shape::Box { x0, y0, x1, y1 }, kind: RegionKind::Face }
    }

    /// A detected plate: left, top, right and bottom edge, see [`Shape::Box`].
    pub fn plate(x0: f32, y0: f32, x1: f32, y1: f32) -> Region {
        Region { shape: Shape::Box { x0, y0, x1, y1 }, kind: RegionKind::Plate }
    }

    /// A drawn polygon, see [`Shape::Polygon`].
    pub fn polygon(points: Vec<[f32; 2]>, kind: RegionKind) -> Region {
        Region { shape: Shape::Polygon(points), kind }
    }

    /// A polygon drawn on the sphere, see [`Shape::Spherical`].
    pub fn spherical(points: Vec<[f64; 2]>, kind: RegionKind) -> Region {
        Region { shape: Shape::Spherical(points), kind }
    }
}
