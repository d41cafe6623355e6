//! JPEG and PNG files written by hand, whose size in pixels is out of proportion to their bytes.
//!
//! ITU-T T.81 for JPEG, ISO/IEC 15948 for PNG.

use std::io::Write as _;

use anyhow::Result;
use flate2::{Compression, Crc, write::ZlibEncoder};

/// Blocks for which one code of an end-of-band run stands.
const RUN: u32 = 1 << 14;
/// Width and height of the progressive picture: its blocks are so many whole runs.
const PROGRESSIVE: (u32, u32) = (12_288, 15_360);

/// A grey JPEG of one level: two bits for each block of 64 pixels. Without metadata; sides are whole blocks.
pub(crate) fn blank_jpeg(width: u32, height: u32) -> Vec<u8> {
    let blocks = width / 8 * (height / 8);
    let mut file = start(0xc0, width, height);
    // The one code of each table is a bit: no difference, end of block.
    file.extend(table(0x00, 0x00));
    file.extend(table(0x10, 0x00));
    file.extend(scan([0, 63, 0]));
    file.extend(zero_bits(blocks * 2));
    file.extend([0xff, 0xd9]);
    file
}

/// A progressive grey JPEG of one level, so many scans of it: the first of all blocks, the others of nothing but a few runs
/// over all of them. First each band, then again and again one bit more precise.
pub(crate) fn progressive_jpeg(scans: u32) -> Vec<u8> {
    let (width, height) = PROGRESSIVE;
    let blocks = width / 8 * (height / 8);
    let mut file = start(0xc2, width, height);
    file.extend(table(0x00, 0x00));
    // The one code is an end-of-band run whose length has 14 bits more.
    file.extend(table(0x10, 0xe0));
    file.extend(scan([0, 0, 0]));
    file.extend(zero_bits(blocks));
    // With 64 scans each band comes once, whole; with more, it comes first without its lower bits.
    let rounds = (scans - 1).div_ceil(63);
    for number in 0..scans - 1 {
        let (band, low) = (1 + number % 63, rounds - 1 - number / 63);
        let high = if number < 63 { 0 } else { low + 1 };
        file.extend(scan([band as u8, band as u8, (high << 4 | low) as u8]));
        file.extend(zero_bits(blocks / RUN * 15));
    }
    file.extend([0xff, 0xd9]);
    file
}

/// Start of the image, one quantisation table, and a frame of one component.
fn start(frame: u8, width: u32, height: u32) -> Vec<u8> {
    let mut file = vec![0xff, 0xd8, 0xff, 0xdb, 0, 67, 0];
    file.extend([1; 64]);
    let ([_, _, h1, h0], [_, _, w1, w0]) = (height.to_be_bytes(), width.to_be_bytes());
    file.extend([0xff, frame, 0, 11, 8, h1, h0, w1, w0, 1, 1, 0x11, 0]);
    file
}

/// A Huffman table with one code, a zero bit.
fn table(class: u8, symbol: u8) -> Vec<u8> {
    let mut segment = vec![0xff, 0xc4, 0, 20, class, 1];
    segment.extend([0; 15]);
    segment.push(symbol);
    segment
}

/// The header of a scan: its band's first and last coefficient, and bits.
fn scan(which: [u8; 3]) -> Vec<u8> {
    [&[0xff, 0xda, 0, 8, 1, 1, 0][..], &which].concat()
}

/// So many zero bits, filled up with ones as the standard has it.
fn zero_bits(count: u32) -> Vec<u8> {
    let mut bytes = vec![0; count as usize / 8];
    if !count.is_multiple_of(8) {
        bytes.push(0xff >> (count % 8));
    }
    bytes
}

/// A grey PNG of two levels, all black.
#[derive(Debug)]
pub(crate) struct Png<'a> {
    /// Pixels per row that are there.
    pub width: u32,
    /// Rows that are there.
    pub height: u32,
    /// The size that its header states.
    pub says: (u32, u32),
    /// The TIFF bytes of its EXIF.
    pub tag: &'a [u8],
    /// What else comes before the picture.
    pub chunks: &'a [Chunk],
}

/// A part of a PNG.
#[derive(Debug)]
pub(crate) struct Chunk {
    /// Its type.
    pub name: [u8; 4],
    /// Its content.
    pub content: Vec<u8>,
}

impl Chunk {
    fn bytes(&self) -> Vec<u8> {
        let mut sum = Crc::new();
        sum.update(&self.name);
        sum.update(&self.content);
        let length = (self.content.len() as u32).to_be_bytes();
        [&length, &self.name[..], &self.content, &sum.sum().to_be_bytes()].concat()
    }
}

/// The file.
pub(crate) fn png(png: &Png<'_>) -> Result<Vec<u8>> {
    let size = [png.says.0.to_be_bytes(), png.says.1.to_be_bytes()].concat();
    let head = Chunk { name: *b"IHDR", content: [&size[..], &[1, 0, 0, 0, 0]].concat() };
    let row = 1 + u64::from(png.width.div_ceil(8));
    let data = Chunk { name: *b"IDAT", content: deflated(Vec::new(), 0, row * u64::from(png.height))? };
    let tag = Chunk { name: *b"eXIf", content: png.tag.to_vec() };
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    file.extend(head.bytes());
    for chunk in png.chunks.iter().chain([&tag, &data]) {
        file.extend(chunk.bytes());
    }
    file.extend(Chunk { name: *b"IEND", content: Vec::new() }.bytes());
    Ok(file)
}

/// An XMP packet of so many spaces, as PNG compresses it.
pub(crate) fn compressed_xmp(length: u64) -> Result<Vec<u8>> {
    deflated(b"XML:com.adobe.xmp\0\x01\0\0\0".to_vec(), b' ', length)
}

/// A colour profile of so many zeros.
pub(crate) fn compressed_profile(length: u64) -> Result<Vec<u8>> {
    deflated(b"profile\0\0".to_vec(), 0, length)
}

/// `start`, and so many bytes of one value compressed.
fn deflated(start: Vec<u8>, value: u8, length: u64) -> Result<Vec<u8>> {
    let mut encoder = ZlibEncoder::new(start, Compression::best());
    let block = vec![value; 1 << 16];
    let mut left = length;
    while left > 0 {
        let now = left.min(block.len() as u64);
        encoder.write_all(&block[..now as usize])?;
        left -= now;
    }
    Ok(encoder.finish()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_are_filled_up_with_ones() {
        assert_eq!(zero_bits(16), [0, 0]);
        assert_eq!(zero_bits(11), [0, 0x1f]);
    }

    #[test]
    fn little_stands_for_much() {
        let tag = [];
        let bomb = png(&Png { width: 20_000, height: 20_000, says: (20_000, 20_000), tag: &tag, chunks: &[] }).unwrap();
        assert!(bomb.len() < 60_000, "{}", bomb.len());
        let (width, height) = PROGRESSIVE;
        assert!((width / 8 * (height / 8)).is_multiple_of(RUN));
        assert!(progressive_jpeg(883).len() < 1_000_000 && blank_jpeg(14_000, 14_000).len() < 1_000_000);
    }
}
