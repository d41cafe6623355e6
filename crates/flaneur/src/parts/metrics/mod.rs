//! Counts and measurements, as Prometheus reads them. Each part of the server describes its own; names and meaning stand
//! in `docs/metrics.md` too, which a test compares.

pub mod http;
mod queue;

use std::{sync::Arc, time::Duration};

use anyhow::{Context as _, Result};
use flaneur_catalog::{Catalog, world::World};
use metrics::{describe_gauge, gauge};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle, PrometheusRecorder};
use tokio::sync::Mutex;

/// Upper bounds of durations, seconds: from a small read to a picture that takes half a minute.
const BUCKETS: [f64; 14] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];
/// How often measurements are summed up; until then each takes memory.
const UPKEEP: Duration = Duration::from_secs(5);

const BUILD: &str = "flaneur_build_info";

/// Writes the metrics out.
pub struct Metrics {
    handle: PrometheusHandle,
    /// Whose queue is looked at, once it is open; the lock keeps two readers from asking the database at once.
    queue: Mutex<Option<(Arc<dyn Catalog>, World)>>,
}

impl Metrics {
    /// Begins to record, once for a process.
    pub fn start(role: &'static str) -> Result<Arc<Self>> {
        let recorder = recorder()?;
        let handle = recorder.handle();
        metrics::set_global_recorder(recorder).map_err(|error| anyhow::anyhow!("cannot record metrics: {error}"))?;
        describe(role);
        let upkeep = handle.clone();
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(UPKEEP).await;
                upkeep.run_upkeep();
            }
        });
        Ok(Arc::new(Self { handle, queue: Mutex::new(None) }))
    }

    /// Says whose queue there is to tell of.
    pub async fn watch(&self, catalog: Arc<dyn Catalog>, world: World) {
        *self.queue.lock().await = Some((catalog, world));
    }

    /// Everything, in Prometheus' text format. Looks at the queue first, within a few seconds.
    pub async fn text(&self) -> String {
        if let Some((catalog, world)) = &*self.queue.lock().await {
            queue::look(catalog.as_ref(), world).await;
        }
        self.handle.render()
    }
}

fn recorder() -> Result<PrometheusRecorder> {
    let durations = Matcher::Suffix("_duration_seconds".to_owned());
    let builder = PrometheusBuilder::new().set_buckets_for_metric(durations, &BUCKETS);
    Ok(builder.context("no buckets of durations")?.build_recorder())
}

/// Describes all there is, and begins it at zero.
fn describe(role: &'static str) {
    describe_gauge!(BUILD, "1, with the version and the role of the process");
    gauge!(BUILD, "version" => env!("CARGO_PKG_VERSION"), "role" => role).set(1.0);
    http::describe();
    queue::describe();
    flaneur_api::metrics::describe();
    flaneur_worker::metrics::describe();
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Name and type of everything that is recorded.
    fn recorded(text: &str) -> BTreeSet<(String, String)> {
        let types = text.lines().filter_map(|line| line.strip_prefix("# TYPE "));
        types.filter_map(|line| line.split_once(' ')).map(|(name, kind)| (name.to_owned(), kind.to_owned())).collect()
    }

    /// Name and type of everything in the tables of the document.
    fn documented() -> BTreeSet<(String, String)> {
        let rows =
            include_str!("../../../../../docs/metrics.md").lines().filter(|line| line.starts_with("| `flaneur_"));
        rows.map(|row| {
            let cells: Vec<&str> = row.split('|').map(str::trim).collect();
            (cells[1].trim_matches('`').to_owned(), cells[2].to_owned())
        })
        .collect()
    }

    #[test]
    fn what_is_recorded_is_documented_and_what_is_documented_is_recorded() {
        let recorder = recorder().unwrap();
        let handle = recorder.handle();
        metrics::with_local_recorder(&recorder, || {
            describe("serve");
            http::answered("/api", "GET", 304, 0.01);
        });
        let text = handle.render();
        assert_eq!(recorded(&text), documented(), "{text}");
        for line in text.lines().filter(|line| line.starts_with("# TYPE ")) {
            let name = line.split(' ').nth(2).unwrap();
            assert!(text.contains(&format!("# HELP {name} ")), "{name} is not described");
        }
        assert!(text.contains("flaneur_http_request_duration_seconds_bucket"), "{text}");
    }

    #[tokio::test]
    async fn the_queue_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let url = flaneur_catalog::DatabaseUrl::Sqlite(folder.path().join("catalog.db"));
        let catalog = flaneur_catalog::open(&url).await.unwrap();
        let world = World::real();
        let job = flaneur_catalog::model::JobId(world.id());
        catalog.enqueue(job, flaneur_catalog::model::JobKind::Process, world.id(), world.now()).await.unwrap();
        let recorder = recorder().unwrap();
        let _recording = metrics::set_default_local_recorder(&recorder);
        queue::look(catalog.as_ref(), &world).await;
        let due: Vec<String> = recorder.handle().render().lines().map(str::to_owned).collect();
        let due = due.iter().filter(|line| line.starts_with("flaneur_jobs_due{"));
        let sum: f64 = due.map(|line| line.rsplit(' ').next().unwrap().parse::<f64>().unwrap()).sum();
        assert!((sum - 1.0).abs() < 1e-9, "{sum}");
        // A database that does not answer says nothing, rather than what was.
        catalog.close().await;
        queue::look(catalog.as_ref(), &world).await;
        let text = recorder.handle().render();
        assert!(text.lines().any(|line| line.starts_with("flaneur_jobs_due{") && line.ends_with("NaN")), "{text}");
    }
}
