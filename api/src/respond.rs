//! Answers to reads: JSON with an entity tag, and what caches may do with it.

use axum::{
    body::Body,
    extract::FromRequestParts,
    response::{IntoResponse as _, Response},
};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header, request::Parts};
use serde::{Serialize, Serializer};
use sha2::{Digest as _, Sha256};

use crate::{ApiError, ApiResult, Identity};

/// Larger documents are answered without an entity tag: hashing them would cost more than it saves.
const LARGEST_TAGGED: usize = 256 << 10;

/// What is answered where something was done of which nothing is left to be told.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Done {
    /// What was done.
    pub message: &'static str,
}

/// What is told by name, in this order; of each name once.
#[derive(Debug)]
pub struct Members<T>(Vec<(String, T)>);

impl<N: Into<String>, T> FromIterator<(N, T)> for Members<T> {
    fn from_iter<I: IntoIterator<Item = (N, T)>>(members: I) -> Self {
        Self(members.into_iter().map(|(name, what)| (name.into(), what)).collect())
    }
}

impl<T: Serialize> Serialize for Members<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, what)| (name, what)))
    }
}

/// What a read needs to know of its request to answer it in the way caches can work with.
#[derive(Debug, Clone)]
pub struct Reply {
    none_match: Option<HeaderValue>,
    signed_in: bool,
}

impl<S: Send + Sync> FromRequestParts<S> for Reply {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self {
            // What changes something is answered as it was done, whatever the client has (RFC 9110, 13.1.2).
            none_match: parts
                .headers
                .get(header::IF_NONE_MATCH)
                .filter(|_| matches!(parts.method, Method::GET | Method::HEAD))
                .cloned(),
            signed_in: parts.extensions.get::<Identity>().is_some_and(|identity| identity.account.is_some()),
        })
    }
}

impl Reply {
    /// For whoever asks alone, signed in or not.
    #[must_use]
    pub fn private(self) -> Self {
        Self { signed_in: true, ..self }
    }

    /// A document as `application/json`.
    pub fn json(&self, document: &impl Serialize) -> ApiResult<Response> {
        self.document("application/json", document)
    }

    /// A document as `application/geo+json`.
    pub fn geojson(&self, document: &impl Serialize) -> ApiResult<Response> {
        self.document("application/geo+json", document)
    }

    /// A document in JSON, as a media type of its own.
    pub fn document(&self, media_type: &'static str, document: &impl Serialize) -> ApiResult<Response> {
        let body = serde_json::to_vec(document).map_err(|error| ApiError::internal(&error))?;
        Ok(self.bytes(media_type, body))
    }

    /// What is there as something else, too: which one is answered depends on what the client accepts.
    pub fn chosen_json(&self, document: &impl Serialize) -> ApiResult<Response> {
        self.json(document).map(by_accept)
    }

    /// A text of another media type than JSON.
    pub fn text(&self, media_type: &'static str, body: Vec<u8>) -> Response {
        self.bytes(media_type, body)
    }

    /// What is something else than JSON because the client accepts that.
    pub fn chosen_text(&self, media_type: &'static str, body: Vec<u8>) -> Response {
        by_accept(self.bytes(media_type, body))
    }

    fn bytes(&self, media_type: &'static str, body: Vec<u8>) -> Response {
        // Weak: the same document may travel compressed or not.
        let tag = (body.len() <= LARGEST_TAGGED)
            .then(|| HeaderValue::from_str(&format!("W/\"{:x}\"", ShortDigest(&body))).ok())
            .flatten();
        let mut response = if tag.as_ref().is_some_and(|tag| self.has(tag)) {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            let mut response = Response::new(Body::from(body));
            response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
            response
        };
        if let Some(tag) = tag {
            response.headers_mut().insert(header::ETAG, tag);
        }
        self.mark(response.headers_mut());
        response
    }

    /// Whether the client already has what carries this entity tag (weak comparison, RFC 9110 section 13.1.2).
    pub fn has(&self, tag: &HeaderValue) -> bool {
        let opaque = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
        let (Some(Ok(held)), Ok(tag)) = (self.none_match.as_ref().map(HeaderValue::to_str), tag.to_str()) else {
            return false;
        };
        held.trim() == "*" || held.split(',').any(|each| opaque(each) == opaque(tag))
    }

    /// Says what caches may do: ask again each time; and keep what a signed-in viewer got for that viewer.
    pub fn mark(&self, headers: &mut HeaderMap) {
        let cache = if self.signed_in { "private, no-cache" } else { "no-cache" };
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
        headers.append(header::VARY, HeaderValue::from_static("authorization, cookie"));
    }
}

fn by_accept(mut response: Response) -> Response {
    response.headers_mut().append(header::VARY, HeaderValue::from_static("accept"));
    response
}

/// The first 16 bytes of the SHA-256 of some bytes, printed in hexadecimal.
struct ShortDigest<'a>(&'a [u8]);

impl std::fmt::LowerHex for ShortDigest<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        Sha256::digest(self.0).iter().take(16).try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(none_match: Option<&'static str>, signed_in: bool) -> Reply {
        Reply { none_match: none_match.map(HeaderValue::from_static), signed_in }
    }

    #[test]
    fn tags_compare_weakly() {
        let tag = HeaderValue::from_static("\"a\"");
        for held in ["\"a\"", "W/\"a\"", "\"b\", \"a\"", "*"] {
            assert!(reply(Some(held), false).has(&tag), "{held}");
        }
        for other in [Some("\"b\""), Some("a"), None] {
            assert!(!reply(other, false).has(&tag), "{other:?}");
        }
    }

    #[test]
    fn a_document_is_tagged_and_then_not_sent_again() {
        let first = reply(None, false).json(&["x"]).unwrap();
        let tag = first.headers()[header::ETAG].clone();
        assert!(tag.to_str().unwrap().starts_with("W/\""));
        assert_eq!(first.headers()[header::CACHE_CONTROL], "no-cache");
        let again = Reply { none_match: Some(tag.clone()), signed_in: true }.json(&["x"]).unwrap();
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
        assert_eq!(again.headers()[header::CACHE_CONTROL], "private, no-cache");
        let changed = Reply { none_match: Some(tag), signed_in: true }.json(&["y"]).unwrap();
        assert_eq!(changed.status(), StatusCode::OK);
    }
}
