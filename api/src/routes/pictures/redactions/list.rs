//! `GET /pictures/{id}/redactions`.

use axum::{extract::State, response::Response};
use flaneur_catalog::model::{Detection, Picture, PictureId, Redaction, RedactionId};
use serde::Serialize;
use uuid::Uuid;

use super::{
    managed,
    view::{self, RedactionDocument},
};
use crate::{Api, ApiResult, Identity, PublicUrl, error::ErrorBody, extract::Path, respond::Reply};

/// What the models found in a picture, and what was asked of its redaction.
pub fn redactions_with(picture: &Picture, found: &[Detection], stored: Vec<Redaction>) -> Vec<Redaction> {
    let detected = found.iter().map(|detection| Redaction::of_detection(picture.id, detection, picture.created_at));
    // Detections that somebody has said something of are stored with it.
    let mut all: Vec<Redaction> =
        detected.filter(|each| stored.iter().all(|redaction| redaction.id != each.id)).collect();
    all.extend(stored);
    all
}

/// What is redacted in a picture.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[expect(clippy::struct_field_names, reason = "as it stands in the answer")]
struct Redactions {
    /// Width of the upright picture at full resolution, pixels.
    width: i64,
    /// Its height, pixels.
    height: i64,
    /// What the models found and what was drawn.
    redactions: Vec<RedactionDocument>,
}

/// What is redacted in a picture
///
/// What the models found and what was drawn, with how far each is. `undoable` says whether what was removed is kept under
/// the operator's key, so that a false alarm can be undone. Regions are in pixels of the upright picture, whose `width` and
/// `height` at full resolution are told with them. For the picture's owner and administrators.
#[utoipa::path(
    get, path = "/pictures/{id}/redactions", tag = "Pictures",
    params(("id" = Uuid, Path, description = "The picture")),
    responses(
        (status = 200, description = "The redactions", body = Redactions),
        (status = 304, description = "They are as `If-None-Match` says"),
        (status = 401, description = "Sign in first", body = ErrorBody),
        (status = 403, description = "The picture belongs to another account", body = ErrorBody),
        (status = 404, description = "There is no such picture, as far as this viewer goes", body = ErrorBody),
    )
)]
pub async fn list(
    State(api): State<Api>,
    identity: Identity,
    url: PublicUrl,
    reply: Reply,
    Path(id): Path<Uuid>,
) -> ApiResult<Response> {
    let refusal = "what is redacted in a picture is told to its owner and to administrators only";
    let picture = managed(&api, &identity, PictureId(id), refusal).await?;
    let stored = api.catalog.redactions(picture.id).await?;
    let found = api.catalog.detections(picture.id).await?;
    let all = redactions_with(&picture, &found, stored);
    let sealed: Vec<RedactionId> =
        api.catalog.patches(&[picture.id]).await?.into_iter().flat_map(|patch| patch.covers).collect();
    let redactions =
        all.iter().map(|redaction| view::redaction(redaction, sealed.contains(&redaction.id), &url)).collect();
    let shape = picture.shape;
    reply.json(&Redactions { width: shape.width, height: shape.height, redactions })
}
