//! `/map/tiles.json` and `/users/{id}/map/tiles.json`: what tiles there are and what is in them, as TileJSON 3.0.

use axum::{
    extract::{Path, State},
    response::Response,
};
use flaneur_access::Viewer;
use flaneur_catalog::model::AccountId;
use flaneur_coverage::{
    mvt::{LAST_ZOOM, SEQUENCES_FIRST_ZOOM},
    quadkey::Bbox,
};
use serde_json::{Value, json};

use crate::{
    About, Tiler,
    bounds::bounds,
    error::{ErrorBody, TileError},
    filter::{Filter, Parameters},
    layers::{self, Layer, vector_layers},
    request::Asker,
    response,
};

/// Tiles of the coverage map
///
/// TileJSON 3.0: where the vector tiles are, which zoom levels there are, which part of the world has any (to 10 km), and the
/// layers with the types of their attributes. Where nothing is to be seen there are no `bounds`. Filters go into the address of
/// the tiles; `bounds` are those of all that is there, or of the account of `account_id`.
#[utoipa::path(
    get,
    path = "/map/tiles.json",
    tag = "Map",
    params(Parameters),
    responses(
        (status = 200, description = "The tiles", content_type = "application/json", body = Object),
        (status = 304, description = "The client has this"),
        (status = 400, description = "A filter that is none", body = ErrorBody),
    )
)]
pub(crate) async fn everyone(
    State(tiler): State<Tiler>,
    asker: Asker,
    parameters: Parameters,
) -> Result<Response, TileError> {
    let filter = Filter::new(&parameters, None)?;
    let tiles = tiles(&format!("{}/api/map", asker.address()?), &filter);
    let bounds = look(&tiler, asker.viewer, filter.account).await?;
    let hidden = asker.viewer != Viewer::Anonymous;
    let (layers, first): (&[&Layer], _) =
        if filter.is_counted() { (&layers::EVERYONE, 0) } else { (&layers::UNCOUNTED, SEQUENCES_FIRST_ZOOM) };
    let document = document(&tiler.about, &tiles, layers, first, hidden, bounds);
    Ok(response::tagged(&asker, false, "application/json", document))
}

/// Tiles of the map of one account
#[utoipa::path(
    get,
    path = "/users/{id}/map/tiles.json",
    tag = "Map",
    params(("id" = String, Path, description = "The account: its UUID, or `me`"), Parameters),
    responses(
        (status = 200, description = "The tiles", content_type = "application/json", body = Object),
        (status = 304, description = "The client has this"),
        (status = 400, description = "A filter that is none", body = ErrorBody),
        (status = 401, description = "`me` is nobody", body = ErrorBody),
        (status = 404, description = "No such account", body = ErrorBody),
    )
)]
pub(crate) async fn account(
    State(tiler): State<Tiler>,
    Path(id): Path<String>,
    asker: Asker,
    parameters: Parameters,
) -> Result<Response, TileError> {
    let id = asker.account(&id)?;
    let filter = Filter::new(&parameters, Some(id))?;
    let tiles = tiles(&format!("{}/api/users/{id}/map", asker.address()?), &filter);
    let bounds = look(&tiler, asker.viewer, Some(id)).await?;
    let hidden = asker.viewer != Viewer::Anonymous;
    let document = document(&tiler.about, &tiles, &layers::ACCOUNT, 0, hidden, bounds);
    Ok(response::tagged(&asker, true, "application/json", document))
}

/// Where something is, looked up as one of as many as may draw at once.
async fn look(tiler: &Tiler, viewer: Viewer, account: Option<AccountId>) -> Result<Option<Bbox>, TileError> {
    let _place = tiler.places.acquire().await.map_err(|_| TileError::Interrupted)?;
    Ok(bounds(tiler.catalog.as_ref(), viewer, account).await?)
}

/// The address of a tile of what fits, with places for its numbers.
pub(crate) fn tiles(map: &str, filter: &Filter) -> String {
    format!("{map}/{{z}}/{{x}}/{{y}}.mvt{}", filter.suffix())
}

fn document(about: &About, tiles: &str, layers: &[&Layer], first: u8, hidden: bool, bounds: Option<Bbox>) -> Vec<u8> {
    let mut document = json!({
        "tilejson": "3.0.0",
        "name": about.name,
        "description": about.description,
        "version": layers::VERSION,
        "attribution": about.attribution(),
        "scheme": "xyz",
        "tiles": [tiles],
        "minzoom": first,
        "maxzoom": LAST_ZOOM,
        "vector_layers": vector_layers(layers, LAST_ZOOM, hidden),
    });
    if let Some(bounds) = bounds {
        document["bounds"] = corners(bounds);
    }
    document.to_string().into_bytes()
}

/// West, south, east, north.
fn corners(bounds: Bbox) -> Value {
    json!([bounds.west, bounds.south, bounds.east, bounds.north])
}
