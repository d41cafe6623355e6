//! `/users/me/tokens`: one's own tokens.

use axum::{Json, body::Bytes, extract::State};
use flaneur_access::TokenScopes;
use flaneur_catalog::model::{NewToken, Token, TokenId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::claim::{description, refuse_past};
use crate::{
    Api, ApiError, ApiResult, Identity, Link, PublicUrl,
    extract::{Path, refuse_nul},
    respond::Done,
    words,
};

/// Most tokens that an account may make.
const MOST: usize = 200;

/// A token to be made.
#[derive(Debug, Default, Deserialize, utoipa::ToSchema)]
pub struct NewLimits {
    /// What it is for.
    description: Option<String>,
    /// Until when it holds; none: until it is revoked.
    #[schema(value_type = Option<String>, format = DateTime)]
    expires_at: Option<Timestamp>,
    /// What it may do: `read` (every token may), `upload`, `edit`, `moderate`; none: everything you may.
    #[schema(value_type = Option<Vec<words::TokenScope>>)]
    scopes: Option<Vec<String>>,
}

/// A token, as its account is told of it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = Token)]
pub struct Described {
    /// Identifier: the claim `sub` of its JWT.
    #[schema(value_type = Uuid)]
    id: TokenId,
    /// What it is for.
    description: String,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    generated_at: Timestamp,
    /// Until when it holds; null: until it is revoked.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    expires_at: Option<Timestamp>,
    /// What it may do; null: everything its account may.
    #[schema(value_type = Option<Vec<words::TokenScope>>, required)]
    scopes: Option<Vec<&'static str>>,
}

/// A token on the list of an account's.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ListedToken {
    #[serde(flatten)]
    token: Described,
    /// `self`: where its JWT is told.
    links: [Link; 1],
}

/// A token with its JWT.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct OwnToken {
    #[serde(flatten)]
    token: Described,
    /// What `Authorization: Bearer` takes.
    jwt_token: String,
}

/// One's own tokens.
#[utoipa::path(
    get, path = "/users/me/tokens", tag = "Accounts",
    responses(
        (status = 200, description = "The tokens, without their JWTs", body = Vec<ListedToken>),
        (status = 401, description = "Sign in first", body = crate::error::ErrorBody),
    )
)]
pub async fn list(State(api): State<Api>, identity: Identity, url: PublicUrl) -> ApiResult<Json<Vec<ListedToken>>> {
    let account = identity.require()?;
    let tokens = api.catalog.tokens(account.id).await?;
    Ok(Json(
        tokens
            .iter()
            .map(|token| ListedToken {
                token: describe(token),
                links: [Link::json("self", url.api(format_args!("/users/me/tokens/{}", token.id)))],
            })
            .collect(),
    ))
}

/// Make a token for oneself.
#[utoipa::path(
    post, path = "/users/me/tokens", tag = "Accounts",
    request_body(content = Option<NewLimits>, description = "What it is for, how long it holds and what it may do; or nothing",
        example = json!({"description": "our sign counting bot", "expires_at": "2027-01-01T00:00:00Z", "scopes": ["read", "edit"]})),
    responses(
        (status = 200, description = "The token with its JWT", body = OwnToken),
        (status = 400, description = "What is asked for makes no sense", body = crate::error::ErrorBody),
        (status = 401, description = "Sign in first", body = crate::error::ErrorBody),
        (status = 409, description = "You have as many tokens as an account may have", body = crate::error::ErrorBody),
    )
)]
pub async fn create(State(api): State<Api>, identity: Identity, body: Bytes) -> ApiResult<Json<OwnToken>> {
    let account = identity.require()?;
    refuse_nul(&body)?;
    let asked: NewLimits = if body.is_empty() {
        NewLimits::default()
    } else {
        serde_json::from_slice(&body).map_err(|error| {
            ApiError::bad_request("Send JSON with `description`, `expires_at` (as in 2027-01-01T00:00:00Z) and `scopes` (a list), or nothing")
                .because(error)
        })?
    };
    let now = api.world.now();
    refuse_past(asked.expires_at, now)?;
    let scopes = match &asked.scopes {
        None => None,
        Some(names) => Some(
            TokenScopes::of(names.iter().map(String::as_str))
                .map_err(|error| ApiError::bad_request(error.to_string()))?,
        ),
    };
    if api.catalog.tokens(account.id).await?.len() >= MOST {
        return Err(ApiError::conflict(
            "You have as many tokens as an account may have; revoke those you no longer need",
        ));
    }
    let new = NewToken {
        id: TokenId(api.world.id()),
        account: Some(account.id),
        description: description(asked.description),
        created_at: now,
        expires_at: asked.expires_at,
        scopes,
    };
    let token = api.catalog.create_token(new).await?;
    with_jwt(&api, &token)
}

/// One token with its JWT.
#[utoipa::path(
    get, path = "/users/me/tokens/{id}", tag = "Accounts",
    params(("id" = String, Path, description = "The token's id")),
    responses(
        (status = 200, description = "The token with its JWT", body = OwnToken),
        (status = 401, description = "Sign in first", body = crate::error::ErrorBody),
        (status = 404, description = "You have no such token", body = crate::error::ErrorBody),
    )
)]
pub async fn get(State(api): State<Api>, identity: Identity, Path(id): Path<String>) -> ApiResult<Json<OwnToken>> {
    let account = identity.require()?;
    let id: TokenId = id.parse().map_err(|_| missing())?;
    let token = api.catalog.token(id).await?.filter(|token| token.account == Some(account.id)).ok_or_else(missing)?;
    with_jwt(&api, &token)
}

/// End a token for good.
#[utoipa::path(
    delete, path = "/users/me/tokens/{id}", tag = "Accounts",
    params(("id" = String, Path, description = "The token's id")),
    responses(
        (status = 200, description = "Revoked", body = Done),
        (status = 401, description = "Sign in first", body = crate::error::ErrorBody),
        (status = 404, description = "You have no such token", body = crate::error::ErrorBody),
    )
)]
pub async fn revoke(State(api): State<Api>, identity: Identity, Path(id): Path<String>) -> ApiResult<Json<Done>> {
    let account = identity.require()?;
    let id: TokenId = id.parse().map_err(|_| missing())?;
    if api.catalog.revoke_token(id, account.id).await? {
        Ok(Json(Done { message: "token revoked" }))
    } else {
        Err(missing())
    }
}

/// A token without its JWT.
pub fn describe(token: &Token) -> Described {
    Described {
        id: token.id,
        description: token.description.clone(),
        generated_at: token.created_at,
        expires_at: token.expires_at,
        scopes: token.scopes.map(|scopes| scopes.names().collect()),
    }
}

fn with_jwt(api: &Api, token: &Token) -> ApiResult<Json<OwnToken>> {
    let jwt_token = api.tokens.sign(token.id).map_err(|error| ApiError::internal(&error))?;
    Ok(Json(OwnToken { token: describe(token), jwt_token }))
}

fn missing() -> ApiError {
    ApiError::not_found("Impossible to find this token")
}
