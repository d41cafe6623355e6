//! What of a picture can be edited, as it is stored.

use crate::{
    Result,
    model::{CaptureState, Edited, HeadingState, PictureFields, PoseState, PositionState, Rights},
    stored::rows::{named, time},
};

/// The columns of [`FieldsRow`]. The table is `p`.
pub const FIELDS: &str = "p.rank, p.visibility, p.lon, p.lat, p.accuracy, p.captured_at, p.captured_local, p.heading,
    p.heading_computed, p.pitch, p.roll, p.yaw, p.edited, p.license, p.attribution";

#[derive(sqlx::FromRow)]
pub struct FieldsRow {
    rank: Option<i64>,
    visibility: String,
    pub lon: f64,
    pub lat: f64,
    accuracy: Option<f64>,
    captured_at: i64,
    captured_local: String,
    heading: Option<f64>,
    heading_computed: bool,
    pitch: Option<f64>,
    roll: Option<f64>,
    yaw: Option<f64>,
    edited: i64,
    #[sqlx(flatten)]
    rights: Rights,
}

impl FieldsRow {
    /// Which values were edited.
    pub fn edited(&self) -> Edited {
        Edited::of_bits(self.edited)
    }

    /// All of them, without tags.
    pub fn fields(&self) -> Result<PictureFields> {
        let edited = self.edited();
        Ok(PictureFields {
            heading: Some(HeadingState {
                degrees: self.heading,
                computed: self.heading_computed,
                edited: edited.heading,
            }),
            pose: Some(PoseState { pitch: self.pitch, roll: self.roll, yaw: self.yaw, edited: edited.pose }),
            position: Some(PositionState {
                lon: self.lon,
                lat: self.lat,
                accuracy: self.accuracy,
                edited: edited.position,
            }),
            capture: Some(CaptureState {
                at: time(self.captured_at)?,
                local: self.captured_local.clone(),
                edited: edited.time,
            }),
            visibility: Some(named(&self.visibility)?),
            rights: Some(self.rights.clone()),
            rank: self.rank,
            semantics: None,
        })
    }
}
