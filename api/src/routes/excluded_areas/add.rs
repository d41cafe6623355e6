//! `POST /configuration/excluded_areas`.

use axum::{extract::State, response::Response};
use flaneur_catalog::model::{AreaId, AreaLimits};

use super::{
    add_to, administrator,
    feature::{Feature, Given, Wanted},
};
use crate::{Api, ApiResult, Identity, error::ErrorBody, extract};

/// Take no more pictures of an area
///
/// For administrators. From now on, files taken there are refused; pictures that are there already are hidden within seconds:
/// only their owners and administrators see them, and everybody again when the area is deleted.
#[utoipa::path(
    post, path = "/configuration/excluded_areas", tag = "Excluded areas",
    request_body(content = Wanted, content_type = "application/geo+json"),
    responses(
        (status = 200, description = "The area", content_type = "application/geo+json", body = Feature),
        (status = 400, description = "It is no area", body = ErrorBody),
        (status = 401, description = "Sign in first", body = ErrorBody),
        (status = 403, description = "For administrators only", body = ErrorBody),
        (status = 409, description = "There are as many areas as there may be", body = ErrorBody),
        (status = 413, description = "It is too large", body = ErrorBody),
    )
)]
pub async fn add(
    State(api): State<Api>,
    identity: Identity,
    extract::Json(wanted): extract::Json<Wanted>,
) -> ApiResult<Response> {
    administrator(&identity)?;
    let given = Given { id: AreaId(api.world.id()), owner: None, allowed: false, now: api.world.now() };
    add_to(&api, wanted.area(given, "")?, AreaLimits::GENERAL).await
}
