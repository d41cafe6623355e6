//! Carrying out how an upload set is sorted into sequences.

use std::collections::HashMap;

use jiff::Timestamp;

use super::{
    Connection,
    areas::{self, Near},
    dialect::FOR_UPDATE,
    jobs, pictures, tombstones, upload_sets,
};
use crate::{
    CatalogError, Result,
    model::{
        AccountId, DispatchPlan, DuplicateShot, Edited, JobId, JobKind, Lease, NewUploadSet, PictureId, PlacedShot,
        Rejection, SequenceId, SequenceStatus, Severity, UploadSet,
    },
    stored::rows::{micros, named},
};

/// What of a picture the plan may change, and what decides who sees it.
#[derive(sqlx::FromRow, Clone, Copy)]
struct Shot {
    id: PictureId,
    account_id: AccountId,
    lon: f64,
    lat: f64,
    sequence_id: Option<SequenceId>,
    rank: Option<i64>,
    heading: Option<f64>,
    heading_computed: bool,
    sensor_heading: Option<f64>,
    edited: i64,
}

/// Carries the plan out in the transaction of `connection`. False if the lease is lost: then, roll back.
///
/// What changed since the plan was made wins. Pictures that are gone are left out. A plan that wants pictures in a
/// sequence that was deleted meanwhile, or calls a picture the duplicate of one that is gone, is carried out without
/// these, and the set is dispatched once more.
pub async fn apply(
    connection: &mut Connection,
    lease: &Lease,
    plan: &DispatchPlan,
    fresh: &(dyn Fn() -> JobId + Send + Sync),
) -> Result<bool> {
    let set_id = plan.upload_set;
    areas::share(connection).await?;
    let Some(set) = upload_sets::hold(connection, set_id).await? else {
        return Ok(false);
    };
    if !jobs::end(connection, lease, JobKind::Dispatch, set_id.0).await? {
        return Ok(false);
    }
    let shots = shots(connection, &set).await?;
    let near = Near::load(connection, shots.values().map(|shot| (shot.account_id, shot.lon, shot.lat))).await?;
    let before = sequences(connection, &set).await?;
    let mut again = false;
    for (place, part) in plan.parts.iter().enumerate() {
        let living: Vec<(&PlacedShot, Shot)> =
            part.shots.iter().filter_map(|placed| Some((placed, *shots.get(&placed.id)?))).collect();
        match before.get(&part.sequence) {
            Some(SequenceStatus::Deleted) => {
                again |= !living.is_empty();
                continue;
            }
            None if living.is_empty() => continue,
            _ => {}
        }
        store_sequence(connection, &set.options, part.sequence, &part.title, place, plan.at).await?;
        for (at, (placed, shot)) in living.into_iter().enumerate() {
            place_shot(connection, part.sequence, at as i64 + 1, placed, shot, plan).await?;
            let exclusion = near.exclusion(shot.account_id, shot.lon, shot.lat);
            pictures::set_audience(connection, shot.id, exclusion).await?;
        }
        jobs::ask(connection, fresh(), JobKind::Refresh, part.sequence.0, plan.at).await?;
    }
    for duplicate in plan.duplicates.iter().filter(|duplicate| shots.contains_key(&duplicate.id)) {
        if shots.contains_key(&duplicate.of) {
            drop_duplicate(connection, duplicate, fresh, plan).await?;
        } else {
            again = true;
        }
    }
    for (sequence, status) in &before {
        let named = plan.parts.iter().any(|part| part.sequence == *sequence);
        if *status != SequenceStatus::Deleted && !named {
            tombstones::bury_sequence(connection, *sequence, plan.at).await?;
        }
    }
    if again {
        jobs::ask(connection, fresh(), JobKind::Dispatch, set_id.0, plan.at).await?;
    }
    // A file may have come after the plan was made; then the job is there again.
    sqlx::query(
        "UPDATE upload_sets SET notices = $2, dispatched = NOT EXISTS (
             SELECT 1 FROM pictures p
             WHERE p.upload_set_id = $1 AND p.sequence_id IS NULL AND p.status IN ('waiting', 'ready'))
         WHERE id = $1",
    )
    .bind(set_id)
    .bind(sqlx::types::Json(&plan.notices))
    .execute(connection)
    .await?;
    Ok(true)
}

async fn shots(connection: &mut Connection, set: &UploadSet) -> Result<HashMap<PictureId, Shot>> {
    let sql = format!(
        "SELECT id, account_id, lon, lat, sequence_id, rank, heading, heading_computed, sensor_heading, edited
         FROM pictures
         WHERE upload_set_id = $1 AND status IN ('waiting', 'ready') ORDER BY id {FOR_UPDATE}",
    );
    let shots: Vec<Shot> = sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(set.options.id).fetch_all(connection).await?;
    Ok(shots.into_iter().map(|shot| (shot.id, shot)).collect())
}

async fn sequences(connection: &mut Connection, set: &UploadSet) -> Result<HashMap<SequenceId, SequenceStatus>> {
    let rows: Vec<(SequenceId, String)> = sqlx::query_as("SELECT id, status FROM sequences WHERE upload_set_id = $1")
        .bind(set.options.id)
        .fetch_all(connection)
        .await?;
    rows.into_iter().map(|(id, status)| Ok((id, named(&status)?))).collect()
}

/// Makes a sequence of a set, or keeps it: its tags and visibility are its own from then on, and its title if somebody chose
/// it. [`CatalogError::Conflict`] if it is another set's.
pub async fn store_sequence(
    connection: &mut Connection,
    set: &NewUploadSet,
    sequence: SequenceId,
    title: &str,
    place: usize,
    at: Timestamp,
) -> Result<()> {
    let stored = sqlx::query(
        "INSERT INTO sequences (id, account_id, upload_set_id, place, status, visibility, semantics, title, user_agent,
             created_at, updated_at)
         VALUES ($1, $2, $3, $4, 'waiting', $5, $6, $7, $8, $9, $9)
         ON CONFLICT (id) DO UPDATE SET place = excluded.place, sorted_by = NULL, updated_at = excluded.updated_at,
             title = CASE WHEN sequences.title_edited THEN sequences.title ELSE excluded.title END
         WHERE sequences.upload_set_id = excluded.upload_set_id",
    )
    .bind(sequence)
    .bind(set.account)
    .bind(set.id)
    .bind(place as i64)
    .bind(set.visibility.as_str())
    .bind(sqlx::types::Json(&set.semantics))
    .bind(title)
    .bind(&set.user_agent)
    .bind(micros(at))
    .execute(connection)
    .await?;
    if stored.rows_affected() == 0 {
        return Err(CatalogError::Conflict("the sequence's id"));
    }
    Ok(())
}

async fn place_shot(
    connection: &mut Connection,
    sequence: SequenceId,
    rank: i64,
    placed: &PlacedShot,
    shot: Shot,
    plan: &DispatchPlan,
) -> Result<()> {
    let (heading, computed) = if Edited::of_bits(shot.edited).heading {
        (shot.heading, shot.heading_computed)
    } else {
        (placed.computed_heading.or(shot.sensor_heading), placed.computed_heading.is_some())
    };
    let stays = shot.sequence_id == Some(sequence) && shot.rank == Some(rank);
    if !stays || heading != shot.heading || computed != shot.heading_computed {
        sqlx::query(
            "UPDATE pictures SET sequence_id = $2, rank = $3, heading = $4, heading_computed = $5, updated_at = $6
             WHERE id = $1",
        )
        .bind(placed.id)
        .bind(sequence)
        .bind(rank)
        .bind(heading)
        .bind(computed)
        .bind(micros(plan.at))
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

async fn drop_duplicate(
    connection: &mut Connection,
    duplicate: &DuplicateShot,
    fresh: &(dyn Fn() -> JobId + Send + Sync),
    plan: &DispatchPlan,
) -> Result<()> {
    sqlx::query(
        "UPDATE pictures SET status = 'duplicate', audience = NULL, sequence_id = NULL, rank = NULL, updated_at = $2
         WHERE id = $1",
    )
    .bind(duplicate.id)
    .bind(micros(plan.at))
    .execute(&mut *connection)
    .await?;
    let rejection = Rejection {
        reason: "capture_duplicate".to_owned(),
        severity: Severity::Info,
        message: "The picture is nearly the same as another one of this upload set, and was left out.".to_owned(),
        details: Some(serde_json::json!({
            "duplicate_of": duplicate.of,
            "distance": duplicate.distance_m,
            "angle": duplicate.angle_deg,
        })),
    };
    pictures::reject_file(connection, duplicate.id, Some(&rejection)).await?;
    for kind in [JobKind::Process, JobKind::Destroy] {
        jobs::forget(connection, kind, duplicate.id.0).await?;
    }
    jobs::ask(connection, fresh(), JobKind::Destroy, duplicate.id.0, plan.at).await
}
