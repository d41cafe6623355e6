//! `PATCH /upload_sets/{id}/tus/{upload}`.

use axum::{
    extract::{Request, State},
    response::{IntoResponse as _, Response},
};
use flaneur_catalog::{model::Upload, request};
use futures::StreamExt as _;
use http::{HeaderName, HeaderValue, Method, StatusCode, header};
use tracing::Instrument as _;

use super::{
    finish, headers,
    headers::{Checksum, number},
    spool::{MAX_PARTS, Spool, moved},
    state::{find, terminate_it},
};
use crate::{
    Api, ApiError, ApiResult, Identity,
    extract::Path,
    metrics,
    routes::upload_sets::{
        intake::{PATIENCE, silent},
        receive::turn,
    },
};

/// The media type of pieces.
const PIECE: &str = "application/offset+octet-stream";

/// Send a piece of a picture (tus).
///
/// With the last byte the picture is taken in, or refused, as if it had come in one form; where that would be 409, it is
/// 422 here, for 409 means the offset.
#[utoipa::path(
    patch, path = "/upload_sets/{id}/tus/{upload}", tag = "Upload",
    params(
        ("id" = String, Path, description = "The set's id"),
        ("upload" = String, Path, description = "The upload's id"),
        ("Tus-Resumable" = String, Header, description = "`1.0.0`"),
        ("Upload-Offset" = i64, Header, description = "Bytes that are there before this piece"),
        ("Upload-Checksum" = Option<String>, Header, description = "`sha1`, `sha256` or `md5`, and the sum in Base64"),
    ),
    request_body(content_type = "application/offset+octet-stream", content = Vec<u8>),
    responses(
        (status = 204, description = "It is stored; `Upload-Offset` says how much is there"),
        (status = 400, description = "A header makes no sense, or the file is no picture we take", body = crate::error::ErrorBody),
        (status = 404, description = "There is no such upload", body = crate::error::ErrorBody),
        (status = 409, description = "`Upload-Offset` is not where the upload stands", body = crate::error::ErrorBody),
        (status = 410, description = "It has expired, or the file was refused", body = crate::error::ErrorBody),
        (status = 413, description = "More bytes than `Upload-Length` said", body = crate::error::ErrorBody),
        (status = 415, description = "Not `application/offset+octet-stream`", body = crate::error::ErrorBody),
        (status = 422, description = "All came, and it is a duplicate", body = crate::error::ErrorBody),
        (status = 423, description = "It is being taken in just now", body = crate::error::ErrorBody),
        (status = 460, description = "The bytes are not those of `Upload-Checksum`", body = crate::error::ErrorBody),
    )
)]
pub async fn append(
    State(api): State<Api>,
    identity: Identity,
    Path((set, upload)): Path<(String, String)>,
    request: Request,
) -> ApiResult<Response> {
    let outcome = take(&api, &identity, &set, &upload, request).await;
    if let Err(error) = &outcome {
        metrics::refused(error);
    }
    outcome
}

/// Another way to say PATCH or DELETE (tus), for clients that cannot.
#[utoipa::path(
    post, path = "/upload_sets/{id}/tus/{upload}", tag = "Upload",
    params(
        ("id" = String, Path, description = "The set's id"),
        ("upload" = String, Path, description = "The upload's id"),
        ("X-HTTP-Method-Override" = String, Header, description = "`PATCH` or `DELETE`"),
    ),
    responses((status = 204, description = "See there"), (status = 405, description = "Neither", body = crate::error::ErrorBody))
)]
pub async fn overridden(
    State(api): State<Api>,
    identity: Identity,
    Path((set, upload)): Path<(String, String)>,
    request: Request,
) -> ApiResult<Response> {
    const OVERRIDE: HeaderName = HeaderName::from_static("x-http-method-override");
    let meant = request.headers().get(OVERRIDE).map(|value| Method::from_bytes(value.as_bytes()));
    match meant {
        Some(Ok(Method::PATCH)) => append(State(api), identity, Path((set, upload)), request).await,
        Some(Ok(Method::DELETE)) => terminate_it(&api, &identity, &set, &upload).await,
        _ => Err(ApiError::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "Send pieces with PATCH, or with POST and `X-HTTP-Method-Override: PATCH`",
        )),
    }
}

async fn take(api: &Api, identity: &Identity, set: &str, upload: &str, request: Request) -> ApiResult<Response> {
    let upload = find(api, identity, set, upload).await?;
    let given = request.headers();
    if given.get(header::CONTENT_TYPE).is_none_or(|value| value != PIECE) {
        return Err(ApiError::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, format!("A piece has `Content-Type: {PIECE}`")));
    }
    let offset = number(given, &headers::UPLOAD_OFFSET)?;
    let checksum = Checksum::asked(given)?;
    let announced = given.get(header::CONTENT_LENGTH).map(|_| number(given, &header::CONTENT_LENGTH)).transpose()?;
    if upload.is_expired(api.world.now()) {
        return Err(expired());
    }
    if offset != upload.received {
        return Err(moved());
    }
    if announced.is_some_and(|bytes| bytes > upload.options.length - upload.received) {
        return Err(too_long(upload.options.length));
    }
    if let Some(outcome) = &upload.outcome {
        return Ok(finish::answer(&upload, outcome));
    }
    if !upload.is_full() && upload.parts >= MAX_PARTS {
        return Err(ApiError::bad_request(format!(
            "The file came in {MAX_PARTS} pieces and is not there yet: begin anew, with larger pieces"
        )));
    }
    let turn = turn(api).await?;
    let (api, body) = (api.clone(), request.into_body().into_data_stream());
    // A task of its own: when the connection breaks, this request is dropped, and what has come is to be kept all the same.
    let id = request::current();
    let work = async move {
        let _turn = turn;
        let upload = spool(&api, upload, checksum, body).await?;
        if upload.is_full() {
            let outcome = finish::finish(&api, &upload).await?;
            return Ok(finish::answer(&upload, &outcome));
        }
        let mut response = StatusCode::NO_CONTENT.into_response();
        headers::progress(response.headers_mut(), &upload);
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        Ok(response)
    };
    let scoped = async move {
        match id {
            Some(id) => request::scope(id, work).await,
            None => work.await,
        }
    };
    tokio::spawn(scoped.in_current_span()).await.map_err(|error| ApiError::internal(&error))?
}

/// Stores the body. Answers the upload as it is then.
async fn spool(
    api: &Api,
    upload: Upload,
    checksum: Option<Checksum>,
    mut body: axum::body::BodyDataStream,
) -> ApiResult<Upload> {
    let length = upload.options.length;
    let mut spool = Spool::new(api, upload, checksum);
    loop {
        let error = match tokio::time::timeout(PATIENCE, body.next()).await {
            Ok(None) => return spool.finish().await,
            Ok(Some(Ok(chunk))) if spool.is_too_much(chunk.len()) => too_long(length),
            Ok(Some(Ok(chunk))) => {
                spool.write(&chunk).await?;
                continue;
            }
            Ok(Some(Err(error))) => {
                ApiError::bad_request("The connection broke off; ask with HEAD where to go on").because(error)
            }
            Err(_) => silent(),
        };
        spool.break_off().await?;
        return Err(error);
    }
}

fn too_long(length: i64) -> ApiError {
    ApiError::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        format!("More bytes came than the {length} that `Upload-Length` said; begin anew"),
    )
}

/// 410: nothing came for too long.
pub fn expired() -> ApiError {
    ApiError::new(StatusCode::GONE, "The upload has expired: nothing came for too long. Send the file again")
        .for_reason("expired")
}
