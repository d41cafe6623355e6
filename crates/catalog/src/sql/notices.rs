//! What is told of reports by mail.

use async_trait::async_trait;
use jiff::Timestamp;

use super::{
    Connection, Store, addresses,
    dialect::{FOR_UPDATE, SKIP_LOCKED},
    reports,
};
use crate::{
    CatalogError, Notices, Result,
    model::{NoticeOutcome, Recipient, ReportId, ReportNotice},
    stored::rows::micros,
};

/// Notes whom the last event of a report may have to be told ([`Recipient`]).
pub async fn ask(connection: &mut Connection, report: ReportId) -> Result<()> {
    let last = "FROM report_events e JOIN reports r ON r.id = e.report_id
                    LEFT JOIN report_events b ON b.report_id = e.report_id AND b.place = e.place - 1
                WHERE e.report_id = $1 AND e.place = (SELECT MAX(x.place) FROM report_events x WHERE x.report_id = $1)";
    let closed = "e.status IN ('closed_solved', 'closed_ignored')";
    // What a rule closes as solved was deleted.
    let deleted = "e.role = 'rule' AND e.status = 'closed_solved'";
    let turned = format!("({WITHHELD_BEFORE}) <> e.withholds");
    for (recipient, tells) in [
        // What is closed from the beginning was deleted by a moderator, and nobody reported it.
        (
            Recipient::Reporter,
            format!("CASE e.place WHEN 1 THEN NOT ({closed}) ELSE e.role <> 'reporter' AND {closed} END"),
        ),
        (
            Recipient::Owner,
            format!(
                "(e.account_id IS NULL OR e.account_id <> r.owner_id) AND NOT ({deleted})
                 AND ({turned} OR e.role = 'moderator' AND {closed})"
            ),
        ),
    ] {
        let sql = format!(
            "INSERT INTO report_notices (report_id, place, recipient, due_at)
             SELECT e.report_id, e.place, '{}', e.at {last} AND ({tells})",
            recipient.as_str()
        );
        sqlx::query(sqlx::AssertSqlSafe(sql)).bind(report).execute(&mut *connection).await?;
    }
    Ok(())
}

/// Whether the report of the event `e` withheld something before; `b` is the event before, if there is one.
const WITHHELD_BEFORE: &str = "CASE WHEN b.withholds THEN TRUE ELSE FALSE END";

async fn withheld_before(connection: &mut Connection, report: ReportId, place: i64) -> Result<bool> {
    let before = sqlx::query_scalar("SELECT withholds FROM report_events WHERE report_id = $1 AND place = $2 - 1")
        .bind(report)
        .bind(place)
        .fetch_optional(connection)
        .await?;
    Ok(before.unwrap_or(false))
}

#[async_trait]
impl Notices for Store {
    async fn take_notice(&self, until: Timestamp, now: Timestamp) -> Result<Option<ReportNotice>> {
        // Looked for among the readers first: most often there is none, and writers do not wait for that.
        let due = "SELECT report_id, place, recipient FROM report_notices WHERE due_at <= $1 ORDER BY due_at LIMIT 1";
        let any: Option<(ReportId, i64, String)> =
            sqlx::query_as(due).bind(micros(now)).fetch_optional(&self.readers).await?;
        if any.is_none() {
            return Ok(None);
        }
        let sql = format!(
            "UPDATE report_notices SET due_at = $2
             WHERE (report_id, place, recipient) = ({due} {FOR_UPDATE} {SKIP_LOCKED})
             RETURNING report_id, place, recipient, attempts"
        );
        let taken: Option<(ReportId, i64, String, i64)> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
            .bind(micros(now))
            .bind(micros(until))
            .fetch_optional(&self.writer)
            .await?;
        let Some((id, place, recipient, attempts)) = taken else { return Ok(None) };
        let known = Recipient::ALL.into_iter().find(|known| known.as_str() == recipient);
        let recipient = known.ok_or(CatalogError::Corrupt { what: "recipient of a notice", text: recipient })?;
        let mut reader = self.readers.acquire().await?;
        let (Some(report), Some(event)) =
            (reports::find(&mut reader, id, "").await?, reports::event(&mut reader, id, place).await?)
        else {
            return Ok(None);
        };
        let owner = match recipient {
            Recipient::Reporter => None,
            Recipient::Owner => addresses::of(&mut reader, report.owner).await?,
        };
        Ok(Some(ReportNotice {
            withheld_before: withheld_before(&mut reader, id, place).await?,
            event,
            report,
            recipient,
            owner: owner.filter(|address| address.confirmed_at.is_some()),
            attempts,
            held_until: until,
        }))
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
             WHERE report_id = $1 AND place = $2 AND due_at = $3 AND recipient = $7",
        )
        .bind(notice.event.report)
        .bind(notice.event.place)
        .bind(micros(notice.held_until))
        .bind(due_at)
        .bind(mailed_at)
        .bind(due_at.is_some())
        .bind(notice.recipient.as_str())
        .execute(&self.writer)
        .await?;
        Ok(noted.rows_affected() == 1)
    }

    async fn mailed_to(&self, email: &str, since: Timestamp) -> Result<i64> {
        Ok(sqlx::query_scalar(
            "SELECT COUNT(*) FROM report_notices n JOIN reports r ON r.id = n.report_id
             WHERE n.mailed_at >= $2 AND CASE n.recipient
                 WHEN 'owner' THEN r.owner_id IN (
                     SELECT a.account_id FROM mail_addresses a WHERE a.address = $1 AND a.confirmed_at IS NOT NULL
                 )
                 ELSE r.reporter_email = $1 END",
        )
        .bind(email)
        .bind(micros(since))
        .fetch_one(&self.readers)
        .await?)
    }
}
