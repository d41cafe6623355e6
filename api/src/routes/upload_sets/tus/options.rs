//! `OPTIONS`: what of tus there is.

use axum::{
    extract::State,
    response::{IntoResponse as _, Response},
};
use http::{HeaderName, HeaderValue, StatusCode};

use super::{TUS_VERSION, VERSION, headers};
use crate::Api;

/// What of tus is understood, and how large a file may be.
#[utoipa::path(
    options, path = "/upload_sets/{id}/tus", tag = "Upload",
    params(("id" = String, Path, description = "The set's id")),
    responses((status = 204, description = "See the headers `Tus-Version`, `Tus-Extension`, `Tus-Max-Size` and `Tus-Checksum-Algorithm`"))
)]
pub async fn options(State(api): State<Api>) -> Response {
    answer(&api)
}

/// The same at an upload's own address.
#[utoipa::path(
    options, path = "/upload_sets/{id}/tus/{upload}", tag = "Upload",
    params(("id" = String, Path, description = "The set's id"), ("upload" = String, Path, description = "The upload's id")),
    responses((status = 204, description = "See the headers"))
)]
pub async fn options_of_one(State(api): State<Api>) -> Response {
    answer(&api)
}

fn answer(api: &Api) -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    let all = response.headers_mut();
    all.insert(TUS_VERSION, VERSION);
    all.insert(
        HeaderName::from_static("tus-extension"),
        HeaderValue::from_static("creation,checksum,termination,expiration"),
    );
    all.insert(headers::TUS_MAX_SIZE, HeaderValue::from(api.settings.max_file_size));
    all.insert(HeaderName::from_static("tus-checksum-algorithm"), HeaderValue::from_static("sha1,sha256,md5"));
    response
}
