//! `/auth/signed-out`: to the provider that vouched for whoever signed out, to sign out there, too, and back from it (OpenID Connect
//! RP-Initiated Logout 1.0).

use axum::{
    extract::State,
    response::{IntoResponse, Redirect},
};
use axum_extra::extract::CookieJar;
use http::HeaderMap;
use serde::{Deserialize, Serialize};

use super::{PATIENCE, SetCookie, named, own_path, ticket_cookie};
use crate::{
    Api, ApiError, ApiResult, PublicUrl, error::chain, extract::Query, identity::SESSION_COOKIE,
    routes::auth::session::VIA_COOKIE,
};

/// Name of the cookie with the ticket.
const TICKET_COOKIE: &str = "flaneur_signed_out";

/// What the browser keeps while its owner signs out at the provider: a page of ours is in no address that a provider is told, so that
/// nobody can send people anywhere by it.
#[derive(Debug, Serialize, Deserialize)]
struct Ticket {
    state: String,
    /// The page to go to afterwards.
    next: String,
    /// Microseconds since 1970.
    until: i64,
}

/// What a provider adds to the address of ours that it sends the browser to.
#[derive(Debug, Deserialize)]
pub struct Return {
    state: Option<String>,
}

/// Where a browser is to go that has just signed out here, and what it takes along; none if there is nowhere to go. The session has
/// ended already: whatever becomes of the rest, nobody is signed in here.
pub async fn onward(
    api: &Api,
    url: &PublicUrl,
    headers: &HeaderMap,
    next: &str,
) -> ApiResult<Option<(SetCookie, String)>> {
    let cookies = CookieJar::from_headers(headers);
    let via = cookies.get(SESSION_COOKIE).and_then(|_| cookies.get(VIA_COOKIE));
    let Some(provider) = via.and_then(|via| named(api, via.value())) else { return Ok(None) };
    let (now, state) = (api.world.now(), api.world.secret_text::<32>());
    let address = match provider.end_session(&url.api("/auth/signed-out"), &state, now).await {
        Ok(Some(address)) => address,
        Ok(None) => return Ok(None),
        Err(error) => {
            tracing::warn!(provider = provider.id(), error = chain(&error), "signed out here and not at the provider");
            return Ok(None);
        }
    };
    let until = now.saturating_add(PATIENCE).map_err(|error| ApiError::internal(&error))?;
    let ticket = Ticket { state, next: next.to_owned(), until: until.as_microsecond() };
    // Signing a list of texts with a key that is there does not fail.
    let ticket = api.tokens.note(ticket).unwrap_or_default();
    Ok(Some((ticket_cookie(url, TICKET_COOKIE, &ticket), address.into())))
}

/// Come back from signing out at a login provider, in a browser.
#[utoipa::path(
    get, path = "/auth/signed-out", tag = "Accounts",
    params(("state" = Option<String>, Query, description = "As it was sent to the provider")),
    responses((status = 303, description = "To the page that was asked for; to the start page if that is not known"))
)]
pub async fn signed_out(
    State(api): State<Api>,
    url: PublicUrl,
    headers: HeaderMap,
    Query(back): Query<Return>,
) -> impl IntoResponse {
    let cookies = CookieJar::from_headers(&headers);
    let ticket: Option<Ticket> = cookies.get(TICKET_COOKIE).and_then(|ticket| api.tokens.read_note(ticket.value()));
    let holds = |ticket: &Ticket| {
        api.world.now().as_microsecond() < ticket.until && back.state.as_deref() == Some(ticket.state.as_str())
    };
    // It was checked when it was noted; where this instance is may have changed since.
    let next = own_path(ticket.filter(holds).as_ref().map(|ticket| ticket.next.as_str()), &url);
    (ticket_cookie(&url, TICKET_COOKIE, ""), Redirect::to(&format!("{}{next}", url.0)))
}
