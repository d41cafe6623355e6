//! SQLite behind the repository traits.
//!
//! One connection writes, in `BEGIN IMMEDIATE` transactions that never wait for anything but SQL; others read, each in
//! a snapshot of its own. So writers queue up in this process rather than in the database, and readers wait for nobody.
//!
//! The queries are those of `sql`; what SQLite says in its own way is in `dialect`.
//! There are no planner statistics on purpose: which index a query takes then follows from the schema alone, and the
//! findings of `tests/plans.rs` hold in production.

use std::{path::Path, time::Duration};

use sqlx::{
    pool::PoolOptions,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};

use crate::Result;

/// The database that the queries of this module are for.
type Db = sqlx::Sqlite;
/// One connection to it.
type Connection = sqlx::SqliteConnection;

#[path = "../sql/mod.rs"]
mod sql;

/// The catalog in one SQLite file. Clones share the connections.
pub use sql::Store as SqliteCatalog;

/// Fragments in which databases differ.
mod dialect {
    /// Begins a transaction that will write.
    pub const BEGIN_WRITE: &str = "BEGIN IMMEDIATE";
    /// Begins a transaction that reads one state of the database.
    pub const BEGIN_READ: &str = "BEGIN";
    /// Function of (text, part): where the part first is in the text, from 1; else 0.
    pub const POSITION: &str = "instr";
    /// Keeps other writers from a row that was read. Here, there are none.
    pub const FOR_UPDATE: &str = "";
    /// Passes over rows that others hold. Here, there are none.
    pub const SKIP_LOCKED: &str = "";
    /// In front of a column: do not choose an index by it.
    pub const NO_INDEX: &str = "+";

    /// The present time of the database's own clock, microseconds since 1970.
    pub const NOW: &str = "CAST(ROUND((julianday('now') - 2440587.5) * 86400000) AS INTEGER) * 1000";

    /// Has the numbers of a column go on after the greatest. Here, they do so by themselves.
    pub fn continue_counter(_table: &str, _column: &str) -> Option<String> {
        None
    }

    /// The subquery of the identifiers in a bound JSON array of 32 hexadecimal digits each.
    pub fn id_list(placeholder: &str) -> String {
        format!("SELECT unhex(value) FROM json_each({placeholder})")
    }
}

/// How long a writer waits for its turn, and for other processes at the same file.
const PATIENCE: Duration = Duration::from_mins(1);

/// Prepared statements that a connection keeps.
const STATEMENTS: usize = 256;

static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("../../migrations/sqlite");

impl SqliteCatalog {
    /// Opens the file, makes it if there is none, and brings its schema up to date.
    ///
    /// A commit is on the disk when it returns (`synchronous=FULL`). The folder must exist.
    pub async fn open(path: &Path) -> Result<Self> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .foreign_keys(true)
            .busy_timeout(PATIENCE)
            .statement_cache_capacity(STATEMENTS);
        let writing = options
            .clone()
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full);
        let writer = PoolOptions::new()
            .max_connections(1)
            .min_connections(1)
            .idle_timeout(None)
            .max_lifetime(None)
            .acquire_timeout(PATIENCE)
            .connect_with(writing)
            .await?;
        MIGRATIONS.run(&writer).await?;
        let parallel = std::thread::available_parallelism().map_or(4, |n| n.get() as u32);
        let readers = PoolOptions::new()
            .max_connections(parallel.clamp(4, 16))
            .acquire_timeout(PATIENCE)
            .max_lifetime(None)
            .connect_lazy_with(options.read_only(true));
        Ok(Self { writer, readers })
    }
}
