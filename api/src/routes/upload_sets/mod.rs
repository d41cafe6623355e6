//! `/upload_sets`: sending pictures.

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::Api;

mod complete;
mod create;
mod files;
mod form;
mod formats;
mod intake;
mod notices;
mod one;
mod overrides;
mod receive;
mod revise;
mod told;
mod tus;
pub(crate) mod view;

#[cfg(test)]
pub(crate) mod tests;

pub(super) use create::{admit as admit_set, check_title, user_agent};
pub(crate) use form::PictureForm;
pub(crate) use intake::{Arrival, file_name, store as store_file};
pub(crate) use overrides::Form;
pub(super) use receive::take_form;
pub(crate) use receive::{Arrived, spot, turn};
pub use tus::finish_uploads;

/// The routes.
pub fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(create::create))
        .routes(routes!(create::list))
        .routes(routes!(one::get, one::delete, revise::revise))
        .routes(routes!(complete::complete))
        .routes(routes!(files::list, receive::receive))
        .merge(tus::router())
        // A file's own limit is checked while it streams in.
        .layer(axum::extract::DefaultBodyLimit::disable())
}
