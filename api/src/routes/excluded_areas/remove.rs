//! `DELETE /configuration/excluded_areas/{id}`.

use axum::extract::State;
use flaneur_catalog::model::JobId;
use http::StatusCode;

use super::{administrator, area_id, missing};
use crate::{Api, ApiResult, Identity, error::ErrorBody, extract::Path};

/// Take pictures of an area again
///
/// For administrators. Pictures that the area hid are shown again within seconds, unless another area hides them. When the
/// last area with `flaneur:allowed` is deleted, pictures are taken everywhere again.
#[utoipa::path(
    delete, path = "/configuration/excluded_areas/{id}", tag = "Excluded areas",
    params(("id" = String, Path, description = "The area's id")),
    responses(
        (status = 204, description = "It is gone"),
        (status = 401, description = "Sign in first", body = ErrorBody),
        (status = 403, description = "For administrators only", body = ErrorBody),
        (status = 404, description = "The instance has no such area", body = ErrorBody),
    )
)]
pub async fn remove(State(api): State<Api>, identity: Identity, Path(id): Path<String>) -> ApiResult<StatusCode> {
    administrator(&identity)?;
    let removed = api.catalog.remove_area(None, area_id(&id)?, JobId(api.world.id()), api.world.now()).await?;
    if removed { Ok(StatusCode::NO_CONTENT) } else { Err(missing()) }
}
