//! The public's pictures as files.

use std::{collections::BTreeSet, ops::RangeInclusive};

use async_trait::async_trait;
use flaneur_coverage::quadkey::{self, Bbox};
use jiff::Timestamp;
use uuid::Uuid;

use super::{
    Connection, Store, annotations, at_least_none, jobs,
    picture_rows::{PICTURE_WITHOUT_EXIF, PictureRow},
};
use crate::{
    Dataset, Result,
    model::{DatasetItem, DatasetPart, Detection, Item, ItemLinks, JobId, JobKind, LOGGED_ZOOM, Lease, PictureId},
    signals::Topic,
    stored::{
        packed::Packed,
        rows::{micros, time},
    },
};

/// There is one job for the whole dataset.
const SUBJECT: Uuid = Uuid::nil();
/// Lines of the change log that are looked through in one query.
const LINES: i64 = 20_000;
/// Notes of where something went that are forgotten in one transaction.
const NOTES: i64 = 10_000;

/// Keys in a cell that the change log tells of.
const LOGGED: i64 = quadkey::width(LOGGED_ZOOM);

/// The columns of [`PartRow`]. The table is `d`. A file may cover a part of a cell.
fn part_columns() -> String {
    format!(
        "d.file, d.object, d.tile, d.first_key, d.last_key, d.pictures, d.size, d.number, d.as_of, d.west, d.south,
         d.east, d.north, d.first_captured_at, d.last_captured_at, EXISTS (
             SELECT 1 FROM changes c
             WHERE c.left_cell > d.first_key - {LOGGED} AND c.left_cell <= d.last_key
                 AND (c.number > d.number OR c.number IS NULL) AND c.kind IN ('hidden', 'deleted')) AS withdrawn"
    )
}

#[derive(sqlx::FromRow)]
struct PartRow {
    file: String,
    object: String,
    tile: String,
    first_key: i64,
    last_key: i64,
    pictures: i64,
    size: i64,
    number: i64,
    as_of: i64,
    west: f64,
    south: f64,
    east: f64,
    north: f64,
    first_captured_at: i64,
    last_captured_at: i64,
    withdrawn: bool,
}

impl PartRow {
    fn part(self) -> Result<DatasetPart> {
        Ok(DatasetPart {
            file: self.file,
            object: self.object,
            tile: self.tile,
            keys: self.first_key..=self.last_key,
            pictures: self.pictures,
            size: self.size,
            number: self.number,
            as_of: time(self.as_of)?,
            bbox: Bbox { west: self.west, south: self.south, east: self.east, north: self.north },
            captured: [time(self.first_captured_at)?, time(self.last_captured_at)?],
            withdrawn: self.withdrawn,
        })
    }
}

#[derive(sqlx::FromRow)]
struct DatasetRow {
    #[sqlx(flatten)]
    picture: PictureRow,
    producer: String,
    detections: Option<Packed<Vec<Detection>>>,
}

impl DatasetRow {
    fn split(self) -> Result<(Item, Vec<Detection>)> {
        let item = Item {
            picture: self.picture.picture()?,
            producer: self.producer,
            sequence_semantics: Vec::new(),
            annotations: Vec::new(),
            links: ItemLinks::default(),
            rejection: None,
        };
        Ok((item, self.detections.map(|packed| packed.0).unwrap_or_default()))
    }
}

async fn insert(connection: &mut Connection, part: &DatasetPart) -> Result<()> {
    sqlx::query(
        "INSERT INTO dataset_parts (
             file, object, tile, first_key, last_key, pictures, size, number, as_of, west, south, east, north,
             first_captured_at, last_captured_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
         ON CONFLICT (file) DO UPDATE SET
             object = excluded.object, number = excluded.number, as_of = excluded.as_of, superseded_at = NULL",
    )
    .bind(&part.file)
    .bind(&part.object)
    .bind(&part.tile)
    .bind(*part.keys.start())
    .bind(*part.keys.end())
    .bind(part.pictures)
    .bind(part.size)
    .bind(part.number)
    .bind(micros(part.as_of))
    .bind(part.bbox.west)
    .bind(part.bbox.south)
    .bind(part.bbox.east)
    .bind(part.bbox.north)
    .bind(micros(part.captured[0]))
    .bind(micros(part.captured[1]))
    .execute(connection)
    .await?;
    Ok(())
}

impl Store {
    /// Forgets where something went that is in no file any more: every file is true as of its number at least.
    async fn forget_left_cells(&self) -> Result<()> {
        loop {
            let forgotten = sqlx::query(
                "UPDATE changes SET left_cell = NULL WHERE number IN (
                     SELECT number FROM changes WHERE left_cell IS NOT NULL
                         AND number <= (SELECT MIN(d.number) FROM dataset_parts d)
                     LIMIT +$1)",
            )
            .bind(NOTES)
            .execute(&self.writer)
            .await?;
            if forgotten.rows_affected() < NOTES as u64 {
                return Ok(());
            }
        }
    }
}

#[async_trait]
impl Dataset for Store {
    async fn ask_dataset(&self, job: JobId, now: Timestamp) -> Result<()> {
        let mut tx = self.write().await?;
        jobs::ask(&mut tx, job, JobKind::Dataset, SUBJECT, now).await?;
        self.announce(tx, &[Topic::Jobs]).await
    }

    async fn dataset_items(
        &self,
        keys: RangeInclusive<i64>,
        after: Option<(i64, PictureId)>,
        limit: i64,
    ) -> Result<Vec<DatasetItem>> {
        let columns = &*PICTURE_WITHOUT_EXIF;
        let (first, after) = after.map_or((*keys.start(), PictureId(Uuid::nil())), |(key, id)| (key, id));
        let sql = format!(
            "SELECT {columns}, a.name AS producer, p.detections FROM pictures p JOIN accounts a ON a.id = p.account_id
             WHERE p.quadkey BETWEEN $1 AND $2 AND (p.quadkey > $1 OR p.id > $3) AND p.audience = 0
             ORDER BY p.quadkey, p.id LIMIT +$4"
        );
        let mut connection = self.readers.acquire().await?;
        let rows: Vec<DatasetRow> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
            .bind(first)
            .bind(*keys.end())
            .bind(after)
            .bind(at_least_none(limit))
            .fetch_all(&mut *connection)
            .await?;
        let split = rows.into_iter().map(DatasetRow::split).collect::<Result<Vec<_>>>()?;
        let (mut items, detections): (Vec<Item>, Vec<_>) = split.into_iter().unzip();
        annotations::annotate(&mut connection, &mut items).await?;
        Ok(items.into_iter().zip(detections).map(|(item, detections)| DatasetItem { item, detections }).collect())
    }

    async fn dataset_parts(&self) -> Result<Vec<DatasetPart>> {
        let sql = format!(
            "SELECT {} FROM dataset_parts d WHERE d.superseded_at IS NULL ORDER BY d.first_key",
            part_columns()
        );
        let rows: Vec<PartRow> = sqlx::query_as(sqlx::AssertSqlSafe(sql)).fetch_all(&self.readers).await?;
        rows.into_iter().map(PartRow::part).collect()
    }

    async fn dataset_part(&self, file: &str) -> Result<Option<DatasetPart>> {
        let sql = format!("SELECT {} FROM dataset_parts d WHERE d.file = $1", part_columns());
        let row: Option<PartRow> =
            sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(file).fetch_optional(&self.readers).await?;
        row.map(PartRow::part).transpose()
    }

    async fn has_part(&self, object: &str) -> Result<bool> {
        Ok(sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM dataset_parts WHERE object = $1)")
            .bind(object)
            .fetch_one(&self.readers)
            .await?)
    }

    async fn cells_changed(&self, after: i64, until: i64) -> Result<Vec<i64>> {
        let sql = format!(
            "SELECT p.quadkey - p.quadkey % {LOGGED} FROM changes c JOIN pictures p ON p.id = c.picture_id
             WHERE c.number > $1 AND c.number <= $2 AND c.public AND p.audience = 0
             UNION
             SELECT c.left_cell FROM changes c WHERE c.number > $1 AND c.number <= $2 AND c.left_cell IS NOT NULL"
        );
        let mut cells = BTreeSet::new();
        let mut from = after;
        while from < until {
            let to = until.min(from.saturating_add(LINES));
            let found: Vec<i64> = sqlx::query_scalar(sqlx::AssertSqlSafe(sql.clone()))
                .bind(from)
                .bind(to)
                .fetch_all(&self.readers)
                .await?;
            cells.extend(found);
            from = to;
        }
        Ok(cells.into_iter().collect())
    }

    async fn publish_parts(
        &self,
        lease: &Lease,
        new: &[DatasetPart],
        superseded: &[String],
        rest: Option<(i64, Timestamp)>,
        now: Timestamp,
    ) -> Result<bool> {
        let mut tx = self.write().await?;
        if !jobs::end(&mut tx, lease, JobKind::Dataset, SUBJECT).await? {
            return Ok(false);
        }
        for file in superseded {
            sqlx::query("UPDATE dataset_parts SET superseded_at = $2 WHERE file = $1")
                .bind(file)
                .bind(micros(now))
                .execute(&mut *tx)
                .await?;
        }
        if let Some((number, as_of)) = rest {
            sqlx::query("UPDATE dataset_parts SET number = $1, as_of = $2 WHERE superseded_at IS NULL AND number < $1")
                .bind(number)
                .bind(micros(as_of))
                .execute(&mut *tx)
                .await?;
        }
        for part in new {
            insert(&mut tx, part).await?;
        }
        self.announce(tx, &[]).await?;
        self.forget_left_cells().await?;
        Ok(true)
    }

    async fn old_parts(&self, before: Timestamp, limit: i64) -> Result<Vec<DatasetPart>> {
        let sql = format!(
            "SELECT * FROM (SELECT {}, d.superseded_at FROM dataset_parts d WHERE d.superseded_at IS NOT NULL) old
             WHERE old.superseded_at < $1 OR old.withdrawn ORDER BY old.superseded_at LIMIT +$2",
            part_columns()
        );
        let rows: Vec<PartRow> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
            .bind(micros(before))
            .bind(at_least_none(limit))
            .fetch_all(&self.readers)
            .await?;
        rows.into_iter().map(PartRow::part).collect()
    }

    async fn forget_parts(&self, files: &[String]) -> Result<()> {
        for file in files {
            sqlx::query("DELETE FROM dataset_parts WHERE file = $1 AND superseded_at IS NOT NULL")
                .bind(file)
                .execute(&self.writer)
                .await?;
        }
        Ok(())
    }
}
