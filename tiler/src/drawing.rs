//! What a tile shows: looked up in the catalog, and encoded. For whoever asks for a tile and for archives alike.

use flaneur_access::Viewer;
use flaneur_catalog::{Coverage, model::AccountId};
use flaneur_coverage::{
    CoverageError, encode, encode_account,
    mvt::{GRID_LAST_ZOOM, PICTURES_FIRST_ZOOM, SEQUENCES_FIRST_ZOOM},
    quadkey::Tile,
};

use crate::{GRID_DEPTH, MAX_PICTURES, MAX_SEQUENCES, error::TileError, marks};

/// The tile of everybody's pictures as this viewer sees it; no bytes where there is nothing.
pub(crate) async fn everyone(catalog: &dyn Coverage, viewer: Viewer, tile: Tile) -> Result<Vec<u8>, TileError> {
    let grid = async {
        match tile.z {
            0..=GRID_LAST_ZOOM => catalog.grid(viewer, None, tile.keys(), tile.z + GRID_DEPTH).await,
            _ => Ok(Vec::new()),
        }
    };
    let sequences = async {
        match tile.z {
            SEQUENCES_FIRST_ZOOM.. => catalog.sequence_marks(viewer, None, tile.keys(), MAX_SEQUENCES).await,
            _ => Ok(Vec::new()),
        }
    };
    let pictures = async {
        match tile.z {
            PICTURES_FIRST_ZOOM.. => catalog.picture_marks(viewer, None, tile.keys(), MAX_PICTURES).await,
            _ => Ok(Vec::new()),
        }
    };
    let (grid, sequences, pictures) = tokio::try_join!(grid, sequences, pictures)?;
    compute(move || {
        let grid: Vec<_> = grid.into_iter().filter_map(|cell| marks::grid_point(cell, tile.z + GRID_DEPTH)).collect();
        let sequences: Vec<_> = sequences.into_iter().map(marks::sequence_line).collect();
        let pictures: Vec<_> = pictures.into_iter().map(marks::picture_point).collect();
        encode(tile, &grid, &sequences, &pictures)
    })
    .await
}

/// The tile of one account's pictures as this viewer sees it.
pub(crate) async fn account(
    catalog: &dyn Coverage,
    viewer: Viewer,
    account: AccountId,
    tile: Tile,
) -> Result<Vec<u8>, TileError> {
    let sequences = catalog.sequence_marks(viewer, Some(account), tile.keys(), MAX_SEQUENCES);
    let pictures = async {
        match tile.z {
            PICTURES_FIRST_ZOOM.. => catalog.picture_marks(viewer, Some(account), tile.keys(), MAX_PICTURES).await,
            _ => Ok(Vec::new()),
        }
    };
    let (sequences, pictures) = tokio::try_join!(sequences, pictures)?;
    compute(move || {
        let sequences: Vec<_> = sequences.into_iter().map(marks::sequence_line).collect();
        let pictures: Vec<_> = pictures.into_iter().map(marks::picture_point).collect();
        encode_account(tile, &sequences, &pictures)
    })
    .await
}

/// Runs what takes a processor for some milliseconds where it holds up no other request.
async fn compute(work: impl FnOnce() -> Result<Vec<u8>, CoverageError> + Send + 'static) -> Result<Vec<u8>, TileError> {
    Ok(tokio::task::spawn_blocking(work).await.map_err(|_| TileError::Interrupted)??)
}
