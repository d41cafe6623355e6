//! SQLite behind the repository traits.
//!
//! One connection writes, in `BEGIN IMMEDIATE` transactions that never wait for anything but SQL; others read, each in
//! a snapshot of its own. So writers queue up in this process rather than in the database, and readers wait for nobody.
//!
//! The queries are those of `sql`; what SQLite says in its own way is in `dialect`.
//! There are no planner statistics on purpose: which index a query takes then follows from the schema alone, and the
//! findings of `tests/plans.rs` hold in production.

mod bulk;

use std::{path::Path, sync::Arc, time::Duration};

use sqlx::{
    ConnectOptions as _, Connection as _,
    pool::PoolOptions,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};

use crate::{
    Result,
    migrations::{Applied, pending},
    signals::{Bells, Topic},
    world::{Clock, SteadyClock},
};

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
    /// Whether one writer waits for another wherever they write, so that looking is cheaper than trying.
    pub const WRITERS_IN_LINE: bool = true;
    /// The greatest of some values.
    pub const GREATEST: &str = "MAX";
    /// The database's clock, microseconds since 1970.
    pub const NOW: &str = "CAST(unixepoch('subsec') * 1000000 AS INTEGER)";
    /// Writers stand in line: lines of the change log are born with their numbers.
    pub const NUMBERING: Option<super::sql::Numbering> = None;
    /// Folds what writers added to the counts of coverage side by side. Here, they add to what is there.
    pub const FOLD: Option<&str> = None;
    /// Published pictures `p` whose keys are in `spans`: the spans lead.
    pub const PICTURES_IN_SPANS: &str = "spans w CROSS JOIN pictures p";
    /// In front of a column: do not choose an index by it.
    pub const NO_INDEX: &str = "+";

    /// Lets others decide by areas, too, and nobody write any. Here, who writes is alone.
    pub const SHARE_AREAS: Option<&str> = None;
    /// Lets nobody decide by areas, or write any. Here, who writes is alone.
    pub const HOLD_AREAS: Option<&str> = None;

    /// What is to be seen now of the touches of coverage: the last number given, as text.
    pub const SIGHT: &str =
        "SELECT CAST(COALESCE((SELECT seq FROM sqlite_sequence WHERE name = 'coverage_touches'), 0) AS TEXT)";
    /// That, out of the text `$3`.
    pub const SEEN_OF_TEXT: &str = "CAST($3 AS INTEGER)";
    /// Whether the touch `x` was not to be seen when the tile `t` was drawn.
    pub const TOUCH_UNSEEN: &str = "x.number > t.seen";
    /// Forgets touches from before `$1`, at most `$2`, and first the tiles that they tell are not true any more.
    pub const FORGET_TOUCHES: &[&str] = &[
        "DELETE FROM coverage_tiles WHERE rowid IN (
             SELECT t.rowid
             FROM (SELECT zoom, cell, number FROM coverage_touches WHERE at < $1 ORDER BY at, number LIMIT +$2) found
             CROSS JOIN coverage_tiles t WHERE t.zoom = found.zoom AND t.cell = found.cell AND t.seen < found.number)",
        "DELETE FROM coverage_tiles WHERE zoom < 6 AND seen < (
             SELECT MAX(found.number)
             FROM (SELECT number FROM coverage_touches WHERE at < $1 ORDER BY at, number LIMIT +$2) found)",
        "DELETE FROM coverage_touches WHERE number IN (
             SELECT number FROM coverage_touches WHERE at < $1 ORDER BY at, number LIMIT +$2)",
    ];

    /// Keeps others from counting pictures while all are counted anew. Here, there are none.
    pub const HOLD_COUNTS: Option<&str> = None;
    /// Lets the statements of a transaction take long. Here, they may.
    pub const LET_TAKE_LONG: Option<&str> = None;
    /// The indexes of a bound table that only make queries quick or rows unique: name, and the statement that makes it. In
    /// the order of the schema: of two indexes that serve a query alike, their order decides.
    pub const INDEXES: &str = "SELECT name, sql FROM sqlite_schema
        WHERE type = 'index' AND sql IS NOT NULL AND tbl_name = $1 ORDER BY rowid";
    /// Gives the sorting of large indexes memory, 64 MiB. It stays with the connection: who imports does little else.
    pub const ROOM_FOR_SORTING: &str = "PRAGMA cache_size = -65536";

    /// A text as this database can hold it.
    pub fn text(text: String) -> String {
        text
    }

    /// Has the numbers of a table's column go on after the greatest. Here, they do so by themselves.
    pub const CONTINUE_COUNTER: Option<fn(&str, &str) -> String> = None;

    /// Between a text and a pattern: whether it looks like that. Capital letters count.
    pub const LIKE: &str = "GLOB";

    /// A pattern as [`LIKE`] reads it.
    pub fn pattern(pattern: &crate::model::Pattern) -> String {
        use crate::model::PatternPart;
        let mut written = String::new();
        for part in &pattern.0 {
            match part {
                PatternPart::One => written.push('?'),
                PatternPart::Some => written.push('*'),
                PatternPart::Text(text) => {
                    for letter in text.chars() {
                        if matches!(letter, '*' | '?' | '[') {
                            written.extend(['[', letter, ']']);
                        } else {
                            written.push(letter);
                        }
                    }
                }
            }
        }
        written
    }

    /// The subquery of the identifiers in a bound JSON array of 32 hexadecimal digits each.
    pub fn id_list(placeholder: &str) -> String {
        format!("SELECT unhex(value) FROM json_each({placeholder})")
    }
}

/// Tells other processes of news. Those at the same file ask often enough.
#[derive(Debug, Clone)]
struct Courier;

impl Courier {
    #[expect(clippy::unused_self, reason = "other databases have something to send with")]
    fn send(&self, _: Topic) {}

    #[expect(clippy::unused_self, reason = "other databases have something to stop")]
    fn stop(&self) {}
}

/// How long a writer waits for its turn, and for other processes at the same file.
const PATIENCE: Duration = Duration::from_mins(1);

/// Prepared statements that a connection keeps.
const STATEMENTS: usize = 256;

/// Whether a connection that nobody uses can be used. When a disk is full or fails, SQLite ends a transaction by itself; the
/// driver's own attempt to end it then fails, and from there on it takes the connection for one within a transaction that
/// nobody can end. One that is within a transaction is asked something first: its ending may be under way. Others need not be
/// asked: each question is two hand-overs between threads, which cost more than to read a picture.
async fn is_sound(connection: &mut Connection) -> sqlx::Result<bool> {
    if connection.is_in_transaction() {
        connection.ping().await?;
    }
    Ok(!connection.is_in_transaction())
}

fn migrations() -> sqlx::migrate::Migrator {
    let mut migrations = sqlx::migrate!("../../migrations/sqlite");
    // A schema that is newer than the program: an upgrade was taken back, and the old version still works with it.
    migrations.set_ignore_missing(true);
    migrations
}

impl SqliteCatalog {
    /// Opens the file, makes it if there is none, and brings its schema up to date.
    ///
    /// A commit is on the disk when it returns (`synchronous=FULL`). The folder must exist.
    pub async fn open(path: &Path) -> Result<Self> {
        // All leases are timed in this process or on this machine; what its clock is set to meanwhile is no matter.
        Self::open_with(path, Arc::new(SteadyClock::new())).await
    }

    /// The same, with a clock that leases go by.
    pub async fn open_with(path: &Path, clock: Arc<dyn Clock>) -> Result<Self> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .foreign_keys(true)
            .busy_timeout(PATIENCE)
            .statement_cache_capacity(STATEMENTS);
        let writing = options
            .clone()
            .create_if_missing(true)
            // What is deleted is overwritten: a name that was erased is not to be found in a corner of the file.
            .pragma("secure_delete", "ON")
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full);
        let writer = PoolOptions::new()
            .max_connections(1)
            .min_connections(1)
            .idle_timeout(None)
            .max_lifetime(None)
            .acquire_timeout(PATIENCE)
            .test_before_acquire(false)
            .before_acquire(|connection, _| Box::pin(is_sound(connection)))
            .connect_with(writing)
            .await?;
        migrations().run(&writer).await?;
        let parallel = std::thread::available_parallelism().map_or(4, |n| n.get() as u32);
        let readers = PoolOptions::new()
            .max_connections(parallel.clamp(4, 16))
            .acquire_timeout(PATIENCE)
            .max_lifetime(None)
            .test_before_acquire(false)
            .before_acquire(|connection, _| Box::pin(is_sound(connection)))
            .connect_lazy_with(options.read_only(true));
        Ok(Self {
            writer,
            readers,
            clock: Some(clock),
            wakes: Arc::default(),
            bells: Arc::new(Bells::default()),
            courier: Courier,
        })
    }

    /// Names of migrations that [`Self::open`] would apply. A file that is not there is not made.
    pub async fn pending_migrations(path: &Path) -> Result<Vec<String>> {
        if !path.exists() {
            return pending(&migrations(), &[]);
        }
        let options = SqliteConnectOptions::new().filename(path).read_only(true).busy_timeout(PATIENCE);
        let mut connection = options.connect().await?;
        let there: bool =
            sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = '_sqlx_migrations')")
                .fetch_one(&mut connection)
                .await?;
        let applied: Vec<Applied> = if there {
            sqlx::query_as("SELECT version, checksum FROM _sqlx_migrations WHERE success")
                .fetch_all(&mut connection)
                .await?
        } else {
            Vec::new()
        };
        connection.close().await?;
        pending(&migrations(), &applied)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Jobs as _, model::JobId, model::JobKind, world::World};

    #[tokio::test]
    async fn after_the_disk_was_full_it_writes_again() {
        let folder = tempfile::tempdir().unwrap();
        let catalog = SqliteCatalog::open(&folder.path().join("catalog.db")).await.unwrap();
        let world = World::real();
        let ask = || catalog.enqueue(JobId(world.id()), JobKind::Dispatch, world.id(), world.now());
        ask().await.unwrap();
        let limit = async |pages: &'static str| {
            let mut connection = catalog.writer.acquire().await.unwrap();
            sqlx::query(pages).execute(&mut *connection).await.unwrap();
        };
        // The database must not grow: as on a disk with no space left. (The least possible is the present size.)
        limit("PRAGMA max_page_count = 1").await;
        let mut refused = None;
        for _ in 0..1000 {
            if let Err(error) = ask().await {
                refused = Some(error);
                break;
            }
        }
        let refused = refused.unwrap();
        assert!(refused.passes() && format!("{refused:?}").contains("full"), "{refused:?}");
        limit("PRAGMA max_page_count = 1000000").await;
        ask().await.unwrap();
    }
}
