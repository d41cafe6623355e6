//! A simulated catalog with the roles that answer from it.

use std::{path::Path, process::Stdio, time::Duration};

use anyhow::{Context as _, Result, ensure};
use flaneur_bench::{cpu, database::Postgres, memory};
use flaneur_e2e::{Client, Role, Tools};
use sqlx::Connection as _;
use tempfile::TempDir;

/// The catalog and the two processes that answer.
#[derive(Debug)]
pub(crate) struct Catalog {
    pictures: u64,
    api: Role,
    tiler: Role,
    database: Option<(Postgres, String)>,
    data: TempDir,
}

impl Catalog {
    /// Simulates so many pictures on SQLite, or on PostgreSQL, and starts an API and a tiler.
    pub(crate) async fn simulate(pictures: u64, postgres: Option<&Postgres>) -> Result<Self> {
        let data = tempfile::Builder::new().prefix("flaneur-bench-").tempdir()?;
        let database = match postgres {
            Some(server) => Some((server.clone(), server.fresh(&format!("read_{pictures}")).await?)),
            None => None,
        };
        let place: Vec<&str> = database.iter().flat_map(|(_, url)| ["--database", url]).collect();
        let done = Tools::flaneur()
            .args(["simulate", "--seed", "1", "--pictures", &pictures.to_string(), "--data"])
            .arg(data.path())
            .args(&place)
            .stdout(Stdio::null())
            .status()
            .context("the binary cannot be started")?;
        ensure!(done.success(), "flaneur simulate failed: {done}");
        if let Some((_, url)) = &database {
            sqlx::query("VACUUM ANALYZE").execute(&mut sqlx::PgConnection::connect(url).await?).await?;
        }
        let [api, tiler] = ["api", "tiler"].map(|role| Role::start(role, data.path(), &place));
        Ok(Self { pictures, api, tiler, database, data })
    }

    /// A client of the API.
    pub(crate) fn api(&self) -> Client {
        self.api.client(None)
    }

    /// A client of the tiler.
    pub(crate) fn tiler(&self) -> Client {
        self.tiler.client(None)
    }

    /// Processor time so far of both roles and the database.
    pub(crate) fn spent(&self) -> Result<Duration> {
        let roles = cpu::precisely(self.api.pid())? + cpu::precisely(self.tiler.pid())?;
        let database = self.database.as_ref().map(|(server, _)| cpu::of_tree(server.pid)).transpose()?;
        Ok(roles + database.unwrap_or_default())
    }

    /// Most memory that the API and the tiler had, kB.
    pub(crate) fn peak(&self) -> (u64, u64) {
        let peak = |role: &Role| memory::peak(&role.pid().to_string());
        (peak(&self.api), peak(&self.tiler))
    }

    /// Bytes on disk for each picture, indexes included.
    pub(crate) async fn bytes_per_picture(&self) -> Result<f64> {
        let bytes: i64 = match &self.database {
            Some((_, url)) => {
                let mut connection = sqlx::PgConnection::connect(url).await?;
                sqlx::query_scalar("SELECT pg_database_size(current_database())").fetch_one(&mut connection).await?
            }
            None => files_in(self.data.path())? as i64,
        };
        Ok(bytes as f64 / self.pictures as f64)
    }
}

fn files_in(folder: &Path) -> Result<u64> {
    let mut bytes = 0;
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        bytes += if entry.file_type()?.is_dir() { files_in(&entry.path())? } else { entry.metadata()?.len() };
    }
    Ok(bytes)
}
