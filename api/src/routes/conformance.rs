//! `/conformance`: which standards the API keeps to.

use axum::response::Response;
use serde::Serialize;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{Api, ApiResult, respond::Reply, stac::CONFORMANCE};

/// The routes.
pub fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(conformance))
}

/// Which standards the API keeps to.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Conformance {
    /// Addresses of conformance classes.
    #[serde(rename = "conformsTo")]
    #[schema(value_type = Vec<String>)]
    conforms_to: [&'static str; CONFORMANCE.len()],
}

/// Which standards the API keeps to
///
/// The same list as on the landing page.
#[utoipa::path(
    get, path = "/conformance", tag = "Catalog",
    responses((status = 200, description = "Conformance classes", body = Conformance,
        example = json!({"conformsTo": ["https://api.stacspec.org/v1.0.0/core"]})))
)]
async fn conformance(reply: Reply) -> ApiResult<Response> {
    reply.json(&Conformance { conforms_to: CONFORMANCE })
}

#[cfg(test)]
mod tests {
    use crate::testing::fixture;

    #[tokio::test]
    async fn it_is_the_landing_page_s() {
        let fixture = fixture().await;
        let answer = fixture.get("/conformance").await;
        assert_eq!(answer.json()["conformsTo"], fixture.get("/").await.json()["conformsTo"]);
        assert_eq!(answer.header("content-type"), "application/json");
    }
}
