//! Parts of the world as GeoJSON geometries (RFC 7946).

use flaneur_catalog::model::{Region, RegionPart, ShapeError};
use serde::Deserialize;
use serde_json::Value;

use crate::{ApiError, ApiResult};

/// Position: longitude, latitude in degrees; a third number is left out.
type Position = Vec<f64>;
/// Rings: the outer one, then holes.
type Rings = Vec<Vec<Position>>;

#[derive(Debug, Deserialize)]
#[serde(tag = "type")]
enum Shape {
    Point {
        coordinates: Position,
    },
    MultiPoint {
        coordinates: Vec<Position>,
    },
    LineString {
        coordinates: Vec<Position>,
    },
    MultiLineString {
        coordinates: Vec<Vec<Position>>,
    },
    Polygon {
        coordinates: Rings,
    },
    MultiPolygon {
        coordinates: Vec<Rings>,
    },
    /// Members are geometries of the other types: RFC 7946 advises against others.
    GeometryCollection {
        geometries: Vec<Value>,
    },
}

impl Shape {
    fn parts(&self) -> Result<Vec<RegionPart>, ShapeError> {
        match self {
            Self::Point { coordinates } => Ok(vec![RegionPart::point(coordinates)?]),
            Self::MultiPoint { coordinates } => coordinates.iter().map(|at| RegionPart::point(at)).collect(),
            Self::LineString { coordinates } => Ok(vec![RegionPart::line(coordinates)?]),
            Self::MultiLineString { coordinates } => coordinates.iter().map(|line| RegionPart::line(line)).collect(),
            Self::Polygon { coordinates } => Ok(vec![RegionPart::polygon(coordinates)?]),
            Self::MultiPolygon { coordinates } => coordinates.iter().map(|rings| RegionPart::polygon(rings)).collect(),
            Self::GeometryCollection { .. } => Ok(Vec::new()),
        }
    }
}

/// Reads a geometry; `name` is what a client calls it.
pub(crate) fn parse_region(name: &str, geometry: &Value) -> ApiResult<Region> {
    let refuse = |reason: &dyn std::fmt::Display| {
        ApiError::bad_request(format!(
            "{name} has to have a GeoJSON geometry: a Point, LineString, Polygon, one of their Multi… or a \
             GeometryCollection of these, in degrees WGS 84; see `details`"
        ))
        .because(reason)
    };
    let one = |value: &Value| Shape::deserialize(value).map_err(|error| refuse(&error));
    let mut parts = Vec::new();
    match one(geometry)? {
        Shape::GeometryCollection { geometries } => {
            for member in &geometries {
                let member = one(member)?;
                if matches!(member, Shape::GeometryCollection { .. }) {
                    return Err(refuse(&"a GeometryCollection within another"));
                }
                parts.extend(member.parts().map_err(|error| refuse(&error))?);
            }
        }
        other => parts = other.parts().map_err(|error| refuse(&error))?,
    }
    Region::new(parts).map_err(|error| refuse(&error))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn geometries_of_every_type() {
        let ring = json!([[0.0, 0.0], [4.0, 0.0], [4.0, 4.0], [0.0, 4.0], [0.0, 0.0]]);
        let point = json!({"type": "Point", "coordinates": [1, 1]});
        for geometry in [
            point.clone(),
            json!({"type": "MultiPoint", "coordinates": [[9, 9], [1, 1, 100]]}),
            json!({"type": "LineString", "coordinates": [[0, 0], [2, 2]]}),
            json!({"type": "MultiLineString", "coordinates": [[[0, 0], [2, 2]]]}),
            json!({"type": "Polygon", "coordinates": [ring]}),
            json!({"type": "MultiPolygon", "coordinates": [[ring]], "bbox": [0, 0, 4, 4]}),
            json!({"type": "GeometryCollection", "geometries": [point]}),
        ] {
            assert!(parse_region("`intersects`", &geometry).unwrap().contains(1.0, 1.0), "{geometry}");
        }
    }

    #[test]
    fn what_is_none() {
        let collection = json!({"type": "GeometryCollection", "geometries": []});
        for geometry in [
            json!({}),
            json!("POINT(1 1)"),
            json!({"type": "Feature", "geometry": null}),
            json!({"type": "Point", "coordinates": [1]}),
            json!({"type": "Point", "coordinates": [1, "1"]}),
            json!({"type": "Point", "coordinates": [1, 100]}),
            json!({"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1]]]}),
            json!({"type": "Polygon", "coordinates": [[[170, 0], [-170, 0], [-170, 1], [170, 0]]]}),
            collection.clone(),
            json!({"type": "GeometryCollection", "geometries": [collection]}),
        ] {
            let refusal = parse_region("`intersects`", &geometry).unwrap_err();
            assert!(refusal.message().starts_with("`intersects` has to have"), "{geometry}");
        }
    }
}
