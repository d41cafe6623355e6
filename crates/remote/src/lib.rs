//! Asks other instances, and tells programs elsewhere, at addresses that strangers named.
//!
//! Whoever can make a server fetch an address can make it fetch what only the server reaches: its own network, the database, the
//! provider's metadata service. So a [`Remote`] connects to public addresses only, and the check is made where the connection is:
//! on the addresses that a name was resolved to, for each redirect anew, so that no name can point elsewhere in between. Names
//! that the operator lists are exempt. Answers are bounded in size and time, and are read as what was asked for.
#![forbid(unsafe_code)]

mod public;
mod resolver;

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use futures::{Stream, StreamExt as _};
use http::{HeaderMap, StatusCode, header};
use reqwest::{Client, Response};
use serde_json::Value;
pub use url::Url;

use resolver::Resolver;

/// How long a connection may take to come about.
const CONNECT: Duration = Duration::from_secs(10);
/// Longest silence of an instance that is answering.
const SILENCE: Duration = Duration::from_secs(30);
/// How long a document may take.
const DOCUMENT: Duration = Duration::from_mins(1);
/// Largest document, bytes: a page of a thousand pictures has about three million.
const LARGEST_DOCUMENT: usize = 16 << 20;
/// Redirects followed.
const MOST_REDIRECTS: usize = 5;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum RemoteError {
    /// This address is never asked.
    #[error("{0}")]
    Forbidden(String),
    /// It says that there is no such thing, or that nobody may have it.
    #[error("{url} answers {status}")]
    Refused {
        /// What was asked.
        url: Url,
        /// How it was answered.
        status: StatusCode,
    },
    /// It is away, too slow or too busy: it may be there later.
    #[error("{url} cannot be reached")]
    Away {
        /// What was asked.
        url: Url,
        /// Why, for the operator.
        #[source]
        why: Box<dyn std::error::Error + Send + Sync>,
    },
    /// It answers more than is taken.
    #[error("the answer of {url} is too large")]
    TooLarge {
        /// What was asked.
        url: Url,
    },
    /// It answers something else than was asked for.
    #[error("{url} does not answer JSON")]
    NoJson {
        /// What was asked.
        url: Url,
    },
}

impl RemoteError {
    /// Whether it may go better later.
    pub fn may_pass(&self) -> bool {
        matches!(self, Self::Away { .. })
    }
}

/// How a program elsewhere answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answer {
    /// With what.
    pub status: StatusCode,
    /// How long it wants to be left alone, if it says so in seconds.
    pub retry_after: Option<Duration>,
}

/// Asks other instances, and tells programs elsewhere. Clones share connections.
#[derive(Debug, Clone)]
pub struct Remote {
    http: Client,
    /// Host names; if there are any, no others are asked.
    named: Arc<[String]>,
}

impl Remote {
    /// A client. Hosts that are `named` (without port) may have any address and be asked without TLS; if there are any, no others
    /// are asked.
    ///
    /// # Errors
    /// If the system has no root certificates.
    pub fn new(named: &[String]) -> Result<Self, reqwest::Error> {
        let named: Arc<[String]> = named.iter().map(|host| host.trim().to_ascii_lowercase()).collect();
        let http = Client::builder()
            .user_agent(concat!("flaneur/", env!("CARGO_PKG_VERSION")))
            // Each redirect is looked at by us.
            .redirect(reqwest::redirect::Policy::none())
            // A proxy would resolve names itself, and unseen.
            .no_proxy()
            .connect_timeout(CONNECT)
            .read_timeout(SILENCE)
            .dns_resolver(Arc::new(Resolver::new(named.clone())))
            .build()?;
        Ok(Self { http, named })
    }

    /// Whether an address may be asked, as far as can be told before its name is resolved.
    ///
    /// # Errors
    /// A sentence that says why not.
    pub fn check(&self, url: &Url) -> Result<(), RemoteError> {
        let forbid = |why: &str| Err(RemoteError::Forbidden(why.to_owned()));
        let Some(host) = url.host_str().map(str::to_ascii_lowercase) else {
            return forbid("an address begins with https:// and a host");
        };
        if !url.username().is_empty() || url.password().is_some() {
            return forbid("an address must not hold a name or password");
        }
        let named = self.named.contains(&host);
        if !named && !self.named.is_empty() {
            return Err(RemoteError::Forbidden(format!(
                "this server has nothing to do with {host}, only with {}",
                self.named.join(", ")
            )));
        }
        match url.scheme() {
            "https" => {}
            "http" if named => {}
            _ => return forbid("an address begins with https://"),
        }
        let public = match url.host() {
            Some(url::Host::Ipv4(address)) => public::is_public(address.into()),
            Some(url::Host::Ipv6(address)) => public::is_public(address.into()),
            // Judged when it is resolved.
            Some(url::Host::Domain(_)) => true,
            None => false,
        };
        if named || public { Ok(()) } else { forbid("this address is of a private network") }
    }

    /// A document.
    ///
    /// # Errors
    /// See [`RemoteError`].
    pub async fn json(&self, url: &Url) -> Result<Value, RemoteError> {
        let read = async {
            let response = self.ask(url, "application/json, application/geo+json").await?;
            let mut body = Vec::new();
            let mut chunks = std::pin::pin!(response.bytes_stream());
            while let Some(chunk) = chunks.next().await {
                body.extend_from_slice(&chunk.map_err(|error| away(url, error))?);
                if body.len() > LARGEST_DOCUMENT {
                    return Err(RemoteError::TooLarge { url: url.clone() });
                }
            }
            serde_json::from_slice(&body).map_err(|_| RemoteError::NoJson { url: url.clone() })
        };
        tokio::time::timeout(DOCUMENT, read).await.map_err(|error| away(url, error))?
    }

    /// A file, piece by piece. Its size is bounded by whoever takes it.
    ///
    /// # Errors
    /// See [`RemoteError`].
    pub async fn file(
        &self,
        url: &Url,
    ) -> Result<impl Stream<Item = Result<Bytes, RemoteError>> + Send + use<>, RemoteError> {
        let response = self.ask(url, "image/jpeg, image/*;q=0.5").await?;
        let url = url.clone();
        Ok(response.bytes_stream().map(move |chunk| chunk.map_err(|error| away(&url, error))))
    }

    /// Sends something, and answers how that was answered; what else is in the answer is not read. Redirects are not followed:
    /// they are an answer like any other.
    ///
    /// # Errors
    /// [`RemoteError::Forbidden`] and [`RemoteError::Away`].
    pub async fn post(
        &self,
        url: &Url,
        headers: HeaderMap,
        body: Bytes,
        patience: Duration,
    ) -> Result<Answer, RemoteError> {
        self.check(url)?;
        let sent = self.http.post(url.clone()).headers(headers).body(body).timeout(patience).send().await;
        let response = sent.map_err(|error| refused_or_away(url, error))?;
        let retry_after = response.headers().get(header::RETRY_AFTER).and_then(|value| value.to_str().ok());
        let retry_after = retry_after.and_then(|text| text.trim().parse::<u32>().ok()).map(u64::from);
        Ok(Answer { status: response.status(), retry_after: retry_after.map(Duration::from_secs) })
    }

    /// Asks, and follows redirects to where may be asked.
    async fn ask(&self, url: &Url, accept: &'static str) -> Result<Response, RemoteError> {
        let mut at = url.clone();
        for _ in 0..=MOST_REDIRECTS {
            self.check(&at)?;
            let sent = self.http.get(at.clone()).header(header::ACCEPT, accept).send().await;
            let response = sent.map_err(|error| refused_or_away(&at, error))?;
            let status = response.status();
            if status.is_success() {
                return Ok(response);
            }
            let location = response.headers().get(header::LOCATION).and_then(|location| location.to_str().ok());
            match location.filter(|_| status.is_redirection()).and_then(|location| at.join(location).ok()) {
                Some(next) => at = next,
                None if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS => {
                    return Err(away(&at, format!("it answers {status}")));
                }
                None => return Err(RemoteError::Refused { url: at, status }),
            }
        }
        Err(RemoteError::Forbidden(format!("{url} redirects too often")))
    }
}

fn away(url: &Url, why: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> RemoteError {
    RemoteError::Away { url: url.clone(), why: why.into() }
}

/// What the resolver forbids stays forbidden; everything else may pass.
fn refused_or_away(url: &Url, error: reqwest::Error) -> RemoteError {
    let mut source: Option<&dyn std::error::Error> = Some(&error);
    while let Some(cause) = source {
        if cause.is::<resolver::OnlyPrivate>() {
            return RemoteError::Forbidden("this name has addresses of a private network only".to_owned());
        }
        source = cause.source();
    }
    away(url, error)
}

#[cfg(test)]
mod tests;
