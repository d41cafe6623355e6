//! The redacted picture, and everything that is made from it.

use std::sync::Arc;

use crate::encode::{Encoding, Metadata};
use crate::error::JpegError;
use crate::plan::Plan;
use crate::region::Region;
use crate::scale::{Crop, View};
use crate::source::{Chroma, Pixels};
use crate::tiles::{TileGrid, TilePack};
use crate::verify::Expected;

/// JPEG quality of masters.
pub const MASTER_QUALITY: u8 = 92;
/// JPEG quality of the scaled copy.
pub const SD_QUALITY: u8 = 80;
/// JPEG quality of thumbnails.
pub const THUMB_QUALITY: u8 = 75;
/// JPEG quality of picture tiles.
pub const TILE_QUALITY: u8 = 90;
/// Pixels per row of the scaled copy; smaller pictures keep their size.
pub const SD_WIDTH: u32 = 2048;
/// Pixels per row of the thumbnail of a flat picture; smaller ones keep their size.
const THUMB_WIDTH: u32 = 500;
/// Size of the thumbnail of a panorama.
const PANORAMA_THUMB: (u32, u32) = (500, 300);

/// A picture in which every region is replaced by its fill. The unredacted pixels don't exist any
/// more. All files that are served are made from this.
pub struct Redacted {
    pixels: Arc<Pixels>,
    chroma: Chroma,
    icc: Option<Vec<u8>>,
    plan: Plan,
}

impl Redacted {
    pub(crate) fn new(
        mut pixels: Pixels,
        chroma: Chroma,
        icc: Option<Vec<u8>>,
        regions: &[Region],
        panorama: bool,
    ) -> Redacted {
        let plan = Plan::paint(&mut pixels, regions, panorama);
        Redacted { pixels: Arc::new(pixels), chroma, icc, plan }
    }

    /// The redacted pixels.
    pub fn pixels(&self) -> &Pixels {
        &self.pixels
    }

    /// The full picture, upright: whoever writes its EXIF sets Orientation to 1.
    pub fn master(&self, metadata: &Metadata) -> Result<Vec<u8>, JpegError> {
        self.encoding(MASTER_QUALITY, self.chroma, metadata).encode(&self.pixels)
    }

    /// At most [`SD_WIDTH`] pixels wide, in proportion.
    pub fn sd(&self, metadata: &Metadata) -> Result<Vec<u8>, JpegError> {
        self.copy(&self.sd_view(), SD_QUALITY, metadata)
    }

    /// Flat pictures: at most 500 pixels wide, in proportion. Panoramas: 500 x 300 pixels of the
    /// middle, as if the panorama were 2000 x 1000. No metadata but the colour profile.
    pub fn thumb(&self, panorama: bool) -> Result<Vec<u8>, JpegError> {
        self.copy(&self.thumb_view(panorama), THUMB_QUALITY, &Metadata::default())
    }

    /// All tiles of a panorama; see [`TileGrid::for_panorama`] for the grid.
    pub fn tiles(&self, grid: TileGrid) -> Result<TilePack, JpegError> {
        let mut tiles = Vec::with_capacity(grid.count());
        for row in 0..grid.rows {
            for column in 0..grid.columns {
                let view = self.tile_view(grid, column, row)?;
                tiles.push(self.copy(&view, TILE_QUALITY, &Metadata::default())?);
            }
        }
        TilePack::new(grid, tiles)
    }

    /// What [`crate::verify`] has to find in the master.
    pub fn expected_master(&self) -> Expected {
        self.expected(&View {
            crop: Crop::whole(self.pixels.width, self.pixels.height),
            width: self.pixels.width,
            height: self.pixels.height,
        })
    }

    /// What [`crate::verify`] has to find in the scaled copy.
    pub fn expected_sd(&self) -> Expected {
        self.expected(&self.sd_view())
    }

    /// What [`crate::verify`] has to find in the thumbnail.
    pub fn expected_thumb(&self, panorama: bool) -> Expected {
        self.expected(&self.thumb_view(panorama))
    }

    /// What [`crate::verify`] has to find in a tile.
    pub fn expected_tile(&self, grid: TileGrid, column: u32, row: u32) -> Result<Expected, JpegError> {
        Ok(self.expected(&self.tile_view(grid, column, row)?))
    }

    fn encoding<'a>(&'a self, quality: u8, chroma: Chroma, metadata: &'a Metadata) -> Encoding<'a> {
        Encoding { quality, chroma, icc: self.icc.as_deref(), metadata }
    }

    fn copy(&self, view: &View, quality: u8, metadata: &Metadata) -> Result<Vec<u8>, JpegError> {
        self.encoding(quality, Chroma::Quarter, metadata).encode(&view.render(&self.pixels)?)
    }

    fn expected(&self, view: &View) -> Expected {
        Expected::new(Arc::clone(&self.pixels), self.plan.clone(), *view)
    }

    fn sd_view(&self) -> View {
        View::reduced(self.pixels.width, self.pixels.height, SD_WIDTH)
    }

    fn thumb_view(&self, panorama: bool) -> View {
        let Pixels { width, height, .. } = *self.pixels;
        if !panorama {
            return View::reduced(width, height, THUMB_WIDTH);
        }
        // 500 of 2000 columns and 300 of 1000 rows, in the middle.
        let (w, h) = (f64::from(width), f64::from(height));
        let crop = Crop { x: w * 0.375, y: h * 0.35, width: w * 0.25, height: h * 0.3 };
        View { crop, width: PANORAMA_THUMB.0, height: PANORAMA_THUMB.1 }
    }

    fn tile_view(&self, grid: TileGrid, column: u32, row: u32) -> Result<View, JpegError> {
        let Pixels { width, height, .. } = *self.pixels;
        if grid != TileGrid::for_panorama(width, height) || column >= grid.columns || row >= grid.rows {
            return Err(JpegError::GridMismatch { width, height });
        }
        let tile = (f64::from(width) / f64::from(grid.columns), f64::from(height) / f64::from(grid.rows));
        let crop = Crop { x: tile.0 * f64::from(column), y: tile.1 * f64::from(row), width: tile.0, height: tile.1 };
        Ok(View { crop, width: grid.tile_width, height: grid.tile_height })
    }
}
