//! PostgreSQL keeps the rules of the repository traits. The server is named by `FLANEUR_TEST_POSTGRES`, which `make test`
//! sets; without it, these tests say that they were not run.
#![expect(clippy::unwrap_used, reason = "this is test code")]

mod server;

use std::sync::Arc;

use flaneur_catalog::{
    conformance::{Subject, clock},
    postgres::PostgresCatalog,
};

async fn make() -> Option<Subject> {
    let database = server::database(true).await?;
    let clock = clock();
    let catalog = PostgresCatalog::open_with(&database.url, Some(clock.clone())).await.unwrap();
    Some(Subject { catalog: Arc::new(catalog), clock, keep: Box::new(database) })
}

flaneur_catalog::conformance_tests!(make);
