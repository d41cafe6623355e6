//! The HTTP client that providers are asked with: bounded in time and size, and it follows no redirect.

use std::{pin::Pin, time::Duration};

use http_body_util::{BodyExt as _, Limited};
use oauth2::{AsyncHttpClient, HttpRequest, HttpResponse};

/// How long a provider may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// Largest answer, bytes. Key sets and statements have a few kilobytes.
const MOST: usize = 1 << 20;

/// Asks a provider. Clones share its connections.
#[derive(Debug, Clone)]
pub struct HttpClient(reqwest::Client);

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// The line.
    #[error("the provider could not be asked")]
    Line(#[from] reqwest::Error),
    /// It answers too much, or breaks off.
    #[error("the provider's answer could not be read: {0}")]
    Body(String),
    /// What it answers cannot be passed on.
    #[error("the provider's answer could not be understood")]
    Answer(#[from] http::Error),
}

impl HttpClient {
    /// A client of its own.
    pub fn new() -> Result<Self, reqwest::Error> {
        let client = reqwest::Client::builder()
            .user_agent(concat!("flaneur/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            .timeout(PATIENCE)
            .build()?;
        Ok(Self(client))
    }

    /// Asks, and reads the answer.
    pub async fn ask(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let response: http::Response<reqwest::Body> = self.0.execute(request.try_into()?).await?.into();
        let (parts, body) = response.into_parts();
        let body = Limited::new(body, MOST).collect().await.map_err(|error| HttpError::Body(error.to_string()))?;
        Ok(HttpResponse::from_parts(parts, body.to_bytes().to_vec()))
    }
}

impl<'c> AsyncHttpClient<'c> for HttpClient {
    type Error = HttpError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, HttpError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.ask(request))
    }
}
