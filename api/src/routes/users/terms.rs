//! `/users/me/accept_tos` and `/users/me/tos_read`: what one says of the terms of service.

use axum::{extract::State, response::Response};
use flaneur_catalog::model::TermsAnswer;
use jiff::Timestamp;
use serde::Serialize;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::me::{self, Me};
use crate::{Api, ApiError, ApiResult, Identity, PublicUrl, error::ErrorBody, respond::Reply};

/// The routes.
pub fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(accept)).routes(routes!(read)).routes(routes!(answers))
}

/// Agree to the terms of service
///
/// To the version in force; that and when it was is recorded, and listed at `/users/me/terms`.
#[utoipa::path(
    post, path = "/users/me/accept_tos", tag = "Pages",
    responses(
        (status = 200, description = "The account as it is now", content_type = "application/json", body = Me),
        (status = 401, description = "Sign in first", body = ErrorBody),
        (status = 404, description = "There are no terms of service here", body = ErrorBody),
    )
)]
async fn accept(State(api): State<Api>, identity: Identity, url: PublicUrl, reply: Reply) -> ApiResult<Response> {
    answer(&api, &identity, &url, &reply, true).await
}

/// Say that you read the terms of service
///
/// The latest change of them, without agreeing to it.
#[utoipa::path(
    post, path = "/users/me/tos_read", tag = "Pages",
    responses(
        (status = 200, description = "The account as it is now", content_type = "application/json", body = Me),
        (status = 401, description = "Sign in first", body = ErrorBody),
        (status = 404, description = "There are no terms of service here", body = ErrorBody),
    )
)]
async fn read(State(api): State<Api>, identity: Identity, url: PublicUrl, reply: Reply) -> ApiResult<Response> {
    answer(&api, &identity, &url, &reply, false).await
}

async fn answer(api: &Api, identity: &Identity, url: &PublicUrl, reply: &Reply, accepted: bool) -> ApiResult<Response> {
    let account = identity.require()?;
    let terms = api.catalog.answer_terms(account.id, accepted, api.world.now()).await?;
    terms.ok_or_else(|| ApiError::not_found("There are no terms of service here"))?;
    reply.json(&me::document(api, account, url).await?)
}

/// What an account said of the terms of service.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = TermsAnswers)]
struct Answers {
    /// The version in force; 0: there are none.
    version: i64,
    /// Each version that it read, the oldest first.
    answers: Vec<AnswerToVersion>,
}

/// What an account said of a version of the terms of service.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = TermsAnswer)]
struct AnswerToVersion {
    /// Which version.
    version: i64,
    /// When it was read.
    #[schema(value_type = String, format = DateTime)]
    read_at: Timestamp,
    /// When it was agreed to; null: it was not.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    accepted_at: Option<Timestamp>,
}

impl From<TermsAnswer> for AnswerToVersion {
    fn from(TermsAnswer { version, read_at, accepted_at }: TermsAnswer) -> Self {
        Self { version, read_at, accepted_at }
    }
}

/// What you said of the terms of service
#[utoipa::path(
    get, path = "/users/me/terms", tag = "Pages",
    responses(
        (status = 200, description = "Each version that you read, and when you agreed to it", content_type = "application/json", body = Answers,
            example = json!({"version": 2, "answers": [
                {"version": 1, "read_at": "2026-11-23T12:00:00Z", "accepted_at": "2026-11-23T12:00:00Z"},
                {"version": 2, "read_at": "2026-11-24T08:00:00Z", "accepted_at": null}]})),
        (status = 304, description = "It is as `If-None-Match` says"),
        (status = 401, description = "Sign in first", body = ErrorBody),
    )
)]
async fn answers(State(api): State<Api>, identity: Identity, reply: Reply) -> ApiResult<Response> {
    let account = identity.require()?.id;
    let answers = api.catalog.terms_answers(account).await?.into_iter().map(AnswerToVersion::from).collect();
    reply.json(&Answers { version: api.catalog.terms(account).await?.version, answers })
}
