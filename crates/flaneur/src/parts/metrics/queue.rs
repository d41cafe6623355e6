//! How long the queue is.

use std::time::Duration;

use anyhow::{Context as _, Result};
use flaneur_catalog::{Catalog, world::World};
use jiff::Timestamp;
use metrics::{Unit, describe_gauge, gauge};

const DUE: &str = "flaneur_jobs_due";
const DELAYED: &str = "flaneur_jobs_delayed";
const LEASED: &str = "flaneur_jobs_leased";
const DEAD: &str = "flaneur_jobs_dead";
const OLDEST: &str = "flaneur_jobs_oldest_due_age_seconds";

/// How long the database may take to say it.
const PATIENCE: Duration = Duration::from_secs(3);

/// Jobs of a kind.
struct Line {
    kind: &'static str,
    due: i64,
    delayed: i64,
    leased: i64,
    dead: i64,
    /// Since when the oldest one that is due has been waiting.
    oldest: Option<Timestamp>,
}

/// Kinds, as the label says them.
const KINDS: [&str; 1] = ["all"];

/// Asks the catalog.
async fn lines(catalog: &dyn Catalog) -> Result<Vec<Line>> {
    let counts = catalog.job_counts().await?;
    let (due, leased, dead) = (counts.queued, counts.leased, counts.dead);
    Ok(vec![Line { kind: KINDS[0], due, delayed: 0, leased, dead, oldest: None }])
}

/// Says what is measured, and begins at zero.
pub fn describe() {
    describe_gauge!(DUE, "Jobs that wait for a worker");
    describe_gauge!(DELAYED, "Jobs that wait for a later time, most after a failure");
    describe_gauge!(LEASED, "Jobs that a worker holds");
    describe_gauge!(DEAD, "Jobs that were given up, until the operator retries them");
    describe_gauge!(OLDEST, Unit::Seconds, "How long the oldest job that is due has been waiting");
    for kind in KINDS {
        for name in [DUE, DELAYED, LEASED, DEAD, OLDEST] {
            gauge!(name, "kind" => kind).set(0.0);
        }
    }
}

/// Looks at the queue. Where the database does not answer, there is no number rather than an old one.
pub async fn look(catalog: &dyn Catalog, world: &World) {
    let found = tokio::time::timeout(PATIENCE, lines(catalog)).await;
    match found.context("the database does not answer in time").flatten() {
        Ok(lines) => {
            let now = world.now();
            for line in lines {
                let age = line.oldest.map_or(0.0, |oldest| now.duration_since(oldest).as_secs_f64().max(0.0));
                set(DUE, line.kind, line.due as f64);
                set(DELAYED, line.kind, line.delayed as f64);
                set(LEASED, line.kind, line.leased as f64);
                set(DEAD, line.kind, line.dead as f64);
                set(OLDEST, line.kind, age);
            }
        }
        Err(error) => {
            tracing::debug!(error = format!("{error:#}"), "cannot count the jobs");
            for kind in KINDS {
                for name in [DUE, DELAYED, LEASED, DEAD, OLDEST] {
                    set(name, kind, f64::NAN);
                }
            }
        }
    }
}

fn set(name: &'static str, kind: &'static str, value: f64) {
    gauge!(name, "kind" => kind).set(value);
}
