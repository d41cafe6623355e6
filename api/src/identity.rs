//! Who asks: a bearer token, a browser's session, or nobody.

use std::sync::Arc;

use axum::{
    extract::{FromRequestParts, Request, State},
    middleware::Next,
    response::Response,
};
use axum_extra::extract::CookieJar;
use flaneur_access::{TokenScopes, Viewer};
use flaneur_catalog::{Catalog, model::Account, world::World};
use http::{HeaderMap, Method, header, request::Parts};
use sha2::{Digest as _, Sha256};

use crate::{Api, ApiError, ApiResult, PublicUrl, TokenKey, scopes};

/// Name of the cookie that holds a session's secret. It is `HttpOnly`; what scripts may read stands in other cookies.
pub const SESSION_COOKIE: &str = "flaneur_session";

/// Who asks. In the extensions of every request, beside the [`Viewer`] that access rules work with.
#[derive(Debug, Clone, Default)]
pub struct Identity {
    /// The account, if someone is signed in.
    pub account: Option<Account>,
}

impl Identity {
    /// As access rules see it.
    pub fn viewer(&self) -> Viewer {
        match &self.account {
            None => Viewer::Anonymous,
            Some(account) => Viewer::Account { id: account.id.0, admin: account.admin },
        }
    }

    /// The account, or 401.
    pub fn require(&self) -> ApiResult<&Account> {
        self.account
            .as_ref()
            .ok_or_else(|| ApiError::unauthorized("Authentication is mandatory: send a token, or sign in"))
    }

    /// The account if it runs this instance, or 401, or 403 with this sentence.
    pub fn require_admin(&self, refusal: &'static str) -> ApiResult<&Account> {
        let account = self.require()?;
        if account.admin { Ok(account) } else { Err(ApiError::forbidden(refusal)) }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Identity {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(parts.extensions.get::<Self>().cloned().unwrap_or_default())
    }
}

/// What it takes to find out who asks, and to answer across origins. Less than the whole [`Api`]: a process that answers
/// a few routes only needs no storage for it.
#[derive(Clone)]
pub struct Gate {
    /// The database.
    pub catalog: Arc<dyn Catalog>,
    /// Checks tokens.
    pub tokens: Arc<TokenKey>,
    /// Time.
    pub world: World,
    /// Origins (scheme, host, port) whose pages may send credentials.
    pub credential_origins: Arc<[String]>,
}

impl From<&Api> for Gate {
    fn from(api: &Api) -> Self {
        Self {
            catalog: api.catalog.clone(),
            tokens: api.tokens.clone(),
            world: api.world.clone(),
            credential_origins: api.settings.credential_origins.as_slice().into(),
        }
    }
}

/// Finds out who asks and notes it in the request. A token that does not hold is an error, on public pages too: its
/// sender believes to be someone. A session that does not hold is nobody.
pub async fn identify(State(gate): State<Gate>, mut request: Request, next: Next) -> Result<Response, ApiError> {
    let account = match bearer(request.headers())? {
        Some(jwt) => Some(for_request(&by_token(&gate, &jwt).await?, &request)?),
        None => match CookieJar::from_headers(request.headers()).get(SESSION_COOKIE) {
            Some(cookie) if sent_by_our_pages(&gate, &request) => by_session(&gate, cookie.value()).await?,
            _ => None,
        },
    };
    let identity = Identity { account };
    request.extensions_mut().insert(identity.viewer());
    request.extensions_mut().insert(identity);
    Ok(next.run(request).await)
}

fn bearer(headers: &HeaderMap) -> ApiResult<Option<String>> {
    let Some(value) = headers.get(header::AUTHORIZATION) else { return Ok(None) };
    let refuse = || ApiError::unauthorized("Token not valid").because("only Bearer token are supported");
    let text = value.to_str().map_err(|_| refuse())?;
    match text.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => Ok(Some(token.trim().to_owned())),
        _ => Err(refuse()),
    }
}

/// Whom a JWT acts for, and how far.
#[derive(Debug)]
pub struct Bearer {
    /// The account.
    pub account: Account,
    /// What the token may do; none: everything its account may.
    pub scopes: Option<TokenScopes>,
}

/// As whom a token's request is made, if the token may make it.
fn for_request(bearer: &Bearer, request: &Request) -> ApiResult<Account> {
    scopes::check(bearer.scopes, request.method(), request.uri().path())?;
    let moderates = bearer.scopes.is_none_or(|scopes| scopes.moderate);
    Ok(Account { admin: bearer.account.admin && moderates, ..bearer.account.clone() })
}

/// Whom a JWT acts for.
pub async fn by_token(gate: &Gate, jwt: &str) -> ApiResult<Bearer> {
    let id = gate
        .tokens
        .verify(jwt)
        .ok_or_else(|| ApiError::unauthorized("Token not valid").because("Impossible to decode token"))?;
    let token = gate
        .catalog
        .token(id)
        .await?
        .ok_or_else(|| ApiError::unauthorized("Token not valid").because("it was revoked, or never issued here"))?;
    let account = token.account.ok_or_else(|| {
        ApiError::forbidden("Token not valid").because(
            "Token not yet claimed, this token cannot be used yet. Either claim this token or generate a new one",
        )
    })?;
    if let Some(end) = token.expires_at.filter(|end| *end <= gate.world.now()) {
        return Err(
            ApiError::unauthorized("Token not valid").because(format!("it expired at {end:.0}; make another one"))
        );
    }
    let account = gate.catalog.account(account).await?;
    let account = account.ok_or_else(|| ApiError::unauthorized("Token not valid").because("its account is gone"))?;
    Ok(Bearer { account, scopes: token.scopes })
}

async fn by_session(gate: &Gate, secret: &str) -> ApiResult<Option<Account>> {
    Ok(gate.catalog.session(&secret_hash(secret), gate.world.now()).await?)
}

/// What the catalog keeps of a secret.
pub fn secret_hash(secret: &str) -> Vec<u8> {
    Sha256::digest(secret.as_bytes()).to_vec()
}

/// Whether a cookie may speak for its owner in this request: another site's page must not act in their name. Reading
/// needs no care (other origins cannot see the answer); changing needs the page's origin to be ours or named.
fn sent_by_our_pages(gate: &Gate, request: &Request) -> bool {
    if matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS) {
        return true;
    }
    let Some(origin) = request.headers().get(header::ORIGIN) else {
        // Browsers name the origin of every changing request; other programs have no cookies to be abused.
        return request.headers().get("sec-fetch-site").is_none_or(|site| site == "same-origin");
    };
    let ours = request.extensions().get::<PublicUrl>().is_some_and(|url| origin == url.0.as_str());
    ours || gate.credential_origins.iter().any(|named| origin == named.as_str())
}
