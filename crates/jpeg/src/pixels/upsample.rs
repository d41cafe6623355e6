//! Chroma at the size of luma: libjpeg-turbo's "fancy" upsampling (a triangle filter, centred sampling), bit for bit.
//!
//! At the edges of the component the outermost sample counts twice. Factors other than 2 repeat samples, and so does
//! libjpeg-turbo in components that are at most two samples wide.

use std::borrow::Cow;
use std::ops::Range;

use crate::error::JpegError;

/// How a component is enlarged to full size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Upsampling {
    /// As many samples as pixels.
    Full,
    /// Triangle filter, 2 × 1.
    Wide,
    /// Triangle filter, 1 × 2.
    High,
    /// Triangle filter, 2 × 2.
    Both,
    /// Each sample repeated, so many times to the right and downward.
    Repeat(usize, usize),
}

impl Upsampling {
    /// What libjpeg-turbo (2.1 and later) does for a component with sampling factors `own` where the largest ones are
    /// `max`, each horizontal and vertical. `width` is that of the component, in samples.
    pub(crate) fn of(own: (u8, u8), max: (u8, u8), width: usize) -> Result<Upsampling, JpegError> {
        if own.0 == 0 || own.1 == 0 || !max.0.is_multiple_of(own.0) || !max.1.is_multiple_of(own.1) {
            return Err(JpegError::UnsupportedSampling);
        }
        Ok(match (max.0 / own.0, max.1 / own.1) {
            (1, 1) => Upsampling::Full,
            (2, 1) if width > 2 => Upsampling::Wide,
            (1, 2) => Upsampling::High,
            (2, 2) if width > 2 => Upsampling::Both,
            (across, down) => Upsampling::Repeat(usize::from(across), usize::from(down)),
        })
    }

    /// The columns of the component that the pixels in these columns depend on; `width` is the component's.
    pub(crate) fn columns(self, pixels: &Range<usize>, width: usize) -> Range<usize> {
        match self {
            Upsampling::Full | Upsampling::High => pixels.clone(),
            Upsampling::Wide | Upsampling::Both => with_neighbours(pixels, width),
            Upsampling::Repeat(across, _) => pixels.start / across..pixels.end.div_ceil(across),
        }
    }

    /// The rows of the component that the pixels in these rows depend on; `height` is the component's.
    pub(crate) fn rows(self, pixels: &Range<usize>, height: usize) -> Range<usize> {
        match self {
            Upsampling::Full | Upsampling::Wide => pixels.clone(),
            Upsampling::High | Upsampling::Both => with_neighbours(pixels, height),
            Upsampling::Repeat(_, down) => pixels.start / down..pixels.end.div_ceil(down),
        }
    }
}

fn with_neighbours(pixels: &Range<usize>, size: usize) -> Range<usize> {
    (pixels.start / 2).saturating_sub(1)..(pixels.end.div_ceil(2) + 1).min(size)
}

/// Part of a component: `samples[(y - rows.start) * stride + x - columns.start]` is column x, row y.
pub(crate) struct Part<'a> {
    /// Columns that are there.
    pub columns: Range<usize>,
    /// Rows that are there.
    pub rows: Range<usize>,
    /// Samples from one row to the next.
    pub stride: usize,
    /// All samples.
    pub samples: Cow<'a, [u8]>,
    /// Size of the whole component.
    pub size: (usize, usize),
}

impl Part<'_> {
    /// Columns `columns.start` on of row `y`, or of the nearest row that there is.
    fn row(&self, y: usize) -> &[u8] {
        let y = y.clamp(self.rows.start, (self.rows.end - 1).max(self.rows.start)) - self.rows.start;
        &self.samples[y * self.stride..][..self.columns.len()]
    }

    /// Writes the pixels of row `y` from column `x` on, as many as `out` has. `sums` is scratch space.
    pub(crate) fn upsample(&self, how: Upsampling, x: usize, y: usize, sums: &mut Vec<u16>, out: &mut [u8]) {
        let last = self.size.1.saturating_sub(1);
        let near = (y / 2).min(last);
        let far = if y % 2 == 1 { (near + 1).min(last) } else { near.saturating_sub(1) };
        match how {
            Upsampling::Full => {
                let from = x - self.columns.start;
                out.copy_from_slice(&self.row(y)[from..from + out.len()]);
            }
            Upsampling::Repeat(across, down) => {
                let row = self.row(y / down);
                for (x, sample) in (x..).zip(out) {
                    *sample = row[x / across - self.columns.start];
                }
            }
            Upsampling::High => {
                let from = x - self.columns.start;
                let bias = if y % 2 == 1 { 2 } else { 1 };
                let rows = self.row(near)[from..].iter().zip(&self.row(far)[from..]);
                for (sample, (&near, &far)) in out.iter_mut().zip(rows) {
                    *sample = ((u16::from(near) * 3 + u16::from(far) + bias) >> 2) as u8;
                }
            }
            Upsampling::Wide => {
                sums.clear();
                sums.extend(self.row(y).iter().map(|&sample| u16::from(sample)));
                self.widen::<2>([1, 2], x, sums, out);
            }
            Upsampling::Both => {
                sums.clear();
                let rows = self.row(near).iter().zip(self.row(far));
                sums.extend(rows.map(|(&near, &far)| u16::from(near) * 3 + u16::from(far)));
                self.widen::<4>([8, 7], x, sums, out);
            }
        }
    }

    /// Twice as many columns: three parts of the near and one of the far column; `bias` is for even and odd pixels.
    fn widen<const SHIFT: u32>(&self, bias: [u16; 2], x: usize, columns: &mut Vec<u16>, out: &mut [u8]) {
        // The outermost columns twice; inside of the component the copies are never used.
        let (Some(&first), Some(&last)) = (columns.first(), columns.last()) else { return };
        columns.insert(0, first);
        columns.push(last);
        // Now columns[i] is column columns.start + i - 1.
        let mut at = x / 2 - self.columns.start;
        let (odd, out) = out.split_at_mut((x % 2).min(out.len()));
        if let [pixel] = odd {
            *pixel = ((columns[at + 1] * 3 + columns[at + 2] + bias[1]) >> SHIFT) as u8;
            at += 1;
        }
        let (pairs, rest) = out.as_chunks_mut::<2>();
        let (left, middle, right) = (&columns[at..], &columns[at + 1..], columns.get(at + 2..).unwrap_or_default());
        for (pair, ((&left, &middle), &right)) in pairs.iter_mut().zip(left.iter().zip(middle).zip(right)) {
            let middle = middle * 3;
            *pair = [((middle + left + bias[0]) >> SHIFT) as u8, ((middle + right + bias[1]) >> SHIFT) as u8];
        }
        if let [pixel] = rest {
            let at = at + pairs.len();
            *pixel = ((columns[at + 1] * 3 + columns[at] + bias[0]) >> SHIFT) as u8;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(width: usize, samples: &[u8]) -> Part<'_> {
        let height = samples.len() / width;
        Part { columns: 0..width, rows: 0..height, stride: width, samples: samples.into(), size: (width, height) }
    }

    fn row(part: &Part<'_>, how: Upsampling, y: usize, width: usize) -> Vec<u8> {
        let mut out = vec![0; width];
        part.upsample(how, 0, y, &mut Vec::new(), &mut out);
        out
    }

    #[test]
    fn filters_round_as_libjpeg_does() {
        let wide = part(3, &[0, 10, 255]);
        assert_eq!(row(&wide, Upsampling::Wide, 0, 6), [0, 3, 7, 71, 194, 255]);
        assert_eq!(row(&wide, Upsampling::Wide, 0, 5), [0, 3, 7, 71, 194]);
        let high = part(1, &[0, 10]);
        let column: Vec<u8> = (0..4).map(|y| row(&high, Upsampling::High, y, 1)[0]).collect();
        assert_eq!(column, [0, 3, 7, 10]);
        let both = part(3, &[0, 10, 255, 100, 110, 155]);
        // (3 · 0 + 100) = 100, 140, 920; then (3 · 100 + 140 + 7) / 16 and so on.
        assert_eq!(row(&both, Upsampling::Both, 1, 6), [25, 27, 33, 84, 181, 230]);
        assert_eq!(row(&wide, Upsampling::Repeat(4, 2), 1, 9), [0, 0, 0, 0, 10, 10, 10, 10, 255]);
    }

    #[test]
    fn narrow_components_are_repeated() {
        assert_eq!(Upsampling::of((1, 1), (2, 2), 2), Ok(Upsampling::Repeat(2, 2)));
        assert_eq!(Upsampling::of((1, 1), (2, 1), 2), Ok(Upsampling::Repeat(2, 1)));
        assert_eq!(Upsampling::of((1, 1), (1, 2), 1), Ok(Upsampling::High));
        assert_eq!(Upsampling::of((2, 1), (2, 2), 9), Ok(Upsampling::High));
        assert_eq!(Upsampling::of((2, 1), (3, 1), 9), Err(JpegError::UnsupportedSampling));
        assert_eq!(Upsampling::of((0, 1), (1, 1), 9), Err(JpegError::UnsupportedSampling));
    }
}
