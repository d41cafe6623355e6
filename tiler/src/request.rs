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
}

impl<S: Send + Sync> FromRequestParts<S> for Asker {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self {
            viewer: parts.extensions.get::<Viewer>().copied().unwrap_or(Viewer::Anonymous),
            address: parts.extensions.get().cloned(),
            none_match: parts.headers.get_all(header::IF_NONE_MATCH).iter().cloned().collect(),
        })
    }
}

impl Asker {
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
