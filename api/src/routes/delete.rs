//! `DELETE /collections/{id}` and `DELETE /collections/{collection}/items/{id}`: taking pictures back.

use axum::extract::State;
use flaneur_access::{Action, Subject, Viewer, decide};
use flaneur_catalog::model::{AccountId, Issue, JobId, PictureId, Removal, ReportId, Reported, SequenceId};
use http::StatusCode;
use serde::Deserialize;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::reports::issue;
use crate::{
    Api, ApiError, ApiResult, Identity,
    extract::{Path, Query},
    identity::secret_hash,
    post::case_key,
};

/// Longest text of the reasons, characters: proxies take a line of 8 kB, and some letters are nine bytes of it.
const LONGEST_REASONS: usize = 800;

/// Why an administrator deletes what is another's.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct Why {
    /// Where an administrator deletes what is another's, the ground, as in reports: `blur_missing`, `blur_excess`,
    /// `inappropriate`, `privacy`, `picture_low_quality`, `mislocated`, `copyright` or `other`, which it is if nothing is said.
    issue: Option<String>,
    /// The reasons, in words for its owner.
    #[param(max_length = 800)]
    reasons: Option<String>,
}

impl Why {
    /// The ground and the reasons.
    fn said(self) -> ApiResult<(Issue, Option<String>)> {
        let issue = self.issue.as_deref().map_or(Ok(Issue::Other), |name| issue(Some(name)))?;
        let reasons = self.reasons.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        if reasons.as_ref().is_some_and(|text| text.chars().count() > LONGEST_REASONS) {
            return Err(ApiError::bad_request(format!("'reasons' may have {LONGEST_REASONS} characters at most")));
        }
        Ok((issue, reasons))
    }
}

/// The routes.
pub fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(collection)).routes(routes!(item))
}

/// Delete a sequence with its pictures
///
/// A tombstone remains. What an administrator deletes of another's is kept as a report that is closed, and its owner is told why.
#[utoipa::path(
    delete, path = "/collections/{id}", tag = "Upload",
    params(("id" = String, Path, description = "The sequence's id"), Why),
    responses(
        (status = 204, description = "It is gone"),
        (status = 400, description = "A parameter makes no sense", body = crate::error::ErrorBody),
        (status = 401, description = "Sign in first", body = crate::error::ErrorBody),
        (status = 403, description = "It belongs to another account", body = crate::error::ErrorBody),
        (status = 404, description = "There is no such sequence", body = crate::error::ErrorBody),
    )
)]
async fn collection(
    State(api): State<Api>,
    identity: Identity,
    Path(id): Path<String>,
    Query(why): Query<Why>,
) -> ApiResult<StatusCode> {
    identity.require()?;
    let missing = || ApiError::not_found("Collection doesn't exist");
    let id: SequenceId = id.parse().map_err(|_| missing())?;
    let sequence = api.catalog.sequence(identity.viewer(), id).await?.ok_or_else(missing)?;
    manage(
        identity.viewer(),
        Subject { owner: sequence.account.0, visibility: sequence.visibility, published: true },
        "You're not authorized to delete this sequence: it belongs to another account",
    )?;
    let world = api.world.clone();
    let fresh = move || JobId(world.id());
    let deleted = match removal(&api, &identity, sequence.account, Reported::Sequence(id), why)? {
        Some(removal) => api.catalog.remove(&removal, &fresh).await?,
        None => api.catalog.delete_sequence(id, &fresh, api.world.now()).await?,
    };
    if deleted { Ok(StatusCode::NO_CONTENT) } else { Err(missing()) }
}

/// Delete a picture
///
/// A tombstone remains. What an administrator deletes of another's is kept as a report that is closed, and its owner is told why.
#[utoipa::path(
    delete, path = "/collections/{collection}/items/{id}", tag = "Upload",
    params(
        ("collection" = String, Path, description = "The sequence's id"),
        ("id" = String, Path, description = "The picture's id"),
        Why,
    ),
    responses(
        (status = 204, description = "It is gone"),
        (status = 400, description = "A parameter makes no sense", body = crate::error::ErrorBody),
        (status = 401, description = "Sign in first", body = crate::error::ErrorBody),
        (status = 403, description = "It belongs to another account", body = crate::error::ErrorBody),
        (status = 404, description = "There is no such picture", body = crate::error::ErrorBody),
    )
)]
async fn item(
    State(api): State<Api>,
    identity: Identity,
    Path((collection, id)): Path<(String, String)>,
    Query(why): Query<Why>,
) -> ApiResult<StatusCode> {
    identity.require()?;
    let missing = || ApiError::not_found("Item doesn't exist");
    let collection: SequenceId = collection.parse().map_err(|_| missing())?;
    let id: PictureId = id.parse().map_err(|_| missing())?;
    let viewer = identity.viewer();
    let picture = api.catalog.picture(id).await?.filter(|picture| picture.sequence == Some(collection));
    let picture = picture.ok_or_else(missing)?;
    let owner = picture.account.0;
    // Who could not see the picture is not told that it exists; its owner may delete it before it is ready, too.
    let visible = viewer.is_admin() || viewer.account() == Some(owner) || api.catalog.item(viewer, id).await?.is_some();
    if !visible {
        return Err(missing());
    }
    manage(
        viewer,
        Subject { owner, visibility: picture.visibility, published: true },
        "You're not authorized to delete this picture: it belongs to another account",
    )?;
    let world = api.world.clone();
    let fresh = move || JobId(world.id());
    let deleted = match removal(&api, &identity, picture.account, Reported::Picture(id), why)? {
        Some(removal) => api.catalog.remove(&removal, &fresh).await?,
        None => api.catalog.delete_picture(id, [fresh(), fresh()], api.world.now()).await?,
    };
    if deleted { Ok(StatusCode::NO_CONTENT) } else { Err(missing()) }
}

/// What is to be kept of a deletion: none where somebody deletes what is theirs.
fn removal(api: &Api, identity: &Identity, owner: AccountId, about: Reported, why: Why) -> ApiResult<Option<Removal>> {
    let (issue, reasons) = why.said()?;
    let Some(by) = identity.account.as_ref().map(|account| account.id).filter(|by| *by != owner) else {
        return Ok(None);
    };
    let id = ReportId(api.world.id());
    let case_sha256 = secret_hash(&case_key(&api.tokens, id));
    Ok(Some(Removal { id, about, by, issue, reasons, case_sha256, at: api.world.now() }))
}

fn manage(viewer: Viewer, subject: Subject, refusal: &'static str) -> ApiResult<()> {
    decide(viewer, Action::Manage, subject).map_err(|_| ApiError::forbidden(refusal))
}
