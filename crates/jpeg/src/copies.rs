//! Scaled copies, made from the samples of the plan.

use flaneur_resize::{Kernel, Part};

use crate::blocks::{Block, Grid};
use crate::encode::{Encoding, Metadata, Plane, Planes};
use crate::error::JpegError;
use crate::frame::Frame;
use crate::header::Colours;
use crate::orient::{turned, upright};
use crate::pixels::idct::islow;
use crate::pixels::region::{Blocks, Rect, Scale, rgb_scaled};
use crate::redact::{Redacted, SD_WIDTH};
use crate::reduced::Reduced;
use crate::source::Chroma;
use crate::stream::Stream;

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
        let mut plane = resize(source, crop, of_component(component, stored))?;
        if orientation != 1 {
            let (samples, width, height) = turned(&plane.samples, plane.width, plane.height, orientation);
            plane = Plane { width, height, stride: width, samples };
        }
        planes.push(plane);
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

fn resized(plane: &Plane, crop: Part, size: (u32, u32)) -> Result<Plane, JpegError> {
    let Plane { width, height, stride, samples } = plane;
    resize(Raster { width: *width, height: *height, stride: *stride, samples }, crop, size)
}

fn resize(source: Raster<'_>, [x, y, w, h]: Part, size: (u32, u32)) -> Result<Plane, JpegError> {
    // Rows are as long as the stride here: the crop leaves out what is beyond.
    let rows = source.samples.len() / source.stride.max(1);
    let raster = flaneur_resize::Raster { width: source.stride as u32, height: rows as u32, samples: source.samples };
    let crop = [x, y, w.min(source.width as f64 - x), h.min(source.height as f64 - y)];
    let samples = flaneur_resize::grey(raster, Some(crop), size, Kernel::Hamming)
        .map_err(|error| JpegError::Encoder(error.to_string()))?;
    let (width, height) = (size.0 as usize, size.1 as usize);
    Ok(Plane { width, height, stride: width, samples })
}
