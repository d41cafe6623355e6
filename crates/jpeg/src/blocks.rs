//! Blocks of coefficients, and grids of what belongs to blocks.

/// Quantised coefficients of one block, in zigzag order; the first is the DC value itself, not its difference.
pub(crate) type Block = [i16; 64];

/// Where the coefficients lie in a block: `ZIGZAG[k]` is 8 · row + column of the k-th (T.81, figure A.6).
pub(crate) const ZIGZAG: [u8; 64] = [
    0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21,
    28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54,
    47, 55, 62, 63,
];

/// Something for each cell of a rectangle, row by row from the top left.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Grid<T> {
    /// Cells per row.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// `width * height` cells.
    pub cells: Vec<T>,
}

impl<T: Clone> Grid<T> {
    /// A grid of equal cells.
    pub(crate) fn new(width: usize, height: usize, cell: T) -> Grid<T> {
        Grid { width, height, cells: vec![cell; width * height] }
    }

    /// One row of cells.
    pub(crate) fn row(&self, y: usize) -> &[T] {
        &self.cells[y * self.width..(y + 1) * self.width]
    }
}
