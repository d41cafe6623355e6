//! Sequences in their table.

use flaneur_coverage::quadkey::Bbox;
use sqlx::types::Json;

use crate::{
    Result,
    model::{AccountId, Rights, Semantic, Sequence, SequenceId, SequenceSummary, UploadSetId},
    stored::rows::{interval, named, time},
};

/// The columns of [`SequenceRow`]. The sequence is `s`, its account `a`.
pub const SEQUENCE: &str = "s.id, s.account_id, a.name AS producer, s.upload_set_id, s.title, s.status, s.visibility,
    s.semantics, s.user_agent, s.nb_pictures, s.west, s.south, s.east, s.north, s.first_captured_at,
    s.last_captured_at, s.length_m, s.capture_date, s.camera, s.projection, s.field_of_view, s.focal_length,
    s.accuracy, s.pixel_density, s.created_at, s.updated_at, s.sorted_by,
    s.license, s.attribution";

/// Make and model.
pub type MakeModel = (Option<String>, Option<String>);

/// A sequence as it is stored.
#[derive(sqlx::FromRow)]
pub struct SequenceRow {
    id: SequenceId,
    account_id: AccountId,
    producer: String,
    upload_set_id: UploadSetId,
    title: String,
    status: String,
    visibility: String,
    semantics: Json<Vec<Semantic>>,
    user_agent: Option<String>,
    nb_pictures: i64,
    west: Option<f64>,
    south: Option<f64>,
    east: Option<f64>,
    north: Option<f64>,
    first_captured_at: Option<i64>,
    last_captured_at: Option<i64>,
    length_m: f64,
    capture_date: Option<String>,
    camera: Option<Json<MakeModel>>,
    projection: Option<String>,
    field_of_view: Option<f64>,
    focal_length: Option<f64>,
    accuracy: Option<f64>,
    pixel_density: Option<i64>,
    created_at: i64,
    updated_at: i64,
    sorted_by: Option<String>,
    #[sqlx(flatten)]
    rights: Rights,
}

impl SequenceRow {
    pub fn sequence(self) -> Result<Sequence> {
        let corners = self.west.zip(self.south).zip(self.east.zip(self.north));
        Ok(Sequence {
            id: self.id,
            account: self.account_id,
            producer: self.producer,
            upload_set: self.upload_set_id,
            title: self.title,
            status: named(&self.status)?,
            visibility: named(&self.visibility)?,
            semantics: self.semantics.0,
            sorted_by: self.sorted_by,
            user_agent: self.user_agent,
            summary: SequenceSummary {
                nb_pictures: self.nb_pictures,
                bbox: corners.map(|((west, south), (east, north))| Bbox { west, south, east, north }),
                interval: interval(self.first_captured_at, self.last_captured_at)?,
                length_m: self.length_m,
                capture_date: self.capture_date,
                camera: self.camera.map(|json| json.0),
                projection: self.projection.as_deref().map(named).transpose()?,
                field_of_view: self.field_of_view,
                focal_length: self.focal_length,
                accuracy: self.accuracy,
                pixel_density: self.pixel_density,
                rights: self.rights,
            },
            created_at: time(self.created_at)?,
            updated_at: time(self.updated_at)?,
        })
    }
}
