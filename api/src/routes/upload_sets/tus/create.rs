//! `POST /upload_sets/{id}/tus`.

use axum::{
    extract::State,
    response::{IntoResponse as _, Response},
};
use flaneur_catalog::model::{NewUpload, PictureId, Upload, UploadId, UploadReceipt, UploadSetId};
use http::{HeaderMap, HeaderValue, StatusCode, header};

use super::{finish, headers, metadata, spool};
use crate::{
    Api, ApiError, ApiResult, Identity, PublicUrl,
    extract::Path,
    metrics, quota,
    routes::upload_sets::{intake::too_large, receive::admit},
    uploader::{missing, own_upload_set},
};

/// Begin to send a picture piece by piece (tus).
///
/// `Upload-Metadata` has the file's name as `filename` and what else a form may have: `isBlurred`, `picture_id`,
/// `override_latitude` with `override_longitude`, `override_capture_time`, `override_Exif.…`, `override_Xmp.…`.
#[utoipa::path(
    post, path = "/upload_sets/{id}/tus", tag = "Upload",
    params(
        ("id" = String, Path, description = "The set's id"),
        ("Tus-Resumable" = String, Header, description = "`1.0.0`"),
        ("Upload-Length" = i64, Header, description = "Bytes of the file"),
        ("Upload-Metadata" = Option<String>, Header, description = "Pairs of a key and a value in Base64"),
    ),
    responses(
        (status = 201, description = "Send the bytes with PATCH to the address in `Location`"),
        (status = 400, description = "A header makes no sense", body = crate::error::ErrorBody),
        (status = 401, description = "Sign in first", body = crate::error::ErrorBody),
        (status = 403, description = "The set belongs to another account", body = crate::error::ErrorBody),
        (status = 404, description = "There is no such set", body = crate::error::ErrorBody),
        (status = 412, description = "Another version of tus", body = crate::error::ErrorBody),
        (status = 413, description = "It is too large, see `Tus-Max-Size`", body = crate::error::ErrorBody),
        (status = 422, description = "The set, or its account, has as much as it may have", body = crate::error::ErrorBody),
        (status = 429, description = "Too many uploads were begun", body = crate::error::ErrorBody),
    )
)]
pub async fn create(
    State(api): State<Api>,
    identity: Identity,
    url: PublicUrl,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> ApiResult<Response> {
    let outcome = begin(&api, &identity, &url, &id, &headers).await;
    if let Err(error) = &outcome {
        metrics::refused(error);
    }
    outcome
}

async fn begin(api: &Api, identity: &Identity, url: &PublicUrl, id: &str, given: &HeaderMap) -> ApiResult<Response> {
    let id: UploadSetId = id.parse().map_err(|_| missing())?;
    let (set, account) = own_upload_set(api, identity, id).await?;
    let length = headers::number(given, &headers::UPLOAD_LENGTH)?;
    admit(api, &set, &account, length).await?;
    if length.unsigned_abs() > api.settings.max_file_size {
        let mut response = too_large(api.settings.max_file_size).into_response();
        response.headers_mut().insert(headers::TUS_MAX_SIZE, HeaderValue::from(api.settings.max_file_size));
        return Ok(response);
    }
    let text = match given.get(headers::UPLOAD_METADATA).map(HeaderValue::to_str) {
        None => "",
        Some(Ok(text)) => text,
        Some(Err(_)) => return Err(ApiError::bad_request("`Upload-Metadata` must be ASCII: its values are Base64")),
    };
    let said = metadata::read(text)?;
    let now = api.world.now();
    let options = NewUpload {
        id: UploadId(api.world.id()),
        upload_set: set.options.id,
        account: account.id,
        picture: said.form.picture.unwrap_or_else(|| PictureId(api.world.id())),
        file_name: said.file_name,
        length,
        metadata: text.to_owned(),
        created_at: now,
        expires_at: spool::expiry(api, now),
    };
    match api.catalog.begin_upload(options.clone(), api.settings.max_open_uploads).await? {
        UploadReceipt::Begun => quota::add(api, account.id, length),
        UploadReceipt::NoSuchSet => return Err(missing()),
        UploadReceipt::TooMany => {
            return Err(ApiError::new(
                StatusCode::TOO_MANY_REQUESTS,
                format!(
                    "{} uploads were begun and not ended: go on with these, end them with DELETE, or wait until they expire",
                    api.settings.max_open_uploads
                ),
            )
            .for_reason("too_many"));
        }
    }
    let own = url.api(format_args!("/upload_sets/{}/tus/{}", set.options.id, options.id));
    let upload = Upload { options, received: 0, parts: 0, outcome: None };
    if upload.is_full() {
        // Nothing is going to come.
        finish::finish(api, &upload).await?;
    }
    let mut response = StatusCode::CREATED.into_response();
    let all = response.headers_mut();
    headers::progress(all, &upload);
    let location = HeaderValue::from_str(&own).map_err(|error| ApiError::internal(&error))?;
    all.insert(header::LOCATION, location);
    all.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}
