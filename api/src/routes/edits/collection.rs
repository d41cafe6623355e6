//! `PATCH /collections/{id}`: title, visibility, order, direction and tags of a sequence.

use axum::{extract::State, response::Response};
use flaneur_access::Subject;
use flaneur_catalog::model::{
    Editable, HeadingState, MOST_CHANGES, PictureFields, Selection, SequenceFields, SequenceId, TagEdits, Wish,
};
use flaneur_dispatch::SortMethod;
use serde_json::{Map, Value};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::{
    COLLECTION, Kinds, VISIBLE, body::Patch, fields, make, new_edit, operation::shots, patch_of, permit,
    tags::tag_edits, told::TagEdit,
};
use crate::{
    Api, ApiError, ApiResult, Identity, PublicUrl,
    error::ErrorBody,
    extract::Path,
    respond::Reply,
    routes::collections::{collection_document, find_sequence},
    stac::Collection,
};

/// Longest title, characters.
const LONGEST_TITLE: usize = 250;

/// The routes.
pub fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(patch_collection))
}

/// What of a sequence is to be changed. Only what is there is.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "it documents what `Patch` reads")]
struct PatchOfSequence {
    /// At most 250 characters.
    title: Option<String>,
    /// `anyone`, `logged-only` or `owner-only`.
    visibility: Option<String>,
    /// `+gpsdate`, `-gpsdate`, `+filedate`, `-filedate`, `+filename` or `-filename`: its pictures are put in this order.
    sortby: Option<String>,
    /// Degrees between the direction of travel and of view, -180 to 180, clockwise: every picture's heading is computed anew.
    relative_heading: Option<f64>,
    /// Tags to `add` (if nothing is said) or `delete`.
    #[schema(value_type = Option<Vec<TagEdit>>)]
    semantics: Option<Value>,
}

/// Edit a sequence
///
/// Only the owner and administrators change its title and who sees it. Whoever is signed in may tag it, and change order and
/// direction where its owner lets others do that.
#[utoipa::path(
    patch, path = "/collections/{id}", tag = "Editing",
    params(("id" = Uuid, Path, description = "The sequence")),
    request_body(content((PatchOfSequence = "application/json"), (PatchOfSequence = "application/x-www-form-urlencoded"), (PatchOfSequence = "multipart/form-data"))),
    responses(
        (status = 200, description = "The sequence as it is now", body = Collection),
        (status = 400, description = "A value makes no sense, or a tag is there already", body = ErrorBody),
        (status = 401, description = "Sign in first", body = ErrorBody),
        (status = 403, description = "The sequence belongs to another account", body = ErrorBody),
        (status = 404, description = "There is no such sequence, as far as this viewer goes", body = ErrorBody),
        (status = 413, description = "The body is too large", body = ErrorBody),
        (status = 415, description = "The body is neither JSON nor a form", body = ErrorBody),
        (status = 429, description = "More edits in a minute than are taken from one account", body = ErrorBody),
    )
)]
async fn patch_collection(
    State(api): State<Api>,
    identity: Identity,
    url: PublicUrl,
    reply: Reply,
    Path(id): Path<Uuid>,
    Patch(fields): Patch,
) -> ApiResult<Response> {
    identity.require()?;
    let id = SequenceId(id);
    let sequence = find_sequence(&api, &identity, id).await?;
    let known: Vec<&str> = COLLECTION.concat().into_iter().chain([VISIBLE]).collect();
    fields::only(&fields, &known)?;
    let title = title(&fields)?;
    let visibility = fields::visibility(&fields)?;
    let order = fields::text(&fields, "sortby")?.filter(|text| !text.is_empty()).map(order).transpose()?;
    let relative = fields::number(&fields, "relative_heading", -180.0..=180.0)?;
    let tags = fields.get("semantics").map_or(Ok(TagEdits::default()), tag_edits)?;
    let kinds = Kinds {
        manages: title.is_some() || visibility.is_some(),
        corrects: order.is_some() || relative.is_some(),
        tags: !tags.is_empty(),
    };
    let subject = Subject { owner: sequence.account.0, visibility: sequence.visibility, published: true };
    permit(&api, &identity, subject, kinds, "sequence").await?;
    let set = SequenceFields {
        title: title.map(|title| (title, true)),
        visibility,
        sorted_by: order.map(|(_, name)| name.to_owned()),
        semantics: None,
    };
    let mut wishes = Vec::new();
    if !set.is_empty() || !tags.is_empty() {
        wishes.push(Wish::Sequence { id, set, tags, expected: None });
    }
    if kinds.corrects {
        wishes.extend(rearranged(&api, id, order.map(|(method, _)| method), relative).await?);
    }
    if wishes.is_empty() {
        return reply.json(&collection_document(&api, &identity, &url, sequence).await?);
    }
    make(&api, &new_edit(&api, &identity, patch_of(&fields), wishes)?).await?;
    let sequence = find_sequence(&api, &identity, id).await?;
    reply.json(&collection_document(&api, &identity, &url, sequence).await?)
}

fn title(fields: &Map<String, Value>) -> ApiResult<Option<String>> {
    let Some(title) = fields::text(fields, "title")? else { return Ok(None) };
    let title = title.trim();
    if title.is_empty() || title.chars().count() > LONGEST_TITLE || title.chars().any(char::is_control) {
        return Err(ApiError::bad_request(format!("`title` has to be a line of 1 to {LONGEST_TITLE} characters")));
    }
    Ok(Some(title.to_owned()))
}

/// The order, and its name in full. What a camera's clock and its GPS say is one time here.
fn order(text: &str) -> ApiResult<(SortMethod, &'static str)> {
    // In a form, + is a space unless it is encoded.
    Ok(match text.trim_start() {
        "+gpsdate" | "gpsdate" => (SortMethod::TimeAsc, "+gpsdate"),
        "-gpsdate" => (SortMethod::TimeDesc, "-gpsdate"),
        "+filedate" | "filedate" => (SortMethod::TimeAsc, "+filedate"),
        "-filedate" => (SortMethod::TimeDesc, "-filedate"),
        "+filename" | "filename" => (SortMethod::FilenameAsc, "+filename"),
        "-filename" => (SortMethod::FilenameDesc, "-filename"),
        _ => {
            return Err(ApiError::bad_request(
                "`sortby` is one of +gpsdate, -gpsdate, +filedate, -filedate, +filename, -filename",
            ));
        }
    })
}

/// What the order and the relative heading make of the pictures.
async fn rearranged(
    api: &Api,
    id: SequenceId,
    order: Option<SortMethod>,
    relative: Option<f64>,
) -> ApiResult<Vec<Wish>> {
    let selection = Selection { sequences: vec![id], ..Selection::default() };
    // One wish is the sequence's own.
    let pictures = api.catalog.editable(&selection, MOST_CHANGES as i64).await?;
    if pictures.len() >= MOST_CHANGES {
        return Err(ApiError::bad_request(format!(
            "a sequence of {MOST_CHANGES} pictures or more can't be rearranged"
        )));
    }
    let work = tokio::task::spawn_blocking(move || rearrange(&pictures, order, relative));
    work.await.map_err(|error| ApiError::internal(&error))
}

fn rearrange(pictures: &[Editable], order: Option<SortMethod>, relative: Option<f64>) -> Vec<Wish> {
    let mut shots = shots(pictures);
    if let Some(order) = order {
        flaneur_dispatch::sort(&mut shots, order);
    }
    let headings = relative.map(|_| flaneur_dispatch::headings(&shots, relative));
    shots
        .iter()
        .enumerate()
        .map(|(at, shot)| {
            let heading = headings.as_ref().and_then(|headings| headings.get(at).copied().flatten());
            Wish::Picture {
                id: shot.id.into(),
                set: PictureFields {
                    rank: order.map(|_| at as i64 + 1),
                    heading: heading.map(HeadingState::along_track),
                    ..PictureFields::default()
                },
                tags: TagEdits::default(),
                expected: None,
            }
        })
        .collect()
}
