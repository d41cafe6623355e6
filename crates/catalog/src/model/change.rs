//! The change log: what became of everything public, in order.

use jiff::Timestamp;

use super::{AccountId, PictureId, SequenceId};

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ChangeKind {
    /// It may be seen now, or by more people than before.
    Published,
    /// Where it is, when it was, how it looks or what belongs to it changed.
    Edited,
    /// It has other pixels.
    Redacted,
    /// It may not be seen any more, or by fewer people than before.
    Hidden,
    /// It is gone for good.
    Deleted,
}

impl ChangeKind {
    /// Every kind.
    pub const ALL: [Self; 5] = [Self::Published, Self::Edited, Self::Redacted, Self::Hidden, Self::Deleted];

    /// The name in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Published => "published",
            Self::Edited => "edited",
            Self::Redacted => "redacted",
            Self::Hidden => "hidden",
            Self::Deleted => "deleted",
        }
    }
}

/// One change of a picture; where there is no picture, of a sequence; where there is neither, of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Its place in the log: 1, 2, 3… without gaps, in the order in which changes were committed.
    pub number: i64,
    /// When it was made, as its maker's clock said.
    pub at: Timestamp,
    /// What happened.
    pub kind: ChangeKind,
    /// The picture it happened to.
    pub picture: Option<PictureId>,
    /// The sequence it happened to, or in which the picture is or was.
    pub sequence: Option<SequenceId>,
    /// Whose it is.
    pub account: AccountId,
    /// Whether it is of something that anybody could see before it, or can since.
    pub public: bool,
}
