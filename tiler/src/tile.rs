//! `/map/{z}/{x}/{y}.mvt` and `/users/{id}/map/{z}/{x}/{y}.mvt`: coverage as vector tiles.

use axum::{
    extract::{Path, State},
    response::Response,
};
use flaneur_access::Viewer;
use flaneur_catalog::model::DrawnTile;
use flaneur_coverage::{mvt::COMPLETE_ZOOM, quadkey::Tile};

use crate::{
    Tiler, drawing,
    error::{ErrorBody, TileError},
    filter::{Filter, Parameters},
    kept,
    request::Asker,
    response,
};

/// What vector tiles are.
const MEDIA_TYPE: &str = "application/vnd.mapbox-vector-tile";

/// Coverage of a tile
///
/// Layers: `grid` at zoom levels 0 to 6 (pictures counted in cells), `sequences` from 6 on (at 6 the lines alone, from 7
/// on with attributes), `pictures` from 15 on. Where nothing is to be shown, the tile is empty: no bytes. Up to zoom level 15, a
/// tile has at most 500,000 bytes before compression: of what lies at one place, the newest is shown. Maps end there; the
/// levels 16 to 18 are complete, for whoever wants all pictures of a dense place.
///
/// Filters leave what fits, before anything is left out of a dense place. The grid is narrowed down by `type` and `account_id`
/// only: with other filters there are tiles from zoom level 6 on. Of a tile, the newest 50,000 sequences and 100,000 pictures are
/// looked at.
#[utoipa::path(
    get,
    path = "/map/{z}/{x}/{y}",
    tag = "Map",
    params(
        ("z" = u8, Path, description = "Zoom level, 0 to 18"),
        ("x" = u32, Path, description = "Column from the west"),
        ("y" = String, Path, description = "Row from the north, followed by `.mvt` or `.pbf`", example = "11273.mvt"),
        Parameters,
    ),
    responses(
        (status = 200, description = "The tile", content_type = "application/vnd.mapbox-vector-tile", body = Vec<u8>),
        (status = 304, description = "The client has the tile"),
        (status = 400, description = "Another format, or a filter that is none", body = ErrorBody),
        (status = 404, description = "No such tile", body = ErrorBody),
    )
)]
pub(crate) async fn everyone(
    State(tiler): State<Tiler>,
    Path((z, x, y)): Path<(String, String, String)>,
    asker: Asker,
    parameters: Parameters,
) -> Result<Response, TileError> {
    let tile = name(&z, &x, &y)?;
    let filter = Filter::new(&parameters, None)?;
    if filter.is_none() && asker.viewer == Viewer::Anonymous && kept::keeps(tile) {
        return public(&tiler, &asker, tile).await;
    }
    let bytes = everything(&tiler, asker.viewer, tile, &filter).await?;
    Ok(response::tagged(&asker, false, MEDIA_TYPE, bytes))
}

/// Coverage of a tile by one account
///
/// Layers: `sequences` with attributes at every zoom level, `pictures` from 15 on.
#[utoipa::path(
    get,
    path = "/users/{id}/map/{z}/{x}/{y}",
    tag = "Map",
    params(
        ("id" = String, Path, description = "The account: its UUID, or `me`"),
        ("z" = u8, Path, description = "Zoom level, 0 to 18"),
        ("x" = u32, Path, description = "Column from the west"),
        ("y" = String, Path, description = "Row from the north, followed by `.mvt` or `.pbf`", example = "11273.mvt"),
        Parameters,
    ),
    responses(
        (status = 200, description = "The tile", content_type = "application/vnd.mapbox-vector-tile", body = Vec<u8>),
        (status = 304, description = "The client has the tile"),
        (status = 400, description = "Another format, or a filter that is none", body = ErrorBody),
        (status = 401, description = "`me` is nobody", body = ErrorBody),
        (status = 404, description = "No such tile or account", body = ErrorBody),
    )
)]
pub(crate) async fn account(
    State(tiler): State<Tiler>,
    Path((id, z, x, y)): Path<(String, String, String, String)>,
    asker: Asker,
    parameters: Parameters,
) -> Result<Response, TileError> {
    let tile = name(&z, &x, &y)?;
    let filter = Filter::new(&parameters, Some(asker.account(&id)?))?;
    let bytes = of_account(&tiler, asker.viewer, tile, &filter).await?;
    Ok(response::tagged(&asker, true, MEDIA_TYPE, bytes))
}

/// The tile that a path names.
fn name(z: &str, x: &str, y: &str) -> Result<Tile, TileError> {
    let row = y.strip_suffix(".mvt").or_else(|| y.strip_suffix(".pbf")).ok_or(TileError::Format)?;
    let z = z.parse().ok().filter(|z| *z <= COMPLETE_ZOOM).ok_or(TileError::Zoom)?;
    let place = |number: &str| number.parse().map_err(|_| TileError::Place);
    Tile::new(z, place(x)?, place(row)?).ok_or(TileError::Place)
}

/// The tile for whoever is not signed in: as it is kept, or drawn, and then kept if there is something in it.
async fn public(tiler: &Tiler, asker: &Asker, tile: Tile) -> Result<Response, TileError> {
    let kept = async || {
        let kept = tiler.catalog.kept_tile(tile, asker.held()).await?;
        Ok::<_, TileError>(kept.filter(|kept| kept::is_true(kept, tiler.clock.now())))
    };
    let answer = |kept: DrawnTile| response::packed(asker, MEDIA_TYPE, &kept.tag, kept.body);
    if let Some(kept) = kept().await? {
        return answer(kept);
    }
    let lock = tiler.drawing.lock(tile);
    let _alone = lock.lock().await;
    if let Some(kept) = kept().await? {
        return answer(kept);
    }
    let drawn_at = tiler.clock.now();
    let sight = tiler.catalog.sight().await?;
    let bytes = everything(tiler, Viewer::Anonymous, tile, &Filter::default()).await?;
    if bytes.is_empty() {
        // Finding it would cost what finding nothing costs.
        return Ok(response::tagged(asker, false, MEDIA_TYPE, bytes));
    }
    let tag = response::tag(&bytes);
    let packed =
        tokio::task::spawn_blocking(move || kept::pack(&bytes)).await.map_err(|_| TileError::Interrupted)??;
    // Where somebody else writes for long, nobody waits for that: the tile is drawn again when it is asked for again.
    let keeping = tiler.catalog.keep_tile(tile, &sight, &tag, &packed, drawn_at);
    match tokio::time::timeout(kept::LONGEST_KEEPING, keeping).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::warn!(%error, "a coverage tile could not be kept; it will be drawn again"),
        Err(_) => tracing::debug!("a coverage tile was not kept: the catalog is busy"),
    }
    response::packed(asker, MEDIA_TYPE, &tag, Some(packed))
}

/// The tile as this viewer sees it, drawn in its turn.
async fn everything(tiler: &Tiler, viewer: Viewer, tile: Tile, filter: &Filter) -> Result<Vec<u8>, TileError> {
    let _place = tiler.places.acquire().await.map_err(|_| TileError::Interrupted)?;
    drawing::everyone(tiler.catalog.as_ref(), viewer, tile, filter).await
}

async fn of_account(tiler: &Tiler, viewer: Viewer, tile: Tile, filter: &Filter) -> Result<Vec<u8>, TileError> {
    let _place = tiler.places.acquire().await.map_err(|_| TileError::Interrupted)?;
    drawing::account(tiler.catalog.as_ref(), viewer, tile, filter).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        assert!(matches!(name("15", "16597", "11273.mvt"), Ok(Tile { z: 15, x: 16597, y: 11273 })));
        assert!(matches!(name("18", "0", "0.mvt"), Ok(Tile { z: 18, .. })));
        assert!(matches!(name("0", "0", "0.pbf"), Ok(Tile { z: 0, x: 0, y: 0 })));
        for format in ["0", "0.png", "0.mvt.gz", "", ".MVT"] {
            assert!(matches!(name("0", "0", format), Err(TileError::Format)), "{format}");
        }
        for zoom in ["19", "-1", "256", "a", ""] {
            assert!(matches!(name(zoom, "0", "0.mvt"), Err(TileError::Zoom)), "{zoom}");
        }
        for (x, y) in [("2", "0.mvt"), ("0", "2.mvt"), ("-1", "0.mvt"), ("0", ".mvt"), ("99999999999", "0.mvt")] {
            assert!(matches!(name("1", x, y), Err(TileError::Place)), "{x} {y}");
        }
    }
}
