//! What people say is wrong with what is shown.

use async_trait::async_trait;
use jiff::Timestamp;

use crate::{
    Result,
    model::{
        Decision, Issue, JobId, NewReport, Removal, Report, ReportEvent, ReportId, ReportQuery, ReportReceipt,
        ReportStatus,
    },
};

/// Reports. Who may make and decide them is the caller's to say.
#[async_trait]
pub trait Reports: Send + Sync {
    /// Makes a report. Where the rule says so, only its owner and administrators see from now on what it is about, until
    /// [`Self::decide`] or [`Self::lapse_reports`] says otherwise; whatever else is said of who sees it, then or later. It
    /// does not, whatever the rule, if a moderator ignored the same issue of the same thing before, or ignored three
    /// reports or more of the same reporter and more than were solved. `fresh` makes ids for jobs.
    async fn report(&self, new: &NewReport, fresh: &(dyn Fn() -> JobId + Send + Sync)) -> Result<ReportReceipt>;
    /// Deletes what is another's, with a tombstone, and keeps that it was and why, at once: none of both happens without the
    /// other. Its owner may have to be told. False if it is gone already. `fresh` makes ids for jobs.
    async fn remove(&self, removal: &Removal, fresh: &(dyn Fn() -> JobId + Send + Sync)) -> Result<bool>;
    /// By id.
    async fn find_report(&self, id: ReportId) -> Result<Option<Report>>;
    /// Does something about a report; none if there is no such report. What is withheld is shown again as soon as no report
    /// withholds it. It is closed by itself when what it is about is deleted.
    async fn decide(&self, decision: &Decision, fresh: &(dyn Fn() -> JobId + Send + Sync)) -> Result<Option<Report>>;
    /// Reports, the latest first.
    async fn reports(&self, query: &ReportQuery) -> Result<Vec<Report>>;
    /// How many there are, by status and issue.
    async fn count_reports(&self) -> Result<Vec<(ReportStatus, Issue, i64)>>;
    /// All that was done about a report, in order.
    async fn report_events(&self, id: ReportId) -> Result<Vec<ReportEvent>>;
    /// What was done about all reports, the latest first, before this (time, report and place).
    async fn moderation_log(&self, before: Option<(Timestamp, ReportId, i64)>, limit: i64) -> Result<Vec<ReportEvent>>;
    /// Of reports that were made before `decide_by` and that no moderator did anything about, some of which withhold
    /// something: shows it again. Those stay open. Answers how many there were, at most `limit`.
    async fn lapse_reports(
        &self,
        decide_by: Timestamp,
        limit: i64,
        now: Timestamp,
        fresh: &(dyn Fn() -> JobId + Send + Sync),
    ) -> Result<usize>;
    /// Forgets who made those that were closed before, if they were not signed in, and where to reach them.
    async fn forget_reporters(&self, closed_before: Timestamp) -> Result<()>;
}
