//! How much there is.

use flaneur_access::Visibility;
use jiff::Timestamp;

use super::{PictureStatus, SequenceStatus};

/// How many came within the last 1, 7 and 30 days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Lately {
    /// Within 24 hours.
    pub day: i64,
    /// Within 7 times that.
    pub week: i64,
    /// Within 30 times that.
    pub month: i64,
}

/// How much there is in an instance.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Statistics {
    /// Accounts; those that were erased do not count.
    pub accounts: i64,
    /// Accounts made lately.
    pub new_accounts: Lately,
    /// Pictures by status, tombstones included; what there is none of is left out.
    pub pictures: Vec<(PictureStatus, i64)>,
    /// Pictures received lately that are still there.
    pub new_pictures: Lately,
    /// When the latest picture was received.
    pub last_picture: Option<Timestamp>,
    /// Sequences by status, tombstones included; what there is none of is left out.
    pub sequences: Vec<(SequenceStatus, i64)>,
    /// Those that are no tombstones, by who sees them; what there is none of is left out.
    pub visibilities: Vec<(Visibility, i64)>,
}

/// What anybody may see, of the instance or of one account.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Published {
    /// Pictures.
    pub pictures: i64,
    /// Those of them that show all around.
    pub panoramas: i64,
    /// Accounts that have any.
    pub contributors: i64,
    /// Sequences with any.
    pub sequences: i64,
    /// How long their tracks are, metres.
    pub length_m: f64,
    /// Sequences by the month in which they begin, the earliest first; those that say no day are left out.
    pub months: Vec<PublishedMonth>,
}

/// Sequences that begin in one month, where they were taken.
#[derive(Debug, Clone, PartialEq)]
pub struct PublishedMonth {
    /// `YYYY-MM`.
    pub month: String,
    /// Their pictures.
    pub pictures: i64,
    /// How many there are.
    pub sequences: i64,
    /// How long their tracks are, metres.
    pub length_m: f64,
}
