//! `/batch`: what a program found, written to many pictures, and taken back.

mod line;
mod lines;
#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};

use axum::{
    Json,
    body::Body,
    extract::{DefaultBodyLimit, State},
    response::{IntoResponse as _, Response},
};
use flaneur_access::{Action, Subject, Visibility, decide};
use flaneur_catalog::model::{
    EditReceipt, Editable, MOST_ANNOTATIONS, MOST_TAGS, NewEdit, PictureId, Selection, Unfulfilled, Wish,
};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use self::{
    line::{Line, fits},
    lines::Lines,
};
use super::{new_edit, store, undo};
use crate::{
    Api, ApiError, ApiResult, Doing, Identity, Whom,
    error::ErrorBody,
    extract::{Path, Query},
};

/// Lines that are written in one transaction. Others who write wait for so long.
const AT_ONCE: usize = 200;
/// Edits of a run that are undone in one request at most: of a million lines.
const MOST_UNDONE: i64 = 5_000;
/// What is read, and answered.
const MEDIA_TYPE: &str = "application/x-ndjson";

/// The routes.
pub fn router() -> OpenApiRouter<Api> {
    // Lines are bounded in number and length as they come.
    OpenApiRouter::new().routes(routes!(write)).layer(DefaultBodyLimit::disable()).routes(routes!(take_back))
}

/// What is asked for.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct Wanted {
    /// The run that these lines belong to, as the program names it; without it, one is begun
    #[param(value_type = Option<Uuid>)]
    run: Option<String>,
}

/// Write tags and annotations to many pictures
///
/// The body is NDJSON: up to 100,000 lines, each a picture with `semantics` (as `PATCH` takes them) or `annotations` (a `shape` and
/// `semantics` each). With `by` (`model`, `version`, `confidence`), each tag gets others that say what found it. The answer has a line
/// for each, in order, with its `outcome`: `changed`, `unchanged` (it was there already) or `refused`, with the `status` that a request of
/// its own would have got, and a `message`; then one of the `run` with their numbers. Lines are written 200 at a time: what was
/// written stays if the connection breaks, and writing it again changes nothing. A run may go over many requests, and can be
/// taken back as a whole.
#[utoipa::path(
    post, path = "/batch", tag = "Editing", params(Wanted),
    request_body(content = String, content_type = "application/x-ndjson",
        example = json!("{\"picture\": \"b8650662-1ef2-4d6f-8bc3-77f4a2896284\", \"annotations\": [{\"shape\": [10, 10, 60, 60], \"semantics\": [{\"key\": \"osm|traffic_sign\", \"value\": \"FR:AB4\"}]}], \"by\": {\"model\": \"signs\", \"version\": \"3\", \"confidence\": 0.93}}\n")),
    responses(
        (status = 200, description = "What became of each line", content_type = "application/x-ndjson", body = String),
        (status = 400, description = "The run is no identifier, or the body broke off", body = ErrorBody,
            example = json!({"message": "`run` has to be a UUID", "status_code": 400})),
        (status = 401, description = "Sign in first", body = ErrorBody),
        (status = 408, description = "Nothing came for half a minute", body = ErrorBody),
        (status = 413, description = "There are too many lines, or one is too long", body = ErrorBody),
        (status = 415, description = "The body is not NDJSON", body = ErrorBody,
            example = json!({"message": "the body has to be NDJSON, with `Content-Type: application/x-ndjson`", "status_code": 415})),
    )
)]
async fn write(
    State(api): State<Api>,
    identity: Identity,
    Query(wanted): Query<Wanted>,
    headers: HeaderMap,
    body: Body,
) -> ApiResult<Response> {
    identity.require()?;
    let said = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = said.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if ![MEDIA_TYPE, "application/ndjson", "application/jsonl", "application/jsonlines"].contains(&kind.as_str()) {
        return Err(ApiError::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            format!("the body has to be NDJSON, with `Content-Type: {MEDIA_TYPE}`"),
        ));
    }
    let run = match wanted.run.as_deref() {
        Some(text) => Uuid::parse_str(text).map_err(|_| ApiError::bad_request("`run` has to be a UUID"))?,
        None => api.world.id(),
    };
    let most = api.settings.max_lines_per_batch;
    let mut lines = Lines::new(body.into_data_stream());
    let mut batch = Batch { api: &api, identity: &identity, run, waiting: Vec::new(), outcomes: Vec::new(), edits: 0 };
    while let Some(text) = lines.next().await? {
        if text.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        if batch.outcomes.len() >= most {
            // What came before is written: the program goes on behind it.
            batch.flush().await?;
            return Err(ApiError::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                format!(
                    "at most {most} lines fit into one request: those were written; send the others in another, with run={run}"
                ),
            ));
        }
        batch.take(Line::read(&text)).await?;
    }
    batch.flush().await?;
    let mut answer = batch.told().into_response();
    answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
    answer.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(answer)
}

/// What taking a run back did.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct TakenBack {
    /// The run.
    run: Uuid,
    /// Edits that were undone.
    undone: u32,
    /// Things that this changed.
    changes_count: usize,
    /// Things that stay as they are, because somebody changed them since or they are gone.
    kept_count: usize,
    /// Whether there is more to take back, with another request.
    left: bool,
}

/// Take a run back
///
/// Everything that one's own run wrote is undone, the latest first, but for what somebody changed since. A run of more than a million
/// lines takes several requests: `left` says whether there is more.
#[utoipa::path(
    delete, path = "/batch/{run}", tag = "Editing",
    params(("run" = Uuid, Path, description = "The run")),
    responses(
        (status = 200, description = "How many edits were undone, what that changed, and what stays", body = TakenBack,
            example = json!({"run": "0b5a3c1e-6a4b-4f8e-9f6b-0c8b3a2d1e4f", "undone": 12, "changes_count": 2400, "kept_count": 0, "left": false})),
        (status = 401, description = "Sign in first", body = ErrorBody),
        (status = 403, description = "It wrote to what others do not let one change any more", body = ErrorBody),
        (status = 404, description = "There is nothing of such a run of this account", body = ErrorBody,
            example = json!({"message": "there is no such run of yours, or it is taken back already", "status_code": 404})),
    )
)]
async fn take_back(State(api): State<Api>, identity: Identity, Path(run): Path<Uuid>) -> ApiResult<Response> {
    let account = identity.require()?.id;
    let edits = api.catalog.edits_of_run(account, run, MOST_UNDONE + 1).await?;
    if edits.is_empty() {
        return Err(ApiError::not_found("there is no such run of yours, or it is taken back already"));
    }
    let left = edits.len() as i64 > MOST_UNDONE;
    let (mut undone, mut changed, mut kept) = (0, 0, 0);
    for edit in edits.iter().take(MOST_UNDONE as usize) {
        match store(&api, &undo::backwards(&api, &identity, edit.id).await?).await? {
            EditReceipt::Done { changes, unfulfilled } => {
                changed += changes.len();
                kept += unfulfilled.len();
                undone += 1;
            }
            // Nothing is left of it that could be put back.
            EditReceipt::Nothing { unfulfilled } => kept += unfulfilled.len(),
            // Somebody was faster.
            EditReceipt::NotUndoable | EditReceipt::TagExists(_) | EditReceipt::TooMany => {}
        }
    }
    Ok(Json(TakenBack { run, undone, changes_count: changed, kept_count: kept, left }).into_response())
}

/// What became of a line.
enum Outcome {
    Changed,
    Unchanged,
    Refused(StatusCode, String),
}

impl From<ApiError> for Outcome {
    fn from(error: ApiError) -> Self {
        Self::Refused(error.status(), error.message().to_owned())
    }
}

/// A line that is to be written.
struct Waiting {
    /// Its place in the request.
    at: usize,
    line: Line,
}

struct Batch<'a> {
    api: &'a Api,
    identity: &'a Identity,
    run: Uuid,
    waiting: Vec<Waiting>,
    /// By place; none while it waits.
    outcomes: Vec<Option<(Option<Uuid>, Outcome)>>,
    edits: usize,
}

impl Batch<'_> {
    async fn take(&mut self, line: ApiResult<Line>) -> ApiResult<()> {
        let at = self.outcomes.len();
        match line {
            Err(error) => self.outcomes.push(Some((None, error.into()))),
            Ok(line) => {
                // An edit is about each picture's tags once.
                let again = |other: &Waiting| other.line.picture == line.picture && other.line.tags_picture();
                if line.tags_picture() && self.waiting.iter().any(again) {
                    self.flush().await?;
                }
                self.outcomes.push(None);
                self.waiting.push(Waiting { at, line });
            }
        }
        if self.waiting.len() >= AT_ONCE {
            self.flush().await?;
        }
        Ok(())
    }

    /// Writes what waits.
    async fn flush(&mut self) -> ApiResult<()> {
        let waiting = std::mem::take(&mut self.waiting);
        if waiting.is_empty() {
            return Ok(());
        }
        let account = self.identity.require()?.id;
        let (pace, now) = (&self.api.pace, self.api.world.now());
        let most = self.api.settings.max_lines_per_minute;
        if let Err(error) = pace.count_many(Whom::Account(account), Doing::Lines, waiting.len() as u32, most, now) {
            for Waiting { at, line } in waiting {
                let told = Outcome::Refused(error.status(), error.message().to_owned());
                self.outcomes[at] = Some((Some(line.picture), told));
            }
            return Ok(());
        }
        let pictures = self.pictures(&waiting).await?;
        let fresh = || self.api.world.id();
        let mut wanted: Vec<(usize, Uuid, Vec<Wish>)> = Vec::new();
        for Waiting { at, line } in waiting {
            let found = pictures.get(&line.picture).ok_or_else(|| ApiError::not_found("Picture doesn't exist"));
            match found.and_then(|picture| line.wishes(picture.shape, &fresh)) {
                Ok(wishes) => wanted.push((at, line.picture, wishes)),
                Err(error) => self.outcomes[at] = Some((Some(line.picture), error.into())),
            }
        }
        if !self.write(&wanted).await? {
            // One of them is too much for its picture: each by itself, so that the others are written.
            for each in &wanted {
                if !self.write(std::slice::from_ref(each)).await? {
                    let told = format!(
                        "at most {MOST_TAGS} tags may be on one thing, and {MOST_ANNOTATIONS} annotations in a picture: take others away first"
                    );
                    self.outcomes[each.0] = Some((Some(each.1), Outcome::Refused(StatusCode::BAD_REQUEST, told)));
                }
            }
        }
        Ok(())
    }

    /// The pictures that one may tag.
    async fn pictures(&self, waiting: &[Waiting]) -> ApiResult<HashMap<Uuid, Editable>> {
        let ids: HashSet<Uuid> = waiting.iter().map(|each| each.line.picture).collect();
        let limit = ids.len() as i64;
        let pictures = ids.into_iter().map(PictureId).collect();
        let selection = Selection { pictures, ..Selection::default() };
        let found = self.api.catalog.editable(&selection, limit).await?;
        let may = |picture: &Editable| {
            let visibility = picture.seen_by.unwrap_or(Visibility::OwnerOnly);
            let subject = Subject { owner: picture.account.0, visibility, published: picture.seen_by.is_some() };
            decide(self.identity.viewer(), Action::Tag, subject).is_ok()
        };
        Ok(found.into_iter().filter(may).map(|picture| (picture.id.0, picture)).collect())
    }

    /// Makes one edit of lines. False, and nothing is written, if something would have too many tags.
    async fn write(&mut self, wanted: &[(usize, Uuid, Vec<Wish>)]) -> ApiResult<bool> {
        let wishes: Vec<Wish> = wanted.iter().flat_map(|(_, _, wishes)| wishes.clone()).collect();
        if wishes.is_empty() {
            return Ok(true);
        }
        let new = new_edit(self.api, self.identity, json!({ "batch": self.run }), wishes)?;
        let new = NewEdit { strict: false, run: Some(self.run), ..new };
        let (changes, unfulfilled) = match store(self.api, &new).await? {
            EditReceipt::Done { changes, unfulfilled } => {
                self.edits += 1;
                (changes, unfulfilled)
            }
            EditReceipt::Nothing { unfulfilled } => (Vec::new(), unfulfilled),
            EditReceipt::TagExists(_) | EditReceipt::TooMany | EditReceipt::NotUndoable => return Ok(false),
        };
        let (mut changes, mut place) = (changes.iter().peekable(), 0);
        for (at, picture, wishes) in wanted {
            let mut outcome = Outcome::Unchanged;
            for wish in wishes {
                if changes.next_if(|change| fits(wish, change)).is_some() {
                    outcome = Outcome::Changed;
                }
                let not = unfulfilled.iter().find(|(of, _)| *of == place).map(|(_, why)| why);
                if matches!(not, Some(Unfulfilled::Gone)) {
                    outcome = ApiError::not_found("Picture doesn't exist").into();
                }
                place += 1;
            }
            self.outcomes[*at] = Some((Some(*picture), outcome));
        }
        Ok(true)
    }

    /// What became of each, as lines.
    fn told(&self) -> String {
        let mut text = String::new();
        let mut counts = [0_usize; 3];
        for (at, told) in self.outcomes.iter().enumerate() {
            let Some((picture, outcome)) = told else { continue };
            let mut line = json!({ "line": at + 1 });
            if let Some(picture) = picture {
                line["picture"] = json!(picture);
            }
            let (kind, name) = match outcome {
                Outcome::Changed => (0, "changed"),
                Outcome::Unchanged => (1, "unchanged"),
                Outcome::Refused(status, message) => {
                    line["status"] = Value::from(status.as_u16());
                    line["message"] = Value::from(message.as_str());
                    (2, "refused")
                }
            };
            counts[kind] += 1;
            line["outcome"] = Value::from(name);
            text += &line.to_string();
            text.push('\n');
        }
        let [changed, unchanged, refused] = counts;
        let sum = json!({ "run": self.run, "changed": changed, "unchanged": unchanged, "refused": refused, "edits": self.edits });
        text += &sum.to_string();
        text.push('\n');
        text
    }
}
