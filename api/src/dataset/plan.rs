//! Which tiles of the map get a file.

use flaneur_access::Viewer;
use flaneur_catalog::{Catalog, CatalogError, model::DatasetPart};
use flaneur_coverage::{cell::cell, quadkey::Tile};

/// Pictures in a file at most, unless they are all in one place. About 12 MB, which are in memory while it is written.
pub(super) const MOST: i64 = 50_000;
/// The zoom levels of tiles. Pictures are counted at the first three as they come and go.
const LEVELS: [u8; 7] = [6, 9, 12, 14, 16, 18, 20];

/// The tiles in which there is anything, each with at most `most` pictures, in the order of keys. One that was divided stays
/// so until there is only half of that, so that files do not come and go with every picture.
pub(super) async fn plan(catalog: &dyn Catalog, parts: &[DatasetPart], most: i64) -> Result<Vec<Tile>, CatalogError> {
    let mut tiles = Vec::new();
    let mut open = vec![(Tile { z: 0, x: 0, y: 0 }, 0)];
    while let Some((around, level)) = open.pop() {
        let zoom = LEVELS[level];
        for found in catalog.grid(Viewer::Anonymous, None, around.keys(), zoom).await? {
            let Some(tile) = cell(found.key, zoom) else { continue };
            let keys = tile.keys();
            let was_divided = parts
                .iter()
                .any(|part| keys.contains(part.keys.start()) && keys.contains(part.keys.end()) && part.keys != keys);
            let most = if was_divided { most / 2 } else { most };
            if found.pictures > most && level + 1 < LEVELS.len() {
                open.push((tile, level + 1));
            } else {
                tiles.push(tile);
            }
        }
    }
    tiles.sort_unstable_by_key(|tile| *tile.keys().start());
    Ok(tiles)
}
