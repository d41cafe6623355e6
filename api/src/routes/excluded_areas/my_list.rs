//! `GET /users/me/excluded_areas`.

use axum::{extract::State, response::Response};

use super::feature::FeatureCollection;
use crate::{Api, ApiResult, Identity, error::ErrorBody, respond::Reply};

/// Where one takes no pictures oneself
///
/// One's own areas only; nobody else is told of them, administrators included. The instance's are at
/// `/configuration/excluded_areas`.
#[utoipa::path(
    get, path = "/users/me/excluded_areas", tag = "Excluded areas",
    responses(
        (status = 200, description = "The areas", content_type = "application/geo+json", body = FeatureCollection),
        (status = 401, description = "Sign in first", body = ErrorBody),
    )
)]
pub async fn list(State(api): State<Api>, identity: Identity, reply: Reply) -> ApiResult<Response> {
    let account = identity.require()?.id;
    reply.geojson(&api.catalog.areas(Some(account)).await?.into_iter().collect::<FeatureCollection>())
}
