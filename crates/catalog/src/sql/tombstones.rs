//! Deleting: what is gone leaves a row that says so, and a job that destroys its bytes.
//!
//! Transactions that run side by side wait for each other's rows. So that none waits in a circle, every one that changes
//! rows of several tables takes them in this order: upload set, pictures (by id), sequences (by id), files,
//! redactions, reports, jobs.

use jiff::Timestamp;
use uuid::Uuid;

use super::{Connection, dialect::FOR_UPDATE, jobs, reports};
use crate::{
    Result,
    model::{JobId, JobKind, PictureId, SequenceId},
    stored::rows::micros,
};

/// By what the pictures to delete are chosen.
#[derive(Clone, Copy)]
pub enum Of {
    Picture(PictureId),
    Sequence(SequenceId),
    UploadSet(crate::model::UploadSetId),
    /// The first so many of a set's, by id. The caller holds the set.
    SomeOfUploadSet(crate::model::UploadSetId, i64),
}

impl Of {
    /// Of a row of pictures, with the key that `$1` stands for.
    fn condition(self) -> (String, Uuid) {
        match self {
            Self::Picture(id) => ("id = $1 AND status <> 'deleted'".to_owned(), id.0),
            Self::Sequence(id) => ("sequence_id = $1 AND status <> 'deleted'".to_owned(), id.0),
            Self::UploadSet(id) => ("upload_set_id = $1 AND status <> 'deleted'".to_owned(), id.0),
            Self::SomeOfUploadSet(id, most) => (
                format!(
                    "id IN (SELECT f.id FROM pictures f WHERE f.upload_set_id = $1 AND f.status <> 'deleted'
                            ORDER BY f.id LIMIT +{most})"
                ),
                id.0,
            ),
        }
    }
}

/// Keeps others from changing these pictures until the end of the transaction.
pub async fn hold_pictures(connection: &mut Connection, of: Of) -> Result<()> {
    if FOR_UPDATE.is_empty() {
        return Ok(());
    }
    let (condition, key) = of.condition();
    let sql = format!("SELECT id FROM pictures WHERE {condition} ORDER BY id {FOR_UPDATE}");
    sqlx::query(sqlx::AssertSqlSafe(sql)).bind(key).fetch_all(connection).await?;
    Ok(())
}

/// Keeps others from changing this sequence until the end of the transaction.
pub async fn hold_sequence(connection: &mut Connection, id: SequenceId) -> Result<()> {
    if FOR_UPDATE.is_empty() {
        return Ok(());
    }
    let sql = format!("SELECT id FROM sequences WHERE id = $1 {FOR_UPDATE}");
    sqlx::query(sqlx::AssertSqlSafe(sql)).bind(id).fetch_all(connection).await?;
    Ok(())
}

/// Deletes pictures: their files leave the set's list, their jobs are dropped, what was read from them is forgotten,
/// and a job is asked for that destroys their objects. Answers how many there were.
pub async fn bury_pictures(
    connection: &mut Connection,
    of: Of,
    fresh: &(dyn Fn() -> JobId + Send + Sync),
    now: Timestamp,
) -> Result<usize> {
    hold_pictures(connection, of).await?;
    let (condition, key) = of.condition();
    for sql in [
        format!("DELETE FROM files WHERE picture_id IN (SELECT id FROM pictures WHERE {condition})"),
        format!("DELETE FROM redactions WHERE picture_id IN (SELECT id FROM pictures WHERE {condition})"),
        format!("DELETE FROM annotations WHERE picture_id IN (SELECT id FROM pictures WHERE {condition})"),
        format!("DELETE FROM edit_changes WHERE picture_id IN (SELECT id FROM pictures WHERE {condition})"),
        format!("DELETE FROM withheld WHERE picture_id IN (SELECT id FROM pictures WHERE {condition})"),
        format!(
            "DELETE FROM jobs WHERE kind IN ('process', 'redact', 'destroy') AND subject IN (SELECT id FROM pictures WHERE {condition})"
        ),
    ] {
        sqlx::query(sqlx::AssertSqlSafe(sql)).bind(key).execute(&mut *connection).await?;
    }
    let which = format!("picture_id IN (SELECT id FROM pictures WHERE {condition})");
    reports::settle_deleted(connection, &which, key, now).await?;
    let sql = format!(
        "UPDATE pictures SET status = 'deleted', audience = NULL, updated_at = $2,
             lon = 0, lat = 0, quadkey = 0, altitude = NULL, accuracy = NULL, captured_at = 0, captured_local = '',
             file_name = '', content_md5 = '', content_sha256 = '', camera_make = NULL, camera_model = NULL,
             camera_artist = NULL, attribution = NULL, exif = '{{}}', overrides = 'null', detections = NULL, semantics = '[]'
         WHERE {condition} RETURNING id",
    );
    let buried: Vec<PictureId> =
        sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).bind(key).bind(micros(now)).fetch_all(&mut *connection).await?;
    for id in &buried {
        jobs::ask(connection, fresh(), JobKind::Destroy, id.0, now).await?;
    }
    Ok(buried.len())
}

/// Makes a sequence a tombstone: it covers nothing, and there is nothing to refresh any more. Its pictures are the
/// caller's. False if it was one before, or never was.
pub async fn bury_sequence(connection: &mut Connection, id: SequenceId, now: Timestamp) -> Result<bool> {
    let buried = sqlx::query(
        "UPDATE sequences SET status = 'deleted', updated_at = $2, nb_pictures = 0, length_m = 0, lines = NULL,
             title = '', user_agent = NULL, camera = NULL, attribution = NULL, west = NULL, south = NULL, east = NULL, north = NULL, semantics = '[]'
         WHERE id = $1 AND status <> 'deleted'",
    )
    .bind(id)
    .bind(micros(now))
    .execute(&mut *connection)
    .await?;
    if buried.rows_affected() == 0 {
        return Ok(false);
    }
    for sql in ["DELETE FROM sequence_cells WHERE sequence_id = $1", "DELETE FROM edit_changes WHERE sequence_id = $1"]
    {
        sqlx::query(sql).bind(id).execute(&mut *connection).await?;
    }
    reports::settle_deleted(connection, "sequence_id = $1", id.0, now).await?;
    jobs::forget(connection, JobKind::Refresh, id.0).await?;
    Ok(true)
}

/// Notes that something below a sequence changed. False if it is gone.
pub async fn touch_sequence(connection: &mut Connection, id: SequenceId, now: Timestamp) -> Result<bool> {
    let touched = sqlx::query("UPDATE sequences SET updated_at = $2 WHERE id = $1 AND status <> 'deleted'")
        .bind(id)
        .bind(micros(now))
        .execute(connection)
        .await?;
    Ok(touched.rows_affected() == 1)
}

/// The same, and has it summed up anew.
pub async fn disturb_sequence(connection: &mut Connection, id: SequenceId, job: JobId, now: Timestamp) -> Result<()> {
    if touch_sequence(connection, id, now).await? {
        jobs::ask(connection, job, JobKind::Refresh, id.0, now).await?;
    }
    Ok(())
}
