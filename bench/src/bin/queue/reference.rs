//! The reference server's queue, as it was observed: a row lock held for the whole job on one connection, and a line of
//! history written at the beginning and at the end from another.

use anyhow::Result;
use sqlx::{Connection as _, PgConnection, PgPool, postgres::PgPoolOptions};
use tokio::{task::JoinSet, time::Instant};
use uuid::Uuid;

use super::Shift;

const SCHEMA: &str = "
    CREATE TABLE job_queue (
        id UUID PRIMARY KEY DEFAULT gen_random_uuid(), picture_id UUID UNIQUE, task TEXT NOT NULL, args JSONB,
        ts TIMESTAMPTZ NOT NULL DEFAULT now(), nb_errors INT NOT NULL DEFAULT 0);
    CREATE INDEX job_queue_order ON job_queue (nb_errors, ts);
    CREATE TABLE job_history (
        id UUID PRIMARY KEY DEFAULT gen_random_uuid(), job_id UUID NOT NULL, picture_id UUID, task TEXT NOT NULL,
        started_at TIMESTAMPTZ NOT NULL, finished_at TIMESTAMPTZ, error TEXT, warning TEXT, args JSONB);
    CREATE INDEX job_history_picture ON job_history (picture_id);
";

/// A pool for each worker: two connections.
pub async fn prepare(url: &str, workers: usize, jobs: i64) -> Result<Vec<PgPool>> {
    let mut connection = PgConnection::connect(url).await?;
    sqlx::raw_sql(SCHEMA).execute(&mut connection).await?;
    sqlx::query(
        "INSERT INTO job_queue (picture_id, task, ts)
         SELECT gen_random_uuid(), 'prepare', now() + n * interval '1 ms' FROM generate_series(1, $1) AS n",
    )
    .bind(jobs)
    .execute(&mut connection)
    .await?;
    sqlx::query("ANALYZE job_queue").execute(&mut connection).await?;
    let mut pools = Vec::new();
    for _ in 0..workers {
        pools.push(PgPoolOptions::new().max_connections(2).test_before_acquire(false).connect(url).await?);
    }
    Ok(pools)
}

/// Takes and ends jobs until the shift is over; answers how many.
pub async fn work(pools: Vec<PgPool>, shift: Shift) -> Result<u64> {
    let mut lanes = JoinSet::new();
    for pool in pools.into_iter().take(shift.workers) {
        lanes.spawn(async move {
            let mut done = 0;
            while Instant::now() < shift.end {
                let mut held = pool.begin().await?;
                let job: Option<(Uuid, Option<Uuid>)> = sqlx::query_as(
                    "SELECT j.id, j.picture_id FROM job_queue j ORDER BY j.nb_errors, j.ts
                     FOR UPDATE OF j SKIP LOCKED LIMIT 1",
                )
                .fetch_optional(&mut *held)
                .await?;
                let Some((job, picture)) = job else { break };
                let history: Uuid = sqlx::query_scalar(
                    "INSERT INTO job_history (job_id, picture_id, task, started_at) VALUES ($1, $2, 'prepare', now())
                     RETURNING id",
                )
                .bind(job)
                .bind(picture)
                .fetch_one(&pool)
                .await?;
                if !shift.job.is_zero() {
                    tokio::time::sleep(shift.job).await;
                }
                sqlx::query("UPDATE job_history SET finished_at = now() WHERE id = $1")
                    .bind(history)
                    .execute(&pool)
                    .await?;
                sqlx::query("DELETE FROM job_queue WHERE id = $1").bind(job).execute(&mut *held).await?;
                #[expect(clippy::disallowed_methods, reason = "as it does it")]
                held.commit().await?;
                done += 1;
            }
            anyhow::Ok(done)
        });
    }
    let mut all = 0;
    while let Some(done) = lanes.join_next().await {
        all += done??;
    }
    Ok(all)
}
