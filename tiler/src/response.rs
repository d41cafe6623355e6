//! Answers that caches can work with: they may be kept, and are asked for again each time, since what is deleted or
//! hidden has to be gone within a second.

use axum::{
    body::Body,
    response::{IntoResponse as _, Response},
};
use flaneur_access::Viewer;
use http::{HeaderValue, StatusCode, header};
use sha2::{Digest as _, Sha256};

use crate::{error::TileError, kept, request::Asker};

/// What names these bytes.
pub(crate) fn tag(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().take(16).fold(String::new(), |tag, byte| format!("{tag}{byte:02x}"))
}

/// The answer with what is kept packed under a tag, as [`tagged`]; `packed` may be missing where the client has it.
pub(crate) fn packed(
    asker: &Asker,
    media_type: &'static str,
    tag: &str,
    packed: Option<Vec<u8>>,
) -> Result<Response, TileError> {
    let tag = format!("\"{tag}\"");
    let mut response = match packed {
        Some(packed) if !asker.has(&tag) => {
            let gzip = asker.takes_gzip();
            let mut response = Response::new(Body::from(if gzip { packed } else { kept::unpack(&packed)? }));
            if gzip {
                response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            }
            response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
            response
        }
        _ => StatusCode::NOT_MODIFIED.into_response(),
    };
    describe(&mut response, asker, false, &tag);
    response.headers_mut().append(header::VARY, HeaderValue::from_static("accept-encoding"));
    Ok(response)
}

/// The answer with an entity tag made from its bytes, or 304 if the client has these bytes. `personal` answers, and all
/// to someone who is signed in, are for that client's cache only.
pub(crate) fn tagged(asker: &Asker, personal: bool, media_type: &'static str, bytes: Vec<u8>) -> Response {
    let tag = format!("\"{}\"", tag(&bytes));
    let mut response = if asker.has(&tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let mut response = Response::new(Body::from(bytes));
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
        response
    };
    describe(&mut response, asker, personal, &tag);
    response
}

/// Adds what caches need to know.
fn describe(response: &mut Response, asker: &Asker, personal: bool, tag: &str) {
    let headers = response.headers_mut();
    if let Ok(tag) = HeaderValue::from_str(tag) {
        headers.insert(header::ETAG, tag);
    }
    let private = personal || asker.viewer != Viewer::Anonymous;
    let cache = if private { "private, no-cache" } else { "no-cache" };
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    headers.append(header::VARY, HeaderValue::from_static("authorization, cookie"));
}
