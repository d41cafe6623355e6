//! Which tiles of the map get a file.

use flaneur_access::Viewer;
use flaneur_catalog::{Catalog, CatalogError, model::DatasetPart};
use flaneur_coverage::quadkey;

/// Pictures in a file at most, unless they are all in one place. About 25 MB, which are in memory while it is written.
pub(super) const MOST: i64 = 100_000;
/// The zoom levels of tiles. Pictures are counted at the first three as they come and go.
const LEVELS: [u8; 7] = [6, 9, 12, 14, 16, 18, 20];

/// A tile of the map.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Cell {
    /// Its first key.
    pub(super) first: i64,
    /// Its last key.
    pub(super) last: i64,
    zoom: u8,
}

impl Cell {
    fn new(first: i64, zoom: u8) -> Self {
        Self { first, last: first + ((1 << shift(zoom)) - 1), zoom }
    }

    /// Its quadkey: a digit a zoom level.
    pub(super) fn quadkey(self) -> String {
        (1..=self.zoom).map(|zoom| char::from(b'0' + ((self.first >> shift(zoom)) & 3) as u8)).collect()
    }
}

fn shift(zoom: u8) -> u32 {
    2 * u32::from(quadkey::ZOOM - zoom)
}

/// The tiles in which there is anything, each with at most `most` pictures, in the order of keys. One that was divided stays
/// so until there is only half of that, so that files do not come and go with every picture.
pub(super) async fn plan(catalog: &dyn Catalog, parts: &[DatasetPart], most: i64) -> Result<Vec<Cell>, CatalogError> {
    let mut cells = Vec::new();
    let world = 0..=((1 << shift(0)) - 1);
    let mut open = vec![(world, 0)];
    while let Some((keys, level)) = open.pop() {
        let zoom = LEVELS[level];
        for found in catalog.grid(Viewer::Anonymous, None, keys, zoom).await? {
            let cell = Cell::new(found.key, zoom);
            let was_divided = parts.iter().any(|part| {
                *part.keys.start() >= cell.first
                    && *part.keys.end() <= cell.last
                    && part.keys != (cell.first..=cell.last)
            });
            let most = if was_divided { most / 2 } else { most };
            if found.pictures > most && level + 1 < LEVELS.len() {
                open.push((cell.first..=cell.last, level + 1));
            } else {
                cells.push(cell);
            }
        }
    }
    cells.sort_unstable();
    Ok(cells)
}

#[cfg(test)]
mod tests {
    use flaneur_coverage::quadkey::Tile;

    use super::*;

    #[test]
    fn a_quadkey_names_the_tile() {
        // The example of Bing's tile system: column 3, row 5 of zoom level 3.
        let tile = Tile::new(3, 3, 5).unwrap();
        let cell = Cell::new(*tile.keys().start(), 3);
        assert_eq!((cell.quadkey().as_str(), cell.last), ("213", *tile.keys().end()));
    }
}
