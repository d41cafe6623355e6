//! How much there is.

use async_trait::async_trait;
use jiff::Timestamp;

use crate::{
    Result,
    model::{AccountId, Published, Statistics},
};

/// Counts for dashboards.
#[async_trait]
pub trait Counting: Send + Sync {
    /// How much there is now. Reads an index of all pictures: about a second for ten million.
    async fn statistics(&self, now: Timestamp) -> Result<Statistics>;
    /// What anybody may see, of one account or of all. Reads kept counts, and each sequence: for all accounts about a second for a
    /// hundred thousand.
    async fn published(&self, account: Option<AccountId>) -> Result<Published>;
}
