//! Scaled copies and crops.

use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};

use crate::error::JpegError;
use crate::source::Pixels;

/// A rectangle in pixels of the full picture; not necessarily whole ones.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Crop {
    pub x: f64,
    pub y: f64,
    pub width: f64,
    pub height: f64,
}

impl Crop {
    pub(crate) fn whole(width: u32, height: u32) -> Crop {
        Crop { x: 0.0, y: 0.0, width: f64::from(width), height: f64::from(height) }
    }
}

/// What a copy shows, and its size.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct View {
    pub crop: Crop,
    pub width: u32,
    pub height: u32,
}

impl View {
    /// The whole picture, `max_width` wide in proportion; never larger than it is.
    pub(crate) fn reduced(width: u32, height: u32, max_width: u32) -> View {
        let crop = Crop::whole(width, height);
        if width <= max_width {
            return View { crop, width, height };
        }
        let scaled = u64::from(height) * u64::from(max_width) / u64::from(width);
        View { crop, width: max_width, height: (scaled as u32).max(1) }
    }

    /// The pixels of the view.
    pub(crate) fn render(&self, pixels: &Pixels) -> Result<Pixels, JpegError> {
        let View { crop, width, height } = *self;
        if let Some(copy) = self.copy_whole_pixels(pixels) {
            return Ok(copy);
        }
        let failed = |what: String| JpegError::Encoder(what);
        let source = ImageRef::new(pixels.width, pixels.height, &pixels.rgb, PixelType::U8x3)
            .map_err(|error| failed(error.to_string()))?;
        let mut target = Image::new(width, height, PixelType::U8x3);
        // Hamming: as sharp as cubic filters at half the work, and no ringing. The check of what is
        // served works out the same filter by itself.
        let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Hamming)).crop(
            crop.x,
            crop.y,
            crop.width,
            crop.height,
        );
        Resizer::new().resize(&source, &mut target, &options).map_err(|error| failed(error.to_string()))?;
        Ok(Pixels { width, height, rgb: target.into_vec() })
    }

    /// Where the crop begins, if it is at whole pixels and not scaled.
    fn whole_pixels(&self) -> Option<(u32, u32)> {
        let View { crop, width, height } = *self;
        let same = |a: f64, b: u32| (a - f64::from(b)).abs() < f64::EPSILON;
        let (x, y) = (crop.x as u32, crop.y as u32);
        let exact = same(crop.x, x) && same(crop.y, y) && same(crop.width, width);
        (exact && same(crop.height, height)).then_some((x, y))
    }

    /// A crop at whole pixels without scaling needs no filter.
    fn copy_whole_pixels(&self, pixels: &Pixels) -> Option<Pixels> {
        let View { width, height, .. } = *self;
        let (x, y) = self.whole_pixels()?;
        let mut rgb = Vec::with_capacity(width as usize * height as usize * 3);
        for row in y..y + height {
            let start = (row as usize * pixels.width as usize + x as usize) * 3;
            rgb.extend_from_slice(pixels.rgb.get(start..start + width as usize * 3)?);
        }
        Some(Pixels { width, height, rgb })
    }
}
