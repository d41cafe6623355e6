//! Answers that caches can work with: they may be kept, and are asked for again each time, since what is deleted or
//! hidden has to be gone within a second.

use axum::{
    body::Body,
    response::{IntoResponse as _, Response},
};
use flaneur_access::Viewer;
use http::{HeaderValue, StatusCode, header};
use sha2::{Digest as _, Sha256};

use crate::request::Asker;

/// The answer with an entity tag made from its bytes, or 304 if the client has these bytes. `personal` answers, and all
/// to someone who is signed in, are for that client's cache only.
pub(crate) fn tagged(asker: &Asker, personal: bool, media_type: &'static str, bytes: Vec<u8>) -> Response {
    let digest = Sha256::digest(&bytes);
    let tag = digest.iter().take(16).fold(String::from("\""), |tag, byte| format!("{tag}{byte:02x}")) + "\"";
    let mut response = if asker.has(&tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let mut response = Response::new(Body::from(bytes));
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
        response
    };
    let headers = response.headers_mut();
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(header::ETAG, tag);
    }
    let private = personal || asker.viewer != Viewer::Anonymous;
    let cache = if private { "private, no-cache" } else { "no-cache" };
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    headers.append(header::VARY, HeaderValue::from_static("authorization, cookie"));
    response
}
