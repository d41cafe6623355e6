//! Lists all pictures that answer a query, also where a server tells only so many at once.
//!
//! Flaneur leads from page to page by `next` links. Panoramax' own server does not: it tells up to `limit` pictures and says
//! nothing of more. So where an answer may have been cut off, the area is divided, each part is asked for, and so on; where
//! pictures stand on one spot, time is divided. What still may be more is told, never passed over.

mod page;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json, value::RawValue};
use url::Url;

use crate::{
    Entry, Event, FetchError, Quality, Query, Refusal,
    area::{BBox, Polygons},
    client::Client,
    discover::Server,
    item,
    manifest::Sorter,
};
use page::Ended;

/// Pictures asked for at once: about three million bytes.
const PAGE: u32 = 1000;
/// Sequences asked for at once, so that addresses do not get too long.
const SEQUENCES: usize = 40;
/// Requests of one run.
const MOST_REQUESTS: u64 = 2_000_000;
/// Refused items that are told one by one.
const MOST_REFUSALS: usize = 1000;
/// Fewest pictures that any server tells at once.
const SMALLEST_CUT: u64 = 5;
/// Gaps that are told one by one.
const MOST_GAPS: usize = 100;
/// Divisions because the server would have to look at too much.
const DEEPEST_TOO_MUCH: u32 = 12;

/// Lists pictures.
pub(crate) struct Gathering<'a, 'c> {
    client: &'a Client<'c>,
    server: &'a Server,
    query: &'a Query,
    polygons: Option<Polygons>,
    sorter: Sorter<'a>,
    found: Found,
    /// Pictures on a page.
    limit: u32,
    /// Whether the server takes geometries as text.
    area_as_text: bool,
    /// It answered once: what it refuses is not because of how it is asked.
    worked: bool,
    requests: u64,
    met: u64,
    /// Whether it leads on where there is more, once that is known.
    leads_on: Option<bool>,
    /// Most pictures in one answer of a server that does not.
    largest: u64,
    /// What is asked for at present.
    asked: Option<Cell>,
    /// The server tells pictures of elsewhere, too.
    heedless: bool,
    /// The box around what the present search told.
    around: Option<BBox>,
}

/// What was learned besides the list.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// Items that are not taken, at most a thousand of them.
    pub refused: Vec<Refusal>,
    /// How many there are.
    pub refusals: u64,
    /// Where the server may have more pictures than it tells.
    pub gaps: Vec<String>,
}

/// A part of what is asked for.
#[derive(Debug, Clone)]
struct Cell {
    sequences: Vec<String>,
    bbox: Option<BBox>,
    /// Of capture.
    time: Option<(Timestamp, Timestamp)>,
    depth: u32,
}

impl<'a, 'c> Gathering<'a, 'c> {
    pub(crate) fn new(
        client: &'a Client<'c>,
        server: &'a Server,
        query: &'a Query,
        sorter: Sorter<'a>,
    ) -> Result<Self, FetchError> {
        let polygons = query.polygons()?;
        Ok(Self {
            client,
            server,
            query,
            polygons,
            sorter,
            found: Found::default(),
            limit: PAGE,
            area_as_text: false,
            worked: false,
            requests: 0,
            met: 0,
            leads_on: None,
            largest: 0,
            asked: None,
            heedless: false,
            around: None,
        })
    }

    /// Lists everything.
    pub(crate) async fn all(mut self) -> Result<(Sorter<'a>, Found), FetchError> {
        let groups: Vec<Vec<String>> = if self.query.collections.is_empty() {
            vec![Vec::new()]
        } else {
            self.query.collections.chunks(SEQUENCES).map(<[String]>::to_vec).collect()
        };
        let boxes: Vec<Option<BBox>> = match self.query.bbox {
            Some(bbox) => bbox.uncrossed().into_iter().map(Some).collect(),
            None => vec![None],
        };
        let mut cells: Vec<Cell> = Vec::new();
        for sequences in groups {
            for &bbox in &boxes {
                cells.push(Cell { sequences: sequences.clone(), bbox, time: None, depth: 0 });
            }
        }
        while let Some(cell) = cells.pop() {
            self.asked = Some(cell.clone());
            let ended = self.all_pages(&self.conditions(&cell)).await?;
            if self.requests > MOST_REQUESTS {
                return Err(FetchError::Usage("this takes too many requests: ask for a smaller area".to_owned()));
            }
            let divided = match ended {
                Ended::Told { count, matched: Some(matched), .. } if matched <= count => continue,
                Ended::Told { matched: Some(_), .. } => self.divide(&cell),
                Ended::Told { count, paged: true, .. } if !gave_up(count) => continue,
                Ended::Told { count, paged: false, .. } if !self.may_be_cut(count, &cell).await? => continue,
                Ended::Told { .. } => self.divide(&cell),
                Ended::TooMuch if cell.depth < DEEPEST_TOO_MUCH => self.divide(&cell),
                Ended::TooMuch => {
                    return Err(FetchError::Usage(
                        "the server would have to look at too many pictures for this filter: ask for a smaller area"
                            .to_owned(),
                    ));
                }
            };
            match divided {
                // To ask a server for parts that does not heed what it is asked for would never end.
                _ if self.heedless => {
                    self.gap("the server does not heed the area or time that it is asked for".to_owned());
                }
                Some(parts) => cells.extend(parts),
                None => self.gap(spot(&cell)),
            }
        }
        Ok((self.sorter, self.found))
    }

    /// What is asked of the server.
    fn conditions(&self, cell: &Cell) -> Value {
        let mut conditions = json!({});
        if !cell.sequences.is_empty() {
            conditions["collections"] = cell.sequences.clone().into();
        }
        match (cell.bbox, &self.polygons) {
            (Some(bbox), _) => conditions["bbox"] = json!(bbox.0),
            (None, Some(polygons)) => conditions["intersects"] = polygons.geojson(),
            (None, None) => {}
        }
        if let Some((from, to)) = cell.time {
            conditions["datetime"] = format!("{from}/{to}").into();
        }
        let changed = self.server.knows_updated;
        let since = self.query.since.filter(|_| changed).map(|since| format!("updated >= '{since}'"));
        let until = self.query.until.filter(|_| changed).map(|until| format!("updated <= '{until}'"));
        let own = self.query.filter.as_ref();
        let filters: Vec<String> = own.map(|own| format!("({own})")).into_iter().chain(since).chain(until).collect();
        match (&filters[..], own) {
            ([], _) => {}
            // As it was written: simple servers stumble over brackets.
            ([_], Some(own)) => conditions["filter"] = own.clone().into(),
            (filters, _) => conditions["filter"] = filters.join(" AND ").into(),
        }
        if conditions.get("filter").is_some() {
            conditions["filter-lang"] = "cql2-text".into();
        }
        conditions
    }

    /// Whether a server that has no pages may have more than it told.
    ///
    /// It tells so many at most, but not how many that are. What is asked for first is always asked for again in parts; if it
    /// was cut off, then at that number, and every part of which as many are told may be cut off, too. An answer with fewer
    /// pictures than the largest one is whole.
    async fn may_be_cut(&mut self, count: u64, cell: &Cell) -> Result<bool, FetchError> {
        if count < SMALLEST_CUT || self.leads_on(cell).await? {
            return Ok(false);
        }
        let largest = self.largest;
        self.largest = largest.max(count);
        Ok(cell.depth == 0 || count >= largest || count >= u64::from(self.limit))
    }

    /// Whether the server leads on where it has more than it tells, which is seen by asking for a single picture.
    async fn leads_on(&mut self, cell: &Cell) -> Result<bool, FetchError> {
        if let Some(known) = self.leads_on {
            return Ok(known);
        }
        let around = self.around;
        let usual = std::mem::replace(&mut self.limit, 1);
        let leads_on = self.has_next(&self.conditions(cell)).await;
        self.limit = usual;
        self.around = around;
        self.leads_on = Some(leads_on?);
        Ok(self.leads_on == Some(true))
    }

    /// The parts of a cell: of its area, or else halves of its time.
    fn divide(&self, cell: &Cell) -> Option<Vec<Cell>> {
        let depth = cell.depth + 1;
        let whole = self.polygons.as_ref().map_or(BBox::WORLD, Polygons::bbox);
        if let Some(parts) = cell.bbox.unwrap_or(whole).parts(self.around) {
            let of = |bbox| Cell { bbox: Some(bbox), depth, ..cell.clone() };
            return Some(parts.into_iter().map(of).collect());
        }
        let day = SignedDuration::from_hours(24);
        let ever = || {
            let begin = Timestamp::from_second(-4_600_000_000).ok()?; // the first photographs
            Some((begin, self.client.world.now().checked_add(day).ok()?))
        };
        let (from, to) = cell.time.or_else(ever)?;
        let length = to.duration_since(from);
        if length < SignedDuration::from_millis(1) {
            return None;
        }
        let middle = from.checked_add(length / 2).ok()?;
        Some([(from, middle), (middle, to)].map(|time| Cell { time: Some(time), depth, ..cell.clone() }).into())
    }

    /// Takes an item, if it is one that was asked for.
    fn take(&mut self, raw: &RawValue, base: &Url) -> Result<(), FetchError> {
        self.met += 1;
        let quality: Quality = self.query.quality;
        let read = item::read(raw, quality, base);
        if let (Ok(entry), Some(cell)) = (&read, &self.asked) {
            self.heedless |= !cell.holds(entry);
        }
        if let Some((lon, lat)) = read.as_ref().ok().and_then(|entry| entry.lon.zip(entry.lat)) {
            self.around = Some(self.around.map_or(BBox([lon, lat, lon, lat]), |around| around.with(lon, lat)));
        }
        match read {
            Ok(entry) if self.is_wanted(&entry) => self.sorter.push(entry),
            Ok(_) => Ok(()),
            Err(refusal) => {
                if self.found.refused.len() < MOST_REFUSALS && !self.found.refused.contains(&refusal) {
                    self.found.refused.push(refusal);
                }
                self.found.refusals += 1;
                Ok(())
            }
        }
    }

    /// Servers may not know a condition; what can be seen from here is looked at again. What an item does not state does not
    /// exclude it.
    fn is_wanted(&self, entry: &Entry) -> bool {
        let place = entry.lon.zip(entry.lat);
        let query = self.query;
        entry.updated.is_none_or(|updated| {
            query.since.is_none_or(|since| updated >= since) && query.until.is_none_or(|until| updated <= until)
        }) && place.is_none_or(|(lon, lat)| {
            query.bbox.is_none_or(|bbox| bbox.holds(lon, lat))
                && self.polygons.as_ref().is_none_or(|polygons| polygons.holds(lon, lat))
        }) && (query.collections.is_empty()
            || entry.collection.as_ref().is_none_or(|id| query.collections.contains(id)))
    }

    /// Notes where pictures may be missing; many of these are no news.
    fn gap(&mut self, where_and_why: String) {
        if self.found.gaps.len() < MOST_GAPS && !self.found.gaps.contains(&where_and_why) {
            self.found.gaps.push(where_and_why);
        }
    }

    fn tell(&self) {
        self.client.progress.on(&Event::Found { pictures: self.met, requests: self.requests });
    }
}

/// Whether pages may have ended before the pictures did: some search engines give up after ten thousand or so.
fn gave_up(count: u64) -> bool {
    count >= 1000 && count.is_multiple_of(1000)
}

impl Cell {
    /// Whether a picture is one of those asked for, as far as its item tells. A picture that moved a little since it was put
    /// in the server's index is.
    fn holds(&self, entry: &Entry) -> bool {
        let (slack, moment) = (1e-4, SignedDuration::from_secs(2));
        let place = entry.lon.zip(entry.lat).zip(self.bbox);
        let time = entry.datetime.zip(self.time);
        place.is_none_or(|((lon, lat), BBox([west, south, east, north]))| {
            BBox([west - slack, south - slack, east + slack, north + slack]).holds(lon, lat)
        }) && time.is_none_or(|(at, (from, to))| at.duration_since(from) >= -moment && to.duration_since(at) >= -moment)
    }
}

fn spot(cell: &Cell) -> String {
    let place = cell.bbox.map(|bbox| format!("around {:.6},{:.6} ", bbox.0[0], bbox.0[1])).unwrap_or_default();
    format!("{place}the server may have more pictures than it tells at once, and there is no way to ask for fewer")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn search_engines_give_up_at_round_numbers() {
        assert!(gave_up(10_000) && gave_up(1000));
        assert!(!gave_up(0) && !gave_up(500) && !gave_up(9999));
    }
}
