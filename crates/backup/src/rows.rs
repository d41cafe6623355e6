//! Rows of the catalog as lines: a heading for each table, then an array for each row.

use flaneur_catalog::archive::{Column, Kind, Row, Table, Value};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::hash::{hex, unhex};

/// The line before a table's rows.
#[derive(Debug, Serialize, Deserialize)]
pub struct Heading {
    /// The table.
    pub table: String,
    /// Its columns: name and kind.
    pub columns: Vec<(String, String)>,
}

fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Integer => "integer",
        Kind::Real => "real",
        Kind::Boolean => "boolean",
        Kind::Text => "text",
        Kind::Bytes => "bytes",
        Kind::Uuid => "uuid",
        Kind::Json | Kind::Packed => "json",
    }
}

impl Heading {
    /// The heading of a table as this version knows it.
    pub fn of(table: &Table) -> Self {
        let columns = table.columns.iter().map(|column| (column.name.to_owned(), kind_name(column.kind).to_owned()));
        Self { table: table.name.to_owned(), columns: columns.collect() }
    }

    /// The table and those of its columns that the rows have, in the rows' order. The error says what this version does
    /// not know.
    pub fn known(&self) -> Result<(&'static Table, Vec<&'static Column>), String> {
        let table = Table::named(&self.table).ok_or_else(|| format!("there is no table {}", self.table))?;
        let columns = self.columns.iter().map(|(name, kind)| {
            let column = table.columns.iter().find(|column| column.name == name);
            column
                .filter(|column| kind_name(column.kind) == kind)
                .ok_or_else(|| format!("the table {table} has no column {name} of the kind {kind}"))
        });
        Ok((table, columns.collect::<Result<_, _>>()?))
    }
}

fn json(value: &impl Serialize) -> String {
    // What is serialised here are texts and numbers, which cannot fail.
    serde_json::to_string(value).unwrap_or_default()
}

fn encode_value(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Integer(number) => number.to_string(),
        Value::Real(number) if number.is_finite() => json(number),
        Value::Real(number) => json(&number.to_string()),
        Value::Boolean(flag) => flag.to_string(),
        Value::Text(text) => json(text),
        Value::Bytes(bytes) => json(&hex(bytes)),
        Value::Uuid(id) => json(&id.to_string()),
        // A document may have been written over several lines.
        Value::Json(document) => document.get().replace(['\n', '\r'], " "),
    }
}

/// A row as a line.
pub fn encode(row: &Row) -> String {
    let values: Vec<String> = row.iter().map(encode_value).collect();
    format!("[{}]", values.join(","))
}

fn decode_value(column: &Column, raw: &RawValue) -> Option<Value> {
    let text = raw.get();
    // A column that cannot be empty holds the document `null`.
    if text == "null" && (column.nullable || !matches!(column.kind, Kind::Json | Kind::Packed)) {
        return column.nullable.then_some(Value::Null);
    }
    let string = || serde_json::from_str::<String>(text).ok();
    Some(match column.kind {
        Kind::Integer => Value::Integer(text.parse().ok()?),
        // Numbers that JSON does not have are texts.
        Kind::Real => Value::Real(text.trim_matches('"').parse().ok()?),
        Kind::Boolean => Value::Boolean(text.parse().ok()?),
        Kind::Text => Value::Text(string()?),
        Kind::Bytes => Value::Bytes(unhex(&string()?)?),
        Kind::Uuid => Value::Uuid(string()?.parse().ok()?),
        Kind::Json | Kind::Packed => Value::Json(raw.to_owned()),
    })
}

/// The row of a line. The error says what is wrong with it.
pub fn decode(columns: &[&'static Column], line: &str) -> Result<Row, String> {
    let values: Vec<&RawValue> = serde_json::from_str(line).map_err(|error| error.to_string())?;
    if values.len() != columns.len() {
        return Err(format!("{} values for {} columns", values.len(), columns.len()));
    }
    let decode = |(column, raw): (&&'static Column, &RawValue)| {
        decode_value(column, raw).ok_or_else(|| format!("{} is not {}", column.name, kind_name(column.kind)))
    };
    columns.iter().zip(values).map(decode).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn all(table: &'static Table) -> Vec<&'static Column> {
        table.columns.iter().collect()
    }

    fn value(column: &'static Column) -> BoxedStrategy<Value> {
        let some = match column.kind {
            Kind::Integer => any::<i64>().prop_map(Value::Integer).boxed(),
            Kind::Real => any::<f64>().prop_map(Value::Real).boxed(),
            Kind::Boolean => any::<bool>().prop_map(Value::Boolean).boxed(),
            Kind::Text => any::<String>().prop_map(Value::Text).boxed(),
            Kind::Bytes => any::<Vec<u8>>().prop_map(Value::Bytes).boxed(),
            Kind::Uuid => any::<u128>().prop_map(|id| Value::Uuid(uuid::Uuid::from_u128(id))).boxed(),
            Kind::Json | Kind::Packed => any::<(String, f64, Option<i64>)>()
                .prop_map(|document| Value::Json(serde_json::value::to_raw_value(&document).unwrap()))
                .boxed(),
        };
        if column.nullable { prop_oneof![some, Just(Value::Null)].boxed() } else { some }
    }

    fn row() -> impl Strategy<Value = (&'static Table, Row)> {
        (0..flaneur_catalog::archive::TABLES.len()).prop_flat_map(|at| {
            let table = &flaneur_catalog::archive::TABLES[at];
            let values: Vec<BoxedStrategy<Value>> = table.columns.iter().map(value).collect();
            (Just(table), values)
        })
    }

    proptest! {
        #[test]
        fn rows_round_trip((table, row) in row()) {
            let line = encode(&row);
            prop_assert!(!line.contains('\n'));
            prop_assert_eq!(decode(&all(table), &line), Ok(row));
        }

        #[test]
        fn no_line_is_too_strange(line: String) {
            let _ = decode(&all(Table::named("pictures").unwrap()), &line);
        }
    }

    #[test]
    fn documents_may_be_null_where_nothing_may_not() {
        let columns = all(Table::named("upload_sets").unwrap());
        let at = columns.iter().position(|column| column.name == "metadata").unwrap();
        let null = RawValue::from_string("null".to_owned()).unwrap();
        assert_eq!(decode(&columns[at..=at], "[null]"), Ok(vec![Value::Json(null)]));
        let at = columns.iter().position(|column| column.name == "title").unwrap();
        assert!(decode(&columns[at..=at], "[null]").is_err());
    }

    #[test]
    fn headings_tell_what_is_not_known() {
        let heading = Heading::of(Table::named("files").unwrap());
        let (table, columns) = heading.known().unwrap();
        assert_eq!((table.name, columns.len()), ("files", table.columns.len()));
        let strange = |table: &str, column: &str, kind: &str| Heading {
            table: table.to_owned(),
            columns: vec![(column.to_owned(), kind.to_owned())],
        };
        assert!(strange("files", "id", "integer").known().is_ok());
        for (table, column, kind) in [("filez", "id", "integer"), ("files", "idd", "integer"), ("files", "id", "text")]
        {
            assert!(strange(table, column, kind).known().is_err());
        }
    }
}
