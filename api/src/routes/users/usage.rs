//! `/users/me/usage`: how much of the instance an account takes.

use axum::{extract::State, response::Response};
use serde::Serialize;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{Api, ApiResult, Identity, error::ErrorBody, quota, respond::Reply};

/// The routes.
pub fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(usage))
}

/// What an account has, and may have.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = Usage)]
struct UsageDocument {
    /// Pictures that are not deleted, and files that are on their way.
    pictures: i64,
    /// Bytes of the files that they came in.
    bytes: i64,
    /// Most pictures; null: as many as there is room for.
    #[schema(required)]
    most_pictures: Option<i64>,
    /// Most bytes; null: as many as there is room for.
    #[schema(required)]
    most_bytes: Option<i64>,
}

/// How much you have
///
/// And how much you may have. It is counted every few minutes at most where there is much.
#[utoipa::path(
    get, path = "/users/me/usage", tag = "Accounts",
    responses(
        (status = 200, description = "What you have, and may have", body = UsageDocument,
            example = json!({"pictures": 1204, "bytes": 5_217_300_411_i64, "most_pictures": null, "most_bytes": 50_000_000_000_i64})),
        (status = 304, description = "It is as `If-None-Match` says"),
        (status = 401, description = "Sign in first", body = ErrorBody),
    )
)]
async fn usage(State(api): State<Api>, identity: Identity, reply: Reply) -> ApiResult<Response> {
    let account = identity.require()?;
    let quota::Limits { pictures: most_pictures, bytes: most_bytes } = quota::limits(&api, account).await?;
    let has = quota::usage(&api, account.id, |_| true).await?;
    reply.private().json(&UsageDocument { pictures: has.pictures, bytes: has.bytes, most_pictures, most_bytes })
}
