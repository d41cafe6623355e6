//! Areas of which there are to be no pictures.

use flaneur_coverage::quadkey::Bbox;
use geo::{Coord, CoordinatePosition as _, LineString, MultiPolygon, Polygon, coordinate_position::CoordPos};
use jiff::Timestamp;

use super::{
    AccountId, AreaId,
    rings::{at_longitude, ring},
};

/// Positions of one area, at most.
pub const MOST_POSITIONS: usize = 10_000;
/// Longest label, characters.
pub const LONGEST_LABEL: usize = 200;

/// How much there may be of areas of one owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AreaLimits {
    /// Areas.
    pub areas: i64,
    /// Positions of all of them together.
    pub positions: i64,
}

impl AreaLimits {
    /// Those of the instance.
    pub const GENERAL: Self = Self { areas: 1000, positions: 200_000 };
    /// Those of one account.
    pub const OWN: Self = Self { areas: 100, positions: 20_000 };
}

/// Because of which areas a picture is not shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exclusion {
    /// The instance's.
    General,
    /// Those of the picture's owner, which are nobody else's business.
    Own,
}

impl Exclusion {
    /// Every value.
    pub const ALL: [Self; 2] = [Self::General, Self::Own];

    /// The name in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::General => "general",
            Self::Own => "own",
        }
    }

    /// What the picture's owner is told. The first is the reference server's sentence.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::General => "The picture is located within a general excluded area.",
            Self::Own => "The picture is located within one of your own excluded areas.",
        }
    }

    /// What others are told that may know of the picture, such as administrators.
    pub const FOR_OTHERS: &'static str = "The picture is located within an excluded area.";
}

/// An area of which there are to be no pictures, or, the other way round, one of those outside of which there are to be none.
#[derive(Debug, Clone, PartialEq)]
pub struct ExcludedArea {
    /// Identifier.
    pub id: AreaId,
    /// Whose it is: it holds for their pictures only, and only they know of it. None: the instance's, for all pictures.
    pub owner: Option<AccountId>,
    /// Whether pictures are allowed in it; then, and only there, they are. For the instance's only.
    pub allowed: bool,
    /// What it is called.
    pub label: Option<String>,
    /// Whether everybody may know of it. For the instance's only.
    pub is_public: bool,
    /// Where it is.
    pub shape: AreaShape,
    /// When it was made.
    pub created_at: Timestamp,
}

/// What became of an area that was to be added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AreaReceipt {
    /// It holds from now on.
    Added,
    /// There are as many as there may be.
    TooMany,
    /// With it, all together would have too many positions.
    TooDetailed,
}

/// What became of an area that was to be another one.
#[derive(Debug, Clone, PartialEq)]
pub enum AreaRevision {
    /// It is this from now on.
    Changed(Box<ExcludedArea>),
    /// Its owner has none of this id.
    Missing,
    /// So, all together would have too many positions.
    TooDetailed,
}

/// How far looking again at the pictures of a changed area is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sweep {
    /// There is more to look at.
    Going,
    /// All of it was looked at; the job is done.
    Done,
    /// The lease is lost.
    Lost,
}

/// Why something is no shape. Says what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ShapeError {
    /// Nothing in it.
    #[error("an area needs at least one polygon, and each polygon at least one ring")]
    Empty,
    /// Too few positions.
    #[error("a ring needs at least four positions, of which the last is the first again")]
    Short,
    /// A line that is none.
    #[error("a line needs at least two positions")]
    Line,
    /// Not closed.
    #[error("a ring has to be closed: its last position is the first again")]
    Open,
    /// A position that is none.
    #[error("a position is [longitude, latitude] in degrees WGS 84: -180 to 180 and -90 to 90")]
    Position,
    /// An edge more than half around the world.
    #[error(
        "no edge may span more than 180 degrees of longitude: cut an area that crosses the antimeridian in two there \
         (RFC 7946, section 3.1.9), and give long edges positions in between"
    )]
    Antimeridian,
    /// No extent.
    #[error("a polygon has to enclose something: its outer ring has no extent")]
    Flat,
    /// Too many positions.
    #[error("an area may have at most {MOST_POSITIONS} positions: draw it coarser, or as several areas")]
    Detailed,
}

/// Where an area is: polygons with holes, WGS 84. What lies on an edge lies in it. An outline that crosses itself encloses
/// all that it winds around (the nonzero rule); polygons may overlap, and together are what is in any.
#[derive(Debug, Clone, PartialEq)]
pub struct AreaShape(MultiPolygon<f64>);

impl AreaShape {
    /// A shape of polygons, each of rings (first the outer one, then holes) of positions (longitude, latitude in degrees; a
    /// third number is left out), as in the `coordinates` of a GeoJSON `MultiPolygon`.
    pub fn new(polygons: &[Vec<Vec<Vec<f64>>>]) -> Result<Self, ShapeError> {
        let positions: usize = polygons.iter().flatten().map(Vec::len).sum();
        if positions > MOST_POSITIONS {
            return Err(ShapeError::Detailed);
        }
        let polygon = |rings: &Vec<Vec<Vec<f64>>>| {
            let mut rings = rings.iter().map(|positions| ring(positions));
            let outer = rings.next().ok_or(ShapeError::Empty)??;
            if !extent(&outer).is_some_and(|[west, south, east, north]| west < east && south < north) {
                return Err(ShapeError::Flat);
            }
            Ok(Polygon::new(outer, rings.collect::<Result<_, _>>()?))
        };
        let polygons: Vec<_> = polygons.iter().map(polygon).collect::<Result<_, _>>()?;
        if polygons.is_empty() { Err(ShapeError::Empty) } else { Ok(Self(MultiPolygon(polygons))) }
    }

    /// A shape that was checked before.
    pub(crate) fn stored(polygons: MultiPolygon<f64>) -> Self {
        Self(polygons)
    }

    pub(crate) fn polygons(&self) -> &MultiPolygon<f64> {
        &self.0
    }

    /// What [`Self::new`] was given, without third numbers.
    pub fn coordinates(&self) -> Vec<Vec<Vec<[f64; 2]>>> {
        let ring = |ring: &LineString<f64>| ring.coords().map(|at| [at.x, at.y]).collect();
        self.0
            .iter()
            .map(|polygon| std::iter::once(polygon.exterior()).chain(polygon.interiors()).map(ring).collect())
            .collect()
    }

    /// How many positions it has.
    pub fn positions(&self) -> usize {
        self.0
            .iter()
            .flat_map(|polygon| std::iter::once(polygon.exterior()).chain(polygon.interiors()))
            .map(|ring| ring.0.len())
            .sum()
    }

    /// The box around it. It does not cross the antimeridian.
    pub fn bbox(&self) -> Bbox {
        let corners = self.0.iter().filter_map(|polygon| extent(polygon.exterior()));
        let [west, south, east, north] = corners
            .reduce(|a, b| [a[0].min(b[0]), a[1].min(b[1]), a[2].max(b[2]), a[3].max(b[3])])
            .unwrap_or([-180.0, -90.0, 180.0, 90.0]);
        Bbox { west, south, east, north }
    }

    /// Whether a place (degrees) is in it. The antimeridian is one meridian, with two longitudes.
    pub fn contains(&self, lon: f64, lat: f64) -> bool {
        at_longitude(lon, |lon| {
            let at = Coord { x: lon, y: lat };
            self.0.iter().any(|polygon| polygon.coordinate_position(&at) != CoordPos::Outside)
        })
    }
}

/// West, south, east, north.
fn extent(ring: &LineString<f64>) -> Option<[f64; 4]> {
    let corners = ring.coords().map(|at| [at.x, at.y, at.x, at.y]);
    corners.reduce(|a, b| [a[0].min(b[0]), a[1].min(b[1]), a[2].max(b[2]), a[3].max(b[3])])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn square(west: f64, south: f64, east: f64, north: f64) -> Vec<Vec<f64>> {
        vec![vec![west, south], vec![east, south], vec![east, north], vec![west, north], vec![west, south]]
    }

    fn shape(polygons: &[Vec<Vec<Vec<f64>>>]) -> AreaShape {
        AreaShape::new(polygons).unwrap()
    }

    #[test]
    fn what_is_no_area_is_refused_with_what_to_do() {
        let mut open = square(0.0, 0.0, 1.0, 1.0);
        open.pop();
        let far = square(0.0, 0.0, 1.0, 90.1);
        for (rings, error) in [
            (vec![], ShapeError::Empty),
            (vec![vec![]], ShapeError::Short),
            (vec![square(0.0, 0.0, 1.0, 1.0)[..3].to_vec()], ShapeError::Short),
            (vec![open], ShapeError::Open),
            (vec![far], ShapeError::Position),
            (vec![square(0.0, 0.0, f64::INFINITY, 1.0)], ShapeError::Position),
            (vec![square(0.0, f64::NAN, 1.0, 1.0)], ShapeError::Position),
            (vec![vec![vec![0.0]; 4]], ShapeError::Position),
            (vec![square(170.0, 0.0, -170.0, 1.0)], ShapeError::Antimeridian),
            (vec![square(0.0, 0.0, 1.0, 0.0)], ShapeError::Flat),
            (vec![vec![vec![0.0, 0.0]; MOST_POSITIONS + 1]], ShapeError::Detailed),
        ] {
            assert_eq!(AreaShape::new(&[rings]), Err(error));
        }
        assert_eq!(AreaShape::new(&[]), Err(ShapeError::Empty));
        assert!(AreaShape::new(&[vec![square(-180.0, -90.0, 180.0, 90.0)]]).is_ok(), "the whole world");
    }

    #[test]
    fn edges_belong_to_it_and_holes_do_not() {
        let pierced = shape(&[vec![square(0.0, 0.0, 10.0, 10.0), square(4.0, 4.0, 6.0, 6.0)]]);
        for (lon, lat, inside) in [
            (1.0, 1.0, true),
            (0.0, 5.0, true),
            (10.0, 10.0, true),
            (4.0, 5.0, true),
            (5.0, 5.0, false),
            (10.1, 5.0, false),
        ] {
            assert_eq!(pierced.contains(lon, lat), inside, "{lon}, {lat}");
        }
        // Where two polygons meet there is no gap.
        let pair = shape(&[vec![square(0.0, 0.0, 1.0, 1.0)], vec![square(1.0, 0.0, 2.0, 1.0)]]);
        assert!(pair.contains(1.0, 0.5));
    }

    #[test]
    fn the_antimeridian_has_two_longitudes() {
        let fiji = shape(&[vec![square(177.0, -20.0, 180.0, -16.0)]]);
        assert!(fiji.contains(180.0, -17.0) && fiji.contains(-180.0, -17.0) && !fiji.contains(-179.9, -17.0));
    }

    #[test]
    fn third_numbers_are_left_out() {
        let flat: Vec<Vec<f64>> = square(0.0, 0.0, 1.0, 1.0);
        let high = flat.iter().map(|at| vec![at[0], at[1], 30.0]).collect();
        assert_eq!(shape(&[vec![high]]), shape(&[vec![flat]]));
    }

    /// How often a ring winds around a point, by the angles that its edges turn through: another way than the crossings
    /// that libraries count.
    fn winds(ring: &[(f64, f64)], x: f64, y: f64) -> i64 {
        let turn: f64 = ring
            .windows(2)
            .map(|edge| {
                let (ax, ay, bx, by) = (edge[0].0 - x, edge[0].1 - y, edge[1].0 - x, edge[1].1 - y);
                (ax * by - ay * bx).atan2(ax * bx + ay * by)
            })
            .sum();
        (turn / std::f64::consts::TAU).round() as i64
    }

    proptest! {
        /// Any outline, most of which cross themselves, encloses what it winds around.
        #[test]
        fn it_encloses_what_it_winds_around(
            corners in proptest::collection::vec((-5i32..5, -5i32..5), 3..12), x in -5.0..5.0f64, y in -5.0..5.0f64,
        ) {
            let mut ring: Vec<(f64, f64)> = corners.iter().map(|(x, y)| (f64::from(*x), f64::from(*y))).collect();
            ring.push(ring[0]);
            if let Ok(shape) = AreaShape::new(&[vec![ring.iter().map(|(x, y)| vec![*x, *y]).collect()]]) {
                prop_assert_eq!(shape.contains(x, y), winds(&ring, x, y) != 0);
                let bbox = shape.bbox();
                prop_assert!(!shape.contains(x, y) || bbox.contains(x, y));
                prop_assert_eq!(shape.positions(), ring.len());
            }
        }
    }
}
