//! The `OpenAPI` document's frame; paths come from the handlers.

use utoipa::OpenApi;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Flaneur API",
        description = "Street-level pictures as a STAC API, in the dialect of Panoramax: upload, search, walk, manage.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0")
    ),
    servers((url = "/api")),
    components(schemas(crate::error::ErrorBody))
)]
struct Document;

pub fn base() -> utoipa::openapi::OpenApi {
    Document::openapi()
}
