//! A simulated catalog with the roles that answer from it.

use std::time::Duration;

use anyhow::Result;
use flaneur_bench::{cpu, database::Postgres, memory, simulated::Simulated};
use flaneur_e2e::{Client, Role};

use crate::requests::Answering;

/// The catalog and the two processes that answer.
#[derive(Debug)]
pub(crate) struct Catalog {
    api: Role,
    tiler: Role,
    simulated: Simulated,
}

impl Catalog {
    /// Simulates so many pictures on SQLite, or on PostgreSQL, and starts an API and a tiler.
    pub(crate) async fn simulate(pictures: u64, postgres: Option<&Postgres>) -> Result<Self> {
        let name = format!("read_{pictures}");
        let simulated = Simulated::make(pictures, postgres.map(|server| (server, name.as_str()))).await?;
        let [api, tiler] = ["api", "tiler"].map(|role| Role::start(role, simulated.data(), &simulated.place()));
        Ok(Self { api, tiler, simulated })
    }

    /// Most memory that the API and the tiler had, kB.
    pub(crate) fn peak(&self) -> (u64, u64) {
        let peak = |role: &Role| memory::peak(&role.pid().to_string());
        (peak(&self.api), peak(&self.tiler))
    }

    /// Bytes on disk for each picture, indexes included.
    pub(crate) async fn bytes_per_picture(&self) -> Result<f64> {
        self.simulated.bytes_per_picture().await
    }

    /// Stops the processes. Answers with what they answered from.
    pub(crate) fn stop(self) -> Simulated {
        self.simulated
    }
}

impl Answering for Catalog {
    fn api(&self) -> Client {
        self.api.client(None)
    }

    fn tiler(&self) -> Client {
        self.tiler.client(None)
    }

    fn spent(&self) -> Result<Duration> {
        let roles = cpu::precisely(self.api.pid())? + cpu::precisely(self.tiler.pid())?;
        let database = self.simulated.server().map(|server| cpu::of_tree(server.pid)).transpose()?;
        Ok(roles + database.unwrap_or_default())
    }
}
