//! The endpoints; a file's path mirrors its URL.

use axum::response::IntoResponse;
use http::{StatusCode, Uri};
use utoipa_axum::router::OpenApiRouter;

use crate::{Api, ApiError};

pub mod auth;
pub mod docs;
pub mod upload_sets;

/// Every documented route.
pub fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new().merge(auth::router()).merge(upload_sets::router())
}

/// Answers whatever has no route.
pub async fn not_found(uri: Uri) -> impl IntoResponse {
    ApiError::not_found(format!("there is nothing at {}; see /api/docs/swagger for what there is", uri.path()))
}

/// Answers a known path with an unknown method.
pub async fn method_not_allowed() -> impl IntoResponse {
    ApiError::new(StatusCode::METHOD_NOT_ALLOWED, "the method is not allowed here")
}
