//! Accounts, and what lets someone act for one: tokens, invites, sessions.

use flaneur_access::TokenScopes;
use jiff::Timestamp;

use super::{AccountId, Rights, TokenId};

/// Name of the account that the pictures of who is not signed in belong to.
pub const ANONYMOUS: &str = "anonymous";

/// A person or bot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Identifier.
    pub id: AccountId,
    /// Name shown beside pictures; unique without regard to ASCII case.
    pub name: String,
    /// Whether the account runs this instance.
    pub admin: bool,
    /// Since when it exists.
    pub created_at: Timestamp,
}

/// An account to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAccount {
    /// Identifier.
    pub id: AccountId,
    /// Name; unique without regard to ASCII case.
    pub name: String,
    /// Whether the account runs this instance.
    pub admin: bool,
    /// Now.
    pub created_at: Timestamp,
}

/// A token. What a client holds is a signed JSON Web Token that names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Identifier; the `sub` claim of the JWT.
    pub id: TokenId,
    /// For whom it acts; none until somebody has claimed it.
    pub account: Option<AccountId>,
    /// What its holder said it is for.
    pub description: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// Until when it holds; none: until it is revoked.
    pub expires_at: Option<Timestamp>,
    /// What it may do; none: everything its account may.
    pub scopes: Option<TokenScopes>,
}

/// A token to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewToken {
    /// Identifier.
    pub id: TokenId,
    /// For whom it acts; none if it is still to be claimed.
    pub account: Option<AccountId>,
    /// What it is for.
    pub description: String,
    /// Now.
    pub created_at: Timestamp,
    /// Until when it holds; none: until it is revoked.
    pub expires_at: Option<Timestamp>,
    /// What it may do; none: everything its account may.
    pub scopes: Option<TokenScopes>,
}

/// What became of a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claim {
    /// The token now acts for the account (or already did).
    Claimed,
    /// Another account has claimed it before.
    Taken,
    /// There is no such token, or it was revoked.
    Missing,
}

/// How erasing an account went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Erased {
    /// Nobody finds it any more, and what it has is being deleted.
    Begun,
    /// There is no such account, or it was erased before.
    Missing,
    /// Nobody else runs the instance.
    LastAdministrator,
}

/// A one-time link by which somebody gets an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewInvite {
    /// SHA-256 of the code in the link: who reads the database cannot redeem it.
    pub code_sha256: Vec<u8>,
    /// The name the account will have; an account of that name is used if it exists.
    pub name: String,
    /// Whether the account will run this instance.
    pub admin: bool,
    /// Now.
    pub created_at: Timestamp,
    /// Until when it can be redeemed.
    pub expires_at: Timestamp,
}

/// How redeeming an invite ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Invite {
    /// It is used up now, and this is the account.
    Redeemed(Account),
    /// Unknown, expired or used before.
    Invalid,
}

/// A browser's session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// SHA-256 of the cookie's secret.
    pub secret_sha256: Vec<u8>,
    /// For whom it acts.
    pub account: AccountId,
    /// Until when.
    pub expires_at: Timestamp,
}

/// What an account chose; none: as the instance has it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AccountChoices {
    /// Whether others may correct what its pictures say of place, time and direction.
    pub collaborative_metadata: Option<bool>,
    /// Who sees its pictures if nothing is said when they are sent.
    pub default_visibility: Option<flaneur_access::Visibility>,
    /// The licence of what it sends from now on, and whom to name for it.
    pub rights: Rights,
}
