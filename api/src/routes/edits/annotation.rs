//! `/annotations/{id}`, and the same below its picture: one annotation.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse as _, Response},
};
use flaneur_access::Visibility;
use flaneur_catalog::model::{Annotation, AnnotationId, Wish};
use http::StatusCode;
use serde_json::{Map, Value, json};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::{
    Kinds, fields, make, new_edit, permit,
    tags::tag_edits,
    told::TagEdit,
    view::{AnnotationDocument, annotation_document},
};
use crate::{
    Api, ApiError, ApiResult, Identity,
    error::ErrorBody,
    extract::{self, Path},
    respond::Reply,
    routes::pictures::find_item,
};

/// The routes.
pub fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(show, retag, remove)).routes(routes!(show_below, retag_below, remove_below))
}

/// What of an annotation is to be changed.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "it documents what is read from a map")]
struct PatchOfAnnotation {
    /// Tags to `add` (if nothing is said) or `delete`.
    #[schema(nullable = false)]
    semantics: Option<Vec<TagEdit>>,
}

/// Where an annotation is looked for.
type Below = (Uuid, Uuid, Uuid);

/// An annotation of a picture that the viewer may see, or 404. With `below`, only in this sequence and picture.
async fn find(api: &Api, identity: &Identity, id: Uuid, below: Option<(Uuid, Uuid)>) -> ApiResult<Annotation> {
    let missing = || ApiError::not_found("Annotation doesn't exist");
    let annotation = api.catalog.annotation(AnnotationId(id)).await?.ok_or_else(missing)?;
    let item = find_item(api, identity, annotation.picture).await.map_err(|_| missing())?;
    let there = (item.picture.sequence.map(|id| id.0), Some(item.picture.id.0));
    if below.is_some_and(|(sequence, picture)| (Some(sequence), Some(picture)) != there) {
        return Err(missing());
    }
    Ok(annotation)
}

async fn change(
    api: &Api,
    identity: &Identity,
    annotation: &Annotation,
    wish: Wish,
    operation: Value,
) -> ApiResult<Option<Annotation>> {
    let item = find_item(api, identity, annotation.picture).await?;
    let kinds = Kinds { tags: true, ..Kinds::default() };
    permit(api, identity, item.picture.subject(Visibility::Anyone), kinds, "picture").await?;
    make(api, &new_edit(api, identity, operation, vec![wish])?).await?;
    Ok(api.catalog.annotation(annotation.id).await?)
}

async fn patched(
    api: &Api,
    identity: &Identity,
    annotation: Annotation,
    body: Map<String, Value>,
) -> ApiResult<Response> {
    fields::only(&body, &["semantics"])?;
    let tags = body.get("semantics").map(tag_edits).transpose()?.unwrap_or_default();
    if tags.is_empty() {
        return Ok(Json(annotation_document(&annotation)).into_response());
    }
    let wish = Wish::Retag { id: annotation.id, picture: annotation.picture, tags };
    Ok(match change(api, identity, &annotation, wish, json!({ "change_annotation": annotation.id })).await? {
        Some(annotation) => Json(annotation_document(&annotation)).into_response(),
        None => StatusCode::NO_CONTENT.into_response(),
    })
}

async fn removed(api: &Api, identity: &Identity, annotation: Annotation) -> ApiResult<StatusCode> {
    let wish = Wish::Unmark { id: annotation.id, picture: annotation.picture };
    change(api, identity, &annotation, wish, json!({ "delete_annotation": annotation.id })).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// One annotation
#[utoipa::path(
    get, path = "/annotations/{id}", tag = "Editing",
    params(("id" = Uuid, Path, description = "The annotation")),
    responses(
        (status = 200, description = "The annotation", body = AnnotationDocument),
        (status = 304, description = "It is as `If-None-Match` says"),
        (status = 404, description = "There is no such annotation, as far as this viewer goes", body = ErrorBody),
    )
)]
async fn show(State(api): State<Api>, identity: Identity, reply: Reply, Path(id): Path<Uuid>) -> ApiResult<Response> {
    reply.json(&annotation_document(&find(&api, &identity, id, None).await?))
}

/// Change the tags of an annotation
///
/// One that has no tag left is gone.
#[utoipa::path(
    patch, path = "/annotations/{id}", tag = "Editing",
    params(("id" = Uuid, Path, description = "The annotation")),
    request_body = PatchOfAnnotation,
    responses(
        (status = 200, description = "The annotation as it is now", body = AnnotationDocument),
        (status = 204, description = "It has no tag left, and is gone"),
        (status = 400, description = "A tag makes no sense, or is there already", body = ErrorBody),
        (status = 401, description = "Sign in first", body = ErrorBody),
        (status = 404, description = "There is no such annotation, as far as this viewer goes", body = ErrorBody),
        (status = 415, description = "The body is not JSON", body = ErrorBody),
        (status = 429, description = "More edits in a minute than are taken from one account", body = ErrorBody),
    )
)]
async fn retag(
    State(api): State<Api>,
    identity: Identity,
    Path(id): Path<Uuid>,
    extract::Json(body): extract::Json<Map<String, Value>>,
) -> ApiResult<Response> {
    identity.require()?;
    let annotation = find(&api, &identity, id, None).await?;
    patched(&api, &identity, annotation, body).await
}

/// Take an annotation away
///
/// The picture's history keeps it, and can bring it back.
#[utoipa::path(
    delete, path = "/annotations/{id}", tag = "Editing",
    params(("id" = Uuid, Path, description = "The annotation")),
    responses(
        (status = 204, description = "It is gone"),
        (status = 401, description = "Sign in first", body = ErrorBody),
        (status = 404, description = "There is no such annotation, as far as this viewer goes", body = ErrorBody),
        (status = 429, description = "More edits in a minute than are taken from one account", body = ErrorBody),
    )
)]
async fn remove(State(api): State<Api>, identity: Identity, Path(id): Path<Uuid>) -> ApiResult<StatusCode> {
    identity.require()?;
    let annotation = find(&api, &identity, id, None).await?;
    removed(&api, &identity, annotation).await
}

/// One annotation, below its picture
#[utoipa::path(
    get, path = "/collections/{collection}/items/{item}/annotations/{id}", tag = "Editing",
    params(
        ("collection" = Uuid, Path, description = "The sequence"),
        ("item" = Uuid, Path, description = "The picture"),
        ("id" = Uuid, Path, description = "The annotation"),
    ),
    responses(
        (status = 200, description = "The annotation", body = AnnotationDocument),
        (status = 304, description = "It is as `If-None-Match` says"),
        (status = 404, description = "There is no such annotation, as far as this viewer goes", body = ErrorBody),
    )
)]
async fn show_below(
    State(api): State<Api>,
    identity: Identity,
    reply: Reply,
    Path((sequence, picture, id)): Path<Below>,
) -> ApiResult<Response> {
    reply.json(&annotation_document(&find(&api, &identity, id, Some((sequence, picture))).await?))
}

/// Change the tags of an annotation, below its picture
#[utoipa::path(
    patch, path = "/collections/{collection}/items/{item}/annotations/{id}", tag = "Editing",
    params(
        ("collection" = Uuid, Path, description = "The sequence"),
        ("item" = Uuid, Path, description = "The picture"),
        ("id" = Uuid, Path, description = "The annotation"),
    ),
    request_body = PatchOfAnnotation,
    responses(
        (status = 200, description = "The annotation as it is now", body = AnnotationDocument),
        (status = 204, description = "It has no tag left, and is gone"),
        (status = 400, description = "A tag makes no sense, or is there already", body = ErrorBody),
        (status = 401, description = "Sign in first", body = ErrorBody),
        (status = 404, description = "There is no such annotation, as far as this viewer goes", body = ErrorBody),
        (status = 415, description = "The body is not JSON", body = ErrorBody),
        (status = 429, description = "More edits in a minute than are taken from one account", body = ErrorBody),
    )
)]
async fn retag_below(
    State(api): State<Api>,
    identity: Identity,
    Path((sequence, picture, id)): Path<Below>,
    extract::Json(body): extract::Json<Map<String, Value>>,
) -> ApiResult<Response> {
    identity.require()?;
    let annotation = find(&api, &identity, id, Some((sequence, picture))).await?;
    patched(&api, &identity, annotation, body).await
}

/// Take an annotation away, below its picture
#[utoipa::path(
    delete, path = "/collections/{collection}/items/{item}/annotations/{id}", tag = "Editing",
    params(
        ("collection" = Uuid, Path, description = "The sequence"),
        ("item" = Uuid, Path, description = "The picture"),
        ("id" = Uuid, Path, description = "The annotation"),
    ),
    responses(
        (status = 204, description = "It is gone"),
        (status = 401, description = "Sign in first", body = ErrorBody),
        (status = 404, description = "There is no such annotation, as far as this viewer goes", body = ErrorBody),
        (status = 429, description = "More edits in a minute than are taken from one account", body = ErrorBody),
    )
)]
async fn remove_below(
    State(api): State<Api>,
    identity: Identity,
    Path((sequence, picture, id)): Path<Below>,
) -> ApiResult<StatusCode> {
    identity.require()?;
    let annotation = find(&api, &identity, id, Some((sequence, picture))).await?;
    removed(&api, &identity, annotation).await
}
