//! The endpoints; a file's path mirrors its URL.

use axum::response::IntoResponse;
use http::{StatusCode, Uri};
use utoipa_axum::router::OpenApiRouter;

use crate::{Api, ApiError};

pub mod auth;
pub mod changes;
pub mod collections;
pub mod configuration;
pub mod conformance;
pub mod dataset;
pub mod delete;
pub mod docs;
pub mod edits;
pub mod excluded_areas;
pub mod landing;
pub mod live;
pub mod pages;
#[cfg(test)]
mod permissions;
pub mod pictures;
pub mod reports;
pub mod search;
pub mod stats;
pub mod transfers;
pub mod upload_sets;
pub mod users;
#[cfg(test)]
mod visibility;
pub mod webhooks;

/// Every documented route.
pub fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .merge(landing::router())
        .merge(conformance::router())
        .merge(configuration::router())
        .merge(excluded_areas::router())
        .merge(live::router())
        .merge(collections::router())
        .merge(search::router())
        .merge(pictures::router())
        .merge(users::router())
        .merge(auth::router())
        .merge(upload_sets::router())
        .merge(delete::router())
        .merge(edits::router())
        .merge(reports::router())
        .merge(pages::router())
        .merge(transfers::router())
        .merge(stats::router())
        .merge(dataset::router())
        .merge(changes::router())
        .merge(webhooks::router())
}

/// Answers whatever has no route.
pub async fn not_found(uri: Uri) -> impl IntoResponse {
    ApiError::not_found(format!("there is nothing at {}; see /api/docs/swagger for what there is", uri.path()))
}

/// Answers a known path with an unknown method.
pub async fn method_not_allowed() -> impl IntoResponse {
    ApiError::new(StatusCode::METHOD_NOT_ALLOWED, "the method is not allowed here")
}

/// Answers a request whose handler panicked: a defect of ours, told to the log.
#[expect(clippy::needless_pass_by_value, reason = "the panic layer hands the payload over")]
pub fn panicked(payload: Box<dyn std::any::Any + Send + 'static>) -> axum::response::Response {
    let what = payload
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| payload.downcast_ref::<&str>().copied())
        .unwrap_or("no message");
    ApiError::internal(&std::io::Error::other(format!("a handler panicked: {what}"))).into_response()
}
