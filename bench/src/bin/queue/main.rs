//! `make bench-queue`: how many jobs one PostgreSQL hands out, and what each costs it, beside the reference server's way of
//! doing so on the same server.
//!
//! Two figures for each number of workers. *Saturated*: jobs are nothing but taken and ended, as fast as it goes. *Paced*:
//! each job takes a second, so that what it costs to wait, to beat and to be told is in; with many workers only, for few
//! jobs cost less than the clock's ticks tell. The database's processor time is that of all its processes.
#![expect(clippy::print_stdout, reason = "a benchmark tells its user what it found")]

mod ours;
mod reference;

use std::{path::Path, time::Duration};

use anyhow::{Context as _, Result};
use flaneur_bench::{cpu, database::Postgres, table};
use tokio::time::Instant;

/// Numbers of workers.
const WORKERS: [usize; 3] = [1, 16, 200];
/// Jobs that lie in the queue: a busy day's.
const JOBS: i64 = 60_000;
/// How long each figure is measured.
const SPAN: Duration = Duration::from_secs(12);
/// How long a paced job takes.
const PACE: Duration = Duration::from_secs(1);

/// What workers do until `end`.
#[derive(Debug, Clone, Copy)]
struct Shift {
    workers: usize,
    /// How long each job takes.
    job: Duration,
    end: Instant,
}

/// What came of it.
#[derive(Debug, Clone, Copy)]
struct Figure {
    jobs: u64,
    seconds: f64,
    database: Duration,
}

impl Figure {
    fn rate(self) -> f64 {
        self.jobs as f64 / self.seconds
    }

    fn micros_per_job(self) -> f64 {
        self.database.as_secs_f64() * 1e6 / (self.jobs.max(1)) as f64
    }
}

#[tokio::main]
async fn main() -> Result<()> {
    let server = Postgres::find()?.context("run `make bench-queue`, which starts a database")?;
    let version = server.version().await?;
    let mut results = table::Table::new(&[
        "workers",
        "job takes",
        "Flaneur: jobs/s",
        "database CPU per job",
        "reference: jobs/s",
        "database CPU per job",
        "CPU, reference ÷ Flaneur",
    ]);
    for (job, numbers) in [(Duration::ZERO, &WORKERS[..]), (PACE, &WORKERS[2..])] {
        for &workers in numbers {
            let database = server.fresh("ours").await?;
            let catalogs = ours::prepare(&database, workers, JOBS).await?;
            let here = measure(server.pid, workers, job, |shift| ours::work(catalogs.clone(), shift)).await?;
            for catalog in &catalogs {
                catalog.close().await;
            }
            let database = server.fresh("reference").await?;
            let pools = reference::prepare(&database, workers, JOBS).await?;
            let there = measure(server.pid, workers, job, |shift| reference::work(pools.clone(), shift)).await?;
            for pool in &pools {
                pool.close().await;
            }
            let row = vec![
                workers.to_string(),
                if job.is_zero() { "no time".to_owned() } else { format!("{} s", job.as_secs()) },
                format!("{:.0}", here.rate()),
                format!("{:.0} µs", here.micros_per_job()),
                format!("{:.0}", there.rate()),
                format!("{:.0} µs", there.micros_per_job()),
                format!("{:.2}", there.micros_per_job() / here.micros_per_job()),
            ];
            println!("{}", row.join("\t"));
            results.row(row);
        }
    }
    let text = format!(
        "{}\n{} jobs of ten accounts in the queue, {} s each figure. Both take one job at a time with FOR UPDATE SKIP LOCKED. \
         Flaneur commits the lease (so that a worker that dies or is cut off is known, and cannot publish) and the end; the \
         reference holds a row lock and a connection for as long as the job takes, and writes a history from a second one. \
         Rates share the machine with the workers: compare within a row.\n",
        results.markdown(),
        JOBS,
        SPAN.as_secs(),
    );
    println!("\n{text}");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    table::write(folder, "queue", "The job queue on PostgreSQL", &[format!("PostgreSQL {version}")], &text)
}

async fn measure<F>(root: u32, workers: usize, job: Duration, work: impl Fn(Shift) -> F) -> Result<Figure>
where
    F: Future<Output = Result<u64>>,
{
    // Connections, plans and caches first.
    work(Shift { workers, job, end: Instant::now() + Duration::from_secs(2) }).await?;
    let (start, before) = (Instant::now(), cpu::of_tree(root)?);
    let jobs = work(Shift { workers, job, end: start + SPAN }).await?;
    Ok(Figure { jobs, seconds: start.elapsed().as_secs_f64(), database: cpu::of_tree(root)?.saturating_sub(before) })
}
