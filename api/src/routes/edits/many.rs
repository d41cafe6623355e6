//! `POST /edits`: one operation on many pictures, previewed or made.

use std::collections::{HashMap, HashSet};

use axum::{
    Json,
    extract::{DefaultBodyLimit, State},
    response::{IntoResponse as _, Response},
};
use flaneur_access::{Action, Subject, Visibility, decide};
use flaneur_catalog::model::{
    AccountId, Difference, EditChange, EditReceipt, Editable, MOST_CHANGES, PictureFields, PictureId, Selection,
    TagEdits, Wish,
};
use http::{HeaderValue, StatusCode, header};
use serde::Deserialize;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::{
    gpx, make, new_edit,
    operation::{Operation, Wanted},
    told::{Change, EditPreview, MadeEdit},
    view,
};
use crate::{Api, ApiError, ApiResult, Identity, PublicUrl, error::ErrorBody, extract};

/// Most identifiers in one request, of each kind.
const MOST_IDS: usize = MOST_CHANGES;

/// The routes.
pub fn router() -> OpenApiRouter<Api> {
    // A track, and as many identifiers as there may be.
    OpenApiRouter::new().routes(routes!(edit_many)).layer(DefaultBodyLimit::max(gpx::LARGEST + (2 << 20)))
}

/// Which pictures, and what is to be done to them.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct Request {
    /// These pictures.
    #[serde(default)]
    pictures: Vec<Uuid>,
    /// All pictures of these sequences.
    #[serde(default)]
    collections: Vec<Uuid>,
    /// All pictures of these upload sets.
    #[serde(default)]
    upload_sets: Vec<Uuid>,
    /// One of `turn`, `follow_track`, `shift`, `retime`, `retrack`, `level`, `show`, `license`.
    operation: Operation,
    /// Only tell what it would change.
    #[serde(default)]
    preview: bool,
}

/// Edit many pictures at once
///
/// One operation on up to 20,000 pictures: turn headings, follow the track, shift positions, correct a clock, place pictures on
/// a GPX track, level the horizon, or change who sees them or their licence. With `preview` nothing is changed and every difference
/// is told. What was made can be undone as a whole. For owners and administrators only.
#[utoipa::path(
    post, path = "/edits", tag = "Editing",
    request_body(content = Request, example = json!({"collections": ["f6a2f13d-0676-4f8c-81c6-c7ec5ef10e72"], "operation": {"turn": {"degrees": 180}}, "preview": true})),
    responses(
        (status = 200, description = "What it would change, or that nothing is left to be changed", body = EditPreview),
        (status = 201, description = "The edit that was made; `Location` is its address", body = MadeEdit),
        (status = 400, description = "The operation makes no sense, or is about too many pictures", body = ErrorBody),
        (status = 401, description = "Sign in first", body = ErrorBody),
        (status = 403, description = "Some of the pictures belong to another account", body = ErrorBody),
        (status = 404, description = "Some of the pictures do not exist, as far as this viewer goes", body = ErrorBody),
        (status = 413, description = "The body is too large", body = ErrorBody),
        (status = 415, description = "The body is not JSON", body = ErrorBody),
        (status = 429, description = "More edits in a minute than are taken from one account", body = ErrorBody),
    )
)]
async fn edit_many(
    State(api): State<Api>,
    identity: Identity,
    url: PublicUrl,
    extract::Json(request): extract::Json<Request>,
) -> ApiResult<Response> {
    identity.require()?;
    let pictures = chosen(&api, &identity, &request).await?;
    let operation = request.operation;
    let record = operation.record();
    let settings = api.settings.clone();
    let (pictures, wanted) = tokio::task::spawn_blocking(move || {
        let wanted = operation.wanted(&pictures, &settings);
        (pictures, wanted)
    })
    .await
    .map_err(|error| ApiError::internal(&error))?;
    let wanted = wanted?;
    let changes = differences(&pictures, &wanted);
    let untouched = pictures.len() - changes.len();
    if request.preview || changes.is_empty() {
        return Ok(Json(EditPreview {
            preview: request.preview,
            operation: record,
            changes_count: changes.len(),
            unchanged_count: untouched,
            changes: told(&changes),
        })
        .into_response());
    }
    let wish =
        |(id, set): (PictureId, PictureFields)| Wish::Picture { id, set, tags: TagEdits::default(), expected: None };
    let new = new_edit(&api, &identity, record, wanted.into_iter().map(wish).collect())?;
    let receipt = make(&api, &new).await?;
    let EditReceipt::Done { changes, unfulfilled } = receipt else {
        return Err(ApiError::conflict("somebody else changed these pictures meanwhile: look at the preview again"));
    };
    let edit = api.catalog.find_edit(new.id).await?.ok_or_else(|| ApiError::not_found("Edit doesn't exist"))?;
    let document = MadeEdit {
        edit: view::edit(&edit, &url, true),
        unchanged_count: pictures.len() - changes.len(),
        gone_count: unfulfilled.len(),
        changes: told(&changes),
    };
    let mut answer = (StatusCode::CREATED, Json(document)).into_response();
    if let Ok(address) = HeaderValue::try_from(url.api(format_args!("/edits/{}", edit.id))) {
        answer.headers_mut().insert(header::LOCATION, address);
    }
    Ok(answer)
}

fn told(changes: &[EditChange]) -> Vec<Change> {
    changes.iter().map(|change| view::change(change, true)).collect()
}

/// The pictures that the request is about, if the viewer may do to all of them what is asked.
async fn chosen(api: &Api, identity: &Identity, request: &Request) -> ApiResult<Vec<Editable>> {
    let lists = [&request.pictures, &request.collections, &request.upload_sets];
    if lists.iter().all(|list| list.is_empty()) {
        return Err(ApiError::bad_request("say which: `pictures`, `collections` or `upload_sets`"));
    }
    if lists.iter().any(|list| list.len() > MOST_IDS) {
        return Err(ApiError::bad_request(format!("at most {MOST_IDS} identifiers of a kind fit into one request")));
    }
    let selection = Selection {
        pictures: request.pictures.iter().copied().map(Into::into).collect(),
        sequences: request.collections.iter().copied().map(Into::into).collect(),
        upload_sets: request.upload_sets.iter().copied().map(Into::into).collect(),
    };
    let pictures = api.catalog.editable(&selection, MOST_CHANGES as i64 + 1).await?;
    if pictures.len() > MOST_CHANGES {
        return Err(ApiError::bad_request(format!(
            "at most {MOST_CHANGES} pictures can be edited at once: split them up"
        )));
    }
    permit_all(identity, &pictures)?;
    let there: HashSet<Uuid> = pictures.iter().map(|each| each.id.0).collect();
    if pictures.is_empty() || !request.pictures.iter().all(|id| there.contains(id)) {
        return Err(ApiError::not_found("some of these pictures don't exist, or are in no sequence yet"));
    }
    Ok(pictures)
}

/// Only who manages all of them may: what a stranger does to thousands of pictures is no correction.
fn permit_all(identity: &Identity, pictures: &[Editable]) -> ApiResult<()> {
    let owners: HashSet<AccountId> = pictures.iter().map(|each| each.account).collect();
    for owner in owners {
        let subject = Subject { owner: owner.0, visibility: Visibility::OwnerOnly, published: true };
        decide(identity.viewer(), Action::Manage, subject).map_err(|_| {
            ApiError::forbidden("some of these pictures belong to another account: only their owner edits many at once")
        })?;
    }
    Ok(())
}

/// What would change, against what is there.
fn differences(pictures: &[Editable], wanted: &Wanted) -> Vec<EditChange> {
    let now: HashMap<PictureId, &Editable> = pictures.iter().map(|each| (each.id, each)).collect();
    let differs = |(id, set): &(PictureId, PictureFields)| {
        let Difference { was, became, .. } = now.get(id)?.now.becoming(set, None);
        (!became.is_empty()).then_some(EditChange::Picture { id: *id, was, became })
    };
    wanted.iter().filter_map(differs).collect()
}
