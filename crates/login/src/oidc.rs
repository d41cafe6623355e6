//! OpenID Connect: what the provider says of itself, the signed statement of who somebody is, and where they sign out.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use openidconnect::{
    AccessToken, AdditionalProviderMetadata, AuthType, AuthorizationCode, ClaimsVerificationError, ClientId,
    ClientSecret, CsrfToken, EndUserName, EndUserNickname, EndUserUsername, EndpointMaybeSet, EndpointNotSet,
    EndpointSet, IssuerUrl, LocalizedClaim, Nonce, OAuth2TokenResponse as _, PkceCodeChallenge, PkceCodeVerifier,
    ProviderMetadata, RedirectUrl, Scope, SignatureVerificationError, SubjectIdentifier, TokenResponse as _,
    core::{
        CoreAuthDisplay, CoreAuthenticationFlow, CoreClaimName, CoreClaimType, CoreClient, CoreClientAuthMethod,
        CoreGrantType, CoreJsonWebKey, CoreJweContentEncryptionAlgorithm, CoreJweKeyManagementAlgorithm,
        CoreResponseMode, CoreResponseType, CoreSubjectIdentifierType, CoreUserInfoClaims,
    },
};
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;
use url::Url;

use crate::{Attempt, Claims, LoginError, SetupError, http_client::HttpClient, is_closed, not_exchanged};

/// How long what the provider says of itself holds before it is asked again.
const KNOWN_FOR: SignedDuration = SignedDuration::from_hours(1);
/// How often it is asked at most because a statement is signed with a key that is not known: keys are changed rarely, and
/// anybody can send a statement.
const NEW_KEYS_AFTER: SignedDuration = SignedDuration::from_mins(1);

/// A provider of OpenID Connect.
#[derive(Debug, Clone)]
pub struct OidcSettings {
    /// Its issuer identifier: the address before `/.well-known/openid-configuration`, to the letter.
    pub issuer: String,
    /// Under what it knows this instance.
    pub client_id: String,
    /// The secret that goes with it; none for a public client.
    pub client_secret: Option<String>,
    /// How people know it; none: its host's name.
    pub name: Option<String>,
    /// Whether who signs out here is led there to sign out, too, if it has a place for that.
    pub sign_out: bool,
}

/// What of a provider's account of itself stands in a specification of its own.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Beside {
    /// Where a browser signs out (OpenID Connect RP-Initiated Logout 1.0, 2.1). Read as text: one that is no address must not keep
    /// people from signing in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    end_session_endpoint: Option<String>,
}

impl AdditionalProviderMetadata for Beside {}

/// A provider's account of itself.
type Metadata = ProviderMetadata<
    Beside,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;

/// The same, with what is known of it.
pub struct Oidc {
    settings: OidcSettings,
    issuer: IssuerUrl,
    http: HttpClient,
    /// Held while it is asked, so that it is asked once.
    known: Mutex<Option<Known>>,
}

/// What the provider said of itself, and when.
#[derive(Clone)]
struct Known {
    metadata: Arc<Metadata>,
    since: Timestamp,
}

/// A client that knows where to send browsers, and perhaps the rest.
type Client =
    CoreClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointMaybeSet, EndpointMaybeSet>;

impl std::fmt::Debug for Oidc {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Oidc").field("issuer", &self.settings.issuer).finish_non_exhaustive()
    }
}

impl Oidc {
    pub fn new(settings: OidcSettings, http: HttpClient) -> Result<Self, SetupError> {
        let issuer =
            IssuerUrl::new(settings.issuer.clone()).map_err(|_| SetupError::Address(settings.issuer.clone()))?;
        Ok(Self { settings, issuer, http, known: Mutex::new(None) })
    }

    pub fn issuer(&self) -> &str {
        self.issuer.as_str()
    }

    /// What the provider says of itself. It is asked if what is known is older than that.
    async fn metadata(&self, fresh: SignedDuration, now: Timestamp) -> Result<Arc<Metadata>, LoginError> {
        let mut known = self.known.lock().await;
        if let Some(known) = known.as_ref().filter(|known| now.duration_since(known.since) < fresh) {
            return Ok(known.metadata.clone());
        }
        let metadata = Metadata::discover_async(self.issuer.clone(), &self.http).await;
        let metadata = Arc::new(metadata.map_err(LoginError::unreachable)?);
        *known = Some(Known { metadata: metadata.clone(), since: now });
        Ok(metadata)
    }

    fn client(&self, metadata: &Metadata, redirect: &str) -> Result<Client, LoginError> {
        let redirect = RedirectUrl::new(redirect.to_owned()).map_err(LoginError::unreachable)?;
        let secret = self.settings.client_secret.clone().map(ClientSecret::new);
        let client = CoreClient::from_provider_metadata(
            metadata.clone(),
            ClientId::new(self.settings.client_id.clone()),
            secret,
        )
        .set_redirect_uri(redirect);
        // Every provider that says nothing takes the secret in a header (OpenID Connect Discovery, 3).
        let only_in_bodies = metadata.token_endpoint_auth_methods_supported().is_some_and(|methods| {
            methods.contains(&CoreClientAuthMethod::ClientSecretPost)
                && !methods.contains(&CoreClientAuthMethod::ClientSecretBasic)
        });
        Ok(if only_in_bodies { client.set_auth_type(AuthType::RequestBody) } else { client })
    }

    pub async fn address(&self, attempt: &Attempt, redirect: &str, now: Timestamp) -> Result<Url, LoginError> {
        let metadata = self.metadata(KNOWN_FOR, now).await?;
        let verifier = PkceCodeVerifier::new(attempt.verifier.clone());
        let (state, nonce) = (CsrfToken::new(attempt.state.clone()), Nonce::new(attempt.nonce.clone()));
        let (url, ..) = self
            .client(&metadata, redirect)?
            .authorize_url(CoreAuthenticationFlow::AuthorizationCode, || state, || nonce)
            // `openid` is asked for anyway. `profile` has the name.
            .add_scope(Scope::new("profile".to_owned()))
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier))
            .url();
        Ok(url)
    }

    pub async fn end_session(&self, back: &str, state: &str, now: Timestamp) -> Result<Option<Url>, LoginError> {
        if !self.settings.sign_out {
            return Ok(None);
        }
        let metadata = self.metadata(KNOWN_FOR, now).await?;
        let Some(endpoint) = &metadata.additional_metadata().end_session_endpoint else { return Ok(None) };
        let endpoint = Url::parse(endpoint).ok().filter(is_closed);
        let mut address = endpoint
            .ok_or_else(|| LoginError::unreachable("its `end_session_endpoint` is no address to send a browser to"))?;
        // No token of the provider is kept that could be shown: without `id_token_hint` it asks whether that is meant.
        address
            .query_pairs_mut()
            .append_pair("client_id", &self.settings.client_id)
            .append_pair("post_logout_redirect_uri", back)
            .append_pair("state", state);
        Ok(Some(address))
    }

    pub async fn person(
        &self,
        code: String,
        attempt: &Attempt,
        redirect: &str,
        now: Timestamp,
    ) -> Result<Claims, LoginError> {
        let metadata = self.metadata(KNOWN_FOR, now).await?;
        let tokens = self
            .client(&metadata, redirect)?
            .exchange_code(AuthorizationCode::new(code))
            .map_err(LoginError::unreachable)?
            .set_pkce_verifier(PkceCodeVerifier::new(attempt.verifier.clone()))
            .request_async(&self.http)
            .await
            .map_err(not_exchanged)?;
        let statement = tokens.id_token().ok_or_else(|| LoginError::refused("there is no ID token"))?;
        let nonce = Nonce::new(attempt.nonce.clone());
        let mut client = self.client(&metadata, redirect)?;
        let key_is_unknown = matches!(
            statement.claims(&client.id_token_verifier(), &nonce),
            Err(ClaimsVerificationError::SignatureVerification(SignatureVerificationError::NoMatchingKey))
        );
        if key_is_unknown {
            client = self.client(&*self.metadata(NEW_KEYS_AFTER, now).await?, redirect)?;
        }
        let claims = statement.claims(&client.id_token_verifier(), &nonce).map_err(LoginError::refused)?;
        let subject = claims.subject().clone();
        let name = match called(claims.preferred_username(), claims.nickname(), claims.name()) {
            Some(name) => name,
            None => self.told_name(&client, tokens.access_token(), &subject).await?,
        };
        Ok(Claims { issuer: self.issuer().to_owned(), subject: subject.to_string(), name })
    }

    /// The name as the provider's user info has it: many put none into the statement.
    async fn told_name(
        &self,
        client: &Client,
        token: &AccessToken,
        subject: &SubjectIdentifier,
    ) -> Result<String, LoginError> {
        let Ok(request) = client.user_info(token.clone(), Some(subject.clone())) else { return Ok(String::new()) };
        let info: CoreUserInfoClaims = request.request_async(&self.http).await.map_err(LoginError::unreachable)?;
        Ok(called(info.preferred_username(), info.nickname(), info.name()).unwrap_or_default())
    }
}

/// What somebody is called: what they chose for themselves goes before the name in their papers.
fn called(
    username: Option<&EndUserUsername>,
    nickname: Option<&LocalizedClaim<EndUserNickname>>,
    name: Option<&LocalizedClaim<EndUserName>>,
) -> Option<String> {
    let nickname = nickname.and_then(|names| names.get(None)).map(|name| name.as_str());
    let name = name.and_then(|names| names.get(None)).map(|name| name.as_str());
    [username.map(|name| name.as_str()), nickname, name]
        .into_iter()
        .flatten()
        .find(|name| !name.trim().is_empty())
        .map(str::to_owned)
}
