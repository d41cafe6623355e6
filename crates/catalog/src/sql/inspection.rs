//! Looking for what is wrong, and setting right what cannot come right by itself.

use async_trait::async_trait;
use flaneur_access::Visibility;
use jiff::Timestamp;
use uuid::Uuid;

use super::{
    Connection, Store, areas, at_least_none, commit, counts, dialect, jobs,
    pictures::{reject_file, settle_audience},
    statement::Values,
    tombstones::{Of, disturb_sequence, hold_pictures},
};
use crate::{
    Inspection, Result,
    model::{JobId, JobKind, Objects, OverdueJob, PictureFiles, PictureId, Rejection, Schema, SequenceId, Stalled},
    signals::Topic,
    stored::{
        packed::Packed,
        rows::{micros, named, time},
    },
};

/// The columns of [`FilesRow`]. The table is `p`.
const FILES: &str = "p.id, p.status, p.original, p.objects, p.content_sha256, p.updated_at,
    EXISTS (SELECT 1 FROM jobs j WHERE j.kind = 'process' AND j.subject = p.id) AS process_job,
    EXISTS (SELECT 1 FROM jobs j WHERE j.kind = 'redact' AND j.subject = p.id) AS redact_job,
    EXISTS (SELECT 1 FROM jobs j WHERE j.kind = 'destroy' AND j.subject = p.id) AS destroy_job";

#[derive(sqlx::FromRow)]
struct FilesRow {
    id: PictureId,
    status: String,
    original: Option<String>,
    objects: Option<Packed<Objects>>,
    content_sha256: String,
    updated_at: i64,
    process_job: bool,
    redact_job: bool,
    destroy_job: bool,
}

impl FilesRow {
    fn files(self) -> Result<PictureFiles> {
        Ok(PictureFiles {
            id: self.id,
            status: named(&self.status)?,
            original: self.original,
            objects: self.objects.map(|objects| objects.0),
            content_sha256: self.content_sha256,
            updated_at: time(self.updated_at)?,
            process_job: self.process_job,
            redact_job: self.redact_job,
            destroy_job: self.destroy_job,
        })
    }
}

/// Has the sequence of a picture summed up anew, if it is in one.
async fn disturb(
    connection: &mut Connection,
    sequence: Option<SequenceId>,
    refresh: JobId,
    now: Timestamp,
) -> Result<()> {
    match sequence {
        Some(sequence) => disturb_sequence(connection, sequence, refresh, now).await,
        None => Ok(()),
    }
}

/// Visibilities that are wider than this one, as a list in SQL.
fn wider(than: Visibility) -> &'static str {
    match than {
        Visibility::Anyone => "''",
        Visibility::LoggedOnly => "'anyone'",
        Visibility::OwnerOnly => "'anyone', 'logged-only'",
    }
}

#[async_trait]
impl Inspection for Store {
    async fn picture_files(&self, ids: &[PictureId]) -> Result<Vec<PictureFiles>> {
        let mut values = Values::default();
        let list = values.ids(ids.iter().map(|id| id.0))?;
        let sql = format!("SELECT {FILES} FROM pictures p WHERE p.id IN ({list}) ORDER BY p.id");
        let rows: Vec<FilesRow> = values.fetch_all(&mut *self.readers.acquire().await?, sql).await?;
        rows.into_iter().map(FilesRow::files).collect()
    }

    async fn pictures_with_files(&self, after: Option<PictureId>, limit: i64) -> Result<Vec<PictureFiles>> {
        let sql = format!(
            "SELECT {FILES} FROM pictures p
             WHERE p.id > $1 AND (p.status = 'waiting' OR p.original IS NOT NULL OR p.objects IS NOT NULL)
             ORDER BY p.id LIMIT +$2"
        );
        let rows: Vec<FilesRow> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
            .bind(after.map_or(Uuid::nil(), |id| id.0))
            .bind(at_least_none(limit))
            .fetch_all(&self.readers)
            .await?;
        rows.into_iter().map(FilesRow::files).collect()
    }

    async fn stalled(&self, limit: i64) -> Result<Vec<Stalled>> {
        let rows: Vec<(String, Uuid)> = sqlx::query_as(
            "SELECT 'refresh' AS kind, s.id AS subject FROM sequences s
             WHERE s.status = 'waiting'
               AND NOT EXISTS (SELECT 1 FROM pictures p WHERE p.sequence_id = s.id AND p.status = 'waiting')
               AND NOT EXISTS (SELECT 1 FROM jobs j WHERE j.kind = 'refresh' AND j.subject = s.id)
             UNION ALL
             SELECT 'dispatch' AS kind, u.id AS subject FROM upload_sets u
             WHERE u.completed AND NOT u.dispatched AND NOT u.deleted
               AND NOT EXISTS (SELECT 1 FROM jobs j WHERE j.kind = 'dispatch' AND j.subject = u.id)
             UNION ALL
             SELECT 'areas' AS kind, w.owner AS subject FROM area_sweeps w
             WHERE NOT EXISTS (SELECT 1 FROM jobs j WHERE j.kind = 'areas' AND j.subject = w.owner)
             LIMIT +$1",
        )
        .bind(at_least_none(limit))
        .fetch_all(&self.readers)
        .await?;
        rows.into_iter().map(|(kind, subject)| Ok(Stalled { kind: named(&kind)?, subject })).collect()
    }

    async fn overdue_jobs(&self, before: Timestamp, limit: i64) -> Result<Vec<OverdueJob>> {
        let rows: Vec<(JobId, String, Uuid, bool, i64)> = sqlx::query_as(
            "SELECT id, kind, subject, status = 'leased', due_at FROM jobs
             WHERE status <> 'dead' AND due_at < $1 ORDER BY due_at, id LIMIT +$2",
        )
        .bind(micros(before))
        .bind(at_least_none(limit))
        .fetch_all(&self.readers)
        .await?;
        rows.into_iter()
            .map(|(job, kind, subject, leased, due_at)| {
                Ok(OverdueJob { job, kind: named(&kind)?, subject, leased, due_at: time(due_at)? })
            })
            .collect()
    }

    async fn database_time(&self) -> Result<Timestamp> {
        let sql = format!("SELECT {}", dialect::NOW);
        time(sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(&self.readers).await?)
    }

    async fn schema(&self) -> Result<Schema> {
        let applied: Option<i64> = sqlx::query_scalar("SELECT MAX(version) FROM _sqlx_migrations WHERE success")
            .fetch_one(&self.readers)
            .await?;
        let known = super::super::migrations().iter().map(|migration| migration.version).max();
        Ok(Schema { applied: applied.unwrap_or(0), known: known.unwrap_or(0) })
    }

    async fn coverage_drift(&self) -> Result<i64> {
        counts::drift(&mut *self.read().await?).await
    }

    async fn recount_coverage(&self) -> Result<()> {
        let mut tx = self.write().await?;
        counts::recount(&mut tx).await?;
        commit(tx).await
    }

    async fn lose_picture(
        &self,
        id: PictureId,
        rejection: Rejection,
        jobs: [JobId; 2],
        now: Timestamp,
    ) -> Result<Option<PictureFiles>> {
        let [destroy, refresh] = jobs;
        let mut tx = self.write().await?;
        hold_pictures(&mut tx, Of::Picture(id)).await?;
        let sql =
            format!("SELECT {FILES} FROM pictures p WHERE p.id = $1 AND p.status IN ('waiting', 'ready', 'broken')");
        let before: Option<FilesRow> =
            sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(id).fetch_optional(&mut *tx).await?;
        let Some(before) = before else {
            return Ok(None);
        };
        let sequence: Option<SequenceId> = sqlx::query_scalar(
            "UPDATE pictures SET status = 'broken', audience = NULL, objects = NULL, updated_at = $2
             WHERE id = $1 RETURNING sequence_id",
        )
        .bind(id)
        .bind(micros(now))
        .fetch_one(&mut *tx)
        .await?;
        disturb(&mut tx, sequence, refresh, now).await?;
        reject_file(&mut tx, id, Some(&rejection)).await?;
        jobs::forget(&mut tx, JobKind::Process, id.0).await?;
        jobs::ask(&mut tx, destroy, JobKind::Destroy, id.0, now).await?;
        self.announce(tx, &Topic::ALL).await?;
        Ok(Some(before.files()?))
    }

    async fn show_picture_to(&self, id: PictureId, to: Visibility, refresh: JobId, now: Timestamp) -> Result<bool> {
        let mut tx = self.write().await?;
        areas::share(&mut tx).await?;
        hold_pictures(&mut tx, Of::Picture(id)).await?;
        let sql = format!(
            "UPDATE pictures SET updated_at = $2,
                 visibility = CASE WHEN visibility IN ({}) THEN $3 ELSE visibility END
             WHERE id = $1 AND status <> 'deleted' RETURNING sequence_id",
            wider(to)
        );
        let found: Option<Option<SequenceId>> = sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
            .bind(id)
            .bind(micros(now))
            .bind(to.as_str())
            .fetch_optional(&mut *tx)
            .await?;
        let Some(sequence) = found else {
            return Ok(false);
        };
        settle_audience(&mut tx, id).await?;
        disturb(&mut tx, sequence, refresh, now).await?;
        self.announce(tx, &Topic::ALL).await?;
        Ok(true)
    }

    async fn show_sequence_to(&self, id: SequenceId, to: Visibility, refresh: JobId, now: Timestamp) -> Result<bool> {
        let mut tx = self.write().await?;
        areas::share(&mut tx).await?;
        hold_pictures(&mut tx, Of::Sequence(id)).await?;
        let sql = format!(
            "UPDATE sequences SET visibility = CASE WHEN visibility IN ({}) THEN $2 ELSE visibility END
             WHERE id = $1 AND status <> 'deleted'",
            wider(to)
        );
        let found = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(id).bind(to.as_str()).execute(&mut *tx).await?;
        if found.rows_affected() == 0 {
            return Ok(false);
        }
        let pictures: Vec<PictureId> = sqlx::query_scalar(
            "UPDATE pictures SET updated_at = $2 WHERE sequence_id = $1 AND status <> 'deleted' RETURNING id",
        )
        .bind(id)
        .bind(micros(now))
        .fetch_all(&mut *tx)
        .await?;
        for picture in pictures {
            settle_audience(&mut tx, picture).await?;
        }
        disturb_sequence(&mut tx, id, refresh, now).await?;
        self.announce(tx, &Topic::ALL).await?;
        Ok(true)
    }
}
