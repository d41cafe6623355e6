//! `/collections`: sequences.

use utoipa_axum::router::OpenApiRouter;

use crate::Api;

mod append;
mod begin;
mod cursor;
mod feed;
mod geovisio_status;
mod item;
mod items;
mod list;
mod one;
mod parameters;
mod queryables;
mod thumb;

pub(crate) use begin::plain_set;
pub(crate) use cursor::{Cursor, page_links, with_query};
pub(crate) use one::{collection_document, find_sequence};
pub(crate) use parameters::{Format, ListParameters};

/// The routes.
pub fn router() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .merge(list::router())
        .merge(queryables::router())
        .merge(one::router())
        .merge(items::router())
        .merge(item::router())
        .merge(geovisio_status::router())
        .merge(thumb::router())
        .merge(begin::router())
        .merge(append::router())
}
