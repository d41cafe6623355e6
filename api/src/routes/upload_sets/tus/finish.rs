//! Makes a picture out of a file that is there as a whole, through the very function that takes what is sent by plain POST.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use flaneur_catalog::model::{FileRecord, Upload, UploadOutcome};
use flaneur_storage::StorageError;
use futures::{Stream, TryStreamExt as _};
use http::{HeaderValue, StatusCode, header};
use jiff::SignedDuration;
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::{
    headers, metadata,
    spool::{discard, key},
};
use crate::{
    Api, ApiError, ApiResult, metrics,
    routes::upload_sets::{
        intake::{Arrival, store},
        receive::{Arrived, spot, turn},
    },
    uploader::missing,
};

/// How long whoever makes a picture holds the file, unless they prolong it.
const HOLD: SignedDuration = SignedDuration::from_secs(60);
/// How often they do.
const PROLONG: Duration = Duration::from_secs(20);
/// How often a process looks for files that nobody makes pictures of: those whose process died.
const LOOK: Duration = Duration::from_secs(30);
/// How many of them it takes at once.
const AT_ONCE: i64 = 32;

/// Nothing is lost.
const WHOLE: i64 = -1;

/// Makes the picture, unless that was done. What the client is told is noted, and the parts are removed. An error means
/// that it is to be tried again; 423, that somebody else is at it.
pub async fn finish(api: &Api, upload: &Upload) -> ApiResult<UploadOutcome> {
    let (id, holder) = (upload.options.id, api.world.id());
    if !api.catalog.hold_upload(id, holder, HOLD).await? {
        let now = api.catalog.upload(id).await?;
        return now.and_then(|upload| upload.outcome).ok_or_else(busy);
    }
    let lost = Arc::new(AtomicI64::new(WHOLE));
    let mut making = std::pin::pin!(make(api, upload, lost.clone()));
    let made = loop {
        tokio::select! {
            made = &mut making => break made,
            () = tokio::time::sleep(PROLONG) => { api.catalog.hold_upload(id, holder, HOLD).await?; }
        }
    };
    let outcome = match made {
        Ok(record) => UploadOutcome {
            status: StatusCode::ACCEPTED.as_u16(),
            body: json!({ "picture_id": record.picture, "file_name": record.file_name }),
        },
        Err(error) if error.status().is_client_error() => {
            metrics::refused(&error);
            UploadOutcome { status: status_here(error.status()).as_u16(), body: error.body() }
        }
        Err(error) => {
            let to = lost.load(Ordering::Relaxed);
            if to == WHOLE {
                api.catalog.release_upload(id, holder).await?;
            } else {
                tracing::error!(upload = %id, to, "a part of an upload was lost; its sender is asked for it again");
                let parts = api.catalog.rewind_upload(id, holder, to).await?;
                discard(api, &parts.unwrap_or_default()).await;
            }
            return Err(error);
        }
    };
    match api.catalog.end_upload(id, holder, &outcome).await? {
        Some(parts) => {
            discard(api, &parts).await;
            Ok(outcome)
        }
        None => api.catalog.upload(id).await?.and_then(|upload| upload.outcome).ok_or_else(busy),
    }
}

/// 409 means the offset to clients of tus, and has them go on.
fn status_here(status: StatusCode) -> StatusCode {
    if status == StatusCode::CONFLICT { StatusCode::UNPROCESSABLE_ENTITY } else { status }
}

fn busy() -> ApiError {
    ApiError::new(StatusCode::LOCKED, "All of the file is there and is being looked at: ask again in a moment")
        .for_reason("busy")
}

async fn make(api: &Api, upload: &Upload, lost: Arc<AtomicI64>) -> ApiResult<FileRecord> {
    let options = &upload.options;
    let set = api.catalog.upload_set(options.upload_set).await?.ok_or_else(missing)?;
    let account = api.catalog.account(options.account).await?.ok_or_else(missing)?;
    let said = metadata::read(&options.metadata)?;
    let at = spot(api, options.picture).await?;
    let mut chunks = std::pin::pin!(content(api, upload, lost).await?);
    let file = store(api, said.file_name, at, &mut chunks).await?;
    Arrived::sent(api, &set, &account, options.picture, at, None).judge(Arrival { form: said.form, file }).await
}

/// The file's bytes. Where a part is lost, `lost` says from which byte on.
async fn content(
    api: &Api,
    upload: &Upload,
    lost: Arc<AtomicI64>,
) -> ApiResult<impl Stream<Item = ApiResult<Bytes>> + use<>> {
    let parts = api.catalog.upload_parts(upload.options.id).await?;
    let private = api.storage.private.clone();
    let parts = futures::stream::iter(parts.into_iter().map(Ok::<_, StorageError>));
    let pieces = parts.and_then(move |part| {
        let (private, lost) = (private.clone(), lost.clone());
        async move {
            let stored = private.part_size(key(&part)).await?;
            if stored != Some(part.size.unsigned_abs()) {
                lost.store(part.start, Ordering::Relaxed);
                return Err(StorageError::Missing(key(&part).to_string()));
            }
            private.stream_part(key(&part)).await
        }
    });
    Ok(pieces.try_flatten().map_err(ApiError::from))
}

/// How a file that has ended is answered.
pub fn answer(upload: &Upload, outcome: &UploadOutcome) -> Response {
    let status = StatusCode::from_u16(outcome.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = if status.is_success() {
        StatusCode::NO_CONTENT.into_response()
    } else {
        (status, axum::Json(&outcome.body)).into_response()
    };
    response.headers_mut().insert(headers::UPLOAD_OFFSET, HeaderValue::from(upload.options.length));
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Makes pictures of files that are there as a whole and were left behind by a process that died, until told to stop.
pub async fn finish_uploads(api: Api, stop: CancellationToken) {
    loop {
        let finished = tokio::select! {
            finished = finish_left(&api) => finished,
            () = stop.cancelled() => return,
        };
        if let Err(error) = finished {
            tracing::warn!(error = error.message(), "cannot take in files that were left behind; it is tried again");
        }
        tokio::select! {
            () = tokio::time::sleep(LOOK) => {}
            () = stop.cancelled() => return,
        }
    }
}

/// One round of it. Answers how many there were.
pub(super) async fn finish_left(api: &Api) -> ApiResult<usize> {
    let mut finished = 0;
    for id in api.catalog.full_uploads(AT_ONCE).await? {
        let Some(upload) = api.catalog.upload(id).await? else { continue };
        let _turn = turn(api).await?;
        match finish(api, &upload).await {
            Ok(_) => finished += 1,
            Err(error) if error.status() == StatusCode::LOCKED => {}
            Err(error) => tracing::warn!(upload = %id, error = error.message(), "cannot take in a file"),
        }
    }
    Ok(finished)
}
