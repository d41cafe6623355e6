//! The database as a whole.

use async_trait::async_trait;

use crate::Result;

/// Looking after the database.
#[async_trait]
pub trait Upkeep: Send + Sync {
    /// Asks the database for a sign of life.
    async fn ping(&self) -> Result<()>;
    /// Closes all connections. What was committed stays.
    async fn close(&self);
}
