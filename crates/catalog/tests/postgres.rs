//! PostgreSQL keeps the rules of the repository traits. The server is named by `FLANEUR_TEST_POSTGRES`, which `make test`
//! sets; without it, these tests say that they were not run.
#![expect(clippy::unwrap_used, reason = "this is test code")]

mod server;

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use flaneur_access::Viewer;
use flaneur_catalog::{
    Pictures as _, Upkeep as _,
    conformance::{Gate, Subject, an_area_waits_for_a_picture_that_comes, clock, given_up_after},
    model::PictureId,
    postgres::PostgresCatalog,
};
use sqlx::{ConnectOptions as _, Connection as _, postgres::PgConnectOptions};
use uuid::Uuid;

async fn make() -> Option<Subject> {
    let database = server::database(true).await?;
    let clock = clock();
    let catalog = PostgresCatalog::open_with(&database.url, Some(clock.clone())).await.unwrap();
    Some(Subject { catalog: Arc::new(catalog), clock, keep: Box::new(database) })
}

flaneur_catalog::conformance_tests!(make);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_goes_away_in_the_middle_leaves_no_transaction_open() {
    let Some(database) = server::database(true).await else { return };
    let catalog = PostgresCatalog::open(&database.url).await.unwrap();
    let watcher: PgConnectOptions = database.url.parse().unwrap();
    let mut watcher = watcher.connect().await.unwrap();
    // Given up after more and more turns: before, while and after the transaction is begun.
    for turns in 0..150 {
        given_up_after(turns, catalog.item(Viewer::Anonymous, PictureId(Uuid::nil()))).await;
        // Whoever gets the connection next, it is open for others to see by then.
        for _ in 0..3 {
            catalog.ping().await.unwrap();
        }
        let start = std::time::Instant::now();
        while open_transactions(&mut watcher).await > 0 {
            assert!(start.elapsed() < Duration::from_secs(20), "a transaction is left open after {turns} turns");
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }
    catalog.close().await;
    watcher.close().await.unwrap();
}

async fn open_transactions(watcher: &mut sqlx::PgConnection) -> i64 {
    sqlx::query_scalar(
        "SELECT COUNT(*) FROM pg_stat_activity
         WHERE datname = current_database() AND pid <> pg_backend_pid() AND state LIKE 'idle in transaction%'",
    )
    .fetch_one(watcher)
    .await
    .unwrap()
}

/// Lets nobody list a file, which is the last thing done with one that comes.
struct Files(sqlx::PgConnection);

#[async_trait]
impl Gate for Files {
    async fn close(&mut self) {
        sqlx::raw_sql("BEGIN; LOCK TABLE files IN SHARE ROW EXCLUSIVE MODE").execute(&mut self.0).await.unwrap();
    }

    async fn waiting(&mut self) -> i64 {
        // Not pg_stat_activity, which stays as it is in a transaction.
        let sql = "SELECT COUNT(DISTINCT l.pid) FROM pg_locks l JOIN pg_database d ON d.oid = l.database
                   WHERE d.datname = current_database() AND NOT l.granted";
        sqlx::query_scalar(sql).fetch_one(&mut self.0).await.unwrap()
    }

    async fn open(&mut self) {
        sqlx::raw_sql("COMMIT").execute(&mut self.0).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn areas_wait_for_pictures_that_come() {
    let Some(database) = server::database(true).await else { return };
    let options: PgConnectOptions = database.url.parse().unwrap();
    let mut gate = Files(options.connect().await.unwrap());
    let clock = clock();
    let catalog = PostgresCatalog::open_with(&database.url, Some(clock.clone())).await.unwrap();
    let subject = Subject { catalog: Arc::new(catalog), clock, keep: Box::new(database) };
    an_area_waits_for_a_picture_that_comes(subject, &mut gate).await;
}
