//! `/auth/session`: the site exchanges a token for a session.

use axum::{
    Json,
    body::Bytes,
    extract::State,
    response::{AppendHeaders, IntoResponse, Response},
};
use axum_extra::extract::{
    CookieJar,
    cookie::{Cookie, SameSite},
};
use flaneur_catalog::model::{Account, AccountId, Session};
use http::{HeaderMap, StatusCode, header};
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use super::{
    login::{Next, own_path},
    providers::{SetCookie, onward},
};
use crate::{
    Api, ApiError, ApiResult, PublicUrl,
    extract::Query,
    identity::{Bearer, Gate, SESSION_COOKIE, by_token, secret_hash},
};

/// How long a session lasts.
const LIFETIME: SignedDuration = SignedDuration::from_hours(24 * 30);

/// Cookies that scripts may read. Panoramax clients look at them to tell whether someone is signed in; none of them
/// proves anything to the server.
const READABLE: [&str; 3] = ["session", "user_id", "user_name"];

/// The provider that vouched for whoever is signed in in a browser, if one did. It proves nothing: it says where they are led when
/// they sign out.
pub const VIA_COOKIE: &str = "flaneur_via";

/// A token to sign in with.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
pub struct SignIn {
    /// A token as `flaneur token create` prints it.
    token: String,
}

/// Who is signed in.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct SignedIn {
    /// The account.
    #[schema(value_type = Uuid)]
    id: AccountId,
    /// Its name.
    name: String,
    /// Whether it runs the instance.
    admin: bool,
}

/// Who signed out here, and may still be signed in elsewhere.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct SignedOut {
    /// Where a browser is to go, to sign out there, too. It comes back.
    #[serde(rename = "continue")]
    onward: String,
}

/// Cookies as headers.
pub type Cookies = AppendHeaders<Vec<(header::HeaderName, String)>>;

/// Sign in with a token: sets the session's cookies.
#[utoipa::path(
    post, path = "/auth/session", tag = "Accounts", request_body = SignIn,
    responses(
        (status = 200, description = "Signed in", body = SignedIn, example = json!({"id": "0191f0a0-7c3e-7a51-9d3a-6d2f6f0c2b11", "name": "ada", "admin": false})),
        (status = 401, description = "The token does not hold", body = crate::error::ErrorBody),
        (status = 403, description = "The token may not do everything, or nobody has claimed it", body = crate::error::ErrorBody),
    )
)]
pub async fn sign_in(State(api): State<Api>, url: PublicUrl, body: Bytes) -> ApiResult<(Cookies, Json<SignedIn>)> {
    let request: SignIn =
        serde_json::from_slice(&body).map_err(|_| ApiError::bad_request("Send JSON with the member `token`"))?;
    let Bearer { account, scopes } = by_token(&Gate::from(&api), request.token.trim()).await?;
    if let Some(scopes) = scopes {
        return Err(ApiError::forbidden(format!(
            "This token is made for `{scopes}` only. To sign in takes one that may do everything"
        ))
        .for_reason("insufficient_scope"));
    }
    open(&api, &url, &account).await
}

/// Opens a session for an account, and answers who it is.
pub async fn open(api: &Api, url: &PublicUrl, account: &Account) -> ApiResult<(Cookies, Json<SignedIn>)> {
    let cookies = AppendHeaders(cookies_for(api, url, account, None).await?);
    Ok((cookies, Json(SignedIn { id: account.id, name: account.name.clone(), admin: account.admin })))
}

/// Opens a session for an account, for which the provider `via` vouched, if one did. Its cookies.
pub async fn cookies_for(
    api: &Api,
    url: &PublicUrl,
    account: &Account,
    via: Option<&str>,
) -> ApiResult<Vec<(header::HeaderName, String)>> {
    let secret = api.world.secret_text::<32>();
    let session = Session {
        secret_sha256: secret_hash(&secret),
        account: account.id,
        expires_at: api.world.now().saturating_add(LIFETIME).map_err(|error| ApiError::internal(&error))?,
    };
    api.catalog.create_session(session, api.world.now()).await?;
    let name = percent_encoding::utf8_percent_encode(&account.name, percent_encoding::NON_ALPHANUMERIC).to_string();
    let id = account.id.to_string();
    let mut cookies = [(SESSION_COOKIE, secret.as_str()), ("session", "1"), ("user_id", &id), ("user_name", &name)]
        .map(|(cookie, value)| set(api, url, cookie, value, LIFETIME.as_secs()))
        .to_vec();
    // That of whoever was signed in before goes, too.
    cookies.push(set(api, url, VIA_COOKIE, via.unwrap_or_default(), via.map_or(0, |_| LIFETIME.as_secs())));
    Ok(cookies)
}

/// Sign out: ends the session and takes its cookies away
///
/// Where the provider that vouched for whoever was signed in has a place to sign out, the answer says where.
#[utoipa::path(
    delete, path = "/auth/session", tag = "Accounts",
    params(("next_url" = Option<String>, Query, description = "Page of this instance to go to after signing out at the provider, too")),
    responses(
        (status = 200, description = "Signed out here; a browser is to go on to the provider", body = SignedOut,
            example = json!({"continue": "https://id.example.org/end?client_id=flaneur&state=x"})),
        (status = 204, description = "Signed out"),
    )
)]
pub async fn sign_out(
    State(api): State<Api>,
    url: PublicUrl,
    headers: HeaderMap,
    Query(next): Query<Next>,
) -> ApiResult<Response> {
    let (cookies, left) = leave(&api, &url, &headers, &next).await?;
    Ok(match left {
        Left::Onward(ticket, address) => (cookies, ticket, Json(SignedOut { onward: address })).into_response(),
        Left::For(_) => (StatusCode::NO_CONTENT, cookies).into_response(),
    })
}

/// Where a browser is to go that has signed out here.
pub enum Left {
    /// To an address of the provider that vouched for its owner, with the ticket that it takes along.
    Onward(SetCookie, String),
    /// To a page of this instance.
    For(String),
}

/// Ends the session of a browser. The cookies that take it away, and where the browser goes.
pub async fn leave(api: &Api, url: &PublicUrl, headers: &HeaderMap, next: &Next) -> ApiResult<(Cookies, Left)> {
    let cookies = close(api, url, headers).await?;
    let next = own_path(next.next_url.as_deref(), url);
    let onward = onward(api, url, headers, &next).await?;
    Ok((cookies, onward.map_or(Left::For(next), |(ticket, address)| Left::Onward(ticket, address))))
}

/// Ends the session of a request.
pub async fn close(api: &Api, url: &PublicUrl, headers: &HeaderMap) -> ApiResult<Cookies> {
    if let Some(cookie) = CookieJar::from_headers(headers).get(SESSION_COOKIE) {
        api.catalog.end_session(&secret_hash(cookie.value())).await?;
    }
    let mut cookies = vec![set(api, url, SESSION_COOKIE, "", 0), set(api, url, VIA_COOKIE, "", 0)];
    cookies.extend(READABLE.map(|name| set(api, url, name, "", 0)));
    Ok(AppendHeaders(cookies))
}

fn set(api: &Api, url: &PublicUrl, name: &str, value: &str, seconds: i64) -> (header::HeaderName, String) {
    let secure = url.0.starts_with("https:");
    // Pages of named origins send the cookie from another site, which browsers only allow over TLS.
    let elsewhere = secure && !api.settings.credential_origins.is_empty();
    let cookie = Cookie::build((name, value))
        .path("/")
        .http_only(!READABLE.contains(&name))
        .secure(secure)
        .same_site(if elsewhere { SameSite::None } else { SameSite::Lax });
    // Max-Age is written by hand: the cookie crate wants a duration type of another library.
    (header::SET_COOKIE, format!("{cookie}; Max-Age={seconds}"))
}
