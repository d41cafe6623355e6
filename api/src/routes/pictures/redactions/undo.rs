//! `POST /pictures/{id}/redactions/{redaction}/undo`.

use axum::{Json, extract::State, response::IntoResponse};
use flaneur_catalog::model::{PictureId, Redaction, RedactionId, RedactionState, Undo, UndoReceipt, UndoState};
use http::StatusCode;
use serde::Deserialize;
use uuid::Uuid;

use super::{managed, view};
use crate::{Api, ApiError, ApiResult, Identity, PublicUrl, error::ErrorBody, extract};

/// Longest reason, characters.
const LONGEST_REASON: usize = 2000;

/// Why a redaction is to be undone.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Reason {
    /// For whoever holds the key, who decides: at most 2000 characters.
    #[schema(example = "it is a face on a poster")]
    reason: String,
}

/// Ask for a redaction to be undone.
///
/// For false alarms. What was removed is not on this server in the clear: it comes back when whoever holds the operator's
/// key grants the request. Where they turn it down, the list of redactions says why, and it may be asked again.
#[utoipa::path(
    post, path = "/pictures/{id}/redactions/{redaction}/undo", tag = "Pictures",
    params(
        ("id" = Uuid, Path, description = "The picture"),
        ("redaction" = Uuid, Path, description = "The redaction, as the picture's list of redactions names it"),
    ),
    request_body = Reason,
    responses(
        (status = 202, description = "It waits for whoever holds the key", body = view::RedactionDocument),
        (status = 400, description = "There is no reason, or it is too long", body = ErrorBody),
        (status = 401, description = "Sign in first", body = ErrorBody),
        (status = 403, description = "The picture belongs to another account", body = ErrorBody),
        (status = 404, description = "There is no such picture, as far as this viewer goes, or it has no such redaction", body = ErrorBody),
        (status = 409, description = "What was removed was not kept, or the redaction is not done, or somebody asked before", body = ErrorBody),
    )
)]
pub async fn undo(
    State(api): State<Api>,
    identity: Identity,
    url: PublicUrl,
    extract::Path((id, redaction)): extract::Path<(Uuid, Uuid)>,
    extract::Json(Reason { reason }): extract::Json<Reason>,
) -> ApiResult<impl IntoResponse> {
    let account = identity.require()?.id;
    let refusal =
        "this picture belongs to another account: its owner and administrators ask for redactions to be undone";
    let picture = managed(&api, &identity, PictureId(id), refusal).await?;
    let reason = reason.trim().to_owned();
    if reason.is_empty() || reason.chars().count() > LONGEST_REASON {
        return Err(ApiError::bad_request(format!(
            "`reason` has to say why, in at most {LONGEST_REASON} characters: whoever holds the key decides by it"
        )));
    }
    let missing =
        || ApiError::not_found("this picture has no such redaction; its list of redactions says which there are");
    let wanted = find(&api, picture.id, RedactionId(redaction)).await?.ok_or_else(missing)?;
    let undo = Undo { state: UndoState::Asked, by: account, at: api.world.now(), reason, answer: None };
    match api.catalog.ask_undo(wanted.clone(), undo.clone()).await? {
        UndoReceipt::Taken => {}
        UndoReceipt::Missing => return Err(missing()),
        UndoReceipt::AskedBefore => {
            return Err(ApiError::conflict("this was asked for before, and waits for whoever holds the key"));
        }
        UndoReceipt::NotSealed => {
            return Err(ApiError::conflict(
                "what this redaction removed was not kept, so it cannot be undone: send the picture again if it matters",
            ));
        }
        UndoReceipt::NotDone(state) => {
            return Err(ApiError::conflict(match state {
                RedactionState::Undone => "this redaction is undone already",
                RedactionState::Refused => "this redaction was refused: there is nothing to undo",
                RedactionState::Asked | RedactionState::Done => "this redaction is not done yet: ask again in a moment",
            }));
        }
    }
    let told = Redaction { undo: Some(undo), ..wanted };
    Ok((StatusCode::ACCEPTED, Json(view::redaction(&told, true, &url))))
}

/// A redaction of a picture, be it stored or a detection that nobody has said anything of.
async fn find(api: &Api, picture: PictureId, id: RedactionId) -> ApiResult<Option<Redaction>> {
    if let Some(stored) = api.catalog.redactions(picture).await?.into_iter().find(|each| each.id == id) {
        return Ok(Some(stored));
    }
    let found = api.catalog.detections(picture).await?;
    let detection = found.iter().find(|detection| detection.redaction(picture) == id);
    Ok(detection.map(|detection| Redaction::of_detection(picture, detection, api.world.now())))
}
