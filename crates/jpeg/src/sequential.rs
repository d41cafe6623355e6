//! Checks the entropy-coded data of baseline and extended sequential files, bit by bit.

use crate::error::JpegError;
use crate::frame::Frame;
use crate::header::{Scan, Tables};
use crate::huffman::{BitReader, HuffmanTable};
use crate::intervals::for_each_interval;

const BAD_RUN: JpegError = JpegError::Damaged("a block has more than 64 coefficients");
const BAD_DC: JpegError = JpegError::Damaged("a block has an impossible brightness");

/// Walks every block of the only scan. Passes if each interval holds exactly its blocks.
pub(crate) fn check_scan(tables: &Tables, frame: &Frame, scan: &Scan, data: &[u8]) -> Result<(), JpegError> {
    const MISSING: JpegError = JpegError::Damaged("a Huffman table is missing");
    let mut components = Vec::with_capacity(scan.components.len());
    for part in &scan.components {
        let component = frame.components[part.index];
        let dc = HuffmanTable::new(tables.dc[part.dc_table].as_ref().ok_or(MISSING)?);
        let ac = HuffmanTable::new(tables.ac[part.ac_table].as_ref().ok_or(MISSING)?);
        components.push((component.horizontal * component.vertical, dc, ac));
    }
    let (columns, rows) = frame.mcus();
    let units = u64::from(columns) * u64::from(rows);
    for_each_interval(data, units, tables.restart_interval, |clean, range| {
        let mut reader = BitReader::new(clean);
        for _ in range {
            for (blocks, dc, ac) in &components {
                for _ in 0..*blocks {
                    check_block(&mut reader, dc, ac)?;
                }
            }
        }
        reader.finish()
    })
}

#[inline]
fn check_block(reader: &mut BitReader<'_>, dc: &HuffmanTable, ac: &HuffmanTable) -> Result<(), JpegError> {
    // The difference of two 8-bit averages has at most 11 bits (T.81, table F.1); a few more are
    // harmless and occur with odd quantisation, 16 would not fit any decoder.
    if reader.symbol_and_value(dc)? > 15 {
        return Err(BAD_DC);
    }
    let mut k = 1;
    while k < 64 {
        let symbol = reader.symbol_and_value(ac)?;
        let (run, size) = (symbol >> 4, symbol & 15);
        match (run, size) {
            (0, 0) => return Ok(()),
            (15, 0) => k += 16,
            // Runs of end-of-block belong to progressive files.
            (_, 0) => return Err(BAD_RUN),
            _ => k += run + 1,
        }
    }
    // A run of 16 zeros up to the last coefficient exactly can't be told from an error of the
    // encoder, but is read alike by all decoders; one step further is not.
    if k > 64 { Err(BAD_RUN) } else { Ok(()) }
}
