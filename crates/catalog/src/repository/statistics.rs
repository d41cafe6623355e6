//! How much there is.

use async_trait::async_trait;
use jiff::Timestamp;

use crate::{Result, model::Statistics};

/// Counts for dashboards.
#[async_trait]
pub trait Counting: Send + Sync {
    /// How much there is now. Reads an index of all pictures: about a second for ten million.
    async fn statistics(&self, now: Timestamp) -> Result<Statistics>;
}
