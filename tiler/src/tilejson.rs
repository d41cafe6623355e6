//! `/map/tiles.json` and `/users/{id}/map/tiles.json`: what tiles there are and what is in them, as TileJSON 3.0.

use axum::{
    extract::{Path, State},
    response::Response,
};
use flaneur_access::Viewer;
use flaneur_catalog::model::AccountId;
use flaneur_coverage::{mvt::LAST_ZOOM, quadkey::Bbox};
use serde_json::{Value, json};

use crate::{
    About, Tiler,
    bounds::bounds,
    error::{ErrorBody, TileError},
    layers::{self, Layer, vector_layers},
    request::Asker,
    response,
};

/// Tiles of the coverage map
///
/// TileJSON 3.0: where the vector tiles are, which zoom levels there are, which part of the world has any (to 10 km), and the
/// layers with the types of their attributes. Where nothing is to be seen there are no `bounds`.
#[utoipa::path(
    get,
    path = "/map/tiles.json",
    tag = "Map",
    responses(
        (status = 200, description = "The tiles", content_type = "application/json", body = Object),
        (status = 304, description = "The client has this"),
    )
)]
pub(crate) async fn everyone(State(tiler): State<Tiler>, asker: Asker) -> Result<Response, TileError> {
    let tiles = format!("{}/api/map", asker.address()?);
    let bounds = look(&tiler, asker.viewer, None).await?;
    let hidden = asker.viewer != Viewer::Anonymous;
    let document = document(&tiler.about, &tiles, &layers::EVERYONE, hidden, bounds);
    Ok(response::tagged(&asker, false, "application/json", document))
}

/// Tiles of the map of one account
#[utoipa::path(
    get,
    path = "/users/{id}/map/tiles.json",
    tag = "Map",
    params(("id" = String, Path, description = "The account: its UUID, or `me`")),
    responses(
        (status = 200, description = "The tiles", content_type = "application/json", body = Object),
        (status = 304, description = "The client has this"),
        (status = 401, description = "`me` is nobody", body = ErrorBody),
        (status = 404, description = "No such account", body = ErrorBody),
    )
)]
pub(crate) async fn account(
    State(tiler): State<Tiler>,
    Path(id): Path<String>,
    asker: Asker,
) -> Result<Response, TileError> {
    let id = asker.account(&id)?;
    let tiles = format!("{}/api/users/{id}/map", asker.address()?);
    let bounds = look(&tiler, asker.viewer, Some(id)).await?;
    let hidden = asker.viewer != Viewer::Anonymous;
    let document = document(&tiler.about, &tiles, &layers::ACCOUNT, hidden, bounds);
    Ok(response::tagged(&asker, true, "application/json", document))
}

/// Where something is, looked up as one of as many as may draw at once.
async fn look(tiler: &Tiler, viewer: Viewer, account: Option<AccountId>) -> Result<Option<Bbox>, TileError> {
    let _place = tiler.places.acquire().await.map_err(|_| TileError::Interrupted)?;
    Ok(bounds(tiler.catalog.as_ref(), viewer, account).await?)
}

fn document(about: &About, tiles: &str, layers: &[&Layer], hidden: bool, bounds: Option<Bbox>) -> Vec<u8> {
    let mut document = json!({
        "tilejson": "3.0.0",
        "name": about.name,
        "description": about.description,
        "version": layers::VERSION,
        "attribution": about.attribution(),
        "scheme": "xyz",
        "tiles": [format!("{tiles}/{{z}}/{{x}}/{{y}}.mvt")],
        "minzoom": 0,
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
