//! What goes wrong, as a client is told: a status, a sentence that says what to do, and details for machines.

use std::borrow::Cow;

use axum::response::{IntoResponse, Response};
use flaneur_access::Refusal;
use flaneur_catalog::CatalogError;
use flaneur_storage::StorageError;
use http::StatusCode;
use serde_json::{Value, json};

/// Result of a handler.
pub type ApiResult<T> = Result<T, ApiError>;

/// An error as a client sees it: `{"message", "status_code", "reason"?, "details"?, …}`. What lies behind an internal error goes to
/// the log, never to the client.
#[derive(Debug, Clone)]
pub struct ApiError {
    status: StatusCode,
    message: Cow<'static, str>,
    extra: Vec<(&'static str, Value)>,
    reason: Option<&'static str>,
    wait: Option<i64>,
}

impl ApiError {
    /// An error with a status of its own.
    pub fn new(status: StatusCode, message: impl Into<Cow<'static, str>>) -> Self {
        Self { status, message: message.into(), extra: Vec::new(), reason: None, wait: None }
    }

    /// 400: the request makes no sense; the message says what would.
    pub fn bad_request(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message)
    }

    /// 401: sign in first.
    pub fn unauthorized(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, message)
    }

    /// 403: signed in, and still not allowed.
    pub fn forbidden(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::FORBIDDEN, message)
    }

    /// 404: it does not exist, as far as this viewer goes.
    pub fn not_found(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::NOT_FOUND, message)
    }

    /// 409: it collides with what is there.
    pub fn conflict(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::CONFLICT, message)
    }

    /// 500: our fault. `cause` is logged with its sources.
    pub fn internal(cause: &(dyn std::error::Error + 'static)) -> Self {
        tracing::error!(error = chain(cause), "request failed");
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "the server failed; try again, and tell the operator if it persists",
        )
    }

    /// 503: something that we need is away. `cause` is logged with its sources.
    pub fn unavailable(cause: &(dyn std::error::Error + 'static)) -> Self {
        tracing::error!(error = chain(cause), "request failed for now");
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "the server cannot use its storage at present; try again in a minute, and tell the operator if it persists",
        )
    }

    /// Adds `"details": {"error": …}`.
    #[must_use]
    pub fn because(self, reason: impl std::fmt::Display) -> Self {
        self.with("details", json!({ "error": reason.to_string() }))
    }

    /// Adds a member to the body.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: Value) -> Self {
        self.extra.push((name, value));
        self
    }

    /// Says why in a word, where the status says too little: a member of the body, for clients, and what it is counted under.
    #[must_use]
    pub fn for_reason(mut self, reason: &'static str) -> Self {
        self.reason = Some(reason);
        self
    }

    /// Says when to come back, in seconds, where that is not what the status has usually.
    #[must_use]
    pub fn come_back_in(mut self, seconds: i64) -> Self {
        self.wait = Some(seconds);
        self
    }

    /// Why, in a word.
    pub fn reason(&self) -> Option<&'static str> {
        self.reason
    }

    /// The status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The `details`, if there are any.
    pub fn detail(&self) -> Option<&Value> {
        self.extra.iter().find(|(name, _)| *name == "details").map(|(_, value)| value)
    }

    /// What a client gets.
    pub fn body(&self) -> Value {
        let mut body = json!({ "message": self.message, "status_code": self.status.as_u16() });
        if let Some(reason) = self.reason {
            body["reason"] = json!(reason);
        }
        for (name, value) in &self.extra {
            body[*name] = value.clone();
        }
        body
    }

    /// The sentence.
    pub fn message(&self) -> &str {
        &self.message
    }
}

/// Whether no space being left is behind it.
fn is_full(error: &(dyn std::error::Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(each) = cause {
        let io = each.downcast_ref::<std::io::Error>().map(std::io::Error::kind);
        if matches!(io, Some(std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded)) {
            return true;
        }
        cause = each.source();
    }
    false
}

/// An error with everything that caused it.
pub(crate) fn chain(cause: &(dyn std::error::Error + 'static)) -> String {
    let mut chain = cause.to_string();
    let mut source = cause.source();
    while let Some(inner) = source {
        chain.push_str(": ");
        chain.push_str(&inner.to_string());
        source = inner.source();
    }
    chain
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        // The line ends, as people see it in a terminal; clients of the reference server compare texts that do.
        let body = format!("{}\n", self.body());
        let json = [(http::header::CONTENT_TYPE, "application/json")];
        let mut response = (self.status, json, body).into_response();
        if self.status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(http::header::WWW_AUTHENTICATE, http::HeaderValue::from_static("Bearer"));
        }
        // Seconds.
        let wait = match self.status {
            StatusCode::SERVICE_UNAVAILABLE => Some(10),
            StatusCode::TOO_MANY_REQUESTS => Some(60),
            StatusCode::LOCKED => Some(1),
            _ => None,
        };
        if let Some(seconds) = self.wait.or(wait) {
            response.headers_mut().insert(http::header::RETRY_AFTER, http::HeaderValue::from(seconds));
        }
        response.headers_mut().insert(http::header::CACHE_CONTROL, http::HeaderValue::from_static("no-store"));
        response
    }
}

impl From<CatalogError> for ApiError {
    fn from(error: CatalogError) -> Self {
        match error {
            CatalogError::Conflict(what) => Self::conflict(format!("{what} is already taken; choose another")),
            CatalogError::TooBroad => Self::bad_request(
                "nothing was found among as many as one request may look at: narrow it down with `bbox`, `collections`, \
                 `datetime` or a tag, or choose another order with `sortby`",
            ),
            CatalogError::Missing(what) => Self::not_found(format!("{what} doesn't exist")),
            other if other.passes() => Self::unavailable(&other),
            other => Self::internal(&other),
        }
    }
}

impl From<StorageError> for ApiError {
    fn from(error: StorageError) -> Self {
        Self::from(&error)
    }
}

impl From<&StorageError> for ApiError {
    fn from(error: &StorageError) -> Self {
        match error {
            // A full disk is worth a sentence of its own: waiting helps, sending another file does not.
            StorageError::Store(_) | StorageError::Io(_) if is_full(error) => {
                tracing::error!(error = chain(error), "request failed for now");
                Self::new(StatusCode::INSUFFICIENT_STORAGE, "The server has no space left; try again later")
            }
            // A bucket's server is away, or a disk is not mounted: nobody's defect, and it passes.
            StorageError::Store(_) | StorageError::Io(_) | StorageError::Folder { .. } => Self::unavailable(error),
            other => Self::internal(other),
        }
    }
}

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Hidden => Self::not_found("it doesn't exist"),
            Refusal::SignIn => Self::unauthorized("Authentication is mandatory: send a token, or sign in"),
            Refusal::NotYours => Self::forbidden("it belongs to another account"),
        }
    }
}

/// The JSON every error is answered with, for the documentation.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct ErrorBody {
    /// What is wrong and what to do.
    pub message: String,
    /// Why in a word, where the status says too little: `name_taken`, `in_excluded_area`…
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The HTTP status again.
    pub status_code: u16,
    /// More, for machines.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Value>)]
    pub details: Option<Value>,
}
