//! How far an upload set is.

use std::collections::HashMap;

use jiff::Timestamp;

use super::Connection;
use crate::{
    Result,
    model::{SequenceId, SequenceStatus, StatusCounts, UploadSet, UploadSetSequence, UploadSetState},
    stored::rows::{interval, micros, named},
};

/// Pictures of the set that are in one sequence, or in none.
#[derive(sqlx::FromRow)]
struct Group {
    sequence_id: Option<SequenceId>,
    ready: i64,
    waiting: i64,
    broken: i64,
    duplicate: i64,
    first: Option<i64>,
    last: Option<i64>,
}

impl Group {
    fn items(&self) -> i64 {
        self.ready + self.waiting + self.broken + self.duplicate
    }

    fn counts(&self, preparing: i64) -> StatusCounts {
        StatusCounts {
            prepared: self.ready,
            preparing,
            broken: self.broken,
            rejected: self.duplicate,
            not_processed: self.waiting - preparing,
        }
    }
}

#[derive(sqlx::FromRow)]
struct SequenceRow {
    id: SequenceId,
    title: String,
    status: String,
    refreshing: bool,
}

/// The set's counts and sequences at `now`.
pub async fn state(connection: &mut Connection, set: UploadSet, now: Timestamp) -> Result<UploadSetState> {
    let id = set.options.id;
    let groups: Vec<Group> = sqlx::query_as(
        "SELECT sequence_id, COUNT(*) FILTER (WHERE status = 'ready') AS ready,
             COUNT(*) FILTER (WHERE status = 'waiting') AS waiting,
             COUNT(*) FILTER (WHERE status = 'broken') AS broken,
             COUNT(*) FILTER (WHERE status = 'duplicate') AS duplicate,
             MIN(captured_at) AS first, MAX(captured_at) AS last
         FROM pictures WHERE upload_set_id = $1 AND status <> 'deleted' GROUP BY sequence_id",
    )
    .bind(id)
    .fetch_all(&mut *connection)
    .await?;
    // From the side of the jobs: few are leased at any time.
    let preparing: Vec<(Option<SequenceId>, i64)> = sqlx::query_as(
        "SELECT p.sequence_id, COUNT(*) FROM jobs j JOIN pictures p ON p.id = j.subject
         WHERE j.kind = 'process' AND j.status = 'leased' AND j.due_at > $2
             AND p.upload_set_id = $1 AND p.status = 'waiting' GROUP BY p.sequence_id",
    )
    .bind(id)
    .bind(micros(now))
    .fetch_all(&mut *connection)
    .await?;
    let preparing: HashMap<_, _> = preparing.into_iter().collect();
    let rows: Vec<SequenceRow> = sqlx::query_as(
        "SELECT s.id, s.title, s.status,
             EXISTS (SELECT 1 FROM jobs j WHERE j.kind = 'refresh' AND j.subject = s.id) AS refreshing
         FROM sequences s WHERE s.upload_set_id = $1 AND s.status <> 'deleted' ORDER BY s.place, s.id",
    )
    .bind(id)
    .fetch_all(&mut *connection)
    .await?;
    let (refused, dispatching): (i64, bool) = sqlx::query_as(
        "SELECT (SELECT COUNT(*) FROM files WHERE upload_set_id = $1 AND picture_id IS NULL),
             EXISTS (SELECT 1 FROM jobs WHERE kind = 'dispatch' AND subject = $1)",
    )
    .bind(id)
    .fetch_one(&mut *connection)
    .await?;

    let sequences = rows.into_iter().map(|row| sequence(row, &groups, &preparing)).collect::<Result<Vec<_>>>()?;
    let mut counts = StatusCounts { rejected: refused, ..StatusCounts::default() };
    for group in &groups {
        counts.prepared += group.ready;
        counts.broken += group.broken;
        counts.rejected += group.duplicate;
        counts.not_processed += group.waiting;
    }
    let settled = set.completed && set.dispatched && !dispatching && counts.not_processed == 0;
    // Each picture is in one count only: one in a worker's hands is not waiting any more.
    counts.preparing = preparing.values().sum();
    counts.not_processed -= counts.preparing;
    let ready = settled && sequences.iter().all(|sequence| sequence.ready);
    Ok(UploadSetState { set, counts, nb_items: groups.iter().map(Group::items).sum(), sequences, ready })
}

fn sequence(
    row: SequenceRow,
    groups: &[Group],
    preparing: &HashMap<Option<SequenceId>, i64>,
) -> Result<UploadSetSequence> {
    let status: SequenceStatus = named(&row.status)?;
    let group = groups.iter().find(|group| group.sequence_id == Some(row.id));
    let counts =
        group.map(|group| group.counts(preparing.get(&group.sequence_id).copied().unwrap_or(0))).unwrap_or_default();
    Ok(UploadSetSequence {
        id: row.id,
        title: row.title,
        nb_items: group.map_or(0, Group::items),
        interval: interval(group.and_then(|group| group.first), group.and_then(|group| group.last))?,
        ready: status == SequenceStatus::Ready && !row.refreshing && counts.not_processed + counts.preparing == 0,
        counts,
    })
}
