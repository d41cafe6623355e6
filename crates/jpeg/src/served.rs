//! What is served of a panorama without being stored: tiles and perspective views, through the tile index.

use flaneur_resize::{Kernel, Part, Raster};

use crate::blocks::Block;
use crate::cut::CutError;
use crate::encode::{Encoding, Metadata};
use crate::error::JpegError;
use crate::frame::Frame;
use crate::header::Colours;
use crate::index::{TileIndex, Window};
use crate::pixels::perspective::{self, PerspectiveView};
use crate::pixels::region::{Blocks, Rect, rgb};
use crate::source::{Chroma, Pixels};
use crate::tiles::TileGrid;

/// JPEG quality of tiles that can't be cut out of the master's bits.
const TILE_QUALITY: u8 = 92;
/// JPEG quality of perspective views.
const VIEW_QUALITY: u8 = 88;
/// Pixels around a part that decoders look at for its edges: subsampled chroma is interpolated.
const CONTEXT: u32 = 2;
/// Blocks that a view may need, of 128 bytes each: a quarter of the largest picture.
const MAX_BLOCKS: usize = 2_400_000;

impl TileIndex {
    /// Whether tiles begin and end with coded units.
    fn is_aligned(&self) -> bool {
        let (TileGrid { columns, rows, tile_width, tile_height }, (width, height)) = (self.grid(), self.size());
        let (unit_width, unit_height) = self.head.frame.unit_size();
        columns * tile_width == width
            && rows * tile_height == height
            && tile_width.is_multiple_of(unit_width)
            && tile_height.is_multiple_of(unit_height)
    }

    /// What has to be read for a tile; None if there is no such tile.
    pub fn tile_window(&self, column: u32, row: u32) -> Option<Window> {
        let grid = self.grid();
        if column >= grid.columns || row >= grid.rows {
            return None;
        }
        if self.is_aligned() {
            let (w, h) = (grid.tile_width, grid.tile_height);
            return Some(self.window(column * w..(column + 1) * w, row * h..(row + 1) * h));
        }
        Some(self.window_around(self.part_of(column, row).0, CONTEXT))
    }

    fn window_around(&self, Rect { x, y, width, height }: Rect, context: u32) -> Window {
        let size = self.size();
        let span = |from: u32, length: u32, size: u32| {
            from.saturating_sub(context)..from.saturating_add(length).saturating_add(context).min(size)
        };
        self.window(span(x, width, size.0), span(y, height, size.1))
    }

    /// The whole pixels that a tile is made of, and which part of them it is: left, top, width, height.
    fn part_of(&self, column: u32, row: u32) -> (Rect, [f64; 4]) {
        let (grid, size) = (self.grid(), self.size());
        let span = |number: u32, count: u32, size: u32| {
            let length = f64::from(size) / f64::from(count);
            let from = f64::from(number) * length;
            let first = (from.floor() as u32).min(size - 1);
            let end = ((from + length).ceil() as u32).clamp(first + 1, size);
            (first, end - first, from - f64::from(first), length)
        };
        let (x, width, left, across) = span(column, grid.columns, size.0);
        let (y, height, top, down) = span(row, grid.rows, size.1);
        let part = [left, top, across.min(f64::from(width) - left), down.min(f64::from(height) - top)];
        (Rect { x, y, width, height }, part)
    }

    /// The file of a tile. `data` are the bytes of the master in [`TileIndex::ranges`] of [`TileIndex::tile_window`].
    ///
    /// Where tiles begin and end with coded units, the bits of every block are the master's. Else the tile is decoded out of
    /// the units that cover it and coded anew.
    pub fn tile(&self, column: u32, row: u32, data: &[impl AsRef<[u8]>]) -> Result<Vec<u8>, JpegError> {
        const NONE: JpegError = JpegError::TileIndex("there is no such tile");
        let window = self.tile_window(column, row).ok_or(NONE)?;
        let TileGrid { tile_width, tile_height, .. } = self.grid();
        if self.is_aligned() {
            match self.cut_out(&window, (tile_width, tile_height), data) {
                Ok(file) => return Ok(file),
                Err(CutError::NoRoom) => {}
                Err(CutError::Picture(error)) => return Err(error),
            }
        }
        let (rect, part) = self.part_of(column, row);
        let shown = Shown::new(self, vec![window], &[data])?;
        let pixels = resized(&rgb(&shown, rect)?, part, (tile_width, tile_height))?;
        self.encode(&pixels, TILE_QUALITY)
    }

    /// What has to be read for a view: one window, or two where it crosses the seam.
    ///
    /// An error if the view's numbers are out of their ranges.
    pub fn view_windows(&self, view: &PerspectiveView) -> Result<Vec<Window>, JpegError> {
        let (width, height) = self.size();
        let plan = perspective::plan(view, width, height)?;
        let factor = 8 / plan.scale.samples() as u32;
        let windows: Vec<Window> = plan
            .rectangles()
            .map(|rect| {
                let Rect { x, y, width, height } = rect;
                let rect = Rect { x: x * factor, y: y * factor, width: width * factor, height: height * factor };
                // What is interpolated is reduced, too.
                self.window_around(rect, CONTEXT * factor)
            })
            .collect();
        Ok(windows)
    }

    /// The file of a view. `data` are the bytes of the master in [`TileIndex::ranges`] of each of
    /// [`TileIndex::view_windows`].
    pub fn view(&self, view: &PerspectiveView, data: &[Vec<impl AsRef<[u8]>>]) -> Result<Vec<u8>, JpegError> {
        let (width, height) = self.size();
        let plan = perspective::plan(view, width, height)?;
        let rows: Vec<&[_]> = data.iter().map(Vec::as_slice).collect();
        let shown = Shown::new(self, self.view_windows(view)?, &rows)?;
        let canvas = plan.canvas(&shown)?;
        self.encode(&perspective::render(view, &plan, &canvas, width, height)?, VIEW_QUALITY)
    }

    fn encode(&self, pixels: &Pixels, quality: u8) -> Result<Vec<u8>, JpegError> {
        let (icc, metadata) = (self.head.icc.as_deref(), &Metadata::default());
        Encoding { quality, chroma: Chroma::Quarter, icc, metadata }.encode(pixels)
    }
}

/// Blocks of the windows that were read.
struct Shown<'a> {
    index: &'a TileIndex,
    windows: Vec<(Window, Vec<Block>)>,
    /// Blocks of a coded unit.
    blocks: usize,
}

impl<'a> Shown<'a> {
    fn new(index: &'a TileIndex, windows: Vec<Window>, data: &[&[impl AsRef<[u8]>]]) -> Result<Shown<'a>, JpegError> {
        let blocks = index.head.layout().len();
        let units: usize = windows.iter().map(|window| window.columns.len() * window.rows.len()).sum();
        if units.saturating_mul(blocks) > MAX_BLOCKS {
            return Err(JpegError::ViewTooLarge);
        }
        if windows.len() != data.len() {
            return Err(JpegError::TileIndex("a part was not read"));
        }
        let read =
            windows.into_iter().zip(data).map(|(window, data)| Ok((window.clone(), index.blocks(&window, data)?)));
        Ok(Shown { index, windows: read.collect::<Result<_, JpegError>>()?, blocks })
    }
}

impl Blocks for Shown<'_> {
    fn frame(&self) -> &Frame {
        &self.index.head.frame
    }

    fn colours(&self) -> Colours {
        self.index.head.colours
    }

    fn quantisation(&self, component: usize) -> &[u16; 64] {
        &self.index.head.quantisation[component]
    }

    fn mcu(&self, x: usize, y: usize, out: &mut [Block]) -> Result<(), JpegError> {
        const UNREAD: JpegError = JpegError::TileIndex("a part was not read");
        let holds = |(window, _): &&(Window, Vec<Block>)| window.columns.contains(&x) && window.rows.contains(&y);
        let (window, blocks) = self.windows.iter().find(holds).ok_or(UNREAD)?;
        let unit = (y - window.rows.start) * window.columns.len() + x - window.columns.start;
        let found = blocks.get(unit * self.blocks..(unit + 1) * self.blocks).ok_or(UNREAD)?;
        out.copy_from_slice(found);
        Ok(())
    }
}

fn resized(pixels: &Pixels, part: Part, (width, height): (u32, u32)) -> Result<Pixels, JpegError> {
    if (pixels.width, pixels.height) == (width, height) {
        return Ok(pixels.clone());
    }
    let raster = Raster { width: pixels.width, height: pixels.height, samples: &pixels.rgb };
    let rgb = flaneur_resize::rgb(raster, Some(part), (width, height), Kernel::CatmullRom)
        .map_err(|error| JpegError::Encoder(error.to_string()))?;
    Ok(Pixels { width, height, rgb })
}
