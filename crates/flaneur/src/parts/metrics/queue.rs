//! How long the queue is.

use std::time::Duration;

use anyhow::Context as _;
use flaneur_catalog::{Catalog, model::JobKind, world::World};
use metrics::{Unit, describe_gauge, gauge};

const DUE: &str = "flaneur_jobs_due";
const DELAYED: &str = "flaneur_jobs_delayed";
const LEASED: &str = "flaneur_jobs_leased";
const DEAD: &str = "flaneur_jobs_dead";
const OLDEST: &str = "flaneur_jobs_oldest_due_age_seconds";

/// How long the database may take to say it.
const PATIENCE: Duration = Duration::from_secs(3);

/// Says what is measured, and begins at zero.
pub fn describe() {
    describe_gauge!(DUE, "Jobs that wait for a worker");
    describe_gauge!(DELAYED, "Jobs that wait for a later time, most after a failure");
    describe_gauge!(LEASED, "Jobs that a worker holds");
    describe_gauge!(DEAD, "Jobs that were given up, until the operator retries them");
    describe_gauge!(OLDEST, Unit::Seconds, "How long the oldest job that is due has been waiting");
    for kind in JobKind::ALL {
        for name in [DUE, DELAYED, LEASED, DEAD, OLDEST] {
            set(name, kind, 0.0);
        }
    }
}

/// Looks at the queue. Where the database does not answer, there is no number rather than an old one.
pub async fn look(catalog: &dyn Catalog, world: &World) {
    let found = tokio::time::timeout(PATIENCE, catalog.queue()).await;
    match found.context("the database does not answer in time").and_then(|found| Ok(found?)) {
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
            for kind in JobKind::ALL {
                for name in [DUE, DELAYED, LEASED, DEAD, OLDEST] {
                    set(name, kind, f64::NAN);
                }
            }
        }
    }
}

fn set(name: &'static str, kind: JobKind, value: f64) {
    gauge!(name, "kind" => kind.as_str()).set(value);
}
