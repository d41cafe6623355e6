//! Regions as clients draw them.

use flaneur_catalog::model::{Outline, Projection, Shape};
use serde::Deserialize;

use super::MOST_AT_ONCE;
use crate::{ApiError, ApiResult};

/// Corners of all regions of one request.
const MOST_POINTS: usize = 1000;

/// A region in pixels of the upright picture at full resolution, the left top corner being 0, 0: a polygon or a box.
#[derive(Debug, Clone, PartialEq, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Region {
    /// Corners (x, y) in order, at least three; the last is joined to the first.
    #[schema(value_type = Option<Vec<Vec<f64>>>, example = json!([[10, 10], [60, 12], [40, 80]]))]
    polygon: Option<Vec<[f64; 2]>>,
    /// Left, top, right, bottom. On a panorama the right may lie beyond the width: the box goes on at the left edge.
    #[serde(rename = "box")]
    #[schema(value_type = Option<Vec<f64>>, example = json!([10, 10, 60, 80]))]
    bounds: Option<[f64; 4]>,
}

/// The outlines of regions that make sense in a picture of this size.
pub fn outlines(regions: Vec<Region>, shape: Shape, projection: Projection) -> ApiResult<Vec<Outline>> {
    if regions.is_empty() || regions.len() > MOST_AT_ONCE {
        return Err(ApiError::bad_request(format!("`regions` has to list between 1 and {MOST_AT_ONCE} regions")));
    }
    let points: usize = regions.iter().map(|region| region.polygon.as_ref().map_or(0, Vec::len)).sum();
    if points > MOST_POINTS {
        return Err(ApiError::bad_request(format!(
            "the polygons of one request may have {MOST_POINTS} corners altogether; draw them coarser"
        )));
    }
    regions.into_iter().enumerate().map(|(at, region)| outline(at, region, shape, projection)).collect()
}

fn outline(at: usize, region: Region, shape: Shape, projection: Projection) -> ApiResult<Outline> {
    let refuse = |why: String| Err(ApiError::bad_request(format!("regions[{at}] {why}")));
    let (width, height) = (shape.width as f64, shape.height as f64);
    let outline = match (region.polygon, region.bounds) {
        (Some(corners), None) => Outline::Polygon(corners),
        (None, Some(bounds)) => Outline::Box(bounds),
        _ => return refuse("has to have either a `polygon` or a `box`".to_owned()),
    };
    let within = |[x, y]: [f64; 2], width: f64| (0.0..=width).contains(&x) && (0.0..=height).contains(&y);
    let inside = match &outline {
        Outline::Polygon(corners) => corners.iter().all(|corner| within(*corner, width)),
        Outline::Box([x0, y0, x1, y1]) => {
            // One that wraps begins in the picture, and is no wider than it.
            let wraps = projection == Projection::Equirectangular;
            let right = if wraps { x0 + width } else { width };
            within([*x0, *y0], width) && within([*x1, *y1], right)
        }
    };
    if !inside {
        return refuse(format!(
            "has to lie in the picture: x from 0 to {width} and y from 0 to {height}, in pixels at full resolution"
        ));
    }
    let [x0, y0, x1, y1] = outline.bounds();
    let corners_enough = !matches!(&outline, Outline::Polygon(corners) if corners.len() < 3);
    if !corners_enough || x1 <= x0 || y1 <= y0 {
        return refuse(
            "encloses nothing: a polygon has three corners or more, a box has left < right and top < bottom".to_owned(),
        );
    }
    Ok(outline)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SHAPE: Shape = Shape { width: 400, height: 200 };

    fn boxed(bounds: [f64; 4]) -> Region {
        Region { polygon: None, bounds: Some(bounds) }
    }

    fn polygon(corners: &[[f64; 2]]) -> Region {
        Region { polygon: Some(corners.to_vec()), bounds: None }
    }

    fn refused(region: Region, projection: Projection) -> bool {
        outlines(vec![region], SHAPE, projection).is_err()
    }

    #[test]
    fn what_encloses_something_in_the_picture_is_taken() {
        let flat = Projection::Flat;
        assert!(!refused(boxed([0.0, 0.0, 400.0, 200.0]), flat));
        assert!(!refused(polygon(&[[0.0, 0.0], [400.0, 0.0], [0.5, 200.0]]), flat));
        for bad in [
            boxed([0.0, 0.0, 400.1, 200.0]),
            boxed([10.0, 10.0, 10.0, 20.0]),
            boxed([20.0, 10.0, 10.0, 20.0]),
            boxed([f64::NAN, 10.0, 20.0, 20.0]),
            boxed([0.0, 0.0, f64::INFINITY, 20.0]),
            polygon(&[]),
            polygon(&[[0.0, 0.0], [10.0, 10.0]]),
            polygon(&[[0.0, 5.0], [10.0, 5.0], [20.0, 5.0]]),
            polygon(&[[0.0, 0.0], [-1.0, 0.0], [5.0, 5.0]]),
            Region { polygon: None, bounds: None },
            Region { bounds: Some([0.0, 0.0, 1.0, 1.0]), ..polygon(&[[0.0, 0.0], [9.0, 0.0], [5.0, 5.0]]) },
        ] {
            assert!(refused(bad.clone(), flat), "{bad:?}");
        }
    }

    #[test]
    fn on_a_panorama_a_box_may_wrap() {
        let wraps = boxed([390.0, 10.0, 420.0, 50.0]);
        assert!(refused(wraps.clone(), Projection::Flat));
        assert!(!refused(wraps, Projection::Equirectangular));
        assert!(refused(boxed([390.0, 10.0, 800.0, 50.0]), Projection::Equirectangular), "wider than the picture");
    }

    proptest! {
        #[test]
        fn whatever_is_taken_lies_in_the_picture(corners in proptest::collection::vec([-50.0..450.0, -50.0..250.0], 0..6)) {
            if let Ok(taken) = outlines(vec![polygon(&corners)], SHAPE, Projection::Flat) {
                let [x0, y0, x1, y1] = taken[0].bounds();
                prop_assert!(0.0 <= x0 && x0 < x1 && x1 <= 400.0 && 0.0 <= y0 && y0 < y1 && y1 <= 200.0);
            }
        }
    }
}
