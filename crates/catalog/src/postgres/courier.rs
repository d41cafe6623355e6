//! Carries news between processes by NOTIFY and LISTEN.
//!
//! NOTIFY within a transaction makes all committers stand in line (it takes a lock for the whole server until the commit
//! is through), so news are sent afterwards, on their own, many in one. Who dies in between leaves it to the others'
//! polling to find out.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use sqlx::postgres::{PgListener, PgPool};
use tokio::{sync::Notify, task::JoinSet};

use crate::signals::{Bells, Topic};

/// The channel's name.
const CHANNEL: &str = "flaneur";
/// Least time between two notifications of one process.
const GATHER: Duration = Duration::from_millis(20);
/// Time between attempts to listen again after the connection was lost.
const AGAIN: Duration = Duration::from_secs(1);

#[derive(Debug)]
struct Outbox {
    waiting: [AtomicBool; Topic::ALL.len()],
    wake: Notify,
}

/// Sends news to other processes, and tells listeners of what others send. Ends when the last clone is dropped.
#[derive(Debug, Clone)]
pub struct Courier {
    outbox: Arc<Outbox>,
    tasks: Arc<std::sync::Mutex<JoinSet<()>>>,
}

impl Courier {
    /// Starts sending and listening.
    pub fn start(pool: PgPool, bells: Arc<Bells>) -> Self {
        let outbox = Arc::new(Outbox { waiting: Default::default(), wake: Notify::new() });
        let mut tasks = JoinSet::new();
        tasks.spawn(deliver(pool.clone(), outbox.clone()));
        tasks.spawn(hear(pool, bells));
        Self { outbox, tasks: Arc::new(std::sync::Mutex::new(tasks)) }
    }

    /// Sends news before long.
    pub fn send(&self, topic: Topic) {
        for (waiting, each) in self.outbox.waiting.iter().zip(Topic::ALL) {
            if each == topic {
                waiting.store(true, Ordering::Release);
            }
        }
        self.outbox.wake.notify_one();
    }

    /// Stops.
    pub fn stop(&self) {
        self.tasks.lock().unwrap_or_else(std::sync::PoisonError::into_inner).abort_all();
    }
}

async fn deliver(pool: PgPool, outbox: Arc<Outbox>) {
    loop {
        outbox.wake.notified().await;
        for (waiting, topic) in outbox.waiting.iter().zip(Topic::ALL) {
            if !waiting.swap(false, Ordering::AcqRel) {
                continue;
            }
            let sent = sqlx::query("SELECT pg_notify($1, $2)").bind(CHANNEL).bind(topic.as_str()).execute(&pool).await;
            if let Err(error) = sent {
                tracing::debug!(%error, "cannot notify other processes; they find out by asking");
            }
        }
        tokio::time::sleep(GATHER).await;
    }
}

async fn hear(pool: PgPool, bells: Arc<Bells>) {
    loop {
        match listen(&pool, &bells).await {
            Ok(()) | Err(sqlx::Error::PoolClosed) => return,
            Err(error) => tracing::debug!(%error, "not listening for news; asking instead"),
        }
        tokio::time::sleep(AGAIN).await;
    }
}

async fn listen(pool: &PgPool, bells: &Bells) -> sqlx::Result<()> {
    let mut listener = PgListener::connect_with(pool).await?;
    listener.listen(CHANNEL).await?;
    loop {
        // What came before, or while the connection was lost, was not heard.
        for topic in Topic::ALL {
            bells.ring(topic);
        }
        while let Some(notification) = listener.try_recv().await? {
            if let Some(topic) = Topic::ALL.into_iter().find(|topic| topic.as_str() == notification.payload()) {
                bells.ring(topic);
            }
        }
    }
}
