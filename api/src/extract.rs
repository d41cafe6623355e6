//! Extractors whose refusals are answered as [`ApiError`]s: a sentence that says what is wrong, never plain text.

use std::str::FromStr;

use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Request},
};
use http::{StatusCode, header, request::Parts};
use jiff::Timestamp;
use serde::{Deserialize, Deserializer, de::DeserializeOwned};

use crate::{ApiError, ApiResult};

/// A query string. Keys may be repeated where the target has a list.
#[derive(Debug, Clone, Copy)]
pub struct Query<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        if parts.uri.query().is_some_and(|query| query.contains("%00")) {
            return Err(ApiError::bad_request(format!("the query string holds {NUL}")));
        }
        axum_extra::extract::Query::try_from_uri(&parts.uri).map(|query| Self(query.0)).map_err(|rejection| {
            let reason =
                std::error::Error::source(&rejection).map_or_else(|| rejection.to_string(), ToString::to_string);
            ApiError::bad_request("the query string can't be read: see `details`").because(reason)
        })
    }
}

/// Parts of the path that name something. What can't be an identifier names nothing: 404.
#[derive(Debug, Clone, Copy)]
pub struct Path<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Path<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        match axum::extract::Path::<T>::from_request_parts(parts, state).await {
            Ok(path) => Ok(Self(path.0)),
            Err(_) => Err(ApiError::not_found("there is nothing here: identifiers are UUIDs")),
        }
    }
}

/// A JSON object as body. Parameters of the content type, such as a charset, and a missing content type are fine.
#[derive(Debug, Clone, Copy)]
pub struct Json<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        if let Some(media_type) = request.headers().get(header::CONTENT_TYPE) {
            let essence = media_type.to_str().unwrap_or_default().split(';').next().unwrap_or_default().trim();
            let (kind, subtype) = essence.split_once('/').unwrap_or_default();
            let json = subtype.eq_ignore_ascii_case("json") || subtype.to_ascii_lowercase().ends_with("+json");
            if !(kind.eq_ignore_ascii_case("application") && json) {
                return Err(ApiError::new(
                    StatusCode::UNSUPPORTED_MEDIA_TYPE,
                    "the body has to be JSON, with `Content-Type: application/json`",
                ));
            }
        }
        let body = Bytes::from_request(request, state)
            .await
            .map_err(|rejection| ApiError::new(rejection.status(), "the body can't be read, or is too large"))?;
        // Lists would pass for objects whose members stand in order.
        if !body.trim_ascii_start().starts_with(b"{") {
            return Err(ApiError::bad_request("the body has to be a JSON object"));
        }
        refuse_nul(&body)?;
        serde_json::from_slice(&body)
            .map(Self)
            .map_err(|error| ApiError::bad_request("the body can't be read as the JSON expected here").because(error))
    }
}

/// Refuses JSON with a NUL character in any text. What is no JSON is left to whoever reads it.
pub fn refuse_nul(body: &[u8]) -> ApiResult<()> {
    let suspicious = memchr::memmem::find(body, b"\\u0000").is_some();
    if suspicious && serde_json::from_slice(body).is_ok_and(|value| holds_nul(&value)) {
        return Err(ApiError::bad_request(format!("the body holds {NUL}")));
    }
    Ok(())
}

/// What no text may hold: not every database can store it, and no reader expects it.
pub const NUL: &str = "a NUL character (U+0000), which no text may have; leave it out";

fn holds_nul(value: &serde_json::Value) -> bool {
    match value {
        serde_json::Value::String(text) => text.contains('\0'),
        serde_json::Value::Array(items) => items.iter().any(holds_nul),
        serde_json::Value::Object(members) => members.iter().any(|(key, value)| key.contains('\0') || holds_nul(value)),
        _ => false,
    }
}

/// A list of identifiers: repeated keys, comma-separated lists and JSON arrays, mixed at will. At most `most`.
pub fn id_list<T: FromStr>(name: &str, texts: &[String], most: usize) -> ApiResult<Vec<T>> {
    let mut ids = Vec::new();
    for text in texts {
        let text = text.trim().trim_start_matches('[').trim_end_matches(']');
        for part in text.split(',').map(|part| part.trim().trim_matches('"')).filter(|part| !part.is_empty()) {
            let id = part.parse().map_err(|_| {
                ApiError::bad_request(format!("`{name}` has to be a list of UUIDs, separated by commas"))
            })?;
            ids.push(id);
            if ids.len() > most {
                return Err(ApiError::bad_request(format!("`{name}` may list at most {most} identifiers")));
            }
        }
    }
    Ok(ids)
}

/// A parameter that is said with something in it.
pub fn given(text: Option<&String>) -> Option<&str> {
    text.map(String::as_str).filter(|text| !text.trim().is_empty())
}

/// Reads what is said even if it is nothing or null, which would be taken for what is not said at all.
pub fn said<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Option<T>, D::Error> {
    T::deserialize(from).map(Some)
}

/// A field to sort by, and whether backwards: a name with `+` or `-` in front, or neither.
pub fn sort_field(text: &str) -> (&str, bool) {
    let text = text.trim();
    match text.strip_prefix('-') {
        Some(field) => (field.trim(), true),
        // In a URL, + is a space unless it is encoded.
        None => (text.trim_start_matches('+').trim(), false),
    }
}

/// How many results are wanted: `default` if nothing is said, never more than `most`, an error below 1.
pub fn page_size(text: Option<&str>, default: i64, most: i64) -> ApiResult<i64> {
    let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) else { return Ok(default) };
    let refuse = || ApiError::bad_request(format!("`limit` has to be an integer between 1 and {most}"));
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(refuse());
    }
    // Digits that do not fit are a large number.
    let limit = text.parse().unwrap_or(i64::MAX);
    if limit < 1 { Err(refuse()) } else { Ok(limit.min(most)) }
}

/// Where the page before ended, in a list that goes back in time: a time, and what else `rest` makes of the text behind it.
/// It is written by [`place_text`].
pub fn place<T>(text: Option<&String>, rest: impl Fn(&str) -> Option<T>) -> ApiResult<Option<(Timestamp, T)>> {
    let read = |text: &str| {
        let (at, behind) = text.split_once('_')?;
        Some((Timestamp::from_microsecond(at.parse().ok()?).ok()?, rest(behind)?))
    };
    let refuse = || ApiError::bad_request("`page` has to be taken from the `next` link of the page before");
    text.map(|text| read(text).ok_or_else(refuse)).transpose()
}

/// What [`place`] reads.
pub fn place_text(at: Timestamp, rest: impl std::fmt::Display) -> String {
    format!("{}_{rest}", at.as_microsecond())
}

/// The first `limit` of what was found, of which one more was asked for, and whether there are more.
pub fn cut<T>(mut found: Vec<T>, limit: i64) -> (Vec<T>, bool) {
    let limit = usize::try_from(limit).unwrap_or_default();
    let has_more = found.len() > limit;
    found.truncate(limit);
    (found, has_more)
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn ids(texts: &[&str]) -> ApiResult<Vec<Uuid>> {
        id_list("ids", &texts.iter().map(|&text| text.to_owned()).collect::<Vec<_>>(), 3)
    }

    #[test]
    fn lists_in_every_writing() {
        let (a, b) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let expected = vec![a, b];
        for texts in [
            vec![format!("{a},{b}")],
            vec![format!("{a}"), format!("{b}")],
            vec![format!("[\"{a}\", \"{b}\"]")],
            vec![format!("{a},"), String::new(), format!(" {b} ")],
        ] {
            assert_eq!(id_list::<Uuid>("ids", &texts, 3).unwrap(), expected, "{texts:?}");
        }
        assert!(ids(&[]).unwrap().is_empty());
    }

    #[test]
    fn a_nul_is_found_wherever_it_is() {
        for text in [r#"{"a":"x\u0000"}"#, r#"{"a":[{"b\u0000":1}]}"#] {
            assert!(holds_nul(&serde_json::from_str(text).unwrap()), "{text}");
        }
        assert!(!holds_nul(&serde_json::from_str(r#"{"a":"\\u0000"}"#).unwrap()), "an escaped backslash is none");
    }

    #[test]
    fn lists_that_are_none() {
        assert_eq!(ids(&["nope"]).unwrap_err().status(), StatusCode::BAD_REQUEST);
        let four = vec![Uuid::nil().to_string(); 4].join(",");
        assert!(ids(&[&four]).unwrap_err().message().contains("at most 3"));
    }

    #[test]
    fn limits_are_clamped_but_not_guessed() {
        assert_eq!(page_size(None, 10, 1000).unwrap(), 10);
        assert_eq!(page_size(Some(""), 10, 1000).unwrap(), 10);
        assert_eq!(page_size(Some("7"), 10, 1000).unwrap(), 7);
        assert_eq!(page_size(Some("1000000"), 10, 1000).unwrap(), 1000);
        assert_eq!(page_size(Some("99999999999999999999999"), 10, 1000).unwrap(), 1000);
        for bad in ["0", "-1", "ten", "1.5", "+3"] {
            assert!(page_size(Some(bad), 10, 1000).is_err(), "{bad}");
        }
    }
}
