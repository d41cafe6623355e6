//! Parts of the world of any shape, to search in.

use flaneur_coverage::quadkey::Bbox;
use geo::{BoundingRect as _, Coord, Geometry, GeometryCollection, Intersects as _, Point, Polygon};

use super::{
    ShapeError,
    rings::{at_longitude, line, position, ring},
};

/// Positions of one region, at most.
pub const MOST_REGION_POSITIONS: usize = 10_000;

/// Points, lines and polygons, WGS 84. What lies on an edge lies in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Region(GeometryCollection<f64>);

impl Region {
    /// The parts together.
    pub fn new(parts: Vec<RegionPart>) -> Result<Self, ShapeError> {
        let parts: Vec<Geometry<f64>> = parts.into_iter().map(|part| part.0).collect();
        let positions: usize = parts.iter().map(positions).sum();
        if positions > MOST_REGION_POSITIONS {
            return Err(ShapeError::Detailed);
        }
        if parts.is_empty() { Err(ShapeError::Empty) } else { Ok(Self(GeometryCollection(parts))) }
    }

    /// The box around it. It does not cross the antimeridian.
    pub fn bbox(&self) -> Bbox {
        let world = Bbox { west: -180.0, south: -90.0, east: 180.0, north: 90.0 };
        self.0.bounding_rect().map_or(world, |rect| Bbox {
            west: rect.min().x,
            south: rect.min().y,
            east: rect.max().x,
            north: rect.max().y,
        })
    }

    /// Whether a place (degrees) is in it. The antimeridian is one meridian, with two longitudes.
    pub fn contains(&self, lon: f64, lat: f64) -> bool {
        at_longitude(lon, |lon| self.0.intersects(&Coord { x: lon, y: lat }))
    }
}

fn positions(part: &Geometry<f64>) -> usize {
    match part {
        Geometry::LineString(line) => line.0.len(),
        Geometry::Polygon(polygon) => {
            std::iter::once(polygon.exterior()).chain(polygon.interiors()).map(|ring| ring.0.len()).sum()
        }
        _ => 1,
    }
}

/// A point, a line or a polygon.
#[derive(Debug, Clone, PartialEq)]
pub struct RegionPart(Geometry<f64>);

impl RegionPart {
    /// A point, of (longitude, latitude) in degrees; a third number is left out.
    pub fn point(at: &[f64]) -> Result<Self, ShapeError> {
        Ok(Self(Geometry::Point(Point(position(at)?))))
    }

    /// A line through these positions.
    pub fn line(positions: &[Vec<f64>]) -> Result<Self, ShapeError> {
        Ok(Self(Geometry::LineString(line(positions)?)))
    }

    /// A polygon of rings: first the outer one, then holes.
    pub fn polygon(rings: &[Vec<Vec<f64>>]) -> Result<Self, ShapeError> {
        let mut rings = rings.iter().map(|positions| ring(positions));
        let outer = rings.next().ok_or(ShapeError::Empty)??;
        Ok(Self(Geometry::Polygon(Polygon::new(outer, rings.collect::<Result<_, _>>()?))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ring(west: f64, south: f64, east: f64, north: f64) -> Vec<Vec<f64>> {
        vec![vec![west, south], vec![east, south], vec![east, north], vec![west, north], vec![west, south]]
    }

    #[test]
    fn what_is_in_it() {
        let polygon = RegionPart::polygon(&[ring(0.0, 0.0, 4.0, 4.0), ring(1.0, 1.0, 2.0, 2.0)]).unwrap();
        let line = RegionPart::line(&[vec![10.0, 0.0], vec![12.0, 2.0, 500.0]]).unwrap();
        let region = Region::new(vec![polygon, line, RegionPart::point(&[20.0, 20.0]).unwrap()]).unwrap();
        for (lon, lat) in [(3.0, 3.0), (0.0, 0.0), (1.0, 1.5), (11.0, 1.0), (20.0, 20.0)] {
            assert!(region.contains(lon, lat), "{lon} {lat}");
        }
        for (lon, lat) in [(1.5, 1.5), (5.0, 3.0), (11.0, 1.1), (20.0, 20.1)] {
            assert!(!region.contains(lon, lat), "{lon} {lat}");
        }
        assert_eq!(region.bbox(), Bbox { west: 0.0, south: 0.0, east: 20.0, north: 20.0 });
        let edge = Region::new(vec![RegionPart::polygon(&[ring(170.0, 0.0, 180.0, 4.0)]).unwrap()]).unwrap();
        assert!(edge.contains(-180.0, 1.0) && edge.contains(180.0, 1.0) && !edge.contains(-179.9, 1.0));
    }

    #[test]
    fn what_is_none() {
        let open = vec![vec![0.0, 0.0], vec![1.0, 0.0], vec![1.0, 1.0], vec![0.0, 1.0]];
        for (part, error) in [
            (RegionPart::point(&[200.0, 0.0]), ShapeError::Position),
            (RegionPart::point(&[1.0]), ShapeError::Position),
            (RegionPart::point(&[f64::NAN, 0.0]), ShapeError::Position),
            (RegionPart::line(&[vec![0.0, 0.0]]), ShapeError::Line),
            (RegionPart::line(&[vec![170.0, 0.0], vec![-170.0, 0.0]]), ShapeError::Antimeridian),
            (RegionPart::polygon(&[]), ShapeError::Empty),
            (RegionPart::polygon(&[open[..3].to_vec()]), ShapeError::Short),
            (RegionPart::polygon(&[open]), ShapeError::Open),
        ] {
            assert_eq!(part, Err(error));
        }
        assert_eq!(Region::new(Vec::new()), Err(ShapeError::Empty));
        let long = RegionPart::line(&vec![vec![0.0, 0.0]; MOST_REGION_POSITIONS + 1]).unwrap();
        assert_eq!(Region::new(vec![long]), Err(ShapeError::Detailed));
    }
}
