//! Asks the server, and asks again when it is told to come later.

use std::{cell::Cell, fmt::Debug, time::Duration};

use anyhow::{Context, Result, anyhow};
use flaneur_client::{ApiError, ApiOpError, ErrorBody, HttpClient};
use reqwest::{Client, StatusCode, header};

use crate::options::Options;

/// Waits after failures grow from the first to the second.
const SHORTEST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_mins(2);

/// The server that is followed.
pub(crate) struct Server {
    client: HttpClient,
    address: String,
    /// Whether it ever answered: before that, what fails may be a mistake of whoever called the program.
    known: Cell<bool>,
}

impl Server {
    pub(crate) fn new(options: &Options) -> Result<Self> {
        // Longer than the server may wait for something to happen.
        let (connect, all) = (Duration::from_secs(10), Duration::from_mins(1));
        let client = Client::builder().connect_timeout(connect).timeout(all).user_agent("flaneur-follow/1").build();
        let address = options.server.as_str().trim_end_matches('/').trim_end_matches("/api").to_owned();
        let client = HttpClient::with_client(client.context("cannot make an HTTP client")?);
        let mut client = client.with_base_url(format!("{address}/api"));
        if let Some(token) = options.token.as_deref().map(str::trim).filter(|token| !token.is_empty()) {
            client = client.with_api_key(token);
        }
        Ok(Self { client, address, known: Cell::new(false) })
    }

    /// The answer; none if what was asked for is gone (410).
    pub(crate) async fn ask<T, E: Debug>(
        &self,
        question: impl AsyncFn(&HttpClient) -> Result<T, ApiOpError<E>>,
    ) -> Result<Option<T>> {
        let mut usual = SHORTEST;
        loop {
            let error = match question(&self.client).await {
                Ok(answer) => {
                    self.known.set(true);
                    return Ok(Some(answer));
                }
                Err(ApiOpError::Api(error)) if error.status == StatusCode::GONE => return Ok(None),
                Err(error) => error,
            };
            let told = self.told(&error);
            let Some(pause) = self.pause(&error, usual) else { return Err(told) };
            eprintln!("{told:#}; asking again in {} s", pause.as_secs());
            tokio::time::sleep(pause).await;
            usual = (usual * 2).min(LONGEST);
        }
    }

    /// When to ask again, if that makes sense: when the server says, or as usual.
    fn pause<E: Debug>(&self, error: &ApiOpError<E>, usual: Duration) -> Option<Duration> {
        match error {
            ApiOpError::Api(error) if error.is_retryable() => {
                let later = error.headers.get(header::RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
                Some(later.map_or(usual, Duration::from_secs).clamp(SHORTEST, LONGEST))
            }
            ApiOpError::Transport(error) if error.is_retryable() && self.known.get() => Some(usual),
            _ => None,
        }
    }

    /// What went wrong, and what to do.
    fn told<E: Debug>(&self, error: &ApiOpError<E>) -> anyhow::Error {
        let address = &self.address;
        match error {
            ApiOpError::Transport(error) => {
                // The last one says most; the first one is about the layers of the client.
                let mut causes = Vec::new();
                let mut source = std::error::Error::source(error);
                while let Some(cause) = source {
                    causes.push(cause.to_string());
                    source = cause.source();
                }
                let why = causes.pop().unwrap_or_else(|| error.to_string());
                anyhow!("{address} cannot be asked: is it the right address, and is the server there? ({why})")
            }
            ApiOpError::Api(error) => match sentence(error) {
                Some(sentence) if error.status == StatusCode::UNAUTHORIZED => {
                    anyhow!("{address} does not take the token: {sentence}")
                }
                Some(sentence) => anyhow!("{address} answered {}: {sentence}", error.status),
                None => anyhow!(
                    "{address} answered {} with what no Flaneur server of this version says: is it one? ({})",
                    error.status,
                    error.parse_error.as_deref().unwrap_or("the body is no message")
                ),
            },
        }
    }
}

/// What the server says is wrong.
fn sentence<E>(error: &ApiError<E>) -> Option<String> {
    let body: ErrorBody = serde_json::from_str(&error.body).ok()?;
    Some(body.message.replace(char::is_control, " "))
}
