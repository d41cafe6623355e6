//! Databases of one's own on the PostgreSQL server that the environment names.

#![expect(clippy::unwrap_used, clippy::print_stderr, reason = "this is test code")]

use sqlx::{ConnectOptions as _, Connection as _, postgres::PgConnectOptions};
use uuid::Uuid;

/// A database that is dropped with it.
pub struct Database {
    /// Its address.
    pub url: String,
    name: String,
    server: PgConnectOptions,
}

/// A new database with the whole schema in it; none if no server is named.
pub async fn database() -> Option<Database> {
    let Ok(server) = std::env::var("FLANEUR_TEST_POSTGRES") else {
        eprintln!("not run: FLANEUR_TEST_POSTGRES names no PostgreSQL server (`make test` starts one)");
        return None;
    };
    let options: PgConnectOptions = server.parse().unwrap();
    let mut bytes = [0; 16];
    rand::Rng::fill_bytes(&mut rand::make_rng::<rand::rngs::StdRng>(), &mut bytes);
    let name = format!("test_{}", Uuid::from_bytes(bytes).simple());
    let mut connection = options.connect().await.unwrap();
    sqlx::query(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"))).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    let url = format!("{}/{name}", server.rsplit_once('/').unwrap().0);
    Some(Database { url, name, server: options })
}

impl Drop for Database {
    fn drop(&mut self) {
        let (server, name) = (self.server.clone(), self.name.clone());
        // The runtime of the test may be about to end.
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let mut connection = server.connect().await.unwrap();
                let sql = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
                sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
            });
        })
        .join()
        .unwrap();
    }
}
