//! What becomes of a sequence in an edit.

use std::collections::HashMap;

use sqlx::types::Json;

use super::super::{Connection, dialect::FOR_UPDATE, statement::Values};
use super::{Effects, Granted, tags::retag};
use crate::{
    Result,
    model::{Difference, EditChange, Semantic, SequenceFields, SequenceId, TagEdits, Unfulfilled},
    stored::rows::{micros, named},
};

/// What of a sequence can be edited.
#[derive(sqlx::FromRow)]
pub struct SequenceNow {
    pub id: SequenceId,
    title: String,
    title_edited: bool,
    visibility: String,
    sorted_by: Option<String>,
    semantics: Json<Vec<Semantic>>,
}

/// These sequences, unless they are gone; until the end of the transaction nobody else changes them.
pub async fn hold(
    connection: &mut Connection,
    ids: impl IntoIterator<Item = SequenceId>,
) -> Result<HashMap<SequenceId, SequenceNow>> {
    let mut values = Values::default();
    let list = values.ids(ids.into_iter().map(|id| id.0))?;
    let sql = format!(
        "SELECT id, title, title_edited, visibility, sorted_by, semantics FROM sequences
         WHERE id IN ({list}) AND status <> 'deleted' ORDER BY id {FOR_UPDATE}"
    );
    let rows: Vec<SequenceNow> = values.fetch_all(connection, sql).await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// Has a sequence be as it is wanted, as [`super::pictures::apply`] does a picture. Who sees its pictures is the caller's.
pub async fn apply(
    connection: &mut Connection,
    effects: &mut Effects,
    now: &SequenceNow,
    (set, tags, expected): (&SequenceFields, &TagEdits, Option<&SequenceFields>),
    strict: bool,
) -> Granted {
    let before = SequenceFields {
        title: Some((now.title.clone(), now.title_edited)),
        visibility: Some(named(&now.visibility)?),
        sorted_by: Some(now.sorted_by.clone().unwrap_or_default()),
        semantics: None,
    };
    let Difference { mut was, mut became, others } = before.becoming(set, expected);
    let retagged = retag(&now.semantics.0, tags, strict)?;
    let unfulfilled = (!others.is_empty()).then_some(Unfulfilled::Changed(others));
    if became.is_empty() && !retagged.is_changed() {
        return Ok((None, unfulfilled));
    }
    let (title, title_edited) = became.title.clone().unwrap_or((now.title.clone(), now.title_edited));
    let sorted_by = became.sorted_by.as_ref().or(now.sorted_by.as_ref());
    sqlx::query(
        "UPDATE sequences SET title = $2, title_edited = $3, visibility = $4, sorted_by = $5, semantics = $6,
             updated_at = $7
         WHERE id = $1",
    )
    .bind(now.id)
    .bind(&title)
    .bind(title_edited)
    .bind(became.visibility.or(before.visibility).map(flaneur_access::Visibility::as_str))
    .bind(sorted_by.filter(|order| !order.is_empty()))
    .bind(Json(&retagged.tags))
    .bind(micros(effects.at))
    .execute(connection)
    .await?;
    *effects.sequences.entry(now.id).or_default() |= became.visibility.is_some();
    if retagged.is_changed() {
        (was.semantics, became.semantics) = (Some(retagged.removed), Some(retagged.added));
    }
    Ok((Some(EditChange::Sequence { id: now.id, was, became }), unfulfilled))
}
