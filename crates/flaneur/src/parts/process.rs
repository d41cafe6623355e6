//! A server from its start to its end, whatever its role.

use std::{sync::Arc, time::Duration};

use anyhow::{Context as _, Result, anyhow};
use flaneur_catalog::{Catalog, world::World};
use flaneur_worker::Worker;
use tokio::{
    net::TcpListener,
    task::{JoinHandle, JoinSet},
};
use tokio_util::sync::CancellationToken;

use super::{
    accept, admin, front, front::App, health::Health, logging, metrics::Metrics, shutdown::Ending, traces::Traces,
};
use crate::{
    commands::say,
    options::{Log, Operator},
};

/// How long closing the database may take.
const CLOSING: Duration = Duration::from_secs(5);

/// A server that has begun.
pub struct Process {
    /// Whether it is ready.
    pub health: Arc<Health>,
    /// When it ends.
    pub ending: Ending,
    /// Time and randomness.
    pub world: World,
    told: Option<Told>,
    traces: Traces,
}

/// What the operator is told.
struct Told {
    metrics: Arc<Metrics>,
    last: CancellationToken,
    serving: JoinHandle<()>,
}

impl Process {
    /// Begins: logs, listens to signals, and tells the operator how it goes. `drain_delay` is in seconds.
    pub async fn begin(role: &'static str, log: &Log, operator: &Operator, drain_delay: u64) -> Result<Self> {
        let traces = logging::start(log, role)?;
        let ending = Ending::by_signal(Duration::from_secs(drain_delay));
        let health = Health::new(ending.draining.clone());
        let told = match operator.admin_listen {
            None => None,
            Some(address) => {
                let listener = front::listen(address, "--admin-listen").await?;
                let address = listener.local_addr().context("cannot read the address listened on")?;
                say(&format!("operator's listener on http://{address}"));
                let metrics = Metrics::start(role)?;
                let routes = front::plain(admin::router(health.clone(), metrics.clone()));
                let last = CancellationToken::new();
                let serving = tokio::spawn(accept::serve("operator", listener, routes, last.clone()));
                Some(Told { metrics, last, serving })
            }
        };
        Ok(Self { health, ending, world: World::real(), told, traces })
    }

    /// Does what comes before the work, unless the process is told to stop; then there is nothing.
    pub async fn prepare<T>(&self, work: impl Future<Output = Result<T>>) -> Result<Option<T>> {
        tokio::select! {
            prepared = work => prepared.map(Some),
            () = self.ending.stop.cancelled() => Ok(None),
        }
    }

    /// Tells the operator of this queue.
    pub async fn watch_queue(&self, catalog: &Arc<dyn Catalog>) {
        if let Some(told) = &self.told {
            told.metrics.watch(catalog.clone(), self.world.clone()).await;
        }
    }

    /// Works until told to stop, or until a part fails.
    pub async fn work(
        self,
        catalog: Arc<dyn Catalog>,
        public: Option<(TcpListener, App)>,
        worker: Option<Worker>,
    ) -> Result<()> {
        let stop = self.ending.stop.clone();
        let mut parts = JoinSet::new();
        if let Some((listener, app)) = public {
            parts.spawn(accept::serve("public", listener, app, stop.clone()));
        }
        if let Some(worker) = worker {
            parts.spawn(worker.run(stop.clone()));
        }
        let mut outcome = Ok(());
        while let Some(ended) = parts.join_next().await {
            let failure = match ended {
                Err(error) => Some(anyhow!(error).context("a part of the server failed")),
                Ok(()) if !stop.is_cancelled() => Some(anyhow!("a part of the server ended by itself")),
                Ok(()) => None,
            };
            if let Some(failure) = failure {
                tracing::error!(error = format!("{failure:#}"), "stopping");
                self.ending.now();
                outcome = Err(failure);
            }
        }
        self.end(catalog).await;
        outcome
    }

    async fn end(self, catalog: Arc<dyn Catalog>) {
        if tokio::time::timeout(CLOSING, catalog.close()).await.is_err() {
            tracing::warn!("the database was not closed in time; it is as sound as ever");
        }
        self.traces.end().await;
        // Until here the operator could see that it stops.
        if let Some(told) = self.told {
            told.last.cancel();
            told.serving.await.ok();
        }
        tracing::info!("stopped");
    }
}
