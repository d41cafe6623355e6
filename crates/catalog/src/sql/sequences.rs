//! Sequences: summing them up, asking for them.

use async_trait::async_trait;
use flaneur_access::Viewer;
use flaneur_coverage::quadkey::Bbox;
use jiff::Timestamp;
use sqlx::types::Json;

use super::{
    Connection, Store, coverage_tiles, dispatch, jobs, sequence_lists,
    sequence_rows::{SEQUENCE, SequenceRow},
    statement::Values,
    tombstones::{self, Of},
};
use crate::{
    Result, Sequences,
    model::{
        Camera, DispatchPlan, DispatchShot, JobId, JobKind, Lease, PictureId, Projection, Rights, Sequence, SequenceId,
        SequenceList, SequenceQuery, Shape, Summarised, SummaryPoint, UploadSetId,
    },
    signals::Topic,
    stored::{
        cells, lines,
        rows::{interval, micros, named, time},
    },
};

/// The condition that the sequence `s` is ready and has a picture that the viewer sees. As nobody sees a picture who
/// may not see its sequence, this is all there is to check.
pub fn has_something_to_show(values: &mut Values, viewer: Viewer) -> Result<String> {
    let seen = values.seen(viewer, "x")?;
    Ok(format!("s.status = 'ready' AND EXISTS (SELECT 1 FROM pictures x WHERE x.sequence_id = s.id AND {seen})"))
}

/// The condition that the extent of the sequence `s` and the box have a point in common. Both may cross the antimeridian.
pub fn meets(values: &mut Values, bbox: &Bbox) -> Result<String> {
    let (south, north) = (values.bind(bbox.south)?, values.bind(bbox.north)?);
    let mut parts = Vec::new();
    for part in bbox.split() {
        let (west, east) = (values.bind(part.west)?, values.bind(part.east)?);
        parts.push(format!(
            "(s.west <= s.east AND s.west <= {east} AND s.east >= {west})
             OR (s.west > s.east AND (s.west <= {east} OR s.east >= {west}))"
        ));
    }
    Ok(format!("s.south <= {north} AND s.north >= {south} AND ({})", parts.join(" OR ")))
}

#[derive(sqlx::FromRow)]
struct ShotRow {
    id: PictureId,
    file_name: String,
    lon: f64,
    lat: f64,
    captured_at: i64,
    sensor_heading: Option<f64>,
    projection: String,
    accuracy: Option<f64>,
    width: i64,
    height: i64,
    field_of_view: Option<f64>,
    sequence_id: Option<SequenceId>,
}

impl ShotRow {
    fn shot(self) -> Result<DispatchShot> {
        Ok(DispatchShot {
            id: self.id,
            file_name: self.file_name,
            lon: self.lon,
            lat: self.lat,
            captured_at: time(self.captured_at)?,
            sensor_heading: self.sensor_heading,
            panorama: named::<Projection>(&self.projection)? == Projection::Equirectangular,
            accuracy: self.accuracy,
            pixel_density: Shape { width: self.width, height: self.height }.density(self.field_of_view),
            sequence: self.sequence_id,
        })
    }
}

#[derive(sqlx::FromRow)]
struct PointRow {
    id: PictureId,
    lon: f64,
    lat: f64,
    captured_at: i64,
    captured_local: String,
    camera_make: Option<String>,
    camera_model: Option<String>,
    projection: String,
    width: i64,
    height: i64,
    field_of_view: Option<f64>,
    focal_length: Option<f64>,
    accuracy: Option<f64>,
    excluded: bool,
    #[sqlx(flatten)]
    rights: Rights,
}

impl PointRow {
    fn point(self) -> Result<SummaryPoint> {
        let shape = Shape { width: self.width, height: self.height };
        Ok(SummaryPoint {
            id: self.id,
            lon: self.lon,
            lat: self.lat,
            captured_at: time(self.captured_at)?,
            captured_local: self.captured_local,
            apart: false,
            camera: (self.camera_make, self.camera_model),
            projection: named(&self.projection)?,
            field_of_view: self.field_of_view,
            focal_length: self.focal_length,
            accuracy: self.accuracy,
            pixel_density: shape.density(self.field_of_view),
            rights: self.rights,
        })
    }
}

/// Makes a sequence cover the cells of its track, and no others.
async fn cover(connection: &mut Connection, id: SequenceId, track: &[Vec<(f64, f64)>]) -> Result<()> {
    sqlx::query("DELETE FROM sequence_cells WHERE sequence_id = $1").bind(id).execute(&mut *connection).await?;
    for cell in cells::covering(track) {
        sqlx::query("INSERT INTO sequence_cells (cell, sequence_id) VALUES ($1, $2)")
            .bind(cell)
            .bind(id)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

#[async_trait]
impl Sequences for Store {
    async fn sequence(&self, viewer: Viewer, id: SequenceId) -> Result<Option<Sequence>> {
        let scope = viewer.scope();
        let mut values = Values::default();
        let shown = has_something_to_show(&mut values, viewer)?;
        let sql = format!(
            "SELECT {SEQUENCE} FROM sequences s JOIN accounts a ON a.id = s.account_id
             WHERE s.id = {} AND ({shown} OR s.status = 'waiting' AND ({} OR s.account_id = {}))",
            values.bind(id)?,
            values.bind(scope.everything)?,
            values.bind(scope.own)?,
        );
        let rows: Vec<SequenceRow> = values.fetch_all(&mut *self.readers.acquire().await?, sql).await?;
        rows.into_iter().next().map(SequenceRow::sequence).transpose()
    }

    async fn sequences(&self, query: &SequenceQuery) -> Result<SequenceList> {
        sequence_lists::list(&mut *self.read().await?, query).await
    }

    async fn extent(&self) -> Result<Option<(Bbox, (Timestamp, Timestamp))>> {
        type Ends = (Option<f64>, Option<f64>, Option<f64>, Option<f64>, Option<i64>, Option<i64>);
        let (west, south, east, north, first, last): Ends = sqlx::query_as(
            "SELECT (SELECT MIN(lon) FROM pictures WHERE audience = 0), (SELECT MIN(lat) FROM pictures WHERE audience = 0),
                 (SELECT MAX(lon) FROM pictures WHERE audience = 0), (SELECT MAX(lat) FROM pictures WHERE audience = 0),
                 (SELECT MIN(captured_at) FROM pictures WHERE audience = 0),
                 (SELECT MAX(captured_at) FROM pictures WHERE audience = 0)",
        )
        .fetch_one(&self.readers)
        .await?;
        let corners = west.zip(south).zip(east.zip(north));
        let bbox = corners.map(|((west, south), (east, north))| Bbox { west, south, east, north });
        Ok(bbox.zip(interval(first, last)?))
    }

    async fn shots(&self, id: UploadSetId) -> Result<Vec<DispatchShot>> {
        sqlx::query_as::<_, ShotRow>(
            "SELECT id, file_name, lon, lat, captured_at,
                 CASE WHEN edited & 1 = 1 THEN heading ELSE sensor_heading END AS sensor_heading,
                 projection, accuracy, width, height, field_of_view, sequence_id
             FROM pictures WHERE upload_set_id = $1 AND status IN ('waiting', 'ready') ORDER BY created_at, id",
        )
        .bind(id)
        .fetch_all(&self.readers)
        .await?
        .into_iter()
        .map(ShotRow::shot)
        .collect()
    }

    async fn apply_dispatch(
        &self,
        lease: &Lease,
        plan: &DispatchPlan,
        fresh: &(dyn Fn() -> JobId + Send + Sync),
    ) -> Result<bool> {
        let mut tx = self.write().await?;
        let applied = dispatch::apply(&mut tx, lease, plan, fresh).await?;
        if applied {
            self.announce(tx, &Topic::ALL).await?;
        }
        Ok(applied)
    }

    async fn summary_points(&self, id: SequenceId) -> Result<Vec<SummaryPoint>> {
        let rows = sqlx::query_as::<_, PointRow>(
            "SELECT id, lon, lat, captured_at, captured_local, camera_make, camera_model, projection, width, height,
                 field_of_view, focal_length, accuracy, exclusion IS NOT NULL AS excluded, license, attribution
             FROM pictures WHERE sequence_id = $1 AND audience IS NOT NULL ORDER BY rank",
        )
        .bind(id)
        .fetch_all(&self.readers)
        .await?;
        let (mut points, mut apart) = (Vec::new(), false);
        for row in rows {
            if row.excluded {
                apart = !points.is_empty();
            } else {
                points.push(SummaryPoint { apart: std::mem::take(&mut apart), ..row.point()? });
            }
        }
        Ok(points)
    }

    async fn store_summary(
        &self,
        lease: &Lease,
        id: SequenceId,
        summarised: &Summarised,
        now: Timestamp,
    ) -> Result<bool> {
        let Summarised { summary, lines: track } = summarised;
        let mut tx = self.write().await?;
        tombstones::hold_sequence(&mut tx, id).await?;
        if !jobs::end(&mut tx, lease, JobKind::Refresh, id.0).await? {
            return Ok(false);
        }
        let stored = sqlx::query(
            "UPDATE sequences SET nb_pictures = $2, west = $3, south = $4, east = $5, north = $6, first_captured_at = $7,
                 last_captured_at = $8, length_m = $9, lines = $10, capture_date = $11, camera = $12, projection = $13,
                 field_of_view = $14, focal_length = $15, accuracy = $16, pixel_density = $17, updated_at = $18, outline = $19,
                 license = $20, attribution = $21,
                 status = CASE WHEN EXISTS (
                     SELECT 1 FROM pictures p WHERE p.sequence_id = sequences.id AND p.status = 'waiting')
                     THEN 'waiting' ELSE 'ready' END
             WHERE id = $1 AND status <> 'deleted'",
        )
        .bind(id)
        .bind(summary.nb_pictures)
        .bind(summary.bbox.map(|bbox| bbox.west))
        .bind(summary.bbox.map(|bbox| bbox.south))
        .bind(summary.bbox.map(|bbox| bbox.east))
        .bind(summary.bbox.map(|bbox| bbox.north))
        .bind(summary.interval.map(|(first, _)| micros(first)))
        .bind(summary.interval.map(|(_, last)| micros(last)))
        .bind(summary.length_m)
        .bind(lines::encode(track))
        .bind(&summary.capture_date)
        .bind(summary.camera.as_ref().map(Json))
        .bind(summary.projection.map(Projection::as_str))
        .bind(summary.field_of_view)
        .bind(summary.focal_length)
        .bind(summary.accuracy)
        .bind(summary.pixel_density)
        .bind(micros(now))
        .bind(lines::encode(&flaneur_coverage::outline(track)))
        .bind(&summary.rights.license)
        .bind(&summary.rights.attribution)
        .execute(&mut *tx)
        .await?;
        if stored.rows_affected() == 1 {
            cover(&mut tx, id, track).await?;
            // Where it was is touched by the change of its track; where it is now, here.
            coverage_tiles::touch_sequence(&mut tx, id, now).await?;
        }
        self.announce(tx, &Topic::ALL).await?;
        Ok(true)
    }

    async fn delete_sequence(
        &self,
        id: SequenceId,
        fresh: &(dyn Fn() -> JobId + Send + Sync),
        now: Timestamp,
    ) -> Result<bool> {
        let mut tx = self.write().await?;
        let deleted = delete(&mut tx, id, fresh, now).await?;
        self.announce(tx, &Topic::ALL).await?;
        Ok(deleted)
    }
}

/// Deletes a sequence with its pictures; tombstones remain. False if there is none.
pub async fn delete(
    connection: &mut Connection,
    id: SequenceId,
    fresh: &(dyn Fn() -> JobId + Send + Sync),
    now: Timestamp,
) -> Result<bool> {
    // Pictures are held before their sequence.
    tombstones::hold_pictures(connection, Of::Sequence(id)).await?;
    if !tombstones::bury_sequence(connection, id, now).await? {
        return Ok(false);
    }
    tombstones::bury_pictures(connection, Of::Sequence(id), fresh, now).await?;
    Ok(true)
}

/// Make and model in one, if they agree.
pub fn camera_name(camera: Option<Json<super::sequence_rows::MakeModel>>) -> Option<String> {
    camera.and_then(|Json((make, model))| Camera::name(make.as_deref(), model.as_deref()))
}
