//! Search: which index leads, and the conditions on top of it.

use std::ops::RangeInclusive;

use flaneur_coverage::quadkey::Bbox;

use super::{
    Connection, at_least_none,
    dialect::{self, PICTURES_IN_SPANS},
    items, related, spans,
    statement::Values,
};
use crate::{
    Result,
    model::{Item, Order, SearchQuery},
    stored::{
        areas::{self, around, common},
        rows::micros,
    },
};

/// Half the side of the first box in which the nearest pictures are looked for: about 100 m, in degrees of latitude.
const FIRST_REACH: f64 = 0.001;
/// By how much that grows until enough pictures are found.
const GROWTH: f64 = 6.0;
/// Half the side of a box that is as good as the world.
const LAST_REACH: f64 = 60.0;
/// A box with at most this many pictures per picture asked for is read whole; of a fuller one, so many times as many
/// are read in order of time, which most likely yields enough.
const FULLNESS: i64 = 50;
/// Added to that, so that short pages don't make it too small.
const FULLNESS_BASE: i64 = 2_000;
/// How many times as many pictures are read in order of time.
const PATIENCE: i64 = 4;

/// What leads to the pictures; everything else is a filter.
enum Lead {
    Ids,
    Sequences,
    /// Key ranges.
    Place(Vec<RangeInclusive<i64>>),
    Time,
    /// The first so many in order of time, and no others.
    Recent(i64),
}

/// Published pictures as the query wants them.
pub async fn search(connection: &mut Connection, query: &SearchQuery) -> Result<Vec<Item>> {
    let mut found = if !query.ids.is_empty() {
        run(connection, query, &Lead::Ids, None).await?
    } else if !query.sequences.is_empty() {
        run(connection, query, &Lead::Sequences, None).await?
    } else if let Order::Nearest(lon, lat) = query.order {
        nearest(connection, query, lon, lat).await?
    } else if let Some(area) = &query.area {
        in_area(connection, query, &area.bbox).await?
    } else {
        run(connection, query, &Lead::Time, None).await?
    };
    if !query.ids.is_empty() {
        related::relate(connection, query.viewer, &mut found).await?;
    }
    Ok(found)
}

/// Looks in growing boxes around the point until enough is found.
async fn nearest(connection: &mut Connection, query: &SearchQuery, lon: f64, lat: f64) -> Result<Vec<Item>> {
    let world = Bbox { west: -180.0, south: -90.0, east: 180.0, north: 90.0 };
    let bounds = query.area.as_ref().map_or(world, |area| area.bbox);
    let mut reach = FIRST_REACH;
    while reach < LAST_REACH {
        let parts = common(&bounds, &around(lon, lat, reach));
        let ranges = areas::ranges(&parts);
        if holds(connection, query, &ranges, at_least_none(query.limit)).await? {
            let found = run(connection, query, &Lead::Place(ranges), Some(reach)).await?;
            if found.len() as i64 >= at_least_none(query.limit) {
                return Ok(found);
            }
        }
        reach *= GROWTH;
    }
    run(connection, query, &Lead::Place(areas::ranges(&bounds.split())), None).await
}

/// Reads a box with few pictures whole; of a full one, tries the most recent pictures of the whole world first.
async fn in_area(connection: &mut Connection, query: &SearchQuery, bbox: &Bbox) -> Result<Vec<Item>> {
    let limit = at_least_none(query.limit);
    let ranges = areas::ranges(&bbox.split());
    let full = limit.saturating_mul(FULLNESS).saturating_add(FULLNESS_BASE);
    if holds(connection, query, &ranges, full).await? {
        let recent = run(connection, query, &Lead::Recent(full.saturating_mul(PATIENCE)), None).await?;
        if recent.len() as i64 == limit {
            return Ok(recent);
        }
    }
    run(connection, query, &Lead::Place(ranges), None).await
}

/// Whether the viewer may see at least `many` pictures in the ranges, whatever else the query asks for.
async fn holds(
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
             WHERE p.quadkey BETWEEN w.low AND w.high AND {seen} LIMIT {many_here}) found",
    );
    let rows: Vec<(i64,)> = values.fetch_all(connection, sql).await?;
    Ok(rows.first().is_some_and(|(count,)| *count >= many))
}

/// One query. `reach` in degrees of latitude limits the distance from the point that [`Order::Nearest`] names.
async fn run(connection: &mut Connection, query: &SearchQuery, lead: &Lead, reach: Option<f64>) -> Result<Vec<Item>> {
    let mut values = Values::default();
    let mut conditions = vec![values.seen(query.viewer, "p")?];
    let mut from = "pictures p".to_owned();
    let mut with = String::new();
    if let Lead::Place(ranges) = lead {
        with = spans::spans(&mut values, ranges)?;
        PICTURES_IN_SPANS.clone_into(&mut from);
        conditions.push("p.quadkey BETWEEN w.low AND w.high".to_owned());
    }
    if !query.ids.is_empty() {
        let list = values.ids(query.ids.iter().map(|id| id.0))?;
        conditions.push(format!("p.id IN ({list})"));
    }
    if !query.sequences.is_empty() {
        let list = values.ids(query.sequences.iter().map(|id| id.0))?;
        // Where ids lead, this is a filter.
        let column = if matches!(lead, Lead::Sequences) { "" } else { dialect::NO_INDEX };
        conditions.push(format!("{column}p.sequence_id IN ({list})"));
    }
    if let Some(area) = &query.area {
        conditions.push(inside(&mut values, &area.bbox)?);
    }
    let by_time = matches!(lead, Lead::Time | Lead::Recent(_));
    let captured = if by_time { "p.captured_at".to_owned() } else { format!("{}p.captured_at", dialect::NO_INDEX) };
    let mut dates = Vec::new();
    if let Some(since) = query.since {
        dates.push(format!("{captured} >= {}", values.bind(micros(since))?));
    }
    if let Some(until) = query.until {
        dates.push(format!("{captured} <= {}", values.bind(micros(until))?));
    }
    let order = match query.order {
        Order::Newest => items::by_time(true, by_time),
        Order::Oldest => items::by_time(false, by_time),
        Order::Nearest(lon, lat) => {
            let distance = squared_distance(&mut values, lon, lat)?;
            if let Some(reach) = reach {
                conditions.push(format!("{distance} <= {}", values.bind(reach * reach)?));
            }
            format!("{distance}, p.id")
        }
    };
    if let Lead::Recent(many) = lead {
        dates.push("p.audience IS NOT NULL".to_owned());
        from = format!(
            "(SELECT p.id, p.captured_at, p.audience, p.account_id, p.lon, p.lat FROM pictures p
              WHERE {} ORDER BY {order} LIMIT {}) p",
            dates.join(" AND "),
            values.bind(*many)?
        );
    } else {
        conditions.append(&mut dates);
    }
    let limit = values.bind(at_least_none(query.limit))?;
    let conditions = conditions.join(" AND ");
    let hits = format!("{with} SELECT p.id FROM {from} WHERE {conditions} ORDER BY {order} LIMIT {limit}");
    items::items(connection, values, query.viewer, &hits, &order).await
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

/// The squared distance from a point (degrees) in degrees of latitude, on a plane that touches the Earth there.
fn squared_distance(values: &mut Values, lon: f64, lat: f64) -> Result<String> {
    let scale = values.bind(lat.to_radians().cos())?;
    let (lon, lat) = (values.bind(lon)?, values.bind(lat)?);
    let across = format!(
        "(CASE WHEN ABS(p.lon - {lon}) > 180.0 THEN 360.0 - ABS(p.lon - {lon}) ELSE ABS(p.lon - {lon}) END * {scale})"
    );
    Ok(format!("({across} * {across} + (p.lat - {lat}) * (p.lat - {lat}))"))
}
