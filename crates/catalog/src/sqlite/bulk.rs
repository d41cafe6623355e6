//! Many rows at once: statements of many rows each.

use super::{
    Connection, Db,
    sql::archive::{bind, check_row},
};
use crate::{
    Result,
    archive::{Column, Row, Table},
};

type Arguments = <Db as sqlx::Database>::Arguments;

/// Most values of one statement: beyond, a longer one gains nothing.
const VALUES: usize = 2000;

/// Writes rows of a table, with values for these of its columns.
pub async fn insert(
    connection: &mut Connection,
    table: &'static Table,
    columns: &[&'static Column],
    rows: Vec<Row>,
) -> Result<()> {
    let names: Vec<&str> = columns.iter().map(|column| column.name).collect();
    let head = format!("INSERT INTO {table} ({}) VALUES ", names.join(", "));
    // Without numbers: SQLite looks numbered placeholders up one after another for each.
    let line = format!("({})", vec!["?"; columns.len()].join(", "));
    let at_once = (VALUES / columns.len().max(1)).max(1);
    let mut rows = rows.into_iter().peekable();
    while rows.peek().is_some() {
        let mut arguments = Arguments::default();
        let mut number = 0;
        for row in rows.by_ref().take(at_once) {
            check_row(table, columns, &row)?;
            for (column, value) in columns.iter().zip(row) {
                bind(&mut arguments, column.kind, value)?;
            }
            number += 1;
        }
        let sql = head.clone() + &vec![line.as_str(); number].join(", ");
        // A statement of the usual length comes again and again; what is left at an end is of a length of its own.
        let query = sqlx::query_with(sqlx::AssertSqlSafe(sql), arguments).persistent(number == at_once);
        query.execute(&mut *connection).await?;
    }
    Ok(())
}
