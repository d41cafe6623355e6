//! Planes of rows of RGB that come one after another, so that the whole picture is never held as RGB.

use flaneur_jpeg::{Chroma, JpegError, Pixels, Plane, Planes};

/// Rows that become planes at once: even, since two of them share chroma.
const ROWS: usize = 64;

/// Takes rows of grey, grey and alpha, RGB or RGBA samples of 8 bits.
pub(crate) struct Rows {
    width: usize,
    channels: usize,
    rgb: Vec<u8>,
    /// Rows in `rgb`.
    waiting: usize,
    planes: Planes,
}

impl Rows {
    /// For a picture of that size with 1 to 4 samples a pixel. Nothing is allocated for more pixels than that.
    pub fn new(width: u32, height: u32, channels: usize) -> Self {
        let plane = |width: usize, height: usize| Plane {
            width,
            height: 0,
            stride: width,
            samples: Vec::with_capacity(width * height),
        };
        let (across, down) = (width as usize, height as usize);
        let mut planes = vec![plane(across, down)];
        if channels > 2 {
            planes.extend([(); 2].map(|()| plane(across.div_ceil(2), down.div_ceil(2))));
        }
        Self {
            width: across,
            channels,
            rgb: Vec::new(),
            waiting: 0,
            planes: Planes { width, height: 0, planes, chroma: Chroma::Quarter },
        }
    }

    /// Takes the next row.
    pub fn push(&mut self, row: &[u8]) -> Result<(), JpegError> {
        let white = |sample: u8, alpha: u8| {
            let (sample, alpha) = (u32::from(sample), u32::from(alpha));
            ((sample * alpha + 255 * (255 - alpha) + 127) / 255) as u8
        };
        let row = row.get(..self.width * self.channels).ok_or(JpegError::Truncated)?;
        let luma = &mut self.planes.planes[0];
        match self.channels {
            1 => luma.samples.extend_from_slice(row),
            2 => luma.samples.extend(row.as_chunks::<2>().0.iter().map(|&[grey, alpha]| white(grey, alpha))),
            3 => self.rgb.extend_from_slice(row),
            _ => {
                let pixels = row.as_chunks::<4>().0.iter();
                self.rgb.extend(pixels.flat_map(|&[r, g, b, a]| [r, g, b].map(|c| white(c, a))));
            }
        }
        if self.channels < 3 {
            luma.height += 1;
            self.planes.height += 1;
            return Ok(());
        }
        self.waiting += 1;
        if self.waiting == ROWS { self.settle() } else { Ok(()) }
    }

    fn settle(&mut self) -> Result<(), JpegError> {
        if self.waiting == 0 {
            return Ok(());
        }
        let pixels =
            Pixels { width: self.width as u32, height: self.waiting as u32, rgb: std::mem::take(&mut self.rgb) };
        let part = Planes::from_rgb(&pixels, Chroma::Quarter)?;
        self.planes.height += part.height;
        for (whole, part) in self.planes.planes.iter_mut().zip(part.planes) {
            whole.samples.extend(part.samples);
            whole.height += part.height;
        }
        self.rgb = pixels.rgb;
        self.rgb.clear();
        self.waiting = 0;
        Ok(())
    }

    /// The planes of all rows.
    pub fn finish(mut self) -> Result<Planes, JpegError> {
        self.settle()?;
        Ok(self.planes)
    }
}
