//! `/pictures/{id}/edits`, `/collections/{id}/edits`, `/users/me/edits` and `/edits/{id}`: what was changed, when, by whom.

use axum::{extract::State, response::Response};
use flaneur_access::{Action, Subject, Visibility, decide};
use flaneur_catalog::model::{Edit, EditChange, EditId, HistoryOf, PictureId, SequenceId};
use jiff::Timestamp;
use serde::Deserialize;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::{
    is_collaborative,
    told::{EditWithChanges, Edits, History},
    view,
};
use crate::{
    Api, ApiError, ApiResult, Identity, Link, PublicUrl,
    error::ErrorBody,
    extract::{Path, Query, page_size, place, place_text},
    respond::Reply,
    routes::{collections::find_sequence, pictures::find_item},
};

/// Most edits on a page.
const MOST: i64 = 100;
/// Most changes of one edit on a page.
const MOST_CHANGES: i64 = 1000;

/// The routes.
pub fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(of_picture))
        .routes(routes!(of_collection))
        .routes(routes!(of_account))
        .routes(routes!(one))
}

/// Which page.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct Page {
    /// At most so many; more than 100 is read as 100.
    #[param(value_type = Option<i64>, minimum = 1, maximum = 100, default = 20)]
    limit: Option<String>,
    /// Where the page before ended: taken from its `next` link.
    page: Option<String>,
}

impl Page {
    fn limit(&self) -> ApiResult<i64> {
        page_size(self.limit.as_deref(), 20, MOST)
    }

    /// Time in microseconds and id of the last edit on the page before.
    fn before(&self) -> ApiResult<Option<(Timestamp, EditId)>> {
        place(self.page.as_ref(), |id| id.parse().ok())
    }
}

/// `self`, and `next` behind the last edit of a page that is not the last.
fn page_links(base: &str, limit: i64, last: Option<&Edit>) -> Vec<Link> {
    let mut links = vec![Link::json("self", base.to_owned())];
    links.extend(
        last.map(|edit| Link::json("next", format!("{base}?limit={limit}&page={}", place_text(edit.at, edit.id)))),
    );
    links
}

/// The history of a picture
///
/// The latest first. Who may not correct the picture is told of tags and annotations only.
#[utoipa::path(
    get, path = "/pictures/{id}/edits", tag = "Editing",
    params(("id" = Uuid, Path, description = "The picture"), Page),
    responses(
        (status = 200, description = "A page of edits, each with what it did to this picture", body = History),
        (status = 304, description = "It is as `If-None-Match` says"),
        (status = 400, description = "A parameter makes no sense", body = ErrorBody),
        (status = 404, description = "There is no such picture, as far as this viewer goes", body = ErrorBody),
    )
)]
async fn of_picture(
    State(api): State<Api>,
    identity: Identity,
    url: PublicUrl,
    reply: Reply,
    Path(id): Path<Uuid>,
    Query(page): Query<Page>,
) -> ApiResult<Response> {
    let item = find_item(&api, &identity, PictureId(id)).await?;
    let subject = item.picture.subject(Visibility::Anyone);
    let base = url.api(format_args!("/pictures/{id}/edits"));
    let document = page_of(&api, &identity, &url, (HistoryOf::Picture(PictureId(id)), subject), &page, &base).await?;
    reply.json(&document)
}

/// The history of a sequence itself
///
/// The latest first. Who may not correct the sequence is told of tags only.
#[utoipa::path(
    get, path = "/collections/{id}/edits", tag = "Editing",
    params(("id" = Uuid, Path, description = "The sequence"), Page),
    responses(
        (status = 200, description = "A page of edits, each with what it did to this sequence", body = History),
        (status = 304, description = "It is as `If-None-Match` says"),
        (status = 400, description = "A parameter makes no sense", body = ErrorBody),
        (status = 404, description = "There is no such sequence, as far as this viewer goes", body = ErrorBody),
    )
)]
async fn of_collection(
    State(api): State<Api>,
    identity: Identity,
    url: PublicUrl,
    reply: Reply,
    Path(id): Path<Uuid>,
    Query(page): Query<Page>,
) -> ApiResult<Response> {
    let sequence = find_sequence(&api, &identity, SequenceId(id)).await?;
    let subject = Subject { owner: sequence.account.0, visibility: sequence.visibility, published: true };
    let base = url.api(format_args!("/collections/{id}/edits"));
    let document = page_of(&api, &identity, &url, (HistoryOf::Sequence(SequenceId(id)), subject), &page, &base).await?;
    reply.json(&document)
}

async fn page_of(
    api: &Api,
    identity: &Identity,
    url: &PublicUrl,
    (of, subject): (HistoryOf, Subject),
    page: &Page,
    base: &str,
) -> ApiResult<History> {
    let limit = page.limit()?;
    let collaborative = is_collaborative(api, subject.owner.into()).await?;
    let in_full = decide(identity.viewer(), Action::Correct { collaborative }, subject).is_ok();
    let found = api.catalog.history(of, page.before()?, limit).await?;
    // What one edit did to a picture and to its annotations stands together.
    let groups: Vec<&[(Edit, EditChange)]> = found.chunk_by(|(one, _), (other, _)| one.id == other.id).collect();
    let last = found.last().map(|(edit, _)| edit).filter(|_| groups.len() as i64 == limit);
    let links = page_links(base, limit, last);
    let edits = groups
        .into_iter()
        .filter_map(|group| {
            let told: Vec<&EditChange> =
                group.iter().map(|(_, change)| change).filter(|change| in_full || !view::is_silent(change)).collect();
            let (edit, _) = group.first().filter(|_| !told.is_empty())?;
            let own = identity.account.as_ref().is_some_and(|account| account.id == edit.account);
            let mut edit = view::edit(edit, url, in_full || own);
            if !in_full {
                edit.operation = None;
            }
            let changes = told.into_iter().map(|change| view::change(change, in_full)).collect();
            Some(EditWithChanges { edit, changes })
        })
        .collect();
    Ok(History { edits, links })
}

/// My edits
///
/// The latest first.
#[utoipa::path(
    get, path = "/users/me/edits", tag = "Editing",
    params(Page),
    responses(
        (status = 200, description = "A page of edits", body = Edits),
        (status = 304, description = "It is as `If-None-Match` says"),
        (status = 400, description = "A parameter makes no sense", body = ErrorBody),
        (status = 401, description = "Sign in first", body = ErrorBody),
    )
)]
async fn of_account(
    State(api): State<Api>,
    identity: Identity,
    url: PublicUrl,
    reply: Reply,
    Query(page): Query<Page>,
) -> ApiResult<Response> {
    let account = identity.require()?.id;
    let limit = page.limit()?;
    let found = api.catalog.edits_by(account, page.before()?, limit).await?;
    let more = found.len() as i64 == limit;
    let links = page_links(&url.api("/users/me/edits"), limit, found.last().filter(|_| more));
    reply.json(&Edits { edits: found.iter().map(|edit| view::edit(edit, &url, true)).collect(), links })
}

/// One edit, with what it changed
///
/// For whoever made it, and for administrators: up to 1000 changes, and a link to more.
#[utoipa::path(
    get, path = "/edits/{id}", tag = "Editing",
    params(
        ("id" = Uuid, Path, description = "The edit"),
        ("after" = Option<i64>, Query, description = "Only changes after this place: taken from the `next` link"),
    ),
    responses(
        (status = 200, description = "The edit", body = EditWithChanges),
        (status = 304, description = "It is as `If-None-Match` says"),
        (status = 400, description = "A parameter makes no sense", body = ErrorBody),
        (status = 401, description = "Sign in first", body = ErrorBody),
        (status = 404, description = "There is no such edit, as far as this viewer goes", body = ErrorBody),
    )
)]
async fn one(
    State(api): State<Api>,
    identity: Identity,
    url: PublicUrl,
    reply: Reply,
    Path(id): Path<Uuid>,
    Query(after): Query<After>,
) -> ApiResult<Response> {
    let account = identity.require()?;
    let found = api.catalog.find_edit(EditId(id)).await?;
    let edit = found
        .filter(|edit| edit.account == account.id || account.admin)
        .ok_or_else(|| ApiError::not_found("Edit doesn't exist"))?;
    let changes = api.catalog.edit_changes(edit.id, after.after.unwrap_or(0), MOST_CHANGES).await?;
    let mut edit = view::edit(&edit, &url, true);
    if let Some((last, _)) = changes.last().filter(|_| changes.len() as i64 == MOST_CHANGES) {
        edit.links.push(Link::json("next", url.api(format_args!("/edits/{id}?after={last}"))));
    }
    let changes = changes.iter().map(|(_, change)| view::change(change, true)).collect();
    reply.json(&EditWithChanges { edit, changes })
}

#[derive(Debug, Deserialize)]
struct After {
    after: Option<i64>,
}
