//! How much accounts have, and may have.

use async_trait::async_trait;

use crate::{
    Result,
    model::{AccountId, Quota, Usage},
};

/// How much accounts have, and may have.
#[async_trait]
pub trait Quotas: Send + Sync {
    /// What an account has. It is counted: of an account with very many pictures that takes a while.
    async fn usage(&self, account: AccountId) -> Result<Usage>;
    /// What was said of how much an account may have; nothing if there is no such account.
    async fn quota(&self, account: AccountId) -> Result<Quota>;
    /// Says how much an account may have. False if there is no such account, or it is erased.
    async fn set_quota(&self, account: AccountId, quota: Quota) -> Result<bool>;
}
