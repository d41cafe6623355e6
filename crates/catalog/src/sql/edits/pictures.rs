//! What becomes of a picture in an edit.

use std::collections::HashMap;

use flaneur_coverage::quadkey;
use sqlx::types::Json;

use super::super::{Connection, dialect::FOR_UPDATE, statement::Values};
use super::{
    Effects, Granted,
    fields::{FIELDS, FieldsRow},
    tags::retag,
};
use crate::{
    Result,
    model::{AccountId, Difference, EditChange, PictureFields, PictureId, Semantic, SequenceId, TagEdits, Unfulfilled},
    stored::rows::micros,
};

/// A picture that is edited.
#[derive(sqlx::FromRow)]
pub struct PictureNow {
    pub id: PictureId,
    pub account_id: AccountId,
    pub sequence_id: Option<SequenceId>,
    #[sqlx(flatten)]
    pub fields: FieldsRow,
    semantics: Json<Vec<Semantic>>,
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
        "SELECT p.id, p.account_id, p.sequence_id, {FIELDS}, p.semantics FROM pictures p
         WHERE (p.id IN ({pictures}) OR p.sequence_id IN ({sequences})) AND p.status IN ('waiting', 'ready')
         ORDER BY p.id {FOR_UPDATE}"
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
    let before = now.fields.fields()?;
    let Difference { mut was, mut became, others } = before.becoming(set, expected);
    let retagged = retag(&now.semantics.0, tags, strict)?;
    let unfulfilled = (!others.is_empty()).then_some(Unfulfilled::Changed(others));
    if became.is_empty() && !retagged.is_changed() {
        return Ok((None, unfulfilled));
    }
    store(connection, effects, now, (before, &became), &retagged.tags).await?;
    if retagged.is_changed() {
        (was.semantics, became.semantics) = (Some(retagged.removed), Some(retagged.added));
    }
    Ok((Some(EditChange::Picture { id: now.id, was, became }), unfulfilled))
}

async fn store(
    connection: &mut Connection,
    effects: &mut Effects,
    now: &PictureNow,
    (before, new): (PictureFields, &PictureFields),
    tags: &[Semantic],
) -> Result<()> {
    let heading = new.heading.or(before.heading);
    let pose = new.pose.or(before.pose);
    let position = new.position.or(before.position);
    let capture = new.capture.as_ref().or(before.capture.as_ref());
    let visibility = new.visibility.or(before.visibility);
    let rights = new.rights.as_ref().or(before.rights.as_ref());
    let in_files = new.heading.is_some()
        || new.pose.is_some()
        || new.position.is_some()
        || new.capture.is_some()
        || new.rights.is_some();
    let (lon, lat) = position.map_or((now.fields.lon, now.fields.lat), |state| (state.lon, state.lat));
    sqlx::query(
        "UPDATE pictures SET lon = $2, lat = $3, quadkey = $4, accuracy = $5, captured_at = $6, captured_local = $7,
             heading = $8, heading_computed = $9, pitch = $10, roll = $11, yaw = $12, visibility = $13, rank = $14,
             edited = $15, semantics = $16, updated_at = $17, metadata_revision = metadata_revision + $18,
             license = $19, attribution = $20
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
    .bind(new.rank.or(before.rank))
    .bind(new.edited(now.fields.edited()).bits())
    .bind(Json(tags))
    .bind(micros(effects.at))
    .bind(i64::from(in_files))
    .bind(rights.and_then(|rights| rights.license.as_ref()))
    .bind(rights.and_then(|rights| rights.attribution.as_ref()))
    .execute(connection)
    .await?;
    if in_files {
        effects.files.push(now.id);
    }
    if new.position.is_some() || new.visibility.is_some() {
        effects.audience.insert(now.id, (now.account_id, lon, lat));
    }
    if let Some(sequence) = now.sequence_id {
        let summed_up = new.position.is_some()
            || new.capture.is_some()
            || new.visibility.is_some()
            || new.rights.is_some()
            || new.rank.is_some();
        *effects.sequences.entry(sequence).or_default() |= summed_up;
    }
    Ok(())
}
