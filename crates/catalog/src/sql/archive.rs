//! The whole catalog out of one database, and into another.

use async_trait::async_trait;
use serde_json::value::RawValue;
use sqlx::{Arguments as _, Row as _, types::Json};
use uuid::Uuid;

use super::{Connection, Db, Store, Transaction, at_least_none, bulk, commit, counts, dialect};
use crate::{
    CatalogError, Result,
    archive::{Column, INSTANCE, Kind, RESTORING, Row, TABLES, Table, Value},
    repository::{Archive, Beginning, Import, Snapshot},
    stored::packed::{self, Packed},
};

/// How often a state is looked for in which every change has its number; after that, those without are left out.
const PATIENCE: u32 = 50;

type Arguments = <Db as sqlx::Database>::Arguments;

/// Adds a value, or nothing of the column's kind. A document belongs into a column of documents, and so on.
pub fn bind(arguments: &mut Arguments, kind: Kind, value: Value) -> Result<()> {
    let added = match (kind, value) {
        (Kind::Integer, Value::Integer(value)) => arguments.add(value),
        (Kind::Real, Value::Real(value)) => arguments.add(value),
        (Kind::Boolean, Value::Boolean(value)) => arguments.add(value),
        (Kind::Text, Value::Text(value)) => arguments.add(dialect::text(value)),
        (Kind::Bytes, Value::Bytes(value)) => arguments.add(value),
        (Kind::Uuid, Value::Uuid(value)) => arguments.add(value),
        // As text, so that it stays what it is to the byte.
        (Kind::Json, Value::Json(value)) => arguments.add(value.get().to_owned()),
        (Kind::Packed, Value::Json(value)) => arguments.add(packed::pack(value.get().as_bytes())),
        (Kind::Integer, Value::Null) => arguments.add(None::<i64>),
        (Kind::Real, Value::Null) => arguments.add(None::<f64>),
        (Kind::Boolean, Value::Null) => arguments.add(None::<bool>),
        (Kind::Text | Kind::Json, Value::Null) => arguments.add(None::<String>),
        (Kind::Bytes | Kind::Packed, Value::Null) => arguments.add(None::<Vec<u8>>),
        (Kind::Uuid, Value::Null) => arguments.add(None::<Uuid>),
        (kind, value) => {
            return Err(CatalogError::Corrupt { what: "archived value", text: format!("{value:?} is not {kind:?}") });
        }
    };
    Ok(added.map_err(sqlx::Error::Encode)?)
}

/// What a row holds at a place.
fn value(row: &<Db as sqlx::Database>::Row, at: usize, kind: Kind) -> Result<Value> {
    Ok(match kind {
        Kind::Integer => row.try_get::<Option<i64>, _>(at)?.map_or(Value::Null, Value::Integer),
        Kind::Real => row.try_get::<Option<f64>, _>(at)?.map_or(Value::Null, Value::Real),
        Kind::Boolean => row.try_get::<Option<bool>, _>(at)?.map_or(Value::Null, Value::Boolean),
        Kind::Text => row.try_get::<Option<String>, _>(at)?.map_or(Value::Null, Value::Text),
        Kind::Bytes => row.try_get::<Option<Vec<u8>>, _>(at)?.map_or(Value::Null, Value::Bytes),
        Kind::Uuid => row.try_get::<Option<Uuid>, _>(at)?.map_or(Value::Null, Value::Uuid),
        Kind::Json => {
            row.try_get::<Option<Json<Box<RawValue>>>, _>(at)?.map_or(Value::Null, |document| Value::Json(document.0))
        }
        Kind::Packed => {
            row.try_get::<Option<Packed<Box<RawValue>>>, _>(at)?.map_or(Value::Null, |document| Value::Json(document.0))
        }
    })
}

/// A list of so many placeholders, from a number on.
fn placeholders(from: usize, number: usize) -> String {
    (from..from + number).map(|at| format!("${at}")).collect::<Vec<_>>().join(", ")
}

struct SqlSnapshot(Transaction);

#[async_trait]
impl Snapshot for SqlSnapshot {
    async fn rows(&mut self, table: &'static Table, after: Option<&Row>, limit: i64) -> Result<Vec<Row>> {
        let mut arguments = Arguments::default();
        let mut conditions: Vec<String> = table.only.into_iter().map(str::to_owned).collect();
        let key = table.key.join(", ");
        if let Some(after) = after {
            for column in table.key {
                let at = table.position(column).unwrap_or_default();
                let value = after.get(at).cloned().unwrap_or(Value::Null);
                bind(&mut arguments, table.columns[at].kind, value)?;
            }
            conditions.push(format!("({key}) > ({})", placeholders(1, table.key.len())));
        }
        arguments.add(at_least_none(limit)).map_err(sqlx::Error::Encode)?;
        let columns: Vec<&str> = table.columns.iter().map(|column| column.read).collect();
        let filter = if conditions.is_empty() { String::new() } else { format!(" WHERE {}", conditions.join(" AND ")) };
        let sql =
            format!("SELECT {} FROM {table}{filter} ORDER BY {key} LIMIT +${}", columns.join(", "), arguments.len());
        let rows = sqlx::query_with(sqlx::AssertSqlSafe(sql), arguments).fetch_all(&mut *self.0).await?;
        rows.iter()
            .map(|row| table.columns.iter().enumerate().map(|(at, column)| value(row, at, column.kind)).collect())
            .collect()
    }
}

/// Refuses a row that has not a value for each column.
pub fn check_row(table: &Table, columns: &[&'static Column], row: &Row) -> Result<()> {
    if row.len() == columns.len() {
        return Ok(());
    }
    let text = format!("{} values for {} columns of {table}", row.len(), columns.len());
    Err(CatalogError::Corrupt { what: "archived row", text })
}

/// Rows come without indexes, which are made when all are there: sorting once is much cheaper than looking for each row's
/// place in every index, and a large catalog's indexes do not fit into memory.
struct SqlImport {
    tx: Transaction,
    /// The statements that make the indexes that were dropped.
    indexes: Vec<String>,
}

impl SqlImport {
    async fn begin(mut tx: Transaction) -> Result<Self> {
        sqlx::query(dialect::ROOM_FOR_SORTING).execute(&mut *tx).await?;
        let mut indexes = Vec::new();
        for table in TABLES {
            let found: Vec<(String, String)> =
                sqlx::query_as(dialect::INDEXES).bind(table.name).fetch_all(&mut *tx).await?;
            for (name, definition) in found {
                sqlx::query(sqlx::AssertSqlSafe(format!("DROP INDEX {name}"))).execute(&mut *tx).await?;
                indexes.push(definition);
            }
        }
        Ok(Self { tx, indexes })
    }
}

#[async_trait]
impl Import for SqlImport {
    async fn rows(&mut self, table: &'static Table, columns: &[&'static Column], rows: Vec<Row>) -> Result<()> {
        bulk::insert(&mut self.tx, table, columns, rows).await
    }

    async fn commit(mut self: Box<Self>, note: &str) -> Result<()> {
        counts::take_time(&mut self.tx).await?;
        for definition in self.indexes {
            sqlx::query(sqlx::AssertSqlSafe(definition)).execute(&mut *self.tx).await?;
        }
        counts::recount(&mut self.tx).await?;
        for table in TABLES {
            if let (Some(sql), Some(column)) = (dialect::CONTINUE_COUNTER, table.counter) {
                sqlx::query(sqlx::AssertSqlSafe(sql(table.name, column))).execute(&mut *self.tx).await?;
            }
        }
        write_secret(&mut self.tx, RESTORING, note.as_bytes()).await?;
        commit(self.tx).await
    }
}

/// Whether nobody has anything in the catalog. Secrets alone are of no use to anybody.
async fn is_empty(connection: &mut Connection) -> Result<bool> {
    for table in TABLES.iter().filter(|table| table.name != "secrets") {
        let sql = format!("SELECT EXISTS (SELECT 1 FROM {table})");
        if sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(&mut *connection).await? {
            return Ok(false);
        }
    }
    Ok(true)
}

async fn write_secret(connection: &mut Connection, name: &str, value: &[u8]) -> Result<()> {
    sqlx::query(
        "INSERT INTO secrets (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
    )
    .bind(name)
    .bind(value)
    .execute(connection)
    .await?;
    Ok(())
}

async fn note(connection: &mut Connection) -> Result<Option<String>> {
    let note: Option<Vec<u8>> = sqlx::query_scalar("SELECT value FROM secrets WHERE name = $1")
        .bind(RESTORING)
        .fetch_optional(connection)
        .await?;
    Ok(note.map(|note| String::from_utf8_lossy(&note).into_owned()))
}

#[async_trait]
impl Archive for Store {
    async fn snapshot(&self) -> Result<Box<dyn Snapshot>> {
        let mut tries = 0;
        loop {
            tries += 1;
            self.number_changes().await?;
            let mut tx = self.read().await?;
            // The state is that of the first statement. A change that was committed a moment ago may have no number yet.
            let numbered: bool = sqlx::query_scalar("SELECT NOT EXISTS (SELECT 1 FROM changes WHERE number IS NULL)")
                .fetch_one(&mut *tx)
                .await?;
            if numbered || tries == PATIENCE {
                return Ok(Box::new(SqlSnapshot(tx)));
            }
        }
    }

    async fn begin_restore(&self, text: &str) -> Result<Beginning> {
        let mut tx = self.write().await?;
        if let Some(earlier) = note(&mut tx).await? {
            return Ok(Beginning::Unfinished(earlier));
        }
        if !is_empty(&mut tx).await? {
            return Ok(Beginning::InUse);
        }
        write_secret(&mut tx, RESTORING, text.as_bytes()).await?;
        commit(tx).await?;
        Ok(Beginning::Begun)
    }

    async fn import(&self) -> Result<Box<dyn Import>> {
        let mut tx = self.write().await?;
        if !is_empty(&mut tx).await? {
            return Err(CatalogError::Conflict("the catalog"));
        }
        sqlx::query("DELETE FROM secrets WHERE name <> $1").bind(RESTORING).execute(&mut *tx).await?;
        Ok(Box::new(SqlImport::begin(tx).await?))
    }

    async fn unfinished_restore(&self) -> Result<Option<String>> {
        note(&mut *self.readers.acquire().await?).await
    }

    async fn finish_restore(&self, instance: &[u8]) -> Result<()> {
        let mut tx = self.write().await?;
        write_secret(&mut tx, INSTANCE, instance).await?;
        sqlx::query("DELETE FROM secrets WHERE name = $1").bind(RESTORING).execute(&mut *tx).await?;
        commit(tx).await
    }
}
