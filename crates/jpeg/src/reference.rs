//! What a file has to show where it shows a region, worked out a second time.
//!
//! Regions are painted again from the plan, their surroundings are taken from the redacted picture,
//! and both are scaled by code of our own, in floating point. So a file that was made from other
//! pixels, with another filter or with a shift does not agree with it.

use crate::fill::Fill;
use crate::plan::Plan;
use crate::region::Touched;
use crate::scale::View;
use crate::source::Pixels;

/// Samples beside a unit that decoders blend into its subsampled chroma, in pixels of the file.
const RING: u32 = 2;

/// A rectangle of a file in units of coding, and the colours that it has to show there.
pub(crate) struct Patch {
    left: u32,
    top: u32,
    width: u32,
    /// Y, Cb, Cr, as JFIF defines them: 0 to 255, grey is 128 in the last two.
    colours: Vec<[f32; 3]>,
}

impl Patch {
    /// Y, Cb and Cr at a pixel of the file.
    pub(crate) fn at(&self, x: u32, y: u32) -> [f32; 3] {
        self.colours[(y - self.top) as usize * self.width as usize + (x - self.left) as usize]
    }

    /// The least and the greatest value of a component.
    pub(crate) fn extremes(&self, component: usize) -> (f32, f32) {
        let start = (f32::INFINITY, f32::NEG_INFINITY);
        self.colours.iter().fold(start, |(low, high), colour| (low.min(colour[component]), high.max(colour[component])))
    }
}

/// Calls `check` with the left and top edge of every unit of `unit` pixels that shows some of a
/// region, and with what it has to show, including a few pixels around it.
pub(crate) fn for_each_unit<E>(
    (pixels, plan, view): (&Pixels, &Plan, &View),
    unit: (u32, u32),
    mut check: impl FnMut(u32, u32, &Patch) -> Result<(), E>,
) -> Result<(), E> {
    let per_row = view.width.div_ceil(unit.0);
    let touched = touched_units(pixels, plan, view, unit);
    for (row, units) in touched.chunks_exact(per_row as usize).enumerate() {
        if !units.contains(&true) {
            continue;
        }
        let top = row as u32 * unit.1;
        let rows = with_ring(top, unit.1, view.height);
        let down = taps(rows.clone(), (view.crop.y, view.crop.height, view.height), pixels.height);
        let (y, height) = extent(&down);
        let band = Touched { x: 0, y, width: pixels.width, height };
        let fills: Vec<&Fill> = plan.fills.iter().filter(|fill| fill.touched.meets(&band, pixels.width)).collect();
        for (column, _) in units.iter().enumerate().filter(|(_, touched)| **touched) {
            let left = column as u32 * unit.0;
            let columns = with_ring(left, unit.0, view.width);
            let across = taps(columns.clone(), (view.crop.x, view.crop.width, view.width), pixels.width);
            let colours = scaled(pixels, &fills, &across, &down);
            let patch = Patch { left: columns.start, top: rows.start, width: columns.end - columns.start, colours };
            check(left, top, &patch)?;
        }
    }
    Ok(())
}

fn with_ring(start: u32, length: u32, size: u32) -> std::ops::Range<u32> {
    start.saturating_sub(RING)..(start + length + RING).min(size)
}

/// For each unit, row by row, whether any pixel of a region falls into it.
fn touched_units(pixels: &Pixels, plan: &Plan, view: &View, unit: (u32, u32)) -> Vec<bool> {
    let per_row = view.width.div_ceil(unit.0) as usize;
    let mut touched = vec![false; per_row * view.height.div_ceil(unit.1) as usize];
    let crop = &view.crop;
    for part in plan.fills.iter().map(|fill| fill.touched) {
        let rows = shown(&(part.y..part.y + part.height), (crop.y, crop.height, view.height), unit.1);
        for columns in part.columns(pixels.width) {
            let columns = shown(&columns, (crop.x, crop.width, view.width), unit.0);
            for row in rows.clone() {
                touched[row * per_row..][columns.clone()].fill(true);
            }
        }
    }
    touched
}

/// The units that pixels of the picture fall into, along one axis of a view.
fn shown(range: &std::ops::Range<u32>, (from, length, size): (f64, f64, u32), unit: u32) -> std::ops::Range<usize> {
    let scale = f64::from(size) / length;
    let at = |pixel: u32| ((f64::from(pixel) - from) * scale).clamp(0.0, f64::from(size));
    let (start, end) = (at(range.start), at(range.end));
    if range.is_empty() || start >= end {
        return 0..0;
    }
    (start as u32 / unit) as usize..(end.ceil() as u32).div_ceil(unit) as usize
}

/// The pixels of the picture that make up one of the file along one axis, and their weights.
struct Taps {
    first: u32,
    weights: Vec<f32>,
}

/// Taps of a range of pixels of a view. The weights are those of the sinc function in a Hamming
/// window that reaches one pixel of the view, or of the picture if those are larger, to each side;
/// outside the picture there is nothing, and the weights of a pixel add up to 1.
fn taps(range: std::ops::Range<u32>, (from, length, size): (f64, f64, u32), picture: u32) -> Vec<Taps> {
    let step = length / f64::from(size);
    let reach = step.max(1.0);
    range
        .map(|pixel| {
            let centre = from + (f64::from(pixel) + 0.5) * step;
            // Float to integer casts saturate: negative becomes 0.
            let first = ((centre - reach).floor() as u32).min(picture - 1);
            let end = ((centre + reach).ceil() as u32).clamp(first + 1, picture);
            let weight = |at: u32| hamming((f64::from(at) + 0.5 - centre) / reach);
            let (mut first, mut end) = (first, end);
            while end - first > 1 && weight(first) == 0.0 {
                first += 1;
            }
            while end - first > 1 && weight(end - 1) == 0.0 {
                end -= 1;
            }
            let sum: f64 = (first..end).map(weight).sum();
            Taps { first, weights: (first..end).map(|at| (weight(at) / sum) as f32).collect() }
        })
        .collect()
}

/// sinc(x) · (0.54 + 0.46 · cos(π · x)) within one unit, else 0.
fn hamming(x: f64) -> f64 {
    let angle = x.abs() * std::f64::consts::PI;
    if x.abs() < 1e-9 {
        1.0
    } else if x.abs() > 1.0 - 1e-9 {
        0.0
    } else {
        angle.sin() / angle * (0.54 + 0.46 * angle.cos())
    }
}

/// Start and length of all pixels that taps refer to.
fn extent(taps: &[Taps]) -> (u32, u32) {
    let start = taps.iter().map(|tap| tap.first).min().unwrap_or(0);
    let end = taps.iter().map(|tap| tap.first + tap.weights.len() as u32).max().unwrap_or(0);
    (start, end - start)
}

/// Paints and scales one rectangle; Y, Cb, Cr.
fn scaled(pixels: &Pixels, fills: &[&Fill], across: &[Taps], down: &[Taps]) -> Vec<[f32; 3]> {
    let ((x, width), (y, height)) = (extent(across), extent(down));
    let window = Touched { x, y, width, height };
    let mut rgb = Vec::with_capacity(width as usize * height as usize * 3);
    for row in y..y + height {
        let start = (row as usize * pixels.width as usize + x as usize) * 3;
        rgb.extend_from_slice(&pixels.rgb[start..start + width as usize * 3]);
    }
    for fill in fills.iter().filter(|fill| fill.touched.meets(&window, pixels.width)) {
        fill.paint_window(&window, &mut rgb, pixels.width);
    }
    let (source, _) = rgb.as_chunks::<3>();
    let mut narrow = Vec::with_capacity(across.len() * height as usize);
    for row in source.chunks_exact(width as usize) {
        for tap in across {
            let from = &row[(tap.first - x) as usize..];
            narrow.push(weighted(from.iter().map(|pixel| pixel.map(f32::from)), &tap.weights));
        }
    }
    let mut colours = Vec::with_capacity(across.len() * down.len());
    for tap in down {
        for column in 0..across.len() {
            let from = narrow[(tap.first - y) as usize * across.len() + column..].iter().step_by(across.len());
            colours.push(ycbcr(weighted(from.copied(), &tap.weights)));
        }
    }
    colours
}

fn weighted(colours: impl Iterator<Item = [f32; 3]>, weights: &[f32]) -> [f32; 3] {
    colours.zip(weights).fold([0.0; 3], |sum, (colour, weight)| std::array::from_fn(|i| sum[i] + colour[i] * weight))
}

/// ITU-T T.871, 7.
fn ycbcr([r, g, b]: [f32; 3]) -> [f32; 3] {
    let luma = 0.299 * r + 0.587 * g + 0.114 * b;
    [luma, 128.0 + (b - luma) / 1.772, 128.0 + (r - luma) / 1.402]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scale::Crop;

    #[test]
    fn it_scales_as_the_copies_are_scaled() {
        let (width, height) = (301, 157);
        let noise = |i: u32| (i.wrapping_mul(2_654_435_761) >> 16) as u8;
        let pixels = Pixels { width, height, rgb: (0..width * height * 3).map(noise).collect() };
        let crop = |x, y, width, height| Crop { x, y, width, height };
        for (crop, w, h) in [
            (Crop::whole(width, height), width, height),
            (Crop::whole(width, height), 97, 50),
            (crop(37.625, 15.7, 75.25, 47.1), 500, 300),
            (crop(225.75, 78.5, 75.25, 78.5), 76, 79),
            (crop(32.0, 16.0, 64.0, 64.0), 64, 64),
        ] {
            let view = View { crop, width: w, height: h };
            let copy = view.render(&pixels).unwrap();
            let taps = |size, from, length, picture| taps(0..size, (from, length, size), picture);
            let (across, down) = (taps(w, crop.x, crop.width, width), taps(h, crop.y, crop.height, height));
            let expected = scaled(&pixels, &[], &across, &down);
            for (i, (found, expected)) in copy.rgb.as_chunks::<3>().0.iter().zip(expected).enumerate() {
                let found = ycbcr(found.map(f32::from));
                let worst = (0..3).map(|c| (found[c] - expected[c]).abs()).fold(0.0, f32::max);
                assert!(worst < 1.6, "{view:?}, pixel {i}: {worst}");
            }
        }
    }
}
