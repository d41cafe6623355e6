//! `/reports/{id}`.

use axum::{extract::State, response::Response};
use flaneur_catalog::model::{Decision, JobId, Report, ReportRole, ReportStatus};
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::{Roles, create, find, told::ReportDocument, view};
use crate::{
    Api, ApiError, ApiResult, Identity, PublicUrl,
    error::ErrorBody,
    extract::{self, Path, Query},
    respond::Reply,
};

/// The routes.
pub fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(show, patch))
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct Key {
    /// The key of the case, for who is not signed in: from the link that was given when the report was made.
    key: Option<String>,
}

/// A report
///
/// For who made it (by their account, or with the key of the case), whose picture or sequence it is about, and
/// administrators. `flaneur:answers` is what was said since, by whom in which role. Where to reach the reporter, who decided, and
/// `history` is told to administrators only.
#[utoipa::path(
    get, path = "/reports/{id}", tag = "Reports",
    params(("id" = Uuid, Path, description = "The report"), Key),
    responses(
        (status = 200, description = "The report", body = ReportDocument),
        (status = 304, description = "It is as `If-None-Match` says"),
        (status = 401, description = "Sign in first, or give the key of the case", body = ErrorBody),
        (status = 403, description = "It is none of this account's business", body = ErrorBody),
        (status = 404, description = "There is no such report", body = ErrorBody),
    )
)]
async fn show(
    State(api): State<Api>,
    identity: Identity,
    url: PublicUrl,
    reply: Reply,
    Path(id): Path<Uuid>,
    Query(Key { key }): Query<Key>,
) -> ApiResult<Response> {
    let (report, roles) = find(&api, &identity, id, key.as_deref()).await?;
    let mut document = view::report(&report, roles, api.settings.report_review_days, &url);
    let events = api.catalog.report_events(report.id).await?;
    document.answers = Some(view::answers(&events));
    document.history = roles.moderator.then(|| events.iter().map(view::event).collect());
    reply.private().json(&document)
}

/// What is changed, as a client writes it.
#[derive(utoipa::ToSchema)]
#[expect(
    dead_code,
    reason = "for the documentation; what comes is read field by field, to say what is wrong with which"
)]
struct PatchReport {
    /// `waiting`, `closed_solved` or `closed_ignored`; for administrators also `open`.
    status: Option<String>,
    /// The answer. Who reported, whose it is and administrators read it.
    #[schema(max_length = 4000)]
    resolver_comments: Option<String>,
    /// What is wrong, rather. For administrators.
    issue: Option<String>,
    /// Where to reach the reporter. For administrators.
    reporter_email: Option<String>,
    /// Whether what it is about is withheld from others. For administrators. If nothing is said, it is shown again when the
    /// report is closed as ignored, or as solved after the picture was redacted again.
    #[schema(rename = "flaneur:withheld")]
    withheld: Option<bool>,
}

/// What somebody wants to do about a report.
#[derive(Default)]
struct Wanted {
    status: Option<ReportStatus>,
    comments: Option<String>,
    issue: Option<flaneur_catalog::model::Issue>,
    email: Option<String>,
    withhold: Option<bool>,
}

impl Wanted {
    fn read(body: &Map<String, Value>) -> ApiResult<Self> {
        let mut wanted = Self::default();
        for (name, value) in body {
            match (name.as_str(), value) {
                ("status" | "issue" | "resolver_comments", Value::Null) => {}
                ("status", Value::String(name)) => {
                    let known = ReportStatus::ALL.into_iter().filter(|status| *status != ReportStatus::OpenAutofix);
                    let status = known.into_iter().find(|status| status.as_str() == name).ok_or_else(|| {
                        ApiError::bad_request("`status` is one of waiting, closed_solved, closed_ignored, open")
                    })?;
                    wanted.status = Some(status);
                }
                ("issue", Value::String(name)) => wanted.issue = Some(create::issue(Some(name))?),
                ("resolver_comments", Value::String(text)) => {
                    if text.chars().count() > create::LONGEST_COMMENT {
                        return Err(ApiError::bad_request(format!(
                            "`resolver_comments` has at most {} characters",
                            create::LONGEST_COMMENT
                        )));
                    }
                    wanted.comments = Some(text.trim().to_owned());
                }
                ("reporter_email", Value::Null | Value::String(_)) => {
                    wanted.email = Some(create::email(body)?.unwrap_or_default());
                }
                ("flaneur:withheld", Value::Bool(yes)) => wanted.withhold = Some(*yes),
                _ => {
                    return Err(ApiError::bad_request(
                        "what can be changed is `status`, `resolver_comments`, and for administrators `issue`, \
                         `reporter_email` and `flaneur:withheld` (true or false)",
                    ));
                }
            }
        }
        Ok(wanted)
    }

    fn is_empty(&self) -> bool {
        let Self { status, comments, issue, email, withhold } = self;
        status.is_none() && comments.is_none() && issue.is_none() && email.is_none() && withhold.is_none()
    }

    /// In which role it may be done: of several, the one that asks for least.
    fn permitted(&self, roles: Roles, report: &Report) -> ApiResult<ReportRole> {
        if roles.moderator {
            return Ok(ReportRole::Moderator);
        }
        if self.issue.is_some() || self.email.is_some() || self.withhold.is_some() {
            return Err(ApiError::forbidden(
                "only administrators change the issue, the reporter's address and what is withheld",
            ));
        }
        if report.status.is_closed() {
            return Err(ApiError::conflict("the report is closed: make another one if something is still wrong"));
        }
        let takes_back = matches!(self.status, Some(ReportStatus::Waiting | ReportStatus::ClosedSolved));
        if roles.reporter && takes_back && self.comments.is_none() {
            return Ok(ReportRole::Reporter);
        }
        if !roles.owner {
            return Err(ApiError::forbidden(
                "who reported can set `status` to waiting or closed_solved, and nothing else",
            ));
        }
        match self.status {
            Some(ReportStatus::Open) => Err(ApiError::forbidden("only administrators open a report again")),
            // Whoever is reported is not the one to say that there is nothing to it.
            Some(status) if status.is_closed() && report.withholds => Err(ApiError::forbidden(
                "the report withholds what it is about, so an administrator decides: set `status` to waiting, and say in \
                 `resolver_comments` what you did about it",
            )),
            _ => Ok(ReportRole::Owner),
        }
    }
}

/// Do something about a report
///
/// Who made it can say that it is solved: then what it withheld is shown again. Whose it is about can answer, and close it
/// unless something is withheld because of it. Administrators decide; what they write in `resolver_comments` is the reason
/// that is given to both.
#[utoipa::path(
    patch, path = "/reports/{id}", tag = "Reports",
    params(("id" = Uuid, Path, description = "The report")),
    request_body(content = PatchReport, example = json!({"status": "closed_solved", "resolver_comments": "The plate is blurred now"})),
    responses(
        (status = 200, description = "The report as it is now", body = ReportDocument),
        (status = 400, description = "A value makes no sense", body = ErrorBody),
        (status = 401, description = "Sign in first", body = ErrorBody),
        (status = 403, description = "This is another's to decide", body = ErrorBody),
        (status = 404, description = "There is no such report", body = ErrorBody),
        (status = 409, description = "It is closed", body = ErrorBody),
        (status = 415, description = "The body is not JSON", body = ErrorBody),
    )
)]
async fn patch(
    State(api): State<Api>,
    identity: Identity,
    url: PublicUrl,
    reply: Reply,
    Path(id): Path<Uuid>,
    extract::Json(body): extract::Json<Map<String, Value>>,
) -> ApiResult<Response> {
    let by = identity.require()?.id;
    let (report, roles) = find(&api, &identity, id, None).await?;
    let wanted = Wanted::read(&body)?;
    if wanted.is_empty() {
        return reply.json(&view::report(&report, roles, api.settings.report_review_days, &url));
    }
    let acts_as = wanted.permitted(roles, &report)?;
    let decision = Decision {
        report: report.id,
        by,
        role: acts_as,
        status: wanted.status,
        issue: wanted.issue,
        email: wanted.email,
        comments: wanted.comments,
        withhold: wanted.withhold,
        at: api.world.now(),
    };
    let world = api.world.clone();
    let decided = api.catalog.decide(&decision, &move || JobId(world.id())).await?;
    let decided = decided.ok_or_else(|| ApiError::not_found("Report doesn't exist"))?;
    reply.json(&view::report(&decided, roles, api.settings.report_review_days, &url))
}
