//! The job queue.

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::{Connection, Store, at_least_none, dialect};
use crate::{
    Jobs, Result,
    model::{DeadJob, Failure, JobCounts, JobId, JobKind, Lease},
    stored::rows::{micros, named},
};

/// The number that the next parked job gets.
const NEXT_PARKED: &str = "(SELECT COALESCE(MAX(d.parked), 0) + 1 FROM jobs d WHERE d.status = 'dead')";

/// Asks for a job: makes it, revives it, or has it run once more when it is leased.
pub async fn ask(connection: &mut Connection, id: JobId, kind: JobKind, subject: Uuid, now: Timestamp) -> Result<()> {
    sqlx::query(
        "INSERT INTO jobs (id, kind, subject, status, asked_at, due_at) VALUES ($1, $2, $3, 'queued', $4, $4)
         ON CONFLICT (kind, subject) DO UPDATE SET
             version = jobs.version + 1,
             asked_at = excluded.asked_at,
             due_at = CASE jobs.status WHEN 'dead' THEN excluded.due_at ELSE jobs.due_at END,
             attempts = CASE jobs.status WHEN 'dead' THEN 0 ELSE jobs.attempts END,
             status = CASE jobs.status WHEN 'dead' THEN 'queued' ELSE jobs.status END,
             reason = NULL,
             parked = NULL
         WHERE jobs.status <> 'queued'",
    )
    .bind(id)
    .bind(kind.as_str())
    .bind(subject)
    .bind(micros(now))
    .execute(connection)
    .await?;
    Ok(())
}

/// Ends the job of a lease, provided that it is held and is for this kind and subject. A job that was asked for again
/// since is queued once more, with attempts of its own.
pub async fn end(connection: &mut Connection, lease: &Lease, kind: JobKind, subject: Uuid) -> Result<bool> {
    let done = sqlx::query(
        "DELETE FROM jobs
         WHERE id = $1 AND token = $2 AND kind = $3 AND subject = $4 AND status = 'leased' AND version = $5",
    )
    .bind(lease.job)
    .bind(lease.token)
    .bind(kind.as_str())
    .bind(subject)
    .bind(lease.version)
    .execute(&mut *connection)
    .await?;
    if done.rows_affected() == 1 {
        return Ok(true);
    }
    let again = sqlx::query(
        "UPDATE jobs SET status = 'queued', token = NULL, attempts = 0, due_at = asked_at, reason = NULL
         WHERE id = $1 AND token = $2 AND kind = $3 AND subject = $4 AND status = 'leased'",
    )
    .bind(lease.job)
    .bind(lease.token)
    .bind(kind.as_str())
    .bind(subject)
    .execute(connection)
    .await?;
    Ok(again.rows_affected() == 1)
}

/// Forgets a subject's job, whoever holds it.
pub async fn forget(connection: &mut Connection, kind: JobKind, subject: Uuid) -> Result<()> {
    sqlx::query("DELETE FROM jobs WHERE kind = $1 AND subject = $2")
        .bind(kind.as_str())
        .bind(subject)
        .execute(connection)
        .await?;
    Ok(())
}

/// Parks jobs of a kind whose last attempt ended with the worker's silence.
async fn park_lapsed(connection: &mut Connection, kind: JobKind, now: Timestamp) -> Result<u64> {
    let sql = format!(
        "UPDATE jobs SET status = 'dead', token = NULL, parked = {NEXT_PARKED}, reason = $4
         WHERE kind = $1 AND status = 'leased' AND due_at <= $2 AND attempts >= $3",
    );
    let parked = sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(kind.as_str())
        .bind(micros(now))
        .bind(kind.max_attempts())
        .bind(format!("{} workers in a row took it and were not heard of again", kind.max_attempts()))
        .execute(connection)
        .await?;
    Ok(parked.rows_affected())
}

#[derive(sqlx::FromRow)]
struct LeaseRow {
    id: JobId,
    subject: Uuid,
    attempts: i64,
    version: i64,
}

async fn take(
    connection: &mut Connection,
    kind: JobKind,
    token: Uuid,
    now: Timestamp,
    until: Timestamp,
) -> Result<Option<Lease>> {
    let sql = format!(
        "UPDATE jobs SET status = 'leased', token = $1, due_at = $2, attempts = attempts + 1
         WHERE id = (SELECT id FROM jobs WHERE kind = $3 AND status <> 'dead' AND due_at <= $4
                     ORDER BY due_at, id LIMIT 1 {skip_locked})
         RETURNING id, subject, attempts, version",
        skip_locked = dialect::SKIP_LOCKED,
    );
    let row: Option<LeaseRow> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(token)
        .bind(micros(until))
        .bind(kind.as_str())
        .bind(micros(now))
        .fetch_optional(connection)
        .await?;
    Ok(row.map(|row| Lease {
        job: row.id,
        kind,
        subject: row.subject,
        attempt: row.attempts,
        token,
        version: row.version,
        expires_at: until,
    }))
}

impl Store {
    /// Whether there is anything to lease. Spares the writer the polling of idle workers.
    async fn is_due(&self, kinds: &[JobKind], now: Timestamp) -> Result<bool> {
        let mut reader = self.readers.acquire().await?;
        for kind in kinds {
            let due: bool = sqlx::query_scalar(
                "SELECT EXISTS (SELECT 1 FROM jobs WHERE kind = $1 AND status <> 'dead' AND due_at <= $2)",
            )
            .bind(kind.as_str())
            .bind(micros(now))
            .fetch_one(&mut *reader)
            .await?;
            if due {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

#[async_trait]
impl Jobs for Store {
    async fn enqueue(&self, id: JobId, kind: JobKind, subject: Uuid, now: Timestamp) -> Result<()> {
        let mut tx = self.write().await?;
        ask(&mut tx, id, kind, subject, now).await?;
        Ok(tx.commit().await?)
    }

    async fn lease(
        &self,
        kinds: &[JobKind],
        token: Uuid,
        now: Timestamp,
        hold: SignedDuration,
    ) -> Result<Option<Lease>> {
        let mut kinds = kinds.to_vec();
        kinds.sort_by_key(|kind| kind.priority());
        kinds.dedup();
        if !self.is_due(&kinds, now).await? {
            return Ok(None);
        }
        let until = now.saturating_add(hold).unwrap_or(Timestamp::MAX);
        let mut tx = self.write().await?;
        let mut taken = None;
        for kind in kinds {
            let parked = park_lapsed(&mut tx, kind, now).await?;
            if parked > 0 {
                tracing::error!(kind = kind.as_str(), parked, "parked jobs that workers did not survive");
            }
            taken = take(&mut tx, kind, token, now, until).await?;
            if taken.is_some() {
                break;
            }
        }
        tx.commit().await?;
        Ok(taken)
    }

    async fn heartbeat(&self, lease: &Lease, until: Timestamp) -> Result<bool> {
        let mut tx = self.write().await?;
        let held = sqlx::query("UPDATE jobs SET due_at = $3 WHERE id = $1 AND token = $2 AND status = 'leased'")
            .bind(lease.job)
            .bind(lease.token)
            .bind(micros(until))
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(held.rows_affected() == 1)
    }

    async fn release(&self, lease: &Lease, now: Timestamp) -> Result<bool> {
        let mut tx = self.write().await?;
        let released = sqlx::query(
            "UPDATE jobs SET status = 'queued', token = NULL, attempts = attempts - 1, due_at = $3
             WHERE id = $1 AND token = $2 AND status = 'leased'",
        )
        .bind(lease.job)
        .bind(lease.token)
        .bind(micros(now))
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(released.rows_affected() == 1)
    }

    async fn reclaim(&self, now: Timestamp) -> Result<u64> {
        let mut tx = self.write().await?;
        // As if their time had run out: what applies to lapsed leases applies to these. Nobody has the nil token.
        let ended = sqlx::query("UPDATE jobs SET token = $2, due_at = $1 WHERE status = 'leased' AND due_at > $1")
            .bind(micros(now))
            .bind(Uuid::nil())
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(ended.rows_affected())
    }

    async fn finish(&self, lease: &Lease, _now: Timestamp) -> Result<bool> {
        let mut tx = self.write().await?;
        let done = end(&mut tx, lease, lease.kind, lease.subject).await?;
        tx.commit().await?;
        Ok(done)
    }

    async fn fail(&self, lease: &Lease, failure: Failure) -> Result<bool> {
        let mut tx = self.write().await?;
        let sql = format!(
            "SELECT attempts, version, asked_at FROM jobs WHERE id = $1 AND token = $2 AND status = 'leased' {}",
            dialect::FOR_UPDATE
        );
        let held: Option<(i64, i64, i64)> =
            sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(lease.job).bind(lease.token).fetch_optional(&mut *tx).await?;
        let Some((attempts, version, asked_at)) = held else {
            return Ok(false);
        };
        let asked_again = version != lease.version;
        let (due, reason) = match failure {
            Failure::Retry { not_before, reason } => {
                let tries_left = asked_again || attempts < lease.kind.max_attempts();
                (tries_left.then(|| micros(not_before)), reason)
            }
            Failure::Park { reason } => (asked_again.then_some(asked_at), reason),
        };
        if let Some(due) = due {
            sqlx::query("UPDATE jobs SET status = 'queued', token = NULL, attempts = $2, due_at = $3, reason = $4 WHERE id = $1")
                .bind(lease.job)
                .bind(if asked_again { 0 } else { attempts })
                .bind(due)
                .bind(reason)
                .execute(&mut *tx)
                .await?;
        } else {
            let sql = format!(
                "UPDATE jobs SET status = 'dead', token = NULL, reason = $2, parked = {NEXT_PARKED} WHERE id = $1"
            );
            sqlx::query(sqlx::AssertSqlSafe(sql)).bind(lease.job).bind(reason).execute(&mut *tx).await?;
        }
        tx.commit().await?;
        Ok(true)
    }

    async fn job_counts(&self) -> Result<JobCounts> {
        let (alive, leased, dead): (i64, i64, i64) = sqlx::query_as(
            "SELECT (SELECT COUNT(*) FROM jobs WHERE status <> 'dead'), (SELECT COUNT(*) FROM jobs WHERE status = 'leased'),
                 (SELECT COUNT(*) FROM jobs WHERE status = 'dead')",
        )
        .fetch_one(&self.readers)
        .await?;
        Ok(JobCounts { queued: alive - leased, leased, dead })
    }

    async fn dead_jobs(&self, limit: i64) -> Result<Vec<DeadJob>> {
        let rows: Vec<(JobId, String, Uuid, i64, Option<String>)> = sqlx::query_as(
            "SELECT id, kind, subject, attempts, reason FROM jobs WHERE status = 'dead' ORDER BY parked DESC, id DESC LIMIT $1",
        )
        .bind(at_least_none(limit))
        .fetch_all(&self.readers)
        .await?;
        rows.into_iter()
            .map(|(job, kind, subject, attempts, reason)| {
                Ok(DeadJob { job, kind: named(&kind)?, subject, attempts, reason: reason.unwrap_or_default() })
            })
            .collect()
    }

    async fn revive(&self, id: JobId, now: Timestamp) -> Result<bool> {
        let mut tx = self.write().await?;
        let revived = sqlx::query(
            "UPDATE jobs SET status = 'queued', attempts = 0, asked_at = $2, due_at = $2, reason = NULL, parked = NULL
             WHERE id = $1 AND status = 'dead'",
        )
        .bind(id)
        .bind(micros(now))
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(revived.rows_affected() == 1)
    }
}
