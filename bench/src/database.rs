//! Databases of the PostgreSQL server that `scripts/bench.sh` started.

use anyhow::{Context as _, Result};
use sqlx::{Connection as _, PgConnection};

/// The server, as the script says where it is.
#[derive(Debug, Clone)]
pub struct Postgres {
    /// Its address, with the database that is always there.
    pub url: String,
    /// Its first process, of which all others are children.
    pub pid: u32,
}

impl Postgres {
    /// Where the script says that it is; `None` if it says nothing.
    pub fn find() -> Result<Option<Self>> {
        let Ok(url) = std::env::var("FLANEUR_TEST_POSTGRES") else { return Ok(None) };
        let pid =
            std::env::var("FLANEUR_POSTGRES_PID").context("FLANEUR_POSTGRES_PID does not say which process it is")?;
        Ok(Some(Self { url, pid: pid.parse().context("FLANEUR_POSTGRES_PID is no number")? }))
    }

    /// Its version.
    pub async fn version(&self) -> Result<String> {
        let mut connection = PgConnection::connect(&self.url).await?;
        Ok(sqlx::query_scalar("SHOW server_version").fetch_one(&mut connection).await?)
    }

    /// An empty database of this name; its address.
    pub async fn fresh(&self, name: &str) -> Result<String> {
        let mut connection = PgConnection::connect(&self.url).await?;
        for sql in [format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"), format!("CREATE DATABASE {name}")] {
            sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&mut connection).await?;
        }
        let (address, _) = self.url.rsplit_once('/').context("the server's address names no database")?;
        Ok(format!("{address}/{name}"))
    }
}

/// Bytes on disk of the database at an address, indexes included.
pub async fn size(url: &str) -> Result<u64> {
    let mut connection = PgConnection::connect(url).await?;
    let bytes: i64 =
        sqlx::query_scalar("SELECT pg_database_size(current_database())").fetch_one(&mut connection).await?;
    Ok(bytes.try_into()?)
}

/// Has PostgreSQL do now what it would otherwise do while somebody measures: tidy up, count, write down.
pub async fn settle(url: &str) -> Result<()> {
    let mut connection = PgConnection::connect(url).await?;
    for work in ["VACUUM ANALYZE", "CHECKPOINT"] {
        sqlx::query(work).execute(&mut connection).await.context(work)?;
    }
    Ok(())
}
