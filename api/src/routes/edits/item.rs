//! `PATCH /collections/{collection}/items/{id}` and `PATCH /pictures/{id}`: correcting and tagging a picture.

use axum::{extract::State, response::Response};
use flaneur_access::Visibility;
use flaneur_catalog::model::{PictureFields, PictureId, SequenceId, TagEdits, Wish};
use serde_json::{Map, Value};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::{
    ITEM, Kinds, VISIBLE, body::Patch, fields, make, new_edit, patch_of, permit, tags::tag_edits, told::TagEdit,
};
use crate::{
    Api, ApiResult, Identity, PublicUrl,
    error::ErrorBody,
    extract::Path,
    respond::Reply,
    rights,
    routes::pictures::{find_item, item_document, no_item},
    stac::Item,
};

/// The routes.
pub fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(patch_item)).routes(routes!(patch_picture))
}

/// What of a picture is to be changed. Only what is there is.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "it documents what `Patch` reads")]
struct PatchOfPicture {
    /// Where it looks, degrees clockwise from north, 0 to 360.
    heading: Option<f64>,
    /// Date and time, ISO 8601; without an offset, what the clocks at the place say.
    capture_time: Option<String>,
    /// Degrees; together with `latitude`.
    longitude: Option<f64>,
    /// Degrees; together with `longitude`.
    latitude: Option<f64>,
    /// Degrees, -90 to 90, up is positive.
    pitch: Option<f64>,
    /// Degrees, -180 to 180, clockwise is positive.
    roll: Option<f64>,
    /// Degrees, 0 to 360.
    yaw: Option<f64>,
    /// `anyone`, `logged-only` or `owner-only`.
    visibility: Option<String>,
    /// SPDX identifier of a licence that `/configuration` offers.
    license: Option<String>,
    /// Whom to name for it, at most 200 characters.
    attribution: Option<String>,
    /// Tags to `add` (if nothing is said) or `delete`.
    #[schema(value_type = Option<Vec<TagEdit>>)]
    semantics: Option<Value>,
}

/// Correct or tag a picture
///
/// Only the owner and administrators change who sees it, its licence and attribution. Whoever is signed in may tag it, and correct
/// place, time and direction where its owner lets others do that. The files that are served follow within seconds.
#[utoipa::path(
    patch, path = "/collections/{collection}/items/{id}", tag = "Editing",
    params(
        ("collection" = Uuid, Path, description = "The sequence"),
        ("id" = Uuid, Path, description = "The picture"),
    ),
    request_body(content((PatchOfPicture = "application/json"), (PatchOfPicture = "application/x-www-form-urlencoded"), (PatchOfPicture = "multipart/form-data"))),
    responses(
        (status = 200, description = "The picture as it is now", content_type = "application/geo+json", body = Item),
        (status = 400, description = "A value makes no sense, or a tag is there already", body = ErrorBody),
        (status = 401, description = "Sign in first", body = ErrorBody),
        (status = 403, description = "The picture belongs to another account", body = ErrorBody),
        (status = 404, description = "There is no such picture in this sequence, as far as this viewer goes", body = ErrorBody),
        (status = 413, description = "The body is too large", body = ErrorBody),
        (status = 415, description = "The body is neither JSON nor a form", body = ErrorBody),
        (status = 429, description = "More edits in a minute than are taken from one account", body = ErrorBody),
    )
)]
async fn patch_item(
    State(api): State<Api>,
    identity: Identity,
    url: PublicUrl,
    reply: Reply,
    Path((sequence, picture)): Path<(Uuid, Uuid)>,
    Patch(fields): Patch,
) -> ApiResult<Response> {
    patch(&api, &identity, &url, reply, (Some(SequenceId(sequence)), PictureId(picture)), &fields).await
}

/// Correct or tag a picture, by its id alone
///
/// As below its sequence.
#[utoipa::path(
    patch, path = "/pictures/{id}", tag = "Editing",
    params(("id" = Uuid, Path, description = "The picture")),
    request_body(content((PatchOfPicture = "application/json"), (PatchOfPicture = "application/x-www-form-urlencoded"), (PatchOfPicture = "multipart/form-data"))),
    responses(
        (status = 200, description = "The picture as it is now", content_type = "application/geo+json", body = Item),
        (status = 400, description = "A value makes no sense, or a tag is there already", body = ErrorBody),
        (status = 401, description = "Sign in first", body = ErrorBody),
        (status = 403, description = "The picture belongs to another account", body = ErrorBody),
        (status = 404, description = "There is no such picture, as far as this viewer goes", body = ErrorBody),
        (status = 413, description = "The body is too large", body = ErrorBody),
        (status = 415, description = "The body is neither JSON nor a form", body = ErrorBody),
        (status = 429, description = "More edits in a minute than are taken from one account", body = ErrorBody),
    )
)]
async fn patch_picture(
    State(api): State<Api>,
    identity: Identity,
    url: PublicUrl,
    reply: Reply,
    Path(picture): Path<Uuid>,
    Patch(fields): Patch,
) -> ApiResult<Response> {
    patch(&api, &identity, &url, reply, (None, PictureId(picture)), &fields).await
}

async fn patch(
    api: &Api,
    identity: &Identity,
    url: &PublicUrl,
    reply: Reply,
    (sequence, id): (Option<SequenceId>, PictureId),
    fields: &Map<String, Value>,
) -> ApiResult<Response> {
    identity.require()?;
    let mut item = find_item(api, identity, id).await?;
    if sequence.is_some() && item.picture.sequence != sequence {
        return Err(no_item());
    }
    let known: Vec<&str> = ITEM.concat().into_iter().chain([VISIBLE, "license", "attribution"]).collect();
    fields::only(fields, &known)?;
    let corrections = fields::corrections(fields, &item.picture)?;
    let visibility = fields::visibility(fields)?;
    let tags = fields.get("semantics").map_or(Ok(TagEdits::default()), tag_edits)?;
    let rights = rights::spoken_of(&api.settings, fields, &item.picture.rights)?;
    let manages = visibility.is_some() || rights.is_some();
    let kinds = Kinds { manages, corrects: !corrections.is_empty(), tags: !tags.is_empty() };
    permit(api, identity, item.picture.subject(Visibility::Anyone), kinds, "picture").await?;
    let set = PictureFields { visibility, rights, ..corrections };
    if !set.is_empty() || !tags.is_empty() {
        let wish = Wish::Picture { id, set, tags, expected: None };
        make(api, &new_edit(api, identity, patch_of(fields), vec![wish])?).await?;
        item = find_item(api, identity, id).await?;
    }
    reply.geojson(&item_document(api, identity, url, item).await?)
}
