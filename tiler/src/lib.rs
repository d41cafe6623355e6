//! Coverage vector tiles, the map style and TileJSON: what the map of a Panoramax client is drawn from.
//!
//! [`router`] has every route, with paths below `/api`. A request brings along, in its extensions, the [`PublicUrl`]
//! that links begin with and the [`flaneur_access::Viewer`] on whose behalf it is made; without the latter it is
//! anonymous. Answers are compressed here only where they are kept compressed.
#![forbid(unsafe_code)]

use std::sync::Arc;

use flaneur_catalog::{Coverage, world::Clock};
use tokio::sync::Semaphore;
use utoipa_axum::{router::OpenApiRouter, routes};

mod about;
pub mod archive;
mod bounds;
mod drawing;
mod error;
mod filter;
mod kept;
mod layers;
mod marks;
mod request;
mod response;
mod style;
mod tile;
mod tilejson;

pub use about::{About, escaped};

/// Sequences read for one tile, the newest of those in it.
pub const MAX_SEQUENCES: i64 = 10_000;

/// Pictures read for one tile, the newest of those in it.
pub const MAX_PICTURES: i64 = 20_000;

/// How often it is read on where a filter leaves few of the newest: so many times the numbers above are looked at for one
/// tile, at most.
pub const MAX_WINDOWS: usize = 5;

/// Zoom levels between a tile and the cells of its grid: 64 cells a side, each 8 pixels wide where a tile has 512.
pub const GRID_DEPTH: u8 = 6;

/// Tiles made at once; the others wait. Together with the two limits above, this bounds the memory that tiles take.
pub const MAX_TILES: usize = 8;

/// The address under which the client reached the instance: scheme, host and port, without a trailing slash, such as
/// `https://pictures.example`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl(pub String);

/// What the handlers work with.
#[derive(Clone)]
struct Tiler {
    catalog: Arc<dyn Coverage>,
    places: Arc<Semaphore>,
    clock: Arc<dyn Clock>,
    drawing: Arc<kept::Drawing>,
    about: Arc<About>,
}

/// Every route, documented. `about` is what the map says of itself.
pub fn router(catalog: Arc<dyn Coverage>, clock: Arc<dyn Clock>, about: About) -> OpenApiRouter {
    let (places, drawing) = (Arc::new(Semaphore::new(MAX_TILES)), Arc::default());
    OpenApiRouter::new()
        .routes(routes!(style::everyone))
        .routes(routes!(style::account))
        .routes(routes!(tilejson::everyone))
        .routes(routes!(tilejson::account))
        .routes(routes!(tile::everyone))
        .routes(routes!(tile::account))
        .with_state(Tiler { catalog, places, clock, drawing, about: Arc::new(about) })
}
