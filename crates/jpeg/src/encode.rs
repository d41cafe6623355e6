//! Writes JPEG files: pixels plus the few segments that may accompany them.

use jpeg_encoder::{ColorType, Encoder, EncodingError, SamplingFactor};
use memchr::memmem;

use crate::error::JpegError;
use crate::marker::{EXIF_ID, ICC_ID, MAX_PAYLOAD, XMP_ID};
use crate::source::{Chroma, Pixels};

/// Metadata of a file that is served: written by us from typed values, never copied.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Metadata {
    /// A TIFF structure, as it follows the EXIF identifier.
    pub exif: Option<Vec<u8>>,
    /// An XMP packet, as it follows the XMP identifier.
    pub xmp: Option<String>,
}

impl Metadata {
    /// Payloads of the APP1 segments.
    fn segments(&self) -> Result<Vec<Vec<u8>>, JpegError> {
        let exif = self.exif.as_deref().map(|bytes| ("EXIF", EXIF_ID, bytes));
        let xmp = self.xmp.as_deref().map(|packet| ("XMP", XMP_ID, packet.as_bytes()));
        exif.into_iter()
            .chain(xmp)
            .map(|(what, id, bytes)| {
                let max_bytes = MAX_PAYLOAD - id.len();
                if bytes.len() > max_bytes {
                    return Err(JpegError::MetadataTooLong { what, bytes: bytes.len(), max_bytes });
                }
                if memmem::find(bytes, &[0xFF, 0xD8, 0xFF]).is_some() {
                    return Err(JpegError::MetadataEmbedsPicture { what });
                }
                Ok([id, bytes].concat())
            })
            .collect()
    }
}

/// Everything of a file but the pixels.
pub(crate) struct Encoding<'a> {
    pub quality: u8,
    pub chroma: Chroma,
    /// An ICC profile as [`crate::icc`] writes it.
    pub icc: Option<&'a [u8]>,
    pub metadata: &'a Metadata,
}

impl Encoding<'_> {
    /// Encodes `pixels` as baseline JPEG.
    pub(crate) fn encode(&self, pixels: &Pixels) -> Result<Vec<u8>, JpegError> {
        let too_large = JpegError::TooLarge {
            width: pixels.width,
            height: pixels.height,
            max_pixels: u64::from(u16::MAX) * u64::from(u16::MAX),
            max_side: u32::from(u16::MAX),
        };
        let (Ok(width), Ok(height)) = (u16::try_from(pixels.width), u16::try_from(pixels.height)) else {
            return Err(too_large);
        };
        // About 2 bits per pixel at these qualities.
        let mut out = Vec::with_capacity(pixels.rgb.len() / 12 + 4096);
        let mut encoder = Encoder::new(&mut out, self.quality);
        encoder.set_sampling_factor(match self.chroma {
            Chroma::Full => SamplingFactor::R_4_4_4,
            Chroma::HalfWidth => SamplingFactor::R_4_2_2,
            Chroma::Quarter => SamplingFactor::R_4_2_0,
        });
        for payload in self.metadata.segments()? {
            encoder.add_app_segment(1, payload).map_err(|error| failed(&error))?;
        }
        if let Some(profile) = self.icc {
            // Our profiles always fit into one segment: number 1 of 1.
            encoder.add_app_segment(2, [ICC_ID, &[1, 1], profile].concat()).map_err(|error| failed(&error))?;
        }
        encoder.encode(&pixels.rgb, width, height, ColorType::Rgb).map_err(|error| failed(&error))?;
        Ok(out)
    }
}

fn failed(error: &EncodingError) -> JpegError {
    JpegError::Encoder(error.to_string())
}
