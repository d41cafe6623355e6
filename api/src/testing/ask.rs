//! Requests and answers.

use axum::body::Body;
use bytes::Bytes;
use http::{HeaderMap, Request, Response, header, request::Builder};
use http_body_util::BodyExt as _;
use serde_json::Value;
use tower::ServiceExt as _;

use super::{HOST, Who};

/// A request in the making.
pub(crate) struct Ask {
    router: axum::Router,
    request: Builder,
    body: Body,
}

impl Ask {
    pub(super) fn new(router: axum::Router, method: &str, path: &str) -> Self {
        let path = path.strip_prefix(HOST).map_or(path, |path| path.strip_prefix("/api").unwrap());
        // The binary takes trailing slashes off.
        let path = if path == "/" { "" } else { path };
        let request = Request::builder().method(method).uri(format!("/api{path}"));
        Self { router, request, body: Body::empty() }
    }

    /// On behalf of somebody, or nobody.
    pub(crate) fn of(mut self, who: Option<&Who>) -> Self {
        if let Some(who) = who {
            self.request = self.request.header(header::AUTHORIZATION, format!("Bearer {}", who.jwt));
        }
        self
    }

    /// With a header.
    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.request = self.request.header(name, value);
        self
    }

    /// With a body.
    pub(crate) fn body(mut self, body: impl Into<Body>) -> Self {
        self.body = body.into();
        self
    }

    /// With a JSON body.
    pub(crate) fn json(self, body: &Value) -> Self {
        self.header("content-type", "application/json").body(body.to_string())
    }

    /// Sends it, and does not read the answer's body yet.
    pub(crate) async fn begin(self) -> Response<Body> {
        self.router.oneshot(self.request.body(self.body).unwrap()).await.unwrap()
    }

    /// Sends it.
    pub(crate) async fn send(self) -> Answer {
        let response = self.begin().await;
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        Answer { status: parts.status.as_u16(), headers: parts.headers, body }
    }
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Answer {
    /// A header; empty if it is not there.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The body.
    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    /// The body as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {:?}", self.body))
    }
}
