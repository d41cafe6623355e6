//! `GET /admin/reports/stats` and `GET /admin/reports/log`: how many reports there are, and all that was done about them.

use axum::{extract::State, response::Response};
use flaneur_catalog::model::{ReportEvent, ReportStatus};
use serde::{Deserialize, Serialize};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{require_moderator, told::ModerationLog, view};
use crate::{
    Api, ApiResult, Identity, Link, PublicUrl,
    error::ErrorBody,
    extract::{Query, cut, page_size, place, place_text},
    respond::{Members, Reply},
};

/// The routes.
pub fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(stats)).routes(routes!(log))
}

/// How many reports there are.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct ReportCounts {
    /// All.
    total: i64,
    /// Those that are not closed.
    unresolved: i64,
    /// By status.
    #[schema(value_type = HashMap<String, i64>)]
    by_status: Members<i64>,
    /// By status, and then by issue, where there are any.
    #[schema(value_type = HashMap<String, HashMap<String, i64>>)]
    by_status_issue: Members<Members<i64>>,
}

/// How many reports there are
///
/// Numbers only. For administrators.
#[utoipa::path(
    get, path = "/admin/reports/stats", tag = "Reports",
    responses(
        (status = 200, description = "By status, and by status and issue", body = ReportCounts,
            example = json!({"total": 1, "unresolved": 0,
                "by_status": {"open": 0, "open_autofix": 0, "waiting": 0, "closed_solved": 1, "closed_ignored": 0},
                "by_status_issue": {"closed_solved": {"blur_missing": 1}}})),
        (status = 304, description = "It is as `If-None-Match` says"),
        (status = 401, description = "Sign in first", body = ErrorBody),
        (status = 403, description = "For administrators only", body = ErrorBody),
    )
)]
async fn stats(State(api): State<Api>, identity: Identity, reply: Reply) -> ApiResult<Response> {
    require_moderator(&identity, "You're not authorized to see statistics of reports")?;
    let counts = api.catalog.count_reports().await?;
    let sum = |which: &dyn Fn(ReportStatus) -> bool| -> i64 {
        counts.iter().filter(|(status, ..)| which(*status)).map(|(.., count)| count).sum()
    };
    let mut by_issue: Vec<(&str, Vec<(&str, i64)>)> = Vec::new();
    for (status, issue, count) in &counts {
        let issue = (issue.as_str(), *count);
        match by_issue.iter_mut().find(|(name, _)| *name == status.as_str()) {
            Some((_, issues)) => issues.push(issue),
            None => by_issue.push((status.as_str(), vec![issue])),
        }
    }
    let by_issue = by_issue.into_iter().map(|(status, issues)| (status, issues.into_iter().collect()));
    reply.json(&ReportCounts {
        total: sum(&|_| true),
        unresolved: sum(&|status| !status.is_closed()),
        by_status: ReportStatus::ALL.into_iter().map(|each| (each.as_str(), sum(&|other| other == each))).collect(),
        by_status_issue: by_issue.collect(),
    })
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct Page {
    /// At most so many; more than 1000 is read as 1000.
    #[param(value_type = Option<i64>, minimum = 1, maximum = 1000, default = 100)]
    limit: Option<String>,
    /// Where the page before ended: taken from its `next` link.
    page: Option<String>,
}

/// The log of moderation
///
/// All that was done about reports, by whom and in which role, the latest first. For administrators.
#[utoipa::path(
    get, path = "/admin/reports/log", tag = "Reports",
    params(Page),
    responses(
        (status = 200, description = "A page of the log", body = ModerationLog),
        (status = 304, description = "It is as `If-None-Match` says"),
        (status = 400, description = "A parameter makes no sense", body = ErrorBody),
        (status = 401, description = "Sign in first", body = ErrorBody),
        (status = 403, description = "For administrators only", body = ErrorBody),
    )
)]
async fn log(
    State(api): State<Api>,
    identity: Identity,
    url: PublicUrl,
    reply: Reply,
    Query(page): Query<Page>,
) -> ApiResult<Response> {
    require_moderator(&identity, "You're not authorized to read the log of moderation")?;
    let limit = page_size(page.limit.as_deref(), 100, 1000)?;
    let before = place(page.page.as_ref(), |rest| {
        let (report, place) = rest.split_once('_')?;
        Some((report.parse().ok()?, place.parse().ok()?))
    })?;
    let before = before.map(|(at, (report, place))| (at, report, place));
    let (events, has_more) = cut(api.catalog.moderation_log(before, limit + 1).await?, limit);
    let base = url.api("/admin/reports/log");
    let mut links = vec![Link::json("self", base.clone())];
    let next = |last: &ReportEvent| {
        let place = place_text(last.at, format_args!("{}_{}", last.report, last.place));
        Link::json("next", format!("{base}?limit={limit}&page={place}"))
    };
    links.extend(events.last().filter(|_| has_more).map(next));
    reply.json(&ModerationLog { events: events.iter().map(view::event).collect(), links })
}
