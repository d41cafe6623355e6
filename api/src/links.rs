//! Absolute links. Panoramax clients refuse relative ones.

use std::{
    borrow::Cow,
    fmt::{Display, Write as _},
};

use axum::extract::FromRequestParts;
use flaneur_catalog::model::PictureId;
use http::request::Parts;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::{ApiError, stac::Point};

/// The media type of what filters may ask for: a JSON Schema.
pub(crate) const QUERYABLES: &str = "application/schema+json";

/// The address under which the client reached the instance: scheme, host and port, without a trailing slash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl(pub String);

impl PublicUrl {
    /// The address of something below `/api`; `path` begins with a slash.
    pub fn api(&self, path: impl Display) -> String {
        // Room for two identifiers: lists of pictures have thousands of addresses.
        let mut address = String::with_capacity(self.0.len() + 112);
        let _ = write!(address, "{}/api{path}", self.0);
        address
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
    #[schema(value_type = String)]
    pub rel: Cow<'static, str>,
    /// Media type of the target.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub media_type: Option<&'static str>,
    /// Absolute address.
    pub href: String,
    /// For people.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub title: Option<Cow<'static, str>>,
    /// The picture that it leads to, and where that is.
    #[serde(flatten)]
    #[schema(ignore)]
    pub picture: Option<Linked>,
    /// Whatever else the relation carries: `id`, `geometry`, `datetime`, `method`…
    #[serde(flatten)]
    #[schema(value_type = Object)]
    pub more: Map<String, Value>,
}

/// A picture as a link to it tells of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Linked {
    /// Identifier.
    pub id: PictureId,
    /// Where it was taken.
    pub geometry: Point,
}

impl Link {
    /// A link to JSON.
    pub fn json(rel: impl Into<Cow<'static, str>>, href: impl Into<String>) -> Self {
        Self::of(rel, "application/json", href)
    }

    /// A link to GeoJSON.
    pub fn geojson(rel: impl Into<Cow<'static, str>>, href: impl Into<String>) -> Self {
        Self::of(rel, "application/geo+json", href)
    }

    /// A link to what filters may ask for.
    pub fn queryables(href: impl Into<String>) -> Self {
        Self::of("http://www.opengis.net/def/rel/ogc/1.0/queryables", QUERYABLES, href)
    }

    /// A link to something of a media type.
    pub fn of(rel: impl Into<Cow<'static, str>>, media_type: &'static str, href: impl Into<String>) -> Self {
        Self {
            rel: rel.into(),
            media_type: Some(media_type),
            href: href.into(),
            title: None,
            picture: None,
            more: Map::new(),
        }
    }

    /// With a title.
    #[must_use]
    pub fn titled(mut self, title: impl Into<Cow<'static, str>>) -> Self {
        self.title = Some(title.into());
        self
    }

    /// Leading to this picture.
    #[must_use]
    pub fn to_picture(mut self, id: PictureId, geometry: Point) -> Self {
        self.picture = Some(Linked { id, geometry });
        self
    }

    /// With another member.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.more.insert(name.to_owned(), value.into());
        self
    }
}
