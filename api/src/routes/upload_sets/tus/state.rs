//! `HEAD`, `GET` and `DELETE /upload_sets/{id}/tus/{upload}`, and `GET /upload_sets/{id}/tus`.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse as _, Response},
};
use flaneur_catalog::model::{Upload, UploadId, UploadSetId};
use http::{HeaderValue, StatusCode, header};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use super::{append::expired, finish, headers, spool::discard};
use crate::{
    Api, ApiError, ApiResult, Identity,
    error::ErrorBody,
    extract::Path,
    routes::upload_sets::receive::turn,
    uploader::{missing, own_upload_set},
};

/// Open uploads told of at once.
const PAGE: i64 = 1000;

/// How far an upload is.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = Upload)]
pub struct UploadDocument {
    /// Name the client gave.
    file_name: String,
    /// Bytes that came.
    offset: i64,
    /// Bytes that there are.
    length: i64,
    /// When it was begun.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// Where it was accepted: the picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Uuid>, nullable = false)]
    picture_id: Option<Value>,
    /// Where it was refused: why.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<ErrorBody>, nullable = false)]
    refused: Option<Value>,
    /// While it is received: until when it may go on.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime, nullable = false)]
    expires_at: Option<Timestamp>,
    /// How far it is.
    state: UploadState,
    /// The same in words, and what to do.
    message: String,
}

/// How far an upload is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum UploadState {
    /// A part of the file is there.
    Receiving,
    /// All of it is there, and is being looked at.
    Checking,
    /// It became a picture.
    Accepted,
    /// It did not.
    Refused,
    /// The rest did not come in time.
    Expired,
}

/// Uploads that have not ended.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct OpenUploads {
    /// The oldest first.
    uploads: Vec<UploadDocument>,
}

/// An upload to a set that the viewer may write to.
pub async fn find(api: &Api, identity: &Identity, set: &str, upload: &str) -> ApiResult<Upload> {
    let set: UploadSetId = set.parse().map_err(|_| missing())?;
    own_upload_set(api, identity, set).await?;
    let none = || ApiError::not_found("There is no such upload (any more): send the file again");
    let id: UploadId = upload.parse().map_err(|_| none())?;
    api.catalog.upload(id).await?.filter(|upload| upload.options.upload_set == set).ok_or_else(none)
}

/// Where to go on (tus).
#[utoipa::path(
    head, path = "/upload_sets/{id}/tus/{upload}", tag = "Upload",
    params(("id" = String, Path, description = "The set's id"), ("upload" = String, Path, description = "The upload's id")),
    responses(
        (status = 200, description = "`Upload-Offset` bytes of `Upload-Length` are there; all of them: the picture was accepted"),
        (status = 404, description = "There is no such upload", body = ErrorBody),
        (status = 410, description = "It has expired, or the file was refused; GET says why", body = ErrorBody),
        (status = 423, description = "All is there and is being looked at: ask again in a moment", body = ErrorBody),
    )
)]
pub async fn head(
    State(api): State<Api>,
    identity: Identity,
    Path((set, upload)): Path<(String, String)>,
) -> ApiResult<Response> {
    let mut upload = find(&api, &identity, &set, &upload).await?;
    if upload.is_expired(api.world.now()) {
        return Err(expired());
    }
    if upload.is_full() && upload.outcome.is_none() {
        // Whoever was at it died, or is at it still. The client takes all bytes being there for the end.
        let _turn = turn(&api).await?;
        upload.outcome = Some(finish::finish(&api, &upload).await?);
    }
    if upload.outcome.as_ref().is_some_and(|outcome| outcome.status >= 400) {
        return Err(ApiError::new(StatusCode::GONE, "The file was refused: GET says why"));
    }
    let mut response = StatusCode::OK.into_response();
    let all = response.headers_mut();
    headers::progress(all, &upload);
    all.insert(headers::UPLOAD_LENGTH, HeaderValue::from(upload.options.length));
    if let Ok(metadata) = HeaderValue::from_str(&upload.options.metadata)
        && !metadata.is_empty()
    {
        all.insert(headers::UPLOAD_METADATA, metadata);
    }
    all.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// What became of an upload.
#[utoipa::path(
    get, path = "/upload_sets/{id}/tus/{upload}", tag = "Upload",
    params(("id" = String, Path, description = "The set's id"), ("upload" = String, Path, description = "The upload's id")),
    responses(
        (status = 200, description = "Its `state`: `receiving`, `checking`, `accepted`, `refused` or `expired`", body = UploadDocument),
        (status = 404, description = "There is no such upload", body = ErrorBody),
    )
)]
pub async fn get(
    State(api): State<Api>,
    identity: Identity,
    Path((set, upload)): Path<(String, String)>,
) -> ApiResult<Response> {
    let upload = find(&api, &identity, &set, &upload).await?;
    let body = Json(view(&upload, api.world.now()));
    Ok(([(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))], body).into_response())
}

/// Uploads to a set that have not ended, the oldest first (at most 1000). For the set's owner.
#[utoipa::path(
    get, path = "/upload_sets/{id}/tus", tag = "Upload",
    params(("id" = String, Path, description = "The set's id")),
    responses(
        (status = 200, description = "The uploads, each with its `state`", body = OpenUploads),
        (status = 401, description = "Sign in first", body = ErrorBody),
        (status = 403, description = "It belongs to another account", body = ErrorBody),
        (status = 404, description = "There is no such set", body = ErrorBody),
    )
)]
pub async fn list(State(api): State<Api>, identity: Identity, Path(id): Path<String>) -> ApiResult<Json<OpenUploads>> {
    let id: UploadSetId = id.parse().map_err(|_| missing())?;
    own_upload_set(&api, &identity, id).await?;
    let now = api.world.now();
    let open = api.catalog.open_uploads(id, PAGE).await?;
    Ok(Json(OpenUploads { uploads: open.iter().map(|upload| view(upload, now)).collect() }))
}

/// Without its address: those who upload anonymously share an account, and are not to end each other's uploads.
fn view(upload: &Upload, now: Timestamp) -> UploadDocument {
    let options = &upload.options;
    let (mut picture_id, mut refused, mut expires_at) = (None, None, None);
    let (state, message) = match &upload.outcome {
        Some(outcome) if outcome.status < 400 => {
            picture_id = Some(outcome.body["picture_id"].clone());
            let message = "The picture is there, and is shown when it has been blurred. There is nothing to do.";
            (UploadState::Accepted, message.into())
        }
        Some(outcome) => {
            refused = Some(outcome.body.clone());
            (UploadState::Refused, outcome.body["message"].as_str().unwrap_or_default().to_owned())
        }
        None if upload.is_full() => {
            (UploadState::Checking, "All of the file is there and is being looked at. Wait a moment.".into())
        }
        None if upload.is_expired(now) => {
            (UploadState::Expired, "The rest of the file did not come in time. Send the file again.".into())
        }
        None => {
            expires_at = Some(options.expires_at);
            (UploadState::Receiving, "A part of the file is there. Go on sending it before it expires.".into())
        }
    };
    UploadDocument {
        file_name: options.file_name.clone(),
        offset: upload.received,
        length: options.length,
        created_at: options.created_at,
        picture_id,
        refused,
        expires_at,
        state,
        message,
    }
}

/// Give up an upload (tus): what came of the file is removed. A picture that was made of it stays.
#[utoipa::path(
    delete, path = "/upload_sets/{id}/tus/{upload}", tag = "Upload",
    params(("id" = String, Path, description = "The set's id"), ("upload" = String, Path, description = "The upload's id")),
    responses(
        (status = 204, description = "It is gone"),
        (status = 404, description = "There is no such upload", body = ErrorBody),
        (status = 423, description = "All is there and is being looked at", body = ErrorBody),
    )
)]
pub async fn terminate(
    State(api): State<Api>,
    identity: Identity,
    Path((set, upload)): Path<(String, String)>,
) -> ApiResult<Response> {
    terminate_it(&api, &identity, &set, &upload).await
}

/// The same, however it was said.
pub async fn terminate_it(api: &Api, identity: &Identity, set: &str, upload: &str) -> ApiResult<Response> {
    let upload = find(api, identity, set, upload).await?;
    match api.catalog.drop_upload(upload.options.id).await? {
        Some(parts) => {
            discard(api, &parts).await;
            Ok(StatusCode::NO_CONTENT.into_response())
        }
        None => Err(ApiError::new(
            StatusCode::LOCKED,
            "All of the file is there and is being looked at: ask again in a moment, and delete the picture",
        )),
    }
}
