//! Boxes as STAC writes them: west, south, east, north in degrees; with heights, six numbers.

use flaneur_coverage::quadkey::Bbox;

use crate::{ApiError, ApiResult};

/// The whole world, for what has no extent.
pub const WORLD: [f64; 4] = [-180.0, -90.0, 180.0, 90.0];

/// West, south, east, north, degrees.
pub fn bbox_array(bbox: &Bbox) -> [f64; 4] {
    [bbox.west, bbox.south, bbox.east, bbox.north]
}

/// Reads `west,south,east,north` or `west,south,bottom,east,north,top` (heights are ignored). `west > east` crosses the
/// antimeridian. Maps that are scrolled around the world ask beyond ±180°; up to one turn is taken back.
pub fn parse_bbox(text: &str) -> ApiResult<Bbox> {
    let refuse =
        || ApiError::bad_request("`bbox` has to be west,south,east,north in degrees, or six numbers with heights");
    let numbers: Vec<f64> = text
        .split(',')
        .map(|part| part.trim().parse::<f64>().ok().filter(|number| number.is_finite()))
        .collect::<Option<_>>()
        .ok_or_else(refuse)?;
    let [west, south, east, north] = match numbers[..] {
        [west, south, east, north] => [west, south, east, north],
        [west, south, bottom, east, north, top] if bottom <= top => [west, south, east, north],
        _ => return Err(refuse()),
    };
    if south > north || south < -90.0 || north > 90.0 {
        return Err(ApiError::bad_request("`bbox` needs south ≤ north, both between -90 and 90"));
    }
    if west.abs() > 540.0 || east.abs() > 540.0 {
        return Err(ApiError::bad_request("`bbox` needs longitudes between -180 and 180"));
    }
    if east - west >= 360.0 {
        return Ok(Bbox { west: -180.0, south, east: 180.0, north });
    }
    Ok(Bbox { west: wrap(west), south, east: wrap(east), north })
}

fn wrap(lon: f64) -> f64 {
    if lon > 180.0 {
        lon - 360.0
    } else if lon < -180.0 {
        lon + 360.0
    } else {
        lon
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boxes() {
        for (text, expected) in [
            ("1,2,3,4", [1.0, 2.0, 3.0, 4.0]),
            (" 1.5, 2 ,3,4", [1.5, 2.0, 3.0, 4.0]),
            ("1,2,-100,3,4,900", [1.0, 2.0, 3.0, 4.0]),
            ("170,-10,-170,10", [170.0, -10.0, -170.0, 10.0]),
            ("170,-10,190,10", [170.0, -10.0, -170.0, 10.0]),
            ("-190,-10,-170,10", [170.0, -10.0, -170.0, 10.0]),
            ("-200,-90,200,90", WORLD),
            ("5,5,5,5", [5.0, 5.0, 5.0, 5.0]),
        ] {
            let read = bbox_array(&parse_bbox(text).unwrap());
            // Every number here is exact.
            assert!(read.iter().zip(expected).all(|(a, b)| a.total_cmp(&b).is_eq()), "{text}: {read:?}");
        }
    }

    #[test]
    fn no_boxes() {
        for bad in [
            "",
            "1,2,3",
            "1,2,3,4,5",
            "[1,2,3,4]",
            "1,4,3,2",
            "1,2,9,3,4,5",
            "a,b,c,d",
            "1,2,3,NaN",
            "1,2,inf,4",
            "0,-91,1,1",
            "0,0,1000,1",
        ] {
            assert!(parse_bbox(bad).is_err(), "{bad}");
        }
    }
}
