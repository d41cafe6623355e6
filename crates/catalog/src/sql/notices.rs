//! What is told of reports by mail.

use async_trait::async_trait;
use jiff::Timestamp;

use super::{
    Connection, Store,
    dialect::{FOR_UPDATE, SKIP_LOCKED},
    reports,
};
use crate::{
    Notices, Result,
    model::{NoticeOutcome, ReportId, ReportNotice},
    stored::rows::micros,
};

/// Notes that the last event of a report may have to be told, if it is of that kind: that it was made, and that somebody else
/// than its reporter closed it.
pub async fn ask(connection: &mut Connection, report: ReportId) -> Result<()> {
    sqlx::query(
        "INSERT INTO report_notices (report_id, place, due_at)
         SELECT e.report_id, e.place, e.at FROM report_events e
         WHERE e.report_id = $1 AND e.place = (SELECT MAX(x.place) FROM report_events x WHERE x.report_id = $1)
             AND (e.place = 1 OR e.role <> 'reporter' AND e.status IN ('closed_solved', 'closed_ignored'))",
    )
    .bind(report)
    .execute(connection)
    .await?;
    Ok(())
}

#[async_trait]
impl Notices for Store {
    async fn take_notice(&self, until: Timestamp, now: Timestamp) -> Result<Option<ReportNotice>> {
        // Looked for among the readers first: most often there is none, and writers do not wait for that.
        let due = "SELECT report_id, place FROM report_notices WHERE due_at <= $1 ORDER BY due_at LIMIT 1";
        let any: Option<(ReportId, i64)> = sqlx::query_as(due).bind(micros(now)).fetch_optional(&self.readers).await?;
        if any.is_none() {
            return Ok(None);
        }
        let sql = format!(
            "UPDATE report_notices SET due_at = $2
             WHERE (report_id, place) = ({due} {FOR_UPDATE} {SKIP_LOCKED}) RETURNING report_id, place, attempts"
        );
        let taken: Option<(ReportId, i64, i64)> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
            .bind(micros(now))
            .bind(micros(until))
            .fetch_optional(&self.writer)
            .await?;
        let Some((id, place, attempts)) = taken else { return Ok(None) };
        let mut reader = self.readers.acquire().await?;
        let (report, event) =
            (reports::find(&mut reader, id, "").await?, reports::event(&mut reader, id, place).await?);
        Ok(report.zip(event).map(|(report, event)| ReportNotice { event, report, attempts, held_until: until }))
    }

    async fn note_notice(&self, notice: &ReportNotice, outcome: NoticeOutcome, now: Timestamp) -> Result<bool> {
        let (due_at, mailed_at) = match outcome {
            NoticeOutcome::Mailed => (None, Some(micros(now))),
            NoticeOutcome::Dropped => (None, None),
            NoticeOutcome::Later(at) => (Some(micros(at)), None),
        };
        let noted = sqlx::query(
            "UPDATE report_notices SET due_at = $4, mailed_at = $5,
                 attempts = attempts + CASE WHEN $6 THEN 1 ELSE 0 END
             WHERE report_id = $1 AND place = $2 AND due_at = $3",
        )
        .bind(notice.event.report)
        .bind(notice.event.place)
        .bind(micros(notice.held_until))
        .bind(due_at)
        .bind(mailed_at)
        .bind(due_at.is_some())
        .execute(&self.writer)
        .await?;
        Ok(noted.rows_affected() == 1)
    }

    async fn mailed_to(&self, email: &str, since: Timestamp) -> Result<i64> {
        Ok(sqlx::query_scalar(
            "SELECT COUNT(*) FROM report_notices n JOIN reports r ON r.id = n.report_id
             WHERE n.mailed_at >= $2 AND r.reporter_email = $1",
        )
        .bind(email)
        .bind(micros(since))
        .fetch_one(&self.readers)
        .await?)
    }
}
