//! `/pictures`: pictures and their files.

use flaneur_access::{Action, Visibility, decide};
use flaneur_catalog::model::{Item, PictureId, PictureStatus};
use http::StatusCode;
use utoipa_axum::router::OpenApiRouter;

use crate::{Api, ApiError, ApiResult, Identity, Link, PublicUrl, routes::edits::permission_links, stac};

mod files;
mod following;
mod one;
mod panorama;
mod redactions;
mod send;
mod tiled;
mod view;

pub(crate) use files::{File, serve_file};
pub(in crate::routes) use files::{entity_tag, public_key};
use following::with_files;
pub(crate) use redactions::{RedactionDocument, redaction_document, redactions_with};
pub(in crate::routes) use send::{send, unchanged};

/// The routes.
pub fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .merge(one::router())
        .merge(files::router())
        .merge(tiled::router())
        .merge(view::router())
        .merge(redactions::router())
}

/// A picture that the viewer may see, or 404. One call to the catalog where it may.
pub(crate) async fn find_item(api: &Api, identity: &Identity, id: PictureId) -> ApiResult<Item> {
    let viewer = identity.viewer();
    match api.catalog.item(viewer, id).await? {
        // The catalog has applied the rule with the sequence's visibility; here it is asked once more what can be told
        // from the picture alone, so that no answer of a catalog is trusted with what is not published.
        Some(item) => match decide(viewer, Action::See, item.picture.subject(Visibility::Anyone)) {
            Ok(()) => Ok(item),
            Err(_) => Err(no_item()),
        },
        None => Err(why_not(api, identity, id).await?),
    }
}

/// A picture asked for by its id. Who may manage it is shown it from the time when it has a place in a sequence.
pub(crate) async fn asked_for(api: &Api, identity: &Identity, url: &PublicUrl, id: PictureId) -> ApiResult<stac::Item> {
    match find_item(api, identity, id).await {
        Ok(item) => item_document(api, identity, url, item).await,
        Err(error) if error.status() == StatusCode::NOT_FOUND && identity.account.is_some() => {
            // If there is nothing else to be shown, what was wrong is said as before.
            unfinished(api, identity, url, id).await?.ok_or(error)
        }
        Err(error) => Err(error),
    }
}

/// A picture that is still being processed, or could not be, for who may manage it.
async fn unfinished(api: &Api, identity: &Identity, url: &PublicUrl, id: PictureId) -> ApiResult<Option<stac::Item>> {
    let item = api.catalog.unfinished_item(id).await?;
    let manages =
        |item: &Item| decide(identity.viewer(), Action::Manage, item.picture.subject(Visibility::Anyone)).is_ok();
    let Some(item) = item.filter(manages) else { return Ok(None) };
    let status = unfinished_status(item.picture.status);
    let mut document = item_document(api, identity, url, item).await?;
    document.properties.status = status;
    Ok(Some(document))
}

/// How far a picture is that is not published, in the words of the Panoramax API.
pub(crate) fn unfinished_status(status: PictureStatus) -> &'static str {
    match status {
        PictureStatus::Broken => "broken",
        _ => "waiting-for-process",
    }
}

/// A picture asked for by its id: who is signed in gets links to what they may do with it, and who may manage it the one to
/// what is redacted in it.
pub(crate) async fn item_document(
    api: &Api,
    identity: &Identity,
    url: &PublicUrl,
    item: Item,
) -> ApiResult<stac::Item> {
    let subject = item.picture.subject(Visibility::Anyone);
    let mut document = stac::Item::new(item, url, &api.settings.license);
    let Some(sequence) = document.collection else { return Ok(document) };
    let own = url.api(format_args!("/collections/{sequence}/items/{}", document.id));
    document.links.extend(permission_links(api, identity, subject, &own, true).await?);
    if decide(identity.viewer(), Action::Manage, subject).is_ok() {
        let redactions = url.api(format_args!("/pictures/{}/redactions", document.id));
        document.links.push(Link::json("redactions", redactions));
    }
    Ok(document)
}

/// There is no such picture, as far as this viewer goes.
pub(crate) fn no_item() -> ApiError {
    ApiError::not_found("Item doesn't exist")
}

/// Who sent a picture is told how far it is; everybody else hears the same as of a picture that never was.
async fn why_not(api: &Api, identity: &Identity, id: PictureId) -> ApiResult<ApiError> {
    if identity.account.is_none() {
        return Ok(no_item());
    }
    let Some(picture) = api.catalog.picture(id).await? else { return Ok(no_item()) };
    if decide(identity.viewer(), Action::Manage, picture.subject(Visibility::Anyone)).is_err() {
        return Ok(no_item());
    }
    Ok(match picture.status {
        PictureStatus::Waiting => ApiError::not_found("This picture is still being processed: ask again in a moment"),
        PictureStatus::Ready => ApiError::not_found("This picture is not in a sequence yet: complete its upload set"),
        PictureStatus::Broken => {
            ApiError::not_found("This picture can't be processed: the list of files of its upload set says why")
        }
        PictureStatus::Duplicate => ApiError::not_found("This picture was left out: it is nearly the same as another"),
        PictureStatus::Deleted => no_item(),
    })
}
