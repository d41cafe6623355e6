//! `POST /edits/{id}/undo`: putting back what an edit changed.

use std::collections::{HashMap, HashSet};

use axum::{
    Json,
    extract::State,
    response::{IntoResponse as _, Response},
};
use flaneur_access::{Action, Subject, Visibility, decide};
use flaneur_catalog::model::{
    EditChange, EditId, EditReceipt, MOST_CHANGES, NewEdit, PictureFields, PictureId, Selection, SequenceId,
    Unfulfilled, Wish,
};
use serde_json::json;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::{
    Kinds, is_collaborative, make, new_edit,
    told::{Kept, MadeUndo, NothingUndone, Undone, WhyKept},
    view,
};
use crate::{Api, ApiError, ApiResult, Identity, PublicUrl, error::ErrorBody, extract::Path};

/// The routes.
pub fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(undo))
}

/// Undo an edit
///
/// Everything is put back that is still as the edit left it; what somebody changed since stays, and is told. Undoing is an edit
/// itself, and can be undone. Whoever may change all that it changed may undo it.
#[utoipa::path(
    post, path = "/edits/{id}/undo", tag = "Editing",
    params(("id" = Uuid, Path, description = "The edit")),
    responses(
        (status = 200, description = "The edit that undid it, or that nothing is left to be put back", body = Undone),
        (status = 401, description = "Sign in first", body = ErrorBody),
        (status = 403, description = "It changed what belongs to others", body = ErrorBody),
        (status = 404, description = "There is no such edit, as far as this viewer goes", body = ErrorBody),
        (status = 409, description = "It was undone already", body = ErrorBody),
        (status = 429, description = "More edits in a minute than are taken from one account", body = ErrorBody),
    )
)]
async fn undo(State(api): State<Api>, identity: Identity, url: PublicUrl, Path(id): Path<Uuid>) -> ApiResult<Response> {
    identity.require()?;
    let edit = api.catalog.find_edit(EditId(id)).await?.ok_or_else(missing)?;
    let new = backwards(&api, &identity, edit.id).await?;
    let (done, unfulfilled) = match make(&api, &new).await? {
        EditReceipt::Done { unfulfilled, .. } => (true, unfulfilled),
        EditReceipt::Nothing { unfulfilled } => (false, unfulfilled),
        EditReceipt::TagExists(_) | EditReceipt::TooMany | EditReceipt::NotUndoable => (false, Vec::new()),
    };
    let kept = unfulfilled.into_iter().filter_map(|(at, why)| told(new.wishes.get(at)?, why)).collect();
    let undone = match api.catalog.find_edit(new.id).await? {
        Some(edit) if done => Undone::Made(Box::new(MadeUndo { edit: view::edit(&edit, &url, true), kept })),
        _ => Undone::Nothing(NothingUndone { changes_count: 0, kept }),
    };
    Ok(Json(undone).into_response())
}

/// The edit that undoes another.
pub(super) async fn backwards(api: &Api, identity: &Identity, undone: EditId) -> ApiResult<NewEdit> {
    let changes = api.catalog.edit_changes(undone, 0, MOST_CHANGES as i64).await?;
    let changes: Vec<EditChange> = changes.into_iter().map(|(_, change)| change).collect();
    let changes = permitted(api, identity, changes).await?;
    let wishes: Vec<Wish> = changes.into_iter().map(EditChange::backwards).collect();
    let new = new_edit(api, identity, json!({ "undo": undone }), wishes)?;
    Ok(NewEdit { undoes: Some(undone), strict: false, ..new })
}

/// What stays as it is, and why.
fn told(wish: &Wish, why: Unfulfilled) -> Option<Kept> {
    let (picture_id, sequence_id) = match wish {
        Wish::Sequence { id, .. } => (None, Some(*id)),
        _ => (Some(wish.picture()?), None),
    };
    let (reason, fields) = match why {
        Unfulfilled::Gone => (WhyKept::Gone, None),
        Unfulfilled::Changed(fields) => (WhyKept::ChangedSince, Some(fields)),
    };
    Some(Kept { picture_id, sequence_id, reason, fields })
}

fn missing() -> ApiError {
    ApiError::not_found("Edit doesn't exist")
}

/// The changes of which the viewer may change all; 403 if there are others, 404 if there are some of what is hidden. What is gone is left out.
async fn permitted(api: &Api, identity: &Identity, changes: Vec<EditChange>) -> ApiResult<Vec<EditChange>> {
    let viewer = identity.viewer();
    let refuse =
        || ApiError::forbidden("this edit changed what belongs to others, who do not let you change it: ask its owner");
    let mut pictures: HashMap<PictureId, Kinds> = HashMap::new();
    let mut sequences: HashMap<SequenceId, Kinds> = HashMap::new();
    for change in &changes {
        match change {
            EditChange::Picture { id, became, .. } => {
                let needs = pictures.entry(*id).or_default();
                needs.manages |= became.visibility.is_some() || became.rights.is_some();
                let corrected = PictureFields { semantics: None, visibility: None, rights: None, ..became.clone() };
                needs.corrects |= !corrected.is_empty();
            }
            EditChange::Annotation { picture, .. } => {
                pictures.entry(*picture).or_default();
            }
            EditChange::Sequence { id, became, .. } => {
                let needs = sequences.entry(*id).or_default();
                needs.manages |= became.visibility.is_some() || became.title.is_some();
                needs.corrects |= became.sorted_by.is_some();
            }
        }
    }
    let selection = Selection { pictures: pictures.keys().copied().collect(), ..Selection::default() };
    let mut there: HashSet<PictureId> = HashSet::new();
    for each in api.catalog.editable(&selection, MOST_CHANGES as i64).await? {
        let visibility = each.seen_by.unwrap_or(Visibility::OwnerOnly);
        let subject = Subject { owner: each.account.0, visibility, published: true };
        decide(viewer, Action::See, subject).map_err(|_| missing())?;
        let collaborative = each.collaborative.unwrap_or(api.settings.collaborative_metadata);
        let needs = pictures.get(&each.id).copied().unwrap_or_default();
        decide(viewer, needs.action(collaborative), subject).map_err(|_| refuse())?;
        there.insert(each.id);
    }
    for (id, needs) in &sequences {
        let sequence = api.catalog.sequence(viewer, *id).await?.ok_or_else(missing)?;
        let subject = Subject { owner: sequence.account.0, visibility: sequence.visibility, published: true };
        let collaborative = is_collaborative(api, sequence.account).await?;
        decide(viewer, needs.action(collaborative), subject).map_err(|_| refuse())?;
    }
    let is_there = |change: &EditChange| match change {
        EditChange::Picture { id, .. } | EditChange::Annotation { picture: id, .. } => there.contains(id),
        EditChange::Sequence { .. } => true,
    };
    Ok(changes.into_iter().filter(is_there).collect())
}
