//! The whole catalog goes from one file into another, and the description of its tables is that of the schema.
#![expect(clippy::unwrap_used, reason = "this is test code")]

use std::sync::Arc;

use flaneur_catalog::{
    archive::{Kind, LEFT_OUT, TABLES},
    conformance::{Subject, round_trip},
    sqlite::SqliteCatalog,
};
use proptest::prelude::*;
use sqlx::{Connection as _, SqliteConnection};

async fn make() -> Subject {
    let folder = tempfile::tempdir().unwrap();
    let catalog = SqliteCatalog::open(&folder.path().join("catalog.sqlite")).await.unwrap();
    Subject { catalog: Arc::new(catalog), keep: Box::new(folder) }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_in_one_file_is_in_the_other(seed: u64) {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async { round_trip(make().await, make().await, seed).await });
    }
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
