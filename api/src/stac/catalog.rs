//! A STAC Catalog: what there is of something, as links.

use serde::Serialize;

use super::{CONFORMANCE, STAC_VERSION};
use crate::Link;

/// A STAC Catalog, whose links lead on.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Catalog {
    /// Always `Catalog`.
    #[serde(rename = "type")]
    kind: &'static str,
    /// Always `1.0.0`.
    stac_version: &'static str,
    /// Identifier.
    pub id: String,
    /// Title.
    pub title: String,
    /// For people.
    pub description: String,
    /// The standards that the API keeps to.
    #[serde(rename = "conformsTo")]
    #[schema(value_type = Vec<String>)]
    conforms_to: [&'static str; CONFORMANCE.len()],
    /// Where to go from here: `root`, `self`, `next`; `child` leads to what is in it.
    pub links: Vec<Link>,
}

impl Catalog {
    /// With these links.
    pub fn new(id: String, title: String, description: String, links: Vec<Link>) -> Self {
        let (kind, stac_version, conforms_to) = ("Catalog", STAC_VERSION, CONFORMANCE);
        Self { kind, stac_version, id, title, description, conforms_to, links }
    }
}
