//! What the ways that work on pixels have in common.

use anyhow::Result;
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer, images::Image};
use flaneur_jpeg::GROW;

use crate::input::boxes;

/// Interleaved RGB.
#[derive(Debug, Clone)]
pub(crate) struct Picture {
    pub width: u32,
    pub height: u32,
    pub rgb: Vec<u8>,
}

/// Pixels per row of what a detector is given, and of the scaled copy.
pub(crate) const SD_WIDTH: u32 = 2048;
/// Pixels per row of a thumbnail.
pub(crate) const THUMB_WIDTH: u32 = 500;

impl Picture {
    /// Scaled to this width, in proportion, with the reference server's filter.
    pub(crate) fn scaled(&mut self, width: u32) -> Result<Picture> {
        let height = (u64::from(self.height) * u64::from(width) / u64::from(self.width)).max(1) as u32;
        let from = Image::from_slice_u8(self.width, self.height, &mut self.rgb, PixelType::U8x3)?;
        let mut to = Image::new(width, height, PixelType::U8x3);
        let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Hamming));
        Resizer::new().resize(&from, &mut to, &options)?;
        Ok(Picture { width, height, rgb: to.into_vec() })
    }

    /// A part of it.
    pub(crate) fn part(&self, x: u32, y: u32, width: u32, height: u32) -> Picture {
        let row = |y: u32| {
            let from = (y as usize * self.width as usize + x as usize) * 3;
            &self.rgb[from..from + width as usize * 3]
        };
        Picture { width, height, rgb: (y..y + height).flat_map(|y| row(y).iter().copied()).collect() }
    }

    /// Replaces what is in a rectangle by the means of nine cells.
    pub(crate) fn soften(&mut self, [x0, y0, x1, y1]: [u32; 4]) {
        for cell in 0..9 {
            let edge = |from: u32, to: u32, third: u32| from + (to - from) * third / 3;
            let (left, right) = (edge(x0, x1, cell % 3), edge(x0, x1, cell % 3 + 1));
            let (top, bottom) = (edge(y0, y1, cell / 3), edge(y0, y1, cell / 3 + 1));
            let mut sum = [0u64; 3];
            let width = self.width as usize;
            let span = |y: u32| (y as usize * width + left as usize) * 3..(y as usize * width + right as usize) * 3;
            for y in top..bottom {
                for pixel in self.rgb[span(y)].as_chunks::<3>().0 {
                    sum = std::array::from_fn(|channel| sum[channel] + u64::from(pixel[channel]));
                }
            }
            let count = (u64::from(right - left) * u64::from(bottom - top)).max(1);
            let mean = sum.map(|sum| (sum / count) as u8);
            for y in top..bottom {
                for pixel in self.rgb[span(y)].as_chunks_mut::<3>().0 {
                    *pixel = mean;
                }
            }
        }
    }
}

/// The rectangles of all boxes, grown as ours and outward to multiples of 16 pixels: left, top, right, bottom. Two of one
/// that lies across the seam.
pub(crate) fn rectangles(width: u32, height: u32) -> Vec<[u32; 4]> {
    let snap = |low: f32, high: f32, end: u32| {
        let low = (low.max(0.0) as u32) / 16 * 16;
        (low.min(end), ((high.max(0.0) as u32).div_ceil(16) * 16).min(end))
    };
    let mut found = Vec::new();
    for ([x0, y0, x1, y1], _) in boxes(width, height) {
        let (grow_x, grow_y) = ((x1 - x0) * GROW, (y1 - y0) * GROW);
        let (top, bottom) = snap(y0 - grow_y, y1 + grow_y, height);
        let (x0, x1) = (x0 - grow_x, x1 + grow_x);
        let (left, right) = snap(x0, x1, width);
        found.push([left, top, right, bottom]);
        if x1 > width as f32 && width == 2 * height {
            let (left, right) = snap(0.0, x1 - width as f32, width);
            found.push([left, top, right, bottom]);
        }
    }
    found
}
