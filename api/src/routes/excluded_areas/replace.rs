//! `PUT /configuration/excluded_areas`.

use axum::{extract::State, response::Response};
use flaneur_catalog::model::{AreaId, AreaLimits, ExcludedArea, JobId};
use serde::Deserialize;

use super::{
    administrator, answer,
    feature::{FeatureCollection, Given, WantedCollection},
};
use crate::{
    Api, ApiError, ApiResult, Identity,
    error::ErrorBody,
    extract::{self, Query},
};

/// What the areas mean.
#[derive(Debug, Deserialize)]
pub struct Meaning {
    invert: Option<bool>,
}

/// Say anew where this instance takes no pictures
///
/// For administrators. What is sent takes the place of all the instance's areas; an empty collection removes them. With
/// `invert`, these are the only areas of which pictures are taken, which everybody may know. Pictures are hidden and shown
/// accordingly within seconds.
#[utoipa::path(
    put, path = "/configuration/excluded_areas", tag = "Excluded areas",
    params(("invert" = Option<bool>, Query, description = "True: pictures are taken within these areas only")),
    request_body(content = WantedCollection, content_type = "application/geo+json"),
    responses(
        (status = 200, description = "The areas", content_type = "application/geo+json", body = FeatureCollection),
        (status = 400, description = "They are no areas, or too many", body = ErrorBody),
        (status = 401, description = "Sign in first", body = ErrorBody),
        (status = 403, description = "For administrators only", body = ErrorBody),
        (status = 413, description = "They are too large", body = ErrorBody),
    )
)]
pub async fn replace(
    State(api): State<Api>,
    identity: Identity,
    Query(meaning): Query<Meaning>,
    extract::Json(wanted): extract::Json<WantedCollection>,
) -> ApiResult<Response> {
    administrator(&identity)?;
    let (allowed, now, most) = (meaning.invert.unwrap_or_default(), api.world.now(), AreaLimits::GENERAL);
    if wanted.features.len() as i64 > most.areas {
        return Err(ApiError::bad_request(format!(
            "there may be at most {} areas: draw several as one MultiPolygon",
            most.areas
        )));
    }
    if allowed && wanted.features.is_empty() {
        return Err(ApiError::bad_request(
            "with `invert`, at least one area is needed of which pictures are taken; to take pictures of all the world again, \
             send an empty collection without `invert`",
        ));
    }
    let area = |(at, wanted): (usize, super::feature::Wanted)| {
        let given = Given { id: AreaId(api.world.id()), owner: None, allowed, now };
        wanted.area(given, &format!("features[{at}]: "))
    };
    let areas: Vec<ExcludedArea> = wanted.features.into_iter().enumerate().map(area).collect::<ApiResult<_>>()?;
    let positions: usize = areas.iter().map(|area| area.shape.positions()).sum();
    if positions as i64 > most.positions {
        return Err(ApiError::bad_request(format!(
            "all areas together may have at most {} positions: draw them coarser",
            most.positions
        )));
    }
    api.catalog.replace_areas(&areas, JobId(api.world.id()), now).await?;
    answer(&areas.into_iter().collect::<FeatureCollection>())
}
