//! `/users/me/logins`: with which accounts elsewhere one signs in.

use axum::{Json, extract::State};
use flaneur_catalog::model::{AccountId, Login};
use http::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    login::own_path,
    providers::{SetCookie, leave_to_connect, named},
};
use crate::{
    Api, ApiError, ApiResult, Identity, Link, PublicUrl,
    extract::{self, Path},
};

/// Which login to connect.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
pub struct Connect {
    /// One of the configuration's `auth.flaneur:providers`.
    provider: String,
    /// Page of this instance to go to afterwards.
    next_url: Option<String>,
}

/// An account elsewhere with which an account signs in.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = Login)]
pub struct ConnectedLogin {
    /// Identifier.
    id: Uuid,
    /// One of the configuration's `auth.flaneur:providers`; null where people no longer sign in with such an account.
    #[schema(required)]
    provider: Option<String>,
    /// The address that stands for who keeps that account.
    issuer: String,
    /// What it was called there when somebody last signed in with it.
    name: String,
    /// When it was connected.
    #[schema(value_type = String, format = DateTime)]
    connected_at: Timestamp,
    /// When somebody last signed in with it.
    #[schema(value_type = String, format = DateTime)]
    used_at: Timestamp,
    /// `self`.
    links: [Link; 1],
}

/// Where to send the browser.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Onward {
    /// An address of the provider.
    location: String,
}

/// With which accounts elsewhere you sign in
///
/// `provider` is null where people no longer sign in with such an account.
#[utoipa::path(
    get, path = "/users/me/logins", tag = "Accounts",
    responses(
        (status = 200, description = "The logins, the oldest first", body = Vec<ConnectedLogin>, example = json!([
            {"id": "4a5f1c1e-6a53-5c43-8d7e-1f8f3f2c9d11", "provider": "osm", "issuer": "https://www.openstreetmap.org", "name": "ada",
             "connected_at": "2026-11-23T12:00:00Z", "used_at": "2026-11-24T08:30:00Z", "links": []}])),
        (status = 401, description = "Sign in first", body = crate::error::ErrorBody),
    )
)]
pub async fn list(State(api): State<Api>, identity: Identity, url: PublicUrl) -> ApiResult<Json<Vec<ConnectedLogin>>> {
    let account = identity.require()?;
    let logins = api.catalog.logins(account.id).await?;
    Ok(Json(logins.iter().map(|login| describe(&api, login, &url)).collect()))
}

/// A login, as its account is told of it.
pub fn describe(api: &Api, login: &Login, url: &PublicUrl) -> ConnectedLogin {
    let id = id_of(login);
    let provider = api.logins.iter().find(|provider| provider.issuer() == login.person.issuer);
    ConnectedLogin {
        id,
        provider: provider.map(|provider| provider.id().to_owned()),
        issuer: login.person.issuer.clone(),
        name: login.person.name.clone(),
        connected_at: login.created_at,
        used_at: login.used_at,
        links: [Link::json("self", url.api(format_args!("/users/me/logins/{id}")))],
    }
}

/// What stands for a login in addresses: who it is elsewhere may hold any characters.
fn id_of(login: &Login) -> Uuid {
    let name = format!("{}\n{}", login.person.issuer, login.person.subject);
    Uuid::new_v5(&Uuid::NAMESPACE_URL, name.as_bytes())
}

/// Connect one more account elsewhere with yours, in a browser
///
/// The browser that sent this goes to `location`, and comes back to `next_url`.
#[utoipa::path(
    post, path = "/users/me/logins", tag = "Accounts", request_body = Connect,
    responses(
        (status = 200, description = "Where to send the browser", body = Onward, example = json!({"location": "https://id.example/authorize?client_id=…"})),
        (status = 401, description = "Sign in first", body = crate::error::ErrorBody),
        (status = 404, description = "There is no such provider", body = crate::error::ErrorBody),
        (status = 502, description = "The provider does not answer just now", body = crate::error::ErrorBody),
    )
)]
pub async fn connect(
    State(api): State<Api>,
    identity: Identity,
    url: PublicUrl,
    extract::Json(body): extract::Json<Connect>,
) -> ApiResult<(SetCookie, Json<Onward>)> {
    let account = identity.require()?.id;
    let provider =
        named(&api, &body.provider).ok_or_else(|| ApiError::not_found("Nobody signs in here with such an account"))?;
    let next = own_path(body.next_url.as_deref(), &url);
    let (cookie, location) = leave_to_connect(&api, &url, provider, &next, account).await?;
    Ok((cookie, Json(Onward { location })))
}

/// No longer sign in with an account elsewhere
///
/// Your last way in stays: without any login you need a token.
#[utoipa::path(
    delete, path = "/users/me/logins/{id}", tag = "Accounts",
    params(("id" = Uuid, Path, description = "The login's id")),
    responses(
        (status = 204, description = "Disconnected"),
        (status = 401, description = "Sign in first", body = crate::error::ErrorBody),
        (status = 404, description = "You have no such login", body = crate::error::ErrorBody),
        (status = 409, description = "It is your last way in", body = crate::error::ErrorBody),
    )
)]
pub async fn disconnect(State(api): State<Api>, identity: Identity, Path(id): Path<String>) -> ApiResult<StatusCode> {
    let account = identity.require()?.id;
    let logins = api.catalog.logins(account).await?;
    let missing = || ApiError::not_found("You have no such login");
    let login = logins.iter().find(|login| id_of(login).to_string() == id).ok_or_else(missing)?;
    if logins.len() == 1 && !has_another_way_in(&api, account).await? {
        return Err(ApiError::conflict(
            "Without this login you could not come back: connect another one or make a token first",
        ));
    }
    let gone = api.catalog.unlink(account, &login.person.issuer, &login.person.subject).await?;
    if gone { Ok(StatusCode::NO_CONTENT) } else { Err(missing()) }
}

/// Whether the account has a token to sign in with: one that holds, and may do everything.
async fn has_another_way_in(api: &Api, account: AccountId) -> ApiResult<bool> {
    let now = api.world.now();
    let tokens = api.catalog.tokens(account).await?;
    Ok(tokens.iter().any(|token| token.scopes.is_none() && token.expires_at.is_none_or(|end| end > now)))
}
