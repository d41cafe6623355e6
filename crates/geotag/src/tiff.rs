//! TIFF blocks of our own making, as EXIF uses them: an image, an EXIF and a GPS directory
//! (TIFF 6.0 section 2, CIPA DC-008 4.6).

use std::collections::BTreeMap;

pub(crate) const BYTE: u16 = 1;
pub(crate) const ASCII: u16 = 2;
pub(crate) const SHORT: u16 = 3;
pub(crate) const LONG: u16 = 4;
pub(crate) const RATIONAL: u16 = 5;
pub(crate) const UNDEFINED: u16 = 7;

/// The tag of the image directory that says where the EXIF directory begins.
pub(crate) const EXIF_POINTER: u16 = 0x8769;
/// The tag of the image directory that says where the GPS directory begins.
pub(crate) const GPS_POINTER: u16 = 0x8825;

/// Bytes before the first directory.
const HEADER: usize = 8;

/// Which byte of a number comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ByteOrder {
    /// The lowest.
    Little,
    /// The highest.
    Big,
}

impl ByteOrder {
    /// The order that the first four bytes of a TIFF block tell; `None` when they are no TIFF's.
    pub(crate) fn of(block: &[u8]) -> Option<Self> {
        match block.get(..4)? {
            [b'I', b'I', 42, 0] => Some(Self::Little),
            [b'M', b'M', 0, 42] => Some(Self::Big),
            _ => None,
        }
    }

    /// The first two bytes as a number.
    pub(crate) fn u16(self, bytes: &[u8]) -> Option<u16> {
        let bytes = *bytes.first_chunk()?;
        Some(if self == Self::Little { u16::from_le_bytes(bytes) } else { u16::from_be_bytes(bytes) })
    }

    /// The first four bytes as a number.
    pub(crate) fn u32(self, bytes: &[u8]) -> Option<u32> {
        let bytes = *bytes.first_chunk()?;
        Some(if self == Self::Little { u32::from_le_bytes(bytes) } else { u32::from_be_bytes(bytes) })
    }

    fn short(self, value: u16) -> [u8; 2] {
        if self == Self::Little { value.to_le_bytes() } else { value.to_be_bytes() }
    }

    fn long(self, value: u32) -> [u8; 4] {
        if self == Self::Little { value.to_le_bytes() } else { value.to_be_bytes() }
    }
}

/// A directory in the making: field type, count and bytes of each tag.
#[derive(Debug, Default)]
pub(crate) struct Directory(BTreeMap<u16, (u16, u32, Vec<u8>)>);

impl Directory {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn contains(&self, tag: u16) -> bool {
        self.0.contains_key(&tag)
    }

    /// Sets a tag. The bytes are in the order of the block that the directory goes into.
    pub(crate) fn put(&mut self, tag: u16, kind: u16, count: u32, value: Vec<u8>) {
        self.0.insert(tag, (kind, count, value));
    }

    /// Bytes of the directory alone.
    fn table_size(&self) -> usize {
        2 + self.0.len() * 12 + 4
    }

    /// Bytes of the directory with the values that do not fit into it.
    fn size(&self) -> usize {
        self.table_size() + self.0.values().map(|(_, _, value)| outside(value)).sum::<usize>()
    }

    fn write(self, order: ByteOrder, block: &mut Vec<u8>) {
        let mut values_at = block.len() + self.table_size();
        block.extend(order.short(self.0.len() as u16));
        let mut values = Vec::new();
        for (tag, (kind, count, mut value)) in self.0 {
            block.extend(order.short(tag));
            block.extend(order.short(kind));
            block.extend(order.long(count));
            let outside = outside(&value);
            if outside == 0 {
                value.resize(4, 0);
                block.extend(value);
            } else {
                block.extend(order.long(values_at as u32));
                value.resize(outside, 0);
                values_at += outside;
                values.extend(value);
            }
        }
        // No directory follows: there is no thumbnail.
        block.extend([0; 4]);
        block.extend(values);
    }
}

/// Bytes a value takes behind its directory: none up to four, else an even number.
fn outside(value: &[u8]) -> usize {
    if value.len() <= 4 { 0 } else { value.len().next_multiple_of(2) }
}

/// The block with those directories; an EXIF or GPS directory without tags is left out.
pub(crate) fn block(order: ByteOrder, mut image: Directory, photo: Directory, gps: Directory) -> Vec<u8> {
    let mut children = vec![(EXIF_POINTER, photo), (GPS_POINTER, gps)];
    children.retain(|(_, child)| !child.is_empty());
    // A pointer's value is known when all pointers have their place.
    for (pointer, _) in &children {
        image.put(*pointer, LONG, 1, vec![0; 4]);
    }
    let mut at = HEADER + image.size();
    for (pointer, child) in &children {
        image.put(*pointer, LONG, 1, order.long(at as u32).to_vec());
        at += child.size();
    }
    let mut block = Vec::with_capacity(at);
    block.extend(if order == ByteOrder::Little { b"II" } else { b"MM" });
    block.extend(order.short(42));
    block.extend(order.long(HEADER as u32));
    image.write(order, &mut block);
    for (_, child) in children {
        child.write(order, &mut block);
    }
    block
}
