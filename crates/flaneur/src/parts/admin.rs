//! What the operator is told, on a listener of its own: `/live`, `/ready`, `/metrics`.

use std::sync::Arc;

use axum::{Router, extract::State, routing::get};
use http::{StatusCode, header};

use super::{
    health::{self, Health},
    metrics::Metrics,
};

/// Version 0.0.4 of the text format, which every Prometheus reads.
const MEDIA_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// The routes.
pub fn router(health: Arc<Health>, metrics: Arc<Metrics>) -> Router {
    health::router(health)
        .route("/metrics", get(tell).with_state(metrics))
        .fallback(|| async { (StatusCode::NOT_FOUND, "there are /live, /ready and /metrics here\n") })
}

async fn tell(State(metrics): State<Arc<Metrics>>) -> ([(header::HeaderName, &'static str); 1], String) {
    ([(header::CONTENT_TYPE, MEDIA_TYPE)], metrics.text().await)
}
