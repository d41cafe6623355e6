//! Reads an EXIF block: three directories of a TIFF file (TIFF 6.0 section 2, CIPA DC-008 4.6).
//!
//! Only the first directory and the EXIF and GPS directories it names are followed, each once, so a
//! block can neither loop nor fan out; values are borrowed until one of the listed tags wants them. That is
//! why this is not left to the `kamadak-exif` crate, which follows every pointer: a block of 65 kB whose
//! directories overlap takes it 0.4 s and 330 MB. It serves the tests as a second opinion.

use std::fmt::Write as _;

use crate::doubt::Doubt;
use crate::exiv2::{EXIF, Ifd, Kind};
use crate::tags::Tags;
use crate::text;

/// Entries of one directory that are looked at; cameras write some 60.
const MAX_ENTRIES: usize = 512;
/// Numbers of one value that are kept.
const MAX_NUMBERS: usize = 16;
/// Characters kept of the description, which may hold a JSON object.
const MAX_DESCRIPTION: usize = 16 * 1024;
const EXIF_POINTER: u16 = 0x8769;
const GPS_POINTER: u16 = 0x8825;

/// Reads the blocks into `tags`; a block that is no TIFF is passed over with a doubt.
pub(crate) fn read_blocks(blocks: &[&[u8]], tags: &mut Tags, doubts: &mut Vec<Doubt>) {
    for block in blocks {
        if read_block(block, tags, doubts).is_none() {
            doubts.push(Doubt::ExifUnreadable);
        }
    }
}

fn read_block(block: &[u8], tags: &mut Tags, doubts: &mut Vec<Doubt>) -> Option<()> {
    let tiff = Tiff::new(block)?;
    let mut damaged = false;
    let image = tiff.directory(tiff.u32_at(4)?, &mut damaged)?;
    let pointer = |number| -> Option<u32> {
        let entry = image.iter().find(|entry| entry.number == number)?;
        tiff.unsigned(entry, 0)
    };
    let follow = |number, damaged: &mut bool| match pointer(number) {
        Some(offset) => tiff.directory(offset, damaged).unwrap_or_else(|| {
            *damaged = true;
            Vec::new()
        }),
        None => Vec::new(),
    };
    let photo = follow(EXIF_POINTER, &mut damaged);
    let gps = follow(GPS_POINTER, &mut damaged);
    for tag in EXIF {
        let entries = match tag.ifd {
            Ifd::Image => &image,
            Ifd::Photo => &photo,
            Ifd::Gps => &gps,
        };
        if let Some(entry) = entries.iter().find(|entry| entry.number == tag.number) {
            let value = tiff.print(entry, tag.kind);
            let max = if tag.public { text::MAX_CHARS } else { MAX_DESCRIPTION };
            tags.offer(tag.name, text::clean(&value, max));
        }
    }
    if damaged {
        doubts.push(Doubt::ExifDamaged);
    }
    Some(())
}

/// One entry whose value lies inside the block.
#[derive(Debug, Clone, Copy)]
struct Entry<'a> {
    number: u16,
    kind: u16,
    value: &'a [u8],
}

/// A TIFF block and its byte order.
#[derive(Debug, Clone, Copy)]
struct Tiff<'a> {
    block: &'a [u8],
    little: bool,
}

impl<'a> Tiff<'a> {
    fn new(block: &'a [u8]) -> Option<Self> {
        let little = match block.get(..4)? {
            [b'I', b'I', 42, 0] => true,
            [b'M', b'M', 0, 42] => false,
            _ => return None,
        };
        Some(Self { block, little })
    }

    fn u16(self, bytes: &[u8]) -> Option<u16> {
        let bytes = *bytes.first_chunk()?;
        Some(if self.little { u16::from_le_bytes(bytes) } else { u16::from_be_bytes(bytes) })
    }

    fn u32(self, bytes: &[u8]) -> Option<u32> {
        let bytes = *bytes.first_chunk()?;
        Some(if self.little { u32::from_le_bytes(bytes) } else { u32::from_be_bytes(bytes) })
    }

    fn u32_at(self, offset: usize) -> Option<u32> {
        self.u32(self.block.get(offset..)?)
    }

    /// The entries of the directory at `offset`; those that cannot be read set `damaged`. `None` when
    /// there is not even a count.
    fn directory(self, offset: u32, damaged: &mut bool) -> Option<Vec<Entry<'a>>> {
        let at = usize::try_from(offset).ok()?;
        let count = usize::from(self.u16(self.block.get(at..)?)?);
        let body = self.block.get(at + 2..)?;
        *damaged |= count > MAX_ENTRIES || body.len() < count * 12;
        let mut entries = Vec::with_capacity(count.min(64));
        for bytes in body.chunks_exact(12).take(count.min(MAX_ENTRIES)) {
            match self.entry(bytes) {
                Some(entry) => entries.push(entry),
                None => *damaged = true,
            }
        }
        Some(entries)
    }

    fn entry(self, bytes: &'a [u8]) -> Option<Entry<'a>> {
        let kind = self.u16(bytes.get(2..)?)?;
        let count = usize::try_from(self.u32(bytes.get(4..)?)?).ok()?;
        let length = count.checked_mul(unit(kind)?)?;
        let value = if length <= 4 {
            bytes.get(8..8 + length)?
        } else {
            let at = usize::try_from(self.u32(bytes.get(8..)?)?).ok()?;
            self.block.get(at..at.checked_add(length)?)?
        };
        Some(Entry { number: self.u16(bytes)?, kind, value })
    }

    /// The unsigned integer at `index` of an entry.
    fn unsigned(self, entry: &Entry<'_>, index: usize) -> Option<u32> {
        let part = entry.value.get(index * unit(entry.kind)?..)?;
        match entry.kind {
            1 => part.first().copied().map(u32::from),
            3 => self.u16(part).map(u32::from),
            4 | 13 => self.u32(part),
            _ => None,
        }
    }

    /// The value as Exiv2 prints it. Text that a camera wrote where numbers belong stays text.
    fn print(self, entry: &Entry<'_>, kind: Kind) -> String {
        let is_text = match entry.kind {
            2 | 129 => true,
            1 | 7 => kind == Kind::Text,
            _ => false,
        };
        if is_text {
            return text::decode(entry.value);
        }
        let mut printed = String::new();
        let Some(unit) = unit(entry.kind) else {
            return printed;
        };
        for part in entry.value.chunks_exact(unit).take(MAX_NUMBERS) {
            if !printed.is_empty() {
                printed.push(' ');
            }
            // Writing to a String does not fail.
            let _ = self.print_number(&mut printed, entry.kind, part);
        }
        printed
    }

    fn print_number(self, out: &mut String, kind: u16, part: &[u8]) -> Option<()> {
        match kind {
            1 | 7 => write!(out, "{}", part.first()?),
            6 => write!(out, "{}", part.first()?.cast_signed()),
            3 => write!(out, "{}", self.u16(part)?),
            8 => write!(out, "{}", self.u16(part)?.cast_signed()),
            4 | 13 => write!(out, "{}", self.u32(part)?),
            9 => write!(out, "{}", self.u32(part)?.cast_signed()),
            5 => write!(out, "{}/{}", self.u32(part)?, self.u32(part.get(4..)?)?),
            10 => {
                let (n, d) = (self.u32(part)?, self.u32(part.get(4..)?)?);
                write!(out, "{}/{}", n.cast_signed(), d.cast_signed())
            }
            11 => write!(out, "{}", f32::from_bits(self.u32(part)?)),
            12 => {
                let (first, second) = (u64::from(self.u32(part)?), u64::from(self.u32(part.get(4..)?)?));
                let bits = if self.little { second << 32 | first } else { first << 32 | second };
                write!(out, "{}", f64::from_bits(bits))
            }
            _ => return None,
        }
        .ok()
    }
}

/// Bytes of one element of a TIFF field type; 129 is the UTF-8 of EXIF 3.0.
fn unit(kind: u16) -> Option<usize> {
    match kind {
        1 | 2 | 6 | 7 | 129 => Some(1),
        3 | 8 => Some(2),
        4 | 9 | 11 | 13 => Some(4),
        5 | 10 | 12 => Some(8),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(block: &[u8]) -> (Tags, Vec<Doubt>) {
        let (mut tags, mut doubts) = (Tags::default(), Vec::new());
        read_blocks(&[block], &mut tags, &mut doubts);
        (tags, doubts)
    }

    /// A big-endian block with one directory of the given 12-byte entries, and `tail` behind it.
    fn block(entries: &[[u8; 12]], tail: &[u8]) -> Vec<u8> {
        let mut block = b"MM\0\x2A\0\0\0\x08".to_vec();
        block.extend((entries.len() as u16).to_be_bytes());
        block.extend(entries.iter().flatten());
        block.extend([0; 4]);
        block.extend(tail);
        block
    }

    #[test]
    fn values_print_as_exiv2_prints_them() {
        let entries = [
            [0x01, 0x0F, 0, 2, 0, 0, 0, 3, b'D', b'J', b'I', 0],
            [0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0],
            [0x01, 0x1A, 0, 5, 0, 0, 0, 1, 0, 0, 0, 50],
        ];
        let (tags, doubts) = read(&block(&entries, &[0, 0, 0, 72, 0, 0, 0, 1]));
        assert_eq!(tags.get("Exif.Image.Make"), Some("DJI"));
        assert_eq!(tags.get("Exif.Image.Orientation"), Some("6"));
        assert_eq!(tags.get("Exif.Image.XResolution"), Some("72/1"));
        assert_eq!(doubts, []);
    }

    #[test]
    fn huge_counts_and_self_pointing_directories_cost_nothing() {
        let entries = [
            [0x01, 0x0F, 0, 2, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 8],
            [0x01, 0x10, 0, 12, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 8],
            [0x87, 0x69, 0, 4, 0, 0, 0, 1, 0, 0, 0, 8],
            [0x88, 0x25, 0, 4, 0, 0, 0, 1, 0xFF, 0xFF, 0xFF, 0xF0],
        ];
        let (tags, doubts) = read(&block(&entries, &[]));
        assert_eq!(tags.get("Exif.Image.Make"), None);
        assert_eq!(doubts, [Doubt::ExifDamaged]);
    }

    #[test]
    fn what_is_no_tiff_is_passed_over() {
        for bad in [&b""[..], b"II", b"II*\0\0\0\0\0", b"XX*\0\x08\0\0\0\0\0"] {
            let (_, doubts) = read(bad);
            assert!(!doubts.is_empty() || bad.len() == 8, "{bad:?}");
        }
    }
}
