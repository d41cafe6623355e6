//! What the operator chose.

use async_trait::async_trait;
use jiff::Timestamp;

use crate::Result;

/// Choices that are written down, so that a change is noticed.
#[async_trait]
pub trait Settings: Send + Sync {
    /// What is written down.
    async fn chosen(&self, name: &str) -> Result<Option<String>>;
    /// Writes down what was chosen, and answers what was written down before. Of several at once, one is told so first.
    async fn choose(&self, name: &str, value: &str, now: Timestamp) -> Result<Option<String>>;
}
