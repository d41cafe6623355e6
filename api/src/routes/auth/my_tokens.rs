//! `/users/me/tokens`: one's own tokens.

use axum::{Json, body::Bytes, extract::State};
use flaneur_catalog::model::{NewToken, Token, TokenId};
use serde_json::{Value, json};

use super::claim::Description;
use crate::{
    Api, ApiError, ApiResult, Identity, Link, PublicUrl,
    extract::{Path, refuse_nul},
};

/// One's own tokens.
#[utoipa::path(
    get, path = "/users/me/tokens", tag = "Accounts",
    responses(
        (status = 200, description = "The tokens, without their JWTs", body = Vec<Object>),
        (status = 401, description = "Sign in first", body = crate::error::ErrorBody),
    )
)]
pub async fn list(State(api): State<Api>, identity: Identity, url: PublicUrl) -> ApiResult<Json<Value>> {
    let account = identity.require()?;
    let tokens = api.catalog.tokens(account.id).await?;
    Ok(Json(
        tokens
            .iter()
            .map(|token| {
                let mut body = describe(token);
                body["links"] = json!([Link::json("self", url.api(&format!("/users/me/tokens/{}", token.id)))]);
                body
            })
            .collect(),
    ))
}

/// Make a token for oneself.
#[utoipa::path(
    post, path = "/users/me/tokens", tag = "Accounts",
    request_body(content = Option<Object>, description = "`{\"description\": …}`, or nothing"),
    responses(
        (status = 200, description = "The token with its JWT", body = Object),
        (status = 401, description = "Sign in first", body = crate::error::ErrorBody),
    )
)]
pub async fn create(State(api): State<Api>, identity: Identity, body: Bytes) -> ApiResult<Json<Value>> {
    let account = identity.require()?;
    refuse_nul(&body)?;
    let description: Description = if body.is_empty() {
        Description::default()
    } else {
        serde_json::from_slice(&body).map_err(|_| ApiError::bad_request("Send JSON with the member `description`"))?
    };
    let new = NewToken {
        id: TokenId(api.world.id()),
        account: Some(account.id),
        description: description.text(),
        created_at: api.world.now(),
    };
    let token = api.catalog.create_token(new).await?;
    Ok(Json(with_jwt(&api, &token)))
}

/// One token with its JWT.
#[utoipa::path(
    get, path = "/users/me/tokens/{id}", tag = "Accounts",
    params(("id" = String, Path, description = "The token's id")),
    responses(
        (status = 200, description = "The token with its JWT", body = Object),
        (status = 401, description = "Sign in first", body = crate::error::ErrorBody),
        (status = 404, description = "You have no such token", body = crate::error::ErrorBody),
    )
)]
pub async fn get(State(api): State<Api>, identity: Identity, Path(id): Path<String>) -> ApiResult<Json<Value>> {
    let account = identity.require()?;
    let id: TokenId = id.parse().map_err(|_| missing())?;
    let token = api.catalog.token(id).await?.filter(|token| token.account == Some(account.id)).ok_or_else(missing)?;
    Ok(Json(with_jwt(&api, &token)))
}

/// End a token for good.
#[utoipa::path(
    delete, path = "/users/me/tokens/{id}", tag = "Accounts",
    params(("id" = String, Path, description = "The token's id")),
    responses(
        (status = 200, description = "Revoked", body = Object),
        (status = 401, description = "Sign in first", body = crate::error::ErrorBody),
        (status = 404, description = "You have no such token", body = crate::error::ErrorBody),
    )
)]
pub async fn revoke(State(api): State<Api>, identity: Identity, Path(id): Path<String>) -> ApiResult<Json<Value>> {
    let account = identity.require()?;
    let id: TokenId = id.parse().map_err(|_| missing())?;
    if api.catalog.revoke_token(id, account.id).await? {
        Ok(Json(json!({ "message": "token revoked" })))
    } else {
        Err(missing())
    }
}

fn describe(token: &Token) -> Value {
    json!({ "id": token.id, "description": token.description, "generated_at": token.created_at })
}

fn with_jwt(api: &Api, token: &Token) -> Value {
    let mut body = describe(token);
    body["jwt_token"] = json!(api.tokens.sign(token.id));
    body
}

fn missing() -> ApiError {
    ApiError::not_found("Impossible to find this token")
}
