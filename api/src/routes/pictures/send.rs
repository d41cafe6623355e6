//! Sends an object or a part of it: entity tags, ranges, streaming.

use std::ops::Range;

use axum::{
    body::{Body, Bytes},
    response::{IntoResponse as _, Response},
};
use flaneur_storage::{PublicKey, StorageError};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};

use crate::{Api, ApiError, ApiResult, respond::Reply};

/// 304 if the client has it already.
pub(in crate::routes) fn unchanged(reply: &Reply, tag: &HeaderValue) -> Option<Response> {
    reply.has(tag).then(|| {
        let mut response = StatusCode::NOT_MODIFIED.into_response();
        response.headers_mut().insert(header::ETAG, tag.clone());
        reply.mark(response.headers_mut());
        response
    })
}

/// Sends a file that is an object; none if it went away after the catalog was asked, as what was just deleted does. Never more
/// than a chunk of it is in memory.
pub(in crate::routes) async fn send(
    api: &Api,
    reply: &Reply,
    method: &Method,
    headers: &HeaderMap,
    key: &PublicKey,
    tag: HeaderValue,
) -> ApiResult<Option<Response>> {
    let store = &api.storage.public;
    let found = async {
        let object = store.stream(key, None).await?;
        let size = object.size;
        let wanted = wanted(method, headers, &tag, size);
        let object = match &wanted {
            Wanted::Part(range) => store.stream(key, Some(range.clone())).await?,
            Wanted::Whole | Wanted::Nothing => object,
        };
        Ok((object, wanted, size))
    };
    match found.await {
        Ok((object, wanted, size)) => {
            let body = |_| Body::from_stream(object.bytes);
            Ok(Some(answer(reply, wanted, size, key.kind().media_type(), tag, body)))
        }
        Err(StorageError::Missing(_)) => Ok(None),
        Err(other) => Err(other.into()),
    }
}

/// Sends a JPEG file that is in memory.
pub(super) fn send_made(
    reply: &Reply,
    method: &Method,
    headers: &HeaderMap,
    file: &Bytes,
    tag: HeaderValue,
) -> Response {
    let wanted = wanted(method, headers, &tag, file.len() as u64);
    answer(reply, wanted, file.len() as u64, "image/jpeg", tag, |part| {
        Body::from(file.slice(part.start as usize..part.end as usize))
    })
}

/// The answer to what is wanted of a file of `size` bytes, tagged and marked. `body` is asked for the bytes of a range that
/// lies in it.
fn answer(
    reply: &Reply,
    wanted: Wanted,
    size: u64,
    media_type: &'static str,
    tag: HeaderValue,
    body: impl FnOnce(Range<u64>) -> Body,
) -> Response {
    let (status, part) = match wanted {
        Wanted::Whole => (StatusCode::OK, 0..size),
        Wanted::Part(range) => (StatusCode::PARTIAL_CONTENT, range),
        Wanted::Nothing => return not_satisfiable(reply, size),
    };
    let mut response = Response::new(body(part.clone()));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(part.end - part.start));
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    headers.insert(header::ETAG, tag);
    if status == StatusCode::PARTIAL_CONTENT
        && let Ok(value) = HeaderValue::from_str(&format!("bytes {}-{}/{size}", part.start, part.end - 1))
    {
        headers.insert(header::CONTENT_RANGE, value);
    }
    reply.mark(headers);
    response
}

fn not_satisfiable(reply: &Reply, size: u64) -> Response {
    let mut response =
        ApiError::new(StatusCode::RANGE_NOT_SATISFIABLE, format!("the file has {size} bytes only")).into_response();
    if let Ok(value) = HeaderValue::from_str(&format!("bytes */{size}")) {
        response.headers_mut().insert(header::CONTENT_RANGE, value);
    }
    reply.mark(response.headers_mut());
    response
}

/// What is asked for of a file. `Range` counts only for GET, and only if `If-Range` names what is there (RFC 9110, 13.1.5).
fn wanted(method: &Method, headers: &HeaderMap, tag: &HeaderValue, size: u64) -> Wanted {
    let same = headers.get(header::IF_RANGE).is_none_or(|held| held == tag);
    let range = (*method == Method::GET && same).then(|| headers.get(header::RANGE)?.to_str().ok()).flatten();
    range.map_or(Wanted::Whole, |range| single_range(range, size))
}

#[derive(Debug, PartialEq, Eq)]
enum Wanted {
    Whole,
    Part(Range<u64>),
    Nothing,
}

/// Reads a `Range` header. Several ranges, other units and what can't be read are answered with the whole, as
/// RFC 9110 section 14.2 allows.
fn single_range(text: &str, size: u64) -> Wanted {
    let Some((first, last)) = text.trim().strip_prefix("bytes=").and_then(|range| range.trim().split_once('-')) else {
        return Wanted::Whole;
    };
    let number = |text: &str| {
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        // Digits that do not fit are a large number.
        digits.then(|| text.parse::<u64>().unwrap_or(u64::MAX))
    };
    let range = match (first, last) {
        ("", suffix) => match number(suffix) {
            Some(length) => size.saturating_sub(length)..size,
            None => return Wanted::Whole,
        },
        (first, "") => match number(first) {
            Some(first) => first..size,
            None => return Wanted::Whole,
        },
        (first, last) => match (number(first), number(last)) {
            (Some(first), Some(last)) if first <= last => first..last.saturating_add(1).min(size),
            _ => return Wanted::Whole,
        },
    };
    if range.start < range.end { Wanted::Part(range) } else { Wanted::Nothing }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges() {
        for (text, expected) in [
            ("bytes=0-0", Wanted::Part(0..1)),
            ("bytes=2-5", Wanted::Part(2..6)),
            ("bytes=2-", Wanted::Part(2..10)),
            ("bytes=-3", Wanted::Part(7..10)),
            ("bytes=-30", Wanted::Part(0..10)),
            ("bytes=8-99999999999999999999", Wanted::Part(8..10)),
            ("bytes=10-", Wanted::Nothing),
            ("bytes=99999999999999999999-", Wanted::Nothing),
            ("bytes=-0", Wanted::Nothing),
            ("bytes=5-2", Wanted::Whole),
            ("bytes=0-1,3-4", Wanted::Whole),
            ("bytes=-", Wanted::Whole),
            ("bytes=x-1", Wanted::Whole),
            ("lines=0-1", Wanted::Whole),
        ] {
            assert_eq!(single_range(text, 10), expected, "{text}");
        }
        assert_eq!(single_range("bytes=0-", 0), Wanted::Nothing);
    }
}
