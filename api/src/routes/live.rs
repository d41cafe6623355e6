//! `/live`: whether the API answers at all.

use axum::http::StatusCode;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::Api;

/// The routes.
pub fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(live))
}

/// Whether the API answers
///
/// Touches neither database nor storage. Some clients ask with `HEAD` before anything else.
#[utoipa::path(get, path = "/live", tag = "Catalog", responses((status = 200, description = "It does")))]
async fn live() -> StatusCode {
    StatusCode::OK
}

#[cfg(test)]
mod tests {
    use crate::testing::fixture;

    #[tokio::test]
    async fn it_answers_get_and_head() {
        let fixture = fixture().await;
        for method in ["GET", "HEAD"] {
            assert_eq!(fixture.request(method, "/live").send().await.status, 200);
        }
    }
}
