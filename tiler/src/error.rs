//! What goes wrong, as a client is told.

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use flaneur_catalog::CatalogError;
use flaneur_coverage::CoverageError;
use http::StatusCode;
use serde::Serialize;

/// Why there is no answer. What lies behind an internal error goes to the log, never to the client.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TileError {
    #[error("a tile is asked for as .mvt or as .pbf")]
    Format,
    #[error("there are tiles of the zoom levels 0 to 18")]
    Zoom,
    #[error("there is no such tile: at zoom level z, columns and rows go from 0 to 2^z - 1")]
    Place,
    #[error("there is no such account: it is named by a UUID, or by `me` for one's own")]
    Account,
    #[error("`me` is nobody: send a token, or sign in")]
    SignIn,
    #[error("the request does not say by which address it reached this server; send a Host header")]
    Address,
    #[error("{0}")]
    Filter(String),
    #[error(
        "at the zoom levels 0 to 5 pictures are only counted: all, by `type` and by `account_id`; for what else is to fit, ask \
         from zoom level 6 on"
    )]
    Uncounted,
    #[error("reading the catalog")]
    Catalog(#[from] CatalogError),
    #[error(transparent)]
    Encode(#[from] CoverageError),
    #[error("encoding a tile was interrupted")]
    Interrupted,
    #[error("compressing a tile, or the contrary")]
    Packed(#[from] std::io::Error),
}

/// The body of an answer that says what went wrong.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = TileError)]
pub(crate) struct ErrorBody {
    /// What is wrong, and what would be right.
    message: String,
    /// The HTTP status.
    status_code: u16,
}

impl IntoResponse for TileError {
    fn into_response(self) -> Response {
        let status = match &self {
            Self::Format | Self::Address | Self::Filter(_) | Self::Uncounted => StatusCode::BAD_REQUEST,
            Self::Zoom | Self::Place | Self::Account => StatusCode::NOT_FOUND,
            Self::SignIn => StatusCode::UNAUTHORIZED,
            Self::Catalog(error) if error.passes() => StatusCode::SERVICE_UNAVAILABLE,
            Self::Catalog(_) | Self::Encode(_) | Self::Interrupted | Self::Packed(_) => {
                StatusCode::INTERNAL_SERVER_ERROR
            }
        };
        let message = if status.is_server_error() {
            log(&self);
            if status == StatusCode::SERVICE_UNAVAILABLE {
                "the server cannot use its database at present; try again in a minute".to_owned()
            } else {
                "the server failed; try again, and tell the operator if it persists".to_owned()
            }
        } else {
            self.to_string()
        };
        let mut response = (status, Json(ErrorBody { message, status_code: status.as_u16() })).into_response();
        if status == StatusCode::SERVICE_UNAVAILABLE {
            // Seconds.
            response.headers_mut().insert(http::header::RETRY_AFTER, http::HeaderValue::from_static("10"));
        }
        response
    }
}

/// Writes an error and all that caused it to the log.
fn log(error: &TileError) {
    let mut chain = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        chain.push_str(": ");
        chain.push_str(&cause.to_string());
        source = cause.source();
    }
    tracing::error!(error = chain, "a tile could not be answered");
}
