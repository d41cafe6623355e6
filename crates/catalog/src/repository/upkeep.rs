//! The database as a whole.

use async_trait::async_trait;

use crate::Result;

/// Looking after the database.
#[async_trait]
pub trait Upkeep: Send + Sync {
    /// Asks the database for a sign of life.
    async fn ping(&self) -> Result<()>;
    /// Puts in order what writers leave behind so as not to wait for each other. Cheap where there is nothing to do; to be
    /// called every now and then by any process.
    async fn tidy(&self) -> Result<()>;
    /// Closes all connections. What was committed stays.
    async fn close(&self);
}
