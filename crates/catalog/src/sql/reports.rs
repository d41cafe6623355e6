//! Reports, what is withheld because of them, and the log of what was done about them.

use async_trait::async_trait;
use jiff::Timestamp;
use uuid::Uuid;

use super::{
    Connection, Store, areas, at_least_none, commit,
    dialect::FOR_UPDATE,
    explain, notices,
    pictures::resettle,
    removals, report_lists,
    statement::Values,
    tombstones::{Of, hold_pictures, hold_sequence},
};
use crate::{
    Reports, Result,
    model::{
        AccountId, Decision, Issue, JobId, MOST_OPEN_REPORTS, NewReport, PictureId, Removal, Report, ReportEvent,
        ReportId, ReportQuery, ReportReceipt, ReportRole, ReportStatus, Reported, SequenceId,
    },
    signals::Topic,
    stored::rows::{micros, named, time},
};

/// The columns of [`ReportRow`]. The table is `r`.
pub const REPORT: &str =
    "r.id, r.picture_id, r.sequence_id, r.owner_id, r.issue, r.status, r.reporter_id, r.reporter_email,
    r.reporter_comments, r.resolver_id, r.resolver_role, r.resolver_comments, r.opened_at, r.closed_at, r.updated_at,
    r.case_sha256, EXISTS (SELECT 1 FROM withheld w WHERE w.report_id = r.id) AS withholds,
    NOT EXISTS (SELECT 1 FROM pictures x WHERE x.id = r.picture_id AND x.status <> 'deleted')
        AND NOT EXISTS (SELECT 1 FROM sequences x WHERE x.id = r.sequence_id AND x.status <> 'deleted') AS deleted";

/// Urgent issues, for conditions.
fn urgent() -> String {
    let names: Vec<String> =
        Issue::ALL.into_iter().filter(|issue| issue.is_urgent()).map(|issue| format!("'{}'", issue.as_str())).collect();
    names.join(", ")
}

/// A report as it is stored.
#[derive(sqlx::FromRow)]
pub struct ReportRow {
    id: ReportId,
    picture_id: Option<PictureId>,
    sequence_id: Option<SequenceId>,
    owner_id: AccountId,
    issue: String,
    status: String,
    reporter_id: Option<AccountId>,
    reporter_email: Option<String>,
    reporter_comments: Option<String>,
    resolver_id: Option<AccountId>,
    resolver_role: Option<String>,
    resolver_comments: Option<String>,
    opened_at: i64,
    closed_at: Option<i64>,
    updated_at: i64,
    case_sha256: Vec<u8>,
    withholds: bool,
    deleted: bool,
}

impl ReportRow {
    pub fn report(self) -> Result<Report> {
        let about = match (self.picture_id, self.sequence_id) {
            (Some(id), _) => Reported::Picture(id),
            (None, id) => Reported::Sequence(id.unwrap_or(SequenceId(Uuid::nil()))),
        };
        Ok(Report {
            id: self.id,
            about,
            owner: self.owner_id,
            issue: named(&self.issue)?,
            status: named(&self.status)?,
            reporter: self.reporter_id,
            email: self.reporter_email,
            comments: self.reporter_comments,
            resolver: self.resolver_id,
            resolver_role: self.resolver_role.as_deref().map(named).transpose()?,
            resolver_comments: self.resolver_comments,
            opened_at: time(self.opened_at)?,
            closed_at: self.closed_at.map(time).transpose()?,
            updated_at: time(self.updated_at)?,
            case_sha256: self.case_sha256,
            withholds: self.withholds,
            deleted: self.deleted,
        })
    }
}

#[derive(sqlx::FromRow)]
/// What was done about a report, as it is stored.
pub struct EventRow {
    report_id: ReportId,
    place: i64,
    at: i64,
    account_id: Option<AccountId>,
    name: Option<String>,
    role: String,
    status: String,
    withholds: bool,
    comments: Option<String>,
}

impl EventRow {
    pub fn event(self) -> Result<ReportEvent> {
        Ok(ReportEvent {
            report: self.report_id,
            place: self.place,
            at: time(self.at)?,
            account: self.account_id,
            name: self.name,
            role: named(&self.role)?,
            status: named(&self.status)?,
            withholds: self.withholds,
            comments: self.comments,
        })
    }
}

/// The columns of [`EventRow`]. The event is `e`, its account `a`.
pub const EVENT: &str = "e.report_id, e.place, e.at, e.account_id, a.name, e.role, e.status, e.withholds, e.comments";

/// The column of reports with its key.
fn column(about: Reported) -> &'static str {
    match about {
        Reported::Picture(_) => "picture_id",
        Reported::Sequence(_) => "sequence_id",
    }
}

/// The column of pictures with its key: of all that are withheld with it.
fn column_of_pictures(about: Reported) -> &'static str {
    match about {
        Reported::Picture(_) => "id",
        Reported::Sequence(_) => "sequence_id",
    }
}

/// By id; `lock` is written behind the query.
pub async fn find(connection: &mut Connection, id: ReportId, lock: &str) -> Result<Option<Report>> {
    let sql = format!("SELECT {REPORT} FROM reports r WHERE r.id = $1 {lock}");
    sqlx::query_as::<_, ReportRow>(sqlx::AssertSqlSafe(sql))
        .bind(id)
        .fetch_optional(connection)
        .await?
        .map(ReportRow::report)
        .transpose()
}

/// Whose it is, unless it is gone. Until the end of the transaction nobody else changes it.
pub async fn owner(connection: &mut Connection, about: Reported) -> Result<Option<AccountId>> {
    let table = match about {
        Reported::Picture(id) => {
            hold_pictures(connection, Of::Picture(id)).await?;
            "pictures"
        }
        Reported::Sequence(id) => {
            hold_pictures(connection, Of::Sequence(id)).await?;
            hold_sequence(connection, id).await?;
            "sequences"
        }
    };
    let sql = format!("SELECT account_id FROM {table} WHERE id = $1 AND status <> 'deleted'");
    Ok(sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).bind(about.key()).fetch_optional(connection).await?)
}

/// What the reporter said before, in the same words of the API, if that is still open.
async fn said_before(connection: &mut Connection, new: &NewReport) -> Result<Option<Report>> {
    let sql = format!(
        "SELECT {REPORT} FROM reports r
         WHERE r.{} = $1 AND r.issue = $2 AND r.reporter_key = $3 AND r.closed_at IS NULL ORDER BY r.opened_at LIMIT 1",
        column(new.about)
    );
    sqlx::query_as::<_, ReportRow>(sqlx::AssertSqlSafe(sql))
        .bind(new.about.key())
        .bind(new.issue.as_str())
        .bind(&new.reporter_key)
        .fetch_optional(connection)
        .await?
        .map(ReportRow::report)
        .transpose()
}

/// Whether what is reported is withheld before anybody looked.
async fn is_to_withhold(connection: &mut Connection, new: &NewReport) -> Result<bool> {
    let counts = new.reporter.is_some() || new.rule.anonymous && matches!(new.about, Reported::Picture(_));
    if !new.issue.is_urgent() || new.rule.reporters < 1 || !counts {
        return Ok(false);
    }
    let column = column(new.about);
    let dismissed = format!(
        "SELECT EXISTS (SELECT 1 FROM reports WHERE {column} = $1 AND issue = $2 AND status = 'closed_ignored'
             AND resolver_role = 'moderator')"
    );
    let is_dismissed: bool = sqlx::query_scalar(sqlx::AssertSqlSafe(dismissed))
        .bind(new.about.key())
        .bind(new.issue.as_str())
        .fetch_one(&mut *connection)
        .await?;
    if is_dismissed {
        return Ok(false);
    }
    let (ignored, solved): (i64, i64) = sqlx::query_as(
        "SELECT COUNT(*) FILTER (WHERE status = 'closed_ignored'), COUNT(*) FILTER (WHERE status = 'closed_solved')
         FROM reports WHERE reporter_key = $1 AND resolver_role = 'moderator'",
    )
    .bind(&new.reporter_key)
    .fetch_one(&mut *connection)
    .await?;
    if ignored >= 3 && ignored > solved {
        return Ok(false);
    }
    let others = format!(
        "SELECT COUNT(DISTINCT reporter_key) FROM reports
         WHERE {column} = $1 AND closed_at IS NULL AND issue IN ({}) AND reporter_key <> $2
             AND (reporter_id IS NOT NULL OR $3)",
        urgent()
    );
    let others: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(others))
        .bind(new.about.key())
        .bind(&new.reporter_key)
        .bind(new.rule.anonymous)
        .fetch_one(connection)
        .await?;
    Ok(others + 1 >= new.rule.reporters)
}

/// Withholds what a report is about, unless it does already.
async fn withhold(
    connection: &mut Connection,
    (report, about): (ReportId, Reported),
    fresh: &(dyn Fn() -> JobId + Send + Sync),
    now: Timestamp,
) -> Result<()> {
    let column = column_of_pictures(about);
    let sql = format!(
        "INSERT INTO withheld (picture_id, report_id)
         SELECT id, $2 FROM pictures WHERE {column} = $1 AND status <> 'deleted'
         ON CONFLICT (picture_id, report_id) DO NOTHING RETURNING picture_id"
    );
    let pictures: Vec<PictureId> =
        sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).bind(about.key()).bind(report).fetch_all(&mut *connection).await?;
    resettle(connection, &pictures.into_iter().collect(), fresh, now).await
}

/// Has a report withhold nothing any more.
async fn release(
    connection: &mut Connection,
    report: ReportId,
    fresh: &(dyn Fn() -> JobId + Send + Sync),
    now: Timestamp,
) -> Result<()> {
    let pictures: Vec<PictureId> = sqlx::query_scalar("DELETE FROM withheld WHERE report_id = $1 RETURNING picture_id")
        .bind(report)
        .fetch_all(&mut *connection)
        .await?;
    resettle(connection, &pictures.into_iter().collect(), fresh, now).await
}

/// A report, with what it is about and withholds; until the end of the transaction nobody else changes it. Pictures are
/// locked before.
async fn hold(connection: &mut Connection, id: ReportId) -> Result<Option<Report>> {
    if !FOR_UPDATE.is_empty() {
        let Some(report) = find(connection, id, "").await? else { return Ok(None) };
        let sql = format!(
            "SELECT id FROM pictures WHERE id IN (SELECT picture_id FROM withheld WHERE report_id = $1) OR {} = $2
             ORDER BY id {FOR_UPDATE}",
            column_of_pictures(report.about)
        );
        sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(report.id)
            .bind(report.about.key())
            .fetch_all(&mut *connection)
            .await?;
    }
    find(connection, id, FOR_UPDATE).await
}

/// Whether a picture was redacted again after it was reported.
async fn was_redacted_since(connection: &mut Connection, report: &Report) -> Result<bool> {
    let Reported::Picture(picture) = report.about else { return Ok(false) };
    Ok(sqlx::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM redactions WHERE picture_id = $1 AND state = 'done' AND settled_at > $2)",
    )
    .bind(picture)
    .bind(micros(report.opened_at))
    .fetch_one(connection)
    .await?)
}

/// What was done about a report, by its number.
pub async fn event(connection: &mut Connection, id: ReportId, place: i64) -> Result<Option<ReportEvent>> {
    let sql = format!(
        "SELECT {EVENT} FROM report_events e LEFT JOIN accounts a ON a.id = e.account_id
         WHERE e.report_id = $1 AND e.place = $2"
    );
    sqlx::query_as::<_, EventRow>(sqlx::AssertSqlSafe(sql))
        .bind(id)
        .bind(place)
        .fetch_optional(connection)
        .await?
        .map(EventRow::event)
        .transpose()
}

/// Notes in the log what a report is now, and that it may have to be told.
pub async fn log(
    connection: &mut Connection,
    report: ReportId,
    (account, role, comments): (Option<AccountId>, ReportRole, Option<&str>),
    now: Timestamp,
) -> Result<()> {
    sqlx::query(
        "INSERT INTO report_events (report_id, place, at, account_id, role, status, withholds, comments)
         SELECT r.id, (SELECT COALESCE(MAX(e.place), 0) + 1 FROM report_events e WHERE e.report_id = r.id), $2, $3, $4,
             r.status, EXISTS (SELECT 1 FROM withheld w WHERE w.report_id = r.id), $5
         FROM reports r WHERE r.id = $1",
    )
    .bind(report)
    .bind(micros(now))
    .bind(account)
    .bind(role.as_str())
    .bind(comments)
    .execute(&mut *connection)
    .await?;
    notices::ask(connection, report).await
}

pub async fn insert(
    connection: &mut Connection,
    new: &NewReport,
    owner: AccountId,
    status: ReportStatus,
) -> Result<()> {
    let (picture, sequence) = match new.about {
        Reported::Picture(id) => (Some(id), None),
        Reported::Sequence(id) => (None, Some(id)),
    };
    sqlx::query(
        "INSERT INTO reports (id, picture_id, sequence_id, owner_id, issue, status, reporter_id, reporter_key,
             reporter_email, reporter_comments, opened_at, updated_at, case_sha256)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11, $12)",
    )
    .bind(new.id)
    .bind(picture)
    .bind(sequence)
    .bind(owner)
    .bind(new.issue.as_str())
    .bind(status.as_str())
    .bind(new.reporter)
    .bind(&new.reporter_key)
    .bind(&new.email)
    .bind(&new.comments)
    .bind(micros(new.at))
    .bind(&new.case_sha256)
    .execute(connection)
    .await
    .map_err(|error| explain(error, "a report of this id", "account"))?;
    Ok(())
}

/// Closes what is open about pictures or a sequence that are deleted: `which` is a condition on reports with the key `$1`.
/// What is withheld of them is their caller's.
pub async fn settle_deleted(connection: &mut Connection, which: &str, key: Uuid, now: Timestamp) -> Result<()> {
    let sql = format!(
        "UPDATE reports SET status = 'closed_solved', closed_at = $2, updated_at = $2, resolver_id = NULL,
             resolver_role = 'rule'
         WHERE closed_at IS NULL AND {which} RETURNING id"
    );
    let closed: Vec<ReportId> =
        sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).bind(key).bind(micros(now)).fetch_all(&mut *connection).await?;
    for id in closed {
        log(connection, id, (None, ReportRole::Rule, None), now).await?;
    }
    Ok(())
}

#[async_trait]
impl Reports for Store {
    async fn report(&self, new: &NewReport, fresh: &(dyn Fn() -> JobId + Send + Sync)) -> Result<ReportReceipt> {
        let mut tx = self.write().await?;
        areas::share(&mut tx).await?;
        let Some(owner) = owner(&mut tx, new.about).await? else { return Ok(ReportReceipt::Gone) };
        if let Some(report) = said_before(&mut tx, new).await? {
            return Ok(ReportReceipt::Repeated(report));
        }
        let sql = format!("SELECT COUNT(*) FROM reports WHERE {} = $1 AND closed_at IS NULL", column(new.about));
        let open: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).bind(new.about.key()).fetch_one(&mut *tx).await?;
        if open >= MOST_OPEN_REPORTS {
            return Ok(ReportReceipt::TooMany);
        }
        let withholds = is_to_withhold(&mut tx, new).await?;
        let status = if withholds { ReportStatus::OpenAutofix } else { ReportStatus::Open };
        insert(&mut tx, new, owner, status).await?;
        if withholds {
            withhold(&mut tx, (new.id, new.about), fresh, new.at).await?;
        }
        let by = (new.reporter, ReportRole::Reporter, new.comments.as_deref());
        log(&mut tx, new.id, by, new.at).await?;
        let made = find(&mut tx, new.id, "").await?;
        self.announce(tx, &Topic::ALL).await?;
        Ok(made.map_or(ReportReceipt::Gone, ReportReceipt::Made))
    }

    async fn remove(&self, removal: &Removal, fresh: &(dyn Fn() -> JobId + Send + Sync)) -> Result<bool> {
        let mut tx = self.write().await?;
        let removed = removals::remove(&mut tx, removal, fresh).await?;
        self.announce(tx, &Topic::ALL).await?;
        Ok(removed)
    }

    async fn find_report(&self, id: ReportId) -> Result<Option<Report>> {
        find(&mut *self.readers.acquire().await?, id, "").await
    }

    async fn decide(&self, decision: &Decision, fresh: &(dyn Fn() -> JobId + Send + Sync)) -> Result<Option<Report>> {
        let mut tx = self.write().await?;
        areas::share(&mut tx).await?;
        let Some(report) = hold(&mut tx, decision.report).await? else { return Ok(None) };
        let status = decision.status.unwrap_or(report.status);
        let withholds = match (decision.withhold, status) {
            (Some(withhold), _) => withhold,
            // Whoever is reported is not the one to lift it, even if it was not withheld yet when they were asked.
            (None, _) if decision.role == ReportRole::Owner => report.withholds,
            (None, ReportStatus::ClosedIgnored) => false,
            (None, ReportStatus::ClosedSolved) if report.withholds => {
                if decision.role == ReportRole::Reporter {
                    report.resolver_role == Some(ReportRole::Moderator)
                } else {
                    !was_redacted_since(&mut tx, &report).await?
                }
            }
            (None, _) => report.withholds,
        };
        // What another said is no reason for what is done now.
        let answer = report.resolver_comments.filter(|_| report.resolver_role == Some(decision.role));
        // A state of its own says that something is withheld and nobody looked.
        let status = match status {
            ReportStatus::OpenAutofix if !withholds => ReportStatus::Open,
            other => other,
        };
        let now = micros(decision.at);
        sqlx::query(
            "UPDATE reports SET status = $2, issue = $3, reporter_email = $4, resolver_id = $5, resolver_role = $6,
                 resolver_comments = $7, closed_at = $8, updated_at = $9
             WHERE id = $1",
        )
        .bind(report.id)
        .bind(status.as_str())
        .bind(decision.issue.unwrap_or(report.issue).as_str())
        .bind(decision.email.as_ref().or(report.email.as_ref()).filter(|email| !email.is_empty()))
        .bind(decision.by)
        .bind(decision.role.as_str())
        .bind(decision.comments.as_ref().or(answer.as_ref()))
        .bind(status.is_closed().then(|| report.closed_at.map_or(now, micros)))
        .bind(now)
        .execute(&mut *tx)
        .await?;
        if withholds && !report.withholds {
            withhold(&mut tx, (report.id, report.about), fresh, decision.at).await?;
        } else if !withholds && report.withholds {
            release(&mut tx, report.id, fresh, decision.at).await?;
        }
        let by = (Some(decision.by), decision.role, decision.comments.as_deref());
        log(&mut tx, report.id, by, decision.at).await?;
        let decided = find(&mut tx, report.id, "").await?;
        self.announce(tx, &Topic::ALL).await?;
        Ok(decided)
    }

    async fn reports(&self, query: &ReportQuery) -> Result<Vec<Report>> {
        report_lists::list(&mut *self.readers.acquire().await?, query).await
    }

    async fn count_reports(&self) -> Result<Vec<(ReportStatus, Issue, i64)>> {
        let counts: Vec<(String, String, i64)> =
            sqlx::query_as("SELECT status, issue, COUNT(*) FROM reports GROUP BY status, issue ORDER BY status, issue")
                .fetch_all(&self.readers)
                .await?;
        counts.into_iter().map(|(status, issue, count)| Ok((named(&status)?, named(&issue)?, count))).collect()
    }

    async fn report_events(&self, id: ReportId) -> Result<Vec<ReportEvent>> {
        let sql = format!(
            "SELECT {EVENT} FROM report_events e LEFT JOIN accounts a ON a.id = e.account_id
             WHERE e.report_id = $1 ORDER BY e.place"
        );
        let rows: Vec<EventRow> = sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(id).fetch_all(&self.readers).await?;
        rows.into_iter().map(EventRow::event).collect()
    }

    async fn moderation_log(&self, before: Option<(Timestamp, ReportId, i64)>, limit: i64) -> Result<Vec<ReportEvent>> {
        let mut values = Values::default();
        let earlier = match before {
            None => "TRUE".to_owned(),
            Some((at, report, place)) => format!(
                "(e.at, e.report_id, e.place) < ({}, {}, {})",
                values.bind(micros(at))?,
                values.bind(report)?,
                values.bind(place)?
            ),
        };
        let sql = format!(
            "SELECT {EVENT} FROM report_events e LEFT JOIN accounts a ON a.id = e.account_id
             WHERE {earlier} ORDER BY e.at DESC, e.report_id DESC, e.place DESC LIMIT +{}",
            values.bind(at_least_none(limit))?
        );
        let rows: Vec<EventRow> = values.fetch_all(&mut *self.readers.acquire().await?, sql).await?;
        rows.into_iter().map(EventRow::event).collect()
    }

    async fn lapse_reports(
        &self,
        decide_by: Timestamp,
        limit: i64,
        now: Timestamp,
        fresh: &(dyn Fn() -> JobId + Send + Sync),
    ) -> Result<usize> {
        let due: Vec<ReportId> = sqlx::query_scalar(
            "SELECT id FROM reports r
             WHERE status IN ('open_autofix', 'waiting') AND opened_at < $1
                 AND (resolver_role IS NULL OR resolver_role <> 'moderator')
                 AND EXISTS (SELECT 1 FROM withheld w WHERE w.report_id = r.id)
             ORDER BY opened_at LIMIT +$2",
        )
        .bind(micros(decide_by))
        .bind(at_least_none(limit))
        .fetch_all(&self.readers)
        .await?;
        let mut lapsed = 0;
        for id in due {
            let mut tx = self.write().await?;
            areas::share(&mut tx).await?;
            let Some(report) = hold(&mut tx, id).await? else { continue };
            // Somebody may have been quicker.
            if report.status.is_closed() || report.resolver_role == Some(ReportRole::Moderator) || !report.withholds {
                continue;
            }
            sqlx::query(
                "UPDATE reports SET updated_at = $2, status = CASE status WHEN 'open_autofix' THEN 'open' ELSE status END
                 WHERE id = $1",
            )
            .bind(id)
            .bind(micros(now))
            .execute(&mut *tx)
            .await?;
            release(&mut tx, id, fresh, now).await?;
            log(&mut tx, id, (None, ReportRole::Rule, None), now).await?;
            self.announce(tx, &Topic::ALL).await?;
            lapsed += 1;
        }
        Ok(lapsed)
    }

    async fn forget_reporters(&self, closed_before: Timestamp) -> Result<()> {
        let mut tx = self.write().await?;
        sqlx::query(
            "UPDATE reports SET reporter_email = NULL, reporter_key = ''
             WHERE closed_at IS NOT NULL AND reporter_key <> '' AND closed_at < $1",
        )
        .bind(micros(closed_before))
        .execute(&mut *tx)
        .await?;
        commit(tx).await
    }
}
