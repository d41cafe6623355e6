//! Catalogs as `flaneur simulate` makes them.

use std::{path::Path, process::Stdio};

use anyhow::{Context as _, Result, ensure};
use flaneur_e2e::Tools;
use tempfile::TempDir;

use crate::database::{self, Postgres};

/// A simulated catalog, with the folder that its processes need. The same number of pictures gives the same ones each time, on
/// either database.
#[derive(Debug)]
pub struct Simulated {
    pictures: u64,
    database: Option<(Postgres, String)>,
    data: TempDir,
}

impl Simulated {
    /// Simulates so many pictures on SQLite, or in a database of this name on PostgreSQL.
    pub async fn make(pictures: u64, postgres: Option<(&Postgres, &str)>) -> Result<Self> {
        let data = tempfile::Builder::new().prefix("flaneur-bench-").tempdir()?;
        let database = match postgres {
            Some((server, name)) => Some((server.clone(), server.fresh(name).await?)),
            None => None,
        };
        let made = Self { pictures, database, data };
        let done = Tools::flaneur()
            .args(["simulate", "--seed", "1", "--pictures", &pictures.to_string(), "--data"])
            .arg(made.data())
            .args(made.place())
            .stdout(Stdio::null())
            .status()
            .context("the binary cannot be started")?;
        ensure!(done.success(), "flaneur simulate failed: {done}");
        if let Some(url) = made.url() {
            database::settle(url).await?;
        }
        Ok(made)
    }

    /// The folder of the processes' data.
    pub fn data(&self) -> &Path {
        self.data.path()
    }

    /// Options that name the database, for all that works on it.
    pub fn place(&self) -> Vec<&str> {
        self.url().into_iter().flat_map(|url| ["--database", url]).collect()
    }

    /// The server that it lies on, unless it is SQLite.
    pub fn server(&self) -> Option<&Postgres> {
        self.database.as_ref().map(|(server, _)| server)
    }

    /// The address of its database, unless it is SQLite.
    pub fn url(&self) -> Option<&str> {
        self.database.as_ref().map(|(_, url)| url.as_str())
    }

    /// Bytes on disk for each picture, indexes included.
    pub async fn bytes_per_picture(&self) -> Result<f64> {
        let bytes = match self.url() {
            Some(url) => database::size(url).await?,
            None => files_in(self.data())?,
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
