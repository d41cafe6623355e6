//! `/collections`: sequences.

use utoipa_axum::router::OpenApiRouter;

use crate::Api;

mod cursor;
mod geovisio_status;
mod item;
mod items;
mod list;
mod one;
mod thumb;

pub(crate) use cursor::{Cursor, next_page};
pub(crate) use list::{ListParameters, after_fetch};
pub(crate) use one::{collection_document, find_sequence};

/// The routes.
pub fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .merge(list::router())
        .merge(one::router())
        .merge(items::router())
        .merge(item::router())
        .merge(geovisio_status::router())
        .merge(thumb::router())
}
