//! What the operator is told, on a listener of its own: `/live`, `/ready`, `/metrics`.

use std::sync::Arc;

use axum::Router;

use super::health::{self, Health};

/// The routes.
pub fn router(health: Arc<Health>) -> Router {
    health::router(health).fallback(|| async { (http::StatusCode::NOT_FOUND, "there are /live and /ready here\n") })
}
