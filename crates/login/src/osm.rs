//! OpenStreetMap: OAuth 2, and who the token's owner is as its API 0.6 tells.

use oauth2::{
    AccessToken, AuthUrl, AuthorizationCode, ClientId, ClientSecret, CsrfToken, EndpointNotSet, EndpointSet,
    HttpRequest, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, Scope, TokenResponse as _, TokenUrl,
    basic::BasicClient,
};
use serde::Deserialize;
use url::Url;

use crate::{Attempt, Claims, LoginError, SetupError, http_client::HttpClient, not_exchanged};

/// OpenStreetMap, or another server of its software.
#[derive(Debug, Clone)]
pub struct OsmSettings {
    /// Where it is: `https://www.openstreetmap.org`.
    pub base: String,
    /// Under what it knows this instance.
    pub client_id: String,
    /// The secret that goes with it; none for a public client.
    pub client_secret: Option<String>,
    /// How people know it; none: OpenStreetMap.
    pub name: Option<String>,
}

/// The same, with its addresses.
pub struct Osm {
    /// Without a slash at the end; what tells its people from those of other servers.
    base: String,
    client: BasicClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointSet>,
    http: HttpClient,
}

/// `GET /api/0.6/user/details.json`, as far as it matters.
#[derive(Deserialize)]
struct Details {
    user: User,
}

#[derive(Deserialize)]
struct User {
    id: u64,
    display_name: String,
}

impl std::fmt::Debug for Osm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Osm").field("base", &self.base).finish_non_exhaustive()
    }
}

impl Osm {
    pub fn new(base: &Url, settings: OsmSettings, http: HttpClient) -> Result<Self, SetupError> {
        let base = base.as_str().trim_end_matches('/').to_owned();
        let refuse = |_| SetupError::Address(base.clone());
        let client = BasicClient::new(ClientId::new(settings.client_id))
            .set_auth_uri(AuthUrl::new(format!("{base}/oauth2/authorize")).map_err(refuse)?)
            .set_token_uri(TokenUrl::new(format!("{base}/oauth2/token")).map_err(refuse)?);
        let client = match settings.client_secret {
            Some(secret) => client.set_client_secret(ClientSecret::new(secret)),
            None => client,
        };
        Ok(Self { base, client, http })
    }

    pub fn issuer(&self) -> &str {
        &self.base
    }

    pub fn address(&self, attempt: &Attempt, redirect: &str) -> Result<Url, LoginError> {
        let redirect = RedirectUrl::new(redirect.to_owned()).map_err(LoginError::unreachable)?;
        let (state, verifier) =
            (CsrfToken::new(attempt.state.clone()), PkceCodeVerifier::new(attempt.verifier.clone()));
        let (url, _) = self
            .client
            .clone()
            .set_redirect_uri(redirect)
            .authorize_url(|| state)
            // Allows to read who it is, and nothing to be changed.
            .add_scope(Scope::new("read_prefs".to_owned()))
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier))
            .url();
        Ok(url)
    }

    pub async fn person(&self, code: String, attempt: &Attempt, redirect: &str) -> Result<Claims, LoginError> {
        let redirect = RedirectUrl::new(redirect.to_owned()).map_err(LoginError::unreachable)?;
        let client = self.client.clone().set_redirect_uri(redirect);
        let tokens = client
            .exchange_code(AuthorizationCode::new(code))
            .set_pkce_verifier(PkceCodeVerifier::new(attempt.verifier.clone()))
            .request_async(&self.http)
            .await
            .map_err(not_exchanged)?;
        let user = self.owner(tokens.access_token()).await?;
        Ok(Claims { issuer: self.base.clone(), subject: user.id.to_string(), name: user.display_name })
    }

    /// Whose token it is.
    async fn owner(&self, token: &AccessToken) -> Result<User, LoginError> {
        let request: HttpRequest = http::Request::get(format!("{}/api/0.6/user/details.json", self.base))
            .header(http::header::AUTHORIZATION, format!("Bearer {}", token.secret()))
            .header(http::header::ACCEPT, "application/json")
            .body(Vec::new())
            .map_err(LoginError::unreachable)?;
        let response = self.http.ask(request).await.map_err(LoginError::unreachable)?;
        if response.status() != http::StatusCode::OK {
            return Err(LoginError::unreachable(format!("the user's details were answered {}", response.status())));
        }
        let details: Details = serde_json::from_slice(response.body()).map_err(LoginError::unreachable)?;
        Ok(details.user)
    }
}
