//! Reads an EXIF block into the table of tags.
//!
//! Two steps. `clean` follows the block's own pointers, each once and within bounds, and copies the
//! listed tags into a small block of our own. The `kamadak-exif` crate parses that block and decodes
//! its values, which are then printed as Exiv2 prints them. The library never sees what a stranger
//! wrote as an offset or a count: it follows every pointer, so that 65 kB of directories that overlap
//! would take it 0.4 s and 330 MB.

mod clean;

use std::fmt::Display;

use ::exif::{Context, In, Reader, Tag, Value};

use crate::doubt::Doubt;
use crate::exiv2::{EXIF, ExifTag, Ifd};
use crate::tags::Tags;
use crate::text;
use crate::tiff::ByteOrder;

/// Characters kept of the description, which may hold a JSON object.
const MAX_DESCRIPTION: usize = 16 * 1024;

/// Reads the blocks into `tags`; a block that is no TIFF is passed over with a doubt.
pub(crate) fn read_blocks(blocks: &[&[u8]], tags: &mut Tags, doubts: &mut Vec<Doubt>) {
    for block in blocks {
        if read_block(block, tags, doubts).is_none() {
            doubts.push(Doubt::ExifUnreadable);
        }
    }
}

/// The block from its TIFF header on: other containers put an offset and the signature of JPEG before it.
pub(crate) fn from_header(block: &[u8]) -> &[u8] {
    /// Bytes among which the header is looked for: an offset of four, `Exif` and two NULs.
    const BEFORE: usize = 10;
    let header = (0..=BEFORE).find(|&at| block.get(at..).is_some_and(|rest| ByteOrder::of(rest).is_some()));
    &block[header.unwrap_or(0)..]
}

fn read_block(block: &[u8], tags: &mut Tags, doubts: &mut Vec<Doubt>) -> Option<()> {
    let clean = clean::copy(block)?;
    let parsed = Reader::new().read_raw(clean.block).ok()?;
    for tag in EXIF {
        let context = match tag.ifd {
            Ifd::Image => Context::Tiff,
            Ifd::Photo => Context::Exif,
            Ifd::Gps => Context::Gps,
        };
        if let Some(field) = parsed.get_field(Tag(context, tag.number), In::PRIMARY) {
            tags.offer(tag.name, text::clean(&print(&field.value), max_chars(tag)));
        }
    }
    if clean.damaged {
        doubts.push(Doubt::ExifDamaged);
    }
    Some(())
}

/// Characters of a tag's value that are kept.
fn max_chars(tag: &ExifTag) -> usize {
    if tag.public { text::MAX_CHARS } else { MAX_DESCRIPTION }
}

/// The value as Exiv2 prints it. Text that a camera wrote where numbers belong stays text.
fn print(value: &Value) -> String {
    match value {
        Value::Ascii(texts) => texts.first().map(|bytes| text::decode(bytes)).unwrap_or_default(),
        Value::Byte(numbers) | Value::Undefined(numbers, _) => join(numbers),
        Value::Short(numbers) => join(numbers),
        Value::Long(numbers) => join(numbers),
        Value::Rational(numbers) => join(numbers),
        Value::SByte(numbers) => join(numbers),
        Value::SShort(numbers) => join(numbers),
        Value::SLong(numbers) => join(numbers),
        Value::SRational(numbers) => join(numbers),
        Value::Float(numbers) => join(numbers),
        Value::Double(numbers) => join(numbers),
        Value::Unknown(..) => String::new(),
    }
}

fn join<T: Display>(numbers: &[T]) -> String {
    numbers.iter().map(T::to_string).collect::<Vec<_>>().join(" ")
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
    fn every_field_type_prints() {
        // A resolution, of the given type and count, whose value stands behind the directory.
        let printed = |kind: u8, count: u8, value: &[u8]| {
            let entry = [0x01, 0x1A, 0, kind, 0, 0, 0, count, 0, 0, 0, 26];
            let (tags, doubts) = read(&block(&[entry], value));
            assert_eq!(doubts, [], "{kind}");
            tags.get("Exif.Image.XResolution").map(str::to_owned)
        };
        let minus = [0xFF; 16];
        assert_eq!(printed(1, 5, &[0, 1, 2, 3, 255]).as_deref(), Some("0 1 2 3 255"));
        assert_eq!(printed(2, 5, b"4.5\0 ").as_deref(), Some("4.5"));
        assert_eq!(printed(3, 3, &[0, 1, 1, 0, 255, 255]).as_deref(), Some("1 256 65535"));
        assert_eq!(printed(4, 2, &[0, 0, 0, 1, 255, 255, 255, 255]).as_deref(), Some("1 4294967295"));
        assert_eq!(printed(5, 1, &[0, 0, 0, 9, 0, 0, 0, 0]).as_deref(), Some("9/0"));
        assert_eq!(printed(6, 5, &minus).as_deref(), Some("-1 -1 -1 -1 -1"));
        assert_eq!(printed(7, 5, b"02321").as_deref(), Some("48 50 51 50 49"));
        assert_eq!(printed(8, 3, &minus).as_deref(), Some("-1 -1 -1"));
        assert_eq!(printed(9, 2, &minus).as_deref(), Some("-1 -1"));
        assert_eq!(printed(10, 1, &[255, 255, 255, 247, 0, 0, 0, 4]).as_deref(), Some("-9/4"));
        assert_eq!(printed(10, 1, &[128, 0, 0, 0, 255, 255, 255, 255]).as_deref(), Some("-2147483648/-1"));
        let floats = [1.5_f32.to_be_bytes(), f32::NAN.to_be_bytes()].concat();
        assert_eq!(printed(11, 2, &floats).as_deref(), Some("1.5 NaN"));
        assert_eq!(printed(12, 1, &0.1_f64.to_be_bytes()).as_deref(), Some("0.1"));
        assert_eq!(printed(13, 2, &[0, 0, 0, 1, 0, 0, 0, 2]).as_deref(), Some("1 2"));
        assert_eq!(printed(129, 5, "é5 mm".as_bytes()).as_deref(), Some("é5 m"));
    }

    #[test]
    fn text_of_the_wrong_type_is_text_and_numbers_for_text_are_numbers() {
        // A maker of the given type and count.
        let make = |kind: u8, count: u8| {
            let (tags, _) = read(&block(&[[0x01, 0x0F, 0, kind, 0, 0, 0, count, b'A', b'B', 0, 0]], &[]));
            tags.get("Exif.Image.Make").map(str::to_owned)
        };
        for kind in [1, 2, 7, 129] {
            assert_eq!(make(kind, 4).as_deref(), Some("AB"), "{kind}");
        }
        assert_eq!(make(3, 2).as_deref(), Some("16706 0"));
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
