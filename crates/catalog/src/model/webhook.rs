//! Programs elsewhere that are told what changes.

use jiff::Timestamp;
use uuid::Uuid;

use super::{AccountId, ChangeKind, WebhookId};

/// A webhook to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewWebhook {
    /// Identifier.
    pub id: WebhookId,
    /// Whose it is.
    pub account: AccountId,
    /// Where the program is.
    pub address: String,
    /// What it is told of; none: everything.
    pub kinds: Vec<ChangeKind>,
    /// The line of the change log behind which it begins.
    pub after: i64,
    /// Now.
    pub created_at: Timestamp,
}

/// A webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Webhook {
    /// Identifier.
    pub id: WebhookId,
    /// Whose it is.
    pub account: AccountId,
    /// Where the program is.
    pub address: String,
    /// What it is told of; none: everything.
    pub kinds: Vec<ChangeKind>,
    /// When it was made.
    pub created_at: Timestamp,
    /// The last line of the change log that was told, or is of no interest there.
    pub told: i64,
    /// Tries since it was last reached.
    pub attempts: i64,
    /// When the first of them was.
    pub failing_since: Option<Timestamp>,
    /// When it is told next, at the earliest.
    pub due_at: Timestamp,
    /// Why the last try failed, for its owner.
    pub message: Option<String>,
    /// Whether nobody tells it any more.
    pub stopped: bool,
    /// When it was last reached.
    pub delivered_at: Option<Timestamp>,
}

/// A webhook that somebody tells, for as long as nobody else took it since.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldWebhook {
    /// The webhook.
    pub webhook: Webhook,
    /// Fencing token.
    pub holder: Uuid,
}

/// What came of telling a webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Telling {
    /// It was told up to this line.
    Told {
        /// The line.
        number: i64,
        /// Whether there was something to tell: it was reached.
        reached: bool,
    },
    /// It is told again later.
    Later {
        /// When.
        due_at: Timestamp,
        /// Why, for its owner.
        message: String,
    },
    /// It is told no more, until its owner wants it.
    Stopped {
        /// Why, for its owner.
        message: String,
    },
}
