//! What a search asks for, out of a query string or a JSON body.

use flaneur_access::Viewer;
use flaneur_catalog::model::{
    Area, Comparison, Filter, Order, Parts, PictureFilter, PictureProperty, SearchQuery, Value as Bound,
};
use serde::Deserialize;
use serde_json::Value;

use super::{place::Place, token};
use crate::{
    ApiError, ApiResult, cql2,
    extract::{given, id_list, page_size, said, sort_field},
    stac::{Fields, Period, parse_bbox, parse_instants, parse_region},
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
    /// Only pictures taken then: a time, or an interval with `/`, of which `..` leaves an end open.
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
    /// Only pictures in this GeoJSON geometry. Not together with `bbox`.
    #[param(example = "{\"type\":\"Polygon\",\"coordinates\":[[[1.9,49],[2,49],[2,49.1],[1.9,49.1],[1.9,49]]]}")]
    intersects: Option<String>,
    /// Only pictures for which this holds, in CQL2. `/queryables` says what there is.
    #[param(example = "\"semantics.osm|traffic_sign\" IS NOT NULL")]
    filter: Option<String>,
    /// How the filter is written: `cql2-text`, unless it is said, or `cql2-json`.
    #[serde(rename = "filter-lang")]
    #[param(example = "cql2-text")]
    filter_lang: Option<String>,
    /// Coordinates in the filter: `http://www.opengis.net/def/crs/OGC/1.3/CRS84`.
    #[serde(rename = "filter-crs")]
    filter_crs: Option<String>,
    /// In which order: `+datetime`, `-datetime`, `+id` or `-id`.
    #[param(example = "-datetime")]
    sortby: Option<String>,
    /// Which members of items are told: names separated by commas, `-` before those to be left out. Of properties, `properties.`
    /// may be left out. Empty, or with `-` only: what makes an item valid, and `datetime`. Not said: all.
    #[serde(deserialize_with = "said")]
    #[param(value_type = Option<String>, example = "id,geometry,properties.datetime")]
    fields: Option<String>,
    /// Where the page before ended: taken from its `next` link.
    token: Option<String>,
    /// What came as JSON.
    #[serde(skip)]
    #[param(ignore)]
    documents: Documents,
}

/// What a body has as JSON, and a query string as text.
#[derive(Debug, Clone, Default)]
struct Documents {
    filter: Option<Value>,
    intersects: Option<Value>,
    fields: Option<Value>,
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
    /// Only pictures in this GeoJSON geometry. Not together with `bbox`.
    #[schema(value_type = Option<Object>)]
    intersects: Option<Value>,
    /// Only pictures for which this holds, in CQL2: JSON, or text.
    #[schema(value_type = Option<Value>)]
    filter: Option<Value>,
    /// How the filter is written: `cql2-json` or `cql2-text`.
    #[serde(rename = "filter-lang")]
    filter_lang: Option<String>,
    /// Coordinates in the filter: `http://www.opengis.net/def/crs/OGC/1.3/CRS84`.
    #[serde(rename = "filter-crs")]
    filter_crs: Option<String>,
    /// In which order: `[{"field": "datetime", "direction": "desc"}]`.
    #[schema(value_type = Option<Vec<Object>>)]
    sortby: Option<Value>,
    /// Which members of items are told: `{"include": ["id", "properties.datetime"], "exclude": ["assets"]}`. Without
    /// `include`: all but those in `exclude`. With both empty: what makes an item valid, and `datetime`.
    #[serde(deserialize_with = "said")]
    #[schema(value_type = Object, required = false)]
    fields: Option<Value>,
    /// Where the page before ended: taken from its `next` link.
    token: Option<String>,
}

impl SearchBody {
    /// The same as text.
    pub(super) fn to_parameters(&self) -> ApiResult<SearchParameters> {
        let given = |value: &Option<Value>| value.clone().filter(|value| !value.is_null());
        // Text may stand for both.
        let document = |value: &Option<Value>| match given(value) {
            Some(Value::String(text)) => (Some(text), None),
            other => (None, other),
        };
        let (filter, filter_document) = document(&self.filter);
        let (intersects, intersects_document) = document(&self.intersects);
        let list = |name: &str, value| text(name, value).map(|text| text.into_iter().collect());
        Ok(SearchParameters {
            ids: list("ids", self.ids.as_ref())?,
            collections: list("collections", self.collections.as_ref())?,
            bbox: match &self.bbox {
                Some(Value::String(_)) => {
                    return Err(ApiError::bad_request(
                        "`bbox` has to be a list of numbers: [west, south, east, north]",
                    ));
                }
                bbox => text("bbox", bbox.as_ref())?,
            },
            datetime: text("datetime", self.datetime.as_ref())?,
            limit: text("limit", self.limit.as_ref())?,
            place_position: text("place_position", self.place_position.as_ref())?,
            place_distance: text("place_distance", self.place_distance.as_ref())?,
            place_fov_tolerance: text("place_fov_tolerance", self.place_fov_tolerance.as_ref())?,
            intersects,
            filter,
            filter_lang: self.filter_lang.clone(),
            filter_crs: self.filter_crs.clone(),
            sortby: self.sortby.as_ref().map(sort_text).transpose()?,
            fields: None,
            token: self.token.clone(),
            documents: Documents {
                filter: filter_document,
                intersects: intersects_document,
                fields: self.fields.clone(),
            },
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
    /// Nobody asked for the order: if too much would have to be looked at for it, another one will do.
    pub by_chance: bool,
}

impl Criteria {
    /// Reads the conditions. `parts` is what is read of each picture.
    pub(super) fn parse(parameters: &SearchParameters, viewer: Viewer, parts: Parts) -> ApiResult<Self> {
        let ids = id_list("ids", &parameters.ids, MOST_IDS)?;
        let usual = i64::try_from(ids.len()).unwrap_or(USUAL).max(USUAL);
        let bbox = given(parameters.bbox.as_ref()).map(parse_bbox).transpose()?;
        let asked = parameters.asked()?;
        let place = given(parameters.place_position.as_ref())
            .map(|position| {
                let distance = given(parameters.place_distance.as_ref());
                Place::parse(position, distance, given(parameters.place_fov_tolerance.as_ref()))
            })
            .transpose()?;
        let region = match (parameters.intersects()?, asked.region) {
            (Some(_), Some(_)) => {
                return Err(ApiError::bad_request("`intersects` and S_INTERSECTS in `filter` exclude each other"));
            }
            (one, other) => one.or(other),
        };
        let places = usize::from(bbox.is_some()) + usize::from(place.is_some()) + usize::from(region.is_some());
        if places > 1 {
            return Err(ApiError::bad_request("`bbox`, `intersects` and `place_position` exclude each other"));
        }
        let area = match (bbox, region, &place) {
            (Some(bbox), ..) => Some(Area::of(bbox)),
            (None, Some(region), _) => Some(Area::within(region)),
            (None, None, place) => place.as_ref().map(Place::area),
        };
        let nearest = match (&area, &place) {
            (_, Some(place)) => Order::Nearest(place.lon, place.lat),
            (Some(area), None) => {
                let (lon, lat) = area.bbox.centre();
                Order::Nearest(lon, lat)
            }
            (None, None) => Order::Newest,
        };
        let token = given(parameters.token.as_ref());
        let asked_order = given(parameters.sortby.as_ref()).map(parse_order).transpose()?;
        let by_chance = asked_order.is_none() && place.is_none() && area.is_some();
        let order = match asked_order {
            Some(order) => order,
            // A search that went over to the order of time stays with it.
            None if by_chance && token.is_some_and(|token| token::read(token, Order::Newest).is_ok()) => Order::Newest,
            None => nearest,
        };
        let period = given(parameters.datetime.as_ref()).map(parse_instants).transpose()?.unwrap_or_default();
        let period = narrowed(period, asked.filter.as_ref());
        Ok(Self {
            query: SearchQuery {
                viewer,
                // Who names a picture is about to show it.
                related: !ids.is_empty() && parts.neighbours,
                parts,
                ids,
                sequences: id_list("collections", &parameters.collections, MOST_IDS)?,
                area,
                since: period.since,
                until: period.until,
                filter: asked.filter,
                order,
                after: token.map(|token| token::read(token, order)).transpose()?,
                limit: page_size(parameters.limit.as_deref(), usual, MOST)?,
            },
            place,
            by_chance: by_chance && token.is_none(),
        })
    }
}

impl SearchParameters {
    fn asked(&self) -> ApiResult<cql2::Asked<PictureProperty>> {
        let (language, crs) = (self.filter_lang.as_deref(), self.filter_crs.as_deref());
        match &self.documents.filter {
            Some(document) => cql2::parse(cql2::Sent::Json(document), language, crs),
            None => cql2::parse_text(given(self.filter.as_ref()), language, crs),
        }
    }

    /// Which members of items are told.
    pub(super) fn fields(&self) -> ApiResult<Fields> {
        match (&self.documents.fields, &self.fields) {
            (Some(document), _) => Fields::of_json(document),
            (None, Some(text)) => Fields::of_text(text),
            (None, None) => Ok(Fields::default()),
        }
    }

    fn intersects(&self) -> ApiResult<Option<flaneur_catalog::model::Region>> {
        let read = |document: &Value| parse_region("`intersects`", document).map(Some);
        match (&self.documents.intersects, given(self.intersects.as_ref())) {
            (Some(document), _) => read(document),
            (None, Some(text)) => read(&serde_json::from_str(text).unwrap_or_default()),
            (None, None) => Ok(None),
        }
    }
}

/// What of a filter is about the time of capture, and an index can lead by.
fn narrowed(mut period: Period, filter: Option<&PictureFilter>) -> Period {
    for part in filter.iter().flat_map(|filter| filter.conjuncts()) {
        if let Filter::Compare(PictureProperty::CapturedAt, comparison, Bound::Time(at)) = part {
            match comparison {
                Comparison::AtLeast | Comparison::Greater => {
                    period.since = Some(period.since.map_or(*at, |old| old.max(*at)));
                }
                Comparison::AtMost | Comparison::Less => {
                    period.until = Some(period.until.map_or(*at, |old| old.min(*at)));
                }
                Comparison::Equal | Comparison::Differs => {}
            }
        }
    }
    period
}

fn parse_order(text: &str) -> ApiResult<Order> {
    let field = |text: &str| {
        let (field, descending) = sort_field(text);
        match (field.trim_start_matches("properties."), descending) {
            ("datetime" | "ts", false) => Some(Order::Oldest),
            ("datetime" | "ts", true) => Some(Order::Newest),
            ("id", false) => Some(Order::Id),
            ("id", true) => Some(Order::IdBackwards),
            _ => None,
        }
    };
    let fields: Option<Vec<Order>> = text.split(',').map(field).collect();
    match fields.as_deref() {
        // What was taken at the same time is in the order of identifiers anyway.
        Some([order] | [order @ Order::Oldest, Order::Id] | [order @ Order::Newest, Order::IdBackwards]) => Ok(*order),
        _ => Err(ApiError::bad_request("`sortby` has to be +datetime, -datetime, +id or -id")),
    }
}
