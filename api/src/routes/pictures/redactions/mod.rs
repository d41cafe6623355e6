//! `/pictures/{id}/redactions`: what is redacted in a picture, redacting more of it, and asking for a false alarm to be
//! undone.

use flaneur_access::{Action, Subject, decide};
use flaneur_catalog::model::{Picture, PictureId};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{find_item, no_item};
use crate::{Api, ApiError, ApiResult, Identity};

pub(crate) use list::redactions_with;
pub(crate) use view::{RedactionDocument, redaction as redaction_document};

mod ask;
mod list;
mod outline;
mod undo;
mod view;

/// Regions of one request.
pub(crate) const MOST_AT_ONCE: usize = 100;
/// Regions that may ever be drawn in a picture.
pub(crate) const MOST_OF_A_PICTURE: i64 = 1000;

/// The routes.
pub fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(ask::ask, list::list)).routes(routes!(undo::undo))
}

/// A picture that whoever asks may manage. Who could not see it is not told that it exists.
async fn managed(api: &Api, identity: &Identity, id: PictureId, refusal: &'static str) -> ApiResult<Picture> {
    identity.require()?;
    let viewer = identity.viewer();
    let picture = api.catalog.picture(id).await?.ok_or_else(no_item)?;
    let subject = Subject { owner: picture.account.0, visibility: picture.visibility, published: true };
    if decide(viewer, Action::Manage, subject).is_ok() {
        return Ok(picture);
    }
    find_item(api, identity, id).await?;
    Err(ApiError::forbidden(refusal))
}

#[cfg(test)]
mod tests;
