//! `/auth/login/{provider}` and `/auth/redirect`: to a login provider, and back from it; and the same to sign out.

use axum::{
    Extension,
    extract::State,
    response::{AppendHeaders, IntoResponse as _, Redirect, Response},
};
use axum_extra::extract::{
    CookieJar,
    cookie::{Cookie, SameSite},
};
use flaneur_catalog::model::{AccountId, Arrival, Link, Person};
use flaneur_login::{Attempt, LoginError, Provider};
use http::{HeaderMap, header};
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use super::{
    login::{Next, own_path, sign_in_page},
    session::cookies_for,
};
use crate::{
    Api, ApiError, ApiResult, ClientAddress, Doing, Identity, PublicUrl, Whom,
    error::chain,
    extract::{Path, Query},
    identity::{SESSION_COOKIE, secret_hash},
    metrics,
};

pub(super) mod sign_out;
#[cfg(test)]
mod tests;

pub use sign_out::onward;

/// Name of the cookie with the ticket.
const TICKET_COOKIE: &str = "flaneur_login";
/// How long somebody may take at the provider: to look for a password, and to mistype it.
const PATIENCE: SignedDuration = SignedDuration::from_mins(15);

/// What the browser keeps while its owner is at the provider. Without it nobody comes back: the address that a provider
/// sends a browser to is worth nothing in another's.
#[derive(Debug, Serialize, Deserialize)]
struct Ticket {
    provider: String,
    attempt: Attempt,
    /// The page to go to afterwards.
    next: String,
    /// The account that the login is to be connected with; none: to sign in.
    account: Option<AccountId>,
    /// Microseconds since 1970.
    until: i64,
}

/// What a provider adds to the address of ours that it sends the browser to (RFC 6749, 4.1.2).
#[derive(Debug, Deserialize)]
pub struct Return {
    code: Option<String>,
    state: Option<String>,
    error: Option<String>,
    error_description: Option<String>,
}

/// Why somebody is not signed in; the page says it in words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Problem {
    /// It took too long, or began in another browser.
    Expired,
    /// They said no at the provider.
    Denied,
    /// The provider is away.
    Away,
    /// The provider did not vouch for them.
    Refused,
    /// Nobody here knows them, and the operator gives no account to newcomers.
    Unknown,
    /// The login is connected with another account.
    Taken,
}

impl Problem {
    fn name(self) -> &'static str {
        match self {
            Self::Expired => "expired",
            Self::Denied => "denied",
            Self::Away => "away",
            Self::Refused => "refused",
            Self::Unknown => "unknown",
            Self::Taken => "taken",
        }
    }
}

/// A provider of logins, as clients are told of it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = LoginProvider)]
pub struct Described {
    /// Identifier.
    id: String,
    /// For people.
    name: String,
    /// Where a browser begins to sign in there; takes `next_url`.
    href: String,
}

impl Described {
    /// What is told of a provider.
    pub fn of(provider: &Provider, url: &PublicUrl) -> Self {
        let (id, name) = (provider.id().to_owned(), provider.name().to_owned());
        Self { id, name, href: address(provider, url) }
    }
}

/// Where a browser begins to sign in there.
pub fn address(provider: &Provider, url: &PublicUrl) -> String {
    url.api(format_args!("/auth/login/{}", provider.id()))
}

/// The provider of this name.
pub fn named<'a>(api: &'a Api, id: &str) -> Option<&'a Provider> {
    api.logins.iter().find(|provider| provider.id() == id)
}

/// Where providers send browsers back to: what the operator registers with them.
fn redirect(url: &PublicUrl) -> String {
    url.api("/auth/redirect")
}

/// Sign in with an account elsewhere, in a browser.
#[utoipa::path(
    get, path = "/auth/login/{provider}", tag = "Accounts",
    params(
        ("provider" = String, Path, description = "One of the configuration's `auth.flaneur:providers`"),
        ("next_url" = Option<String>, Query, description = "Page of this instance to go to afterwards"),
    ),
    responses(
        (status = 303, description = "To the provider; or, if it is away, to the page for signing in"),
        (status = 404, description = "There is no such provider", body = crate::error::ErrorBody),
    )
)]
pub async fn begin(
    State(api): State<Api>,
    url: PublicUrl,
    Path(id): Path<String>,
    next: Query<Next>,
) -> ApiResult<Response> {
    let provider = named(&api, &id).ok_or_else(|| ApiError::not_found("Nobody signs in here with such an account"))?;
    let next = own_path(next.0.next_url.as_deref(), &url);
    match leave(&api, &url, provider, &next, None).await? {
        Ok((cookie, address)) => Ok((cookie, Redirect::to(&address)).into_response()),
        Err(problem) => Ok(sign_in_page(&url, &next, Some(problem.name())).into_response()),
    }
}

/// A cookie as a header.
pub type SetCookie = AppendHeaders<[(header::HeaderName, String); 1]>;

/// Where the browser is to go, and what it has to take along; the error is what to say if the provider is away.
async fn leave(
    api: &Api,
    url: &PublicUrl,
    provider: &Provider,
    next: &str,
    account: Option<AccountId>,
) -> ApiResult<Result<(SetCookie, String), Problem>> {
    let until = api.world.now().saturating_add(PATIENCE).map_err(|error| ApiError::internal(&error))?;
    let secret = || api.world.secret_text::<32>();
    let attempt = Attempt { state: secret(), nonce: secret(), verifier: secret() };
    let address = match provider.address(&attempt, &redirect(url), api.world.now()).await {
        Ok(address) => address,
        Err(error) => {
            tracing::error!(provider = provider.id(), error = chain(&error), "nobody can sign in");
            return Ok(Err(Problem::Away));
        }
    };
    let ticket = Ticket {
        provider: provider.id().to_owned(),
        attempt,
        next: next.to_owned(),
        account,
        until: until.as_microsecond(),
    };
    // Signing a list of texts with a key that is there does not fail.
    let ticket = api.tokens.note(ticket).unwrap_or_default();
    Ok(Ok((ticket_cookie(url, TICKET_COOKIE, &ticket), address.into())))
}

/// The same, for who is signed in and connects one more login with their account.
pub async fn leave_to_connect(
    api: &Api,
    url: &PublicUrl,
    provider: &Provider,
    next: &str,
    account: AccountId,
) -> ApiResult<(SetCookie, String)> {
    leave(api, url, provider, next, Some(account)).await?.map_err(|_| {
        ApiError::new(
            http::StatusCode::BAD_GATEWAY,
            format!("{} does not answer just now; try again in a few minutes", provider.name()),
        )
    })
}

/// Has the browser take a ticket along under this name; an empty one is taken away.
fn ticket_cookie(url: &PublicUrl, name: &'static str, ticket: &str) -> SetCookie {
    let seconds = if ticket.is_empty() { 0 } else { PATIENCE.as_secs() };
    // Lax: the browser comes back from another site.
    let cookie = Cookie::build((name, ticket))
        .path("/api/auth")
        .http_only(true)
        .secure(url.0.starts_with("https:"))
        .same_site(SameSite::Lax);
    AppendHeaders([(header::SET_COOKIE, format!("{cookie}; Max-Age={seconds}"))])
}

/// Come back from a login provider, in a browser.
#[utoipa::path(
    get, path = "/auth/redirect", tag = "Accounts",
    params(
        ("code" = Option<String>, Query, description = "From the provider: stands for who signed in there"),
        ("state" = Option<String>, Query, description = "As it was sent to the provider"),
        ("error" = Option<String>, Query, description = "From the provider: why nobody signed in"),
        ("error_description" = Option<String>, Query, description = "The same in words"),
    ),
    responses(
        (status = 303, description = "Signed in, and on to the page that was asked for; or to the page for signing in, which says what went wrong"),
        (status = 429, description = "More logins in a minute than are taken from one address", body = crate::error::ErrorBody),
    )
)]
pub async fn come_back(
    State(api): State<Api>,
    identity: Identity,
    url: PublicUrl,
    client: Option<Extension<ClientAddress>>,
    headers: HeaderMap,
    Query(back): Query<Return>,
) -> ApiResult<Response> {
    let whom = Whom::Address(client.map(|Extension(client)| client.network()));
    api.pace.count(whom, Doing::Logins, api.settings.max_logins_per_minute, api.world.now())?;
    let mut cookies = ticket_cookie(&url, TICKET_COOKIE, "").0.to_vec();
    let Some(ticket) = ticket(&api, &headers) else {
        metrics::came_back(Problem::Expired.name());
        return Ok(answer(cookies, sign_in_page(&url, "/", Some(Problem::Expired.name()))));
    };
    // It was checked when it was noted; where this instance is may have changed since.
    let next = own_path(Some(&ticket.next), &url);
    match settle(&api, &url, &identity, &ticket, back).await? {
        Ok(more) => {
            // Who was signed in before in this browser no longer is.
            if !more.is_empty()
                && let Some(cookie) = CookieJar::from_headers(&headers).get(SESSION_COOKIE)
            {
                api.catalog.end_session(&secret_hash(cookie.value())).await?;
            }
            cookies.extend(more);
            metrics::came_back("ok");
            Ok(answer(cookies, Redirect::to(&format!("{}{next}", url.0))))
        }
        Err(problem) => {
            metrics::came_back(problem.name());
            Ok(answer(cookies, sign_in_page(&url, &next, Some(problem.name()))))
        }
    }
}

fn answer(cookies: Vec<(header::HeaderName, String)>, redirect: Redirect) -> Response {
    (AppendHeaders(cookies), redirect).into_response()
}

/// What this browser took along when it left, while it holds.
fn ticket(api: &Api, headers: &HeaderMap) -> Option<Ticket> {
    let cookies = CookieJar::from_headers(headers);
    let ticket: Ticket = api.tokens.read_note(cookies.get(TICKET_COOKIE)?.value())?;
    (api.world.now().as_microsecond() < ticket.until).then_some(ticket)
}

/// The cookies of the new session; none where a login was connected.
async fn settle(
    api: &Api,
    url: &PublicUrl,
    identity: &Identity,
    ticket: &Ticket,
    back: Return,
) -> ApiResult<Result<Vec<(header::HeaderName, String)>, Problem>> {
    let person = match vouched(api, url, ticket, back).await {
        Ok(person) => person,
        Err(problem) => return Ok(Err(problem)),
    };
    let now = api.world.now();
    if let Some(account) = ticket.account {
        // Whoever left to connect has to be who comes back.
        if identity.account.as_ref().map(|account| account.id) != Some(account) {
            return Ok(Err(Problem::Expired));
        }
        return Ok(match api.catalog.link(&person, account, now).await? {
            Link::Linked => Ok(Vec::new()),
            Link::Taken => Err(Problem::Taken),
        });
    }
    let new = api.settings.sign_up.then(|| AccountId(api.world.id()));
    let account = match api.catalog.arrive(&person, new, now).await? {
        Arrival::Unknown => return Ok(Err(Problem::Unknown)),
        Arrival::Known(account) => account,
        Arrival::Made(account) => {
            tracing::info!(account = %account.id, issuer = person.issuer, "account made for who signed in");
            account
        }
    };
    Ok(Ok(cookies_for(api, url, &account, Some(&ticket.provider)).await?))
}

/// Who came back, as the provider says.
async fn vouched(api: &Api, url: &PublicUrl, ticket: &Ticket, back: Return) -> Result<Person, Problem> {
    let provider = named(api, &ticket.provider).ok_or(Problem::Expired)?;
    if back.state.as_deref() != Some(ticket.attempt.state.as_str()) {
        return Err(Problem::Expired);
    }
    if let Some(error) = back.error {
        let description = back.error_description.unwrap_or_default();
        tracing::info!(provider = provider.id(), error, description, "login ended at the provider");
        return Err(if error == "access_denied" { Problem::Denied } else { Problem::Refused });
    }
    let code = back.code.ok_or(Problem::Refused)?;
    match provider.person(code, &ticket.attempt, &redirect(url), api.world.now()).await {
        Ok(claims) => Ok(Person { issuer: claims.issuer, subject: claims.subject, name: claims.name }),
        Err(error) => {
            tracing::warn!(provider = provider.id(), error = chain(&error), "login failed");
            Err(match error {
                LoginError::Unreachable(_) => Problem::Away,
                LoginError::Refused(_) => Problem::Refused,
            })
        }
    }
}
