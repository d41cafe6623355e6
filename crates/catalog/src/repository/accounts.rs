//! Accounts and what lets someone act for one.

use async_trait::async_trait;
use jiff::Timestamp;

use crate::{
    Result,
    model::{
        Account, AccountChoices, AccountId, Claim, Invite, NewAccount, NewInvite, NewToken, Session, Token, TokenId,
    },
};

/// Accounts, tokens, invites, sessions, and the instance's secret.
#[async_trait]
pub trait Accounts: Send + Sync {
    /// Makes an account. [`crate::CatalogError::Conflict`] if the name is taken, without regard to ASCII case.
    async fn create_account(&self, new: NewAccount) -> Result<Account>;
    /// By id.
    async fn account(&self, id: AccountId) -> Result<Option<Account>>;
    /// By name, without regard to ASCII case.
    async fn account_by_name(&self, name: &str) -> Result<Option<Account>>;
    /// Accounts whose name contains the text, without regard to ASCII case; exact matches first, then by name. The
    /// text is taken literally (`%` and `_` are ordinary characters).
    async fn search_accounts(&self, text: &str, limit: i64) -> Result<Vec<Account>>;
    /// All, in the order of their names without case, after this name.
    async fn accounts(&self, after: Option<&str>, limit: i64) -> Result<Vec<Account>>;
    /// Whether there is any account at all.
    async fn has_accounts(&self) -> Result<bool>;
    /// What an account chose; nothing if there is no such account.
    async fn choices(&self, id: AccountId) -> Result<AccountChoices>;
    /// Notes what an account chose.
    async fn set_choices(&self, id: AccountId, choices: AccountChoices) -> Result<()>;

    /// Makes a token.
    async fn create_token(&self, new: NewToken) -> Result<Token>;
    /// By id, unless it was revoked.
    async fn token(&self, id: TokenId) -> Result<Option<Token>>;
    /// An account's tokens, the oldest first.
    async fn tokens(&self, account: AccountId) -> Result<Vec<Token>>;
    /// Lets a token that nobody has claimed act for an account. Of several at once one wins.
    async fn claim_token(&self, id: TokenId, account: AccountId) -> Result<Claim>;
    /// Ends a token for good. False if the account has no such token.
    async fn revoke_token(&self, id: TokenId, account: AccountId) -> Result<bool>;
    /// Removes tokens made before `before` that nobody has claimed; answers how many.
    async fn drop_unclaimed_tokens(&self, before: Timestamp) -> Result<u64>;

    /// Makes an invite.
    async fn create_invite(&self, new: NewInvite) -> Result<()>;
    /// Uses an invite up: of several at once one wins. Makes the account (with `new_id`) if there is none of that name.
    async fn redeem_invite(&self, code_sha256: &[u8], new_id: AccountId, now: Timestamp) -> Result<Invite>;

    /// Makes a session, and forgets those that have expired.
    async fn create_session(&self, session: Session, now: Timestamp) -> Result<()>;
    /// The account a session acts for, unless it has expired.
    async fn session(&self, secret_sha256: &[u8], now: Timestamp) -> Result<Option<Account>>;
    /// Ends a session.
    async fn end_session(&self, secret_sha256: &[u8]) -> Result<()>;

    /// The instance's secret of a name: `candidate` if there was none, else the one kept. All processes of an instance
    /// get the same.
    async fn secret(&self, name: &str, candidate: &[u8]) -> Result<Vec<u8>>;
}
