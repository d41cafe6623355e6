//! Picture tiles of panoramas.

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grids_of_common_sizes() {
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
}
