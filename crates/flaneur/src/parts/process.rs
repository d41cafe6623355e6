//! A server from its start to its end, whatever its role.

use std::{sync::Arc, time::Duration};

use anyhow::{Context as _, Result, anyhow};
use flaneur_catalog::{Catalog, world::World};
use flaneur_worker::Worker;
use tokio::{net::TcpListener, task::JoinSet};
use tokio_util::sync::CancellationToken;

use super::{accept, admin, front, front::App, health::Health, logging, shutdown::Ending};
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
    admin: Option<(CancellationToken, tokio::task::JoinHandle<()>)>,
}

impl Process {
    /// Begins: logs, listens to signals, and tells the operator how it goes.
    pub async fn begin(log: &Log, operator: &Operator, drain_delay: u64) -> Result<Self> {
        logging::start(log)?;
        let ending = Ending::by_signal(Duration::from_secs(drain_delay));
        let health = Health::new(ending.draining.clone());
        let admin = match operator.admin_listen {
            None => None,
            Some(address) => {
                let listener = front::listen(address, "--admin-listen").await?;
                let address = listener.local_addr().context("cannot read the address listened on")?;
                say(&format!("operator's listener on http://{address}"));
                let last = CancellationToken::new();
                let routes = front::plain(admin::router(health.clone()));
                Some((last.clone(), tokio::spawn(accept::serve(listener, routes, last))))
            }
        };
        Ok(Self { health, ending, world: World::real(), admin })
    }

    /// Does what comes before the work, unless the process is told to stop; then there is nothing.
    pub async fn prepare<T>(&self, work: impl Future<Output = Result<T>>) -> Result<Option<T>> {
        tokio::select! {
            prepared = work => prepared.map(Some),
            () = self.ending.stop.cancelled() => Ok(None),
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
            parts.spawn(accept::serve(listener, app, stop.clone()));
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
        // Until here the operator could see that it stops.
        if let Some((last, serving)) = self.admin {
            last.cancel();
            serving.await.ok();
        }
        tracing::info!("stopped");
    }
}
