//! The change log, and waking up on news.

use async_trait::async_trait;

use crate::{
    Result,
    model::Change,
    signals::{Listener, Topic},
};

/// The change log. Every change of what is public is written to it in the transaction of the change; deletions are, of
/// what was never public, too. Numbers are given in the order of commits, without gaps: a follower that asks for what
/// comes after the last number it saw never misses anything and never sees two changes of one picture in another order
/// than they were made in.
#[async_trait]
pub trait Changes: Send + Sync {
    /// Changes with numbers above `after`, in order, at most `limit`.
    async fn changes(&self, after: i64, limit: i64) -> Result<Vec<Change>>;
    /// The number of the last change; 0 where there is none.
    async fn last_change(&self) -> Result<i64>;
    /// Hears of news from any process of the instance.
    fn listen(&self, topic: Topic) -> Listener;
}
