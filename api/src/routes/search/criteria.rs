//! What a search asks for, out of a query string or a JSON body.

use flaneur_access::Viewer;
use flaneur_catalog::model::{Area, Order, SearchQuery};
use serde::Deserialize;
use serde_json::Value;

use super::{filter::asks_for_tags_only, place::Place};
use crate::{
    ApiError, ApiResult,
    extract::{id_list, page_size},
    stac::{parse_bbox, parse_period},
};

/// Most pictures in one answer.
pub(super) const MOST: i64 = 10_000;

/// Most pictures without saying how many.
const USUAL: i64 = 10;

/// Most identifiers in one request.
const MOST_IDS: usize = 1000;

/// Conditions as they stand in a query string.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(super) struct SearchParameters {
    /// Only these pictures: UUIDs, separated by commas; the key may be repeated.
    #[param(value_type = Option<String>, example = "b8650662-1ef2-4d6f-8bc3-77f4a2896284")]
    ids: Vec<String>,
    /// Only pictures in these sequences: UUIDs, separated by commas; the key may be repeated.
    #[param(value_type = Option<String>, example = "f6a2f13d-0676-4f8c-81c6-c7ec5ef10e72")]
    collections: Vec<String>,
    /// Only pictures in this box: west,south,east,north in degrees; with heights, six numbers. Across the antimeridian
    /// west is greater than east.
    #[param(example = "1.918,49.005,1.92,49.007")]
    bbox: Option<String>,
    /// Only pictures taken then: a time, a day, or an interval with `/`, of which `..` leaves an end open.
    #[param(example = "2021-07-29T00:00:00Z/..")]
    datetime: Option<String>,
    /// At most so many; more than 10000 is read as 10000. As many as there are `ids`, if that is more than 10.
    #[param(value_type = Option<i64>, minimum = 1, maximum = 10000, default = 10, example = 2)]
    limit: Option<String>,
    /// Only pictures that show this place: lon,lat in degrees. Panoramas do if they are close, others if they look at it.
    #[param(example = "1.919285,49.006889")]
    place_position: Option<String>,
    /// From how far to how far away from the place, metres, at most 1000; 3-15 if nothing is said.
    #[param(example = "2-15")]
    place_distance: Option<String>,
    /// How wide a part of a flat picture, around its middle, may show the place: 2 to 180 degrees, 30 if nothing is said.
    #[param(example = "30")]
    place_fov_tolerance: Option<String>,
    /// Only pictures with these tags, as CQL2 text. Pictures have no tags in this version: nothing is found.
    #[param(example = "\"semantics.osm|traffic_sign\" IS NOT NULL")]
    filter: Option<String>,
    /// In which order: `+datetime` or `-datetime`.
    #[param(example = "-datetime")]
    sortby: Option<String>,
    /// Not offered: refused rather than ignored.
    #[param(ignore)]
    intersects: Option<String>,
}

/// Conditions as they stand in a JSON body.
#[derive(Debug, Clone, Default, Deserialize, utoipa::ToSchema)]
#[serde(default)]
pub(super) struct SearchBody {
    /// Only these pictures.
    #[schema(value_type = Option<Vec<uuid::Uuid>>)]
    ids: Option<Value>,
    /// Only pictures in these sequences.
    #[schema(value_type = Option<Vec<uuid::Uuid>>)]
    collections: Option<Value>,
    /// Only pictures in this box: west, south, east, north in degrees.
    #[schema(value_type = Option<Vec<f64>>)]
    bbox: Option<Value>,
    /// Only pictures taken then.
    #[schema(value_type = Option<String>)]
    datetime: Option<Value>,
    /// At most so many.
    #[schema(value_type = Option<i64>)]
    limit: Option<Value>,
    /// Only pictures that show this place: lon,lat in degrees.
    #[schema(value_type = Option<String>)]
    place_position: Option<Value>,
    /// From how far to how far away from the place, metres.
    #[schema(value_type = Option<String>)]
    place_distance: Option<Value>,
    /// How wide a part of a flat picture may show the place, degrees.
    #[schema(value_type = Option<f64>)]
    place_fov_tolerance: Option<Value>,
    /// Only pictures with these tags, as CQL2 text.
    #[schema(value_type = Option<String>)]
    filter: Option<Value>,
    /// In which order: `[{"field": "datetime", "direction": "desc"}]`.
    #[schema(value_type = Option<Vec<Object>>)]
    sortby: Option<Value>,
    #[schema(ignore)]
    intersects: Option<Value>,
}

impl SearchBody {
    /// The same as text.
    pub(super) fn to_parameters(&self) -> ApiResult<SearchParameters> {
        let list = |name: &str, value| text(name, value).map(|text| text.into_iter().collect());
        Ok(SearchParameters {
            ids: list("ids", self.ids.as_ref())?,
            collections: list("collections", self.collections.as_ref())?,
            bbox: text("bbox", self.bbox.as_ref())?,
            datetime: text("datetime", self.datetime.as_ref())?,
            limit: text("limit", self.limit.as_ref())?,
            place_position: text("place_position", self.place_position.as_ref())?,
            place_distance: text("place_distance", self.place_distance.as_ref())?,
            place_fov_tolerance: text("place_fov_tolerance", self.place_fov_tolerance.as_ref())?,
            filter: text("filter", self.filter.as_ref())?,
            sortby: self.sortby.as_ref().map(sort_text).transpose()?,
            intersects: self.intersects.as_ref().filter(|value| !value.is_null()).map(|_| String::new()),
        })
    }
}

/// Text, a number, or a list of these, as it would stand in a query string.
fn text(name: &str, value: Option<&Value>) -> ApiResult<Option<String>> {
    let plain = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    let refuse = || ApiError::bad_request(format!("`{name}` has to be text, a number, or a list of these"));
    match value {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Array(all)) => {
            let all: Vec<String> = all.iter().map(plain).collect::<Option<_>>().ok_or_else(refuse)?;
            Ok(Some(all.join(",")))
        }
        Some(value) => plain(value).map(Some).ok_or_else(refuse),
    }
}

/// The sort extension's list of fields, as it would stand in a query string.
fn sort_text(value: &Value) -> ApiResult<String> {
    let Value::Array(fields) = value else { return Ok(text("sortby", Some(value))?.unwrap_or_default()) };
    let field = |field: &Value| {
        let sign = if field["direction"] == "desc" { "-" } else { "+" };
        format!("{sign}{}", field["field"].as_str().unwrap_or("?"))
    };
    Ok(fields.iter().map(field).collect::<Vec<_>>().join(","))
}

/// What a search asks for.
#[derive(Debug)]
pub(super) struct Criteria {
    /// What the catalog is asked.
    pub query: SearchQuery,
    /// What is picked out of its answer.
    pub place: Option<Place>,
    /// Nothing can be found.
    pub nothing: bool,
}

impl Criteria {
    /// Reads the conditions.
    pub(super) fn parse(parameters: &SearchParameters, viewer: Viewer) -> ApiResult<Self> {
        if parameters.intersects.is_some() {
            return Err(ApiError::bad_request("`intersects` is not offered here: use `bbox`"));
        }
        let ids = id_list("ids", &parameters.ids, MOST_IDS)?;
        let usual = i64::try_from(ids.len()).unwrap_or(USUAL).max(USUAL);
        let bbox = given(parameters.bbox.as_ref()).map(parse_bbox).transpose()?;
        let place = given(parameters.place_position.as_ref())
            .map(|position| {
                let distance = given(parameters.place_distance.as_ref());
                Place::parse(position, distance, given(parameters.place_fov_tolerance.as_ref()))
            })
            .transpose()?;
        let (area, order) = match (bbox, &place) {
            (Some(_), Some(_)) => {
                return Err(ApiError::bad_request("`bbox` and `place_position` exclude each other"));
            }
            (Some(bbox), None) => {
                let (lon, lat) = bbox.centre();
                (Some(Area { bbox }), Order::Nearest(lon, lat))
            }
            (None, Some(place)) => (Some(place.area()), Order::Nearest(place.lon, place.lat)),
            (None, None) => (None, Order::Newest),
        };
        let period = given(parameters.datetime.as_ref()).map(parse_period).transpose()?.unwrap_or_default();
        let filter = given(parameters.filter.as_ref());
        filter.map(asks_for_tags_only).transpose()?;
        Ok(Self {
            query: SearchQuery {
                viewer,
                ids,
                sequences: id_list("collections", &parameters.collections, MOST_IDS)?,
                area,
                since: period.since,
                until: period.until,
                order: given(parameters.sortby.as_ref()).map(parse_order).transpose()?.unwrap_or(order),
                limit: page_size(parameters.limit.as_deref(), usual, MOST)?,
            },
            place,
            nothing: filter.is_some(),
        })
    }
}

fn given(text: Option<&String>) -> Option<&str> {
    text.map(String::as_str).filter(|text| !text.trim().is_empty())
}

fn parse_order(text: &str) -> ApiResult<Order> {
    let text = text.trim();
    let (field, descending) = match text.strip_prefix('-') {
        Some(field) => (field, true),
        // In a URL, + is a space unless it is encoded.
        None => (text.trim_start_matches('+'), false),
    };
    match (field.trim_start_matches("properties."), descending) {
        ("datetime" | "ts", false) => Ok(Order::Oldest),
        ("datetime" | "ts", true) => Ok(Order::Newest),
        _ => Err(ApiError::bad_request("`sortby` has to be +datetime or -datetime")),
    }
}
