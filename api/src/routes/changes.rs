//! `/changes`: what became of everything public, line by line.

use std::{collections::VecDeque, convert::Infallible, time::Duration};

use axum::{
    extract::State,
    response::{
        IntoResponse as _, Response, Sse,
        sse::{Event, KeepAlive},
    },
};
use flaneur_access::Viewer;
use flaneur_catalog::{
    Result as CatalogResult,
    model::{Change, ChangeKind, PictureId, SearchQuery, SequenceId},
    signals::Topic,
};
use futures::{Stream, stream};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::{Deserialize, Serialize};
use tokio::{
    sync::OwnedSemaphorePermit,
    time::{Instant, timeout_at},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    Api, ApiError, ApiResult, Link, PublicUrl,
    error::{ErrorBody, chain},
    extract::Query,
    respond::Reply,
    stac::{FeatureCollection, Item, utc},
};

/// Lines on a page.
const USUAL: i64 = 100;
/// Most lines on a page.
const MOST: i64 = 1_000;
/// Most lines on a page that has the pictures, too.
const MOST_WITH_ITEMS: i64 = 100;
/// Lines that are looked through for those that anybody may read.
const LOOKED_AT: usize = 20_000;
/// Longest wait for news, seconds: shorter than what proxies put up with.
const LONGEST_WAIT: u64 = 30;
/// How long is waited before looking without having heard of news.
const PATIENCE: Duration = Duration::from_secs(1);
/// How long a stream lasts. Clients open another by themselves.
const LONGEST_STREAM: Duration = Duration::from_mins(15);

/// The routes.
pub fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(changes)).routes(routes!(follow))
}

/// What is asked for.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct Wanted {
    /// The last line that the client has: 0 for all, `latest` for what comes from now on
    #[param(value_type = Option<String>, example = "4711")]
    after: Option<String>,
    /// Most lines, 1 to 1000; with `items` at most 100
    #[param(value_type = Option<i64>, minimum = 1, maximum = 1000, default = 100, example = 100)]
    limit: Option<String>,
    /// Seconds to wait for a line if there is none, at most 30
    #[param(value_type = Option<i64>, minimum = 0, maximum = 30, default = 0, example = 20)]
    wait: Option<String>,
    /// `true`: with the pictures on the page as they are now, as far as anybody may see them
    #[param(value_type = Option<bool>, default = false, example = true)]
    items: Option<String>,
}

/// What is asked of a stream.
#[derive(Debug, Default, Deserialize)]
struct Followed {
    after: Option<String>,
    lasts: Option<String>,
}

/// A line.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = ChangeLine)]
pub(crate) struct Line {
    /// Its place in the log. There are gaps, of what is nobody's business.
    number: i64,
    /// When it was made.
    at: String,
    /// `published`, `edited`, `redacted` (other pixels), `hidden` or `deleted`.
    kind: &'static str,
    /// The picture; without one, it is about the sequence itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<uuid::Uuid>)]
    picture: Option<PictureId>,
    /// The sequence.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<uuid::Uuid>)]
    sequence: Option<SequenceId>,
}

impl From<&Change> for Line {
    fn from(change: &Change) -> Self {
        Self {
            number: change.number,
            at: utc(change.at),
            kind: change.kind.as_str(),
            picture: change.picture,
            sequence: change.sequence,
        }
    }
}

/// A page of the log.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = Changes)]
struct Page {
    /// The lines in their order.
    changes: Vec<Line>,
    /// What to ask for next: `after`.
    next: i64,
    /// The pictures of these lines as they are now; of one that is not among them, nobody sees anything now.
    #[serde(skip_serializing_if = "Option::is_none")]
    items: Option<FeatureCollection>,
    /// `root`, `self`, `next`.
    links: Vec<Link>,
}

/// What changed, in order
///
/// Every line is about a picture or sequence that anybody could see before it or can since: it was `published`, `edited`,
/// `redacted` again, `hidden` or `deleted`. Lines are in the order of commits, and none ever comes behind one that was read: who
/// asks for what comes after `next` misses nothing, however many write at once. Two lines about one picture are in the order in
/// which they were made. To keep a copy: apply each page with `items=true`. A picture on a line that is not among `items` is to be
/// removed, all others are to be replaced.
///
/// With `wait` the answer comes when there is a line, at the latest after so many seconds.
#[utoipa::path(
    get, path = "/changes", tag = "Dataset", params(Wanted),
    responses(
        (status = 200, description = "Lines", content_type = "application/json", body = Page),
        (status = 304, description = "It is as `If-None-Match` says"),
        (status = 400, description = "A parameter makes no sense", body = ErrorBody,
            example = json!({"message": "`after` has to be the number of a line, or `latest`", "status_code": 400})),
        (status = 410, description = "There is no such line: the instance was restored from a backup. Begin anew", body = ErrorBody,
            example = json!({"message": "the log ends at 12: this instance was restored from a backup; begin anew, with `after=0`", "status_code": 410})),
        (status = 503, description = "Too many wait already; `Retry-After` says when to come back", body = ErrorBody,
            example = json!({"message": "too many wait for news: come back in a moment", "status_code": 503})),
    )
)]
async fn changes(
    State(api): State<Api>,
    url: PublicUrl,
    reply: Reply,
    Query(wanted): Query<Wanted>,
) -> ApiResult<Response> {
    let with_items = match wanted.items.as_deref() {
        None | Some("false") => false,
        Some("true") => true,
        Some(_) => return Err(ApiError::bad_request("`items` has to be `true` or `false`")),
    };
    let most = if with_items { MOST_WITH_ITEMS } else { MOST };
    let limit = number("limit", wanted.limit.as_deref())?.map_or(USUAL, |limit| limit.clamp(1, most));
    let wait = number("wait", wanted.wait.as_deref())?.unwrap_or(0).unsigned_abs().min(LONGEST_WAIT);
    let after = begin(&api, wanted.after.as_deref()).await?;
    let (found, next) = if wait == 0 {
        page(&api, after, limit, &[]).await?
    } else {
        let _permit = api.followers.clone().try_acquire_owned().map_err(|_| crowded())?;
        wait_for(&api, after, limit, Duration::from_secs(wait)).await?
    };
    let items = if with_items { Some(items(&api, &url, &found).await?) } else { None };
    let address = |after: i64| {
        let items = if with_items { "&items=true" } else { "" };
        url.api(format_args!("/changes?after={after}&limit={limit}{items}"))
    };
    reply.json(&Page {
        changes: found.iter().map(Line::from).collect(),
        next,
        items,
        links: vec![
            Link::json("root", url.api("")).titled("Instance catalog"),
            Link::json("self", address(after)),
            Link::json("next", address(next)),
        ],
    })
}

/// What changes, as it does
///
/// The lines of `/changes` as Server-Sent Events: the event is the kind, its id the number, its data the line in JSON. A browser
/// that lost the connection goes on where it was by itself (`Last-Event-ID`). A stream ends after a quarter of an hour at the latest.
#[utoipa::path(
    get, path = "/changes/stream", tag = "Dataset",
    params(
        ("after" = Option<String>, Query, description = "The last line that the client has; without it, what comes from now on", example = "4711"),
        ("lasts" = Option<u64>, Query, description = "Seconds that it lasts at most, up to 900", example = 900),
        ("Last-Event-ID" = Option<String>, Header, description = "The same, as browsers say it", example = "4711"),
    ),
    responses(
        (status = 200, description = "Lines", content_type = "text/event-stream", body = String),
        (status = 400, description = "A parameter makes no sense", body = ErrorBody,
            example = json!({"message": "`after` has to be the number of a line, or `latest`", "status_code": 400})),
        (status = 410, description = "There is no such line: the instance was restored from a backup. Begin anew", body = ErrorBody,
            example = json!({"message": "the log ends at 12: this instance was restored from a backup; begin anew, with `after=0`", "status_code": 410})),
        (status = 503, description = "Too many wait already; `Retry-After` says when to come back", body = ErrorBody,
            example = json!({"message": "too many wait for news: come back in a moment", "status_code": 503})),
    )
)]
async fn follow(State(api): State<Api>, headers: HeaderMap, Query(wanted): Query<Followed>) -> ApiResult<Response> {
    let held = headers.get("last-event-id").map(|held| held.to_str().unwrap_or("?").to_owned());
    let lasts = number("lasts", wanted.lasts.as_deref())?.map(|seconds| Duration::from_secs(seconds.unsigned_abs()));
    let lasts = lasts.unwrap_or(LONGEST_STREAM).min(LONGEST_STREAM);
    let after = begin(&api, Some(held.or(wanted.after).as_deref().unwrap_or("latest"))).await?;
    let permit = api.followers.clone().try_acquire_owned().map_err(|_| crowded())?;
    let mut response = Sse::new(lines(api, after, lasts, permit))
        .keep_alive(KeepAlive::new().interval(Duration::from_secs(15)))
        .into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // Proxies that gather answers before they pass them on are asked not to.
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    Ok(response)
}

/// Lines for as long as a stream lasts. The permit goes with it.
fn lines(
    api: Api,
    after: i64,
    lasts: Duration,
    permit: OwnedSemaphorePermit,
) -> impl Stream<Item = Result<Event, Infallible>> {
    let end = Instant::now() + lasts;
    let begun = (api, after, VecDeque::<Change>::new(), permit);
    stream::unfold(begun, move |(api, mut after, mut waiting, permit)| async move {
        while waiting.is_empty() {
            match timeout_at(end, wait_for(&api, after, USUAL, LONGEST_STREAM)).await {
                Ok(Ok((found, next))) => (waiting, after) = (found.into(), next),
                Ok(Err(error)) => {
                    tracing::warn!(error = chain(&error), "cannot read the change log for a stream: it is ended");
                    return None;
                }
                Err(_) => return None,
            }
        }
        let change = waiting.pop_front()?;
        let event = Event::default().id(change.number.to_string()).event(change.kind.as_str());
        let event = event.json_data(Line::from(&change)).ok()?;
        Some((Ok(event), (api, after, waiting, permit)))
    })
}

/// Where to begin.
async fn begin(api: &Api, after: Option<&str>) -> ApiResult<i64> {
    let refuse = || ApiError::bad_request("`after` has to be the number of a line, or `latest`");
    let last = api.catalog.last_change().await?;
    let after = match after {
        None => 0,
        Some("latest") => return Ok(last),
        Some(text) => text.parse::<i64>().ok().filter(|after| *after >= 0).ok_or_else(refuse)?,
    };
    if after > last {
        return Err(ApiError::new(
            StatusCode::GONE,
            format!("the log ends at {last}: this instance was restored from a backup; begin anew, with `after=0`"),
        ));
    }
    Ok(after)
}

fn number(name: &str, text: Option<&str>) -> ApiResult<Option<i64>> {
    let refuse = || ApiError::bad_request(format!("`{name}` has to be a whole number"));
    text.map(|text| text.parse::<i64>().ok().filter(|number| *number >= 0).ok_or_else(refuse)).transpose()
}

/// The next lines that anybody may read, of these kinds (none: of all), and up to where was looked.
pub(crate) async fn page(api: &Api, after: i64, limit: i64, kinds: &[ChangeKind]) -> CatalogResult<(Vec<Change>, i64)> {
    let (mut found, mut next, mut looked_at) = (Vec::new(), after, 0);
    while looked_at < LOOKED_AT {
        let lines = api.catalog.changes(next, MOST).await?;
        looked_at += lines.len();
        let last = (lines.len() as i64) < MOST;
        for line in lines {
            next = line.number;
            // One of neither a picture nor a sequence is about an account.
            let is_wanted = kinds.is_empty() || kinds.contains(&line.kind);
            if is_wanted && line.public && (line.picture.is_some() || line.sequence.is_some()) {
                found.push(line);
                if found.len() as i64 == limit {
                    return Ok((found, next));
                }
            }
        }
        if last {
            break;
        }
    }
    Ok((found, next))
}

/// The same, but waits until there is one or the time is over.
async fn wait_for(api: &Api, after: i64, limit: i64, patience: Duration) -> CatalogResult<(Vec<Change>, i64)> {
    let mut news = api.catalog.listen(Topic::Changes);
    let end = Instant::now() + patience;
    let mut from = after;
    loop {
        let (found, next) = page(api, from, limit, &[]).await?;
        let left = end.saturating_duration_since(Instant::now());
        if !found.is_empty() || left.is_zero() {
            return Ok((found, next));
        }
        from = next;
        news.wait(left.min(PATIENCE)).await;
    }
}

/// The pictures of these lines as anybody sees them now.
async fn items(api: &Api, url: &PublicUrl, lines: &[Change]) -> ApiResult<FeatureCollection> {
    let mut ids: Vec<PictureId> = lines.iter().filter_map(|line| line.picture).collect();
    ids.sort_unstable();
    ids.dedup();
    let mut features = Vec::new();
    if !ids.is_empty() {
        let query = SearchQuery { ids: ids.clone(), ..SearchQuery::all(Viewer::Anonymous, ids.len() as i64) };
        let found = api.catalog.search(&query).await?;
        features = found.items.into_iter().map(|item| Item::new(item, url, &api.settings.license)).collect();
    }
    Ok(FeatureCollection::new(features, Vec::new()))
}

fn crowded() -> ApiError {
    ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "too many wait for news: come back in a moment")
}

#[cfg(test)]
mod tests;
