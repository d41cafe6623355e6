//! The job queue.
//!
//! **Turns.** Each account has a queue of its own of each kind; a job's `turn` is its place in that queue, counted from
//! where the queues of all stand at the time: the highest turn in a worker's hands, or the lowest that waits. So whoever comes new stands beside
//! the next of those who have waited, not behind the last, and from then on the accounts are served one after another
//! (start-time fair queueing, Goyal, Vin and Cheng 1996, with jobs of equal cost). All of it is read from the ends of
//! indexes when a job is asked for; nothing has to be kept, and nobody waits for anybody to ask. Two who ask at the same
//! moment may get the same turn, which harms nobody.
//!
//! **Time.** `NOW` is the database's clock, or the one that the catalog was given (see [`super::Store`]).

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::{
    Connection, Store, at_least_none, commit,
    dialect::{self, FOR_UPDATE, GREATEST, SKIP_LOCKED},
    uploads,
};
use crate::{
    Jobs, Result,
    model::{DeadJob, Failure, JobCounts, JobId, JobKind, Lease, QueueLine},
    repository::LONGEST_WAIT,
    request,
    signals::Topic,
    stored::rows::{micros, named, time},
};

/// The number that the next parked job gets.
const NEXT_PARKED: &str = "(SELECT COALESCE(MAX(d.parked), 0) + 1 FROM jobs d WHERE d.status = 'dead')";
/// Jobs whose time has come that are put back in the queue at once, at most.
const WAKE_AT_ONCE: i64 = 64;

/// The present time in microseconds since 1970, with the placeholder of the given one (NULL: ask the database).
fn now_or(placeholder: &str) -> String {
    format!("COALESCE({placeholder}, {})", dialect::NOW)
}

/// The condition that the time of a delay or lease has come. `now` is an expression.
fn lapsed(now: &str) -> String {
    format!("(due_at <= {now} OR due_at > {now} + {})", LONGEST_WAIT.as_micros())
}

/// Whose job it is: the owner of its subject.
fn account_of(kind: JobKind) -> &'static str {
    match kind {
        // Of the dataset there is no account: its id is nil.
        JobKind::Areas | JobKind::Erase | JobKind::Dataset => "SELECT o.id FROM accounts o WHERE o.id = $3",
        JobKind::Process | JobKind::Redact | JobKind::Destroy => "SELECT o.account_id FROM pictures o WHERE o.id = $3",
        JobKind::Transfer => "SELECT o.account_id FROM transfers o WHERE o.id = $3",
        JobKind::Dispatch => "SELECT o.account_id FROM upload_sets o WHERE o.id = $3",
        JobKind::Refresh => "SELECT o.account_id FROM sequences o WHERE o.id = $3",
    }
}

/// Asks for a job: makes it, revives it, or has it run once more when it is leased.
pub async fn ask(connection: &mut Connection, id: JobId, kind: JobKind, subject: Uuid, now: Timestamp) -> Result<()> {
    let sql = format!(
        "INSERT INTO jobs (id, kind, subject, account_id, status, turn, asked_at, due_at, request)
         SELECT $1, $2, $3, owner.account_id, 'queued',
             {GREATEST}(
                 COALESCE((SELECT MAX(j.turn) FROM jobs j WHERE j.kind = $2 AND j.status = 'leased'), 0),
                 COALESCE((SELECT MIN(j.turn) FROM jobs j WHERE j.kind = $2 AND j.status = 'queued'), 0),
                 COALESCE(
                     (SELECT MAX(j.turn) + 1 FROM jobs j
                      WHERE j.kind = $2 AND j.account_id = owner.account_id AND j.status <> 'dead'),
                     0)),
             $4, $4, $5
         FROM (SELECT ({account}) AS account_id) owner WHERE TRUE
         ON CONFLICT (kind, subject) DO UPDATE SET
             version = jobs.version + 1,
             asked_at = excluded.asked_at,
             due_at = CASE jobs.status WHEN 'dead' THEN excluded.due_at ELSE jobs.due_at END,
             turn = CASE jobs.status WHEN 'dead' THEN excluded.turn ELSE jobs.turn END,
             attempts = CASE jobs.status WHEN 'dead' THEN 0 ELSE jobs.attempts END,
             status = CASE jobs.status WHEN 'dead' THEN 'queued' ELSE jobs.status END,
             request = excluded.request,
             reason = NULL,
             parked = NULL
         WHERE jobs.status IN ('leased', 'dead')",
        account = account_of(kind),
    );
    sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(id)
        .bind(kind.as_str())
        .bind(subject)
        .bind(micros(now))
        .bind(request::current())
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
        "UPDATE jobs SET status = 'queued', token = NULL, attempts = 0, reason = NULL
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

#[derive(sqlx::FromRow)]
struct LeaseRow {
    id: JobId,
    subject: Uuid,
    attempts: i64,
    version: i64,
    due_at: i64,
    request: Option<String>,
}

impl Store {
    /// For each kind, whether there is anything to take, and whether something's time has come.
    async fn due(&self, kinds: &[JobKind]) -> Result<Vec<(JobKind, bool)>> {
        if kinds.is_empty() {
            return Ok(Vec::new());
        }
        let now = now_or("$2");
        let sql = format!(
            "SELECT EXISTS (SELECT 1 FROM jobs WHERE kind = $1 AND status = 'queued'),
                 EXISTS (SELECT 1 FROM jobs WHERE kind = $1 AND status = 'delayed' AND {lapsed})
                 OR EXISTS (SELECT 1 FROM jobs WHERE kind = $1 AND status = 'leased' AND {lapsed})",
            lapsed = lapsed(&now),
        );
        let mut reader = self.readers.acquire().await?;
        let mut due = Vec::new();
        for kind in kinds {
            let (queued, lapsed): (bool, bool) = sqlx::query_as(sqlx::AssertSqlSafe(sql.as_str()))
                .bind(kind.as_str())
                .bind(self.given_time())
                .fetch_one(&mut *reader)
                .await?;
            if queued || lapsed {
                due.push((*kind, lapsed));
            }
        }
        Ok(due)
    }

    /// Parks jobs of a kind whose last attempt ended with the worker's silence, and puts back others whose time has come.
    async fn wake(&self, connection: &mut Connection, kind: JobKind) -> Result<()> {
        let now = now_or("$2");
        let lapsed = lapsed(&now);
        let sql = format!(
            "UPDATE jobs SET status = 'dead', token = NULL, parked = {NEXT_PARKED}, reason = $4
             WHERE id IN (SELECT id FROM jobs WHERE kind = $1 AND status = 'leased' AND {lapsed} AND attempts >= $3
                          {FOR_UPDATE} {SKIP_LOCKED})",
        );
        let parked = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(kind.as_str())
            .bind(self.given_time())
            .bind(kind.max_attempts())
            .bind(format!("{} workers in a row took it and were not heard of again", kind.max_attempts()))
            .execute(&mut *connection)
            .await?
            .rows_affected();
        if parked > 0 {
            tracing::error!(kind = kind.as_str(), parked, "parked jobs that workers did not survive");
        }
        for status in ["delayed", "leased"] {
            let sql = format!(
                "UPDATE jobs SET status = 'queued', token = NULL
                 WHERE id IN (SELECT id FROM jobs WHERE kind = $1 AND status = '{status}' AND {lapsed}
                              ORDER BY due_at LIMIT +$3 {FOR_UPDATE} {SKIP_LOCKED})",
            );
            sqlx::query(sqlx::AssertSqlSafe(sql))
                .bind(kind.as_str())
                .bind(self.given_time())
                .bind(WAKE_AT_ONCE)
                .execute(&mut *connection)
                .await?;
        }
        Ok(())
    }

    async fn take(
        &self,
        connection: &mut Connection,
        kind: JobKind,
        token: Uuid,
        hold: SignedDuration,
    ) -> Result<Option<Lease>> {
        let sql = format!(
            "UPDATE jobs SET status = 'leased', token = $1, due_at = {now} + $4, attempts = attempts + 1
             WHERE id = (SELECT id FROM jobs WHERE kind = $2 AND status = 'queued'
                         ORDER BY turn, asked_at, id LIMIT 1 {FOR_UPDATE} {SKIP_LOCKED})
             RETURNING id, subject, attempts, version, due_at, request",
            now = now_or("$3"),
        );
        let row: Option<LeaseRow> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
            .bind(token)
            .bind(kind.as_str())
            .bind(self.given_time())
            .bind(at_most_longest(hold))
            .fetch_optional(connection)
            .await?;
        row.map(|row| {
            Ok(Lease {
                job: row.id,
                kind,
                subject: row.subject,
                attempt: row.attempts,
                token,
                version: row.version,
                expires_at: time(row.due_at)?,
                request: row.request,
            })
        })
        .transpose()
    }
}

/// A duration in microseconds, cut to what [`lapsed`] takes for possible.
fn at_most_longest(duration: SignedDuration) -> i64 {
    duration.clamp(SignedDuration::ZERO, LONGEST_WAIT).as_micros() as i64
}

#[async_trait]
impl Jobs for Store {
    async fn enqueue(&self, id: JobId, kind: JobKind, subject: Uuid, now: Timestamp) -> Result<()> {
        let mut tx = self.write().await?;
        ask(&mut tx, id, kind, subject, now).await?;
        self.announce(tx, &[Topic::Jobs]).await
    }

    async fn lease(&self, kinds: &[JobKind], token: Uuid, hold: SignedDuration) -> Result<Option<Lease>> {
        let mut kinds = kinds.to_vec();
        kinds.sort_by_key(|kind| kind.priority());
        kinds.dedup();
        if dialect::WRITERS_IN_LINE {
            // Looking first spares the writer the polling of idle workers.
            for (kind, lapsed) in self.due(&kinds).await? {
                let mut tx = self.write().await?;
                if lapsed {
                    self.wake(&mut tx, kind).await?;
                }
                let taken = self.take(&mut tx, kind, token, hold).await?;
                commit(tx).await?;
                if taken.is_some() {
                    return Ok(taken);
                }
            }
            return Ok(None);
        }
        // Taking is one statement and finds out by itself whether there is anything. What has lapsed is looked for by
        // each process now and then, not by each of its workers each time.
        for (kind, lapsed) in self.due(&self.wakes.begin(&kinds, self.clock.is_some())).await? {
            if lapsed {
                let mut tx = self.write().await?;
                self.wake(&mut tx, kind).await?;
                commit(tx).await?;
            }
        }
        let mut connection = self.writer.acquire().await?;
        for kind in kinds {
            let taken = self.take(&mut connection, kind, token, hold).await?;
            if taken.is_some() {
                return Ok(taken);
            }
        }
        Ok(None)
    }

    async fn claim(
        &self,
        id: JobId,
        kind: JobKind,
        subject: Uuid,
        token: Uuid,
        hold: SignedDuration,
    ) -> Result<Option<Lease>> {
        // The version that is answered is one below the job's if there was one before: ended, it is queued once more.
        let sql = format!(
            "INSERT INTO jobs (id, kind, subject, account_id, status, turn, asked_at, due_at, token, request)
             SELECT $1, $2, $3, owner.account_id, 'leased', 0, {now}, {now} + $6, $4, $7
             FROM (SELECT ({account}) AS account_id) owner WHERE TRUE
             ON CONFLICT (kind, subject) DO UPDATE SET
                 status = 'leased', token = excluded.token, due_at = excluded.due_at, version = jobs.version + 1,
                 reason = NULL, parked = NULL
             WHERE jobs.status <> 'leased' OR {lapsed}
             RETURNING id, subject, attempts, version, due_at, request",
            now = now_or("$5"),
            lapsed = lapsed(&now_or("$5")).replace("due_at", "jobs.due_at"),
            account = account_of(kind),
        );
        let row: Option<LeaseRow> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
            .bind(id)
            .bind(kind.as_str())
            .bind(subject)
            .bind(token)
            .bind(self.given_time())
            .bind(at_most_longest(hold))
            .bind(request::current())
            .fetch_optional(&mut *self.writer.acquire().await?)
            .await?;
        row.map(|row| {
            Ok(Lease {
                job: row.id,
                kind,
                subject: row.subject,
                attempt: row.attempts,
                token,
                version: if row.id == id { row.version } else { row.version - 1 },
                expires_at: time(row.due_at)?,
                request: row.request,
            })
        })
        .transpose()
    }

    async fn heartbeat(&self, lease: &Lease, hold: SignedDuration) -> Result<bool> {
        let mut writer = self.writer.acquire().await?;
        let sql = format!(
            "UPDATE jobs SET due_at = {now} + $4 WHERE id = $1 AND token = $2 AND status = 'leased'",
            now = now_or("$3"),
        );
        let held = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(lease.job)
            .bind(lease.token)
            .bind(self.given_time())
            .bind(at_most_longest(hold))
            .execute(&mut *writer)
            .await?;
        Ok(held.rows_affected() == 1)
    }

    async fn release(&self, lease: &Lease) -> Result<bool> {
        let mut tx = self.write().await?;
        let released = sqlx::query(
            "UPDATE jobs SET status = 'queued', token = NULL, attempts = attempts - 1
             WHERE id = $1 AND token = $2 AND status = 'leased'",
        )
        .bind(lease.job)
        .bind(lease.token)
        .execute(&mut *tx)
        .await?;
        self.announce(tx, &[Topic::Jobs]).await?;
        Ok(released.rows_affected() == 1)
    }

    async fn reclaim(&self) -> Result<u64> {
        let mut tx = self.write().await?;
        // As if their time had run out: what applies to lapsed leases applies to these. Nobody has the nil token.
        let ended = sqlx::query("UPDATE jobs SET token = $1, due_at = 0 WHERE status = 'leased' AND due_at > 0")
            .bind(Uuid::nil())
            .execute(&mut *tx)
            .await?;
        uploads::release(&mut tx).await?;
        self.announce(tx, &[Topic::Jobs]).await?;
        Ok(ended.rows_affected())
    }

    async fn finish(&self, lease: &Lease) -> Result<bool> {
        // Two statements, each of which ends the job or changes nothing.
        end(&mut *self.writer.acquire().await?, lease, lease.kind, lease.subject).await
    }

    async fn fail(&self, lease: &Lease, failure: Failure) -> Result<bool> {
        let mut tx = self.write().await?;
        let sql = format!(
            "SELECT attempts, version FROM jobs WHERE id = $1 AND token = $2 AND status = 'leased' {FOR_UPDATE}"
        );
        let held: Option<(i64, i64)> =
            sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(lease.job).bind(lease.token).fetch_optional(&mut *tx).await?;
        let Some((attempts, version)) = held else {
            return Ok(false);
        };
        let asked_again = version != lease.version;
        let (wait, reason) = match failure {
            Failure::Retry { after, reason } => {
                let tries_left = asked_again || attempts < lease.kind.max_attempts();
                (tries_left.then_some(after), reason)
            }
            Failure::Park { reason } => (asked_again.then_some(SignedDuration::ZERO), reason),
        };
        if let Some(wait) = wait {
            let sql = format!(
                "UPDATE jobs SET status = 'delayed', token = NULL, attempts = $2, due_at = {now} + $4, reason = $5
                 WHERE id = $1",
                now = now_or("$3"),
            );
            sqlx::query(sqlx::AssertSqlSafe(sql))
                .bind(lease.job)
                .bind(if asked_again { 0 } else { attempts })
                .bind(self.given_time())
                .bind(at_most_longest(wait))
                .bind(reason)
                .execute(&mut *tx)
                .await?;
        } else {
            let sql = format!(
                "UPDATE jobs SET status = 'dead', token = NULL, reason = $2, parked = {NEXT_PARKED} WHERE id = $1"
            );
            sqlx::query(sqlx::AssertSqlSafe(sql)).bind(lease.job).bind(reason).execute(&mut *tx).await?;
        }
        commit(tx).await?;
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

    async fn queue(&self) -> Result<Vec<QueueLine>> {
        let rows: Vec<(String, String, i64, Option<i64>)> =
            sqlx::query_as("SELECT kind, status, COUNT(*), MIN(asked_at) FROM jobs GROUP BY kind, status")
                .fetch_all(&self.readers)
                .await?;
        let mut lines: Vec<QueueLine> = JobKind::ALL
            .into_iter()
            .map(|kind| QueueLine { kind, due: 0, delayed: 0, leased: 0, dead: 0, oldest: None })
            .collect();
        for (kind, status, count, asked_at) in rows {
            let kind: JobKind = named(&kind)?;
            let Some(line) = lines.iter_mut().find(|line| line.kind == kind) else { continue };
            match status.as_str() {
                "queued" => (line.due, line.oldest) = (count, asked_at.map(time).transpose()?),
                "delayed" => line.delayed = count,
                "leased" => line.leased = count,
                _ => line.dead = count,
            }
        }
        Ok(lines)
    }

    async fn dead_jobs(&self, limit: i64) -> Result<Vec<DeadJob>> {
        let rows: Vec<(JobId, String, Uuid, i64, Option<String>)> = sqlx::query_as(
            "SELECT id, kind, subject, attempts, reason FROM jobs WHERE status = 'dead' ORDER BY parked DESC, id DESC LIMIT +$1",
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
        self.announce(tx, &[Topic::Jobs]).await?;
        Ok(revived.rows_affected() == 1)
    }
}
