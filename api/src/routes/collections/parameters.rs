//! Which sequences to list, and in which order: the same for all lists.

use flaneur_access::Viewer;
use flaneur_catalog::model::{Comparison, Filter, SequenceKey, SequenceOrder, SequenceProperty, SequenceQuery, Value};
use http::{HeaderMap, header};
use serde::Deserialize;

use super::Cursor;
use crate::{
    ApiError, ApiResult, cql2,
    extract::{given, page_size, sort_field},
    stac::{moment, parse_bbox, parse_period},
};

/// Which sequences.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListParameters {
    /// At most so many; more than 1000 is read as 1000.
    #[param(value_type = Option<i64>, minimum = 1, maximum = 1000, default = 100, example = 2)]
    limit: Option<String>,
    /// Only those whose extent meets this box: west,south,east,north in degrees.
    #[param(example = "1.9,49.0,2.0,49.1")]
    bbox: Option<String>,
    /// Only those with pictures taken then: a time, a day, or an interval with `/`, of which `..` leaves an end open.
    #[param(example = "2021-07-01/2021-07-31")]
    datetime: Option<String>,
    /// Only those for which this holds, in CQL2. `/collections/queryables` says what there is.
    #[param(example = "updated > '2024-05-01T12:00:00Z'")]
    filter: Option<String>,
    /// How the filter is written: `cql2-text`, unless it is said, or `cql2-json`.
    #[serde(rename = "filter-lang")]
    #[param(example = "cql2-text")]
    filter_lang: Option<String>,
    /// Coordinates in the filter; there are none.
    #[serde(rename = "filter-crs")]
    #[param(ignore)]
    filter_crs: Option<String>,
    /// In which order: `created`, `updated`, `datetime` (when the first picture was taken) or `id`, with `+` or `-` in front.
    /// By `+created`, if nothing is said, or by `+updated`, if the filter is about that.
    #[param(example = "-updated")]
    sortby: Option<String>,
    /// `true`: what was there once and is not to be seen any more is listed, too, as an identifier and
    /// `"geovisio:status": "deleted"`, in the same order.
    #[param(value_type = Option<bool>)]
    show_deleted: Option<String>,
    /// Only those that were made after this time, or day.
    #[param(example = "2024-05-01")]
    created_after: Option<String>,
    /// Only those that were made before this time, or day.
    created_before: Option<String>,
    /// Another page: taken from a link.
    page: Option<String>,
    /// As what: `json`, unless `Accept` says otherwise.
    #[param(example = "json")]
    format: Option<String>,
}

/// As what a list is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Json,
    Rss,
    Csv,
}

impl ListParameters {
    /// How many are wanted.
    pub(crate) fn limit(&self, usual: i64, most: i64) -> ApiResult<i64> {
        page_size(self.limit.as_deref(), usual, most)
    }

    /// As what they are wanted: as JSON, or as this.
    pub(crate) fn format(&self, other: Format, headers: &HeaderMap) -> ApiResult<Format> {
        let (name, media_type) = match other {
            Format::Rss => ("rss", "application/rss+xml"),
            Format::Csv => ("csv", "text/csv"),
            Format::Json => ("json", "application/json"),
        };
        match given(self.format.as_ref()) {
            Some("json") => Ok(Format::Json),
            Some(format) if format == name => Ok(other),
            Some(_) => Err(ApiError::bad_request(format!("`format` has to be json or {name}"))),
            None => {
                let accepted = headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or_default();
                let first = accepted.split([',', ';']).next().unwrap_or_default().trim();
                Ok(if first.eq_ignore_ascii_case(media_type) { other } else { Format::Json })
            }
        }
    }

    /// What the catalog is asked. `order` is that of the list if nothing is said; none: as it fits.
    pub(crate) fn query(
        &self,
        viewer: Viewer,
        limit: i64,
        order: Option<SequenceOrder>,
    ) -> ApiResult<(SequenceQuery, Option<Cursor>)> {
        let period = given(self.datetime.as_ref()).map(parse_period).transpose()?.unwrap_or_default();
        let filter = given(self.filter.as_ref());
        let asked = cql2::parse_text(filter, self.filter_lang.as_deref(), self.filter_crs.as_deref())?;
        let by_updated = asked.filter.iter().flat_map(Filter::conjuncts).any(|part| {
            matches!(part, Filter::Compare(SequenceProperty::UpdatedAt, Comparison::Greater | Comparison::AtLeast, _))
        });
        // Then an index leads to what is wanted.
        let fitting = SequenceOrder {
            by: if by_updated { SequenceKey::Updated } else { SequenceKey::Created },
            descending: false,
        };
        let order = match given(self.sortby.as_ref()) {
            Some(text) => parse_order(text)?,
            None => order.unwrap_or(fitting),
        };
        let cursor = given(self.page.as_ref()).map(|page| Cursor::parse(page, order)).transpose()?;
        let mut conditions: Vec<_> = asked.filter.into_iter().collect();
        conditions.extend(made("created_after", self.created_after.as_ref(), Comparison::Greater)?);
        conditions.extend(made("created_before", self.created_before.as_ref(), Comparison::Less)?);
        let filter = if conditions.len() > 1 { Some(Filter::All(conditions)) } else { conditions.pop() };
        let query = SequenceQuery {
            viewer,
            account: None,
            bbox: given(self.bbox.as_ref()).map(parse_bbox).transpose()?,
            since: period.since,
            until: period.until,
            filter,
            with_gone: self.shows_deleted()? || asked.with_gone,
            order,
            after: cursor.map(|cursor| cursor.place),
            backwards: cursor.is_some_and(|cursor| cursor.backwards),
            limit,
        };
        Ok((query, cursor))
    }

    fn shows_deleted(&self) -> ApiResult<bool> {
        match given(self.show_deleted.as_ref()).map(str::to_ascii_lowercase).as_deref() {
            None | Some("false" | "0") => Ok(false),
            Some("true" | "1") => Ok(true),
            Some(_) => Err(ApiError::bad_request("`show_deleted` has to be true or false")),
        }
    }

    /// What all pages are asked with.
    pub(crate) fn kept(&self) -> [(&'static str, Option<&str>); 11] {
        [
            ("limit", self.limit.as_deref()),
            ("bbox", self.bbox.as_deref()),
            ("datetime", self.datetime.as_deref()),
            ("filter", self.filter.as_deref()),
            ("filter-lang", self.filter_lang.as_deref()),
            ("filter-crs", self.filter_crs.as_deref()),
            ("sortby", self.sortby.as_deref()),
            ("show_deleted", self.show_deleted.as_deref()),
            ("created_after", self.created_after.as_deref()),
            ("created_before", self.created_before.as_deref()),
            ("format", self.format.as_deref()),
        ]
    }

    /// Whether nothing is asked for that could be less than all.
    pub(crate) fn asks_for_all(&self) -> bool {
        let narrows = |name: &str| !matches!(name, "limit" | "format" | "sortby" | "show_deleted");
        self.page.is_none() && self.kept().into_iter().all(|(name, value)| value.is_none() || !narrows(name))
    }

    /// Which page is asked for, as it stands in the address.
    pub(crate) fn page(&self) -> (&'static str, Option<&str>) {
        ("page", self.page.as_deref())
    }
}

/// The condition on when a sequence was made.
fn made(name: &str, at: Option<&String>, comparison: Comparison) -> ApiResult<Option<Filter<SequenceProperty>>> {
    let Some(text) = given(at) else { return Ok(None) };
    let (first, last) = moment(text.trim()).ok_or_else(|| {
        ApiError::bad_request(format!(
            "`{name}` has to be a time as in RFC 3339, such as 2024-05-01T12:00:00Z, or a day"
        ))
    })?;
    let at = if comparison == Comparison::Greater { last } else { first };
    Ok(Some(Filter::Compare(SequenceProperty::CreatedAt, comparison, Value::Time(at))))
}

fn parse_order(text: &str) -> ApiResult<SequenceOrder> {
    let field = |text: &str| {
        let (field, descending) = sort_field(text);
        let by = match field {
            "created" => SequenceKey::Created,
            "updated" => SequenceKey::Updated,
            "datetime" => SequenceKey::Captured,
            "id" => SequenceKey::Id,
            _ => return None,
        };
        Some(SequenceOrder { by, descending })
    };
    let fields: Option<Vec<SequenceOrder>> = text.split(',').map(field).collect();
    match fields.as_deref() {
        Some([order]) => Ok(*order),
        // Where the time is the same, the identifier decides anyway, in the same direction.
        Some([order, SequenceOrder { by: SequenceKey::Id, descending }]) if *descending == order.descending => {
            Ok(*order)
        }
        _ => Err(ApiError::bad_request("`sortby` has to be created, updated, datetime or id, with + or - in front")),
    }
}
