//! `/auth/tokens`: how a program without a browser gets a token. It generates one, shows its user the address where to
//! claim it, and tries the token until it holds.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Redirect, Response},
};
use flaneur_access::TokenScopes;
use flaneur_catalog::model::{Claim, NewToken, Token, TokenId};
use http::{HeaderMap, header};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::my_tokens::{Described, describe as described_token};
use crate::{
    Api, ApiError, ApiResult, Identity, Link, PublicUrl,
    extract::{Path, Query, given, said},
    words,
};

/// How long a token waits to be claimed.
const UNCLAIMED: SignedDuration = SignedDuration::from_hours(24);

/// Longest list of scopes, bytes. All there are have a fourth of that.
const LONGEST_SCOPES: usize = 200;

/// What a program asks for.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// What it is for, at most 200 characters: shown to whoever claims it, and in the list of their tokens
    description: Option<String>,
    /// What it may do, separated by commas: `read` (every token may), `upload`, `edit`, `annotate`, `moderate`. Not said: everything its
    /// account may
    #[serde(default, deserialize_with = "said")]
    #[param(value_type = Option<String>, example = "upload")]
    scopes: Option<String>,
    /// Until when it holds. Not said: until it is revoked
    #[param(value_type = Option<String>, format = DateTime, example = "2030-01-01T00:00:00Z")]
    expires_at: Option<String>,
}

impl Wanted {
    /// What it may do; none: everything. Nothing is less than what is not said.
    fn scopes(&self) -> ApiResult<Option<TokenScopes>> {
        let Some(text) = &self.scopes else { return Ok(None) };
        if text.len() > LONGEST_SCOPES {
            return Err(ApiError::bad_request(format!("`scopes` may have at most {LONGEST_SCOPES} bytes")));
        }
        let names = text.split([',', ' ']).filter(|name| !name.is_empty());
        TokenScopes::of(names).map(Some).map_err(|error| ApiError::bad_request(error.to_string()))
    }

    fn end(&self) -> ApiResult<Option<Timestamp>> {
        let refuse = |_| ApiError::bad_request("`expires_at` has to be a time as in 2027-01-01T00:00:00Z, or left out");
        given(self.expires_at.as_ref()).map(|text| text.parse().map_err(refuse)).transpose()
    }
}

/// What a token is for, as it is kept: at most 200 characters.
pub fn description(text: Option<String>) -> String {
    text.unwrap_or_default().chars().take(200).collect()
}

/// Refuses a token that would never hold.
pub fn refuse_past(end: Option<Timestamp>, now: Timestamp) -> ApiResult<()> {
    if end.is_some_and(|end| end <= now) {
        return Err(ApiError::bad_request("`expires_at` is in the past; choose a time to come, or leave it out"));
    }
    Ok(())
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
    /// Until when it holds; null: until it is revoked.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    expires_at: Option<Timestamp>,
    /// What it may do once it is claimed; null: everything its account may.
    #[schema(value_type = Option<Vec<words::TokenScope>>, required)]
    scopes: Option<Vec<&'static str>>,
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

/// Get a token that acts for nobody yet
///
/// It may ask for less than everything: whoever claims it is shown what they allow, and it holds for nothing else.
#[utoipa::path(
    post, path = "/auth/tokens/generate", tag = "Accounts",
    params(Wanted),
    responses(
        (status = 200, description = "The token, with the address where its user claims it", body = UnclaimedToken),
        (status = 400, description = "What is asked for makes no sense", body = crate::error::ErrorBody,
            example = json!({"message": "scopes are read, upload, edit, annotate and moderate", "status_code": 400})),
    )
)]
pub async fn generate(
    State(api): State<Api>,
    url: PublicUrl,
    Query(wanted): Query<Wanted>,
) -> ApiResult<Json<UnclaimedToken>> {
    let now = api.world.now();
    let (expires_at, scopes) = (wanted.end()?, wanted.scopes()?);
    refuse_past(expires_at, now)?;
    // Whoever asks for tokens and never claims them must not fill the catalog.
    let before = now.saturating_sub(UNCLAIMED).map_err(|error| ApiError::internal(&error))?;
    api.catalog.drop_unclaimed_tokens(before).await?;
    let new = NewToken {
        id: TokenId(api.world.id()),
        account: None,
        description: description(wanted.description),
        created_at: now,
        expires_at,
        scopes,
    };
    let token = api.catalog.create_token(new).await?;
    Ok(Json(UnclaimedToken {
        id: token.id,
        description: token.description,
        generated_at: token.created_at,
        expires_at: token.expires_at,
        scopes: token.scopes.map(|scopes| scopes.names().collect()),
        jwt_token: api.tokens.sign(token.id).map_err(|error| ApiError::internal(&error))?,
        links: [Link::json("claim", url.api(format_args!("/auth/tokens/{}/claim", token.id)))],
    }))
}

/// What a token asks for that waits to be claimed
///
/// Shown to whoever would claim it, and to whoever has.
#[utoipa::path(
    get, path = "/auth/tokens/{id}", tag = "Accounts",
    params(("id" = String, Path, description = "The token's id")),
    responses(
        (status = 200, description = "The token without its JWT", body = Described),
        (status = 401, description = "Sign in first", body = crate::error::ErrorBody),
        (status = 404, description = "There is no such token, or somebody else has claimed it", body = crate::error::ErrorBody),
    )
)]
pub async fn asked(State(api): State<Api>, identity: Identity, Path(id): Path<String>) -> ApiResult<Json<Described>> {
    let account = identity.require()?;
    let token = known(&api, &id).await?;
    if token.account.is_some_and(|claimed_by| claimed_by != account.id) {
        return Err(missing());
    }
    Ok(Json(described_token(&token)))
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
    let id = known(&api, &id).await?.id;
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
    let id = known(&api, &id).await?.id;
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

async fn known(api: &Api, id: &str) -> ApiResult<Token> {
    let id = id.parse().map_err(|_| missing())?;
    let holds = |token: &Token| token.expires_at.is_none_or(|end| end > api.world.now());
    api.catalog.token(id).await?.filter(holds).ok_or_else(missing)
}

fn missing() -> ApiError {
    ApiError::not_found("Impossible to find this token; it may have expired. Start the login again")
}
