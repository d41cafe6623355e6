//! Absolute links. Panoramax clients refuse relative ones.

use axum::extract::FromRequestParts;
use http::request::Parts;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::ApiError;

/// The media type of what filters may ask for: a JSON Schema.
pub(crate) const QUERYABLES: &str = "application/schema+json";

/// The address under which the client reached the instance: scheme, host and port, without a trailing slash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl(pub String);

impl PublicUrl {
    /// The address of something below `/api`; `path` begins with a slash.
    pub fn api(&self, path: &str) -> String {
        format!("{}/api{path}", self.0)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for PublicUrl {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| ApiError::bad_request("the request has no Host header"))
    }
}

/// A link of a STAC or OGC document. Clients match on `rel` and `type`.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Link {
    /// Relation.
    pub rel: String,
    /// Media type of the target.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub media_type: Option<&'static str>,
    /// Absolute address.
    pub href: String,
    /// For people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Whatever else the relation carries: `id`, `geometry`, `datetime`, `method`…
    #[serde(flatten)]
    #[schema(value_type = Object)]
    pub more: Map<String, Value>,
}

impl Link {
    /// A link to JSON.
    pub fn json(rel: impl Into<String>, href: impl Into<String>) -> Self {
        Self::of(rel, "application/json", href)
    }

    /// A link to GeoJSON.
    pub fn geojson(rel: impl Into<String>, href: impl Into<String>) -> Self {
        Self::of(rel, "application/geo+json", href)
    }

    /// A link to what filters may ask for.
    pub fn queryables(href: impl Into<String>) -> Self {
        Self::of("http://www.opengis.net/def/rel/ogc/1.0/queryables", QUERYABLES, href)
    }

    /// A link to something of a media type.
    pub fn of(rel: impl Into<String>, media_type: &'static str, href: impl Into<String>) -> Self {
        Self { rel: rel.into(), media_type: Some(media_type), href: href.into(), title: None, more: Map::new() }
    }

    /// With a title.
    #[must_use]
    pub fn titled(mut self, title: impl Into<String>) -> Self {
        self.title = Some(title.into());
        self
    }

    /// With another member.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.more.insert(name.to_owned(), value.into());
        self
    }
}
