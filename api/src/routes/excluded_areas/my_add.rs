//! `POST /users/me/excluded_areas`.

use axum::{extract::State, response::Response};
use flaneur_catalog::model::{AreaId, AreaLimits};

use super::{
    add_to,
    feature::{Feature, Given, Wanted},
};
use crate::{Api, ApiResult, Identity, error::ErrorBody, extract};

/// Show no pictures of an area that are one's own
///
/// A privacy zone, for example around one's home: it holds for one's own pictures only. From now on, files that one sends from
/// there are refused; pictures that are there already are hidden within seconds, until the area is deleted. Nobody else is told
/// of it, whatever `is_public` says.
#[utoipa::path(
    post, path = "/users/me/excluded_areas", tag = "Excluded areas",
    request_body(content = Wanted, content_type = "application/geo+json"),
    responses(
        (status = 200, description = "The area", content_type = "application/geo+json", body = Feature),
        (status = 400, description = "It is no area", body = ErrorBody),
        (status = 401, description = "Sign in first", body = ErrorBody),
        (status = 409, description = "You have as many areas as you may have", body = ErrorBody),
        (status = 413, description = "It is too large", body = ErrorBody),
    )
)]
pub async fn add(
    State(api): State<Api>,
    identity: Identity,
    extract::Json(wanted): extract::Json<Wanted>,
) -> ApiResult<Response> {
    let owner = Some(identity.require()?.id);
    let given = Given { id: AreaId(api.world.id()), owner, allowed: false, now: api.world.now() };
    add_to(&api, wanted.area(given, "")?, AreaLimits::OWN).await
}
