//! The map of everybody as one file: a PMTiles archive (version 3), for maps that need nothing but a server of files.
//!
//! It shows what somebody sees who is not signed in, tile by tile as each was drawn. Tiles lie in the order that readers
//! expect, so that neighbours come in one request. The same catalog gives the same bytes.
//!
//! In memory are the covered cells (4 bytes each, 2.4 km wide), the names of one zoom level's tiles (8 bytes each), what the
//! archive's directory says of each tile (24 bytes), and the few tiles that are being drawn.

use std::{
    io::{Seek, Write},
    sync::Arc,
    time::Duration,
};

use flaneur_access::Viewer;
use flaneur_catalog::{COVERED_ZOOM, CatalogError, Coverage};
use flaneur_coverage::{
    cell,
    mvt::LAST_ZOOM,
    quadkey::{Bbox, Tile, width},
};
use futures::{StreamExt as _, stream};
use pmtiles::{Compression, PmTilesWriter, PmtError, TileCoord, TileId, TileType};
use serde_json::json;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::{About, MAX_TILES, bounds::bounds, drawing, error::TileError, filter::Filter, kept, layers};

/// The last zoom level that an archive may have: that of the map.
pub const MAX_ZOOM: u8 = LAST_ZOOM;

/// Covered cells that the catalog is asked for at once.
const PAGE: i64 = 50_000;
/// Drawn tiles that wait to be written.
const QUEUE: usize = 16;
/// Seconds that it is waited for a database that is busy or away, each time longer, before it is given up.
const WAITS: [u64; 5] = [1, 2, 4, 8, 16];

/// How far it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// Looking for where there is something.
    Looking {
        /// Covered cells so far.
        cells: usize,
    },
    /// Drawing.
    Drawing {
        /// Tiles that were looked at.
        done: usize,
        /// Tiles that are to be looked at.
        of: usize,
    },
}

/// What an archive has.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Written {
    /// Tiles in it.
    pub tiles: usize,
    /// Where there are any.
    pub bounds: Bbox,
}

/// There is no archive, because…
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// Nothing is to be seen.
    #[error("there is nothing to export: no picture is shown to everybody yet")]
    Empty,
    /// Whoever waited for it does not any more.
    #[error("stopped before all was drawn: nothing is exported")]
    Stopped,
    /// The database does not answer now.
    #[error("the database is busy or out of reach: try again when it is back")]
    Away(#[source] CatalogError),
    /// The database does not answer rightly.
    #[error("cannot read the catalog")]
    Catalog(#[source] CatalogError),
    /// A tile was not to be drawn.
    #[error("cannot draw the tile {z}/{x}/{y}")]
    Tile {
        /// Zoom level.
        z: u8,
        /// Column.
        x: u32,
        /// Row.
        y: u32,
        /// Why.
        #[source]
        why: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The archive was not to be written.
    #[error("cannot write the archive")]
    Write(#[source] PmtError),
    /// A task that was waited for was ended.
    #[error("writing the archive was interrupted")]
    Interrupted,
}

impl From<CatalogError> for ArchiveError {
    fn from(error: CatalogError) -> Self {
        if error.passes() { Self::Away(error) } else { Self::Catalog(error) }
    }
}

/// Writes the map up to the zoom level `last` (at most [`MAX_ZOOM`]) to `out`, which begins empty, and need not be buffered.
/// Where it ends with an error, what was written is no archive.
///
/// # Errors
/// See [`ArchiveError`].
pub async fn write(
    catalog: &Arc<dyn Coverage>,
    about: &About,
    last: u8,
    out: impl Write + Seek + Send + 'static,
    listener: &(dyn Fn(Progress) + Send + Sync),
    stop: &CancellationToken,
) -> Result<Written, ArchiveError> {
    let last = last.min(MAX_ZOOM);
    let covered = covered(catalog.as_ref(), listener, stop).await?;
    let bounds = patiently(async || bounds(catalog.as_ref(), Viewer::Anonymous, None).await).await?;
    let Some(bounds) = bounds.filter(|_| !covered.is_empty()) else { return Err(ArchiveError::Empty) };

    let archive = archive(about, last, &bounds);
    let (sender, mut receiver) = mpsc::channel::<(TileCoord, Vec<u8>)>(QUEUE);
    let writing = tokio::task::spawn_blocking(move || {
        let mut archive = archive.create(out)?;
        let mut tiles = 0;
        while let Some((place, packed)) = receiver.blocking_recv() {
            // Tiles name what they show: there are no two of the same bytes worth looking for.
            archive.add_tile(place, &packed, None)?;
            tiles += 1;
        }
        archive.finalize()?;
        Ok(tiles)
    });
    let drawing = draw_all(catalog, &covered, last, &sender, listener, stop).await;
    drop(sender);
    // What was wrong with the disk comes first: drawing ended because of it.
    let tiles = writing.await.map_err(|_| ArchiveError::Interrupted)?.map_err(ArchiveError::Write)?;
    drawing?;
    Ok(Written { tiles, bounds })
}

/// Draws what there is, zoom level by zoom level, and hands it on in order. Ends early where nobody takes it any more.
async fn draw_all(
    catalog: &Arc<dyn Coverage>,
    covered: &[u32],
    last: u8,
    sender: &mpsc::Sender<(TileCoord, Vec<u8>)>,
    listener: &(dyn Fn(Progress) + Send + Sync),
    stop: &CancellationToken,
) -> Result<(), ArchiveError> {
    let at_once = std::thread::available_parallelism().map_or(1, usize::from).min(MAX_TILES);
    let of = (0..=last).map(|zoom| codes(covered, zoom).count()).sum();
    let mut done = 0;
    for zoom in 0..=last {
        let drawn = stream::iter(in_order(covered, zoom))
            .map(|id| async move {
                let place = TileCoord::from(id);
                draw(catalog.as_ref(), place).await.map(|packed| (place, packed))
            })
            .buffered(at_once);
        tokio::pin!(drawn);
        loop {
            let next = tokio::select! {
                biased;
                () = stop.cancelled() => return Err(ArchiveError::Stopped),
                next = drawn.next() => next,
            };
            let Some(next) = next else { break };
            let (place, packed) = next?;
            done += 1;
            listener(Progress::Drawing { done, of });
            if let Some(packed) = packed
                && sender.send((place, packed)).await.is_err()
            {
                return Ok(());
            }
        }
    }
    Ok(())
}

/// The tile as whoever is not signed in gets it, compressed; none where it is empty.
async fn draw(catalog: &dyn Coverage, place: TileCoord) -> Result<Option<Vec<u8>>, ArchiveError> {
    let tile = Tile { z: place.z(), x: place.x(), y: place.y() };
    let failed = |why: Box<dyn std::error::Error + Send + Sync>| {
        let Tile { z, x, y } = tile;
        ArchiveError::Tile { z, x, y, why }
    };
    let bytes =
        patiently(async || match drawing::everyone(catalog, Viewer::Anonymous, tile, &Filter::default()).await {
            Err(TileError::Catalog(error)) => Err(error),
            drawn => Ok(drawn),
        });
    let bytes = bytes.await?.map_err(|why| failed(why.into()))?;
    if bytes.is_empty() {
        return Ok(None);
    }
    let packed =
        tokio::task::spawn_blocking(move || kept::pack(&bytes)).await.map_err(|_| ArchiveError::Interrupted)?;
    packed.map(Some).map_err(|why| failed(why.into()))
}

/// The cells that have something, by their place in the order of keys.
async fn covered(
    catalog: &dyn Coverage,
    listener: &(dyn Fn(Progress) + Send + Sync),
    stop: &CancellationToken,
) -> Result<Vec<u32>, ArchiveError> {
    let mut covered = Vec::new();
    let mut after = None;
    loop {
        if stop.is_cancelled() {
            return Err(ArchiveError::Stopped);
        }
        let page = patiently(async || catalog.covered(Viewer::Anonymous, after, PAGE).await).await?;
        after = page.last().copied();
        if after.is_none() {
            return Ok(covered);
        }
        covered.extend(page.into_iter().filter_map(|key| u32::try_from(key / width(COVERED_ZOOM)).ok()));
        listener(Progress::Looking { cells: covered.len() });
    }
}

/// Asks, and again for a while where it may work in a moment.
async fn patiently<T>(ask: impl AsyncFn() -> Result<T, CatalogError>) -> Result<T, ArchiveError> {
    for seconds in WAITS {
        match ask().await {
            Err(error) if error.passes() => {
                tracing::warn!(%error, "the database is busy or out of reach; trying again in {seconds} s");
                tokio::time::sleep(Duration::from_secs(seconds)).await;
            }
            answer => return Ok(answer?),
        }
    }
    Ok(ask().await?)
}

/// The tiles of a zoom level in which there may be something, by their place in the order of keys, which is ascending. Of
/// levels beyond that of the cells: whatever is in a cell.
fn codes(covered: &[u32], zoom: u8) -> impl Iterator<Item = u64> {
    let up = 2 * u32::from(COVERED_ZOOM.saturating_sub(zoom));
    let down = 2 * u32::from(zoom.saturating_sub(COVERED_ZOOM));
    let mut before = None;
    let fresh = move |code: &u64| before.replace(*code) != Some(*code);
    covered.iter().map(move |cell| u64::from(*cell) >> up).filter(fresh).flat_map(move |code| {
        let first = code << down;
        first..first + (1 << down)
    })
}

/// The same in the order of archives, along a Hilbert curve.
fn in_order(covered: &[u32], zoom: u8) -> Vec<TileId> {
    let place = |code: u64| {
        let tile = cell::cell(i64::try_from(code).ok()? * width(zoom), zoom)?;
        TileCoord::new(tile.z, tile.x, tile.y).ok().map(TileId::from)
    };
    let mut ids: Vec<TileId> = codes(covered, zoom).filter_map(place).collect();
    ids.sort_unstable();
    ids
}

/// What the archive says of itself, with the layers as in TileJSON. Nothing of when and where it was written.
fn archive(about: &About, last: u8, bounds: &Bbox) -> PmTilesWriter<pmtiles::CallerKey<u64>> {
    let metadata = json!({
        "name": about.name,
        "description": about.description,
        "version": layers::VERSION,
        "attribution": about.attribution(),
        "type": "overlay",
        "vector_layers": layers::vector_layers(&layers::EVERYONE, last, false),
    });
    let (lon, lat) = bounds.centre();
    // At which the whole of it is about as wide as a tile.
    let zoom = (360.0 / (bounds.east - bounds.west).max(1e-3)).log2().floor() as u8;
    PmTilesWriter::new(TileType::Mvt)
        .precompressed(Compression::Gzip)
        .min_zoom(0)
        .max_zoom(last)
        .bounds(bounds.west, bounds.south, bounds.east, bounds.north)
        .center(lon, lat)
        .center_zoom(zoom.min(last))
        .metadata(metadata.to_string())
        .dedup_by_key::<u64>()
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    /// The place of a tile in the order of keys.
    fn code(tile: Tile) -> u64 {
        (*tile.keys().start() / width(tile.z)) as u64
    }

    #[test]
    fn every_tile_that_has_a_covered_cell_is_looked_at_once() {
        let cells = [(2.35, 48.85), (2.40, 48.85), (2.40, 48.86), (-78.5, -0.2), (179.99, 60.0)];
        let at = |zoom, (lon, lat)| Tile::at(zoom, lon, lat);
        let mut covered: Vec<u32> = cells.iter().map(|cell| code(at(COVERED_ZOOM, *cell)) as u32).collect();
        covered.sort_unstable();
        covered.dedup();
        for zoom in 0..=COVERED_ZOOM {
            let found: Vec<u64> = codes(&covered, zoom).collect();
            let mut expected: Vec<u64> = cells.iter().map(|cell| code(at(zoom, *cell))).collect();
            expected.sort_unstable();
            expected.dedup();
            assert_eq!(found, expected, "zoom {zoom}");
        }
        let below: Vec<u64> = codes(&covered, MAX_ZOOM).collect();
        assert_eq!(below.len(), 4 * covered.len());
        assert!(cells.iter().all(|cell| below.contains(&code(at(MAX_ZOOM, *cell)))));
    }

    #[test]
    fn tiles_are_in_the_order_of_archives() {
        let covered: Vec<u32> = (0..64).map(|row| row * 4_194_301 % (1 << 28)).collect();
        for zoom in [0, 3, 14, 15] {
            let mut sorted = covered.clone();
            sorted.sort_unstable();
            let ids = in_order(&sorted, zoom);
            assert!(ids.windows(2).all(|pair| pair[0] < pair[1]), "zoom {zoom}");
            assert_eq!(ids.len(), codes(&sorted, zoom).count());
            assert!(ids.iter().all(|id| TileCoord::from(*id).z() == zoom));
        }
    }

    #[tokio::test]
    async fn a_database_that_comes_back_is_waited_for_and_another_is_not() {
        let asked = AtomicUsize::new(0);
        let count = || asked.fetch_add(1, Ordering::Relaxed);
        let busy = || CatalogError::Database(sqlx::Error::PoolTimedOut);
        let answer = patiently(async || if count() < 1 { Err(busy()) } else { Ok(7) }).await;
        assert_eq!((answer.unwrap(), asked.load(Ordering::Relaxed)), (7, 2));
        let answer: Result<(), _> = patiently(async || Err(CatalogError::TooBroad)).await;
        assert!(matches!(answer, Err(ArchiveError::Catalog(_))));
        assert!(matches!(ArchiveError::from(busy()), ArchiveError::Away(_)));
    }
}
