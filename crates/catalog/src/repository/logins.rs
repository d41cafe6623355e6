//! Accounts that people have elsewhere and sign in with.

use async_trait::async_trait;
use jiff::Timestamp;

use crate::{
    Result,
    model::{AccountId, Arrival, Link, Login, Person},
};

/// What other services vouch for.
#[async_trait]
pub trait Logins: Send + Sync {
    /// The account of a login, and notes that it was used and how the service calls its owner now. If it is not known and
    /// `new` says so, an account of that id is made for it, which runs nothing; it is named as the person is, with a number
    /// behind it where the name is taken. Of several calls at once one makes it.
    async fn arrive(&self, person: &Person, new: Option<AccountId>, now: Timestamp) -> Result<Arrival>;
    /// Connects a login with an account. [`crate::CatalogError::Missing`] if there is no such account.
    async fn link(&self, person: &Person, account: AccountId, now: Timestamp) -> Result<Link>;
    /// Takes a login from an account. False if the account has no such login.
    async fn unlink(&self, account: AccountId, issuer: &str, subject: &str) -> Result<bool>;
    /// An account's logins, the oldest first.
    async fn logins(&self, account: AccountId) -> Result<Vec<Login>>;
}
