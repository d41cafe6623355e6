//! `/docs`: the API's description.

use axum::{Json, Router, routing::get};

/// Serves the document.
pub fn router(document: &utoipa::openapi::OpenApi) -> Router {
    let document = document.clone();
    Router::new().route("/docs/specs.json", get(move || async move { Json(document) }))
}
