//! The catalog as rows that belong to no database: for backups, and for moving from one database to another.
//!
//! [`TABLES`] describes what is kept, [`Value`] is what a column may hold. What is not kept is in [`LEFT_OUT`]. Whoever
//! adds a table or a column adds it here; a test compares this description with the schema.

mod tables;

use std::fmt;

use serde_json::value::RawValue;
use uuid::Uuid;

pub use tables::{LEFT_OUT, TABLES};

/// What the values of a column are. Each database has a type for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A whole number, 64 bits with sign.
    Integer,
    /// A number, IEEE 754 double.
    Real,
    /// True or false.
    Boolean,
    /// Text.
    Text,
    /// Bytes.
    Bytes,
    /// An identifier.
    Uuid,
    /// A JSON document.
    Json,
    /// A JSON document that is stored packed. In an archive it is as any other.
    Packed,
}

/// What a column holds in a row.
#[derive(Debug, Clone)]
pub enum Value {
    /// Nothing.
    Null,
    /// A whole number.
    Integer(i64),
    /// A number.
    Real(f64),
    /// True or false.
    Boolean(bool),
    /// Text.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
    /// An identifier.
    Uuid(Uuid),
    /// A JSON document, as it was written.
    Json(Box<RawValue>),
}

impl PartialEq for Value {
    /// Numbers are compared bit by bit, documents by their text.
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Null, Self::Null) => true,
            (Self::Integer(one), Self::Integer(other)) => one == other,
            (Self::Real(one), Self::Real(other)) => one.to_bits() == other.to_bits(),
            (Self::Boolean(one), Self::Boolean(other)) => one == other,
            (Self::Text(one), Self::Text(other)) => one == other,
            (Self::Bytes(one), Self::Bytes(other)) => one == other,
            (Self::Uuid(one), Self::Uuid(other)) => one == other,
            (Self::Json(one), Self::Json(other)) => one.get() == other.get(),
            _ => false,
        }
    }
}

/// One row: a value for each column, in the columns' order.
pub type Row = Vec<Value>;

/// A column of a table.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// Its name, the same in every database.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// Whether it may hold nothing.
    pub nullable: bool,
    /// The SQL expression that is archived: the column itself, unless its state is of no use elsewhere.
    pub read: &'static str,
}

/// A table that is archived.
#[derive(Debug, Clone, Copy)]
pub struct Table {
    /// Its name, the same in every database.
    pub name: &'static str,
    /// Its columns. A row has a value for each, in this order.
    pub columns: &'static [Column],
    /// The columns of its primary key, in whose order rows are read.
    pub key: &'static [&'static str],
    /// The condition on rows that are archived, in SQL.
    pub only: Option<&'static str>,
    /// A column that the database numbers by itself: numbers go on after the greatest.
    pub counter: Option<&'static str>,
}

impl Table {
    /// The table of a name.
    pub fn named(name: &str) -> Option<&'static Self> {
        TABLES.iter().find(|table| table.name == name)
    }

    /// Where a column stands in a row.
    pub fn position(&self, column: &str) -> Option<usize> {
        self.columns.iter().position(|each| each.name == column)
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// How what is computed is written into columns, for whoever makes rows.
pub mod stored {
    /// The cells of `sequence_cells` that a track crosses.
    pub use crate::stored::cells::covering as cells;
    /// A track in the column `lines` of `sequences`.
    pub use crate::stored::lines::encode as lines;
    /// An area in the column `shape` of `areas`.
    pub use crate::stored::shapes::encode as shape;
}

/// Name of the secret that says that a restore into this catalog has begun and not ended.
pub const RESTORING: &str = "restoring";
/// Name of the secret that tells this instance from every other, also from the one it was restored from.
pub const INSTANCE: &str = "instance";
