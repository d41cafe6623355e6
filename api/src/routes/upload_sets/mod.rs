//! `/upload_sets`: sending pictures.

use utoipa_axum::router::OpenApiRouter;

use crate::Api;

/// The routes.
pub fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
}
