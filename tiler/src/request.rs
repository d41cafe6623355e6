//! What the handlers want to know of a request.

use axum::extract::FromRequestParts;
use flaneur_access::Viewer;
use flaneur_catalog::model::AccountId;
use http::{HeaderValue, header, request::Parts};

use crate::{PublicUrl, error::TileError};

/// Who asks, and what they already have.
pub(crate) struct Asker {
    pub(crate) viewer: Viewer,
    address: Option<PublicUrl>,
    none_match: Vec<HeaderValue>,
    takes_gzip: bool,
}

impl<S: Send + Sync> FromRequestParts<S> for Asker {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self {
            viewer: parts.extensions.get::<Viewer>().copied().unwrap_or(Viewer::Anonymous),
            address: parts.extensions.get().cloned(),
            none_match: parts.headers.get_all(header::IF_NONE_MATCH).iter().cloned().collect(),
            takes_gzip: parts.headers.get_all(header::ACCEPT_ENCODING).iter().any(names_gzip),
        })
    }
}

/// Whether gzip is among the codings that a client names (RFC 9110, section 12.5.3). Some send `*` and can't read it.
fn names_gzip(value: &HeaderValue) -> bool {
    let codings = value.to_str().unwrap_or_default().split(',');
    codings.map(|coding| coding.split(';').map(str::trim)).any(|mut parts| {
        parts.next().is_some_and(|name| name.eq_ignore_ascii_case("gzip") || name.eq_ignore_ascii_case("x-gzip"))
            && !parts.any(|weight| weight.strip_prefix("q=").is_some_and(|q| q.parse::<f32>().is_ok_and(|q| q <= 0.0)))
    })
}

impl Asker {
    /// Whether the client reads gzip.
    pub(crate) fn takes_gzip(&self) -> bool {
        self.takes_gzip
    }

    /// The entity tag without quotes that the client has, if it names just one.
    pub(crate) fn held(&self) -> Option<&str> {
        let [value] = &self.none_match[..] else { return None };
        value.to_str().ok()?.trim().trim_start_matches("W/").strip_prefix('"')?.strip_suffix('"')
    }

    /// Whether the client already has what carries this entity tag (RFC 9110, section 13.1.2: compared without regard
    /// to weakness, since whoever compresses an answer may weaken its tag).
    pub(crate) fn has(&self, tag: &str) -> bool {
        let lists = self.none_match.iter().filter_map(|value| value.to_str().ok());
        lists
            .flat_map(|list| list.split(','))
            .map(str::trim)
            .any(|held| held == "*" || held.trim_start_matches("W/") == tag)
    }

    /// What links begin with.
    pub(crate) fn address(&self) -> Result<&str, TileError> {
        self.address.as_ref().map(|url| url.0.as_str()).ok_or(TileError::Address)
    }

    /// The account that a path names: by its id, or as `me`.
    pub(crate) fn account(&self, name: &str) -> Result<AccountId, TileError> {
        if name == "me" {
            self.viewer.account().map(AccountId).ok_or(TileError::SignIn)
        } else {
            name.parse().map_err(|_| TileError::Account)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gzip_has_to_be_named() {
        for named in ["gzip", "br, gzip", "deflate, GZIP;q=0.5", "x-gzip", "gzip ; q=1"] {
            assert!(names_gzip(&HeaderValue::from_static(named)), "{named}");
        }
        for other in ["", "*", "br", "gzip;q=0", "gzip; q=0.0", "identity", "gzipped"] {
            assert!(!names_gzip(&HeaderValue::from_static(other)), "{other}");
        }
    }
}
