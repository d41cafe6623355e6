//! What is told of reports by mail.

use jiff::Timestamp;

use super::{Report, ReportEvent};

/// Something that was done about a report and may have to be told by mail: that it was made, or that it was closed by somebody
/// else than its reporter.
#[derive(Debug, Clone, PartialEq)]
pub struct ReportNotice {
    /// What was done.
    pub event: ReportEvent,
    /// The report as it is now.
    pub report: Report,
    /// How often telling it failed.
    pub attempts: i64,
    /// When somebody else may tell it, if whoever has it did not.
    pub held_until: Timestamp,
}

/// What came of telling a [`ReportNotice`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoticeOutcome {
    /// A mail server took it.
    Mailed,
    /// There is nothing to be told, or nobody to be told.
    Dropped,
    /// It is tried again then.
    Later(Timestamp),
}
