//! Sequences brought here from other instances.

use jiff::Timestamp;

use super::{AccountId, SequenceId, TransferId};

/// How far a transfer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TransferStatus {
    /// Nobody has begun.
    Waiting,
    /// Pictures are coming.
    Running,
    /// All that could come has come.
    Finished,
    /// It came to an end before that.
    Failed,
}

impl TransferStatus {
    /// Every status.
    pub const ALL: [Self; 4] = [Self::Waiting, Self::Running, Self::Finished, Self::Failed];

    /// The name in database and API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Running => "running",
            Self::Finished => "finished",
            Self::Failed => "failed",
        }
    }

    /// Whether more is to come.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Waiting | Self::Running)
    }
}

/// A transfer to be begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewTransfer {
    /// Identifier; of the upload set that its pictures come to, too.
    pub id: TransferId,
    /// For whom.
    pub account: AccountId,
    /// Address of the sequence at the other instance: a STAC Collection.
    pub location: String,
    /// The sequence, there and here.
    pub sequence: SequenceId,
    /// Now.
    pub created_at: Timestamp,
}

/// How much has come.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TransferProgress {
    /// Pictures that there are, if that is known.
    pub wanted: Option<i64>,
    /// Pictures that are here.
    pub taken: i64,
    /// Pictures that did not come and will not.
    pub left_out: i64,
    /// What there is to say about it: why it failed, or what was left out.
    pub message: Option<String>,
}

/// A transfer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transfer {
    /// As it was begun.
    pub options: NewTransfer,
    /// How far it is.
    pub status: TransferStatus,
    /// How much has come.
    pub progress: TransferProgress,
    /// When anything about it last changed.
    pub updated_at: Timestamp,
}

/// What became of a [`NewTransfer`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TransferReceipt {
    /// It is begun.
    Begun,
    /// The same account began one of this sequence before, which is under way or finished.
    Earlier(TransferId),
    /// The sequence is on its way for another account.
    UnderWay,
    /// There is, or was, a sequence of this identifier here.
    AlreadyHere,
    /// The account has as many open ones as it may have.
    TooMany,
}
