//! `PUT /configuration/excluded_areas/{id}`.

use axum::{extract::State, response::Response};
use flaneur_catalog::model::AreaLimits;

use super::{
    administrator, area_id, change_to,
    feature::{Feature, Given, Wanted},
};
use crate::{
    Api, ApiResult, Identity,
    error::ErrorBody,
    extract::{self, Path},
};

/// Take no more pictures of another area instead
///
/// For administrators. What is sent takes the place of what the area was, its name and who may know of it included; it keeps its
/// id, since when it holds, and whether it is one within which alone pictures are taken. There is no moment without it: within
/// seconds, pictures are hidden that are in it now, and those shown that are in none any more.
#[utoipa::path(
    put, path = "/configuration/excluded_areas/{id}", tag = "Excluded areas",
    params(("id" = String, Path, description = "The area's id")),
    request_body(content = Wanted, content_type = "application/geo+json"),
    responses(
        (status = 200, description = "The area", content_type = "application/geo+json", body = Feature),
        (status = 400, description = "It is no area", body = ErrorBody),
        (status = 401, description = "Sign in first", body = ErrorBody),
        (status = 403, description = "For administrators only", body = ErrorBody),
        (status = 404, description = "The instance has no such area", body = ErrorBody),
        (status = 409, description = "The areas would be too detailed", body = ErrorBody),
        (status = 413, description = "It is too large", body = ErrorBody),
    )
)]
pub async fn change(
    State(api): State<Api>,
    identity: Identity,
    Path(id): Path<String>,
    extract::Json(wanted): extract::Json<Wanted>,
) -> ApiResult<Response> {
    administrator(&identity)?;
    let given = Given { id: area_id(&id)?, owner: None, allowed: false, now: api.world.now() };
    change_to(&api, wanted.area(given, "")?, AreaLimits::GENERAL).await
}
