//! The decoded original.

use zune_core::bytestream::ZCursor;
use zune_core::colorspace::ColorSpace;
use zune_core::options::DecoderOptions;
use zune_jpeg::JpegDecoder;

use crate::canonical::Canonical;
use crate::error::JpegError;
use crate::header::{Limits, MAX_SCANS};
use crate::icc;
use crate::orient::upright;
use crate::redact::Redacted;
use crate::region::Region;

/// Interleaved RGB, 8 bits each, rows from the top, upright (EXIF orientation applied).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pixels {
    /// Pixels per row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// `width * height * 3` bytes.
    pub rgb: Vec<u8>,
}

/// How coarsely chroma is stored; copies keep what the source has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Chroma {
    /// 4:4:4.
    Full,
    /// 4:2:2, upright.
    HalfWidth,
    /// 4:2:0 and everything coarser or turned.
    Quarter,
}

/// A decoded original. Lives in memory only, is never written anywhere, and becomes [`Redacted`].
pub struct Source {
    pixels: Pixels,
    chroma: Chroma,
    icc: Option<Vec<u8>>,
}

impl Source {
    /// Checks `bytes` strictly, decodes them and turns the picture upright. `orientation` is the
    /// value of the EXIF tag, 1-8; others count as 1. Bytes behind the end marker are ignored.
    ///
    /// Truncated, damaged or ambiguous data are an error, and so is a size beyond `limits`; both
    /// are found before memory is allocated for the pixels.
    pub fn open(bytes: &[u8], orientation: u8, limits: &Limits) -> Result<Source, JpegError> {
        let canonical = Canonical::parse(bytes, limits)?;
        let stored = decode(&canonical, limits, ColorSpace::RGB)?;
        let icc = icc::assemble(&canonical.icc_chunks)
            .and_then(|profile| icc::Profile::parse(&profile))
            .map(|profile| profile.to_bytes());
        let turned = (5..=8).contains(&orientation);
        let chroma = match canonical.frame.luma_sampling() {
            (1, 1) => Chroma::Full,
            (2, 1) if !turned => Chroma::HalfWidth,
            (1, 2) if turned => Chroma::HalfWidth,
            _ => Chroma::Quarter,
        };
        Ok(Source { pixels: upright(stored, orientation), chroma, icc })
    }

    /// What a detector looks at.
    pub fn pixels(&self) -> &Pixels {
        &self.pixels
    }

    /// Replaces what is in `regions`, grown by [`crate::GROW`] on each side and outward to the next
    /// multiple of [`crate::GRID`] pixels, by a fill that carries no identity. The unredacted pixels are gone
    /// afterwards. With `panorama` the left and right edge are the same place, and regions may
    /// reach across it (`x0` below 0 or `x1` beyond the width).
    pub fn redact(self, regions: &[Region], panorama: bool) -> Redacted {
        Redacted::new(self.pixels, self.chroma, self.icc, regions, panorama)
    }
}

/// Decodes a checked file as it is stored, to three components per pixel.
pub(crate) fn decode(canonical: &Canonical, limits: &Limits, colours: ColorSpace) -> Result<Pixels, JpegError> {
    let (width, height) = (canonical.frame.width, canonical.frame.height);
    let options = DecoderOptions::default()
        .set_strict_mode(true)
        .set_max_width(limits.max_side as usize)
        .set_max_height(limits.max_side as usize)
        .jpeg_set_max_scans(MAX_SCANS)
        .jpeg_set_out_colorspace(colours);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(&canonical.bytes), options);
    let rgb = decoder.decode().map_err(|error| JpegError::Decoder(format!("{error:?}")))?;
    if rgb.len() as u64 != u64::from(width) * u64::from(height) * 3 {
        return Err(JpegError::Decoder("the decoder gave another size".to_owned()));
    }
    Ok(Pixels { width, height, rgb })
}
