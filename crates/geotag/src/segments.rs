//! Finds the EXIF and XMP blocks and the size of a JPEG (ITU-T T.81 Annex B, marker syntax).

use crate::{GeotagError, ImageSize};

/// The APP1 payload of EXIF begins with this (CIPA DC-008 4.7.2).
pub(crate) const EXIF_SIGNATURE: &[u8] = b"Exif\0";
/// The APP1 payload of XMP begins with this (ISO 16684-3).
pub(crate) const XMP_SIGNATURE: &[u8] = b"http://ns.adobe.com/xap/1.0/\0";
/// Blocks of a kind that are looked at; real files have one, rarely two.
pub(crate) const MAX_BLOCKS: usize = 4;

/// What was found before the image data.
#[derive(Debug, Default)]
pub(crate) struct Segments<'a> {
    /// TIFF bytes of each EXIF block, in file order.
    pub exif: Vec<&'a [u8]>,
    /// Each XMP packet, in file order.
    pub xmp: Vec<&'a [u8]>,
    /// Size from the frame header; `None` without one, or when a side is 0.
    pub size: Option<ImageSize>,
    /// Where the segments stop making sense, when they do.
    pub broken_at: Option<usize>,
}

/// Walks the segments up to the start of the image data.
pub(crate) fn find(head: &[u8]) -> Result<Segments<'_>, GeotagError> {
    if !head.starts_with(&[0xFF, 0xD8]) {
        return Err(GeotagError::NotJpeg);
    }
    let mut found = Segments::default();
    let mut at = 2;
    loop {
        match next(head, at) {
            Step::Segment { marker, payload, end } => {
                found.take(marker, payload);
                at = end;
            }
            Step::Bare { end } => at = end,
            Step::ImageData => return Ok(found),
            Step::Broken => break,
        }
    }
    if found.size.is_none() && found.exif.is_empty() && found.xmp.is_empty() {
        return Err(GeotagError::Segments { offset: at });
    }
    found.broken_at = Some(at);
    Ok(found)
}

enum Step<'a> {
    Segment {
        marker: u8,
        payload: &'a [u8],
        end: usize,
    },
    /// A marker without a payload (TEM, RST, a second SOI).
    Bare {
        end: usize,
    },
    ImageData,
    Broken,
}

fn next(head: &[u8], at: usize) -> Step<'_> {
    let Some(rest) = head.get(at..) else {
        return Step::Broken;
    };
    if rest.first() != Some(&0xFF) {
        return Step::Broken;
    }
    // Any number of 0xFF may stand before a marker (B.1.1.2).
    let Some(fill) = rest.iter().position(|&byte| byte != 0xFF) else {
        return Step::Broken;
    };
    let start = at + fill + 1;
    match rest[fill] {
        0x00 => Step::Broken,
        0xDA | 0xD9 => Step::ImageData,
        0x01 | 0xD0..=0xD8 => Step::Bare { end: start },
        marker => {
            let Some(&[high, low]) = head.get(start..start + 2) else {
                return Step::Broken;
            };
            let end = start + usize::from(u16::from_be_bytes([high, low]));
            match head.get(start + 2..end) {
                Some(payload) => Step::Segment { marker, payload, end },
                None => Step::Broken,
            }
        }
    }
}

impl<'a> Segments<'a> {
    fn take(&mut self, marker: u8, payload: &'a [u8]) {
        match marker {
            0xE1 => {
                if let Some(rest) = payload.strip_prefix(EXIF_SIGNATURE) {
                    // A second NUL pads the signature; some writers put another byte there.
                    if let (Some(tiff), true) = (rest.get(1..), self.exif.len() < MAX_BLOCKS) {
                        self.exif.push(tiff);
                    }
                } else if let Some(packet) = payload.strip_prefix(XMP_SIGNATURE)
                    && self.xmp.len() < MAX_BLOCKS
                {
                    self.xmp.push(packet);
                }
            }
            // Frame headers; C4, C8 and CC are tables and extensions.
            0xC0..=0xC3 | 0xC5..=0xC7 | 0xC9..=0xCB | 0xCD..=0xCF if self.size.is_none() => {
                if let Some(&[h1, h0, w1, w0]) = payload.get(1..5) {
                    let height = u32::from(u16::from_be_bytes([h1, h0]));
                    let width = u32::from(u16::from_be_bytes([w1, w0]));
                    if width > 0 && height > 0 {
                        self.size = Some(ImageSize { width, height });
                    }
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_and_size_are_found_and_the_scan_is_not_entered() {
        let mut file = vec![0xFF, 0xD8, 0xFF, 0xFF, 0xE1, 0, 10];
        file.extend(b"Exif\0\0II");
        file.extend([0xFF, 0xC2, 0, 8, 8, 1, 2, 3, 4, 1]);
        file.extend([0xFF, 0xDA, 0, 2, 0xFF, 0xE1, 0, 10]);
        file.extend(b"Exif\0\0MM");
        let found = find(&file).unwrap();
        assert_eq!(found.exif, [b"II"]);
        assert_eq!(found.size, Some(ImageSize { width: 0x304, height: 0x102 }));
        assert_eq!(found.broken_at, None);
    }

    #[test]
    fn damage_is_an_error_only_before_anything_useful() {
        assert_eq!(find(b"").unwrap_err(), GeotagError::NotJpeg);
        assert_eq!(find(b"<html>").unwrap_err(), GeotagError::NotJpeg);
        assert_eq!(find(&[0xFF, 0xD8, 0xFF, 0xE1, 0xFF, 0xFF, 0]).unwrap_err(), GeotagError::Segments { offset: 2 });
        assert_eq!(find(&[0xFF, 0xD8, 0xFF, 0xE0, 0, 1]).unwrap_err(), GeotagError::Segments { offset: 2 });
        let mut file = vec![0xFF, 0xD8, 0xFF, 0xC0, 0, 8, 8, 0, 2, 0, 3, 1];
        file.extend([0xFF, 0xE1, 0xFF]);
        let found = find(&file).unwrap();
        assert_eq!(found.size, Some(ImageSize { width: 3, height: 2 }));
        assert_eq!(found.broken_at, Some(12));
    }
}
