//! Excluded areas as GeoJSON (RFC 7946).

use flaneur_catalog::model::{AccountId, AreaId, AreaShape, ExcludedArea, LONGEST_LABEL, ShapeError};
use serde::{Deserialize, Serialize};

use crate::{ApiError, ApiResult, stac::utc};

/// Position of a polygon: longitude, latitude in degrees; a third number is left out.
type Position = Vec<f64>;
/// Rings: the outer one, then holes.
type Rings = Vec<Vec<Position>>;

/// An area as a client sends it.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[schema(as = WantedArea)]
pub struct Wanted {
    /// Always `Feature`.
    #[serde(rename = "type")]
    #[expect(dead_code, reason = "read so that nothing else is taken for a feature")]
    kind: IsFeature,
    /// A `Polygon` or a `MultiPolygon` of at most 10,000 positions, WGS 84. What crosses the antimeridian is cut in two there.
    #[schema(value_type = Object, example = json!({"type": "Polygon", "coordinates":
        [[[-0.1, -0.1], [0.1, -0.1], [0.1, 0.1], [-0.1, 0.1], [-0.1, -0.1]]]}))]
    geometry: Geometry,
    /// What it is called, and who may know of it.
    properties: Option<Properties>,
}

/// Always `Feature`.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
enum IsFeature {
    Feature,
}

/// Always `FeatureCollection`.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
enum IsCollection {
    FeatureCollection,
}

#[derive(Debug, Deserialize)]
#[serde(tag = "type", content = "coordinates")]
enum Geometry {
    Polygon(Rings),
    MultiPolygon(Vec<Rings>),
}

impl Geometry {
    fn shape(self) -> Result<AreaShape, ShapeError> {
        match self {
            Self::Polygon(rings) => AreaShape::new(&[rings]),
            Self::MultiPolygon(polygons) => AreaShape::new(&polygons),
        }
    }
}

/// What is said of an area.
#[derive(Debug, Default, Deserialize, utoipa::ToSchema)]
#[schema(as = WantedAreaProperties)]
pub struct Properties {
    /// What it is called: at most 200 characters.
    #[schema(example = "Null Island")]
    label: Option<String>,
    /// Whether everybody may know of it; they may not unless it is said. An account's own areas are never shown to others.
    #[schema(example = true)]
    is_public: Option<bool>,
}

/// Several of them.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
pub struct WantedCollection {
    /// Always `FeatureCollection`.
    #[serde(rename = "type")]
    #[expect(dead_code, reason = "read so that nothing else is taken for a collection")]
    kind: IsCollection,
    /// At most 1000, with at most 200,000 positions altogether.
    pub features: Vec<Wanted>,
}

/// What an area is besides what its sender says.
#[derive(Debug, Clone, Copy)]
pub struct Given {
    pub id: AreaId,
    pub owner: Option<AccountId>,
    pub allowed: bool,
    pub now: jiff::Timestamp,
}

impl Wanted {
    /// The area, if it is one. `place` names it in errors: nothing, or which of several it is.
    pub fn area(self, given: Given, place: &str) -> ApiResult<ExcludedArea> {
        let Properties { label, is_public } = self.properties.unwrap_or_default();
        let label = label.map(|label| label.trim().to_owned()).filter(|label| !label.is_empty());
        if label.as_ref().is_some_and(|label| label.chars().count() > LONGEST_LABEL) {
            return Err(ApiError::bad_request(format!("{place}`label` may have at most {LONGEST_LABEL} characters")));
        }
        let shape = self.geometry.shape().map_err(|error| {
            ApiError::bad_request(format!("{place}`geometry` is no area that can be used: see `details`"))
                .because(error)
        })?;
        Ok(ExcludedArea {
            id: given.id,
            owner: given.owner,
            allowed: given.allowed,
            label,
            // Where there are pictures at all, everybody may know; where somebody lives, nobody.
            is_public: given.owner.is_none() && (given.allowed || is_public.unwrap_or_default()),
            shape,
            created_at: given.now,
        })
    }
}

/// An area as it is answered.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Feature {
    /// Always `Feature`.
    #[serde(rename = "type")]
    kind: &'static str,
    /// Always a `MultiPolygon`.
    #[schema(value_type = Object)]
    geometry: MultiPolygon,
    /// What it is.
    properties: Told,
}

#[derive(Debug, Serialize)]
struct MultiPolygon {
    #[serde(rename = "type")]
    kind: &'static str,
    coordinates: Vec<Vec<Vec<[f64; 2]>>>,
}

/// What is told of an area.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Told {
    /// Identifier.
    #[schema(value_type = uuid::Uuid)]
    id: AreaId,
    /// What it is called.
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<String>,
    /// Whether everybody may know of it.
    is_public: bool,
    /// The account whose pictures it holds for; not there: everybody's.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<uuid::Uuid>)]
    account_id: Option<AccountId>,
    /// True where it is the other way round: pictures are taken within areas that say so, and nowhere else. Else not there.
    #[serde(rename = "flaneur:allowed", skip_serializing_if = "std::ops::Not::not")]
    allowed: bool,
    /// Since when it holds.
    #[serde(rename = "flaneur:created")]
    #[schema(format = DateTime)]
    created: String,
}

impl From<ExcludedArea> for Feature {
    fn from(area: ExcludedArea) -> Self {
        Self {
            kind: "Feature",
            geometry: MultiPolygon { kind: "MultiPolygon", coordinates: area.shape.coordinates() },
            properties: Told {
                id: area.id,
                label: area.label,
                is_public: area.is_public,
                account_id: area.owner,
                allowed: area.allowed,
                created: utc(area.created_at),
            },
        }
    }
}

/// Areas as they are answered.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = Areas)]
pub struct FeatureCollection {
    /// Always `FeatureCollection`.
    #[serde(rename = "type")]
    kind: &'static str,
    /// The areas, the oldest first.
    features: Vec<Feature>,
}

impl FromIterator<ExcludedArea> for FeatureCollection {
    fn from_iter<I: IntoIterator<Item = ExcludedArea>>(areas: I) -> Self {
        Self { kind: "FeatureCollection", features: areas.into_iter().map(Feature::from).collect() }
    }
}
