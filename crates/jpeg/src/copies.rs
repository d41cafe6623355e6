//! Scaled copies: made from the samples of the plan, and checked against the master that was read back.

use std::ops::RangeInclusive;

use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};

use crate::blocks::{Block, Grid};
use crate::encode::{Encoding, Metadata, Plane, Planes};
use crate::error::{JpegError, VerifyError};
use crate::frame::Frame;
use crate::header::Colours;
use crate::orient::{turned, upright};
use crate::pixels::idct::islow;
use crate::pixels::region::{Blocks, Rect, Scale, rgb_scaled};
use crate::proof::{check_form, read};
use crate::redact::{Redacted, SD_WIDTH};
use crate::reduced::Reduced;
use crate::source::Chroma;
use crate::stream::{Nothing, Stream, Walk};

/// Pixels per row of the thumbnail of a flat picture; smaller ones keep their size.
const THUMB_WIDTH: u32 = 500;
/// Size of the thumbnail of a panorama.
const PANORAMA_THUMB: (u32, u32) = (500, 300);

/// What a copy shows, and its size.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct View {
    /// Left, top, width and height, in shares of the upright picture.
    pub crop: [f64; 4],
    pub width: u32,
    pub height: u32,
}

const WHOLE: [f64; 4] = [0.0, 0.0, 1.0, 1.0];

/// The scaled copy of a picture of this size (upright), of which there is a copy at `scale`: that one's size if it is small
/// enough.
pub(crate) fn sd_view((width, height): (u32, u32), scale: Option<Scale>) -> View {
    let (reduced_width, reduced_height) = scale.map_or((width, height), |s| (s.reduced(width), s.reduced(height)));
    let longest = reduced_width.max(reduced_height);
    if longest <= SD_WIDTH {
        return View { crop: WHOLE, width: reduced_width, height: reduced_height };
    }
    let side = |pixels: u32| {
        let scaled = u64::from(pixels) * u64::from(SD_WIDTH) / u64::from(width.max(height));
        (scaled as u32).max(1)
    };
    View { crop: WHOLE, width: side(width), height: side(height) }
}

pub(crate) fn thumb_view((width, height): (u32, u32), panorama: bool) -> View {
    if panorama {
        // 500 of 2000 columns and 300 of 1000 rows, in the middle.
        let (width, height) = PANORAMA_THUMB;
        return View { crop: [0.375, 0.35, 0.25, 0.3], width, height };
    }
    if width <= THUMB_WIDTH {
        return View { crop: WHOLE, width, height };
    }
    let scaled = u64::from(height) * u64::from(THUMB_WIDTH) / u64::from(width);
    View { crop: WHOLE, width: THUMB_WIDTH, height: (scaled as u32).max(1) }
}

impl Blocks for Redacted {
    fn frame(&self) -> &Frame {
        &self.parts().0.head.frame
    }

    fn colours(&self) -> Colours {
        self.parts().0.head.colours
    }

    fn quantisation(&self, component: usize) -> &[u16; 64] {
        &self.parts().0.head.quantisation[component]
    }

    fn mcu(&self, x: usize, y: usize, out: &mut [Block]) -> Result<(), JpegError> {
        let (columns, _) = self.parts().0.units();
        self.unit(y * columns + x, out)
    }
}

/// The redacted picture at the size of the scaled copy, upright.
pub(crate) struct Canvas(Planes);

pub(crate) fn canvas(redacted: &Redacted) -> Result<Canvas, JpegError> {
    let (stream, _, reduced, orientation) = redacted.parts();
    let (width, height) = redacted.sd_size();
    if let Some(reduced) = reduced {
        return from_reduced(stream, reduced, (width, height), orientation);
    }
    if matches!(stream.head.colours, Colours::Grey | Colours::YCbCr) {
        return from_reduced(stream, &full(redacted)?, (width, height), orientation);
    }
    let frame = &stream.head.frame;
    let rect = Rect { x: 0, y: 0, width: frame.width, height: frame.height };
    let pixels = upright(rgb_scaled(redacted, rect, Scale::Full)?, orientation);
    let full = Planes::from_rgb(&pixels, Chroma::Full)?;
    let planes = full.planes.iter().enumerate().map(|(component, plane)| {
        let size = [(plane.width as f64), (plane.height as f64)];
        resized(plane, [0.0, 0.0, size[0], size[1]], of_component(component, (width, height)))
    });
    Ok(Canvas(Planes { width, height, planes: planes.collect::<Result<_, _>>()?, chroma: Chroma::Quarter }))
}

/// The samples of a picture that is too small to be reduced. Not by way of RGB, which has no room for every colour of luma and
/// chroma.
fn full(redacted: &Redacted) -> Result<Reduced, JpegError> {
    let (stream, ..) = redacted.parts();
    let frame = &stream.head.frame;
    let mut planes: Vec<Grid<u8>> = (0..frame.components.len())
        .map(|index| {
            let (width, height) = frame.padded_blocks(index);
            Grid::new(width as usize * 8, height as usize * 8, 0)
        })
        .collect();
    let (columns, rows) = stream.units();
    let mut blocks = stream.unit_buffer();
    for unit in 0..columns * rows {
        redacted.unit(unit, &mut blocks)?;
        for (part, block) in stream.decoder().layout().iter().zip(&blocks) {
            let (h, v) = stream.decoder().factors(part.component);
            let (x, y) = (unit % columns * h + part.x, unit / columns * v + part.y);
            let plane = &mut planes[part.component];
            let stride = plane.width;
            islow(block, &stream.head.quantisation[part.component], &mut plane.cells[y * 8 * stride + x * 8..], stride);
        }
    }
    Ok(Reduced { scale: Scale::Full, planes })
}

/// Samples of a component of a picture at 4:2:0.
fn of_component(component: usize, (width, height): (u32, u32)) -> (u32, u32) {
    if component == 0 { (width, height) } else { (width.div_ceil(2), height.div_ceil(2)) }
}

fn from_reduced(
    stream: &Stream,
    reduced: &Reduced,
    (width, height): (u32, u32),
    orientation: u8,
) -> Result<Canvas, JpegError> {
    let frame = &stream.head.frame;
    let (max_h, max_v) = frame.max_sampling();
    let stored = if orientation >= 5 { (height, width) } else { (width, height) };
    let mut planes = Vec::with_capacity(reduced.planes.len());
    for (component, (grid, part)) in reduced.planes.iter().zip(&frame.components).enumerate() {
        // What is picture of it: the rest only fills the last coded units.
        let share = |pixels: u32, own: u8, max: u32| {
            f64::from(pixels) * reduced.scale.samples() as f64 / 8.0 * f64::from(own) / f64::from(max)
        };
        let crop = [0.0, 0.0, share(frame.width, part.horizontal, max_h), share(frame.height, part.vertical, max_v)];
        let Grid { width, height, cells } = grid;
        let source = Raster { width: *width, height: *height, stride: *width, samples: cells };
        let plane = resize(source, crop, of_component(component, stored))?;
        let (samples, width, height) = turned(&plane.samples, plane.width, plane.height, orientation);
        planes.push(Plane { width, height, stride: width, samples });
    }
    Ok(Canvas(Planes { width, height, planes, chroma: Chroma::Quarter }))
}

impl Canvas {
    /// Encodes what a view shows.
    pub(crate) fn encode(
        &self,
        view: &View,
        quality: u8,
        icc: Option<&[u8]>,
        metadata: &Metadata,
    ) -> Result<Vec<u8>, JpegError> {
        let encoding = Encoding { quality, chroma: Chroma::Quarter, icc, metadata };
        let Planes { width, height, planes, chroma } = &self.0;
        if view.crop == WHOLE && (view.width, view.height) == (*width, *height) {
            return encoding.encode_planes(&self.0);
        }
        let planes = planes.iter().enumerate().map(|(component, plane)| {
            let [x, y, w, h] = view.crop;
            let size = (plane.width as f64, plane.height as f64);
            let crop = [x * size.0, y * size.1, w * size.0, h * size.1];
            resized(plane, crop, of_component(component, (view.width, view.height)))
        });
        let planes = planes.collect::<Result<_, _>>()?;
        encoding.encode_planes(&Planes { width: view.width, height: view.height, planes, chroma: *chroma })
    }
}

/// Samples row by row.
#[derive(Clone, Copy)]
struct Raster<'a> {
    width: usize,
    height: usize,
    stride: usize,
    samples: &'a [u8],
}

fn resized(plane: &Plane, crop: [f64; 4], size: (u32, u32)) -> Result<Plane, JpegError> {
    let Plane { width, height, stride, samples } = plane;
    resize(Raster { width: *width, height: *height, stride: *stride, samples }, crop, size)
}

fn resize(source: Raster<'_>, [x, y, w, h]: [f64; 4], (width, height): (u32, u32)) -> Result<Plane, JpegError> {
    let failed = |what: String| JpegError::Encoder(what);
    // Rows are as long as the stride here: the crop leaves out what is beyond.
    let rows = source.samples.len() / source.stride.max(1);
    let image = ImageRef::new(source.stride as u32, rows as u32, source.samples, PixelType::U8)
        .map_err(|error| failed(error.to_string()))?;
    let mut target = Image::new(width, height, PixelType::U8);
    // Hamming: as sharp as cubic filters at half the work, and no ringing.
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Hamming)).crop(
        x,
        y,
        w.min(source.width as f64 - x),
        h.min(source.height as f64 - y),
    );
    Resizer::new().resize(&image, &mut target, &options).map_err(|error| failed(error.to_string()))?;
    let (width, height) = (width as usize, height as usize);
    Ok(Plane { width, height, stride: width, samples: target.into_vec() })
}

/// What the master shows, as it was read back.
pub(crate) struct Shown<'a> {
    pub stream: &'a Stream,
    pub walk: &'a Walk,
    pub touched: &'a [bool],
    pub orientation: u8,
}

/// What rounding, the filter and the transforms add to a mean, in levels.
const ROUNDING: f64 = 3.0;
/// How far a mean may leave the means around it before the detail there is looked at.
const DETAIL: f64 = 64.0;

/// Passes only if `file` is a file of ours that shows this view of the master: the mean of every block lies between the means of
/// the master's blocks around that place, or is a level that the detail there reaches; and where all these belong to a region, closely, with no more contrast in the block
/// than the surface of the fill has there. Only the form is checked where the master's colours are no luma and chroma.
pub(crate) fn check(file: &[u8], view: &View, shown: &Shown<'_>) -> Result<(), VerifyError> {
    check_form(file)?;
    let copy = read(file)?;
    let frame = &copy.head.frame;
    if (frame.width, frame.height) != (view.width, view.height) {
        let (width, height) = (frame.width, frame.height);
        return Err(VerifyError::WrongSize { width, height, expected_width: view.width, expected_height: view.height });
    }
    let walk = Walk::new(&copy, &mut Nothing)?;
    if !matches!(shown.stream.head.colours, Colours::YCbCr | Colours::Grey) {
        return Ok(());
    }
    let mut unit = copy.unit_buffer();
    let (columns, _) = copy.units();
    for (place, part) in copy.decoder().layout().iter().enumerate() {
        let component = part.component;
        if component >= shown.walk.dc.len() {
            continue;
        }
        let (h, v) = copy.decoder().factors(component);
        let grid = &walk.dc[component];
        let step = f64::from(copy.head.quantisation[component][0]) / 8.0;
        let (across, down) = frame.own_blocks(component);
        for y in (part.y..down as usize).step_by(v) {
            for x in (part.x..across as usize).step_by(h) {
                let around = shown.around(view, component, frame, (x, y));
                let mean = f64::from(grid.cells[y * grid.width + x]) * step;
                let difference = (around.low - mean).max(mean - around.high);
                let range = around.high - around.low;
                let mut allowed = if around.redacted { step / 2.0 + ROUNDING } else { range + DETAIL };
                if difference > allowed {
                    // A block of the copy may show a part of a block of the master only, as black or white as there is.
                    allowed += shown.detail(component, &around)?;
                }
                let at = ((x as u32) * 8, (y as u32) * 8);
                if difference > allowed {
                    return Err(VerifyError::NotACopy {
                        x: at.0,
                        y: at.1,
                        difference: difference as f32,
                        allowed: allowed as f32,
                    });
                }
                if !around.redacted {
                    continue;
                }
                walk.unit(&copy, y / v * columns + x / h, &mut unit)?;
                let steps = &copy.head.quantisation[component];
                let energy: f64 =
                    (1..64).map(|k| (f64::from(unit[place][k]) * f64::from(steps[k]) / 8.0).powi(2)).sum();
                // A coefficient that is not rounded to zero is at least half of what it is rounded to.
                let mut allowed = 2.0 * (range + ROUNDING);
                if energy.sqrt() > allowed {
                    allowed += 2.0 * shown.detail(component, &around)?;
                }
                if energy.sqrt() > allowed {
                    let difference = energy.sqrt() as f32;
                    return Err(VerifyError::NotACopy { x: at.0, y: at.1, difference, allowed: allowed as f32 });
                }
            }
        }
    }
    Ok(())
}

/// What the master has around the place of a block of a copy.
struct Around {
    /// The lowest and the highest mean of a block, as levels from -128.
    low: f64,
    high: f64,
    /// All of it belongs to regions.
    redacted: bool,
    /// The blocks of the component.
    columns: RangeInclusive<usize>,
    rows: RangeInclusive<usize>,
}

impl Shown<'_> {
    /// Looks at the master's blocks of a component under a block of the copy, and one more on each side.
    fn around(&self, view: &View, component: usize, copy: &Frame, (x, y): (usize, usize)) -> Around {
        let frame = &self.stream.head.frame;
        let (copy_h, copy_v) = copy.max_sampling();
        let part = &copy.components[component];
        let size = |max: u32, own: u8| 8.0 * f64::from(max) / f64::from(own);
        let (w, h) = (size(copy_h, part.horizontal), size(copy_v, part.vertical));
        // In shares of the upright picture.
        let [left, top, width, height] = view.crop;
        let share_x = |at: f64| left + width * (at / f64::from(view.width)).clamp(0.0, 1.0);
        let share_y = |at: f64| top + height * (at / f64::from(view.height)).clamp(0.0, 1.0);
        let (x0, x1) = (share_x(x as f64 * w), share_x((x + 1) as f64 * w));
        let (y0, y1) = (share_y(y as f64 * h), share_y((y + 1) as f64 * h));
        // As it is stored.
        let flip = |a: f64, b: f64| (1.0 - b, 1.0 - a);
        let (across, down) = match self.orientation {
            2 => (flip(x0, x1), (y0, y1)),
            3 => (flip(x0, x1), flip(y0, y1)),
            4 => ((x0, x1), flip(y0, y1)),
            5 => ((y0, y1), (x0, x1)),
            6 => ((y0, y1), flip(x0, x1)),
            7 => (flip(y0, y1), flip(x0, x1)),
            8 => (flip(y0, y1), (x0, x1)),
            _ => ((x0, x1), (y0, y1)),
        };
        let (max_h, max_v) = frame.max_sampling();
        let own = &frame.components[component];
        let (blocks_x, blocks_y) = frame.own_blocks(component);
        let cells = |(from, to): (f64, f64), pixels: u32, size: f64, count: u32| {
            let first = ((from * f64::from(pixels) / size).floor() as i64 - 1).clamp(0, i64::from(count) - 1);
            let last = ((to * f64::from(pixels) / size).ceil() as i64).clamp(first, i64::from(count) - 1);
            first as usize..=last as usize
        };
        let columns = cells(across, frame.width, size(max_h, own.horizontal), blocks_x);
        let rows = cells(down, frame.height, size(max_v, own.vertical), blocks_y);
        let grid = &self.walk.dc[component];
        let (units, _) = self.stream.units();
        let (own_h, own_v) = (usize::from(own.horizontal), usize::from(own.vertical));
        let (mut low, mut high, mut redacted) = (i16::MAX, i16::MIN, true);
        for y in rows.clone() {
            for x in columns.clone() {
                let value = grid.cells[y * grid.width + x];
                (low, high) = (low.min(value), high.max(value));
                redacted &= self.touched[y / own_v * units + x / own_h];
            }
        }
        let step = f64::from(self.stream.head.quantisation[component][0]) / 8.0;
        // Decoders cut what lies beyond black and white.
        let [low, high] = [low, high].map(|value| (f64::from(value) * step).clamp(-128.0, 127.0));
        Around { low, high, redacted, columns, rows }
    }

    /// How far a sample may be from the mean of its block, at most, in the blocks around a place: no more than all cosines
    /// together, each of which is a quarter of its coefficient (T.81, A.3.3).
    fn detail(&self, component: usize, around: &Around) -> Result<f64, JpegError> {
        let (h, v) = self.stream.decoder().factors(component);
        let (columns, _) = self.stream.units();
        let steps = &self.stream.head.quantisation[component];
        let mut unit = self.stream.unit_buffer();
        let mut most = 0;
        for row in around.rows.start() / v..=around.rows.end() / v {
            for column in around.columns.start() / h..=around.columns.end() / h {
                self.walk.unit(self.stream, row * columns + column, &mut unit)?;
                let own =
                    self.stream.decoder().layout().iter().zip(&unit).filter(|(part, _)| part.component == component);
                for (_, block) in own {
                    let coefficients = block[1..].iter().zip(&steps[1..]);
                    let sum: u64 = coefficients.map(|(&c, &step)| u64::from(c.unsigned_abs()) * u64::from(step)).sum();
                    most = most.max(sum);
                }
            }
        }
        Ok((most as f64 / 4.0).min(255.0))
    }
}
