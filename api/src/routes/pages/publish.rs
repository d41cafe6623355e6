//! `/pages/{page}/publish-change`.

use axum::{extract::State, response::Response};

use super::{Described, FOR_ADMINISTRATORS, described, page_name, summary};
use crate::{Api, ApiError, ApiResult, Identity, PublicUrl, error::ErrorBody, extract::Path, respond::Reply};

/// Have people read a page again
///
/// For administrators, when what is written there changed in a way that matters. Accounts then see `tos_latest_change_read: false`
/// until they say that they read it.
#[utoipa::path(
    method(put, post), path = "/pages/{page}/publish-change", tag = "Pages",
    params(("page" = String, Path, description = "Which page")),
    responses(
        (status = 200, description = "The page with its new version", content_type = "application/json", body = Described,
            example = json!({"name": "terms-of-service", "flaneur:version": 2, "languages": []})),
        (status = 401, description = "Sign in first", body = ErrorBody),
        (status = 403, description = "For administrators only", body = ErrorBody),
        (status = 404, description = "There is no such page, or nobody has written it", body = ErrorBody),
    )
)]
pub async fn publish(
    State(api): State<Api>,
    identity: Identity,
    url: PublicUrl,
    reply: Reply,
    Path(page): Path<String>,
) -> ApiResult<Response> {
    let account = identity.require_admin(FOR_ADMINISTRATORS)?.id;
    let name = page_name(&page)?;
    let published = api.catalog.publish_page(name, account, api.world.now()).await?;
    published.ok_or_else(|| ApiError::not_found("Nobody has written this page"))?;
    reply.json(&described(summary(&api, name).await?, &url))
}
