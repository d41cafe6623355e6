//! Writes coefficients as a file with one interleaved sequential Huffman scan.

use crate::blocks::{Block, Grid};
use crate::error::JpegError;
use crate::frame::Frame;
use crate::header::Colours;
use crate::marker::{APP14, DHT, DQT, EOI, SOF0, SOF1, SOI, SOS};

use super::coefficients::Coefficients;
use super::optimal::Codes;

/// Symbols that any block of 8-bit samples can need: sizes 0 to 11 of a difference of brightness (T.81, table F.1).
const DC_SYMBOLS: u8 = 12;
/// The end of a block.
const EOB: u8 = 0x00;
/// Sixteen zeros.
const ZRL: u8 = 0xF0;

/// Writes the start marker, an Adobe header where `colours` need one, DQT, SOF0 (or SOF1, if a quantisation
/// step exceeds 255), DHT, SOS, the scan and the end marker.
///
/// `quantisation` holds a table in zigzag order for each component, whatever table numbers `frame` states; the
/// components are numbered from 1. The Huffman tables are made for the picture: the file is kept and sent for years,
/// and with tables that fit it is smaller than with those of T.81, annex K. They still have a code for every symbol
/// that a block of 8-bit samples can need, so that any block can be replaced by any other later.
///
/// Fails if a coefficient, or the difference of two successive DC coefficients, exceeds what 8 bits per sample
/// allow, or if the parts don't fit each other. Memory: the file.
pub(crate) fn emit(
    frame: &Frame,
    colours: Colours,
    quantisation: &[[u16; 64]],
    coefficients: &Coefficients,
) -> Result<Vec<u8>, JpegError> {
    let grids = coefficients.components.as_slice();
    let count = frame.components.len();
    let fits = |(index, grid): (usize, &Grid<Block>)| {
        let (columns, rows) = frame.padded_blocks(index);
        (grid.width, grid.height) == (columns as usize, rows as usize) && grid.cells.len() == grid.width * grid.height
    };
    if grids.len() != count || quantisation.len() != count || !grids.iter().enumerate().all(fits) {
        return Err(JpegError::Encoder("coefficients and frame do not fit each other".to_owned()));
    }
    coefficients.check_range()?;

    let pairs = table_pairs(colours);
    let mut frequencies = Frequencies::new();
    code_scan(frame, pairs, grids, &mut frequencies)?;
    let tables = frequencies.tables();
    let bytes = frequencies.bits(&tables).div_ceil(8) as usize;

    // What stuffing adds is about one byte in 256.
    let mut out = Vec::with_capacity(bytes + bytes / 64 + 2048);
    out.extend([0xFF, SOI]);
    write_headers(frame, colours, quantisation, &mut out);
    let used = pairs[..count].iter().max().map_or(1, |&last| last + 1);
    let mut payload = Vec::new();
    for (number, pair) in (0..).zip(&tables[..used]) {
        pair.dc.write(number, &mut payload);
        pair.ac.write(0x10 | number, &mut payload);
    }
    segment(DHT, &payload, &mut out);
    let mut payload = vec![count as u8];
    for (id, &pair) in (1..).zip(&pairs[..count]) {
        payload.extend([id, (pair * 0x11) as u8]);
    }
    payload.extend([0, 63, 0]);
    segment(SOS, &payload, &mut out);

    let mut writer = Writer { out, tables: &tables, bits: 0, count: 0 };
    code_scan(frame, pairs, grids, &mut writer)?;
    let mut out = writer.finish();
    out.extend([0xFF, EOI]);
    Ok(out)
}

/// Which pair of Huffman tables each component uses: 0 for brightness and inks, 1 for colour.
fn table_pairs(colours: Colours) -> [usize; 4] {
    match colours {
        Colours::Grey | Colours::Rgb | Colours::Cmyk => [0; 4],
        Colours::YCbCr | Colours::Ycck => [0, 1, 1, 0],
    }
}

fn write_headers(frame: &Frame, colours: Colours, quantisation: &[[u16; 64]], out: &mut Vec<u8>) {
    let transform = match colours {
        // What decoders assume of files without an Adobe header.
        Colours::Grey | Colours::YCbCr => None,
        Colours::Rgb | Colours::Cmyk => Some(0),
        Colours::Ycck => Some(2),
    };
    if let Some(transform) = transform {
        // Version 100, no flags.
        segment(APP14, &[b"Adobe\0d\0\0\0\0".as_slice(), &[transform]].concat(), out);
    }
    // Each table once.
    let mut different: Vec<&[u16; 64]> = Vec::new();
    let mut numbers = Vec::new();
    for table in quantisation {
        let known = different.iter().position(|&other| other == table);
        numbers.push(known.unwrap_or(different.len()) as u8);
        if known.is_none() {
            different.push(table);
        }
    }
    let mut payload = Vec::new();
    let mut baseline = true;
    for (number, table) in (0..).zip(different) {
        if table.iter().all(|&step| step <= 255) {
            payload.push(number);
            payload.extend(table.iter().map(|&step| step as u8));
        } else {
            baseline = false;
            payload.push(0x10 | number);
            payload.extend(table.iter().flat_map(|step| step.to_be_bytes()));
        }
    }
    segment(DQT, &payload, out);
    let mut payload = vec![8];
    payload.extend((frame.height as u16).to_be_bytes());
    payload.extend((frame.width as u16).to_be_bytes());
    payload.push(frame.components.len() as u8);
    for ((id, component), table) in (1..).zip(&frame.components).zip(numbers) {
        payload.extend([id, component.horizontal << 4 | component.vertical, table]);
    }
    segment(if baseline { SOF0 } else { SOF1 }, &payload, out);
}

fn segment(marker: u8, payload: &[u8], out: &mut Vec<u8>) {
    out.extend([0xFF, marker]);
    out.extend((payload.len() as u16 + 2).to_be_bytes());
    out.extend(payload);
}

/// What becomes of the symbols of a scan.
trait Sink {
    /// A DC symbol of a pair of tables, and the bits behind it, as many as the symbol says.
    fn dc(&mut self, pair: usize, symbol: u8, bits: u32);
    /// Another symbol, and the bits behind it, as many as the lower half of the symbol says.
    fn ac(&mut self, pair: usize, symbol: u8, bits: u32);
}

/// All blocks in the order of an interleaved scan (T.81, A.2.3).
fn code_scan(frame: &Frame, pairs: [usize; 4], grids: &[Grid<Block>], sink: &mut impl Sink) -> Result<(), JpegError> {
    let (columns, rows) = frame.mcus();
    let parts: Vec<(&Grid<Block>, usize, usize, usize)> = (grids.iter().zip(pairs).enumerate())
        .map(|(index, (grid, pair))| (grid, pair, frame.sampling(index)))
        .map(|(grid, pair, (h, v))| (grid, pair, h as usize, v as usize))
        .collect();
    let mut before = [0; 4];
    for y in 0..rows as usize {
        for x in 0..columns as usize {
            for (&(grid, pair, h, v), before) in parts.iter().zip(&mut before) {
                for row in y * v..(y + 1) * v {
                    for block in &grid.row(row)[x * h..(x + 1) * h] {
                        code_block(block, before, pair, sink)?;
                    }
                }
            }
        }
    }
    Ok(())
}

/// Bits that a value takes, and these bits (T.81, F.1.2.1.1): negative values are those of the amount, inverted.
#[inline]
fn size_and_bits(value: i32) -> (u8, u32) {
    let size = 32 - value.unsigned_abs().leading_zeros();
    let bits = if value < 0 { value - 1 } else { value };
    (size as u8, bits as u32 & ((1 << size) - 1))
}

#[inline]
fn code_block(block: &Block, before: &mut i32, pair: usize, sink: &mut impl Sink) -> Result<(), JpegError> {
    let (size, bits) = size_and_bits(i32::from(block[0]) - *before);
    if size >= DC_SYMBOLS {
        return Err(JpegError::Damaged("the brightness of two blocks differs by more than can be coded"));
    }
    *before = i32::from(block[0]);
    sink.dc(pair, size, bits);
    let mut run = 0;
    for &value in &block[1..] {
        if value == 0 {
            run += 1;
            continue;
        }
        while run > 15 {
            sink.ac(pair, ZRL, 0);
            run -= 16;
        }
        let (size, bits) = size_and_bits(i32::from(value));
        sink.ac(pair, run << 4 | size, bits);
        run = 0;
    }
    if run > 0 {
        sink.ac(pair, EOB, 0);
    }
    Ok(())
}

/// Huffman tables of a group of components.
struct Pair {
    dc: Codes,
    ac: Codes,
}

/// How often each symbol occurs, one more than it does for those that have to be there.
struct Frequencies {
    dc: [[u32; 256]; 2],
    ac: [[u32; 256]; 2],
}

impl Frequencies {
    fn new() -> Frequencies {
        let needed = |symbol: u8| matches!(symbol, EOB | ZRL) || (1..=10).contains(&(symbol & 15));
        let dc = std::array::from_fn(|symbol| u32::from(symbol < usize::from(DC_SYMBOLS)));
        let ac = std::array::from_fn(|symbol| u32::from(needed(symbol as u8)));
        Frequencies { dc: [dc; 2], ac: [ac; 2] }
    }

    fn tables(&self) -> [Pair; 2] {
        std::array::from_fn(|pair| Pair {
            dc: Codes::for_frequencies(&self.dc[pair]),
            ac: Codes::for_frequencies(&self.ac[pair]),
        })
    }

    /// How long the scan gets, or a little more.
    fn bits(&self, tables: &[Pair; 2]) -> u64 {
        let sum = |frequencies: &[u32; 256], codes: &Codes| -> u64 {
            let bits = |symbol: u8| u64::from(codes.code(symbol).1) + u64::from(symbol & 15);
            (0..=255).zip(frequencies).map(|(symbol, &frequency)| u64::from(frequency) * bits(symbol)).sum()
        };
        (0..2).map(|pair| sum(&self.dc[pair], &tables[pair].dc) + sum(&self.ac[pair], &tables[pair].ac)).sum()
    }
}

impl Sink for Frequencies {
    #[inline]
    fn dc(&mut self, pair: usize, symbol: u8, _: u32) {
        self.dc[pair][usize::from(symbol)] += 1;
    }

    #[inline]
    fn ac(&mut self, pair: usize, symbol: u8, _: u32) {
        self.ac[pair][usize::from(symbol)] += 1;
    }
}

/// Codes symbols, with byte stuffing.
struct Writer<'t> {
    out: Vec<u8>,
    tables: &'t [Pair; 2],
    /// The last `count` bits are still to be written.
    bits: u64,
    count: u32,
}

impl Writer<'_> {
    #[inline]
    fn put(&mut self, (code, length): (u16, u8), size: u8, bits: u32) {
        self.bits = (self.bits << length | u64::from(code)) << size | u64::from(bits);
        self.count += u32::from(length) + u32::from(size);
        while self.count >= 8 {
            self.count -= 8;
            let byte = (self.bits >> self.count) as u8;
            self.out.push(byte);
            if byte == 0xFF {
                self.out.push(0);
            }
        }
    }

    /// Fills the last byte up with ones (T.81, F.1.2.3).
    fn finish(mut self) -> Vec<u8> {
        if self.count > 0 {
            let missing = 8 - self.count as u8;
            self.put(((1 << missing) - 1, missing), 0, 0);
        }
        self.out
    }
}

impl Sink for Writer<'_> {
    #[inline]
    fn dc(&mut self, pair: usize, symbol: u8, bits: u32) {
        self.put(self.tables[pair].dc.code(symbol), symbol, bits);
    }

    #[inline]
    fn ac(&mut self, pair: usize, symbol: u8, bits: u32) {
        self.put(self.tables[pair].ac.code(symbol), symbol & 15, bits);
    }
}
