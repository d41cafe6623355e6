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

/// Databases with the schema in them, which new ones are copied from: making the schema takes longer than copying it.
const TEMPLATE: &str = "flaneur_template";

/// A new database; none if no server is named. With `schema`, the whole schema is in it.
pub async fn database(schema: bool) -> Option<Database> {
    let Ok(server) = std::env::var("FLANEUR_TEST_POSTGRES") else {
        eprintln!("not run: FLANEUR_TEST_POSTGRES names no PostgreSQL server (`make test` starts one)");
        return None;
    };
    let options: PgConnectOptions = server.parse().unwrap();
    let mut bytes = [0; 16];
    rand::Rng::fill_bytes(&mut rand::make_rng::<rand::rngs::StdRng>(), &mut bytes);
    let name = format!("test_{}", Uuid::from_bytes(bytes).simple());
    let address = |name: &str| format!("{}/{name}", server.rsplit_once('/').unwrap().0);
    let mut connection = options.connect().await.unwrap();
    let mut from = String::new();
    if schema {
        // Of all the tests that come at once, one makes the template; nobody copies a half-made one.
        sqlx::query("SELECT pg_advisory_lock(1)").execute(&mut connection).await.unwrap();
        let all = sqlx::migrate!("../../migrations/postgres");
        let template = format!("{TEMPLATE}_{}", fingerprint(&all));
        let there: bool = sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM pg_database WHERE datname = $1)")
            .bind(&template)
            .fetch_one(&mut connection)
            .await
            .unwrap();
        if !there {
            let half = format!("{template}_half");
            for sql in [format!("DROP DATABASE IF EXISTS {half}"), format!("CREATE DATABASE {half}")] {
                sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
            }
            let mut within = address(&half).parse::<PgConnectOptions>().unwrap().connect().await.unwrap();
            all.run(&mut within).await.unwrap();
            within.close().await.unwrap();
            let sql = format!("ALTER DATABASE {half} RENAME TO {template}");
            sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
        }
        from = format!(" TEMPLATE {template}");
    }
    sqlx::query(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}{from}"))).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    let url = address(&name);
    Some(Database { url, name, server: options })
}

/// Tells schemas apart, so that a server that is kept does not hand out an old one.
fn fingerprint(migrations: &sqlx::migrate::Migrator) -> String {
    let sum = migrations.iter().flat_map(|migration| migration.checksum.iter()).fold(
        0xcbf2_9ce4_8422_2325,
        |sum: u64, byte| {
            // FNV-1a.
            (sum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
        },
    );
    format!("{sum:016x}")
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
