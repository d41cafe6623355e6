//! `GET` and `DELETE /upload_sets/{id}`.

use axum::{Json, extract::State};
use flaneur_access::{Action, Subject, decide};
use flaneur_catalog::model::{JobId, UploadSetId};
use http::StatusCode;

use super::{told::UploadSetDocument, view};
use crate::{
    Api, ApiResult, Identity, PublicUrl,
    extract::Path,
    uploader::{missing, own_upload_set, uploader},
};

/// How far an upload set is.
#[utoipa::path(
    get, path = "/upload_sets/{id}", tag = "Upload",
    params(("id" = String, Path, description = "The set's id")),
    responses(
        (status = 200, description = "The set with counts, sequences and whether all is `ready`", body = UploadSetDocument),
        (status = 404, description = "There is no such set", body = crate::error::ErrorBody),
    )
)]
pub async fn get(
    State(api): State<Api>,
    identity: Identity,
    url: PublicUrl,
    Path(id): Path<String>,
) -> ApiResult<Json<UploadSetDocument>> {
    let id: UploadSetId = id.parse().map_err(|_| missing())?;
    let state = api.catalog.upload_set_state(id, api.world.now()).await?.ok_or_else(missing)?;
    let options = &state.set.options;
    let subject = Subject { owner: options.account.0, visibility: options.visibility, published: true };
    decide(identity.viewer(), Action::See, subject).map_err(|_| missing())?;
    let manager = uploader(&api, &identity).await.ok().filter(|account| account.admin || account.id == options.account);
    Ok(Json(view::upload_set(&state, &url, manager.as_ref())))
}

/// Delete an upload set with all its sequences and pictures.
#[utoipa::path(
    delete, path = "/upload_sets/{id}", tag = "Upload",
    params(("id" = String, Path, description = "The set's id")),
    responses(
        (status = 204, description = "It is gone"),
        (status = 401, description = "Sign in first", body = crate::error::ErrorBody),
        (status = 403, description = "It belongs to another account", body = crate::error::ErrorBody),
        (status = 404, description = "There is no such set", body = crate::error::ErrorBody),
    )
)]
pub async fn delete(State(api): State<Api>, identity: Identity, Path(id): Path<String>) -> ApiResult<StatusCode> {
    // Anonymous contributors share one account: they must not delete each other's pictures.
    identity.require()?;
    let id: UploadSetId = id.parse().map_err(|_| missing())?;
    own_upload_set(&api, &identity, id).await?;
    let world = api.world.clone();
    let fresh = move || JobId(world.id());
    if api.catalog.delete_upload_set(id, &fresh, api.world.now()).await? {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(missing())
    }
}
