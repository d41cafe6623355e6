//! Picture tiles of panoramas, and the one object that holds them.

use std::ops::Range;

use crate::error::JpegError;

/// How a panorama is cut.
///
/// A viewer puts tile (0, 0) at the top left and takes the panorama to be
/// `columns * tile_width` by `rows * tile_height` pixels. A picture whose size isn't a multiple of
/// the grid is therefore stretched by less than one pixel per tile, to exactly that size: each tile
/// covers the same angle, no pixel is lost, and the last column meets the first without a seam.
/// (Cutting off the remainder, the other way to get whole tiles, leaves a gap in the sphere.)
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TileGrid {
    /// Tiles side by side: 4, 8, 16 or 32.
    pub columns: u32,
    /// Tiles one above the other: half of the columns.
    pub rows: u32,
    /// Pixels per row of each tile.
    pub tile_width: u32,
    /// Rows of each tile.
    pub tile_height: u32,
}

impl TileGrid {
    /// The grid for a panorama of this size in pixels: tiles of 512 pixels or more, in powers of
    /// two, at least 4 x 2 and at most 32 x 16, which is what phones can show.
    pub fn for_panorama(width: u32, height: u32) -> TileGrid {
        let wanted = width / 512 / 2 * 2;
        let columns = [32, 16, 8].into_iter().find(|&n| n <= wanted).unwrap_or(4);
        let rows = columns / 2;
        TileGrid {
            columns,
            rows,
            tile_width: width.div_ceil(columns).max(1),
            tile_height: height.div_ceil(rows).max(1),
        }
    }

    /// Pixels per row of all tiles together: the size to announce to viewers.
    pub fn full_width(&self) -> u32 {
        self.columns * self.tile_width
    }

    /// Rows of all tiles together.
    pub fn full_height(&self) -> u32 {
        self.rows * self.tile_height
    }

    /// Number of tiles.
    pub fn count(&self) -> usize {
        self.columns as usize * self.rows as usize
    }
}

const MAGIC: &[u8; 8] = b"FLNTILES";
const VERSION: u16 = 1;
/// Magic, version, columns, rows, two reserved bytes, tile width, tile height.
const FIXED_LEN: usize = 24;
/// Bytes of one tile. Whoever reads the index reads as much at once.
const MAX_TILE: u64 = 64 << 20;
/// Tiles per side of a pack.
const MAX_SIDE: u32 = 64;

/// All tiles of a panorama in one object, so that a tile is one range read.
///
/// ```text
/// offset  bytes
///      0      8  "FLNTILES"
///      8      2  version, 1
///     10      2  columns
///     12      2  rows
///     14      2  zero
///     16      4  tile width in pixels
///     20      4  tile height in pixels
///     24  8·n+8  n = columns · rows: where each tile begins, row by row, and where the last one ends
///    ...         the tiles, as JPEG files
/// ```
/// Numbers are unsigned and little-endian; offsets count from the start of the object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TilePack {
    grid: TileGrid,
    tiles: Vec<Vec<u8>>,
}

impl TilePack {
    /// A pack of `tiles`, row by row.
    pub(crate) fn new(grid: TileGrid, tiles: Vec<Vec<u8>>) -> Result<TilePack, JpegError> {
        if tiles.len() != grid.count() || grid.columns > MAX_SIDE || grid.rows > MAX_SIDE {
            return Err(JpegError::TileIndex("the number of tiles does not fit the grid"));
        }
        Ok(TilePack { grid, tiles })
    }

    /// How the panorama is cut.
    pub fn grid(&self) -> TileGrid {
        self.grid
    }

    /// The JPEG file of one tile.
    pub fn tile(&self, column: u32, row: u32) -> Option<&[u8]> {
        let index = tile_number(&self.grid, column, row)?;
        self.tiles.get(index).map(Vec::as_slice)
    }

    /// The object to store.
    pub fn to_bytes(&self) -> Vec<u8> {
        let header_len = TilePack::header_len(self.grid.columns, self.grid.rows);
        let total = header_len + self.tiles.iter().map(Vec::len).sum::<usize>();
        let mut out = Vec::with_capacity(total);
        out.extend(MAGIC);
        for number in [VERSION, self.grid.columns as u16, self.grid.rows as u16, 0] {
            out.extend(number.to_le_bytes());
        }
        out.extend(self.grid.tile_width.to_le_bytes());
        out.extend(self.grid.tile_height.to_le_bytes());
        let mut offset = header_len as u64;
        out.extend(offset.to_le_bytes());
        for tile in &self.tiles {
            offset += tile.len() as u64;
            out.extend(offset.to_le_bytes());
        }
        for tile in &self.tiles {
            out.extend(tile);
        }
        out
    }

    /// Bytes to read from the start of the object for [`TilePack::parse_index`].
    pub fn header_len(columns: u32, rows: u32) -> usize {
        FIXED_LEN + 8 * (columns as usize * rows as usize + 1)
    }

    /// Reads the index. `header` may be longer than needed. Whether the tiles are all there, only
    /// the length of the object tells: see [`TileIndex::check_len`].
    pub fn parse_index(header: &[u8]) -> Result<TileIndex, JpegError> {
        let cut = || JpegError::TileIndex("it is cut off");
        let (fixed, rest) = header.split_first_chunk::<FIXED_LEN>().ok_or_else(cut)?;
        if !fixed.starts_with(MAGIC) {
            return Err(JpegError::TileIndex("it does not begin with the magic bytes"));
        }
        let u16_at = |at: usize| u16::from_le_bytes([fixed[at], fixed[at + 1]]);
        let u32_at = |at: usize| u32::from_le_bytes([0, 1, 2, 3].map(|i| fixed[at + i]));
        if u16_at(8) != VERSION || u16_at(14) != 0 {
            return Err(JpegError::TileIndex("its version is unknown"));
        }
        let grid = TileGrid {
            columns: u32::from(u16_at(10)),
            rows: u32::from(u16_at(12)),
            tile_width: u32_at(16),
            tile_height: u32_at(20),
        };
        let sides = 1..=MAX_SIDE;
        if !sides.contains(&grid.columns) || !sides.contains(&grid.rows) {
            return Err(JpegError::TileIndex("its grid is out of range"));
        }
        if !(1..=65_535).contains(&grid.tile_width) || !(1..=65_535).contains(&grid.tile_height) {
            return Err(JpegError::TileIndex("its tile size is out of range"));
        }
        let header_len = TilePack::header_len(grid.columns, grid.rows);
        let (numbers, _) = rest.get(..header_len - FIXED_LEN).ok_or_else(cut)?.as_chunks::<8>();
        let offsets: Vec<u64> = numbers.iter().map(|&bytes| u64::from_le_bytes(bytes)).collect();
        if offsets.first() != Some(&(header_len as u64)) {
            return Err(JpegError::TileIndex("its tiles do not begin behind it"));
        }
        if !offsets.is_sorted_by(|a, b| a < b && b - a <= MAX_TILE) {
            return Err(JpegError::TileIndex("a tile has an impossible length"));
        }
        Ok(TileIndex { grid, offsets })
    }
}

/// Where the tiles of a [`TilePack`] are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TileIndex {
    grid: TileGrid,
    offsets: Vec<u64>,
}

impl TileIndex {
    /// How the panorama is cut.
    pub fn grid(&self) -> TileGrid {
        self.grid
    }

    /// Refuses an object of another length than the index needs: one that was cut off, or that has
    /// something behind its last tile. `bytes` is the length that the storage states.
    pub fn check_len(&self, bytes: u64) -> Result<(), JpegError> {
        match self.offsets.last() {
            Some(&end) if end == bytes => Ok(()),
            Some(&end) if end > bytes => Err(JpegError::TileIndex("the object ends before its last tile does")),
            _ => Err(JpegError::TileIndex("something follows its last tile")),
        }
    }

    /// The bytes of a tile within the object; none if the grid has no such tile.
    pub fn range(&self, column: u32, row: u32) -> Option<Range<u64>> {
        let index = tile_number(&self.grid, column, row)?;
        Some(*self.offsets.get(index)?..*self.offsets.get(index + 1)?)
    }
}

fn tile_number(grid: &TileGrid, column: u32, row: u32) -> Option<usize> {
    let inside = column < grid.columns && row < grid.rows;
    inside.then(|| row as usize * grid.columns as usize + column as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grids_of_common_cameras() {
        let grid = |w, h| {
            let g = TileGrid::for_panorama(w, h);
            (g.columns, g.rows, g.tile_width, g.tile_height)
        };
        assert_eq!(grid(5760, 2880), (8, 4, 720, 720));
        assert_eq!(grid(11_000, 5500), (16, 8, 688, 688));
        assert_eq!(grid(5376, 2688), (8, 4, 672, 672));
        assert_eq!(grid(1024, 512), (4, 2, 256, 256));
        assert_eq!(grid(40_000, 20_000), (32, 16, 1250, 1250));
        assert_eq!(grid(1, 1), (4, 2, 1, 1));
    }

    #[test]
    fn the_whole_picture_is_covered() {
        for width in (1..12_000).step_by(97) {
            let g = TileGrid::for_panorama(width, width / 2 + 1);
            assert!(g.full_width() >= width && g.full_width() - width < g.columns.max(4));
            assert!(g.full_height() > width / 2);
            assert!(g.columns.is_power_of_two() && g.columns == 2 * g.rows && g.columns <= 32);
        }
    }

    fn pack() -> TilePack {
        let grid = TileGrid { columns: 4, rows: 2, tile_width: 8, tile_height: 9 };
        let tiles = (1..=8).map(|n| vec![n; usize::from(n)]).collect();
        TilePack::new(grid, tiles).unwrap()
    }

    #[test]
    fn tiles_are_found_through_the_index() {
        let bytes = pack().to_bytes();
        let header_len = TilePack::header_len(4, 2);
        let index = TilePack::parse_index(&bytes[..header_len]).unwrap();
        assert_eq!(index.grid(), pack().grid());
        for row in 0..2 {
            for column in 0..4 {
                let range = index.range(column, row).unwrap();
                let tile = &bytes[range.start as usize..range.end as usize];
                assert_eq!(Some(tile), pack().tile(column, row));
            }
        }
        assert_eq!(index.range(3, 1).unwrap().end, bytes.len() as u64);
        assert_eq!(index.check_len(bytes.len() as u64), Ok(()));
        for other in [0, header_len as u64, bytes.len() as u64 - 1, bytes.len() as u64 + 1, u64::MAX] {
            assert!(index.check_len(other).is_err(), "{other}");
        }
        assert_eq!((index.range(4, 0), index.range(0, 2)), (None, None));
    }

    #[test]
    fn damaged_indexes_are_refused() {
        let bytes = pack().to_bytes();
        let header = &bytes[..TilePack::header_len(4, 2)];
        assert!(TilePack::parse_index(&header[..header.len() - 1]).is_err());
        for at in (0..16).chain(24..header.len()) {
            let mut damaged = header.to_vec();
            damaged[at] ^= 0x80;
            // The end of the last tile shows in the length of the object only.
            let result = TilePack::parse_index(&damaged).and_then(|index| index.check_len(bytes.len() as u64));
            assert!(result.is_err(), "byte {at}");
        }
        let mut huge = header.to_vec();
        huge[header.len() - 4] = 1;
        assert!(TilePack::parse_index(&huge).is_err(), "a tile of 4 GiB");
    }
}
