//! `/auth/session`: the site exchanges a token for a session.

use axum::{
    Json,
    body::Bytes,
    extract::State,
    response::{AppendHeaders, IntoResponse},
};
use axum_extra::extract::{
    CookieJar,
    cookie::{Cookie, SameSite},
};
use flaneur_catalog::model::{Account, AccountId, Session};
use http::{HeaderMap, StatusCode, header};
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::{
    Api, ApiError, ApiResult, PublicUrl,
    identity::{Bearer, Gate, SESSION_COOKIE, by_token, secret_hash},
};

/// How long a session lasts.
const LIFETIME: SignedDuration = SignedDuration::from_hours(24 * 30);

/// Cookies that scripts may read. Panoramax clients look at them to tell whether someone is signed in; none of them
/// proves anything to the server.
const READABLE: [&str; 3] = ["session", "user_id", "user_name"];

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
    let cookies = AppendHeaders(cookies_for(api, url, account).await?);
    Ok((cookies, Json(SignedIn { id: account.id, name: account.name.clone(), admin: account.admin })))
}

/// Opens a session for an account. Its cookies.
pub async fn cookies_for(
    api: &Api,
    url: &PublicUrl,
    account: &Account,
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
    let cookies = [(SESSION_COOKIE, secret.as_str()), ("session", "1"), ("user_id", &id), ("user_name", &name)]
        .map(|(cookie, value)| set(api, url, cookie, value, LIFETIME.as_secs()));
    Ok(cookies.into())
}

/// Sign out: ends the session and takes its cookies away.
#[utoipa::path(delete, path = "/auth/session", tag = "Accounts", responses((status = 204, description = "Signed out")))]
pub async fn sign_out(State(api): State<Api>, url: PublicUrl, headers: HeaderMap) -> ApiResult<impl IntoResponse> {
    Ok((StatusCode::NO_CONTENT, close(&api, &url, &headers).await?))
}

/// Ends the session of a request.
pub async fn close(api: &Api, url: &PublicUrl, headers: &HeaderMap) -> ApiResult<Cookies> {
    if let Some(cookie) = CookieJar::from_headers(headers).get(SESSION_COOKIE) {
        api.catalog.end_session(&secret_hash(cookie.value())).await?;
    }
    let mut cookies = vec![set(api, url, SESSION_COOKIE, "", 0)];
    cookies.extend(READABLE.map(|name| set(api, url, name, "", 0)));
    Ok(AppendHeaders(cookies))
}

fn set(api: &Api, url: &PublicUrl, name: &str, value: &str, seconds: i64) -> (header::HeaderName, String) {
    let secure = url.0.starts_with("https:");
    // Pages of named origins send the cookie from another site, which browsers only allow over TLS.
    let elsewhere = secure && !api.settings.credential_origins.is_empty();
    let cookie = Cookie::build((name, value))
        .path("/")
        .http_only(name == SESSION_COOKIE)
        .secure(secure)
        .same_site(if elsewhere { SameSite::None } else { SameSite::Lax });
    // Max-Age is written by hand: the cookie crate wants a duration type of another library.
    (header::SET_COOKIE, format!("{cookie}; Max-Age={seconds}"))
}
