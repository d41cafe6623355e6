//! STAC documents: how pictures and sequences are written as Items and Collections.

mod bbox;
mod catalog;
pub(crate) mod collection;
mod fields;
mod item;
pub(crate) mod orientation;
mod providers;
mod region;
mod selected;
mod tag;
mod tiles;
mod time;

use serde::Serialize;

pub use bbox::{WORLD, bbox_array, parse_bbox};
pub use catalog::Catalog;
pub use collection::{Collection, Count, Extent, SpatialExtent, TemporalExtent};
pub use fields::Fields;
pub use item::{Item, PixelPolygon, Point};
pub(crate) use item::{accuracy, heading_source, multihash};
pub use orientation::InteriorOrientation;
pub use providers::Provider;
pub(crate) use region::parse_region;
use selected::Selected;
pub(crate) use tag::Tag;
pub(crate) use time::moment;
pub use time::{Period, parse_instants, parse_period, utc};

use crate::Link;

/// Clients of the oldest generation refuse everything that is not 1.0.
pub const STAC_VERSION: &str = "1.0.0";

/// The release of the Panoramax API whose requests and answers this API follows. Clients read it to know what they can
/// ask for.
pub const PROTOCOL_VERSION: &str = "2.15.1";

/// What the API conforms to.
pub const CONFORMANCE: [&str; 21] = [
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/geojson",
    "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/filter",
    "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/features-filter",
    "http://www.opengis.net/spec/ogcapi-common-2/1.0/conf/simple-query",
    "http://www.opengis.net/spec/cql2/1.0/conf/cql2-text",
    "http://www.opengis.net/spec/cql2/1.0/conf/cql2-json",
    "http://www.opengis.net/spec/cql2/1.0/conf/basic-cql2",
    "http://www.opengis.net/spec/cql2/1.0/conf/advanced-comparison-operators",
    "https://api.stacspec.org/v1.0.0/core",
    "https://api.stacspec.org/v1.0.0/collections",
    "https://api.stacspec.org/v1.0.0/ogcapi-features",
    "https://api.stacspec.org/v1.0.0/ogcapi-features#fields",
    "https://api.stacspec.org/v1.0.0/ogcapi-features#filter",
    "https://api.stacspec.org/v1.0.0/item-search",
    "https://api.stacspec.org/v1.0.0/item-search#fields",
    "https://api.stacspec.org/v1.0.0/item-search#filter",
    "https://api.stacspec.org/v1.0.0/item-search#sort",
    "https://api.stacspec.org/v1.0.0/collection-search",
    "https://api.stacspec.org/v1.0.0/collection-search#filter",
    "https://api.stacspec.org/v1.0.0/collection-search#sort",
];

/// A list of items.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
#[schema(as = Items)]
pub struct FeatureCollection {
    /// Always `FeatureCollection`.
    #[serde(rename = "type")]
    kind: &'static str,
    /// The items.
    #[schema(inline)]
    features: Vec<Selected>,
    /// How many there are on this page.
    #[serde(rename = "numberReturned")]
    pub number_returned: usize,
    /// Where to go from here: `root`, `self`, `next`…
    pub links: Vec<Link>,
}

impl FeatureCollection {
    /// Whole items with their links.
    pub fn new(features: Vec<Item>, links: Vec<Link>) -> Self {
        Self::selected(features, Fields::default(), links)
    }

    /// What is wanted of items, with their links.
    pub fn selected(features: Vec<Item>, fields: Fields, links: Vec<Link>) -> Self {
        let features = Selected::of(features, fields);
        Self { kind: "FeatureCollection", number_returned: features.len(), features, links }
    }
}

/// A number as JSON clients compare it: `360`, not `360.0`, where it is whole.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature serde asks for")]
pub(crate) fn plain_number<S: serde::Serializer>(value: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    // Below 2^53 every whole number is exact.
    if value.fract() == 0.0 && value.abs() < 9e15 {
        serializer.serialize_i64(*value as i64)
    } else {
        serializer.serialize_f64(*value)
    }
}

/// The same for one that may be missing.
#[expect(clippy::ref_option, reason = "the signature serde asks for")]
pub(crate) fn plain_option<S: serde::Serializer>(value: &Option<f64>, serializer: S) -> Result<S::Ok, S::Error> {
    match value {
        Some(value) => plain_number(value, serializer),
        None => serializer.serialize_none(),
    }
}
