//! Signing in with an account that somebody has elsewhere: OpenID Connect, and OAuth 2 as OpenStreetMap has it.
//!
//! A [`Provider`] knows where to send a browser ([`Provider::address`]), and who came back with a code
//! ([`Provider::person`]). Both are the authorization code flow (RFC 6749, 4.1) with a proof key (RFC 7636). What goes from
//! one to the other is an [`Attempt`], which the caller keeps where only that browser has it. Nothing of what a provider
//! tells is kept but who it is and how they are called there: no address, no e-mail, no token.
#![forbid(unsafe_code)]

mod http_client;
mod oidc;
mod osm;

use std::error::Error;

use jiff::Timestamp;
use oauth2::{ErrorResponse, RequestTokenError};
pub use oidc::OidcSettings;
pub use osm::OsmSettings;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::{http_client::HttpClient, oidc::Oidc, osm::Osm};

/// Where people sign in.
#[derive(Debug)]
pub struct Provider {
    name: String,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Oidc(Box<Oidc>),
    Osm(Box<Osm>),
}

/// What binds the browser that comes back to the one that was sent away. Each text is random and used once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// Comes back in the address; who has another did not begin here.
    pub state: String,
    /// Comes back in the signed statement; one made for another attempt is worth nothing.
    pub nonce: String,
    /// Shown with the code, while only its hash was shown before (RFC 7636): 43 to 128 letters, digits, `-`, `.`, `_`, `~`.
    pub verifier: String,
}

/// Who came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claims {
    /// The service that says so: its issuer identifier.
    pub issuer: String,
    /// Who it is there; the same for ever.
    pub subject: String,
    /// How they are called there; empty if that is not told.
    pub name: String,
}

/// Why nobody could be signed in.
#[derive(Debug, thiserror::Error)]
pub enum LoginError {
    /// The provider is away, too slow, or answers what cannot be understood.
    #[error("the login provider cannot be used")]
    Unreachable(#[source] Box<dyn Error + Send + Sync>),
    /// The provider does not stand by what the browser brought, or says what must not be believed.
    #[error("the login was refused")]
    Refused(#[source] Box<dyn Error + Send + Sync>),
}

impl LoginError {
    fn unreachable(error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Unreachable(error.into())
    }

    fn refused(error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Refused(error.into())
    }
}

/// Why a code was not exchanged for a token.
fn not_exchanged<E, R>(error: RequestTokenError<E, R>) -> LoginError
where
    E: Error + Send + Sync + 'static,
    R: ErrorResponse + Send + Sync + 'static,
{
    match error {
        RequestTokenError::ServerResponse(_) => LoginError::refused(error),
        other => LoginError::unreachable(other),
    }
}

/// Why a provider cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// The address is none, or would send secrets over an open line.
    #[error(
        "{0} is no address of a login provider: expected one that begins with https:// (or http:// on this machine), without a query"
    )]
    Address(String),
    /// The HTTP client could not be made.
    #[error("cannot make an HTTP client")]
    Client(#[from] reqwest::Error),
}

impl Provider {
    /// A provider of OpenID Connect. It is asked about itself when it is first needed.
    ///
    /// # Errors
    ///
    /// [`SetupError`] if the address cannot be used.
    pub fn oidc(settings: OidcSettings) -> Result<Self, SetupError> {
        let issuer = checked(&settings.issuer)?;
        let host = issuer.host_str().unwrap_or_default().to_owned();
        let name = settings.name.clone().unwrap_or(host);
        Ok(Self { name, kind: Kind::Oidc(Box::new(Oidc::new(settings, HttpClient::new()?)?)) })
    }

    /// OpenStreetMap, or another server of its software.
    ///
    /// # Errors
    ///
    /// [`SetupError`] if the address cannot be used.
    pub fn osm(settings: OsmSettings) -> Result<Self, SetupError> {
        let base = checked(&settings.base)?;
        let name = settings.name.clone().unwrap_or_else(|| "OpenStreetMap".to_owned());
        Ok(Self { name, kind: Kind::Osm(Box::new(Osm::new(&base, settings, HttpClient::new()?)?)) })
    }

    /// In addresses: `oidc` or `osm`.
    pub fn id(&self) -> &'static str {
        match self.kind {
            Kind::Oidc(_) => "oidc",
            Kind::Osm(_) => "osm",
        }
    }

    /// How people know it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What [`Claims::issuer`] will be.
    pub fn issuer(&self) -> &str {
        match &self.kind {
            Kind::Oidc(oidc) => oidc.issuer(),
            Kind::Osm(osm) => osm.issuer(),
        }
    }

    /// Where to send the browser. `redirect`: the address of ours to which it comes back, as registered with the provider.
    /// `now` decides whether the provider is asked again about itself.
    ///
    /// # Errors
    ///
    /// [`LoginError::Unreachable`] if the provider does not say where.
    pub async fn address(&self, attempt: &Attempt, redirect: &str, now: Timestamp) -> Result<Url, LoginError> {
        match &self.kind {
            Kind::Oidc(oidc) => oidc.address(attempt, redirect, now).await,
            Kind::Osm(osm) => osm.address(attempt, redirect),
        }
    }

    /// Where to send a browser that has signed out here, to sign out there, too (OpenID Connect RP-Initiated Logout 1.0); none if
    /// there is no such place. `back`: the address of ours to which it comes back, as registered with the provider; `state` comes
    /// back in it. `now` as before.
    ///
    /// # Errors
    ///
    /// [`LoginError::Unreachable`] if the provider does not say where, or says what is no address for a browser.
    pub async fn end_session(&self, back: &str, state: &str, now: Timestamp) -> Result<Option<Url>, LoginError> {
        match &self.kind {
            Kind::Oidc(oidc) => oidc.end_session(back, state, now).await,
            Kind::Osm(_) => Ok(None),
        }
    }

    /// Who came back with this code. `redirect`: as before.
    ///
    /// # Errors
    ///
    /// [`LoginError`], by whose doing it failed.
    pub async fn person(
        &self,
        code: String,
        attempt: &Attempt,
        redirect: &str,
        now: Timestamp,
    ) -> Result<Claims, LoginError> {
        let claims = match &self.kind {
            Kind::Oidc(oidc) => oidc.person(code, attempt, redirect, now).await?,
            Kind::Osm(osm) => osm.person(code, attempt, redirect).await?,
        };
        // `sub` has at most 255 ASCII characters (OpenID Connect Core, 2).
        let subject = &claims.subject;
        if subject.is_empty() || subject.len() > 255 || !subject.bytes().all(|byte| byte.is_ascii() && byte != 0) {
            return Err(LoginError::refused("its `sub` is none"));
        }
        Ok(claims)
    }
}

/// Secrets go there, so the line has to be closed; on this machine there is none.
fn checked(text: &str) -> Result<Url, SetupError> {
    let refuse = || SetupError::Address(text.to_owned());
    let url = Url::parse(text).map_err(|_| refuse())?;
    let bare =
        url.query().is_none() && url.fragment().is_none() && url.username().is_empty() && url.password().is_none();
    if is_closed(&url) && bare { Ok(url) } else { Err(refuse()) }
}

/// Whether the line to there is closed, or does not leave this machine.
fn is_closed(url: &Url) -> bool {
    let local = match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => return false,
    };
    url.scheme() == "https" || (url.scheme() == "http" && local)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_go_over_closed_lines_only() {
        for good in [
            "https://id.example",
            "https://id.example/realms/town",
            "http://127.0.0.1:4000",
            "http://[::1]:1",
            "http://localhost/x",
        ] {
            assert!(checked(good).is_ok(), "{good}");
        }
        for wrong in [
            "http://id.example",
            "http://localhost.example",
            "id.example",
            "ftp://localhost",
            "https://id.example?x=1",
            "https://id.example/#a",
            "https://ada:secret@id.example",
            "https://",
            "",
        ] {
            assert!(checked(wrong).is_err(), "{wrong}");
        }
    }
}
