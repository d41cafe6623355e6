//! Filters in CQL2 (OGC 21-065r2), as text and as JSON: read, bounded, and put into the catalog's own terms.

mod read;
mod translate;
mod vocabulary;

use flaneur_catalog::model::{Filter, Region};
use serde_json::Value;

pub(crate) use vocabulary::{Entry, Kind, Vocabulary};

use crate::{ApiError, ApiResult, stac::parse_region};

/// A filter as it was sent.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Sent<'a> {
    /// In a query string, or as text in a body.
    Text(&'a str),
    /// In a body.
    Json(&'a Value),
}

/// What a filter asks for.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Asked<P> {
    /// The condition, if there is more to it than what follows.
    pub filter: Option<Filter<P>>,
    /// The part of the world, of `S_INTERSECTS`.
    pub region: Option<Region>,
    /// Whether what is gone is asked for, as older harvesters do: `status IN ('deleted','ready')`.
    pub with_gone: bool,
}

impl<P> Default for Asked<P> {
    fn default() -> Self {
        Self { filter: None, region: None, with_gone: false }
    }
}

/// Reads a filter that may stand in a query string; where there is none, everything is asked for.
pub(crate) fn parse_text<P: Vocabulary>(
    text: Option<&str>,
    language: Option<&str>,
    crs: Option<&str>,
) -> ApiResult<Asked<P>> {
    text.map_or_else(|| Ok(Asked::default()), |text| parse(Sent::Text(text), language, crs))
}

/// Reads a filter. `language` is `filter-lang`, `crs` is `filter-crs`.
pub(crate) fn parse<P: Vocabulary>(sent: Sent<'_>, language: Option<&str>, crs: Option<&str>) -> ApiResult<Asked<P>> {
    if crs.is_some_and(|crs| !matches!(crs.trim(), "" | "http://www.opengis.net/def/crs/OGC/1.3/CRS84")) {
        return Err(ApiError::bad_request(
            "`filter-crs` has to be http://www.opengis.net/def/crs/OGC/1.3/CRS84: coordinates are longitude, latitude",
        ));
    }
    let expression = match (language.map(str::trim).filter(|language| !language.is_empty()), sent) {
        (None | Some("cql2-text"), Sent::Text(text)) => read::text(text)?,
        (Some("cql2-json"), Sent::Text(text)) => {
            let value = serde_json::from_str(text).map_err(|error| read::unreadable(&error))?;
            read::json(&value)?
        }
        (None | Some("cql2-json"), Sent::Json(value)) => read::json(value)?,
        (Some("cql2-text"), Sent::Json(_)) => {
            return Err(ApiError::bad_request("`filter` has to be text, where `filter-lang` is cql2-text"));
        }
        _ => return Err(ApiError::bad_request("`filter-lang` has to be cql2-text or cql2-json")),
    };
    translate::asked(&expression, &|geometry| parse_region("`filter`", geometry))
}

#[cfg(test)]
mod tests;
