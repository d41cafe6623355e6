//! Signing in with an account that somebody has elsewhere.

use jiff::Timestamp;

use super::{Account, AccountId};

/// Somebody another service vouches for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The service: the issuer of OpenID Connect, or the address that it is known by.
    pub issuer: String,
    /// Who it is there; the same for ever, and never given to another.
    pub subject: String,
    /// How the service calls them just now. What an account made for them is named after.
    pub name: String,
}

/// By which an account's owner signs in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Login {
    /// Who that is elsewhere, as last told.
    pub person: Person,
    /// Whose it is here.
    pub account: AccountId,
    /// When it was connected with the account.
    pub created_at: Timestamp,
    /// When it was last used.
    pub used_at: Timestamp,
}

/// How signing in with a login ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Arrival {
    /// The login was known; this is its account.
    Known(Account),
    /// An account was made for it.
    Made(Account),
    /// It is not known, and no account was to be made.
    Unknown,
}

/// What became of connecting a login with an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Link {
    /// It is the account's now, or was before.
    Linked,
    /// Another account has it.
    Taken,
}
