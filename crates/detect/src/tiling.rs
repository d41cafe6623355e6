//! Which parts of a picture the models look at, and how pixels become a network's input.

use crate::manifest::Input;

/// Pixels in rows, three bytes (red, green, blue) each.
#[derive(Debug, Clone, Copy)]
pub struct Pixels<'a> {
    /// `width * height * 3` bytes.
    pub rgb: &'a [u8],
    /// Width in pixels.
    pub width: usize,
    /// Height in pixels.
    pub height: usize,
}

/// A part of a picture; beyond the right edge it continues at the left one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tile {
    /// Leftmost column, less than the picture's width.
    pub x: usize,
    /// Topmost row.
    pub y: usize,
    /// Columns, at most twice the picture's width.
    pub width: usize,
    /// Rows.
    pub height: usize,
}

/// Tiles along one edge of a picture: where they start, and their common length.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spans {
    /// First pixels, ascending from 0.
    pub starts: Vec<usize>,
    /// Pixels in each.
    pub length: usize,
}

/// How the tiles of a picture are laid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    /// The largest side of a tile in pixels, a multiple of `multiple`.
    pub tile: usize,
    /// What neighbours share at least, in pixels; at most half a tile.
    pub overlap: usize,
    /// Sides of tiles are multiples of this where the picture allows it, as networks want them.
    pub multiple: usize,
}

impl Layout {
    /// Tiles along an edge that ends: as few as `tile` allows, evenly spread, as short as `overlap`
    /// allows; the last one ends with the picture. Whatever is no longer than `overlap` lies whole in
    /// one of them.
    pub fn spans(&self, length: usize) -> Spans {
        if length <= self.tile {
            return Spans { starts: vec![0], length };
        }
        let count = (length - self.overlap).div_ceil(self.step());
        let size = self.rounded((length + (count - 1) * self.overlap).div_ceil(count));
        let (last, gaps) = (length - size, count - 1);
        Spans { starts: (0..count).map(|index| (index * last + gaps / 2) / gaps).collect(), length: size }
    }

    /// Tiles along an edge that continues at its beginning: the last one shares `overlap` pixels with
    /// the first, and may thus be longer than what is left of the edge, or than the edge.
    pub fn spans_round(&self, length: usize) -> Spans {
        let overlap = self.overlap.min(length);
        let count = length.div_ceil(self.step()).max(1);
        let size = self.rounded(length.div_ceil(count) + overlap).min(2 * length);
        Spans { starts: (0..count).map(|index| index * length / count).collect(), length: size }
    }

    fn step(&self) -> usize {
        (self.tile - self.overlap.min(self.tile / 2)).max(1)
    }

    fn rounded(&self, length: usize) -> usize {
        length.next_multiple_of(self.multiple.max(1)).min(self.tile)
    }

    /// The tiles of a picture, row by row; over the seam too if it `wraps`.
    pub fn tiles(&self, width: usize, height: usize, wraps: bool) -> Vec<Tile> {
        let columns = if wraps { self.spans_round(width) } else { self.spans(width) };
        let rows = self.spans(height);
        let tile = |x, y| Tile { x, y, width: columns.length, height: rows.length };
        rows.starts.iter().flat_map(|&y| columns.starts.iter().map(move |&x| tile(x, y))).collect()
    }
}

/// Writes a tile into `tensor` as one image of planes (channel, row, column), normalised and padded
/// to the right and below as the manifest's input says; returns height and width with padding.
///
/// The tensor keeps its memory from one call to the next.
pub fn fill(
    tensor: &mut Vec<f32>,
    pixels: &Pixels<'_>,
    tile: &Tile,
    input: &Input,
    fixed: Option<usize>,
) -> (usize, usize) {
    let padded = |length: usize| fixed.unwrap_or_else(|| length.next_multiple_of(input.multiple.max(1)));
    let (height, width) = (padded(tile.height), padded(tile.width));
    tensor.clear();
    tensor.reserve(3 * width * height);
    for channel in 0..3 {
        let value = |byte: f32| (byte - input.mean[channel]) * input.scale;
        let table: [f32; 256] = std::array::from_fn(|byte| value(byte as f32));
        let padding = table[usize::from(input.pad)];
        let source = input.channels.source(channel);
        for row in 0..tile.height {
            let start = (tile.y + row) * pixels.width;
            let line = pixels.rgb.get(start * 3..(start + pixels.width) * 3).unwrap_or_default();
            // From the tile's left edge to the picture's right one, then on from column 0.
            let before = tensor.len();
            let wrapped = line.chunks_exact(3).skip(tile.x).chain(line.chunks_exact(3).cycle());
            tensor.extend(wrapped.take(tile.width).map(|pixel| table[usize::from(pixel[source])]));
            tensor.resize(before + width, padding);
        }
        tensor.resize((channel + 1) * width * height, padding);
    }
    (height, width)
}
