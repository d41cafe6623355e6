//! The original, read strictly and ready to be looked at and cut.

use std::borrow::Cow;

use crate::blocks::Block;
use crate::error::JpegError;
use crate::frame::Frame;
use crate::header::{Colours, Limits};
use crate::orient::upright;
use crate::pixels::region::{Blocks, Rect, Scale, rgb_of_planes, rgb_scaled};
use crate::redact::Redacted;
use crate::reduced::{Reduced, Reducing};
use crate::stream::{Parsed, Stream, Walk};
use crate::{Region, encode, icc, transcode};

/// Interleaved RGB, 8 bits each, rows from the top.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pixels {
    /// Pixels per row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// `width * height * 3` bytes.
    pub rgb: Vec<u8>,
}

/// How coarsely the chroma of a file is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Chroma {
    /// 4:4:4.
    Full,
    /// 4:2:2, upright.
    HalfWidth,
    /// 4:2:0.
    Quarter,
}

/// Quality of the master of a picture that can't be cut as it is coded and is coded anew.
const RECODED_QUALITY: u8 = 95;

/// A picture whose every bit was read and has one reading. Lives in memory only, is never written anywhere, and becomes
/// [`Redacted`].
///
/// Needs about the size of the file, 6 to 10 bytes for each block of 64 samples, and the samples of a copy of about
/// [`crate::SD_WIDTH`] pixels per row.
pub struct Source {
    pub(crate) stream: Stream,
    pub(crate) walk: Walk,
    pub(crate) reduced: Option<Reduced>,
    pub(crate) orientation: u8,
    pub(crate) panorama: bool,
}

impl Source {
    /// Reads `bytes` strictly. `orientation` is the value of the EXIF tag, 1-8; others count as 1. With `panorama` the left
    /// and right edge are the same place. Bytes behind the end marker are ignored.
    ///
    /// Truncated, damaged or ambiguous data are an error, and so is a size beyond `limits`; both are found before memory is
    /// allocated for the picture. Progressive, arithmetic and non-interleaved files become sequential first, without loss.
    pub fn open(bytes: &[u8], orientation: u8, panorama: bool, limits: &Limits) -> Result<Source, JpegError> {
        let orientation = if (1..=8).contains(&orientation) { orientation } else { 1 };
        let mut stream = sequential(bytes, limits)?;
        let (mut walk, mut reduced) = walked(&stream)?;
        check_means(&stream, &walk)?;
        if panorama && orientation != 1 {
            // Viewers of panoramas don't turn them, and no camera writes this: coded anew as it is to be seen.
            let pixels = Source { stream, walk, reduced: None, orientation, panorama }.pixels()?;
            let bytes = encode::encode_rgb(&pixels, Chroma::Full, RECODED_QUALITY, &encode::Metadata::default())?;
            stream = sequential(&bytes, limits)?;
            (walk, reduced) = walked(&stream)?;
            return Ok(Source { stream, walk, reduced, orientation: 1, panorama });
        }
        Ok(Source { stream, walk, reduced, orientation, panorama })
    }

    /// Pixels per row and rows, upright.
    pub fn size(&self) -> (u32, u32) {
        let Frame { width, height, .. } = self.stream.head.frame;
        if self.orientation >= 5 { (height, width) } else { (width, height) }
    }

    /// The EXIF orientation that the master needs.
    pub fn orientation(&self) -> u8 {
        self.orientation
    }

    /// All pixels, upright.
    pub fn pixels(&self) -> Result<Pixels, JpegError> {
        let (width, height) = self.size();
        self.part(0, 0, width, height)
    }

    /// The pixels of a rectangle of the upright picture, which must lie in it, upright.
    pub fn part(&self, x: u32, y: u32, width: u32, height: u32) -> Result<Pixels, JpegError> {
        let rect = turned_back(Rect { x, y, width, height }, self.size(), self.orientation);
        Ok(upright(rgb_scaled(self, rect, Scale::Full)?, self.orientation))
    }

    /// The whole picture, upright, reduced to 1/2, 1/4 or 1/8 as long as neither side gets shorter than `least` pixels.
    pub fn small(&self, least: u32) -> Result<Pixels, JpegError> {
        let Frame { width, height, .. } = self.stream.head.frame;
        let fits = |scale: &Scale| scale.reduced(width).min(scale.reduced(height)) >= least;
        let scale = [Scale::Eighth, Scale::Quarter, Scale::Half].into_iter().find(fits).unwrap_or(Scale::Full);
        Ok(upright(self.at(scale)?, self.orientation))
    }

    /// The whole picture as it is stored: of the copy that was made on the way, if that is fine enough.
    fn at(&self, scale: Scale) -> Result<Pixels, JpegError> {
        let Frame { width, height, .. } = self.stream.head.frame;
        let finer = self.reduced.as_ref().filter(|reduced| reduced.scale.samples() >= scale.samples());
        let Some(reduced) = finer else {
            let rect = Rect { x: 0, y: 0, width: scale.reduced(width), height: scale.reduced(height) };
            return rgb_scaled(self, rect, scale);
        };
        let mut reduced = Cow::Borrowed(reduced);
        if scale == Scale::Eighth && reduced.scale != scale {
            reduced = Cow::Owned(Reduced::of_means(&self.stream, &self.walk));
        }
        while reduced.scale != scale
            && let Some(half) = reduced.halved()
        {
            reduced = Cow::Owned(half);
        }
        rgb_of_planes(&self.stream.head.frame, self.stream.head.colours, scale, &reduced.planes)
    }

    /// Replaces what is in `regions`, grown by [`crate::GROW`], by a fill that carries no identity: every coded unit that they
    /// touch. Every other bit of the picture stays as it is.
    pub fn redact(self, regions: &[Region]) -> Result<Redacted, JpegError> {
        Redacted::new(self, regions)
    }
}

/// Refuses means of blocks that are far beyond black and white. Decoders cut off what lies a little beyond; these wrap around, at
/// 512 levels (libjpeg's portable code: a DC of 8 times that) or somewhere further (vector code, in 16 bits), and show
/// black for white or something in between. A DC of 8-bit samples is at most 1024, and at most twice that once quantised.
fn check_means(stream: &Stream, walk: &Walk) -> Result<(), JpegError> {
    let wraps = walk.dc.iter().zip(&stream.head.quantisation).any(|(grid, steps)| {
        let most = grid.cells.iter().map(|dc| dc.unsigned_abs()).max().unwrap_or(0);
        u32::from(most) * u32::from(steps[0]) >= 4096
    });
    if wraps { Err(JpegError::Ambiguous("it has colours far beyond black and white")) } else { Ok(()) }
}

/// The picture as one sequential scan.
fn sequential(bytes: &[u8], limits: &Limits) -> Result<Stream, JpegError> {
    if let Parsed::Stream(stream) = Stream::parse(bytes, limits)? {
        return Ok(*stream);
    }
    match Stream::parse(&transcode::to_baseline(bytes, limits)?, limits)? {
        Parsed::Stream(mut stream) => {
            stream.head.icc = icc::of_file(bytes, stream.head.frame.components.len());
            Ok(*stream)
        }
        Parsed::OtherCoding => Err(JpegError::UnsupportedProcess("an unknown coding")),
    }
}

/// Goes over every bit, and makes the reduced copy on the way.
pub(crate) fn walked(stream: &Stream) -> Result<(Walk, Option<Reduced>), JpegError> {
    match Reduced::scale_for(&stream.head) {
        Some(Scale::Half) => {
            let mut sink = Reducing::<4>::new(stream);
            Ok((Walk::pour(stream, &mut sink)?, Some(sink.finish())))
        }
        Some(Scale::Quarter) => {
            let mut sink = Reducing::<2>::new(stream);
            Ok((Walk::pour(stream, &mut sink)?, Some(sink.finish())))
        }
        Some(Scale::Eighth) => {
            let walk = Walk::new(stream)?;
            let reduced = Reduced::of_means(stream, &walk);
            Ok((walk, Some(reduced)))
        }
        _ => Ok((Walk::new(stream)?, None)),
    }
}

impl Blocks for Source {
    fn frame(&self) -> &Frame {
        &self.stream.head.frame
    }

    fn colours(&self) -> Colours {
        self.stream.head.colours
    }

    fn quantisation(&self, component: usize) -> &[u16; 64] {
        &self.stream.head.quantisation[component]
    }

    fn mcu(&self, x: usize, y: usize, out: &mut [Block]) -> Result<(), JpegError> {
        let (columns, _) = self.stream.units();
        self.walk.unit(&self.stream, y * columns + x, out)
    }
}

/// A rectangle of an upright picture of this size in the coordinates in which it is stored.
pub(crate) fn turned_back(rect: Rect, (width, height): (u32, u32), orientation: u8) -> Rect {
    let Rect { x, y, width: w, height: h } = rect;
    // Distances from the right and the lower edge.
    let (right, below) = (width.saturating_sub(x + w), height.saturating_sub(y + h));
    match orientation {
        2 => Rect { x: right, y, width: w, height: h },
        3 => Rect { x: right, y: below, width: w, height: h },
        4 => Rect { x, y: below, width: w, height: h },
        5 => Rect { x: y, y: x, width: h, height: w },
        6 => Rect { x: y, y: right, width: h, height: w },
        7 => Rect { x: below, y: right, width: h, height: w },
        8 => Rect { x: below, y: x, width: h, height: w },
        _ => rect,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_where_turning_brings_them() {
        let (width, height) = (7, 5);
        let rgb: Vec<u8> = (0..width * height).flat_map(|at| [at as u8, 0, 0]).collect();
        let stored = Pixels { width, height, rgb };
        for orientation in 1..=8 {
            let whole = upright(stored.clone(), orientation);
            let rect = Rect { x: 1, y: 2, width: 3, height: 2 };
            let back = turned_back(rect, (whole.width, whole.height), orientation);
            let cut = |from: &Pixels, rect: Rect| {
                let mut rgb = Vec::new();
                for row in rect.y..rect.y + rect.height {
                    let start = ((row * from.width + rect.x) * 3) as usize;
                    rgb.extend_from_slice(&from.rgb[start..start + (rect.width * 3) as usize]);
                }
                Pixels { width: rect.width, height: rect.height, rgb }
            };
            assert_eq!(upright(cut(&stored, back), orientation), cut(&whole, rect), "orientation {orientation}");
        }
    }
}
