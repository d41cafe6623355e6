//! Changing what an upload set is to be.

use jiff::Timestamp;
use sqlx::types::Json;

use super::{
    Connection, areas,
    dialect::FOR_UPDATE,
    jobs,
    pictures::resettle,
    tombstones::{Of, hold_pictures},
    upload_sets,
};
use crate::{
    Result,
    model::{ChangeOfSet, JobId, JobKind, NewUploadSet, PictureId, UploadSetId},
    stored::rows::micros,
};

/// Whether a set has to be sorted anew.
fn sorts_otherwise(before: &NewUploadSet, after: &NewUploadSet) -> bool {
    let by = |set: &NewUploadSet| {
        (
            set.title.clone(),
            set.sort_method,
            (set.no_split, set.split_distance, set.split_time),
            (set.no_deduplication, set.duplicate_distance, set.duplicate_rotation),
            set.relative_heading,
        )
    };
    by(before) != by(after)
}

/// Shows pictures and sequences of a set, as far as they are shown as the set was, as it is now.
async fn show(
    connection: &mut Connection,
    (before, after): (&NewUploadSet, &NewUploadSet),
    fresh: &(dyn Fn() -> JobId + Send + Sync),
    now: Timestamp,
) -> Result<()> {
    for table in ["sequences", "pictures"] {
        let sql = format!(
            "UPDATE {table} SET visibility = $3, updated_at = $4
             WHERE upload_set_id = $1 AND visibility = $2 AND status <> 'deleted'"
        );
        sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(after.id)
            .bind(before.visibility.as_str())
            .bind(after.visibility.as_str())
            .bind(micros(now))
            .execute(&mut *connection)
            .await?;
    }
    let pictures: Vec<PictureId> =
        sqlx::query_scalar("SELECT id FROM pictures WHERE upload_set_id = $1 AND status <> 'deleted'")
            .bind(after.id)
            .fetch_all(&mut *connection)
            .await?;
    // Their sequences are summed up anew by that.
    resettle(connection, &pictures.into_iter().collect(), fresh, now).await
}

/// Locks what a set has, in the order in which everybody does.
async fn hold(connection: &mut Connection, id: UploadSetId) -> Result<()> {
    hold_pictures(connection, Of::UploadSet(id)).await?;
    if !FOR_UPDATE.is_empty() {
        let sql = format!("SELECT id FROM sequences WHERE upload_set_id = $1 ORDER BY id {FOR_UPDATE}");
        sqlx::query(sqlx::AssertSqlSafe(sql)).bind(id).fetch_all(connection).await?;
    }
    Ok(())
}

/// As [`crate::UploadSets::revise_upload_set`]. False if there is no such set.
pub async fn revise(
    connection: &mut Connection,
    id: UploadSetId,
    change: &ChangeOfSet<'_>,
    fresh: &(dyn Fn() -> JobId + Send + Sync),
    now: Timestamp,
) -> Result<bool> {
    areas::share(connection).await?;
    let Some(set) = upload_sets::hold(connection, id).await? else { return Ok(false) };
    let before = set.options;
    let mut wanted = before.clone();
    change(&mut wanted);
    // Whose it is, and from when, is not for anybody to change.
    let after = NewUploadSet { id, account: before.account, created_at: before.created_at, ..wanted };
    sqlx::query(
        "UPDATE upload_sets SET title = $2, sort_method = $3, no_split = $4, split_distance = $5, split_time = $6,
             no_deduplication = $7, duplicate_distance = $8, duplicate_rotation = $9, relative_heading = $10,
             visibility = $11, semantics = $12
         WHERE id = $1",
    )
    .bind(id)
    .bind(&after.title)
    .bind(after.sort_method.as_str())
    .bind(after.no_split)
    .bind(after.split_distance)
    .bind(after.split_time)
    .bind(after.no_deduplication)
    .bind(after.duplicate_distance)
    .bind(after.duplicate_rotation)
    .bind(after.relative_heading)
    .bind(after.visibility.as_str())
    .bind(Json(&after.semantics))
    .execute(&mut *connection)
    .await?;
    if after.visibility != before.visibility {
        hold(connection, id).await?;
        show(connection, (&before, &after), fresh, now).await?;
    }
    if set.completed && sorts_otherwise(&before, &after) {
        sqlx::query("UPDATE upload_sets SET dispatched = FALSE WHERE id = $1")
            .bind(id)
            .execute(&mut *connection)
            .await?;
        jobs::ask(connection, fresh(), JobKind::Dispatch, id.0, now).await?;
    }
    Ok(true)
}
