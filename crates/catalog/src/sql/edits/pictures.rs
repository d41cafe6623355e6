//! What becomes of a picture in an edit.

use std::collections::HashMap;

use flaneur_coverage::quadkey;
use sqlx::types::Json;

use super::super::{Connection, dialect::FOR_UPDATE, statement::Values};
use super::{Effects, Granted, keep, tags::retag};
use crate::{
    Result,
    model::{
        AccountId, CaptureState, EditChange, Edited, HeadingState, PictureFields, PictureId, PoseState, PositionState,
        Semantic, SequenceId, TagEdits, Unfulfilled,
    },
    stored::rows::{micros, named, time},
};

/// What of a picture can be edited.
#[derive(sqlx::FromRow)]
pub struct PictureNow {
    pub id: PictureId,
    pub account_id: AccountId,
    pub sequence_id: Option<SequenceId>,
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
    semantics: Json<Vec<Semantic>>,
}

impl PictureNow {
    fn fields(&self) -> Result<PictureFields> {
        let edited = Edited::of_bits(self.edited);
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
            rank: self.rank,
            semantics: None,
        })
    }
}

/// These pictures, and all of these sequences, unless they are gone or broken; until the end of the transaction nobody else
/// changes them.
pub async fn hold(
    connection: &mut Connection,
    pictures: &[PictureId],
    sequences: &[SequenceId],
) -> Result<HashMap<PictureId, PictureNow>> {
    let mut values = Values::default();
    let pictures = values.ids(pictures.iter().map(|id| id.0))?;
    let sequences = values.ids(sequences.iter().map(|id| id.0))?;
    let sql = format!(
        "SELECT id, account_id, sequence_id, rank, visibility, lon, lat, accuracy, captured_at, captured_local, heading,
             heading_computed, pitch, roll, yaw, edited, semantics
         FROM pictures
         WHERE (id IN ({pictures}) OR sequence_id IN ({sequences})) AND status IN ('waiting', 'ready')
         ORDER BY id {FOR_UPDATE}"
    );
    let rows: Vec<PictureNow> = values.fetch_all(connection, sql).await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// Has a picture be as it is wanted. Answers what changed, if anything did, and what stays because somebody changed it.
pub async fn apply(
    connection: &mut Connection,
    effects: &mut Effects,
    now: &PictureNow,
    (set, tags, expected): (&PictureFields, &TagEdits, Option<&PictureFields>),
    strict: bool,
) -> Granted {
    let before = now.fields()?;
    let mut others = Vec::new();
    let none = PictureFields::default();
    let expect = expected.unwrap_or(&none);
    let mut became = PictureFields {
        heading: keep("heading", set.heading.as_ref(), expect.heading.as_ref(), before.heading.as_ref(), &mut others),
        pose: keep("pose", set.pose.as_ref(), expect.pose.as_ref(), before.pose.as_ref(), &mut others),
        position: keep(
            "position",
            set.position.as_ref(),
            expect.position.as_ref(),
            before.position.as_ref(),
            &mut others,
        ),
        capture: keep("time", set.capture.as_ref(), expect.capture.as_ref(), before.capture.as_ref(), &mut others),
        visibility: keep(
            "visibility",
            set.visibility.as_ref(),
            expect.visibility.as_ref(),
            before.visibility.as_ref(),
            &mut others,
        ),
        rank: keep("order", set.rank.as_ref(), expect.rank.as_ref(), before.rank.as_ref(), &mut others),
        semantics: None,
    };
    let retagged = retag(&now.semantics.0, tags, strict)?;
    let unfulfilled = (!others.is_empty()).then_some(Unfulfilled::Changed(others));
    if became.is_empty() && !retagged.is_changed() {
        return Ok((None, unfulfilled));
    }
    store(connection, effects, now, &became, &retagged.tags).await?;
    let mut was = PictureFields {
        heading: became.heading.and(before.heading),
        pose: became.pose.and(before.pose),
        position: became.position.and(before.position),
        capture: became.capture.as_ref().and(before.capture),
        visibility: became.visibility.and(before.visibility),
        rank: became.rank.and(before.rank),
        semantics: None,
    };
    if retagged.is_changed() {
        (was.semantics, became.semantics) = (Some(retagged.removed), Some(retagged.added));
    }
    Ok((Some(EditChange::Picture { id: now.id, was, became }), unfulfilled))
}

async fn store(
    connection: &mut Connection,
    effects: &mut Effects,
    now: &PictureNow,
    new: &PictureFields,
    tags: &[Semantic],
) -> Result<()> {
    let before = now.fields()?;
    let heading = new.heading.or(before.heading);
    let pose = new.pose.or(before.pose);
    let position = new.position.or(before.position);
    let capture = new.capture.as_ref().or(before.capture.as_ref());
    let visibility = new.visibility.or(before.visibility);
    let in_files = new.heading.is_some() || new.pose.is_some() || new.position.is_some() || new.capture.is_some();
    let (lon, lat) = position.map_or((now.lon, now.lat), |state| (state.lon, state.lat));
    sqlx::query(
        "UPDATE pictures SET lon = $2, lat = $3, quadkey = $4, accuracy = $5, captured_at = $6, captured_local = $7,
             heading = $8, heading_computed = $9, pitch = $10, roll = $11, yaw = $12, visibility = $13, rank = $14,
             edited = $15, semantics = $16, updated_at = $17, metadata_revision = metadata_revision + $18
         WHERE id = $1",
    )
    .bind(now.id)
    .bind(lon)
    .bind(lat)
    .bind(quadkey::key(lon, lat))
    .bind(position.and_then(|state| state.accuracy))
    .bind(capture.map(|state| micros(state.at)))
    .bind(capture.map(|state| &state.local))
    .bind(heading.and_then(|state| state.degrees))
    .bind(heading.is_some_and(|state| state.computed))
    .bind(pose.and_then(|state| state.pitch))
    .bind(pose.and_then(|state| state.roll))
    .bind(pose.and_then(|state| state.yaw))
    .bind(visibility.map(flaneur_access::Visibility::as_str))
    .bind(new.rank.or(now.rank))
    .bind(new.edited(Edited::of_bits(now.edited)).bits())
    .bind(Json(tags))
    .bind(micros(effects.at))
    .bind(i64::from(in_files))
    .execute(connection)
    .await?;
    if in_files {
        effects.files.push(now.id);
    }
    if new.position.is_some() || new.visibility.is_some() {
        effects.audience.insert(now.id, (now.account_id, lon, lat));
    }
    if let Some(sequence) = now.sequence_id {
        let summed_up =
            new.position.is_some() || new.capture.is_some() || new.visibility.is_some() || new.rank.is_some();
        *effects.sequences.entry(sequence).or_default() |= summed_up;
    }
    Ok(())
}
