//! The fill of one touched rectangle: a smooth surface through a few pooled colours.

use crate::region::Touched;

/// Cells along one side of a face, at most: nine colours in all.
const MAX_CELLS: u32 = 3;
/// A cell is at least this long, in pixels: small faces get fewer colours, not smaller cells.
const MIN_CELL: u32 = 32;

/// Nodes along one axis: one on each edge, one in the middle of each cell.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Axis {
    length: u32,
    cells: u32,
}

impl Axis {
    pub(crate) fn of_face(length: u32) -> Axis {
        Axis { length, cells: (length / MIN_CELL).clamp(1, MAX_CELLS) }
    }

    pub(crate) fn of_plate(length: u32) -> Axis {
        Axis { length, cells: 1 }
    }

    pub(crate) fn cells(&self) -> u32 {
        self.cells
    }

    pub(crate) fn nodes(&self) -> usize {
        self.cells as usize + 2
    }

    /// The pixels of a cell, counted from the start of the rectangle.
    pub(crate) fn cell(&self, index: u32) -> std::ops::Range<u32> {
        let edge = |i: u32| (u64::from(self.length) * u64::from(i) / u64::from(self.cells)) as u32;
        edge(index)..edge(index + 1)
    }

    fn position(&self, node: usize) -> f32 {
        let cell = self.length as f32 / self.cells as f32;
        match node {
            0 => 0.0,
            node if node == self.nodes() - 1 => self.length as f32,
            node => (node as f32 - 0.5) * cell,
        }
    }

    /// The node before `at`, and how far the next one has taken over, 0 to 1, with no kink at the
    /// nodes (smoothstep).
    fn locate(&self, at: f32) -> (usize, f32) {
        let next = (1..self.nodes()).find(|&node| at < self.position(node));
        let next = next.unwrap_or(self.nodes() - 1);
        let (low, high) = (self.position(next - 1), self.position(next));
        let t = ((at - low) / (high - low).max(f32::EPSILON)).clamp(0.0, 1.0);
        (next - 1, t * t * (3.0 - 2.0 * t))
    }
}

/// What a touched rectangle shows after redaction. Depends on the node colours only.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Fill {
    pub touched: Touched,
    columns: Axis,
    rows: Axis,
    /// Row by row, `columns.nodes() * rows.nodes()` colours.
    nodes: Vec<[f32; 3]>,
}

impl Fill {
    pub(crate) fn new(touched: Touched, columns: Axis, rows: Axis, nodes: Vec<[f32; 3]>) -> Fill {
        debug_assert_eq!(nodes.len(), columns.nodes() * rows.nodes());
        Fill { touched, columns, rows, nodes }
    }

    fn blend(&self, (column, right): (usize, f32), (row, down): (usize, f32)) -> [f32; 3] {
        let stride = self.columns.nodes();
        let node = |c: usize, r: usize| self.nodes[r * stride + c];
        let (a, b) = (node(column, row), node(column + 1, row));
        let (c, d) = (node(column, row + 1), node(column + 1, row + 1));
        std::array::from_fn(|i| {
            let top = a[i] + (b[i] - a[i]) * right;
            let bottom = c[i] + (d[i] - c[i]) * right;
            top + (bottom - top) * down
        })
    }

    /// Writes the fill into a picture of `width` pixels per row.
    pub(crate) fn paint(&self, rgb: &mut [u8], width: u32) {
        let height = self.touched.y + self.touched.height;
        self.paint_window(&Touched { x: 0, y: 0, width, height }, rgb, width);
    }

    /// Writes what lies in `window`, which must not cross the seam, into the pixels of that window.
    pub(crate) fn paint_window(&self, window: &Touched, rgb: &mut [u8], picture_width: u32) {
        let Touched { x, y, height, .. } = self.touched;
        let columns: Vec<(usize, (usize, f32))> = self
            .touched
            .columns(picture_width)
            .into_iter()
            .flat_map(|range| range.start.max(window.x)..range.end.min(window.x + window.width))
            .map(|column| {
                let dx = (column + picture_width - x) % picture_width;
                ((column - window.x) as usize, self.columns.locate(dx as f32 + 0.5))
            })
            .collect();
        let (pixels, _) = rgb.as_chunks_mut::<3>();
        for py in y.max(window.y)..(y + height).min(window.y + window.height) {
            let row = self.rows.locate((py - y) as f32 + 0.5);
            let start = (py - window.y) as usize * window.width as usize;
            for &(column, at) in &columns {
                pixels[start + column] = self.blend(at, row).map(|level| (level + 0.5) as u8);
            }
        }
    }
}
