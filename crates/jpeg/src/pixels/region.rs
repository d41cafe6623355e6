//! The pixels of a rectangle, at full or reduced size, from no more blocks than they need.

use std::borrow::Cow;
use std::ops::Range;

use super::colour::to_rgb;
use super::idct::islow;
use super::scaled::{Scaled, scaled};
use super::upsample::{Part, Upsampling};
use crate::blocks::{Block, Grid};
use crate::error::JpegError;
use crate::frame::Frame;
use crate::header::Colours;
use crate::source::Pixels;

/// A picture's coefficients by random access.
pub(crate) trait Blocks {
    /// Size and components.
    fn frame(&self) -> &Frame;
    /// What the components mean.
    fn colours(&self) -> Colours;
    /// Quantisation of a component (by its place in the frame), in zigzag order.
    fn quantisation(&self, component: usize) -> &[u16; 64];
    /// Fills `out` with the blocks of the MCU in column `x`, row `y`, in the order of an interleaved scan. `out` has as
    /// many as there are.
    fn mcu(&self, x: usize, y: usize, out: &mut [Block]) -> Result<(), JpegError>;
}

/// A rectangle of whole pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rect {
    /// Leftmost column.
    pub x: u32,
    /// Topmost row.
    pub y: u32,
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
}

/// How much smaller a picture is decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scale {
    /// 1 : 1.
    Full,
    /// 1 : 2.
    Half,
    /// 1 : 4.
    Quarter,
    /// 1 : 8.
    Eighth,
}

impl Scale {
    /// Samples that a block gives in each direction: 8, 4, 2 or 1.
    pub(crate) fn samples(self) -> usize {
        match self {
            Scale::Full => 8,
            Scale::Half => 4,
            Scale::Quarter => 2,
            Scale::Eighth => 1,
        }
    }

    /// Pixels of a reduced picture for so many of the full one, rounded up.
    pub(crate) fn reduced(self, pixels: u32) -> u32 {
        pixels.div_ceil(8 / self.samples() as u32)
    }
}

/// The pixels of a rectangle in coded coordinates, exactly as a browser shows them. Needs memory for the rectangle and
/// the MCUs that it meets.
pub(crate) fn rgb(blocks: &impl Blocks, rect: Rect) -> Result<Pixels, JpegError> {
    rgb_scaled(blocks, rect, Scale::Full)
}

/// The pixels of a rectangle of the reduced picture, in pixels of that: it has `scale.reduced(width)` ×
/// `scale.reduced(height)` of them, and each covers 8 / N × 8 / N pixels of the full one.
pub(crate) fn rgb_scaled(blocks: &impl Blocks, rect: Rect, scale: Scale) -> Result<Pixels, JpegError> {
    let frame = blocks.frame();
    let (columns, rows) = ((rect.x..).len_of(rect.width)?, (rect.y..).len_of(rect.height)?);
    if columns.end > scale.reduced(frame.width) as usize || rows.end > scale.reduced(frame.height) as usize {
        return Err(OUTSIDE);
    }
    let parts = match scale {
        Scale::Full => parts::<8>(blocks, &columns, &rows)?,
        Scale::Half => parts::<4>(blocks, &columns, &rows)?,
        Scale::Quarter => parts::<2>(blocks, &columns, &rows)?,
        Scale::Eighth => parts::<1>(blocks, &columns, &rows)?,
    };
    joined(&parts, blocks.colours(), &columns, &rows)
}

/// The whole picture of the samples of its components at this scale, which are padded to whole coded units.
pub(crate) fn rgb_of_planes(
    frame: &Frame,
    colours: Colours,
    scale: Scale,
    planes: &[Grid<u8>],
) -> Result<Pixels, JpegError> {
    let mut parts = Vec::with_capacity(planes.len());
    for (plane, (_, size, how)) in planes.iter().zip(enlargements(frame, scale.samples())?) {
        let (columns, rows) = (0..size.0.min(plane.width), 0..size.1.min(plane.height));
        let samples = Cow::Borrowed(plane.cells.as_slice());
        parts.push((Part { columns, rows, stride: plane.width, samples, size }, how));
    }
    joined(&parts, colours, &(0..scale.reduced(frame.width) as usize), &(0..scale.reduced(frame.height) as usize))
}

/// The pixels in these columns and rows.
fn joined(
    parts: &[(Part<'_>, Upsampling)],
    colours: Colours,
    columns: &Range<usize>,
    rows: &Range<usize>,
) -> Result<Pixels, JpegError> {
    let mut rgb = vec![0; columns.len() * rows.len() * 3];
    let mut lines = vec![vec![0; columns.len()]; parts.len()];
    let mut sums = Vec::new();
    for (y, line) in rows.clone().zip(rgb.chunks_exact_mut((columns.len() * 3).max(1))) {
        for ((part, how), samples) in parts.iter().zip(&mut lines) {
            part.upsample(*how, columns.start, y, &mut sums, samples);
        }
        let rows: Vec<&[u8]> = lines.iter().map(Vec::as_slice).collect();
        to_rgb(colours, &rows, line)?;
    }
    Ok(Pixels { width: columns.len() as u32, height: rows.len() as u32, rgb })
}

const OUTSIDE: JpegError = JpegError::Damaged("a rectangle outside of the picture was asked for");

/// Checked arithmetic for rectangles.
trait Span {
    fn len_of(self, length: u32) -> Result<Range<usize>, JpegError>;
}

impl Span for std::ops::RangeFrom<u32> {
    fn len_of(self, length: u32) -> Result<Range<usize>, JpegError> {
        let end = self.start.checked_add(length).filter(|_| length > 0).ok_or(OUTSIDE)?;
        Ok(self.start as usize..end as usize)
    }
}

/// Per component: its sampling factors, its size in samples if a block has N × N, and how it gets the size of the picture.
#[expect(clippy::type_complexity, reason = "taken apart at once")]
fn enlargements(frame: &Frame, n: usize) -> Result<Vec<((u8, u8), (usize, usize), Upsampling)>, JpegError> {
    let factors = |of: fn(&crate::frame::Component) -> u8| frame.components.iter().map(of).max().unwrap_or(0);
    let max = (factors(|c| c.horizontal), factors(|c| c.vertical));
    let size_of =
        |pixels: u32, own: u8, max: u8| (pixels as usize * usize::from(own) * n).div_ceil(8 * usize::from(max).max(1));
    let one = |c: &crate::frame::Component| {
        let own = (c.horizontal, c.vertical);
        let size = (size_of(frame.width, own.0, max.0), size_of(frame.height, own.1, max.1));
        Ok((own, size, Upsampling::of(own, max, size.0)?))
    };
    frame.components.iter().map(one).collect()
}

/// Decodes what the pixels in these columns and rows depend on, N × N samples per block.
fn parts<const N: usize>(
    blocks: &impl Blocks,
    columns: &Range<usize>,
    rows: &Range<usize>,
) -> Result<Vec<(Part<'static>, Upsampling)>, JpegError> {
    let frame = blocks.frame();
    let mut needed = Vec::with_capacity(frame.components.len());
    // MCUs that hold any of it.
    #[expect(clippy::reversed_empty_ranges, reason = "nothing yet: each component widens them")]
    let (mut mcus_x, mut mcus_y) = (usize::MAX..0, usize::MAX..0);
    for (own, size, how) in enlargements(frame, N)? {
        let (columns, rows) = (how.columns(columns, size.0), how.rows(rows, size.1));
        let (across, down) = (N * usize::from(own.0), N * usize::from(own.1));
        mcus_x = mcus_x.start.min(columns.start / across)..mcus_x.end.max(columns.end.div_ceil(across));
        mcus_y = mcus_y.start.min(rows.start / down)..mcus_y.end.max(rows.end.div_ceil(down));
        needed.push((own, size, how, columns, rows));
    }
    let mut parts = Vec::with_capacity(needed.len());
    for ((across, down), size, how, columns, rows) in needed {
        // Whole blocks, so that they can be decoded in place.
        let columns = columns.start / N * N..columns.end.next_multiple_of(N);
        let rows = rows.start / N * N..rows.end.next_multiple_of(N);
        let stride = columns.len();
        let samples = Cow::Owned(vec![0; stride * rows.len()]);
        parts.push((Part { columns, rows, stride, samples, size }, how, (usize::from(across), usize::from(down))));
    }
    let decoders: Vec<Decoder<N>> = (0..parts.len()).map(|i| Decoder::new(blocks.quantisation(i))).collect();
    let mut mcu = vec![[0; 64]; parts.iter().map(|(_, _, (across, down))| across * down).sum()];
    for mcu_y in mcus_y {
        for mcu_x in mcus_x.clone() {
            blocks.mcu(mcu_x, mcu_y, &mut mcu)?;
            let mut rest = mcu.iter();
            for ((part, _, (across, down)), decoder) in parts.iter_mut().zip(&decoders) {
                for at in 0..*across * *down {
                    let Some(block) = rest.next() else { break };
                    let x = (mcu_x * *across + at % *across) * N;
                    let y = (mcu_y * *down + at / *across) * N;
                    if part.columns.contains(&x) && part.rows.contains(&y) {
                        let start = (y - part.rows.start) * part.stride + x - part.columns.start;
                        decoder.decode(block, &mut part.samples.to_mut()[start..], part.stride);
                    }
                }
            }
        }
    }
    let cut = parts.into_iter().map(|(mut part, how, _)| {
        // What lies beyond the edge of the component is padding, not samples.
        part.columns.end = part.columns.end.min(part.size.0);
        part.rows.end = part.rows.end.min(part.size.1);
        (part, how)
    });
    Ok(cut.collect())
}

/// The transform for one component.
enum Decoder<const N: usize> {
    Full([u16; 64]),
    Half(Scaled<4>),
    Quarter(Scaled<2>),
    Eighth(Scaled<1>),
}

impl<const N: usize> Decoder<N> {
    fn new(quantisation: &[u16; 64]) -> Decoder<N> {
        match N {
            1 => Decoder::Eighth(Scaled::new(quantisation)),
            2 => Decoder::Quarter(Scaled::new(quantisation)),
            4 => Decoder::Half(Scaled::new(quantisation)),
            _ => Decoder::Full(*quantisation),
        }
    }

    fn decode(&self, block: &Block, out: &mut [u8], stride: usize) {
        match self {
            Decoder::Full(quantisation) => islow(block, quantisation, out, stride),
            Decoder::Half(prepared) => scaled(block, prepared, out, stride),
            Decoder::Quarter(prepared) => scaled(block, prepared, out, stride),
            Decoder::Eighth(prepared) => scaled(block, prepared, out, stride),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::Coefficients;
    use super::*;
    use proptest::prelude::*;

    const SCALES: [Scale; 4] = [Scale::Full, Scale::Half, Scale::Quarter, Scale::Eighth];

    fn whole(blocks: &Coefficients, scale: Scale) -> Rect {
        let frame = blocks.frame();
        Rect { x: 0, y: 0, width: scale.reduced(frame.width), height: scale.reduced(frame.height) }
    }

    fn crop(pixels: &Pixels, rect: Rect) -> Vec<u8> {
        let row = |y: u32| ((rect.y + y) * pixels.width + rect.x) as usize * 3;
        (0..rect.height).flat_map(|y| &pixels.rgb[row(y)..][..rect.width as usize * 3]).copied().collect()
    }

    fn samplings() -> impl Strategy<Value = (Colours, Vec<(u8, u8)>)> {
        let luma = prop::sample::select(vec![(1, 1), (2, 1), (1, 2), (2, 2), (4, 1), (1, 4), (4, 2), (3, 1)]);
        (luma, prop::sample::select(vec![Colours::YCbCr, Colours::Rgb, Colours::Grey, Colours::Cmyk, Colours::Ycck]))
            .prop_map(|(luma, colours)| {
                let components = match colours {
                    Colours::Grey => vec![(1, 1)],
                    Colours::YCbCr | Colours::Rgb => vec![luma, (1, 1), (1, 1)],
                    Colours::Cmyk | Colours::Ycck => vec![luma, (1, 1), (1, 1), luma],
                };
                (colours, components)
            })
    }

    proptest! {
        #[test]
        fn a_rectangle_is_the_crop_of_the_whole(
            (colours, sampling) in samplings(),
            (width, height) in (1u32..90, 1u32..90),
            corners in prop::array::uniform4(0.0f64..1.0),
            scale in prop::sample::select(SCALES.to_vec()),
            seed in any::<u32>(),
        ) {
            let blocks = Coefficients::random((width, height), colours, &sampling, seed);
            let all = whole(&blocks, scale);
            let span = |a: f64, b: f64, size: u32| {
                let (a, b) = ((a.min(b) * f64::from(size)) as u32, (a.max(b) * f64::from(size)) as u32);
                (a, b - a + 1)
            };
            let ((x, width), (y, height)) = (span(corners[0], corners[1], all.width), span(corners[2], corners[3], all.height));
            let rect = Rect { x, y, width, height };
            let picture = rgb_scaled(&blocks, all, scale).unwrap();
            let part = rgb_scaled(&blocks, rect, scale).unwrap();
            prop_assert_eq!((part.width, part.height), (width, height));
            prop_assert_eq!(part.rgb, crop(&picture, rect));
        }
    }

    #[test]
    fn what_lies_outside_is_refused() {
        let blocks = Coefficients::random((40, 30), Colours::YCbCr, &[(2, 2), (1, 1), (1, 1)], 1);
        for (x, y, width, height) in [(0, 0, 41, 1), (40, 0, 1, 1), (0, 29, 1, 2), (0, 0, 0, 1), (u32::MAX, 0, 2, 1)] {
            assert_eq!(rgb(&blocks, Rect { x, y, width, height }), Err(OUTSIDE));
        }
        let odd = Coefficients::random((40, 30), Colours::YCbCr, &[(3, 1), (2, 1), (1, 1)], 1);
        assert_eq!(rgb(&odd, Rect { x: 0, y: 0, width: 1, height: 1 }), Err(JpegError::UnsupportedSampling));
    }

    #[test]
    fn reduced_pictures_show_the_same() {
        // Grey: triangle filters of different reach make random colours differ.
        let blocks = Coefficients::random((203, 101), Colours::Grey, &[(1, 1)], 5);
        let full = rgb(&blocks, whole(&blocks, Scale::Full)).unwrap();
        for scale in [Scale::Half, Scale::Quarter, Scale::Eighth] {
            let small = rgb_scaled(&blocks, whole(&blocks, scale), scale).unwrap();
            let step = 8 / scale.samples() as u32;
            let mut off = 0;
            for y in 0..small.height - 1 {
                for x in 0..small.width - 1 {
                    let at = |x: u32, y: u32| usize::from(full.rgb[((y * full.width + x) * 3 + 1) as usize]);
                    let sum: usize = (0..step * step).map(|i| at(x * step + i % step, y * step + i / step)).sum();
                    let found = usize::from(small.rgb[((y * small.width + x) * 3 + 1) as usize]);
                    off += found.abs_diff(sum / (step * step) as usize);
                }
            }
            let mean = off as f64 / f64::from((small.width - 1) * (small.height - 1));
            assert!(mean < 12.0, "{scale:?}: {mean}");
        }
    }

    /// Files and what djpeg makes of them; see the README beside them.
    #[test]
    fn pixels_are_those_of_libjpeg_turbo() {
        let folder = std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden-pixels"));
        let mut files = 0;
        for line in std::fs::read_to_string(folder.join("pixels.txt")).unwrap().lines() {
            let (name, expected) = line.split_once(' ').unwrap();
            let blocks = Coefficients::of_file(&std::fs::read(folder.join(name)).unwrap()).unwrap();
            let pixels = rgb(&blocks, whole(&blocks, Scale::Full)).unwrap();
            let found = format!("{} {} {:016x}", pixels.width, pixels.height, fnv1a(&pixels.rgb));
            assert_eq!(found, expected, "{name}");
            files += 1;
        }
        assert!(files >= 12);
    }

    /// FNV-1a, 64 bits: enough to tell pictures apart.
    fn fnv1a(bytes: &[u8]) -> u64 {
        bytes.iter().fold(0xCBF2_9CE4_8422_2325, |hash, &byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3))
    }
}
