//! Changing what is shown: patches of pictures and sequences, annotations, edits of many pictures, and the history of all that.

mod annotate;
mod annotation;
mod batch;
mod body;
mod collection;
mod fields;
mod gpx;
mod history;
mod item;
mod many;
mod operation;
mod tags;
#[cfg(test)]
mod tests;
mod told;
mod undo;
mod view;

pub(super) use body::Patch;
pub(super) use tags::tag_edits;
pub(crate) use told::EditWithChanges;
pub(super) use told::TagEdit;
pub(crate) use view::{change, edit};

use flaneur_access::{Action, Refusal, Subject, decide};
use flaneur_catalog::model::{AccountId, EditId, EditReceipt, JobId, NewEdit, Wish};
use serde_json::{Map, Value, json};
use utoipa_axum::router::OpenApiRouter;

use crate::{Api, ApiError, ApiResult, Doing, Identity, Link, Whom};

/// What can be edited, with the fields that each kind of editing is about: titles and visibility, corrections, tags.
const ITEM: [&[&str]; 3] =
    [&["visibility"], &["capture_time", "heading", "latitude", "longitude", "pitch", "roll", "yaw"], &["semantics"]];
/// The same of a sequence.
const COLLECTION: [&[&str]; 3] = [&["title", "visibility"], &["relative_heading", "sortby"], &["semantics"]];
/// Written by older clients for `visibility`.
const VISIBLE: &str = "visible";

/// The routes.
pub fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .merge(item::router())
        .merge(collection::router())
        .merge(annotate::router())
        .merge(annotation::router())
        .merge(batch::router())
        .merge(many::router())
        .merge(undo::router())
        .merge(history::router())
}

/// What a request wants to do with a thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Kinds {
    /// To change who sees it, or its title.
    manages: bool,
    /// To change what it says of place, time and direction.
    corrects: bool,
    /// To change its tags.
    tags: bool,
}

impl Kinds {
    /// The most that is wanted.
    fn action(self, collaborative: bool) -> Action {
        match self {
            Self { manages: true, .. } => Action::Manage,
            Self { corrects: true, .. } => Action::Correct { collaborative },
            Self { .. } => Action::Tag,
        }
    }
}

/// Whether others may correct what belongs to this account.
async fn is_collaborative(api: &Api, owner: AccountId) -> ApiResult<bool> {
    let chosen = api.catalog.choices(owner).await?.collaborative_metadata;
    Ok(chosen.unwrap_or(api.settings.collaborative_metadata))
}

/// The links that tell a viewer who is signed in what they may do with a picture (or a sequence).
pub(crate) async fn permission_links(
    api: &Api,
    identity: &Identity,
    subject: Subject,
    own: &str,
    is_picture: bool,
) -> ApiResult<Vec<Link>> {
    let viewer = identity.viewer();
    if decide(viewer, Action::Tag, subject).is_err() {
        return Ok(Vec::new());
    }
    let manages = decide(viewer, Action::Manage, subject).is_ok();
    let corrects = manages || is_collaborative(api, AccountId(subject.owner)).await?;
    let [managed, corrected, tagged] = if is_picture { ITEM } else { COLLECTION };
    let mut attributes: Vec<&str> = tagged.to_vec();
    if corrects {
        attributes.extend(corrected);
    }
    if manages {
        attributes.extend(managed);
    }
    attributes.sort_unstable();
    let mut links = vec![Link::json("edit", own.to_owned()).with("method", "PATCH").with("attributes", attributes)];
    if is_picture {
        links.push(Link::json("add_annotation", format!("{own}/annotations")).with("method", "POST"));
    }
    if manages {
        links.push(Link::json("delete", own.to_owned()).with("method", "DELETE"));
    }
    Ok(links)
}

/// Refuses what the viewer may not do. `what` is "picture" or "sequence".
async fn permit(api: &Api, identity: &Identity, subject: Subject, kinds: Kinds, what: &str) -> ApiResult<()> {
    let viewer = identity.viewer();
    if kinds.manages {
        decide(viewer, Action::Manage, subject).map_err(|_| {
            ApiError::forbidden(format!(
                "this {what} belongs to another account: only its owner and administrators change its title and who sees it"
            ))
        })?;
    }
    if kinds.corrects && decide(viewer, Action::Manage, subject).is_err() {
        let collaborative = is_collaborative(api, AccountId(subject.owner)).await?;
        decide(viewer, Action::Correct { collaborative }, subject).map_err(|_| {
            ApiError::forbidden(format!(
                "this {what} belongs to another account, which does not let others correct place, time, direction and order"
            ))
        })?;
    }
    if kinds.tags {
        decide(viewer, Action::Tag, subject).map_err(|refusal| match refusal {
            Refusal::SignIn => ApiError::unauthorized("Authentication is mandatory: send a token, or sign in"),
            Refusal::Hidden | Refusal::NotYours => ApiError::not_found(format!("this {what} doesn't exist")),
        })?;
    }
    Ok(())
}

/// A patch as it is kept in the history: which fields it named. Their values are in the changes, which go with what is
/// deleted; this does not.
fn patch_of(fields: &Map<String, Value>) -> Value {
    json!({ "patch": fields.keys().collect::<Vec<_>>() })
}

/// Tags sequences together, as one edit. Where a tag is there already, it stays.
pub(super) async fn tag_sequences(api: &Api, identity: &Identity, wishes: Vec<Wish>) -> ApiResult<()> {
    if wishes.is_empty() {
        return Ok(());
    }
    let new = new_edit(api, identity, json!({ "patch": ["semantics"] }), wishes)?;
    make(api, &NewEdit { strict: false, ..new }).await?;
    Ok(())
}

/// An edit to be made by whoever is signed in. `operation` says what is asked for, and nothing of what it is about.
fn new_edit(api: &Api, identity: &Identity, operation: Value, wishes: Vec<Wish>) -> ApiResult<NewEdit> {
    Ok(NewEdit {
        id: EditId(api.world.id()),
        account: identity.require()?.id,
        at: api.world.now(),
        operation,
        undoes: None,
        wishes,
        strict: true,
        run: None,
    })
}

/// Makes an edit. What the catalog refuses is told.
async fn make(api: &Api, new: &NewEdit) -> ApiResult<EditReceipt> {
    api.pace.count(Whom::Account(new.account), Doing::Edits, api.settings.max_edits_per_minute, new.at)?;
    let receipt = store(api, new).await?;
    match receipt {
        EditReceipt::TagExists(tag) => {
            Err(ApiError::bad_request("Impossible to add semantic tags because of duplicates")
                .with("details", json!({ "duplicate": format!("{}={} is there already", tag.key, tag.value) })))
        }
        EditReceipt::TooMany => Err(ApiError::bad_request(format!(
            "at most {} tags may be on one thing, and {} annotations in a picture: take others away first",
            flaneur_catalog::model::MOST_TAGS,
            flaneur_catalog::model::MOST_ANNOTATIONS
        ))),
        EditReceipt::NotUndoable => Err(ApiError::conflict("this edit was undone already: look at its history")),
        EditReceipt::Done { .. } | EditReceipt::Nothing { .. } => Ok(receipt),
    }
}

/// The same, not counted, and with what the catalog refuses.
async fn store(api: &Api, new: &NewEdit) -> ApiResult<EditReceipt> {
    let world = api.world.clone();
    Ok(api.catalog.edit(new, &move || JobId(world.id())).await?)
}
