//! Positions and rings of GeoJSON (RFC 7946), checked.

use geo::{Coord, LineString};

use super::ShapeError;

/// A position of (longitude, latitude) in degrees; a third number is left out.
pub(super) fn position(numbers: &[f64]) -> Result<Coord<f64>, ShapeError> {
    match numbers {
        // What is not finite is in no range.
        [lon, lat] | [lon, lat, _] if (-180.0..=180.0).contains(lon) && (-90.0..=90.0).contains(lat) => {
            Ok(Coord { x: *lon, y: *lat })
        }
        _ => Err(ShapeError::Position),
    }
}

fn coords(positions: &[Vec<f64>]) -> Result<Vec<Coord<f64>>, ShapeError> {
    positions.iter().map(|at| position(at)).collect()
}

/// No edge may go more than half around the world. The world's own edge is one that goes all the way.
fn with_short_edges(coords: Vec<Coord<f64>>) -> Result<LineString<f64>, ShapeError> {
    let around = |pair: &[Coord<f64>]| matches!(pair, [one, other] if (one.x - other.x).abs() > 180.0 && (one.x - other.x).abs() < 360.0);
    if coords.windows(2).any(around) { Err(ShapeError::Antimeridian) } else { Ok(LineString(coords)) }
}

/// A line through at least two positions.
pub(super) fn line(positions: &[Vec<f64>]) -> Result<LineString<f64>, ShapeError> {
    let coords = coords(positions)?;
    if coords.len() < 2 { Err(ShapeError::Line) } else { with_short_edges(coords) }
}

/// A closed ring.
pub(super) fn ring(positions: &[Vec<f64>]) -> Result<LineString<f64>, ShapeError> {
    if positions.len() < 4 {
        return Err(ShapeError::Short);
    }
    let coords = coords(positions)?;
    if coords.first() == coords.last() { with_short_edges(coords) } else { Err(ShapeError::Open) }
}

/// Whether something holds at a longitude: the antimeridian is one meridian, with two of them.
pub(super) fn at_longitude(lon: f64, within: impl Fn(f64) -> bool) -> bool {
    within(lon) || (lon.abs() >= 180.0 && within(-lon))
}
