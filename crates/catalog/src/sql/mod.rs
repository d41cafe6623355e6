//! The repository traits over SQL: one source, compiled once for each database.
//!
//! The module that includes this one says what differs: `Db` (the database), `Connection` (to it) and `dialect` (the
//! fragments of SQL that are not the same). Everything else keeps to what the databases have in common: `$1`
//! placeholders, `RETURNING`, `ON CONFLICT`, times as microseconds since 1970, identifiers through the `uuid` type,
//! documents through `Json`.

mod accounts;
mod addresses;
mod annotations;
pub mod archive;
mod areas;
mod changes;
mod chosen_places;
mod corrections;
mod counts;
mod coverage;
mod coverage_tiles;
mod dataset;
mod dispatch;
mod edits;
mod erasure;
mod filter;
mod hits;
mod inspection;
mod items;
mod jobs;
mod logins;
mod notices;
mod pages;
mod picture_rows;
mod pictures;
mod quotas;
mod redactions;
mod related;
mod removals;
mod report_lists;
mod reports;
mod search;
mod sequence_lists;
mod sequence_rows;
mod sequences;
mod settings;
mod spans;
mod statement;
mod statistics;
mod takeout;
mod tombstones;
mod transfers;
mod upkeep;
mod upload_set_revision;
mod upload_set_state;
mod upload_sets;
mod uploads;
mod webhooks;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

pub use changes::Numbering;
use tracing::Instrument as _;

use super::{Connection, Db, bulk, dialect};
use crate::{
    CatalogError, Result,
    model::JobKind,
    signals::{Bells, Topic},
    stored::rows::micros,
    world::Clock,
};

/// A transaction; rolled back when dropped.
type Transaction = sqlx::Transaction<'static, Db>;

/// The catalog in one database. Clones share the connections.
#[derive(Debug, Clone)]
pub struct Store {
    pub(super) writer: sqlx::Pool<Db>,
    pub(super) readers: sqlx::Pool<Db>,
    /// What leases are timed by; none: the database's own clock.
    pub(super) clock: Option<Arc<dyn Clock>>,
    /// When this process last looked for jobs whose time has come.
    pub(super) wakes: Arc<Wakes>,
    pub(super) bells: Arc<Bells>,
    pub(super) courier: super::Courier,
}

impl Store {
    /// Closes all connections. What was committed stays.
    pub async fn close(&self) {
        self.courier.stop();
        self.readers.close().await;
        self.writer.close().await;
    }

    async fn write(&self) -> Result<Transaction> {
        begin(&self.writer, dialect::BEGIN_WRITE).await
    }

    async fn read(&self) -> Result<Transaction> {
        begin(&self.readers, dialect::BEGIN_READ).await
    }

    /// Commits, and tells whoever waits for it.
    async fn announce(&self, tx: Transaction, topics: &[Topic]) -> Result<()> {
        let (bells, courier, topics) = (self.bells.clone(), self.courier.clone(), topics.to_vec());
        to_the_end(async move {
            #[expect(clippy::disallowed_methods, reason = "to the end")]
            tx.commit().await?;
            for topic in topics {
                bells.ring(topic);
                courier.send(topic);
            }
            Ok(())
        })
        .await
    }

    /// The time that leases go by, microseconds since 1970; none: let the database tell.
    fn given_time(&self) -> Option<i64> {
        self.clock.as_ref().map(|clock| micros(clock.now()))
    }
}

/// Looks for lapsed jobs are this far apart.
const WAKE_EVERY: Duration = Duration::from_millis(500);

/// Keeps workers of one process from all looking for lapsed jobs all the time: when they last did, by kind.
#[derive(Debug, Default)]
pub struct Wakes(Mutex<HashMap<JobKind, Instant>>);

impl Wakes {
    /// The kinds to look at now. `always`: where time is given by a test, it may have jumped.
    fn begin(&self, kinds: &[JobKind], always: bool) -> Vec<JobKind> {
        let mut last = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let due = |last: Option<&Instant>| always || last.is_none_or(|last| last.elapsed() >= WAKE_EVERY);
        let kinds: Vec<JobKind> = kinds.iter().copied().filter(|kind| due(last.get(kind))).collect();
        last.extend(kinds.iter().map(|kind| (*kind, Instant::now())));
        kinds
    }
}

/// Begins a transaction.
async fn begin(pool: &sqlx::Pool<Db>, statement: &'static str) -> Result<Transaction> {
    let pool = pool.clone();
    to_the_end(async move { pool.begin_with(statement).await }).await
}

/// Commits a transaction.
#[expect(clippy::disallowed_methods, reason = "to the end")]
async fn commit(tx: Transaction) -> Result<()> {
    to_the_end(tx.commit()).await
}

/// Does it to its end, even if whoever asked goes away in the middle (a client that hangs up). Left off between a statement
/// and its answer, the driver would not know that a transaction had begun, and the next one to get the connection would find
/// itself in somebody else's; or that it had ended, and would roll back what is committed, which nobody would be told of.
async fn to_the_end<T: Send + 'static>(work: impl Future<Output = sqlx::Result<T>> + Send + 'static) -> Result<T> {
    let done = tokio::spawn(work.in_current_span()).await;
    Ok(done.map_err(|_| sqlx::Error::WorkerCrashed)??)
}

/// The error by meaning: `taken` if a unique key was violated, `missing` if what a row refers to does not exist.
fn explain(error: sqlx::Error, taken: &'static str, missing: &'static str) -> CatalogError {
    match &error {
        sqlx::Error::Database(refusal) if refusal.is_unique_violation() => CatalogError::Conflict(taken),
        sqlx::Error::Database(refusal) if refusal.is_foreign_key_violation() => CatalogError::Missing(missing),
        _ => CatalogError::Database(error),
    }
}

/// Page sizes come from requests; a negative one would mean "all".
fn at_least_none(limit: i64) -> i64 {
    limit.max(0)
}
