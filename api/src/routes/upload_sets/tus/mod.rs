//! `/upload_sets/{id}/tus`: sending a picture piece by piece, and going on after the connection broke.
//!
//! This is [tus 1.0](https://tus.io/protocols/resumable-upload) with the extensions creation, checksum, termination and
//! expiration. What comes is stored in parts beside the originals ([`spool`]); when all of it is there, it goes through the
//! very function that takes what is sent by plain POST ([`finish`]). See ADR 9.

use axum::{extract::Request, middleware::Next, response::IntoResponse as _, response::Response};
use http::{HeaderValue, Method, StatusCode, header::HeaderName};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{Api, ApiError};

mod append;
mod create;
mod finish;
mod headers;
mod metadata;
mod options;
mod spool;
mod state;

#[cfg(test)]
mod tests;

pub use finish::finish_uploads;

/// The protocol's version.
const VERSION: HeaderValue = HeaderValue::from_static("1.0.0");
const TUS_RESUMABLE: HeaderName = HeaderName::from_static("tus-resumable");
const TUS_VERSION: HeaderName = HeaderName::from_static("tus-version");

/// The routes.
pub fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(create::create, options::options, state::list))
        .routes(routes!(
            append::append,
            append::overridden,
            state::head,
            state::get,
            state::terminate,
            options::options_of_one
        ))
        .layer(axum::middleware::from_fn(check_version))
}

/// Refuses other versions of the protocol, and marks each answer. What people and browsers ask by themselves (GET, OPTIONS)
/// need not name one.
async fn check_version(request: Request, next: Next) -> Response {
    let named = request.headers().get(TUS_RESUMABLE) == Some(&VERSION);
    let mut response = if named || matches!(*request.method(), Method::GET | Method::OPTIONS) {
        next.run(request).await
    } else {
        let error = ApiError::new(
            StatusCode::PRECONDITION_FAILED,
            "This is tus, the protocol for resumable uploads: send the header `Tus-Resumable: 1.0.0`",
        );
        let mut response = error.into_response();
        response.headers_mut().insert(TUS_VERSION, VERSION);
        response
    };
    response.headers_mut().insert(TUS_RESUMABLE, VERSION);
    response
}
