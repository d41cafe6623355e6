//! `GET /reports` and `GET /users/me/reports`.

use axum::{extract::State, response::Response};
use flaneur_catalog::model::{AccountId, Report, ReportQuery};
use serde::Deserialize;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{Roles, filter, require_moderator, told::Reports, view};
use crate::{
    Api, ApiError, ApiResult, Identity, Link, PublicUrl,
    error::ErrorBody,
    extract::{Query, cut, given, page_size, place, place_text},
    respond::Reply,
};

/// Most reports on a page.
const MOST: i64 = 1000;

/// The routes.
pub fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(all)).routes(routes!(mine))
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct Which {
    /// CQL2 text over `status`, `issue`, `reporter`, `owner` (both: `'me'` or a UUID), `picture_id`, `sequence_id` and
    /// `ts_opened`. If nothing is said: `status IN ('open', 'open_autofix', 'waiting')`.
    filter: Option<String>,
    /// `-ts_opened`: the latest first, or `ts_opened`: the oldest, which is to be decided next.
    #[param(default = "-ts_opened")]
    sortby: Option<String>,
    /// At most so many; more than 1000 is read as 1000.
    #[param(value_type = Option<i64>, minimum = 1, maximum = 1000, default = 100)]
    limit: Option<String>,
    /// Where the page before ended: taken from its `next` link.
    page: Option<String>,
}

/// Reads `sortby`. A plus that is not encoded arrives as a space.
fn oldest_first(sortby: Option<&str>) -> ApiResult<bool> {
    match sortby.unwrap_or("-ts_opened").trim_start() {
        "-ts_opened" => Ok(false),
        "ts_opened" | "+ts_opened" => Ok(true),
        _ => Err(ApiError::bad_request("`sortby` has to be `ts_opened` or `-ts_opened`")),
    }
}

async fn page(
    api: &Api,
    identity: &Identity,
    url: &PublicUrl,
    (base, of): (&str, Option<AccountId>),
    which: &Which,
) -> ApiResult<Reports> {
    let me = identity.require()?.id;
    let limit = page_size(which.limit.as_deref(), 100, MOST)?;
    let sent = given(which.filter.as_ref());
    let query = ReportQuery {
        of,
        filter: filter::parse(sent.unwrap_or(filter::OPEN), me)?,
        oldest_first: oldest_first(given(which.sortby.as_ref()))?,
        after: place(which.page.as_ref(), |id| id.parse().ok())?,
        limit: limit + 1,
    };
    let (found, has_more) = cut(api.catalog.reports(&query).await?, limit);
    let base = url.api(base);
    let mut links = vec![Link::json("self", base.clone())];
    if let Some(last) = found.last().filter(|_| has_more) {
        let mut next = url::form_urlencoded::Serializer::new(format!("{base}?"));
        if let Some(sent) = sent {
            next.append_pair("filter", sent);
        }
        if query.oldest_first {
            next.append_pair("sortby", "ts_opened");
        }
        next.append_pair("limit", &limit.to_string());
        next.append_pair("page", &place_text(last.opened_at, last.id));
        links.push(Link::json("next", next.finish()));
    }
    let told =
        |report: &Report| view::report(report, Roles::of(identity, report), api.settings.report_review_days, url);
    Ok(Reports { reports: found.iter().map(told).collect(), links })
}

/// Reports
///
/// The latest first, if nothing else is said. For administrators.
#[utoipa::path(
    get, path = "/reports", tag = "Reports",
    params(Which),
    responses(
        (status = 200, description = "A page of reports", body = Reports),
        (status = 304, description = "It is as `If-None-Match` says"),
        (status = 400, description = "A parameter makes no sense", body = ErrorBody),
        (status = 401, description = "Sign in first", body = ErrorBody),
        (status = 403, description = "For administrators only", body = ErrorBody),
    )
)]
async fn all(
    State(api): State<Api>,
    identity: Identity,
    url: PublicUrl,
    reply: Reply,
    Query(which): Query<Which>,
) -> ApiResult<Response> {
    require_moderator(&identity, "You're not authorized to list reports")?;
    reply.json(&page(&api, &identity, &url, ("/reports", None), &which).await?)
}

/// Reports that concern me
///
/// Those that I made, and those about what is mine. The latest first, if nothing else is said.
#[utoipa::path(
    get, path = "/users/me/reports", tag = "Reports",
    params(Which),
    responses(
        (status = 200, description = "A page of reports", body = Reports),
        (status = 304, description = "It is as `If-None-Match` says"),
        (status = 400, description = "A parameter makes no sense", body = ErrorBody),
        (status = 401, description = "Sign in first", body = ErrorBody),
    )
)]
async fn mine(
    State(api): State<Api>,
    identity: Identity,
    url: PublicUrl,
    reply: Reply,
    Query(which): Query<Which>,
) -> ApiResult<Response> {
    let me = identity.require()?.id;
    reply.json(&page(&api, &identity, &url, ("/users/me/reports", Some(me)), &which).await?)
}
