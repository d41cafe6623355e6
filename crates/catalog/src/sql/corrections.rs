//! Correcting what a picture says of place, time and the like: its file was sent again with other values.

use sqlx::types::Json;

use super::{
    Connection, jobs,
    picture_rows::{SAID, SAID_VALUES, bind_said},
    pictures,
};
use crate::{
    Result,
    model::{FileNotice, JobId, JobKind, Picture, PictureId, UploadSetId},
    stored::{packed::Packed, rows::micros},
};

/// Has a picture say what `new` says, except who may see it, and has its set sorted anew and its files follow. `jobs` are
/// fresh ids; `notices` take the place of those that its file had. False if it says so already, or if it is not one that is shown or will be: then nothing changed. The caller has
/// called [`super::areas::share`] and holds the picture's row.
pub async fn correct(
    connection: &mut Connection,
    id: PictureId,
    new: &Picture,
    notices: &[FileNotice],
    jobs: [JobId; 2],
) -> Result<bool> {
    let [redact, dispatch] = jobs;
    let now = new.created_at;
    let before: Option<(Packed<serde_json::Value>, UploadSetId)> = sqlx::query_as(
        "SELECT overrides, upload_set_id FROM pictures WHERE id = $1 AND status IN ('waiting', 'ready')",
    )
    .bind(id)
    .fetch_optional(&mut *connection)
    .await?;
    let Some((_, set)) = before.filter(|(overrides, _)| overrides.0 != new.overrides) else {
        return Ok(false);
    };
    // What was edited gives way. The shape stays: the master keeps the turn that its pixels are stored in.
    let sql = format!(
        "UPDATE pictures SET ({SAID}) = ({SAID_VALUES}), updated_at = $23, metadata_revision = metadata_revision + 1,
             edited = 0
         WHERE id = $1"
    );
    bind_said(sqlx::query(sqlx::AssertSqlSafe(sql)).bind(id), new).bind(micros(now)).execute(&mut *connection).await?;
    sqlx::query("UPDATE files SET notices = $2 WHERE picture_id = $1")
        .bind(id)
        .bind(Json(notices))
        .execute(&mut *connection)
        .await?;
    // It may be in an excluded area now, or in one no longer.
    pictures::settle_audience(connection, id).await?;
    // The files of one that waits may be in the making: who publishes it asks for this again.
    jobs::ask(connection, redact, JobKind::Redact, id.0, now).await?;
    let sorted: bool = sqlx::query_scalar("SELECT completed FROM upload_sets WHERE id = $1")
        .bind(set)
        .fetch_one(&mut *connection)
        .await?;
    if sorted {
        jobs::ask(connection, dispatch, JobKind::Dispatch, set.0, now).await?;
    }
    Ok(true)
}
