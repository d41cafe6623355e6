//! Search: which index leads.
//!
//! Where one does, it is read as far as the page goes. Where none leads to just what is wanted (a filter by the camera, a
//! tag that half of all pictures have, an outline), a bounded number of pictures is looked at, and the answer says where to
//! go on.

use flaneur_coverage::quadkey::Bbox;
use jiff::Timestamp;
use uuid::Uuid;

use super::{
    Connection,
    filter::{self, TagsOf},
    hits::{Lead, end_of_window, hold, places, run, these},
    related,
};
use crate::{
    CatalogError, Result,
    model::{Found, Item, Order, PictureId, SearchPlace, SearchQuery},
    stored::areas::{self, around, common},
};

/// Half the side of the first box in which the nearest pictures are looked for: about 100 m, in degrees of latitude.
const FIRST_REACH: f64 = 0.001;
/// By how much that grows until enough pictures are found.
const GROWTH: f64 = 6.0;
/// Half the side of a box that is as good as the world.
const LAST_REACH: f64 = 60.0;
/// Steps in which the largest box is looked for that may be read whole.
const STEPS: usize = 4;
/// A box with at most this many pictures per picture asked for is read whole; of a fuller one, so many times as many
/// are read in order of time, which most likely yields enough.
const FULLNESS: i64 = 50;
/// Added to that, so that short pages don't make it too small.
const FULLNESS_BASE: i64 = 2_000;
/// How many times as many pictures are read in order of time.
const PATIENCE: i64 = 4;
/// Pictures that one search looks at, where no index leads to just what is wanted.
const LOOKED_AT: i64 = 20_000;
/// Of these, so many in one query.
const WINDOW: i64 = 5_000;
/// Pictures that may be nearer than those on a page of the nearest: all of them are read for it.
const NEARER: i64 = 100_000;

/// What was found, and where to go on if that was not all that was to be looked at.
struct Outcome {
    items: Vec<Item>,
    rest: Option<SearchPlace>,
}

impl From<Vec<Item>> for Outcome {
    fn from(items: Vec<Item>) -> Self {
        Self { items, rest: None }
    }
}

/// Published pictures as the query wants them.
pub async fn search(connection: &mut Connection, query: &SearchQuery) -> Result<Found> {
    let Some(limit) = usize::try_from(query.limit).ok().filter(|limit| *limit > 0) else {
        return Ok(Found { items: Vec::new(), next: None });
    };
    // One more shows whether there are more.
    let one_more = SearchQuery { limit: query.limit.saturating_add(1), ..query.clone() };
    let Outcome { mut items, rest } = led(connection, &one_more).await?;
    let next = if items.len() > limit {
        items.truncate(limit);
        items.last().map(|last| SearchPlace::of(last, query.order))
    } else if items.is_empty() && rest.is_some() {
        return Err(CatalogError::TooBroad);
    } else {
        rest
    };
    if query.related {
        related::relate(connection, query.viewer, &mut items).await?;
    }
    Ok(Found { items, next })
}

async fn led(connection: &mut Connection, query: &SearchQuery) -> Result<Outcome> {
    if !query.ids.is_empty() {
        return within(connection, query, &Lead::Ids, None).await;
    }
    if !query.sequences.is_empty() {
        return within(connection, query, &Lead::Sequences, None).await;
    }
    let outline = query.area.as_ref().is_some_and(|area| area.region.is_some());
    if query.filter.is_some() || outline {
        return picky(connection, query).await;
    }
    Ok(match (query.order, &query.area) {
        (Order::Nearest(lon, lat), _) => nearest(connection, query, lon, lat).await?.into(),
        (Order::Newest | Order::Oldest, Some(area)) => in_area(connection, query, &area.bbox).await?.into(),
        (Order::Newest | Order::Oldest, None) => run(connection, query, &Lead::Order(None), None).await?.into(),
        (Order::Id | Order::IdBackwards, _) => walk(connection, query).await?,
    })
}

/// What a lead leads to and is in the region, if there is one.
async fn within(
    connection: &mut Connection,
    query: &SearchQuery,
    lead: &Lead<'_>,
    reach: Option<f64>,
) -> Result<Outcome> {
    let Some(region) = query.area.as_ref().and_then(|area| area.region.as_ref()) else {
        return Ok(run(connection, query, lead, reach).await?.into());
    };
    let wanted = usize::try_from(query.limit).unwrap_or_default();
    let mut part = SearchQuery { limit: WINDOW, ..query.clone() };
    let (mut ids, mut looked_at): (Vec<PictureId>, i64) = (Vec::new(), 0);
    let rest = loop {
        let found = places(connection, &part, lead, reach).await?;
        let last = found.last().map(|(place, _)| *place);
        let all = (found.len() as i64) < WINDOW;
        looked_at += found.len() as i64;
        ids.extend(found.iter().filter(|(_, (lon, lat))| region.contains(*lon, *lat)).map(|(place, _)| place.id));
        if ids.len() >= wanted || all {
            break None;
        }
        if looked_at >= LOOKED_AT {
            break last;
        }
        part.after = last;
    };
    ids.truncate(wanted);
    Ok(Outcome { items: these(connection, query, &ids).await?, rest })
}

/// By conditions that no index leads to by itself. If there are few pictures in the part of the world, or with the tags,
/// these are looked at; else those that come first.
async fn picky(connection: &mut Connection, query: &SearchQuery) -> Result<Outcome> {
    if let Some(area) = &query.area {
        let ranges = areas::ranges(&area.bbox.split());
        if !hold(connection, query, &ranges, LOOKED_AT).await? {
            return within(connection, query, &Lead::Place(ranges), None).await;
        }
    }
    if let Some(tags) = query.filter.as_ref().and_then(filter::tags_to_begin_with)
        && !filter::many_have(connection, &tags, TagsOf::Pictures, LOOKED_AT).await?
    {
        return within(connection, query, &Lead::Tags(tags), None).await;
    }
    match query.order {
        Order::Nearest(lon, lat) => nearest_of_some(connection, query, lon, lat).await,
        _ => walk(connection, query).await,
    }
}

/// Looks at pictures in the order in which they are wanted.
async fn walk(connection: &mut Connection, query: &SearchQuery) -> Result<Outcome> {
    let (mut items, mut looked_at) = (Vec::new(), 0);
    let mut part = query.clone();
    loop {
        let end = end_of_window(connection, &part, WINDOW).await?;
        let found = within(connection, &part, &Lead::Order(end), None).await?;
        part.limit -= found.items.len() as i64;
        items.extend(found.items);
        looked_at += WINDOW;
        if part.limit <= 0 || end.is_none() || looked_at >= LOOKED_AT {
            return Ok(Outcome { items, rest: end });
        }
        part.after = end;
    }
}

fn bounds(query: &SearchQuery) -> Bbox {
    let world = Bbox { west: -180.0, south: -90.0, east: 180.0, north: 90.0 };
    query.area.as_ref().map_or(world, |area| area.bbox)
}

/// The first box in which what comes after the page before may be.
fn first_reach(query: &SearchQuery) -> f64 {
    let mut reach = FIRST_REACH;
    let nearest = query.after.map_or(0.0, |place| place.squared_distance.sqrt());
    while reach < nearest {
        reach *= GROWTH;
    }
    reach
}

/// Looks in growing boxes around the point until enough is found.
async fn nearest(connection: &mut Connection, query: &SearchQuery, lon: f64, lat: f64) -> Result<Vec<Item>> {
    let bounds = bounds(query);
    let deep = query.after.is_some();
    let mut reach = first_reach(query);
    while reach < LAST_REACH {
        let ranges = areas::ranges(&common(&bounds, &around(lon, lat, reach)));
        if hold(connection, query, &ranges, query.limit).await? {
            if deep && hold(connection, query, &ranges, NEARER).await? {
                return Err(CatalogError::TooBroad);
            }
            let found = run(connection, query, &Lead::Place(ranges), Some(reach)).await?;
            if found.len() as i64 >= query.limit {
                return Ok(found);
            }
        }
        reach *= GROWTH;
    }
    let ranges = areas::ranges(&bounds.split());
    if deep && hold(connection, query, &ranges, NEARER).await? {
        return Err(CatalogError::TooBroad);
    }
    run(connection, query, &Lead::Place(ranges), None).await
}

/// The same with conditions that few of the near may meet: boxes grow as long as few enough pictures are in them.
async fn nearest_of_some(connection: &mut Connection, query: &SearchQuery, lon: f64, lat: f64) -> Result<Outcome> {
    let bounds = bounds(query);
    let ranges = |reach: f64| areas::ranges(&common(&bounds, &around(lon, lat, reach)));
    let (mut reach, mut read) = (first_reach(query), 0.0);
    while reach < LAST_REACH && !hold(connection, query, &ranges(reach), LOOKED_AT).await? {
        let found = within(connection, query, &Lead::Place(ranges(reach)), Some(reach)).await?;
        if found.items.len() as i64 >= query.limit {
            return Ok(found);
        }
        read = reach;
        reach *= GROWTH;
    }
    // Somewhere between is the largest that may be read.
    let (mut low, mut high) = (f64::max(read, reach / GROWTH.powi(4)), reach);
    for _ in 0..STEPS {
        let middle = (low * high).sqrt();
        let full = hold(connection, query, &ranges(middle), LOOKED_AT).await?;
        *(if full { &mut high } else { &mut low }) = middle;
    }
    if hold(connection, query, &ranges(low), LOOKED_AT).await? {
        return Err(CatalogError::TooBroad);
    }
    let mut found = within(connection, query, &Lead::Place(ranges(low)), Some(low)).await?;
    let end =
        SearchPlace { captured_at: Timestamp::UNIX_EPOCH, squared_distance: low * low, id: PictureId(Uuid::max()) };
    // The next page would find as much and as little.
    if found.items.is_empty() {
        return Err(CatalogError::TooBroad);
    }
    found.rest = Some(end);
    Ok(found)
}

/// Reads a box with few pictures whole; of a full one, tries the most recent pictures of the whole world first.
async fn in_area(connection: &mut Connection, query: &SearchQuery, bbox: &Bbox) -> Result<Vec<Item>> {
    let ranges = areas::ranges(&bbox.split());
    let full = query.limit.saturating_mul(FULLNESS).saturating_add(FULLNESS_BASE);
    if hold(connection, query, &ranges, full).await? {
        let recent = run(connection, query, &Lead::Recent(full.saturating_mul(PATIENCE)), None).await?;
        if recent.len() as i64 == query.limit {
            return Ok(recent);
        }
    }
    run(connection, query, &Lead::Place(ranges), None).await
}
