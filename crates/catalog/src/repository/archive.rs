//! The whole catalog out of one database, and into another.

use async_trait::async_trait;

use crate::{
    Result,
    archive::{Column, Row, Table},
};

/// One state of the catalog, as it was when it was opened, whatever is written meanwhile. Dropped, it is closed.
#[async_trait]
pub trait Snapshot: Send {
    /// Rows of a table in the order of its key, after the given one, at most `limit`. What a lease holds is told as if
    /// nobody held it (see [`crate::archive::TABLES`]).
    async fn rows(&mut self, table: &'static Table, after: Option<&Row>, limit: i64) -> Result<Vec<Row>>;
}

/// Rows on their way into an empty catalog, in one transaction. Dropped before [`Import::commit`], nothing was done.
#[async_trait]
pub trait Import: Send {
    /// Takes rows of a table, with values for these of its columns; the others get what the schema gives them. Rows come
    /// after those that they refer to: table by table in the order of [`crate::archive::TABLES`], or in batches of which
    /// each keeps to that order.
    async fn rows(&mut self, table: &'static Table, columns: &[&'static Column], rows: Vec<Row>) -> Result<()>;
    /// Makes the indexes, computes what is derived from the rows, notes how far the restore is (see
    /// [`Archive::begin_restore`]), and makes all of it durable.
    async fn commit(self: Box<Self>, note: &str) -> Result<()>;
}

/// What [`Archive::begin_restore`] found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Beginning {
    /// The catalog was empty and is now taken by this restore.
    Begun,
    /// A restore began before and did not end. This is its latest note.
    Unfinished(String),
    /// The catalog holds somebody's data.
    InUse,
}

/// The catalog as rows that belong to no database.
///
/// A restore is [`begin_restore`](Self::begin_restore), [`import`](Self::import), whatever else has to be done to the
/// catalog before anybody may see it, and [`finish_restore`](Self::finish_restore). In between, no role starts:
/// [`unfinished_restore`](Self::unfinished_restore) tells it not to.
#[async_trait]
pub trait Archive: Send + Sync {
    /// Opens the present state for reading.
    async fn snapshot(&self) -> Result<Box<dyn Snapshot>>;
    /// Takes an empty catalog for a restore, of which the note tells. Empty is one without accounts and whatever
    /// belongs to them. Nothing changes unless the answer is [`Beginning::Begun`].
    async fn begin_restore(&self, note: &str) -> Result<Beginning>;
    /// Begins to import. [`crate::CatalogError::Conflict`] if the catalog is not empty.
    async fn import(&self) -> Result<Box<dyn Import>>;
    /// The note of a restore that began and did not end.
    async fn unfinished_restore(&self) -> Result<Option<String>>;
    /// Ends the restore. From now on the instance is another than the one it is a copy of: this is its identifier,
    /// kept as the secret [`crate::archive::INSTANCE`].
    async fn finish_restore(&self, instance: &[u8]) -> Result<()>;
}
