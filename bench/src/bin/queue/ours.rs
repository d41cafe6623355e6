//! Flaneur's queue, through its repository.

use anyhow::Result;
use flaneur_catalog::{Jobs as _, model::JobKind, postgres::PostgresCatalog, world::World};
use jiff::SignedDuration;
use sqlx::{Connection as _, PgConnection};
use tokio::{task::JoinSet, time::Instant};

use super::Shift;

/// Workers in one process: as many as a machine has cores.
const LANES: usize = 8;
/// How long leases hold without a heartbeat, as in the worker.
const HOLD: SignedDuration = SignedDuration::from_secs(60);

/// The catalogs of as many processes as it takes, with jobs of ten accounts in the queue.
pub async fn prepare(url: &str, workers: usize, jobs: i64) -> Result<Vec<PostgresCatalog>> {
    let mut catalogs = Vec::new();
    for _ in 0..workers.div_ceil(LANES) {
        catalogs.push(PostgresCatalog::open(url).await?);
    }
    let mut connection = PgConnection::connect(url).await?;
    sqlx::query(
        "INSERT INTO jobs (id, kind, subject, account_id, status, turn, asked_at, due_at)
         SELECT gen_random_uuid(), 'process', gen_random_uuid(), CAST(LPAD((n % 10)::TEXT, 32, '0') AS UUID), 'queued',
             n / 10, n, n
         FROM generate_series(1, $1) AS n",
    )
    .bind(jobs)
    .execute(&mut connection)
    .await?;
    sqlx::query("ANALYZE jobs").execute(&mut connection).await?;
    Ok(catalogs)
}

/// Takes and ends jobs until the shift is over; answers how many.
pub async fn work(catalogs: Vec<PostgresCatalog>, shift: Shift) -> Result<u64> {
    let world = World::real();
    let mut lanes = JoinSet::new();
    for lane in 0..shift.workers {
        let (catalog, world) = (catalogs[lane / LANES].clone(), world.clone());
        lanes.spawn(async move {
            let mut done = 0;
            while Instant::now() < shift.end {
                let Some(lease) = catalog.lease(&[JobKind::Process], world.id(), HOLD).await? else { break };
                if !shift.job.is_zero() {
                    tokio::time::sleep(shift.job).await;
                }
                done += u64::from(catalog.finish(&lease).await?);
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
