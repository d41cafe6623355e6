//! One query of a search: what leads to the pictures, and the conditions on top of it.

use std::ops::RangeInclusive;

use flaneur_coverage::quadkey::Bbox;
use jiff::Timestamp;

use super::{
    Connection, at_least_none,
    dialect::{NO_INDEX, PICTURES_IN_SPANS},
    filter::{self, TagsOf},
    items, spans,
    statement::Values,
};
use crate::{
    Result,
    model::{Item, Order, PictureFilter, PictureId, SearchPlace, SearchQuery, SequenceId, squared_distance},
    stored::rows::{micros, time},
};

/// What leads to the pictures; everything else is a filter.
pub enum Lead<'q> {
    Ids,
    Sequences,
    /// Key ranges.
    Place(Vec<RangeInclusive<i64>>),
    /// Tags of which they have at least one.
    Tags(Vec<&'q PictureFilter>),
    /// The order of the search, by time or by identifier, up to this picture, or to the end.
    Order(Option<SearchPlace>),
    /// The first so many in order of time, and no others.
    Recent(i64),
}

impl Lead<'_> {
    fn is_order(&self) -> bool {
        matches!(self, Self::Order(_) | Self::Recent(_))
    }
}

/// A picture that may be what is wanted.
#[derive(sqlx::FromRow)]
struct Hit {
    id: PictureId,
    lon: f64,
    lat: f64,
    captured_at: i64,
}

/// A text of SQL that selects hits in order, and the order, over the table `p`.
struct Hits {
    with: String,
    from: String,
    conditions: String,
    order: String,
}

/// At most `query.limit` pictures that a lead leads to. `reach` in degrees of latitude limits the distance from the point
/// that [`Order::Nearest`] names.
pub async fn run(
    connection: &mut Connection,
    query: &SearchQuery,
    lead: &Lead<'_>,
    reach: Option<f64>,
) -> Result<Vec<Item>> {
    let mut values = Values::default();
    let Hits { with, from, conditions, order } = hits(&mut values, query, lead, reach)?;
    let limit = values.bind(at_least_none(query.limit))?;
    let hits = format!("{with} SELECT p.id FROM {from} WHERE {conditions} ORDER BY {order} LIMIT +{limit}");
    items::parts_of_items(connection, values, query.viewer, &hits, &order, query.parts).await
}

/// Pictures of a sequence with rank above `after_rank` that fit the query, in the order of the sequence.
pub async fn by_rank(
    connection: &mut Connection,
    sequence: SequenceId,
    query: &SearchQuery,
    after_rank: i64,
) -> Result<Vec<Item>> {
    let mut values = Values::default();
    // The order in which the sequence is indexed; the query's own would need a sort.
    let Hits { from, conditions, .. } = hits(&mut values, query, &Lead::Sequences, None)?;
    let hits = format!(
        "SELECT p.id FROM {from} WHERE {conditions} AND p.sequence_id = {} AND p.rank > {} ORDER BY p.rank LIMIT +{}",
        values.bind(sequence)?,
        values.bind(after_rank)?,
        values.bind(at_least_none(query.limit))?,
    );
    items::parts_of_items(connection, values, query.viewer, &hits, "p.rank", query.parts).await
}

/// The same as [`run`] without what else there is to know of them, as places in the order, and where they are.
pub async fn places(
    connection: &mut Connection,
    query: &SearchQuery,
    lead: &Lead<'_>,
    reach: Option<f64>,
) -> Result<Vec<(SearchPlace, (f64, f64))>> {
    let mut values = Values::default();
    let Hits { with, from, conditions, order } = hits(&mut values, query, lead, reach)?;
    let limit = values.bind(at_least_none(query.limit))?;
    let sql = format!(
        "{with} SELECT p.id, p.lon, p.lat, p.captured_at FROM {from} WHERE {conditions} ORDER BY {order} LIMIT +{limit}"
    );
    let rows: Vec<Hit> = values.fetch_all(connection, sql).await?;
    rows.into_iter()
        .map(|hit| {
            let at = (hit.lon, hit.lat);
            let squared_distance = match query.order {
                Order::Nearest(lon, lat) => squared_distance(at, (lon, lat)),
                _ => 0.0,
            };
            Ok((SearchPlace { captured_at: time(hit.captured_at)?, squared_distance, id: hit.id }, at))
        })
        .collect()
}

/// These pictures, in the order of the search.
pub async fn these(connection: &mut Connection, query: &SearchQuery, ids: &[PictureId]) -> Result<Vec<Item>> {
    let mut values = Values::default();
    let list = values.ids(ids.iter().map(|id| id.0))?;
    let order = order(&mut values, query.order, false)?;
    let hits = format!("SELECT p.id FROM pictures p WHERE p.id IN ({list})");
    items::parts_of_items(connection, values, query.viewer, &hits, &order, query.parts).await
}

/// The last of the next `many` published pictures in the order of the search, if there are as many.
pub async fn end_of_window(connection: &mut Connection, query: &SearchQuery, many: i64) -> Result<Option<SearchPlace>> {
    let mut values = Values::default();
    let mut conditions = vec!["p.audience IS NOT NULL".to_owned()];
    conditions.extend(dates(&mut values, query, "p.captured_at")?);
    conditions.extend(behind(&mut values, query, true)?);
    let order = order(&mut values, query.order, true)?;
    let sql = format!(
        "SELECT p.id, p.captured_at FROM pictures p WHERE {} ORDER BY {order} LIMIT 1 OFFSET {}",
        conditions.join(" AND "),
        values.bind(many - 1)?,
    );
    let rows: Vec<(PictureId, i64)> = values.fetch_all(connection, sql).await?;
    let end = rows.into_iter().next();
    end.map(|(id, at)| Ok(SearchPlace { captured_at: time(at)?, squared_distance: 0.0, id })).transpose()
}

/// Whether the viewer may see at least `many` pictures in the ranges, whatever else the query asks for.
pub async fn hold(
    connection: &mut Connection,
    query: &SearchQuery,
    ranges: &[RangeInclusive<i64>],
    many: i64,
) -> Result<bool> {
    let mut values = Values::default();
    let spans = spans::spans(&mut values, ranges)?;
    let seen = values.seen(query.viewer, "p")?;
    let many_here = values.bind(many)?;
    let sql = format!(
        "{spans} SELECT COUNT(*) FROM (
             SELECT 1 FROM {PICTURES_IN_SPANS}
             WHERE p.quadkey BETWEEN w.low AND w.high AND {seen} LIMIT +{many_here}) found",
    );
    let rows: Vec<(i64,)> = values.fetch_all(connection, sql).await?;
    Ok(rows.first().is_some_and(|(count,)| *count >= many))
}

fn hits(values: &mut Values, query: &SearchQuery, lead: &Lead<'_>, reach: Option<f64>) -> Result<Hits> {
    let mut conditions = vec![values.seen(query.viewer, "p")?];
    let mut from = "pictures p".to_owned();
    let mut with = String::new();
    match lead {
        Lead::Place(ranges) => {
            with = spans::spans(values, ranges)?;
            PICTURES_IN_SPANS.clone_into(&mut from);
            conditions.push("p.quadkey BETWEEN w.low AND w.high".to_owned());
        }
        Lead::Tags(tags) => {
            let with_tags = filter::with_tags(values, tags, TagsOf::Pictures)?;
            from = format!("(SELECT DISTINCT id FROM ({with_tags}) each_tag) tagged CROSS JOIN pictures p");
            conditions.push("p.id = tagged.id".to_owned());
        }
        Lead::Order(Some(end)) => conditions.push(up_to(values, query.order, end)?),
        Lead::Order(None) | Lead::Ids | Lead::Sequences | Lead::Recent(_) => {}
    }
    if !query.ids.is_empty() {
        let list = values.ids(query.ids.iter().map(|id| id.0))?;
        conditions.push(format!("p.id IN ({list})"));
    }
    if !query.sequences.is_empty() {
        let list = values.ids(query.sequences.iter().map(|id| id.0))?;
        // Where ids lead, this is a filter.
        let column = if matches!(lead, Lead::Sequences) { "" } else { NO_INDEX };
        conditions.push(format!("{column}p.sequence_id IN ({list})"));
    }
    if let Some(area) = &query.area {
        conditions.push(inside(values, &area.bbox)?);
    }
    if let Some(wanted) = &query.filter {
        conditions.push(filter::condition(values, wanted)?);
    }
    let by_order = lead.is_order();
    let captured = if by_order { "p.captured_at".to_owned() } else { format!("{NO_INDEX}p.captured_at") };
    let mut walked = dates(values, query, &captured)?;
    walked.extend(behind(values, query, by_order)?);
    if let (Order::Nearest(lon, lat), Some(reach)) = (query.order, reach) {
        let distance = distance(values, lon, lat)?;
        conditions.push(format!("{distance} <= {}", values.bind(reach * reach)?));
    }
    let order = order(values, query.order, by_order)?;
    if let Lead::Recent(many) = lead {
        walked.push("p.audience IS NOT NULL".to_owned());
        from = format!(
            "(SELECT p.id, p.captured_at, p.audience, p.account_id, p.lon, p.lat FROM pictures p
              WHERE {} ORDER BY {order} LIMIT +{}) p",
            walked.join(" AND "),
            values.bind(*many)?
        );
    } else {
        conditions.append(&mut walked);
    }
    Ok(Hits { with, from, conditions: conditions.join(" AND "), order })
}

/// The conditions on the time of capture.
fn dates(values: &mut Values, query: &SearchQuery, captured: &str) -> Result<Vec<String>> {
    let mut bound = |at: Option<Timestamp>, sign: &str| -> Result<Option<String>> {
        at.map(|at| Ok(format!("{captured} {sign} {}", values.bind(micros(at))?))).transpose()
    };
    Ok([bound(query.since, ">=")?, bound(query.until, "<=")?].into_iter().flatten().collect())
}

/// The `ORDER BY`. Without `index`, no index is chosen for it.
fn order(values: &mut Values, order: Order, index: bool) -> Result<String> {
    let column = if index { "" } else { NO_INDEX };
    Ok(match order {
        Order::Newest => items::by_time(true, index),
        Order::Oldest => items::by_time(false, index),
        Order::Id => format!("{column}p.id"),
        Order::IdBackwards => format!("{column}p.id DESC"),
        Order::Nearest(lon, lat) => format!("{}, p.id", distance(values, lon, lat)?),
    })
}

/// The condition that the picture comes after the page before.
fn behind(values: &mut Values, query: &SearchQuery, index: bool) -> Result<Option<String>> {
    let Some(place) = &query.after else { return Ok(None) };
    let column = if index { "" } else { NO_INDEX };
    let id = values.bind(place.id)?;
    let mut by_time = |sign: &str| -> Result<String> {
        Ok(format!("({column}p.captured_at, p.id) {sign} ({}, {id})", values.bind(micros(place.captured_at))?))
    };
    Ok(Some(match query.order {
        Order::Newest => by_time("<")?,
        Order::Oldest => by_time(">")?,
        Order::Id => format!("{column}p.id > {id}"),
        Order::IdBackwards => format!("{column}p.id < {id}"),
        Order::Nearest(lon, lat) => {
            let distance = distance(values, lon, lat)?;
            format!("({distance}, p.id) > ({}, {id})", values.bind(place.squared_distance)?)
        }
    }))
}

/// The condition that the picture comes not after this one.
fn up_to(values: &mut Values, order: Order, end: &SearchPlace) -> Result<String> {
    let id = values.bind(end.id)?;
    let mut by_time = |sign: &str| -> Result<String> {
        Ok(format!("(p.captured_at, p.id) {sign} ({}, {id})", values.bind(micros(end.captured_at))?))
    };
    Ok(match order {
        Order::Newest => by_time(">=")?,
        Order::Oldest => by_time("<=")?,
        Order::IdBackwards => format!("p.id >= {id}"),
        Order::Id | Order::Nearest(..) => format!("p.id <= {id}"),
    })
}

/// The condition that the picture is in the box.
fn inside(values: &mut Values, bbox: &Bbox) -> Result<String> {
    let (west, east) = (values.bind(bbox.west)?, values.bind(bbox.east)?);
    let (south, north) = (values.bind(bbox.south)?, values.bind(bbox.north)?);
    let lon = if bbox.west > bbox.east {
        format!("(p.lon >= {west} OR p.lon <= {east})")
    } else {
        format!("p.lon BETWEEN {west} AND {east}")
    };
    Ok(format!("{lon} AND p.lat BETWEEN {south} AND {north}"))
}

/// [`squared_distance`] from a point, in degrees.
fn distance(values: &mut Values, lon: f64, lat: f64) -> Result<String> {
    let scale = values.bind(lat.to_radians().cos())?;
    let (lon, lat) = (values.bind(lon)?, values.bind(lat)?);
    let across = format!(
        "(CASE WHEN ABS(p.lon - {lon}) > 180.0 THEN 360.0 - ABS(p.lon - {lon}) ELSE ABS(p.lon - {lon}) END * {scale})"
    );
    Ok(format!("({across} * {across} + (p.lat - {lat}) * (p.lat - {lat}))"))
}
