//! `POST /upload_sets/{id}/complete`.

use axum::{Json, extract::State};
use flaneur_catalog::model::{JobId, UploadSetId};

use super::{told::UploadSetDocument, view};
use crate::{
    Api, ApiResult, Identity, PublicUrl,
    extract::Path,
    uploader::{missing, own_upload_set},
};

/// Say that all files have been sent: the pictures are sorted into sequences.
#[utoipa::path(
    post, path = "/upload_sets/{id}/complete", tag = "Upload",
    params(("id" = String, Path, description = "The set's id")),
    responses(
        (status = 200, description = "The set, completed", body = UploadSetDocument),
        (status = 401, description = "Sign in first", body = crate::error::ErrorBody),
        (status = 403, description = "It belongs to another account", body = crate::error::ErrorBody),
        (status = 404, description = "There is no such set", body = crate::error::ErrorBody),
    )
)]
pub async fn complete(
    State(api): State<Api>,
    identity: Identity,
    url: PublicUrl,
    Path(id): Path<String>,
) -> ApiResult<Json<UploadSetDocument>> {
    let id: UploadSetId = id.parse().map_err(|_| missing())?;
    let (_, account) = own_upload_set(&api, &identity, id).await?;
    let now = api.world.now();
    api.catalog.complete_upload_set(id, JobId(api.world.id()), now).await?.ok_or_else(missing)?;
    let state = api.catalog.upload_set_state(id, now).await?.ok_or_else(missing)?;
    Ok(Json(view::upload_set(&state, &url, Some(&account))))
}
