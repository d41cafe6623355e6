//! A baseline JPEG encoder: samples plus the few segments that may accompany them.
//!
//! Quantisation and Huffman tables are those of the standard's annex K, so that a file is one pass over the samples.

mod bits;
mod fdct;
mod planes;
mod tables;

use memchr::memmem;

pub use planes::{Plane, Planes};

use bits::{BitWriter, Codebook};
use fdct::Factors;
use tables::{CHROMA_AC, CHROMA_DC, Codes, LUMA_AC, LUMA_DC};

use crate::error::{JpegError, VerifyError};
use crate::icc::Profile;
use crate::marker::{APP0, APP1, APP2, DHT, DQT, EOI, EXIF_ID, ICC_ID, MAX_PAYLOAD, SOF0, SOI, SOS, XMP_ID};
use crate::proof::check_form;
use crate::source::{Chroma, Pixels};
use crate::tokens::{Event, Tokens};

/// Metadata of a file that is served: written by us from typed values, never copied.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Metadata {
    /// A TIFF structure, as it follows the EXIF identifier.
    pub exif: Option<Vec<u8>>,
    /// An XMP packet, as it follows the XMP identifier.
    pub xmp: Option<String>,
}

impl Metadata {
    /// The metadata of a file of ours.
    pub fn of_ours(file: &[u8]) -> Result<Metadata, VerifyError> {
        check_form(file)?;
        let mut metadata = Metadata::default();
        Tokens::new().advance(file, &mut |event| {
            if let Event::Segment { marker: APP1, payload, .. } = event {
                if let Some(exif) = payload.strip_prefix(EXIF_ID) {
                    metadata.exif = Some(exif.to_vec());
                } else if let Some(xmp) = payload.strip_prefix(XMP_ID) {
                    metadata.xmp = Some(String::from_utf8_lossy(xmp).into_owned());
                }
            }
            Ok(())
        })?;
        Ok(metadata)
    }

    /// Payloads of the APP1 segments.
    pub(crate) fn segments(&self) -> Result<Vec<Vec<u8>>, JpegError> {
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
        self.encode_planes(&Planes::from_rgb(pixels, self.chroma)?)
    }

    /// Encodes planes; how chroma is sampled is what they say.
    pub(crate) fn encode_planes(&self, planes: &Planes) -> Result<Vec<u8>, JpegError> {
        planes.check()?;
        let grey = planes.planes.len() == 1;
        let steps = tables::quantisation(self.quality);
        let mut out = vec![0xFF, SOI];
        // Version 1.02, square pixels, no thumbnail.
        segment(&mut out, APP0, b"JFIF\0\x01\x02\0\0\x01\0\x01\0\0");
        for payload in self.metadata.segments()? {
            segment(&mut out, APP1, &payload);
        }
        if let Some(profile) = self.icc {
            // Our profiles always fit into one segment: number 1 of 1.
            let payload = [ICC_ID, &[1, 1], profile].concat();
            if payload.len() > MAX_PAYLOAD {
                let (bytes, max_bytes) = (payload.len(), MAX_PAYLOAD);
                return Err(JpegError::MetadataTooLong { what: "ICC", bytes, max_bytes });
            }
            segment(&mut out, APP2, &payload);
        }
        let kinds = if grey { 1 } else { 2 };
        for (number, steps) in (0..kinds).zip(&steps) {
            segment(&mut out, DQT, &[&[number][..], steps].concat());
        }
        // Of a single component the factors mean nothing, and anything but 1 confuses decoders.
        let (across, down) = if grey { (1, 1) } else { planes.chroma.factors() };
        let mut frame = vec![8];
        frame.extend((planes.height as u16).to_be_bytes());
        frame.extend((planes.width as u16).to_be_bytes());
        let mut scan = vec![planes.planes.len() as u8];
        frame.push(planes.planes.len() as u8);
        for number in 0..planes.planes.len() as u8 {
            let factors = if number == 0 { (across << 4 | down) as u8 } else { 0x11 };
            frame.extend([number + 1, factors, number.min(1)]);
            scan.extend([number + 1, number.min(1) * 0x11]);
        }
        scan.extend([0, 63, 0]);
        segment(&mut out, SOF0, &frame);
        for (head, codes) in [(0x00u8, &LUMA_DC), (0x10, &LUMA_AC), (0x01, &CHROMA_DC), (0x11, &CHROMA_AC)] {
            if !grey || head.is_multiple_of(16) {
                let Codes { counts, symbols } = codes;
                segment(&mut out, DHT, &[&[head][..], counts, symbols].concat());
            }
        }
        segment(&mut out, SOS, &scan);
        let mut out = entropy_coded(planes, &steps, (across, down), out);
        out.extend([0xFF, EOI]);
        Ok(out)
    }
}

/// Encodes planes as baseline JPEG without a colour profile. `quality` is 1 to 100, as libjpeg counts.
pub fn encode_planes(planes: &Planes, quality: u8, metadata: &Metadata) -> Result<Vec<u8>, JpegError> {
    Encoding { quality, chroma: planes.chroma, icc: None, metadata }.encode_planes(planes)
}

/// Encodes planes as baseline JPEG without metadata, in the colours of a profile; without one, in those of sRGB. A profile is of
/// three colours, and left out where there is luma only.
pub fn encode_planes_in(planes: &Planes, quality: u8, profile: Option<&Profile>) -> Result<Vec<u8>, JpegError> {
    let icc = profile.filter(|_| planes.planes.len() == 3).map(Profile::to_bytes);
    Encoding { quality, chroma: planes.chroma, icc: icc.as_deref(), metadata: &Metadata::default() }
        .encode_planes(planes)
}

/// Encodes RGB as baseline JPEG without a colour profile. `quality` is 1 to 100, as libjpeg counts.
pub fn encode_rgb(pixels: &Pixels, chroma: Chroma, quality: u8, metadata: &Metadata) -> Result<Vec<u8>, JpegError> {
    Encoding { quality, chroma, icc: None, metadata }.encode(pixels)
}

/// Appends a segment. The payload has at most [`MAX_PAYLOAD`] bytes.
fn segment(out: &mut Vec<u8>, marker: u8, payload: &[u8]) {
    out.extend([0xFF, marker]);
    out.extend((payload.len() as u16 + 2).to_be_bytes());
    out.extend(payload);
}

/// Appends the data of the only scan.
fn entropy_coded(planes: &Planes, steps: &[[u8; 64]; 2], factors: (usize, usize), out: Vec<u8>) -> Vec<u8> {
    let factors_of = |component: usize| if component == 0 { factors } else { (1, 1) };
    let prepared = steps.map(|steps| Factors::new(&steps));
    let codes =
        [(&LUMA_DC, &LUMA_AC), (&CHROMA_DC, &CHROMA_AC)].map(|(dc, ac)| Codebook { dc: dc.lookup(), ac: ac.lookup() });
    let (columns, rows) =
        ((planes.width as usize).div_ceil(8 * factors.0), (planes.height as usize).div_ceil(8 * factors.1));
    // Seldom more than 2 bits per pixel.
    let mut writer = BitWriter::new(out, planes.width as usize * planes.height as usize / 4);
    let mut dc = [0; 3];
    for mcu_y in 0..rows {
        for mcu_x in 0..columns {
            for ((component, plane), dc) in planes.planes.iter().enumerate().zip(&mut dc) {
                let (across, down) = factors_of(component);
                let kind = component.min(1);
                for y in mcu_y * down..(mcu_y + 1) * down {
                    for x in mcu_x * across..(mcu_x + 1) * across {
                        let block = prepared[kind].quantised(&plane.block(8 * x, 8 * y));
                        writer.block(&block, *dc, &codes[kind]);
                        *dc = block[0];
                    }
                }
            }
        }
    }
    writer.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pixels::region::{Rect, rgb};
    use crate::pixels::testing::Coefficients;
    use proptest::prelude::*;

    fn wavy(width: u32, height: u32, seed: u32) -> Pixels {
        let level = |i: u32| {
            let (x, y, c) = (i / 3 % width, i / 3 / width, i % 3);
            let wave = (f64::from(x * (c + 1) + seed % 50) / 9.0).sin() + (f64::from(y) / (5.0 + f64::from(c))).cos();
            let noise = i.wrapping_add(seed).wrapping_mul(2_654_435_761) >> 28;
            (128.0 + 50.0 * wave) as u8 + noise as u8
        };
        Pixels { width, height, rgb: (0..width * height * 3).map(level).collect() }
    }

    fn decoded(file: &[u8]) -> Pixels {
        use crate::pixels::region::Blocks;
        let blocks = Coefficients::of_file(file).unwrap();
        let (width, height) = (blocks.frame().width, blocks.frame().height);
        rgb(&blocks, Rect { x: 0, y: 0, width, height }).unwrap()
    }

    fn mean_difference(a: &[u8], b: &[u8]) -> f64 {
        assert_eq!(a.len(), b.len());
        a.iter().zip(b).map(|(a, b)| f64::from(a.abs_diff(*b))).sum::<f64>() / a.len() as f64
    }

    proptest! {
        #[test]
        fn what_is_written_can_be_read(
            (width, height) in (1u32..70, 1u32..70),
            chroma in prop::sample::select(vec![Chroma::Full, Chroma::HalfWidth, Chroma::Quarter]),
            seed in any::<u32>(),
        ) {
            let pixels = wavy(width, height, seed);
            let coarse = decoded(&encode_rgb(&pixels, chroma, 75, &Metadata::default()).unwrap());
            let fine = decoded(&encode_rgb(&pixels, chroma, 100, &Metadata::default()).unwrap());
            let allowed = if chroma == Chroma::Full { 1.0 } else { 16.0 };
            prop_assert!(mean_difference(&fine.rgb, &pixels.rgb) < allowed);
            prop_assert!(mean_difference(&coarse.rgb, &fine.rgb) < 12.0);
        }

        #[test]
        fn noise_at_the_finest_quality_survives(rgb in prop::collection::vec(any::<u8>(), 3 * 24 * 17)) {
            let pixels = Pixels { width: 24, height: 17, rgb };
            let found = decoded(&encode_rgb(&pixels, Chroma::Full, 100, &Metadata::default()).unwrap());
            prop_assert!(mean_difference(&found.rgb, &pixels.rgb) < 1.5);
        }
    }

    #[test]
    fn luma_only_is_grey() {
        let mut planes = Planes::from_rgb(&wavy(50, 33, 3), Chroma::Quarter).unwrap();
        planes.planes.truncate(1);
        let found = decoded(&encode_planes(&planes, 95, &Metadata::default()).unwrap());
        let grey: Vec<u8> = planes.planes[0].samples.iter().flat_map(|&y| [y; 3]).collect();
        assert!(mean_difference(&found.rgb, &grey) < 2.0);
    }

    #[test]
    fn strides_are_skipped() {
        let tight = Planes::from_rgb(&wavy(21, 13, 3), Chroma::HalfWidth).unwrap();
        let mut loose = tight.clone();
        for plane in &mut loose.planes {
            plane.samples = plane.samples.chunks(plane.stride).flat_map(|row| [row, &[9; 5]].concat()).collect();
            plane.stride += 5;
        }
        let encode = |planes: &Planes| encode_planes(planes, 80, &Metadata::default()).unwrap();
        assert_eq!(encode(&tight), encode(&loose));
    }
}
