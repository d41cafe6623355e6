//! `DELETE /collections/{id}` and `DELETE /collections/{collection}/items/{id}`: taking pictures back.

use axum::extract::State;
use flaneur_access::{Action, Subject, Viewer, decide};
use flaneur_catalog::model::{JobId, PictureId, SequenceId};
use http::StatusCode;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{Api, ApiError, ApiResult, Identity, extract::Path};

/// The routes.
pub fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(collection)).routes(routes!(item))
}

/// Delete a sequence with its pictures. A tombstone remains.
#[utoipa::path(
    delete, path = "/collections/{id}", tag = "Upload",
    params(("id" = String, Path, description = "The sequence's id")),
    responses(
        (status = 204, description = "It is gone"),
        (status = 401, description = "Sign in first", body = crate::error::ErrorBody),
        (status = 403, description = "It belongs to another account", body = crate::error::ErrorBody),
        (status = 404, description = "There is no such sequence", body = crate::error::ErrorBody),
    )
)]
pub async fn collection(State(api): State<Api>, identity: Identity, Path(id): Path<String>) -> ApiResult<StatusCode> {
    identity.require()?;
    let missing = || ApiError::not_found("Collection doesn't exist");
    let id: SequenceId = id.parse().map_err(|_| missing())?;
    let sequence = api.catalog.sequence(identity.viewer(), id).await?.ok_or_else(missing)?;
    manage(
        identity.viewer(),
        Subject { owner: sequence.account.0, visibility: sequence.visibility, published: true },
        "You're not authorized to delete this sequence: it belongs to another account",
    )?;
    let world = api.world.clone();
    let deleted = api.catalog.delete_sequence(id, &move || JobId(world.id()), api.world.now()).await?;
    if deleted { Ok(StatusCode::NO_CONTENT) } else { Err(missing()) }
}

/// Delete a picture.
#[utoipa::path(
    delete, path = "/collections/{collection}/items/{id}", tag = "Upload",
    params(
        ("collection" = String, Path, description = "The sequence's id"),
        ("id" = String, Path, description = "The picture's id"),
    ),
    responses(
        (status = 204, description = "It is gone"),
        (status = 401, description = "Sign in first", body = crate::error::ErrorBody),
        (status = 403, description = "It belongs to another account", body = crate::error::ErrorBody),
        (status = 404, description = "There is no such picture", body = crate::error::ErrorBody),
    )
)]
pub async fn item(
    State(api): State<Api>,
    identity: Identity,
    Path((collection, id)): Path<(String, String)>,
) -> ApiResult<StatusCode> {
    identity.require()?;
    let missing = || ApiError::not_found("Item doesn't exist");
    let collection: SequenceId = collection.parse().map_err(|_| missing())?;
    let id: PictureId = id.parse().map_err(|_| missing())?;
    let viewer = identity.viewer();
    let picture = api.catalog.picture(id).await?.filter(|picture| picture.sequence == Some(collection));
    let picture = picture.ok_or_else(missing)?;
    let owner = picture.account.0;
    // Who could not see the picture is not told that it exists; its owner may delete it before it is ready, too.
    let visible = viewer.is_admin() || viewer.account() == Some(owner) || api.catalog.item(viewer, id).await?.is_some();
    if !visible {
        return Err(missing());
    }
    manage(
        viewer,
        Subject { owner, visibility: picture.visibility, published: true },
        "You're not authorized to delete this picture: it belongs to another account",
    )?;
    let jobs = [JobId(api.world.id()), JobId(api.world.id())];
    let deleted = api.catalog.delete_picture(id, jobs, api.world.now()).await?;
    if deleted { Ok(StatusCode::NO_CONTENT) } else { Err(missing()) }
}

fn manage(viewer: Viewer, subject: Subject, refusal: &'static str) -> ApiResult<()> {
    decide(viewer, Action::Manage, subject).map_err(|_| ApiError::forbidden(refusal))
}
