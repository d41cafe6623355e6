//! What a tile shows: looked up in the catalog, and encoded. For whoever asks for a tile and for archives alike.

use std::collections::HashSet;

use flaneur_access::Viewer;
use flaneur_catalog::{
    Coverage,
    model::{GridCell, PictureMark, SequenceMark},
};
use flaneur_coverage::{
    CoverageError, encode, encode_account,
    mvt::{GRID_LAST_ZOOM, PICTURES_FIRST_ZOOM, SEQUENCES_FIRST_ZOOM},
    quadkey::Tile,
};
use uuid::Uuid;

use crate::{GRID_DEPTH, MAX_PICTURES, MAX_SEQUENCES, MAX_WINDOWS, error::TileError, filter::Filter, marks};

/// The tile of everybody's pictures as this viewer sees it; no bytes where there is nothing that fits.
pub(crate) async fn everyone(
    catalog: &dyn Coverage,
    viewer: Viewer,
    tile: Tile,
    filter: &Filter,
) -> Result<Vec<u8>, TileError> {
    let grid = async {
        match tile.z {
            // Where there are lines too, they alone show what is not counted.
            0..=GRID_LAST_ZOOM if filter.is_counted() => {
                Ok(catalog.grid(viewer, filter.account, tile.keys(), tile.z + GRID_DEPTH).await?)
            }
            0..SEQUENCES_FIRST_ZOOM => Err(TileError::Uncounted),
            _ => Ok(Vec::new()),
        }
    };
    let sequences = async {
        match tile.z {
            SEQUENCES_FIRST_ZOOM.. => sequences(catalog, viewer, tile, filter).await,
            _ => Ok(Vec::new()),
        }
    };
    let (grid, sequences, pictures) = tokio::try_join!(grid, sequences, pictures(catalog, viewer, tile, filter))?;
    let grid: Vec<GridCell> = grid.into_iter().map(|cell| filter.count(cell)).collect();
    compute(move || {
        let grid: Vec<_> = grid.into_iter().filter_map(|cell| marks::grid_point(cell, tile.z + GRID_DEPTH)).collect();
        let sequences: Vec<_> = sequences.into_iter().map(marks::sequence_line).collect();
        let pictures: Vec<_> = pictures.into_iter().map(marks::picture_point).collect();
        encode(tile, &grid, &sequences, &pictures)
    })
    .await
}

/// The tile of one account's pictures, which the filter names, as this viewer sees it.
pub(crate) async fn account(
    catalog: &dyn Coverage,
    viewer: Viewer,
    tile: Tile,
    filter: &Filter,
) -> Result<Vec<u8>, TileError> {
    let (sequences, pictures) =
        tokio::try_join!(sequences(catalog, viewer, tile, filter), pictures(catalog, viewer, tile, filter))?;
    compute(move || {
        let sequences: Vec<_> = sequences.into_iter().map(marks::sequence_line).collect();
        let pictures: Vec<_> = pictures.into_iter().map(marks::picture_point).collect();
        encode_account(tile, &sequences, &pictures)
    })
    .await
}

/// The newest sequences in the tile that fit. Where few of the newest do, it is read on.
async fn sequences(
    catalog: &dyn Coverage,
    viewer: Viewer,
    tile: Tile,
    filter: &Filter,
) -> Result<Vec<SequenceMark>, TileError> {
    let mut found = Vec::new();
    let mut after = None;
    for _ in 0..windows(filter) {
        let window = catalog.sequence_marks(viewer, filter.account, tile.keys(), after, MAX_SEQUENCES).await?;
        let ended = (window.len() as i64) < MAX_SEQUENCES;
        after = window.last().map(SequenceMark::place);
        let fitting: Vec<SequenceMark> = window.into_iter().filter(|mark| filter.fits_sequence(mark)).collect();
        found.extend(tagged(catalog, filter, fitting, |mark| [mark.id.0, mark.id.0]).await?);
        if ended || found.len() as i64 >= MAX_SEQUENCES {
            break;
        }
    }
    found.truncate(MAX_SEQUENCES as usize);
    Ok(found)
}

/// The newest pictures in the tile that fit, at zoom levels that show any.
async fn pictures(
    catalog: &dyn Coverage,
    viewer: Viewer,
    tile: Tile,
    filter: &Filter,
) -> Result<Vec<PictureMark>, TileError> {
    let mut found = Vec::new();
    if tile.z < PICTURES_FIRST_ZOOM {
        return Ok(found);
    }
    let mut after = None;
    for _ in 0..windows(filter) {
        let window = catalog.picture_marks(viewer, filter.account, tile.keys(), after, MAX_PICTURES).await?;
        let ended = (window.len() as i64) < MAX_PICTURES;
        after = window.last().map(PictureMark::place);
        let fitting: Vec<PictureMark> = window.into_iter().filter(|mark| filter.fits_picture(mark)).collect();
        found.extend(tagged(catalog, filter, fitting, |mark| [mark.id.0, mark.sequence.0]).await?);
        if ended || found.len() as i64 >= MAX_PICTURES {
            break;
        }
    }
    found.truncate(MAX_PICTURES as usize);
    Ok(found)
}

/// How often it is read on: where everything fits, never.
fn windows(filter: &Filter) -> usize {
    if filter.asks() { MAX_WINDOWS } else { 1 }
}

/// Those that have the tag that is asked for, or whose sequence has. `ids`: a thing's own identifier and its sequence's.
async fn tagged<T>(
    catalog: &dyn Coverage,
    filter: &Filter,
    marks: Vec<T>,
    ids: impl Fn(&T) -> [Uuid; 2],
) -> Result<Vec<T>, TileError> {
    let Some(tag) = &filter.tag else { return Ok(marks) };
    let asked: HashSet<Uuid> = marks.iter().flat_map(&ids).collect();
    let asked: Vec<Uuid> = asked.into_iter().collect();
    let tagged = catalog.tagged(&asked, &tag.key, tag.value.as_deref()).await?;
    Ok(marks.into_iter().filter(|mark| ids(mark).iter().any(|id| tagged.contains(id))).collect())
}

/// Runs what takes a processor for some milliseconds where it holds up no other request.
async fn compute(work: impl FnOnce() -> Result<Vec<u8>, CoverageError> + Send + 'static) -> Result<Vec<u8>, TileError> {
    Ok(tokio::task::spawn_blocking(work).await.map_err(|_| TileError::Interrupted)??)
}
