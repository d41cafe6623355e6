//! Pictures of other sequences from which one looks at the same street.

use std::collections::HashMap;

use flaneur_access::Viewer;
use flaneur_coverage::quadkey::{self, Bbox};

use super::{Connection, dialect::PICTURES_IN_SPANS, spans::Span, statement::Values};
use crate::{
    Result,
    model::{Item, Neighbour, Picture, PictureId, Projection, SequenceId},
    stored::rows::{named, time},
};

/// How far apart related pictures are at most, metres.
const REACH: f64 = 15.0;
/// How far apart the headings of related photos are at most, degrees; panoramas look everywhere.
const TURN: f64 = 100.0;
/// Links of one picture at most.
const LINKS: usize = 20;
/// Key ranges in which a picture's surroundings are read.
const RANGES: usize = 8;
/// Pictures whose surroundings are read in one query.
const BATCH: usize = 16;
/// Surrounding pictures of other sequences that a query considers at most. Where more were taken at one spot, some links are missing.
const CANDIDATES: i64 = 20_000;
/// Mean radius of the Earth (IUGG), metres.
const EARTH: f64 = 6_371_008.8;

#[derive(sqlx::FromRow)]
struct Candidate {
    subject: i64,
    id: PictureId,
    sequence_id: SequenceId,
    lon: f64,
    lat: f64,
    captured_at: i64,
    heading: Option<f64>,
    projection: String,
}

/// Fills in the related pictures of each item.
pub async fn relate(connection: &mut Connection, viewer: Viewer, items: &mut [Item]) -> Result<()> {
    for batch in items.chunks_mut(BATCH) {
        let mut values = Values::default();
        let mut spans = Vec::new();
        for (subject, item) in batch.iter().enumerate() {
            let Picture { lon, lat, sequence, .. } = item.picture;
            let near = surroundings(lon, lat);
            for range in quadkey::ranges(&near, RANGES) {
                let keys = (*range.start(), *range.end());
                spans.push(Span { subject: subject as i64, sequence, keys, lats: (near.south, near.north) });
            }
        }
        let width = if batch.len() == 1 { RANGES } else { BATCH * RANGES };
        let spans = super::spans::subjects(&mut values, &spans, width)?;
        let seen = values.seen(viewer, "p")?;
        let sql = format!(
            "{spans} SELECT w.subject, p.id, p.sequence_id, p.lon, p.lat, p.captured_at, p.heading, p.projection
             FROM {PICTURES_IN_SPANS}
             WHERE p.quadkey BETWEEN w.low AND w.high AND {seen} AND p.lat BETWEEN w.south AND w.north
                 AND (w.sequence_id IS NULL OR p.sequence_id <> w.sequence_id) LIMIT {CANDIDATES}",
        );
        let mut found: HashMap<i64, Vec<Candidate>> = HashMap::new();
        for candidate in values.fetch_all::<Candidate>(connection, sql).await? {
            found.entry(candidate.subject).or_default().push(candidate);
        }
        for (subject, item) in batch.iter_mut().enumerate() {
            item.links.related = choose(item, found.remove(&(subject as i64)).unwrap_or_default())?;
        }
    }
    Ok(())
}

/// The nearest candidate of each other sequence, the newest first.
fn choose(item: &Item, candidates: Vec<Candidate>) -> Result<Vec<Neighbour>> {
    let mut nearest: HashMap<SequenceId, (f64, Candidate)> = HashMap::new();
    for candidate in candidates {
        let away = metres(item.picture.lon, item.picture.lat, candidate.lon, candidate.lat);
        let other_sequence = item.picture.sequence != Some(candidate.sequence_id);
        if !other_sequence || away > REACH || !looks_the_same_way(item, &candidate)? {
            continue;
        }
        let best = nearest.get(&candidate.sequence_id);
        if best.is_none_or(|(least, other)| (away, candidate.id) < (*least, other.id)) {
            nearest.insert(candidate.sequence_id, (away, candidate));
        }
    }
    let mut chosen: Vec<_> = nearest.into_values().map(|(_, candidate)| candidate).collect();
    chosen.sort_by_key(|candidate| std::cmp::Reverse((candidate.captured_at, candidate.id)));
    chosen.truncate(LINKS);
    chosen
        .into_iter()
        .map(|candidate| {
            Ok(Neighbour {
                id: candidate.id,
                sequence: candidate.sequence_id,
                lon: candidate.lon,
                lat: candidate.lat,
                captured_at: time(candidate.captured_at)?,
            })
        })
        .collect()
}

/// Whether either is a panorama, or both look in much the same direction. A photo whose heading is unknown looks
/// nowhere.
fn looks_the_same_way(item: &Item, candidate: &Candidate) -> Result<bool> {
    let panorama = Projection::Equirectangular;
    if item.picture.projection == panorama || named::<Projection>(&candidate.projection)? == panorama {
        return Ok(true);
    }
    Ok(item.picture.orientation.heading.zip(candidate.heading).is_some_and(|(one, other)| {
        let turn = (one - other).rem_euclid(360.0);
        turn.min(360.0 - turn) <= TURN
    }))
}

/// A box that holds all points within reach.
fn surroundings(lon: f64, lat: f64) -> Bbox {
    let reach = (REACH / EARTH).to_degrees() * 1.001;
    crate::stored::areas::around(lon, lat, reach)
}

/// Distance between points in degrees, in metres. Exact enough for neighbours: the Earth is flat over 15 m.
fn metres(lon: f64, lat: f64, other_lon: f64, other_lat: f64) -> f64 {
    let across = (lon - other_lon).abs();
    let across = across.min(360.0 - across).to_radians() * f64::midpoint(lat, other_lat).to_radians().cos();
    across.hypot((lat - other_lat).to_radians()) * EARTH
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_degree_of_latitude_is_111_kilometres() {
        assert!((metres(0.0, 0.0, 0.0, 1.0) - 111_195.0).abs() < 1.0);
        assert!((metres(179.9999, 60.0, -179.9999, 60.0) - 11.12).abs() < 0.01, "across the antimeridian");
    }

    #[test]
    fn surroundings_hold_the_reach() {
        for (lon, lat) in [(2.35, 48.85), (179.99999, -60.0), (0.0, 84.9)] {
            let bbox = surroundings(lon, lat);
            let step = (REACH / EARTH).to_degrees();
            assert!(bbox.contains(lon, lat + step) && bbox.contains(lon, lat - step));
            let east = lon + step / lat.to_radians().cos();
            assert!(bbox.contains(if east > 180.0 { east - 360.0 } else { east }, lat));
        }
    }
}
