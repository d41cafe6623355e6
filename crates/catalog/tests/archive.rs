//! The whole catalog goes from one file into another, and the description of its tables is that of the schema.
#![expect(clippy::unwrap_used, reason = "this is test code")]

use std::sync::Arc;

use flaneur_catalog::{
    Archive as _,
    archive::{Kind, LEFT_OUT, TABLES},
    conformance::{Subject, clock, round_trip},
    postgres::PostgresCatalog,
    sqlite::SqliteCatalog,
};
use proptest::prelude::*;
use sqlx::{Connection as _, SqliteConnection};

mod server;

async fn file() -> Subject {
    let folder = tempfile::tempdir().unwrap();
    let clock = clock();
    let catalog = SqliteCatalog::open_with(&folder.path().join("catalog.sqlite"), clock.clone()).await.unwrap();
    Subject { catalog: Arc::new(catalog), clock, keep: Box::new(folder) }
}

async fn database() -> Option<Subject> {
    let database = server::database(true).await?;
    let clock = clock();
    let catalog = PostgresCatalog::open_with(&database.url, Some(clock.clone())).await.unwrap();
    Some(Subject { catalog: Arc::new(catalog), clock, keep: Box::new(database) })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_in_one_file_is_in_the_other(seed: u64) {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async { round_trip(file().await, file().await, seed).await });
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_in_a_file_is_in_a_server() {
    let Some(to) = database().await else { return };
    round_trip(file().await, to, 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_in_a_server_is_in_a_file() {
    let Some(from) = database().await else { return };
    round_trip(from, file().await, 2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_in_one_server_is_in_the_other() {
    let (Some(from), Some(to)) = (database().await, database().await) else { return };
    round_trip(from, to, 3).await;
}

/// Whoever adds a table or a column and forgets to describe it fails here.
#[tokio::test]
async fn every_table_and_column_is_described() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("catalog.sqlite");
    SqliteCatalog::open(&path).await.unwrap().close().await;
    let mut connection = SqliteConnection::connect(&format!("sqlite:{}", path.display())).await.unwrap();
    let real: Vec<(String, String, String, bool, i64)> = sqlx::query_as(
        "SELECT t.name, c.name, c.type, c.\"notnull\", c.pk FROM sqlite_schema t, pragma_table_info(t.name) c
         WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' ORDER BY t.name, c.cid",
    )
    .fetch_all(&mut connection)
    .await
    .unwrap();
    assert!(real.len() > 100, "{}", real.len());
    let mut described = 0;
    for (table, column, kind, not_null, key) in real {
        if LEFT_OUT.iter().any(|(name, _)| *name == table) {
            continue;
        }
        let Some(of_table) = TABLES.iter().find(|each| each.name == table) else {
            panic!("the table {table} is not in archive/tables.rs");
        };
        let Some(at) = of_table.position(&column) else {
            panic!("the column {table}.{column} is not in archive/tables.rs");
        };
        let of_column = &of_table.columns[at];
        let type_name = match of_column.kind {
            Kind::Integer | Kind::Boolean => "INTEGER",
            Kind::Real => "REAL",
            Kind::Text | Kind::Json => "TEXT",
            // Bytes, or the JSON of before.
            Kind::Packed => "ANY",
            Kind::Bytes | Kind::Uuid => "BLOB",
        };
        assert_eq!(kind, type_name, "{table}.{column}");
        // SQLite does not say that an integer that is the primary key cannot be null.
        assert_eq!(of_column.nullable, !not_null && key == 0, "{table}.{column} may be null");
        let in_key = of_table.key.iter().position(|each| *each == column);
        assert_eq!(in_key.map_or(0, |at| at as i64 + 1), key, "{table}.{column} in the primary key");
        described += 1;
    }
    let columns: usize = TABLES.iter().map(|table| table.columns.len()).sum();
    assert_eq!(columns, described, "everything that is described is there");
}

/// The same for PostgreSQL, whose tables are to have the same columns.
#[tokio::test]
async fn every_table_and_column_of_a_server_is_described() {
    let Some(database) = server::database(true).await else { return };
    PostgresCatalog::open(&database.url).await.unwrap().close().await;
    let mut connection = sqlx::PgConnection::connect(&database.url).await.unwrap();
    let real: Vec<(String, String, String, bool)> = sqlx::query_as(
        "SELECT table_name::TEXT, column_name::TEXT, data_type::TEXT, is_nullable = 'YES'
         FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1, ordinal_position",
    )
    .fetch_all(&mut connection)
    .await
    .unwrap();
    let mut described = 0;
    for (table, column, kind, nullable) in real {
        // What is only this database's own: the order in which changes were written, before they are numbered.
        if LEFT_OUT.iter().any(|(name, _)| *name == table) || (table.as_str(), column.as_str()) == ("changes", "id") {
            continue;
        }
        let of_table = TABLES.iter().find(|each| each.name == table);
        let of_column = of_table.and_then(|table| Some(&table.columns[table.position(&column)?]));
        let Some(of_column) = of_column else { panic!("{table}.{column} is not in archive/tables.rs") };
        let type_name = match of_column.kind {
            Kind::Integer => "bigint",
            Kind::Boolean => "boolean",
            Kind::Real => "double precision",
            Kind::Text => "text",
            Kind::Json => "json",
            Kind::Bytes | Kind::Packed => "bytea",
            Kind::Uuid => "uuid",
        };
        assert_eq!(kind, type_name, "{table}.{column}");
        let numbered_later = (table.as_str(), column.as_str()) == ("changes", "number");
        assert_eq!(of_column.nullable, nullable && !numbered_later, "{table}.{column} may be null");
        described += 1;
    }
    let columns: usize = TABLES.iter().map(|table| table.columns.len()).sum();
    assert_eq!(columns, described, "everything that is described is there");
}

/// Indexes of a file, in the order in which queries are planned by them.
async fn indexes_of_file(connection: &mut SqliteConnection) -> Vec<(String, String)> {
    sqlx::query_as(
        "SELECT tbl_name, sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL ORDER BY tbl_name, rowid",
    )
    .fetch_all(connection)
    .await
    .unwrap()
}

#[tokio::test]
async fn an_import_makes_every_index_anew() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("catalog.sqlite");
    let catalog = SqliteCatalog::open(&path).await.unwrap();
    let mut connection = SqliteConnection::connect(&format!("sqlite:{}", path.display())).await.unwrap();
    let before = indexes_of_file(&mut connection).await;
    assert!(before.len() > 20, "{before:?}");
    drop(catalog.import().await.unwrap());
    catalog.import().await.unwrap().commit("imported").await.unwrap();
    assert_eq!(indexes_of_file(&mut connection).await, before);
}

#[tokio::test]
async fn an_import_makes_every_index_of_a_server_anew() {
    let Some(database) = server::database(true).await else { return };
    let catalog = PostgresCatalog::open(&database.url).await.unwrap();
    let mut connection = sqlx::PgConnection::connect(&database.url).await.unwrap();
    let indexes = "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1";
    let before: Vec<String> = sqlx::query_scalar(indexes).fetch_all(&mut connection).await.unwrap();
    assert!(before.len() > 40, "{}", before.len());
    drop(catalog.import().await.unwrap());
    catalog.import().await.unwrap().commit("imported").await.unwrap();
    let after: Vec<String> = sqlx::query_scalar(indexes).fetch_all(&mut connection).await.unwrap();
    assert_eq!(after, before);
    catalog.close().await;
}
