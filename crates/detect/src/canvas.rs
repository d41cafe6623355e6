//! A picture that gives its pixels part by part.

use crate::DetectError;
use crate::tiling::{Pixels, Tile};

/// Three bytes (red, green, blue) a pixel, row by row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rgb {
    /// Pixels per row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// `width * height * 3` bytes.
    pub rgb: Vec<u8>,
}

/// A picture, upright. What goes wrong is said in a sentence.
pub trait Canvas {
    /// Pixels per row and rows.
    fn size(&self) -> (u32, u32);

    /// The pixels of a rectangle, which lies in the picture.
    fn part(&self, x: u32, y: u32, width: u32, height: u32) -> Result<Rgb, String>;

    /// The whole picture, smaller if that costs less, but with neither side shorter than `least` pixels unless it is so anyway.
    fn small(&self, least: u32) -> Result<Rgb, String>;
}

/// A picture whose pixels are all there.
pub(crate) struct InMemory<'a>(pub Pixels<'a>);

impl Canvas for InMemory<'_> {
    fn size(&self) -> (u32, u32) {
        (self.0.width as u32, self.0.height as u32)
    }

    fn part(&self, x: u32, y: u32, width: u32, height: u32) -> Result<Rgb, String> {
        let mut rgb = Vec::with_capacity(width as usize * height as usize * 3);
        for row in y..y + height {
            let start = (row as usize * self.0.width + x as usize) * 3;
            rgb.extend_from_slice(self.0.rgb.get(start..start + width as usize * 3).unwrap_or_default());
        }
        Ok(Rgb { width, height, rgb })
    }

    fn small(&self, _: u32) -> Result<Rgb, String> {
        let (width, height) = self.size();
        Ok(Rgb { width, height, rgb: self.0.rgb.to_vec() })
    }
}

/// The pixels of a tile, which goes on at the left edge beyond the right one.
pub(crate) fn tile(picture: &dyn Canvas, tile: &Tile) -> Result<Vec<u8>, DetectError> {
    let (width, _) = picture.size();
    let failed = |reason: String| DetectError::Picture(format!("a part of the picture could not be read: {reason}"));
    let mut parts = Vec::new();
    let (mut x, mut left) = (tile.x as u32, tile.width as u32);
    while left > 0 {
        let length = left.min(width - x);
        parts.push(picture.part(x, tile.y as u32, length, tile.height as u32).map_err(failed)?);
        (x, left) = (0, left - length);
    }
    if let [only] = &mut parts[..] {
        return Ok(std::mem::take(&mut only.rgb));
    }
    let mut rgb = Vec::with_capacity(tile.width * tile.height * 3);
    for row in 0..tile.height {
        for part in &parts {
            let length = part.width as usize * 3;
            rgb.extend_from_slice(part.rgb.get(row * length..(row + 1) * length).unwrap_or_default());
        }
    }
    Ok(rgb)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiles_go_on_over_the_seam() {
        let rgb: Vec<u8> = (0..10u8).flat_map(|at| [at; 3]).collect();
        let picture = InMemory(Pixels { rgb: &rgb, width: 5, height: 2 });
        let levels = |x, width| -> Vec<u8> {
            let view = Tile { x, y: 0, width, height: 2 };
            tile(&picture, &view).unwrap().chunks(3).map(|pixel| pixel[0]).collect()
        };
        assert_eq!(levels(1, 3), [1, 2, 3, 6, 7, 8]);
        assert_eq!(levels(3, 4), [3, 4, 0, 1, 8, 9, 5, 6]);
        assert_eq!(levels(4, 10), [4, 0, 1, 2, 3, 4, 0, 1, 2, 3, 9, 5, 6, 7, 8, 9, 5, 6, 7, 8]);
    }
}
