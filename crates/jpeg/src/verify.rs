//! Reads back what is going to be served.

use std::sync::Arc;

use memchr::memmem;
use zune_core::colorspace::ColorSpace;

use crate::canonical::Canonical;
use crate::compare::{Comparison, Steps};
use crate::error::{JpegError, VerifyError};
use crate::frame::Process;
use crate::header::{Colours, Limits};
use crate::icc;
use crate::marker::{APP0, APP1, APP2, DHT, DQT, DRI, EXIF_ID, ICC_ID, SOF0, SOS, XMP_ID};
use crate::plan::Plan;
use crate::scale::{Crop, View};
use crate::source::{Pixels, decode};
use crate::tokens::{Event, Tokens};

/// What a file has to show: its size and, wherever a region is in view, the plan's fill among the
/// redacted surroundings. Made by [`crate::Redacted::expected_master`] and its siblings. Shares the
/// redacted pixels, and costs no memory of its own.
#[derive(Debug, Clone, PartialEq)]
pub struct Expected {
    view: View,
    redacted: Option<(Arc<Pixels>, Plan)>,
}

impl Expected {
    /// A size, and no regions.
    pub fn size(width: u32, height: u32) -> Expected {
        Expected { view: View { crop: Crop::whole(width, height), width, height }, redacted: None }
    }

    pub(crate) fn new(pixels: Arc<Pixels>, plan: Plan, view: View) -> Expected {
        Expected { view, redacted: Some((pixels, plan)) }
    }

    /// Pixels per row that the file must have.
    pub fn width(&self) -> u32 {
        self.view.width
    }

    /// Rows that the file must have.
    pub fn height(&self) -> u32 {
        self.view.height
    }
}

/// Passes only if `bytes` may be served: one baseline picture of the expected size that decodes
/// strictly, only the segments that we write and in the form that we write them, nothing behind
/// the end marker, no beginning of another picture anywhere, and every coded block that shows some of
/// a region shows what is planned for it, to within what the codec can account for.
pub fn verify(bytes: &[u8], expected: &Expected) -> Result<(), VerifyError> {
    let steps = check_segments(bytes)?;
    if let Some(at) = memmem::find_iter(bytes, &[0xFF, 0xD8, 0xFF]).find(|&at| at > 0) {
        return Err(VerifyError::SecondPicture(at as u64));
    }
    let (width, height) = (expected.view.width, expected.view.height);
    // The size is compared before anything is allocated for it.
    let limits = Limits { max_pixels: u64::MAX, max_side: u32::from(u16::MAX) };
    let canonical = Canonical::parse(bytes, &limits)?;
    let frame = &canonical.frame;
    if (frame.width, frame.height) != (width, height) {
        return Err(VerifyError::WrongSize {
            width: frame.width,
            height: frame.height,
            expected_width: width,
            expected_height: height,
        });
    }
    if canonical.colours != Colours::YCbCr || frame.process != Process::Baseline || canonical.transcoded {
        return Err(VerifyError::Unreadable(JpegError::Ambiguous("it is not as we write files")));
    }
    let trailing = bytes.len() as u64 - canonical.end;
    if trailing > 0 {
        return Err(VerifyError::TrailingBytes(trailing));
    }
    let decoded = decode(&canonical, &limits, ColorSpace::YCbCr)?;
    match &expected.redacted {
        Some((pixels, plan)) => Comparison::new(&decoded, frame, &steps).check((pixels, plan, &expected.view)),
        None => Ok(()),
    }
}

/// Checks the form of every segment; gives the quantisation steps.
fn check_segments(bytes: &[u8]) -> Result<Steps, VerifyError> {
    let mut steps = Steps::default();
    let mut foreign = None;
    let mut seen = [false; 4];
    let mut tokens = Tokens::new();
    tokens.advance(bytes, &mut |event| {
        if let Event::Segment { marker, start, payload } = event {
            let once = match marker {
                // No thumbnail: its size, the last two bytes, is zero.
                APP0 => (payload.len() == 14 && payload.starts_with(b"JFIF\0") && payload[12..] == [0, 0]).then_some(0),
                APP1 if payload.starts_with(EXIF_ID) => Some(1),
                APP1 if payload.starts_with(XMP_ID) => Some(2),
                APP2 => payload.strip_prefix(ICC_ID).filter(|chunk| is_ours(chunk)).map(|_| 3),
                DQT => return steps.read(payload),
                SOF0 | DHT | DRI | SOS => return Ok(()),
                _ => None,
            };
            match once {
                Some(kind) if !seen[kind] => seen[kind] = true,
                _ => drop(foreign.get_or_insert((marker, start))),
            }
        }
        Ok(())
    })?;
    if let Some((marker, offset)) = foreign {
        return Err(VerifyError::ForeignSegment { marker, offset });
    }
    if tokens.is_done() { Ok(steps) } else { Err(JpegError::Truncated.into()) }
}

/// Whether a profile is byte for byte as [`icc`] writes it.
fn is_ours(chunk: &[u8]) -> bool {
    icc::assemble(&[chunk.to_vec()])
        .is_some_and(|bytes| icc::Profile::parse(&bytes).is_some_and(|p| p.to_bytes() == bytes))
}
