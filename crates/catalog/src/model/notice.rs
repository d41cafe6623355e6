//! What is told by mail: what becomes of reports, and that an address is to be confirmed.

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::{AccountId, Report, ReportEvent};

/// Whom something that was done about a report is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Recipient {
    /// Whoever reported: that it was made, and that somebody else closed it.
    Reporter,
    /// Whose it is that was reported: that it is hidden or no longer hidden because of the report, and that a moderator closed
    /// it; unless they did that themselves.
    Owner,
}

impl Recipient {
    /// Every value.
    pub const ALL: [Self; 2] = [Self::Reporter, Self::Owner];

    /// The name in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Reporter => "reporter",
            Self::Owner => "owner",
        }
    }
}

/// Something that was done about a report and may have to be told by mail.
#[derive(Debug, Clone, PartialEq)]
pub struct ReportNotice {
    /// What was done.
    pub event: ReportEvent,
    /// Whether the report withheld something before that.
    pub withheld_before: bool,
    /// The report as it is now.
    pub report: Report,
    /// Whom it is for.
    pub recipient: Recipient,
    /// Where the owner is written to, if they are the recipient and want that.
    pub owner: Option<MailAddress>,
    /// How often telling it failed.
    pub attempts: i64,
    /// When somebody else may tell it, if whoever has it did not.
    pub held_until: Timestamp,
}

/// What came of a mail that was due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoticeOutcome {
    /// A mail server took it.
    Mailed,
    /// There is nothing to be told, or nobody to be told.
    Dropped,
    /// It is tried again then.
    Later(Timestamp),
}

/// Where an account wants to be written to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailAddress {
    /// The account.
    pub account: AccountId,
    /// The address.
    pub address: String,
    /// What the key in links that are mailed there is made out of.
    pub request: Uuid,
    /// When it was given.
    pub asked_at: Timestamp,
    /// When whoever reads mails there said that it is theirs; none: nothing else is written there.
    pub confirmed_at: Option<Timestamp>,
}

impl MailAddress {
    /// How long one that was given waits to be confirmed: after that its link holds no more, and it is forgotten.
    pub const WAITS: SignedDuration = SignedDuration::from_hours(7 * 24);
}

/// An address that was given, and not yet confirmed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewMailAddress {
    /// Whose it is said to be.
    pub account: AccountId,
    /// The address.
    pub address: String,
    /// What the key is made out of.
    pub request: Uuid,
    /// Hash of the key that confirms it.
    pub key_sha256: Vec<u8>,
    /// Now.
    pub at: Timestamp,
}

/// The mail by which an address is confirmed, to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddressNotice {
    /// The address.
    pub address: MailAddress,
    /// How often writing it failed.
    pub attempts: i64,
    /// When somebody else may write it, if whoever has it did not.
    pub held_until: Timestamp,
}
