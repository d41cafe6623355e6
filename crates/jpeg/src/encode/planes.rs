//! Planes of samples, as the encoder takes them, and how RGB becomes such.

use crate::error::JpegError;
use crate::source::{Chroma, Pixels};

/// One component's samples: row y begins at `y * stride`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plane {
    /// Samples per row.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// Samples from one row to the next, at least `width`.
    pub stride: usize,
    /// All samples, 0 to 255.
    pub samples: Vec<u8>,
}

/// A picture as luma only, or as Y, Cb and Cr (ITU-T T.871, full range).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planes {
    /// Pixels per row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// One or three. Luma has the picture's size, chroma has what `chroma` says, rounded up.
    pub planes: Vec<Plane>,
    /// How many pixels share a chroma sample; of no meaning for luma only.
    pub chroma: Chroma,
}

impl Chroma {
    /// Pixels that share a chroma sample: to the right, and downward. These are also luma's sampling factors.
    pub(super) fn factors(self) -> (usize, usize) {
        match self {
            Chroma::Full => (1, 1),
            Chroma::HalfWidth => (2, 1),
            Chroma::Quarter => (2, 2),
        }
    }
}

impl Plane {
    fn new(width: usize, height: usize) -> Plane {
        Plane { width, height, stride: width, samples: vec![0; width * height] }
    }

    /// The block whose top left sample is in column `x`, row `y`. Beyond the edges the outermost samples go on.
    #[inline]
    pub(super) fn block(&self, x: usize, y: usize) -> [[u8; 8]; 8] {
        let mut block = [[0; 8]; 8];
        if x + 8 <= self.width && y + 8 <= self.height {
            for (r, row) in block.iter_mut().enumerate() {
                if let Some(samples) = self.samples.get((y + r) * self.stride + x..).and_then(<[u8]>::first_chunk) {
                    *row = *samples;
                }
            }
            return block;
        }
        for (r, row) in block.iter_mut().enumerate() {
            let start = (y + r).min(self.height - 1) * self.stride;
            for (c, sample) in row.iter_mut().enumerate() {
                *sample = self.samples[start + (x + c).min(self.width - 1)];
            }
        }
        block
    }
}

impl Planes {
    /// An error unless the sizes are those that the documentation promises, and can be encoded.
    pub(super) fn check(&self) -> Result<(), JpegError> {
        let max = u32::from(u16::MAX);
        let (width, height) = (self.width, self.height);
        if width == 0 || height == 0 {
            return Err(JpegError::Empty);
        }
        if width > max || height > max {
            let max_pixels = u64::from(max) * u64::from(max);
            return Err(JpegError::TooLarge { width, height, max_pixels, max_side: max });
        }
        if self.planes.len() != 1 && self.planes.len() != 3 {
            return Err(JpegError::Encoder(format!("{} planes", self.planes.len())));
        }
        let (across, down) = self.chroma.factors();
        for (i, plane) in self.planes.iter().enumerate() {
            let (across, down) = if i == 0 { (1, 1) } else { (across, down) };
            let size = ((width as usize).div_ceil(across), (height as usize).div_ceil(down));
            let end = (plane.stride.checked_mul(size.1 - 1)).and_then(|start| start.checked_add(size.0));
            let fits = (plane.width, plane.height) == size && plane.stride >= size.0;
            if !fits || end.is_none_or(|end| end > plane.samples.len()) {
                return Err(JpegError::Encoder(format!("plane {i} does not fit the picture")));
            }
        }
        Ok(())
    }

    /// Y, Cb and Cr of `pixels`, with the rounding of libjpeg (`jccolor.c`, `jcsample.c`): a chroma sample is the mean
    /// of its pixels, where halves are rounded up and down by turns.
    pub fn from_rgb(pixels: &Pixels, chroma: Chroma) -> Result<Planes, JpegError> {
        let (width, height) = (pixels.width as usize, pixels.height as usize);
        if width == 0 || height == 0 || (width * 3).checked_mul(height) != Some(pixels.rgb.len()) {
            return Err(JpegError::Encoder("the pixels do not have the size that is stated".to_owned()));
        }
        let (across, down) = chroma.factors();
        let mut luma = Plane::new(width, height);
        let mut colours = [(); 2].map(|()| Plane::new(width.div_ceil(across), height.div_ceil(down)));
        // Chroma of as many rows as are averaged, one after the other, widened to a multiple of `across`.
        let stride = width.next_multiple_of(across);
        let mut scratch = [(); 2].map(|()| vec![0u8; stride * down]);
        let row_of = |y: usize| &pixels.rgb[y.min(height - 1) * width * 3..][..width * 3];
        for y in (0..height).step_by(down) {
            let [blue, red] = &mut scratch;
            for r in 0..down {
                let (blue, red) = (&mut blue[r * stride..][..stride], &mut red[r * stride..][..stride]);
                let mut spare = Vec::new();
                let luma = if let Some(row) = luma.samples.get_mut((y + r) * width..(y + r + 1) * width) {
                    row
                } else {
                    // Below an odd last row: its colours once more.
                    spare.resize(width, 0);
                    &mut spare
                };
                ycbcr_row(row_of(y + r), luma, &mut blue[..width], &mut red[..width]);
                let last = (blue[width - 1], red[width - 1]);
                blue[width..].fill(last.0);
                red[width..].fill(last.1);
            }
            for (plane, scratch) in colours.iter_mut().zip(&scratch) {
                let row = &mut plane.samples[y / down * plane.stride..][..plane.width];
                average(chroma, scratch, stride, row);
            }
        }
        let [blue, red] = colours;
        Ok(Planes { width: pixels.width, height: pixels.height, planes: vec![luma, blue, red], chroma })
    }
}

fn average(chroma: Chroma, lines: &[u8], stride: usize, out: &mut [u8]) {
    let (upper, lower) = lines.split_at(stride);
    let pairs = upper.as_chunks::<2>().0.iter();
    match chroma {
        Chroma::Full => out.copy_from_slice(upper),
        Chroma::HalfWidth => {
            for ((i, sample), &[a, b]) in out.iter_mut().enumerate().zip(pairs) {
                *sample = ((u16::from(a) + u16::from(b) + (i as u16 & 1)) >> 1) as u8;
            }
        }
        Chroma::Quarter => {
            let pairs = pairs.zip(lower.as_chunks::<2>().0);
            for ((i, sample), (&[a, b], &[c, d])) in out.iter_mut().enumerate().zip(pairs) {
                let sum = u16::from(a) + u16::from(b) + u16::from(c) + u16::from(d);
                *sample = ((sum + 1 + (i as u16 & 1)) >> 2) as u8;
            }
        }
    }
}

/// Pixels that are converted at once.
const LANES: usize = 16;

fn ycbcr_row(rgb: &[u8], luma: &mut [u8], blue: &mut [u8], red: &mut [u8]) {
    let (pixels, _) = rgb.as_chunks::<3>();
    let outputs = luma.chunks_mut(LANES).zip(blue.chunks_mut(LANES)).zip(red.chunks_mut(LANES));
    for (pixels, ((luma, blue), red)) in pixels.chunks(LANES).zip(outputs) {
        let mut chunk = [[0; 3]; LANES];
        if let Ok(whole) = <&[[u8; 3]; LANES]>::try_from(pixels) {
            chunk = *whole;
        } else {
            chunk[..pixels.len()].copy_from_slice(pixels);
        }
        let [y, cb, cr] = ycbcr(&chunk);
        luma.copy_from_slice(&y[..luma.len()]);
        blue.copy_from_slice(&cb[..blue.len()]);
        red.copy_from_slice(&cr[..red.len()]);
    }
}

/// T.871, 7, with factors times 2^16 (`jccolor.c`).
#[inline]
fn ycbcr(pixels: &[[u8; 3]; LANES]) -> [[u8; LANES]; 3] {
    const HALF: i32 = 1 << 15;
    const CENTRE: i32 = (128 << 16) + HALF - 1;
    let mut out = [[0; LANES]; 3];
    let [reds, greens, blues] = [0, 1, 2].map(|c| -> [u16; LANES] { std::array::from_fn(|i| u16::from(pixels[i][c])) });
    for i in 0..LANES {
        let (r, g, b) = (i32::from(reds[i]), i32::from(greens[i]), i32::from(blues[i]));
        out[0][i] = ((r * 19_595 + g * 38_470 + b * 7_471 + HALF) >> 16) as u8;
        out[1][i] = ((b * 32_768 - r * 11_059 - g * 21_709 + CENTRE) >> 16) as u8;
        out[2][i] = ((r * 32_768 - g * 27_439 - b * 5_329 + CENTRE) >> 16) as u8;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_those_of_the_formula() {
        let rgb: Vec<u8> = (0..3 * 1000u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
        let planes = Planes::from_rgb(&Pixels { width: 1000, height: 1, rgb: rgb.clone() }, Chroma::Full).unwrap();
        for (i, pixel) in rgb.chunks(3).enumerate() {
            let [r, g, b] = [0, 1, 2].map(|c| f64::from(pixel[c]));
            let y = 0.299 * r + 0.587 * g + 0.114 * b;
            for (plane, ideal) in planes.planes.iter().zip([y, 128.0 + (b - y) / 1.772, 128.0 + (r - y) / 1.402]) {
                assert!((f64::from(plane.samples[i]) - ideal.min(255.0)).abs() < 0.51);
            }
        }
    }

    #[test]
    fn chroma_is_averaged_and_edges_go_on() {
        let (black, red) = ([0, 0, 0], [255, 0, 0]);
        let rgb: Vec<u8> = [red, black, red, black, black, red, red, red, black].concat();
        let planes = Planes::from_rgb(&Pixels { width: 3, height: 3, rgb }, Chroma::Quarter).unwrap();
        assert_eq!((planes.planes[2].width, planes.planes[2].height), (2, 2));
        // Cr is 255 for red and 128 for black.
        assert_eq!(planes.planes[2].samples, [160, 255, 255, 128]);
        assert_eq!(planes.check(), Ok(()));
    }

    #[test]
    fn sizes_that_do_not_fit_are_refused() {
        assert!(Planes::from_rgb(&Pixels { width: 3, height: 3, rgb: vec![0; 26] }, Chroma::Full).is_err());
        let pixels = Pixels { width: 5, height: 3, rgb: vec![0; 45] };
        let good = Planes::from_rgb(&pixels, Chroma::HalfWidth).unwrap();
        let broken = |change: fn(&mut Planes)| {
            let mut planes = good.clone();
            change(&mut planes);
            assert!(planes.check().is_err());
        };
        broken(|planes| planes.width = 7);
        broken(|planes| planes.height = 70_000);
        broken(|planes| planes.width = 0);
        broken(|planes| drop(planes.planes.pop()));
        broken(|planes| planes.planes[1].stride = 2);
        broken(|planes| planes.planes[1].stride = usize::MAX);
        broken(|planes| planes.planes[0].samples.truncate(14));
    }
}
