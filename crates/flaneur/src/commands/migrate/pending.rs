//! What a database's schema lacks.

use std::collections::BTreeSet;

use anyhow::{Context as _, Result, bail};
use flaneur_catalog::DatabaseUrl;
use sqlx::{ConnectOptions as _, Connection as _, sqlite::SqliteConnectOptions};

static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("../../migrations/sqlite");

/// Migrations that the database has not seen, as `NUMBER DESCRIPTION`, in order. Changes nothing.
pub async fn migrations(url: &DatabaseUrl) -> Result<Vec<String>> {
    let applied = match url {
        DatabaseUrl::Sqlite(path) if !path.exists() => BTreeSet::new(),
        DatabaseUrl::Sqlite(path) => applied(SqliteConnectOptions::new().filename(path).read_only(true))
            .await
            .with_context(|| format!("cannot read {url}"))?,
        DatabaseUrl::Postgres(_) => bail!("{url}: this build knows SQLite alone"),
    };
    Ok(MIGRATIONS
        .iter()
        .filter(|migration| !applied.contains(&migration.version))
        .map(|migration| format!("{} {}", migration.version, migration.description))
        .collect())
}

async fn applied(options: SqliteConnectOptions) -> sqlx::Result<BTreeSet<i64>> {
    let mut connection = options.connect().await?;
    let begun: i64 = sqlx::query_scalar("SELECT count(*) FROM sqlite_schema WHERE name = '_sqlx_migrations'")
        .fetch_one(&mut connection)
        .await?;
    let versions = if begun == 0 {
        Vec::new()
    } else {
        sqlx::query_scalar("SELECT version FROM _sqlx_migrations WHERE success").fetch_all(&mut connection).await?
    };
    connection.close().await?;
    Ok(versions.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_new_database_lacks_everything_and_an_opened_one_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let url = DatabaseUrl::Sqlite(folder.path().join("catalog.db"));
        let pending = migrations(&url).await.unwrap();
        assert_eq!(pending.len(), MIGRATIONS.iter().count());
        flaneur_catalog::open(&url).await.unwrap().close().await;
        assert_eq!(migrations(&url).await.unwrap(), Vec::<String>::new());
    }
}
