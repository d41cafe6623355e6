//! What the coverage map is drawn from.

use std::ops::RangeInclusive;

use async_trait::async_trait;
use flaneur_access::{Viewer, Visibility};
use flaneur_coverage::quadkey;
use sqlx::types::Json;

use super::{
    Store, at_least_none, cells, lines,
    rows::{named, time},
    sequence_rows::MakeModel,
    sequences::{camera_name, has_something_to_show},
    statement::Values,
};
use crate::{
    Coverage, Result,
    model::{AccountId, Camera, GridCell, PictureId, PictureMark, SequenceId, SequenceMark, Shape},
};

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

/// The condition that narrows pictures or sequences to those of an account.
fn of_account(values: &mut Values, alias: &str, account: Option<AccountId>) -> Result<String> {
    match account {
        Some(account) => Ok(format!(" AND {alias}.account_id = {}", values.bind(account)?)),
        None => Ok(String::new()),
    }
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
        let width = values.bind(1i64 << (2 * u32::from(quadkey::ZOOM - zoom.min(quadkey::ZOOM))))?;
        let sql = format!(
            "SELECT p.quadkey - p.quadkey % {width} AS cell, COUNT(*),
                 COUNT(*) FILTER (WHERE p.projection = 'equirectangular')
             FROM pictures p WHERE p.quadkey BETWEEN {} AND {} AND {}{}
             GROUP BY p.quadkey - p.quadkey % {width} ORDER BY cell",
            values.bind(*keys.start())?,
            values.bind(*keys.end())?,
            values.seen(viewer, "p")?,
            of_account(&mut values, "p", account)?,
        );
        let rows: Vec<(i64, i64, i64)> = values.fetch_all(&mut *self.readers.acquire().await?, sql).await?;
        Ok(rows.into_iter().map(|(key, pictures, panoramas)| GridCell { key, pictures, panoramas }).collect())
    }

    async fn sequence_marks(
        &self,
        viewer: Viewer,
        account: Option<AccountId>,
        keys: RangeInclusive<i64>,
        limit: i64,
    ) -> Result<Vec<SequenceMark>> {
        let mut values = Values::default();
        let cells = cells::of_tile(&keys);
        let hits = format!(
            "SELECT s.id FROM sequences s
             WHERE s.id IN (SELECT c.sequence_id FROM sequence_cells c WHERE c.cell BETWEEN {} AND {}) AND {}{}
             ORDER BY s.capture_date DESC, s.id LIMIT {}",
            values.bind(*cells.start())?,
            values.bind(*cells.end())?,
            has_something_to_show(&mut values, viewer)?,
            of_account(&mut values, "s", account)?,
            values.bind(at_least_none(limit))?,
        );
        let sql = format!(
            "SELECT s.id, s.account_id, s.visibility, s.camera, s.projection, s.capture_date, s.accuracy, s.pixel_density,
                 s.lines
             FROM ({hits}) hit CROSS JOIN sequences s WHERE s.id = hit.id ORDER BY s.capture_date DESC, s.id",
        );
        let rows: Vec<SequenceMarkRow> = values.fetch_all(&mut *self.readers.acquire().await?, sql).await?;
        rows.into_iter().map(SequenceMarkRow::mark).collect()
    }

    async fn picture_marks(
        &self,
        viewer: Viewer,
        account: Option<AccountId>,
        keys: RangeInclusive<i64>,
        limit: i64,
    ) -> Result<Vec<PictureMark>> {
        let mut values = Values::default();
        let order = super::items::by_time(true, false);
        let hits = format!(
            "SELECT p.id FROM pictures p WHERE p.quadkey BETWEEN {} AND {} AND {}{}
             ORDER BY {order} LIMIT {}",
            values.bind(*keys.start())?,
            values.bind(*keys.end())?,
            values.seen(viewer, "p")?,
            of_account(&mut values, "p", account)?,
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
}
