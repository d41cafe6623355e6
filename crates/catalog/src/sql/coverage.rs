//! What the coverage map is drawn from.

use std::{
    collections::{BTreeSet, HashSet},
    ops::RangeInclusive,
};

use async_trait::async_trait;
use flaneur_access::{Viewer, Visibility};
use flaneur_coverage::quadkey::{self, Tile, width};
use jiff::Timestamp;
use sqlx::types::Json;
use uuid::Uuid;

use super::{
    Store, at_least_none, coverage_tiles,
    dialect::NO_INDEX,
    sequence_rows::MakeModel,
    sequences::{camera_name, has_something_to_show},
    statement::Values,
};
use crate::{
    COVERED_ZOOM, Coverage, Result,
    model::{
        AccountId, Camera, DrawnTile, GridCell, PictureId, PictureMark, PicturePlace, SequenceId, SequenceMark,
        SequenceMarkPlace, Shape, Sight,
    },
    stored::{
        cells, lines,
        rows::{interval, micros, named, time},
    },
};

/// The zoom levels that pictures are counted at as they come and go.
const COUNTED: [u8; 3] = [6, 9, 12];

/// Parts of the world larger than a tile of this zoom level count as large.
const LARGE: u8 = 9;

/// The last zoom level whose tiles are drawn from outlines; they are made for it ([`flaneur_coverage::outline`]).
const OUTLINED: u8 = flaneur_coverage::simplify::OUTLINE_ZOOM;

/// The audience of pictures that only their owner sees.
const OWNER: i64 = 2;

#[derive(sqlx::FromRow)]
struct SequenceMarkRow {
    id: SequenceId,
    account_id: AccountId,
    visibility: String,
    camera: Option<Json<MakeModel>>,
    projection: Option<String>,
    capture_date: Option<String>,
    first_captured_at: Option<i64>,
    last_captured_at: Option<i64>,
    accuracy: Option<f64>,
    pixel_density: Option<i64>,
    lines: Option<Vec<u8>>,
}

impl SequenceMarkRow {
    fn mark(self) -> Result<SequenceMark> {
        Ok(SequenceMark {
            id: self.id,
            account: self.account_id,
            camera: camera_name(self.camera),
            projection: self.projection.as_deref().map(named).transpose()?,
            date: self.capture_date.unwrap_or_default(),
            captured: interval(self.first_captured_at, self.last_captured_at)?,
            accuracy: self.accuracy,
            pixel_density: self.pixel_density,
            lines: lines::decode(&self.lines.unwrap_or_default())?,
            hidden: named::<Visibility>(&self.visibility)? == Visibility::OwnerOnly,
        })
    }
}

#[derive(sqlx::FromRow)]
struct PictureMarkRow {
    id: PictureId,
    sequence_id: SequenceId,
    account_id: AccountId,
    audience: i64,
    lon: f64,
    lat: f64,
    captured_at: i64,
    heading: Option<f64>,
    projection: String,
    camera_make: Option<String>,
    camera_model: Option<String>,
    accuracy: Option<f64>,
    width: i64,
    height: i64,
    field_of_view: Option<f64>,
}

impl PictureMarkRow {
    fn mark(self) -> Result<PictureMark> {
        Ok(PictureMark {
            id: self.id,
            sequence: self.sequence_id,
            account: self.account_id,
            lon: self.lon,
            lat: self.lat,
            captured_at: time(self.captured_at)?,
            heading: self.heading,
            projection: named(&self.projection)?,
            camera: Camera::name(self.camera_make.as_deref(), self.camera_model.as_deref()),
            accuracy: self.accuracy,
            pixel_density: Shape { width: self.width, height: self.height }.density(self.field_of_view),
            hidden: self.audience == OWNER,
        })
    }
}

/// The zoom level whose counts add up to those of the keys in cells of `zoom`, if there is one.
fn counted(keys: &RangeInclusive<i64>, zoom: u8) -> Option<u8> {
    let level = COUNTED.into_iter().find(|level| *level >= zoom)?;
    let whole = |key: i64| key.rem_euclid(width(level)) == 0;
    (whole(*keys.start()) && keys.end().checked_add(1).is_some_and(whole)).then_some(level)
}

/// The condition that narrows pictures or sequences to those of an account.
/// The condition that what the alias stands for is that account's, with an `AND` before it; nothing, for all accounts.
pub fn of_account(values: &mut Values, alias: &str, account: Option<AccountId>) -> Result<String> {
    match account {
        Some(account) => Ok(format!(" AND {alias}.account_id = {}", values.bind(account)?)),
        None => Ok(String::new()),
    }
}

/// The day of the sequence `s`, by which no index is chosen. Sequences without one come last, in every database.
const DATE: &str = "COALESCE(s.capture_date, '')";

/// The condition that a sequence comes behind another in the order of tiles.
fn behind_sequence(values: &mut Values, after: Option<SequenceMarkPlace>) -> Result<String> {
    let Some(after) = after else { return Ok(String::new()) };
    let (date, id) = (values.bind(after.date)?, values.bind(after.id)?);
    Ok(format!(" AND ({DATE} < {date} OR {DATE} = {date} AND s.id > {id})"))
}

/// The condition that a picture comes behind another in the order of tiles.
fn behind_picture(values: &mut Values, after: Option<PicturePlace>) -> Result<String> {
    let Some(after) = after else { return Ok(String::new()) };
    let (at, id) = (values.bind(micros(after.at))?, values.bind(after.id)?);
    Ok(format!(" AND (p.captured_at < {at} OR p.captured_at = {at} AND p.id < {id})"))
}

/// Cells with pictures, from a key on: one look at the index for each, however many pictures are in it.
fn pictured(values: &mut Values, viewer: Viewer, from: i64, limit: i64) -> Result<String> {
    let (seen, width) = (values.seen(viewer, "p")?, width(COVERED_ZOOM));
    let first = |key: &str| {
        format!(
            "(SELECT p.quadkey - p.quadkey % {width} FROM pictures p WHERE p.quadkey >= {key} AND {seen}
              ORDER BY p.quadkey LIMIT 1)"
        )
    };
    Ok(format!(
        "WITH RECURSIVE pictured (cell) AS (
             SELECT {} UNION ALL SELECT {} FROM pictured WHERE pictured.cell IS NOT NULL
         )
         SELECT cell FROM pictured WHERE cell IS NOT NULL LIMIT +{}",
        first(&values.bind(from)?),
        first(&format!("pictured.cell + {width}")),
        values.bind(limit)?,
    ))
}

/// Cells that tracks cross, from a key on.
fn tracked(values: &mut Values, viewer: Viewer, from: i64, limit: i64) -> Result<String> {
    Ok(format!(
        "SELECT DISTINCT c.cell FROM sequence_cells c
         WHERE c.cell >= {} AND EXISTS (SELECT 1 FROM sequences s WHERE s.id = c.sequence_id AND {})
         ORDER BY c.cell LIMIT +{}",
        values.bind(from)?,
        has_something_to_show(values, viewer)?,
        values.bind(limit)?,
    ))
}

#[async_trait]
impl Coverage for Store {
    async fn grid(
        &self,
        viewer: Viewer,
        account: Option<AccountId>,
        keys: RangeInclusive<i64>,
        zoom: u8,
    ) -> Result<Vec<GridCell>> {
        let mut values = Values::default();
        let cell = width(zoom.min(quadkey::ZOOM));
        let cell = values.bind(cell)?;
        let seen = values.seen(viewer, "p")?;
        let (first, last) = (values.bind(*keys.start())?, values.bind(*keys.end())?);
        let account = of_account(&mut values, "p", account)?;
        let sql = if let Some(level) = counted(&keys, zoom) {
            format!(
                "SELECT p.cell - p.cell % {cell} AS key, CAST(SUM(p.pictures) AS BIGINT), CAST(SUM(p.panoramas) AS BIGINT)
                 FROM coverage_counts p
                 WHERE p.zoom = {} AND p.cell BETWEEN {first} AND {last} AND {seen}{account}
                 GROUP BY p.cell - p.cell % {cell} HAVING SUM(p.pictures) > 0 ORDER BY key",
                values.bind(i64::from(level))?,
            )
        } else {
            format!(
                "SELECT p.quadkey - p.quadkey % {cell} AS key, COUNT(*),
                     COUNT(*) FILTER (WHERE p.projection = 'equirectangular')
                 FROM pictures p WHERE p.quadkey BETWEEN {first} AND {last} AND {seen}{account}
                 GROUP BY p.quadkey - p.quadkey % {cell} ORDER BY key",
            )
        };
        let rows: Vec<(i64, i64, i64)> = values.fetch_all(&mut *self.readers.acquire().await?, sql).await?;
        Ok(rows.into_iter().map(|(key, pictures, panoramas)| GridCell { key, pictures, panoramas }).collect())
    }

    async fn sequence_marks(
        &self,
        viewer: Viewer,
        account: Option<AccountId>,
        keys: RangeInclusive<i64>,
        after: Option<SequenceMarkPlace>,
        limit: i64,
    ) -> Result<Vec<SequenceMark>> {
        let mut values = Values::default();
        let cells = cells::of_tile(&keys);
        let (first, last) = (values.bind(*cells.start())?, values.bind(*cells.end())?);
        // In a large area, an account's sequences are fewer than everybody's.
        let touches = if account.is_some() && cells.end() - cells.start() > width(LARGE) {
            format!(
                "EXISTS (SELECT 1 FROM sequence_cells c
                         WHERE c.sequence_id = s.id AND {NO_INDEX}c.cell BETWEEN {first} AND {last})"
            )
        } else {
            format!("s.id IN (SELECT c.sequence_id FROM sequence_cells c WHERE c.cell BETWEEN {first} AND {last})")
        };
        let hits = format!(
            "SELECT s.id FROM sequences s WHERE {touches} AND {}{}{}
             ORDER BY {DATE} DESC, s.id LIMIT +{}",
            has_something_to_show(&mut values, viewer)?,
            of_account(&mut values, "s", account)?,
            behind_sequence(&mut values, after)?,
            values.bind(at_least_none(limit))?,
        );
        let track =
            if (keys.end() - keys.start()) >= width(OUTLINED) - 1 { "COALESCE(s.outline, s.lines)" } else { "s.lines" };
        let sql = format!(
            "SELECT s.id, s.account_id, s.visibility, s.camera, s.projection, s.capture_date, s.first_captured_at,
                 s.last_captured_at, s.accuracy, s.pixel_density, {track} AS lines
             FROM ({hits}) hit CROSS JOIN sequences s WHERE s.id = hit.id ORDER BY {DATE} DESC, s.id",
        );
        let rows: Vec<SequenceMarkRow> = values.fetch_all(&mut *self.readers.acquire().await?, sql).await?;
        rows.into_iter().map(SequenceMarkRow::mark).collect()
    }

    async fn picture_marks(
        &self,
        viewer: Viewer,
        account: Option<AccountId>,
        keys: RangeInclusive<i64>,
        after: Option<PicturePlace>,
        limit: i64,
    ) -> Result<Vec<PictureMark>> {
        let mut values = Values::default();
        let order = super::items::by_time(true, false);
        let hits = format!(
            "SELECT p.id FROM pictures p WHERE p.quadkey BETWEEN {} AND {} AND {}{}{}
             ORDER BY {order} LIMIT +{}",
            values.bind(*keys.start())?,
            values.bind(*keys.end())?,
            values.seen(viewer, "p")?,
            of_account(&mut values, "p", account)?,
            behind_picture(&mut values, after)?,
            values.bind(at_least_none(limit))?,
        );
        let sql = format!(
            "SELECT p.id, p.sequence_id, p.account_id, p.audience, p.lon, p.lat, p.captured_at, p.heading, p.projection,
                 p.camera_make, p.camera_model, p.accuracy, p.width, p.height, p.field_of_view
             FROM ({hits}) hit CROSS JOIN pictures p WHERE p.id = hit.id ORDER BY {order}",
        );
        let rows: Vec<PictureMarkRow> = values.fetch_all(&mut *self.readers.acquire().await?, sql).await?;
        rows.into_iter().map(PictureMarkRow::mark).collect()
    }

    async fn tagged(&self, ids: &[Uuid], key: &str, value: Option<&str>) -> Result<HashSet<Uuid>> {
        if ids.is_empty() {
            return Ok(HashSet::new());
        }
        let mut values = Values::default();
        let list = values.ids(ids.iter().copied())?;
        let key = values.bind(key)?;
        let value = match value {
            Some(value) => format!(" AND t.value = {}", values.bind(value)?),
            None => String::new(),
        };
        let having = |subject: &str| {
            format!("SELECT t.{subject} FROM tags t WHERE t.{subject} IN ({list}) AND t.key = {key}{value}")
        };
        let sql = format!("{} UNION {}", having("picture_id"), having("sequence_id"));
        let rows: Vec<(Uuid,)> = values.fetch_all(&mut *self.readers.acquire().await?, sql).await?;
        Ok(rows.into_iter().map(|(id,)| id).collect())
    }

    async fn covered(&self, viewer: Viewer, after: Option<i64>, limit: i64) -> Result<Vec<i64>> {
        // Pictures anywhere in the last cell are of that cell.
        let from = after.map_or(0, |after| after.saturating_add(width(COVERED_ZOOM)));
        let limit = at_least_none(limit);
        let mut connection = self.readers.acquire().await?;
        let mut covered: BTreeSet<i64> = BTreeSet::new();
        for query in [pictured, tracked] {
            let mut values = Values::default();
            let sql = query(&mut values, viewer, from, limit)?;
            let cells: Vec<(i64,)> = values.fetch_all(&mut connection, sql).await?;
            covered.extend(cells.into_iter().map(|(cell,)| cell));
        }
        // Where one of them ends because of the limit, so many are before that end.
        Ok(covered.into_iter().take(usize::try_from(limit).unwrap_or(usize::MAX)).collect())
    }

    async fn kept_tile(&self, tile: Tile, held: Option<&str>) -> Result<Option<DrawnTile>> {
        coverage_tiles::kept(&mut *self.readers.acquire().await?, tile, held).await
    }

    async fn sight(&self) -> Result<Sight> {
        coverage_tiles::sight(&mut *self.readers.acquire().await?).await
    }

    async fn keep_tile(&self, tile: Tile, sight: &Sight, tag: &str, body: &[u8], now: Timestamp) -> Result<()> {
        self.keep(tile, sight, tag, body, now).await
    }
}
