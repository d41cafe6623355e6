//! `DELETE /users/me/excluded_areas/{id}`.

use axum::extract::State;
use flaneur_catalog::model::JobId;
use http::StatusCode;

use super::{area_id, missing};
use crate::{Api, ApiResult, Identity, error::ErrorBody, extract::Path};

/// Show one's pictures of an area again
///
/// What the area hid is shown again within seconds, unless another area hides it.
#[utoipa::path(
    delete, path = "/users/me/excluded_areas/{id}", tag = "Excluded areas",
    params(("id" = String, Path, description = "The area's id")),
    responses(
        (status = 204, description = "It is gone"),
        (status = 401, description = "Sign in first", body = ErrorBody),
        (status = 404, description = "You have no such area", body = ErrorBody),
    )
)]
pub async fn remove(State(api): State<Api>, identity: Identity, Path(id): Path<String>) -> ApiResult<StatusCode> {
    let owner = Some(identity.require()?.id);
    let removed = api.catalog.remove_area(owner, area_id(&id)?, JobId(api.world.id()), api.world.now()).await?;
    if removed { Ok(StatusCode::NO_CONTENT) } else { Err(missing()) }
}
