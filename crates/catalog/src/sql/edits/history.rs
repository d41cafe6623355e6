//! The record of edits: writing and reading it.

use flaneur_access::Visibility;
use jiff::Timestamp;
use sqlx::types::Json;
use uuid::Uuid;

use super::super::{
    Connection,
    annotations::{ANNOTATION, AnnotationRow},
    statement::Values,
};
use super::fields::{FIELDS, FieldsRow};
use crate::{
    CatalogError, Result,
    model::{
        AccountId, Annotation, AnnotationId, Edit, EditChange, EditId, Editable, HistoryOf, Marked, NewEdit,
        PictureFields, PictureId, Selection, SequenceFields, SequenceId, Shape,
    },
    stored::rows::{micros, named, time},
};

/// The columns of [`EditRow`]. The edit is `e`, its account `a`.
const EDIT: &str = "e.id, e.account_id, a.name, e.at, e.undoes, e.undone_by, e.changes, e.operation";

#[derive(sqlx::FromRow)]
struct EditRow {
    id: EditId,
    account_id: AccountId,
    name: String,
    at: i64,
    undoes: Option<EditId>,
    undone_by: Option<EditId>,
    changes: i64,
    operation: Json<serde_json::Value>,
}

impl EditRow {
    fn edit(self) -> Result<Edit> {
        Ok(Edit {
            id: self.id,
            account: self.account_id,
            name: self.name,
            at: time(self.at)?,
            operation: self.operation.0,
            undoes: self.undoes,
            undone_by: self.undone_by,
            changes: self.changes,
        })
    }
}

/// The columns of [`ChangeRow`]. The change is `c`.
const CHANGE: &str = "c.place, c.picture_id, c.annotation_id, c.sequence_id, c.was, c.became";

#[derive(sqlx::FromRow)]
struct ChangeRow {
    place: i64,
    picture_id: Option<PictureId>,
    annotation_id: Option<AnnotationId>,
    sequence_id: Option<SequenceId>,
    was: Option<Json<serde_json::Value>>,
    became: Option<Json<serde_json::Value>>,
}

fn read<T: serde::de::DeserializeOwned>(document: Option<Json<serde_json::Value>>) -> Result<Option<T>> {
    document
        .map(|Json(value)| {
            serde_json::from_value(value)
                .map_err(|error| CatalogError::Corrupt { what: "record of an edit", text: error.to_string() })
        })
        .transpose()
}

impl ChangeRow {
    fn change(self) -> Result<EditChange> {
        let Self { picture_id, annotation_id, sequence_id, was, became, .. } = self;
        Ok(match (picture_id, annotation_id, sequence_id) {
            (Some(picture), Some(id), _) => {
                EditChange::Annotation { id, picture, was: read::<Marked>(was)?, became: read::<Marked>(became)? }
            }
            (Some(id), None, _) => EditChange::Picture {
                id,
                was: read::<PictureFields>(was)?.unwrap_or_default(),
                became: read::<PictureFields>(became)?.unwrap_or_default(),
            },
            (None, _, Some(id)) => EditChange::Sequence {
                id,
                was: read::<SequenceFields>(was)?.unwrap_or_default(),
                became: read::<SequenceFields>(became)?.unwrap_or_default(),
            },
            (None, _, None) => {
                return Err(CatalogError::Corrupt { what: "record of an edit", text: "of nothing".to_owned() });
            }
        })
    }
}

#[derive(sqlx::FromRow)]
struct HistoryRow {
    #[sqlx(flatten)]
    edit: EditRow,
    #[sqlx(flatten)]
    change: ChangeRow,
}

#[derive(sqlx::FromRow)]
struct ChangeOfRow {
    edit_id: EditId,
    #[sqlx(flatten)]
    change: ChangeRow,
}

fn told<T: serde::Serialize>(value: T) -> Result<Json<serde_json::Value>> {
    serde_json::to_value(value)
        .map(Json)
        .map_err(|error| CatalogError::Corrupt { what: "record of an edit", text: error.to_string() })
}

/// Writes an edit down.
pub async fn write(connection: &mut Connection, new: &NewEdit, changes: &[EditChange]) -> Result<()> {
    sqlx::query(
        "INSERT INTO edits (id, account_id, at, undoes, changes, operation, run) VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(new.id)
    .bind(new.account)
    .bind(micros(new.at))
    .bind(new.undoes)
    .bind(changes.len() as i64)
    .bind(Json(&new.operation))
    .bind(new.run)
    .execute(&mut *connection)
    .await?;
    for (place, change) in changes.iter().enumerate() {
        let (picture, annotation, sequence, was, became) = match change {
            EditChange::Picture { id, was, became } => (Some(*id), None, None, Some(told(was)?), Some(told(became)?)),
            EditChange::Sequence { id, was, became } => (None, None, Some(*id), Some(told(was)?), Some(told(became)?)),
            EditChange::Annotation { id, picture, was, became } => (
                Some(*picture),
                Some(*id),
                None,
                was.as_ref().map(told).transpose()?,
                became.as_ref().map(told).transpose()?,
            ),
        };
        sqlx::query(
            "INSERT INTO edit_changes (edit_id, place, picture_id, annotation_id, sequence_id, was, became)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(new.id)
        .bind(place as i64 + 1)
        .bind(picture)
        .bind(annotation)
        .bind(sequence)
        .bind(was)
        .bind(became)
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

/// An edit.
pub async fn find(connection: &mut Connection, id: EditId) -> Result<Option<Edit>> {
    let sql = format!("SELECT {EDIT} FROM edits e JOIN accounts a ON a.id = e.account_id WHERE e.id = $1");
    sqlx::query_as::<_, EditRow>(sqlx::AssertSqlSafe(sql))
        .bind(id)
        .fetch_optional(connection)
        .await?
        .map(EditRow::edit)
        .transpose()
}

/// What an edit changed.
pub async fn changes(
    connection: &mut Connection,
    id: EditId,
    after: i64,
    limit: i64,
) -> Result<Vec<(i64, EditChange)>> {
    let sql =
        format!("SELECT {CHANGE} FROM edit_changes c WHERE c.edit_id = $1 AND c.place > $2 ORDER BY c.place LIMIT +$3");
    let rows: Vec<ChangeRow> =
        sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(id).bind(after).bind(limit).fetch_all(connection).await?;
    rows.into_iter().map(|row| Ok((row.place, row.change()?))).collect()
}

/// What these edits changed, each in its order.
pub async fn changes_of(connection: &mut Connection, edits: &[EditId]) -> Result<Vec<(EditId, EditChange)>> {
    let mut values = Values::default();
    let list = values.ids(edits.iter().map(|id| id.0))?;
    let sql = format!(
        "SELECT c.edit_id, {CHANGE} FROM edit_changes c WHERE c.edit_id IN ({list}) ORDER BY c.edit_id, c.place"
    );
    let rows: Vec<ChangeOfRow> = values.fetch_all(connection, sql).await?;
    rows.into_iter().map(|row| Ok((row.edit_id, row.change.change()?))).collect()
}

/// The condition that an edit was made before another.
fn earlier(values: &mut Values, before: Option<(Timestamp, EditId)>) -> Result<String> {
    let Some((at, id)) = before else { return Ok("TRUE".to_owned()) };
    Ok(format!("(e.at, e.id) < ({}, {})", values.bind(micros(at))?, values.bind(id)?))
}

/// The history of one thing.
pub async fn of(
    connection: &mut Connection,
    of: HistoryOf,
    before: Option<(Timestamp, EditId)>,
    limit: i64,
) -> Result<Vec<(Edit, EditChange)>> {
    let mut values = Values::default();
    let subject = match of {
        HistoryOf::Picture(id) => format!("c.picture_id = {}", values.bind(id)?),
        HistoryOf::Sequence(id) => format!("c.sequence_id = {}", values.bind(id)?),
    };
    // So many edits, not changes: what one edit did is not cut in two.
    let sql = format!(
        "SELECT {EDIT}, {CHANGE}
         FROM (SELECT DISTINCT e.id, e.at FROM edit_changes c JOIN edits e ON e.id = c.edit_id
               WHERE {subject} AND {} ORDER BY e.at DESC, e.id DESC LIMIT +{}) chosen
             JOIN edits e ON e.id = chosen.id JOIN accounts a ON a.id = e.account_id
             JOIN edit_changes c ON c.edit_id = e.id
         WHERE {subject} ORDER BY e.at DESC, e.id DESC, c.place",
        earlier(&mut values, before)?,
        values.bind(limit)?,
    );
    let rows: Vec<HistoryRow> = values.fetch_all(connection, sql).await?;
    rows.into_iter().map(|row| Ok((row.edit.edit()?, row.change.change()?))).collect()
}

/// The edits of an account.
pub async fn by(
    connection: &mut Connection,
    account: AccountId,
    before: Option<(Timestamp, EditId)>,
    limit: i64,
) -> Result<Vec<Edit>> {
    let mut values = Values::default();
    let sql = format!(
        "SELECT {EDIT} FROM edits e JOIN accounts a ON a.id = e.account_id
         WHERE e.account_id = {} AND {} ORDER BY e.at DESC, e.id DESC LIMIT +{}",
        values.bind(account)?,
        earlier(&mut values, before)?,
        values.bind(limit)?,
    );
    let rows: Vec<EditRow> = values.fetch_all(connection, sql).await?;
    rows.into_iter().map(EditRow::edit).collect()
}

/// The edits of a run that are not undone, the latest first.
pub async fn of_run(connection: &mut Connection, account: AccountId, run: Uuid, limit: i64) -> Result<Vec<Edit>> {
    let sql = format!(
        "SELECT {EDIT} FROM edits e JOIN accounts a ON a.id = e.account_id
         WHERE e.run = $1 AND e.account_id = $2 AND e.undone_by IS NULL ORDER BY e.at DESC, e.id DESC LIMIT +$3"
    );
    let rows: Vec<EditRow> =
        sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(run).bind(account).bind(limit).fetch_all(connection).await?;
    rows.into_iter().map(EditRow::edit).collect()
}

/// An annotation of a picture that is not gone.
pub async fn annotation(connection: &mut Connection, id: AnnotationId) -> Result<Option<Annotation>> {
    let sql = format!("SELECT {ANNOTATION} FROM annotations n WHERE n.id = $1");
    sqlx::query_as::<_, AnnotationRow>(sqlx::AssertSqlSafe(sql))
        .bind(id)
        .fetch_optional(connection)
        .await?
        .map(AnnotationRow::annotation)
        .transpose()
}

#[derive(sqlx::FromRow)]
struct EditableRow {
    id: PictureId,
    account_id: AccountId,
    collaborative_metadata: Option<bool>,
    sequence_id: SequenceId,
    file_name: String,
    #[sqlx(flatten)]
    fields: FieldsRow,
    sensor_heading: Option<f64>,
    projection: String,
    width: i64,
    height: i64,
    audience: Option<i64>,
}

/// Who an audience is.
fn audience(level: i64) -> Result<Visibility> {
    usize::try_from(level)
        .ok()
        .and_then(|level| Visibility::ALL.get(level).copied())
        .ok_or_else(|| CatalogError::Corrupt { what: "audience", text: level.to_string() })
}

impl EditableRow {
    fn editable(self) -> Result<Editable> {
        Ok(Editable {
            id: self.id,
            account: self.account_id,
            collaborative: self.collaborative_metadata,
            sequence: self.sequence_id,
            file_name: self.file_name,
            now: self.fields.fields()?,
            sensor_heading: self.sensor_heading,
            projection: named(&self.projection)?,
            shape: Shape { width: self.width, height: self.height },
            seen_by: self.audience.map(audience).transpose()?,
        })
    }
}

/// The pictures of a selection.
pub async fn editable(connection: &mut Connection, selection: &Selection, limit: i64) -> Result<Vec<Editable>> {
    let mut values = Values::default();
    // One list each, so that each is led by its own index.
    let pictures = values.ids(selection.pictures.iter().map(|id| id.0))?;
    let sequences = values.ids(selection.sequences.iter().map(|id| id.0))?;
    let sets = values.ids(selection.upload_sets.iter().map(|id| id.0))?;
    let sql = format!(
        "SELECT p.id, p.account_id, a.collaborative_metadata, p.sequence_id, p.file_name, {FIELDS}, p.sensor_heading,
             p.projection, p.width, p.height, p.audience
         FROM (SELECT id FROM pictures WHERE id IN ({pictures})
               UNION SELECT id FROM pictures WHERE sequence_id IN ({sequences})
               UNION SELECT id FROM pictures WHERE upload_set_id IN ({sets})) chosen
             JOIN pictures p ON p.id = chosen.id JOIN accounts a ON a.id = p.account_id
         WHERE p.sequence_id IS NOT NULL AND p.status IN ('waiting', 'ready')
         ORDER BY p.sequence_id, p.rank, p.id LIMIT +{}",
        values.bind(limit)?,
    );
    let rows: Vec<EditableRow> = values.fetch_all(connection, sql).await?;
    rows.into_iter().map(EditableRow::editable).collect()
}
