//! Asks servers: politely, with bounds, and without telling one server what another may know.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use futures::StreamExt as _;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use reqwest::Response;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio_util::sync::CancellationToken;
use url::{Origin, Url};

use crate::{
    Event, FetchError, Progress,
    gate::{Gate, backoff, retry_after},
    shown,
    world::World,
};

/// Largest document, bytes.
const LARGEST_DOCUMENT: usize = 32 << 20;
/// What is read of a refusal, bytes: a sentence.
const LARGEST_REFUSAL: usize = 64 << 10;
/// Redirects followed.
const MOST_REDIRECTS: usize = 5;
/// How long a document may take in all.
const DOCUMENT: Duration = Duration::from_mins(2);

/// How long to wait for a server, and how often to ask again.
#[derive(Debug, Clone)]
pub struct Patience {
    /// How long a connection may take to come about.
    pub connect: Duration,
    /// Longest silence of a server that is answering.
    pub silence: Duration,
    /// How often one thing is tried, when it fails.
    pub attempts: u32,
    /// How often one thing waits because the server says that it is busy, without getting on in between.
    pub waits: u32,
    /// Wait after the first failure; twice as long after each further one.
    pub first: Duration,
    /// Longest wait after a failure.
    pub longest: Duration,
    /// Longest wait that a server may ask for. If it asks for more, the run ends and says so.
    pub longest_asked: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            silence: Duration::from_secs(30),
            attempts: 5,
            waits: 20,
            first: Duration::from_secs(1),
            longest: Duration::from_mins(1),
            longest_asked: Duration::from_hours(1),
        }
    }
}

/// Why there is no answer to one request.
#[derive(Debug)]
pub enum Trouble {
    /// The server is busy: everyone waits, as long as it says.
    Busy(Option<Duration>),
    /// It may go better in a moment.
    Passing(String),
    /// What came is not what was asked for, which may be due to the way that it came.
    Wrong(String),
    /// The server says that something is wrong with itself, which may pass, too.
    Failing(StatusCode),
    /// It will not go better.
    Final(String),
    /// The server answers that it will not.
    Refused(StatusCode, String),
    /// It answers more than is taken.
    TooLarge,
    /// The user wants to stop.
    Stopped,
}

impl Trouble {
    /// A sentence's end.
    pub fn text(&self) -> String {
        match self {
            Self::Busy(_) => "the server is too busy".to_owned(),
            Self::Passing(why) | Self::Wrong(why) | Self::Final(why) => shown(why),
            Self::Failing(status) => format!("it answers {status}"),
            Self::Refused(status, message) if message.is_empty() => format!("the server answers {status}"),
            Self::Refused(status, message) => format!("the server answers {status}: {}", shown(message)),
            Self::TooLarge => "the server answers more than is taken".to_owned(),
            Self::Stopped => "stopped".to_owned(),
        }
    }

    /// What ends a run that cannot do without what was asked for.
    pub fn into_error(self, url: &Url) -> FetchError {
        let url = url.clone();
        match self {
            Self::Busy(_) | Self::Passing(_) | Self::Failing(_) => FetchError::Away { url, why: self.text() },
            Self::Wrong(_) | Self::Final(_) | Self::TooLarge => FetchError::Strange { url, why: self.text() },
            Self::Refused(status, message) => FetchError::Refused { url, status, message },
            Self::Stopped => FetchError::Stopped,
        }
    }
}

/// A request.
#[derive(Debug, Clone)]
pub struct Asking {
    /// How it is asked.
    pub method: Method,
    /// What is asked for.
    pub url: Url,
    /// What is said besides.
    pub headers: HeaderMap,
    /// JSON.
    pub body: Option<Value>,
}

impl Asking {
    /// Asks for what is of one of these media types.
    pub fn get(url: Url, accept: &'static str) -> Self {
        let headers = HeaderMap::from_iter([(header::ACCEPT, HeaderValue::from_static(accept))]);
        Self { method: Method::GET, url, headers, body: None }
    }

    /// Asks for a document, of which the conditions are in the body.
    pub fn post(url: Url, body: Value) -> Self {
        Self { method: Method::POST, body: Some(body), ..Self::get(url, DOCUMENTS) }
    }
}

/// Media types of documents.
pub const DOCUMENTS: &str = "application/geo+json, application/json";

/// Asks servers. All requests of a run go through one.
pub struct Client<'a> {
    http: reqwest::Client,
    token: Option<HeaderValue>,
    /// Who is shown the token.
    home: Origin,
    /// How long to wait, and how often to ask again.
    pub patience: Patience,
    /// Time and chance.
    pub world: Arc<dyn World>,
    /// Who is told.
    pub progress: &'a dyn Progress,
    /// Cancelled when the user wants to stop.
    pub stop: CancellationToken,
    gate: Gate,
}

impl std::fmt::Debug for Client<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client").field("home", &self.home).finish_non_exhaustive()
    }
}

impl<'a> Client<'a> {
    /// A client that shows the token to `home` alone.
    pub fn new(
        home: &Url,
        token: Option<&str>,
        patience: Patience,
        world: Arc<dyn World>,
        progress: &'a dyn Progress,
        stop: CancellationToken,
    ) -> Result<Self, FetchError> {
        let token = token
            .map(|token| {
                let mut value = HeaderValue::from_str(&format!("Bearer {}", token.trim()))
                    .map_err(|_| FetchError::Usage("the token has characters that no token has".to_owned()))?;
                value.set_sensitive(true);
                Ok(value)
            })
            .transpose()?;
        let repository = option_env!("CARGO_PKG_REPOSITORY").filter(|address| !address.is_empty());
        let about = repository.map(|address| format!(" (+{address})")).unwrap_or_default();
        let http = reqwest::Client::builder()
            .user_agent(format!("flaneur-fetch/{}{about}", env!("CARGO_PKG_VERSION")))
            // Each redirect is looked at by us, for the token's sake.
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(patience.connect)
            .read_timeout(patience.silence)
            .build()
            .map_err(|error| FetchError::Usage(format!("cannot ask servers from here: {}", chain(&error))))?;
        let gate = Gate::default();
        Ok(Self { http, token, home: home.origin(), patience, world, progress, stop, gate })
    }

    /// A document.
    pub async fn json<T: DeserializeOwned>(&self, asking: &Asking) -> Result<T, Trouble> {
        let mut tries = self.tries();
        loop {
            let passed = tries.pass().await?;
            let answer = self.text(asking).await.and_then(|body| {
                // An answer that was cut off is no JSON either, so this may pass.
                serde_json::from_slice(&body)
                    .map_err(|error| Trouble::Passing(format!("its answer is not the document asked for: {error}")))
            });
            match answer {
                Ok(document) => return Ok(document),
                Err(trouble) => tries.again(trouble, passed).await?,
            }
        }
    }

    /// Asks once for what is not too large.
    pub async fn text(&self, asking: &Asking) -> Result<Vec<u8>, Trouble> {
        let read = async {
            let response = self.send(asking).await?;
            if !response.status().is_success() {
                return Err(refusal(response).await);
            }
            bounded(response, LARGEST_DOCUMENT).await
        };
        tokio::select! {
            answer = tokio::time::timeout(DOCUMENT, read) => {
                answer.unwrap_or_else(|_| Err(Trouble::Passing("its answer takes too long".to_owned())))
            }
            () = self.stop.cancelled() => Err(Trouble::Stopped),
        }
    }

    /// One thing that is tried several times.
    pub fn tries(&self) -> Tries<'_> {
        Tries { client: self, failures: 0, waits: 0 }
    }

    /// What comes next of an answer; none at its end.
    pub async fn chunk(&self, response: &mut Response) -> Result<Option<Bytes>, Trouble> {
        tokio::select! {
            chunk = response.chunk() => chunk.map_err(|error| Trouble::Passing(chain(&error))),
            () = self.stop.cancelled() => Err(Trouble::Stopped),
        }
    }

    /// Asks once, and follows redirects. Whoever is busy or broken is a trouble; every other answer is an answer.
    pub async fn send(&self, asking: &Asking) -> Result<Response, Trouble> {
        let (mut at, mut method, mut body) = (asking.url.clone(), asking.method.clone(), asking.body.as_ref());
        for _ in 0..=MOST_REDIRECTS {
            let mut request = self.http.request(method.clone(), at.clone()).headers(asking.headers.clone());
            if let Some(token) = self.token.as_ref().filter(|_| at.origin() == self.home) {
                request = request.header(header::AUTHORIZATION, token.clone());
            }
            if let Some(body) = body {
                request = request.json(body);
            }
            let response = request.send().await.map_err(|error| Trouble::Passing(chain(&error)))?;
            let status = response.status();
            if !matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308) {
                return self.judged(response);
            }
            let location = response.headers().get(header::LOCATION).and_then(|to| to.to_str().ok());
            let Some(to) = location.and_then(|to| at.join(to).ok()) else {
                return Err(Trouble::Final("it redirects to nowhere".to_owned()));
            };
            let plain = to.username().is_empty() && to.password().is_none();
            if !matches!(to.scheme(), "http" | "https") || !plain {
                return Err(Trouble::Final("it redirects to what is no address of http or https".to_owned()));
            }
            if at.scheme() == "https" && to.scheme() == "http" {
                return Err(Trouble::Final("it redirects to an address without TLS".to_owned()));
            }
            if status == StatusCode::SEE_OTHER {
                (method, body) = (Method::GET, None);
            }
            at = to;
        }
        Err(Trouble::Final("it redirects too often".to_owned()))
    }

    fn judged(&self, response: Response) -> Result<Response, Trouble> {
        let status = response.status();
        let wait = response.headers().get(header::RETRY_AFTER).and_then(|wait| wait.to_str().ok());
        let wait = wait.and_then(|wait| retry_after(wait, self.world.now()));
        match status {
            StatusCode::TOO_MANY_REQUESTS => Err(Trouble::Busy(wait)),
            StatusCode::SERVICE_UNAVAILABLE if wait.is_some() => Err(Trouble::Busy(wait)),
            StatusCode::REQUEST_TIMEOUT => Err(Trouble::Failing(status)),
            status if status.is_server_error() => Err(Trouble::Failing(status)),
            _ => Ok(response),
        }
    }
}

/// Counts how often one thing was tried.
#[derive(Debug)]
pub struct Tries<'a> {
    client: &'a Client<'a>,
    failures: u32,
    waits: u32,
}

impl Tries<'_> {
    /// Waits until the next request may be sent.
    pub async fn pass(&self) -> Result<u64, Trouble> {
        tokio::select! {
            passed = self.client.gate.pass() => Ok(passed),
            () = self.client.stop.cancelled() => Err(Trouble::Stopped),
        }
    }

    /// Something got on: a server that is busy now and then can be waited for any number of times.
    pub fn got_on(&mut self) {
        self.waits = 0;
    }

    /// Waits as long as the trouble calls for, or gives it back if there is no use in trying again.
    pub async fn again(&mut self, trouble: Trouble, passed: u64) -> Result<(), Trouble> {
        let Patience { attempts, waits, first, longest, longest_asked, .. } = self.client.patience;
        let world = &*self.client.world;
        let waiting = async {
            match &trouble {
                Trouble::Busy(asked) => {
                    self.waits += 1;
                    let wait = asked.unwrap_or_else(|| backoff(self.waits, first, longest, world.chance()));
                    if self.waits >= waits || wait > longest_asked {
                        return false;
                    }
                    self.client.progress.on(&Event::Paused(wait));
                    self.client.gate.pause(passed, wait, world).await;
                    true
                }
                Trouble::Passing(_) | Trouble::Wrong(_) | Trouble::Failing(_) => {
                    self.failures += 1;
                    if self.failures >= attempts {
                        return false;
                    }
                    world.sleep(backoff(self.failures, first, longest, world.chance())).await;
                    true
                }
                _ => false,
            }
        };
        let goes_on = tokio::select! {
            goes_on = waiting => goes_on,
            () = self.client.stop.cancelled() => return Err(Trouble::Stopped),
        };
        if goes_on { Ok(()) } else { Err(trouble) }
    }
}

/// What the server says about an answer that is none.
pub async fn refusal(response: Response) -> Trouble {
    let status = response.status();
    let body = bounded(response, LARGEST_REFUSAL).await.unwrap_or_default();
    let document: Value = serde_json::from_slice(&body).unwrap_or_default();
    let message = document["message"].as_str().or_else(|| document["description"].as_str());
    Trouble::Refused(status, message.unwrap_or_default().to_owned())
}

async fn bounded(response: Response, most: usize) -> Result<Vec<u8>, Trouble> {
    let mut body = Vec::new();
    let mut chunks = std::pin::pin!(response.bytes_stream());
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|error| Trouble::Passing(chain(&error)))?;
        if body.len() + chunk.len() > most {
            return Err(Trouble::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// Where a part of a file that comes begins, and how long the whole is, bytes, as far as the server says so.
pub fn part(response: &Response) -> Option<(u64, Option<u64>)> {
    let range = response.headers().get(header::CONTENT_RANGE)?.to_str().ok()?;
    let (span, whole) = range.strip_prefix("bytes ")?.split_once('/')?;
    Some((span.split_once('-')?.0.parse().ok()?, whole.parse().ok()))
}

/// An error with its causes, without the address, which is told elsewhere.
pub fn chain(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    let what = match error {
        error if error.is_timeout() => "it takes too long",
        error if error.is_connect() => "it cannot be reached",
        _ => "the connection broke",
    };
    format!("{what}: {cause}")
}
