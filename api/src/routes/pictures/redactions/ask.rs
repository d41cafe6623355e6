//! `POST /pictures/{id}/redactions`.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse as _, Response},
};
use flaneur_catalog::model::{
    JobId, PictureId, Redaction, RedactionId, RedactionOrigin, RedactionReceipt, RedactionState, RegionClass,
};
use http::{HeaderValue, StatusCode, header};
use serde::Deserialize;
use uuid::Uuid;

use super::{MOST_OF_A_PICTURE, managed, outline, view};
use crate::{Api, ApiError, ApiResult, Identity, PublicUrl, error::ErrorBody, extract};

/// What is to be redacted.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = WantedRedaction)]
pub struct Wanted {
    /// Between 1 and 100 regions, with at most 1000 corners altogether.
    regions: Vec<outline::Region>,
    /// What is in them: `face`, `plate` or `other`.
    #[schema(value_type = Option<String>, example = "other")]
    class: Option<RegionClass>,
}

/// Redact more of a picture.
///
/// Whoever the picture belongs to, and administrators, may draw regions that are to be made unrecognisable, too. It is done
/// within seconds and for good; the picture's id and addresses stay, their entity tags change.
#[utoipa::path(
    post, path = "/pictures/{id}/redactions", tag = "Pictures",
    params(("id" = Uuid, Path, description = "The picture")),
    request_body = Wanted,
    responses(
        (status = 202, description = "It will be done in a moment; `Location` and the link `status` say where to ask how far it is", body = view::RedactionDocument),
        (status = 400, description = "The regions make no sense in this picture", body = ErrorBody),
        (status = 401, description = "Sign in first", body = ErrorBody),
        (status = 403, description = "The picture belongs to another account", body = ErrorBody),
        (status = 404, description = "There is no such picture, as far as this viewer goes", body = ErrorBody),
        (status = 409, description = "The picture is not ready, or has as many regions as it may have", body = ErrorBody),
    )
)]
pub async fn ask(
    State(api): State<Api>,
    identity: Identity,
    url: PublicUrl,
    extract::Path(id): extract::Path<Uuid>,
    extract::Json(wanted): extract::Json<Wanted>,
) -> ApiResult<Response> {
    let refusal = "this picture belongs to another account: only its owner and administrators redact it at once. Report \
                   what must not be shown to the operator of this instance instead";
    let picture = managed(&api, &identity, PictureId(id), refusal).await?;
    let redaction = Redaction {
        id: RedactionId(api.world.id()),
        picture: picture.id,
        origin: RedactionOrigin::Drawn,
        class: wanted.class.unwrap_or(RegionClass::Other),
        outlines: outline::outlines(wanted.regions, picture.shape, picture.projection)?,
        state: RedactionState::Asked,
        asked_by: identity.account.as_ref().map(|account| account.id),
        asked_at: api.world.now(),
        settled_at: None,
        message: None,
        undo: None,
    };
    match api.catalog.ask_redaction(redaction.clone(), MOST_OF_A_PICTURE, JobId(api.world.id())).await? {
        RedactionReceipt::Taken => {}
        RedactionReceipt::NotReady => {
            return Err(ApiError::conflict(
                "this picture is not ready: regions are drawn in what is shown; ask again once it is processed",
            ));
        }
        RedactionReceipt::TooMany => {
            return Err(ApiError::conflict(format!(
                "at most {MOST_OF_A_PICTURE} regions may be drawn in a picture, and this would be more; delete the picture if \
                 it should not be shown at all"
            )));
        }
    }
    let mut answer = (StatusCode::ACCEPTED, Json(view::redaction(&redaction, false, &url))).into_response();
    if let Ok(location) = HeaderValue::from_str(&view::status_url(&redaction, &url)) {
        answer.headers_mut().insert(header::LOCATION, location);
    }
    Ok(answer)
}
