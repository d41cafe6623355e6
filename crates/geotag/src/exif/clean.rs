//! Copies the listed tags of a stranger's EXIF block into a compact block that is safe to parse.
//!
//! Only the first directory and the EXIF and GPS directories it names are followed, each once, so a
//! block can neither loop nor fan out. A value must lie inside the block, and only so much of it is
//! copied as is kept later: the copy has at most some 200 kB, whatever the block's pointers share.

use super::max_chars;
use crate::exiv2::{self, ExifTag, Ifd, Kind};
use crate::text;
use crate::tiff::{self, ASCII, BYTE, ByteOrder, Directory, EXIF_POINTER, GPS_POINTER, LONG, SHORT, UNDEFINED};

/// Entries of one directory that are looked at; cameras write some 60.
const MAX_ENTRIES: usize = 512;
/// Numbers of one value that are copied.
const MAX_NUMBERS: usize = 16;
/// Bytes of a text that are copied for each character that is kept: four of UTF-8, and as many for
/// characters that are dropped, such as leading spaces.
const BYTES_PER_CHAR: usize = 8;
/// The type that points to a directory (TIFF technical note 1); otherwise it is a LONG.
const IFD: u16 = 13;
/// The UTF-8 text of EXIF 3.0; otherwise it is ASCII.
const UTF8: u16 = 129;

/// A block that holds listed tags only, in types of TIFF 6.0, and whose offsets are our own.
#[derive(Debug)]
pub(super) struct Clean {
    pub block: Vec<u8>,
    /// Whether something of the original could not be read.
    pub damaged: bool,
}

/// Copies what is listed; `None` when there is no TIFF header or no first directory.
pub(super) fn copy(block: &[u8]) -> Option<Clean> {
    let mut source = Source { block, order: ByteOrder::of(block)?, damaged: false };
    let image = source.directory(source.order.u32(block.get(4..)?)?)?;
    let photo = source.child(&image, EXIF_POINTER);
    let gps = source.child(&image, GPS_POINTER);
    let block =
        tiff::block(source.order, listed(&image, Ifd::Image), listed(&photo, Ifd::Photo), listed(&gps, Ifd::Gps));
    Some(Clean { block, damaged: source.damaged })
}

/// The listed tags among the entries; the first entry of a tag counts.
fn listed(entries: &[Entry<'_>], ifd: Ifd) -> Directory {
    let mut directory = Directory::default();
    for entry in entries {
        if let Some(tag) = exiv2::exif_tag_at(ifd, entry.number)
            && !directory.contains(entry.number)
        {
            let (kind, unit, value) = entry.kept(tag);
            directory.put(entry.number, kind, (value.len() / unit) as u32, value.to_vec());
        }
    }
    directory
}

/// One entry whose value lies inside the block.
#[derive(Debug, Clone, Copy)]
struct Entry<'a> {
    number: u16,
    kind: u16,
    /// Bytes of one element.
    unit: usize,
    value: &'a [u8],
}

impl<'a> Entry<'a> {
    /// Field type, bytes of one element, and as much of the value as is kept.
    fn kept(&self, tag: &ExifTag) -> (u16, usize, &'a [u8]) {
        let is_text = match self.kind {
            ASCII | UTF8 => true,
            BYTE | UNDEFINED => tag.kind == Kind::Text,
            _ => false,
        };
        if is_text {
            return (ASCII, 1, text::head(self.value, max_chars(tag) * BYTES_PER_CHAR));
        }
        let kind = if self.kind == IFD { LONG } else { self.kind };
        let end = self.value.len().min(MAX_NUMBERS * self.unit);
        (kind, self.unit, &self.value[..end])
    }
}

/// A stranger's block.
struct Source<'a> {
    block: &'a [u8],
    order: ByteOrder,
    damaged: bool,
}

impl<'a> Source<'a> {
    /// The entries of the directory that a pointer of the image directory names; none without a pointer.
    fn child(&mut self, image: &[Entry<'a>], pointer: u16) -> Vec<Entry<'a>> {
        let entry = image.iter().find(|entry| entry.number == pointer);
        let Some(offset) = entry.and_then(|entry| self.offset(entry)) else {
            return Vec::new();
        };
        self.directory(offset).unwrap_or_else(|| {
            self.damaged = true;
            Vec::new()
        })
    }

    /// The offset that a pointer holds.
    fn offset(&self, entry: &Entry<'_>) -> Option<u32> {
        match entry.kind {
            BYTE => entry.value.first().copied().map(u32::from),
            SHORT => self.order.u16(entry.value).map(u32::from),
            LONG | IFD => self.order.u32(entry.value),
            _ => None,
        }
    }

    /// The entries of the directory at `offset`; those that cannot be read count as damage. `None`
    /// when there is not even a count.
    fn directory(&mut self, offset: u32) -> Option<Vec<Entry<'a>>> {
        let at = usize::try_from(offset).ok()?;
        let count = usize::from(self.order.u16(self.block.get(at..)?)?);
        let body = self.block.get(at + 2..)?;
        self.damaged |= count > MAX_ENTRIES || body.len() < count * 12;
        let mut entries = Vec::with_capacity(count.min(64));
        for bytes in body.chunks_exact(12).take(count.min(MAX_ENTRIES)) {
            match self.entry(bytes) {
                Some(entry) => entries.push(entry),
                None => self.damaged = true,
            }
        }
        Some(entries)
    }

    fn entry(&self, bytes: &'a [u8]) -> Option<Entry<'a>> {
        let kind = self.order.u16(bytes.get(2..)?)?;
        let unit = unit(kind)?;
        let length = usize::try_from(self.order.u32(bytes.get(4..)?)?).ok()?.checked_mul(unit)?;
        let value = if length <= 4 {
            bytes.get(8..8 + length)?
        } else {
            let at = usize::try_from(self.order.u32(bytes.get(8..)?)?).ok()?;
            self.block.get(at..at.checked_add(length)?)?
        };
        Some(Entry { number: self.order.u16(bytes)?, kind, unit, value })
    }
}

/// Bytes of one element of a field type.
fn unit(kind: u16) -> Option<usize> {
    match kind {
        1 | 2 | 6 | 7 | UTF8 => Some(1),
        3 | 8 => Some(2),
        4 | 9 | 11 | IFD => Some(4),
        5 | 10 | 12 => Some(8),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exiv2::EXIF;

    /// A little-endian block of `length` bytes, zero but for an image directory with pointers to a
    /// shared EXIF and GPS directory, which holds `entries`.
    fn overlapping(entries: &[(u16, u16, u32)], length: usize) -> Vec<u8> {
        let mut block = b"II\x2A\0\x08\0\0\0".to_vec();
        block.extend((entries.len() as u16 + 2).to_le_bytes());
        for &(number, kind, count) in [(EXIF_POINTER, LONG, 1), (GPS_POINTER, IFD, 1)].iter().chain(entries) {
            block.extend(number.to_le_bytes());
            block.extend(kind.to_le_bytes());
            block.extend(count.to_le_bytes());
            block.extend(8_u32.to_le_bytes());
        }
        block.resize(length, 0);
        block
    }

    #[test]
    fn a_copy_is_small_however_much_the_tags_share() {
        for kind in [1, 2, 3, 5, 7, 12, 129] {
            let count = 65_000 / unit(kind).unwrap() as u32;
            let entries: Vec<(u16, u16, u32)> = EXIF.iter().map(|tag| (tag.number, kind, count)).collect();
            let mut block = overlapping(&entries, 65_100);
            // No NUL shortens the text.
            block[1200..].fill(b'x');
            let clean = copy(&block).unwrap();
            assert!(!clean.damaged, "{kind}");
            assert!(clean.block.len() < 200_000, "{kind}: {}", clean.block.len());
        }
    }

    #[test]
    fn only_listed_tags_are_copied_and_each_once() {
        let entries = [(0x0112, 3, 1), (0x0112, 3, 2), (0x927C, 7, 200), (0xA005, 4, 1), (0x014A, 4, 1)];
        let clean = copy(&overlapping(&entries, 400)).unwrap();
        // The image directory alone lists one of these tags: header, count, one entry, end.
        assert_eq!(clean.block.len(), 8 + 2 + 12 + 4);
        assert!(!clean.damaged);
    }

    #[test]
    fn entries_beyond_the_bound_are_damage() {
        let mut entries = vec![(0xFFFF, 3, 1); MAX_ENTRIES - 2];
        assert!(!copy(&overlapping(&entries, 10_000)).unwrap().damaged);
        entries.push((0xFFFF, 3, 1));
        assert!(copy(&overlapping(&entries, 10_000)).unwrap().damaged);
    }
}
