//! `/auth/tokens`: how a program without a browser gets a token. It generates one, shows its user the address where to
//! claim it, and tries the token until it holds.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Redirect, Response},
};
use flaneur_catalog::model::{Claim, NewToken, TokenId};
use http::{HeaderMap, header};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{
    Api, ApiError, ApiResult, Identity, Link, PublicUrl,
    extract::{Path, Query},
};

/// How long a token waits to be claimed.
const UNCLAIMED: SignedDuration = SignedDuration::from_hours(24);

/// What the token is for.
#[derive(Debug, Default, Deserialize)]
pub struct Description {
    /// Shown in the list of one's tokens.
    pub description: Option<String>,
}

impl Description {
    /// At most 200 characters.
    pub fn text(self) -> String {
        self.description.unwrap_or_default().chars().take(200).collect()
    }
}

/// A token that acts for nobody yet.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct UnclaimedToken {
    /// Identifier.
    #[schema(value_type = Uuid)]
    id: TokenId,
    /// What it is for.
    description: String,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    generated_at: Timestamp,
    /// The token itself: what `Authorization: Bearer` takes once it is claimed.
    jwt_token: String,
    /// `claim`: where to send its user's browser, within a day.
    links: [Link; 1],
}

/// A token that acts for an account from now on.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ClaimedToken {
    /// What was done.
    message: &'static str,
    /// Name of the account.
    account: String,
}

/// Get a token that acts for nobody yet.
#[utoipa::path(
    post, path = "/auth/tokens/generate", tag = "Accounts",
    params(("description" = Option<String>, Query, description = "What it is for")),
    responses((status = 200, description = "The token, with the address where its user claims it", body = UnclaimedToken))
)]
pub async fn generate(
    State(api): State<Api>,
    url: PublicUrl,
    Query(description): Query<Description>,
) -> ApiResult<Json<UnclaimedToken>> {
    let now = api.world.now();
    // Whoever asks for tokens and never claims them must not fill the catalog.
    let before = now.saturating_sub(UNCLAIMED).map_err(|error| ApiError::internal(&error))?;
    api.catalog.drop_unclaimed_tokens(before).await?;
    let new = NewToken {
        id: TokenId(api.world.id()),
        account: None,
        description: description.text(),
        created_at: now,
        expires_at: None,
        scopes: None,
    };
    let token = api.catalog.create_token(new).await?;
    Ok(Json(UnclaimedToken {
        id: token.id,
        description: token.description,
        generated_at: token.created_at,
        jwt_token: api.tokens.sign(token.id).map_err(|error| ApiError::internal(&error))?,
        links: [Link::json("claim", url.api(&format!("/auth/tokens/{}/claim", token.id)))],
    }))
}

/// Where a program sends its user's browser
///
/// With a bearer token in the request it claims at once, and so it does for a program that is signed in by a session's cookie.
#[utoipa::path(
    get, path = "/auth/tokens/{id}/claim", tag = "Accounts",
    params(("id" = String, Path, description = "The token's id")),
    responses(
        (status = 200, description = "Claimed, where no browser asks", content((ClaimedToken = "application/json"), (String = "text/plain"))),
        (status = 303, description = "To the page that asks whether the program may act for you"),
        (status = 404, description = "There is no such token", body = crate::error::ErrorBody),
    )
)]
pub async fn open(
    State(api): State<Api>,
    identity: Identity,
    url: PublicUrl,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> ApiResult<Response> {
    let id = known(&api, &id).await?;
    if headers.contains_key(header::AUTHORIZATION) {
        return Ok(grant(&api, &identity, id).await?.into_response());
    }
    if identity.account.is_some() && is_program(&api, &headers) {
        let _claimed = grant(&api, &identity, id).await?;
        // The words are the reference server's.
        return Ok("You are now logged in the CLI, you can upload your pictures".into_response());
    }
    // A page asks first: a link that claimed by being opened could be slipped to anyone.
    Ok(Redirect::to(&format!("{}/claim?token={id}", url.0)).into_response())
}

/// Whether it is surely no browser, which could have been sent here by anybody: those that follow a link ask for HTML, and where the
/// session's cookie goes along with links only (`SameSite=Lax`), nothing else brings it.
fn is_program(api: &Api, headers: &HeaderMap) -> bool {
    // What cannot be read may ask for anything.
    let mut accepted = headers.get_all(header::ACCEPT).iter();
    let asks_for_html = accepted.any(|value| value.to_str().map_or(true, |value| value.contains("text/html")));
    api.settings.credential_origins.is_empty() && !headers.contains_key("sec-fetch-site") && !asks_for_html
}

/// Let a token act for you.
#[utoipa::path(
    post, path = "/auth/tokens/{id}/claim", tag = "Accounts",
    params(("id" = String, Path, description = "The token's id")),
    responses(
        (status = 200, description = "Claimed", body = ClaimedToken),
        (status = 401, description = "Sign in first", body = crate::error::ErrorBody),
        (status = 404, description = "There is no such token", body = crate::error::ErrorBody),
        (status = 409, description = "Somebody else has claimed it", body = crate::error::ErrorBody),
    )
)]
pub async fn claim(
    State(api): State<Api>,
    identity: Identity,
    Path(id): Path<String>,
) -> ApiResult<Json<ClaimedToken>> {
    let id = known(&api, &id).await?;
    grant(&api, &identity, id).await
}

async fn grant(api: &Api, identity: &Identity, id: TokenId) -> ApiResult<Json<ClaimedToken>> {
    let account = identity.require()?;
    match api.catalog.claim_token(id, account.id).await? {
        Claim::Claimed => Ok(Json(ClaimedToken { message: "token claimed", account: account.name.clone() })),
        Claim::Taken => Err(ApiError::conflict("Token already claimed by another account")),
        Claim::Missing => Err(missing()),
    }
}

async fn known(api: &Api, id: &str) -> ApiResult<TokenId> {
    let id = id.parse().map_err(|_| missing())?;
    api.catalog.token(id).await?.map(|token| token.id).ok_or_else(missing)
}

fn missing() -> ApiError {
    ApiError::not_found("Impossible to find this token; it may have expired. Start the login again")
}
