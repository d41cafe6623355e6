//! What is told of reports by mail.

use async_trait::async_trait;
use jiff::Timestamp;

use crate::{
    Result,
    model::{NoticeOutcome, ReportNotice},
};

/// Notices of reports. Each is made in the transaction of what it tells of, wherever there is a mail server or not.
#[async_trait]
pub trait Notices: Send + Sync {
    /// Takes the one that is due the longest. Nobody else takes it before `until`.
    async fn take_notice(&self, until: Timestamp, now: Timestamp) -> Result<Option<ReportNotice>>;
    /// Notes what came of it. False if somebody else took it since.
    async fn note_notice(&self, notice: &ReportNotice, outcome: NoticeOutcome, now: Timestamp) -> Result<bool>;
    /// How many were mailed to this address since then: to a reporter's, or to an account's.
    async fn mailed_to(&self, email: &str, since: Timestamp) -> Result<i64>;
}
