//! `GET /configuration/excluded_areas`.

use axum::{extract::State, response::Response};
use serde::Deserialize;

use super::feature::FeatureCollection;
use crate::{Api, ApiError, ApiResult, Identity, error::ErrorBody, extract::Query, respond::Reply};

/// Which of them.
#[derive(Debug, Deserialize)]
pub struct Which {
    all: Option<bool>,
}

/// Where this instance takes no pictures
///
/// Areas with `flaneur:allowed` are the other way round: where there are any, pictures are taken within them only. Areas that
/// accounts keep to themselves are never listed here.
#[utoipa::path(
    get, path = "/configuration/excluded_areas", tag = "Excluded areas",
    params(("all" = Option<bool>, Query, description = "Those that are not public, too; for administrators")),
    responses(
        (status = 200, description = "The areas", content_type = "application/geo+json", body = FeatureCollection),
        (status = 401, description = "Not all of them without signing in", body = ErrorBody),
        (status = 403, description = "Not all of them for who is no administrator", body = ErrorBody),
    )
)]
pub async fn list(
    State(api): State<Api>,
    identity: Identity,
    Query(which): Query<Which>,
    reply: Reply,
) -> ApiResult<Response> {
    let all = which.all.unwrap_or_default();
    let refusal = "You must be logged-in as admin to access all excluded areas";
    match &identity.account {
        None if all => return Err(ApiError::unauthorized(refusal)),
        Some(account) if all && !account.admin => return Err(ApiError::forbidden(refusal)),
        _ => {}
    }
    let areas = api.catalog.areas(None).await?;
    reply.geojson(&areas.into_iter().filter(|area| all || area.is_public).collect::<FeatureCollection>())
}
