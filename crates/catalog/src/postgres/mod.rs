//! PostgreSQL (15 or newer) behind the repository traits, without any extension.
//!
//! Transactions that write run side by side at READ COMMITTED, and lock the rows they decide by; those that read see one
//! snapshot. Every one takes its locks in the same order, see `sql/tombstones.rs`. The queries are those of `sql`; what
//! PostgreSQL says in its own way is in `dialect`.

mod bulk;
mod courier;

use std::{str::FromStr as _, sync::Arc, time::Duration};

use sqlx::{
    Connection as _,
    pool::PoolOptions,
    postgres::{PgConnectOptions, PgPool},
};

use self::courier::Courier;
use crate::{
    Result,
    migrations::{Applied, pending},
    signals::Bells,
    world::Clock,
};

/// The database that the queries of this module are for.
type Db = sqlx::Postgres;
/// One connection to it.
type Connection = sqlx::PgConnection;

#[path = "../sql/mod.rs"]
#[expect(clippy::duplicate_mod, reason = "one source of queries, compiled once for each database")]
mod sql;

/// The catalog in one PostgreSQL database. Clones share the connections.
pub use sql::Store as PostgresCatalog;

/// Fragments in which databases differ.
mod dialect {
    use super::sql::Numbering;

    /// Begins a transaction that will write.
    pub const BEGIN_WRITE: &str = "BEGIN";
    /// Begins a transaction that reads one state of the database.
    pub const BEGIN_READ: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
    /// Function of (text, part): where the part first is in the text, from 1; else 0.
    pub const POSITION: &str = "strpos";
    /// Keeps other writers from a row that was read. Who only refers to it (a foreign key) need not wait.
    pub const FOR_UPDATE: &str = "FOR NO KEY UPDATE";
    /// Passes over rows that others hold.
    pub const SKIP_LOCKED: &str = "SKIP LOCKED";
    /// Whether one writer waits for another wherever they write, so that looking is cheaper than trying.
    pub const WRITERS_IN_LINE: bool = false;
    /// The greatest of some values.
    pub const GREATEST: &str = "GREATEST";
    /// The database's clock, microseconds since 1970. Not `now()`, which stands still in a transaction.
    pub const NOW: &str = "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS BIGINT)";
    /// Published pictures `p` whose keys are in `spans`. The spans lead: `OFFSET 0` keeps the planner from walking all
    /// pictures in the order that the query wants them in, and looking for each whether it is in a span.
    pub const PICTURES_IN_SPANS: &str = "spans w CROSS JOIN LATERAL (
        SELECT * FROM pictures q WHERE q.quadkey BETWEEN w.low AND w.high AND q.audience IS NOT NULL OFFSET 0) p";
    /// In front of a column: do not choose an index by it. Here, statistics tell the planner.
    pub const NO_INDEX: &str = "";

    /// The lock under which changes are numbered: any number that nothing else in the database uses ("flaneur").
    const LOCK: &str = "SELECT pg_try_advisory_xact_lock(28813163217548658)";

    /// Lets others decide by areas, too, and nobody write any. A number as arbitrary ("areas").
    pub const SHARE_AREAS: Option<&str> = Some("SELECT pg_advisory_xact_lock_shared(418531074419)");
    /// Lets nobody decide by areas, or write any.
    pub const HOLD_AREAS: Option<&str> = Some("SELECT pg_advisory_xact_lock(418531074419)");

    /// Lines of the change log get their numbers once they are committed.
    pub const NUMBERING: Option<Numbering> = Some(Numbering {
        waiting: "SELECT EXISTS (SELECT 1 FROM changes WHERE number IS NULL)",
        alone: LOCK,
        number: "UPDATE changes c SET number = n.number
             FROM (SELECT w.id, (SELECT COALESCE(MAX(number), 0) FROM changes) + ROW_NUMBER() OVER (ORDER BY w.id) AS number
                   FROM (SELECT id FROM changes WHERE number IS NULL ORDER BY id LIMIT 10000) w) n
             WHERE c.id = n.id",
    });

    /// Folds what writers added to the counts of coverage side by side. Two who do so at once do not count twice: the
    /// second finds the rows gone.
    pub const FOLD: Option<&str> = Some(
        "WITH touched AS (SELECT DISTINCT zoom, cell, audience, account_id
                       FROM (SELECT zoom, cell, audience, account_id FROM coverage_counts WHERE fresh LIMIT 20000) f),
             gone AS (DELETE FROM coverage_counts c USING touched s
                      WHERE (c.zoom, c.cell, c.audience, c.account_id) = (s.zoom, s.cell, s.audience, s.account_id)
                      RETURNING c.zoom, c.cell, c.audience, c.account_id, c.pictures, c.panoramas)
         INSERT INTO coverage_counts (zoom, cell, audience, account_id, pictures, panoramas)
         SELECT zoom, cell, audience, account_id, SUM(pictures), SUM(panoramas)
         FROM gone GROUP BY zoom, cell, audience, account_id HAVING SUM(pictures) <> 0",
    );

    /// What is to be seen now of the touches of coverage: a snapshot, as text.
    pub const SIGHT: &str = "SELECT pg_current_snapshot()::TEXT";
    /// That, out of the text `$3`.
    pub const SEEN_OF_TEXT: &str = "CAST($3::TEXT AS PG_SNAPSHOT)";
    /// Whether the touch `x` was not to be seen when the tile `t` was drawn.
    pub const TOUCH_UNSEEN: &str = "NOT pg_visible_in_snapshot(x.txid, t.seen)";
    /// Forgets touches from before `$1`, at most `$2`, with the tiles that they tell are not true any more: all in one
    /// statement, which sees the same touches in each of its parts.
    pub const FORGET_TOUCHES: &[&str] =
        &["WITH old AS (SELECT ctid, zoom, cell, txid FROM coverage_touches WHERE at < $1 LIMIT $2),
             untrue AS (DELETE FROM coverage_tiles t USING old x
                        WHERE x.zoom = t.zoom AND x.cell = t.cell AND NOT pg_visible_in_snapshot(x.txid, t.seen)),
             untrue_of_all AS (DELETE FROM coverage_tiles t WHERE t.zoom < 6 AND EXISTS (
                        SELECT 1 FROM old x WHERE NOT pg_visible_in_snapshot(x.txid, t.seen)))
         DELETE FROM coverage_touches WHERE ctid IN (SELECT ctid FROM old)"];

    /// Keeps others from counting pictures while all are counted anew.
    pub const HOLD_COUNTS: Option<&str> = Some("LOCK TABLE coverage_counts IN SHARE ROW EXCLUSIVE MODE");
    /// Lets the statements of a transaction take long.
    pub const LET_TAKE_LONG: Option<&str> = Some("SET LOCAL statement_timeout = 0");
    /// The indexes of a bound table that only make queries quick or rows unique: name, and the statement that makes it.
    pub const INDEXES: &str = "SELECT CAST(c.relname AS TEXT), pg_get_indexdef(i.indexrelid)
        FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
        WHERE i.indrelid = to_regclass($1) AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid = i.indexrelid)
        ORDER BY i.indexrelid";
    /// Gives the sorting of large indexes memory.
    pub const ROOM_FOR_SORTING: &str = "SET LOCAL maintenance_work_mem = '256MB'";

    /// A text as this database can hold it: there is one character that it does not take.
    pub fn text(text: String) -> String {
        if text.contains('\0') { text.replace('\0', "\u{fffd}") } else { text }
    }

    /// Has the numbers of a table's column go on after the greatest.
    pub const CONTINUE_COUNTER: Option<fn(&str, &str) -> String> = Some(|table, column| {
        format!(
            "SELECT setval(pg_get_serial_sequence('{table}', '{column}'), COALESCE(MAX({column}), 0) + 1, FALSE) FROM {table}"
        )
    });

    /// Between a text and a pattern: whether it looks like that. Capital letters count.
    pub const LIKE: &str = "LIKE";

    /// A pattern as [`LIKE`] reads it.
    pub fn pattern(pattern: &crate::model::Pattern) -> String {
        use crate::model::PatternPart;
        let mut written = String::new();
        for part in &pattern.0 {
            match part {
                PatternPart::One => written.push('_'),
                PatternPart::Some => written.push('%'),
                PatternPart::Text(text) => {
                    for letter in text.chars() {
                        if matches!(letter, '%' | '_' | '\\') {
                            written.push('\\');
                        }
                        written.push(letter);
                    }
                }
            }
        }
        written
    }

    /// The subquery of the identifiers in a bound JSON array of 32 hexadecimal digits each.
    pub fn id_list(placeholder: &str) -> String {
        format!("SELECT CAST(value AS UUID) FROM jsonb_array_elements_text({placeholder}) AS list (value)")
    }
}

/// How long a request waits for a connection.
const PATIENCE: Duration = Duration::from_secs(30);
/// Prepared statements that a connection keeps.
const STATEMENTS: usize = 256;
/// Connections of one process at most: fewer than a server has for all (100 by default), for there are many processes.
const CONNECTIONS: u32 = 12;

fn migrations() -> sqlx::migrate::Migrator {
    let mut migrations = sqlx::migrate!("../../migrations/postgres");
    // A schema that is newer than the program: an upgrade is under way, and the old version still works with it.
    migrations.set_ignore_missing(true);
    migrations
}

fn options(url: &str) -> Result<PgConnectOptions> {
    let options = PgConnectOptions::from_str(url)?.statement_cache_capacity(STATEMENTS);
    Ok(if options.get_application_name().is_none() { options.application_name("flaneur") } else { options })
}

impl PostgresCatalog {
    /// Opens the database at a URL that libpq understands, and brings its schema up to date. Of several processes that
    /// do so at once, one does it and the others wait.
    ///
    /// A commit is on the server's disk when it returns, unless the server is configured otherwise.
    pub async fn open(url: &str) -> Result<Self> {
        Self::open_with(url, None).await
    }

    /// The same, with a clock that leases go by in place of the database's.
    pub async fn open_with(url: &str, clock: Option<Arc<dyn Clock>>) -> Result<Self> {
        let options = options(url)?;
        {
            let single = PoolOptions::new().max_connections(1).acquire_timeout(PATIENCE);
            let single: PgPool = single.connect_with(options.clone()).await?;
            migrations().run(&single).await?;
            single.close().await;
        }
        // A statement that waits for a lock, or a transaction that was forgotten, ends some time.
        let bounded = options.options([
            ("lock_timeout", "30s"),
            ("statement_timeout", "120s"),
            ("idle_in_transaction_session_timeout", "60s"),
            // Estimates of large catalogs have the server compile statements, which takes ten times as long as they do.
            ("jit", "off"),
        ]);
        let pool = PoolOptions::new()
            .max_connections(CONNECTIONS)
            .acquire_timeout(PATIENCE)
            // Each connection is asked before it is used: after the server was restarted, nobody gets a dead one.
            .test_before_acquire(false)
            .before_acquire(|connection: &mut Connection, _| {
                Box::pin(async move {
                    connection.ping().await?;
                    Ok(true)
                })
            })
            .connect_with(bounded)
            .await?;
        let bells = Arc::new(Bells::default());
        let courier = Courier::start(pool.clone(), bells.clone());
        Ok(Self { writer: pool.clone(), readers: pool, clock, wakes: Arc::default(), bells, courier })
    }

    /// Names of migrations that [`Self::open`] would apply.
    pub async fn pending_migrations(url: &str) -> Result<Vec<String>> {
        let pool: PgPool =
            PoolOptions::new().max_connections(1).acquire_timeout(PATIENCE).connect_with(options(url)?).await?;
        let there: bool =
            sqlx::query_scalar("SELECT to_regclass('_sqlx_migrations') IS NOT NULL").fetch_one(&pool).await?;
        let applied: Vec<Applied> = if there {
            sqlx::query_as("SELECT version, checksum FROM _sqlx_migrations WHERE success").fetch_all(&pool).await?
        } else {
            Vec::new()
        };
        pool.close().await;
        pending(&migrations(), &applied)
    }
}
