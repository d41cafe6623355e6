//! Huffman-coded scans, sequential (T.81, annex F.2) and progressive (annex G).

use crate::blocks::Block;
use crate::error::JpegError;
use crate::header::{Scan, Tables};
use crate::huffman::{BitReader, HuffmanSpec, HuffmanTable};

use super::coefficients::{BAD_AC, BAD_DC, ac_value, dc_value, refine};
use super::scans::BlockDecoder;

const BAD_RUN: JpegError = JpegError::Damaged("a block has more than 64 coefficients");
const MISSING: JpegError = JpegError::Damaged("a Huffman table is missing");

/// Bits of a difference of brightness at most (T.81, table F.1).
const MAX_DC_BITS: u8 = 11;
/// Bits of another coefficient at most (T.81, table F.2).
const MAX_AC_BITS: u8 = 10;

fn ready(spec: Option<&HuffmanSpec>) -> Result<HuffmanTable, JpegError> {
    spec.map(HuffmanTable::new).ok_or(MISSING)
}

fn dc_tables(tables: &Tables, scan: &Scan) -> Result<Vec<HuffmanTable>, JpegError> {
    scan.components.iter().map(|part| ready(tables.dc[part.dc_table].as_ref())).collect()
}

fn ac_tables(tables: &Tables, scan: &Scan) -> Result<Vec<HuffmanTable>, JpegError> {
    scan.components.iter().map(|part| ready(tables.ac[part.ac_table].as_ref())).collect()
}

/// A number of `size` bits, 1 to 16; the upper half of them is positive (T.81, figure F.12).
#[inline]
fn value(reader: &mut BitReader<'_>, size: u8) -> Result<i32, JpegError> {
    let bits = reader.take(u32::from(size))? as i32;
    let half = 1 << (size - 1);
    Ok(if bits < half { bits + 1 - 2 * half } else { bits })
}

/// A difference of brightness.
#[inline]
fn difference(reader: &mut BitReader<'_>, table: &HuffmanTable) -> Result<i32, JpegError> {
    match reader.symbol(table)? {
        0 => Ok(0),
        size if size <= MAX_DC_BITS => value(reader, size),
        _ => Err(BAD_DC),
    }
}

/// Number of blocks, this one included, that have no further coefficients in the band.
fn end_of_band_run(reader: &mut BitReader<'_>, category: u8) -> Result<u64, JpegError> {
    let extra = reader.take(u32::from(category))?;
    Ok((1 << category) + u64::from(extra))
}

/// Whole blocks, one after another.
pub(super) struct Sequential {
    dc: Vec<HuffmanTable>,
    ac: Vec<HuffmanTable>,
    before: [i32; 4],
}

impl Sequential {
    pub(super) fn new(tables: &Tables, scan: &Scan) -> Result<Sequential, JpegError> {
        Ok(Sequential { dc: dc_tables(tables, scan)?, ac: ac_tables(tables, scan)?, before: [0; 4] })
    }
}

impl BlockDecoder for Sequential {
    type Reader<'d> = BitReader<'d>;

    fn begin<'d>(&mut self, data: &'d [u8]) -> BitReader<'d> {
        self.before = [0; 4];
        BitReader::new(data)
    }

    #[inline]
    fn block(&mut self, reader: &mut BitReader<'_>, part: usize, block: &mut Block) -> Result<(), JpegError> {
        self.before[part] += difference(reader, &self.dc[part])?;
        block[0] = dc_value(self.before[part], 0)?;
        let mut k = 1;
        while k < 64 {
            let symbol = reader.symbol(&self.ac[part])?;
            let (run, size) = (symbol >> 4, symbol & 15);
            match (run, size) {
                (0, 0) => return Ok(()),
                (15, 0) => k += 16,
                // Runs of end-of-block belong to progressive files.
                (_, 0) => return Err(BAD_RUN),
                (_, 1..=MAX_AC_BITS) => {
                    k += usize::from(run);
                    *block.get_mut(k).ok_or(BAD_RUN)? = value(reader, size)? as i16;
                    k += 1;
                }
                _ => return Err(BAD_AC),
            }
        }
        // A run of 16 zeros up to the last coefficient exactly can't be told from an error of the
        // encoder, but is read alike by all decoders; one step further is not.
        if k > 64 { Err(BAD_RUN) } else { Ok(()) }
    }

    fn finish(&mut self, reader: &BitReader<'_>) -> Result<(), JpegError> {
        reader.finish()
    }
}

/// The high bits of the DC coefficients.
pub(super) struct DcFirst {
    tables: Vec<HuffmanTable>,
    low: u8,
    before: [i32; 4],
}

impl DcFirst {
    pub(super) fn new(tables: &Tables, scan: &Scan) -> Result<DcFirst, JpegError> {
        Ok(DcFirst { tables: dc_tables(tables, scan)?, low: scan.low, before: [0; 4] })
    }
}

impl BlockDecoder for DcFirst {
    type Reader<'d> = BitReader<'d>;

    fn begin<'d>(&mut self, data: &'d [u8]) -> BitReader<'d> {
        self.before = [0; 4];
        BitReader::new(data)
    }

    #[inline]
    fn block(&mut self, reader: &mut BitReader<'_>, part: usize, block: &mut Block) -> Result<(), JpegError> {
        self.before[part] += difference(reader, &self.tables[part])?;
        block[0] = dc_value(self.before[part], self.low)?;
        Ok(())
    }

    fn finish(&mut self, reader: &BitReader<'_>) -> Result<(), JpegError> {
        reader.finish()
    }
}

/// One more bit of each DC coefficient, nothing else.
pub(super) struct DcRefine {
    low: u8,
}

impl DcRefine {
    pub(super) fn new(scan: &Scan) -> DcRefine {
        DcRefine { low: scan.low }
    }
}

impl BlockDecoder for DcRefine {
    type Reader<'d> = BitReader<'d>;

    fn begin<'d>(&mut self, data: &'d [u8]) -> BitReader<'d> {
        BitReader::new(data)
    }

    #[inline]
    fn block(&mut self, reader: &mut BitReader<'_>, _: usize, block: &mut Block) -> Result<(), JpegError> {
        block[0] |= (reader.take(1)? as i16) << self.low;
        Ok(())
    }

    fn finish(&mut self, reader: &BitReader<'_>) -> Result<(), JpegError> {
        reader.finish()
    }
}

/// The high bits of a band of other coefficients, or all of them.
pub(super) struct AcFirst {
    table: HuffmanTable,
    scan: Scan,
    /// Blocks to come that have nothing in the band.
    empty_blocks: u64,
}

impl AcFirst {
    pub(super) fn new(tables: &Tables, scan: &Scan) -> Result<AcFirst, JpegError> {
        let table = ac_tables(tables, scan)?.pop().ok_or(MISSING)?;
        Ok(AcFirst { table, scan: scan.clone(), empty_blocks: 0 })
    }
}

impl BlockDecoder for AcFirst {
    type Reader<'d> = BitReader<'d>;

    fn begin<'d>(&mut self, data: &'d [u8]) -> BitReader<'d> {
        self.empty_blocks = 0;
        BitReader::new(data)
    }

    #[inline]
    fn block(&mut self, reader: &mut BitReader<'_>, _: usize, block: &mut Block) -> Result<(), JpegError> {
        if self.empty_blocks > 0 {
            self.empty_blocks -= 1;
            return Ok(());
        }
        let mut k = self.scan.first;
        while k <= self.scan.last {
            let symbol = reader.symbol(&self.table)?;
            let (run, size) = (symbol >> 4, symbol & 15);
            if size == 0 && run < 15 {
                self.empty_blocks = end_of_band_run(reader, run)? - 1;
                return Ok(());
            }
            k += run;
            if k > self.scan.last {
                return Err(BAD_RUN);
            }
            if size != 0 {
                block[usize::from(k)] = ac_value(value(reader, size)?, self.scan.low)?;
            }
            k += 1;
        }
        Ok(())
    }

    fn finish(&mut self, reader: &BitReader<'_>) -> Result<(), JpegError> {
        if self.empty_blocks > 0 { Err(BAD_RUN) } else { reader.finish() }
    }
}

/// One more bit of a band of other coefficients (T.81, G.1.2.3).
pub(super) struct AcRefine {
    table: HuffmanTable,
    scan: Scan,
    /// Blocks to come in which nothing becomes other than zero.
    empty_blocks: u64,
}

impl AcRefine {
    pub(super) fn new(tables: &Tables, scan: &Scan) -> Result<AcRefine, JpegError> {
        let table = ac_tables(tables, scan)?.pop().ok_or(MISSING)?;
        Ok(AcRefine { table, scan: scan.clone(), empty_blocks: 0 })
    }

    /// Steps over `zeros` coefficients that are still zero, and reads one correction bit for each of
    /// the others on the way. Returns the next zero coefficient, or one past the band.
    fn correct(
        &self,
        reader: &mut BitReader<'_>,
        block: &mut Block,
        mut k: u8,
        mut zeros: u8,
    ) -> Result<u8, JpegError> {
        while k <= self.scan.last {
            let coefficient = &mut block[usize::from(k)];
            if *coefficient != 0 {
                if reader.take(1)? == 1 {
                    refine(coefficient, self.scan.low);
                }
            } else if zeros == 0 {
                break;
            } else {
                zeros -= 1;
            }
            k += 1;
        }
        Ok(k)
    }
}

impl BlockDecoder for AcRefine {
    type Reader<'d> = BitReader<'d>;

    fn begin<'d>(&mut self, data: &'d [u8]) -> BitReader<'d> {
        self.empty_blocks = 0;
        BitReader::new(data)
    }

    #[inline]
    fn block(&mut self, reader: &mut BitReader<'_>, _: usize, block: &mut Block) -> Result<(), JpegError> {
        let mut k = self.scan.first;
        while self.empty_blocks == 0 && k <= self.scan.last {
            let symbol = reader.symbol(&self.table)?;
            let (run, size) = (symbol >> 4, symbol & 15);
            let new = match size {
                0 if run < 15 => {
                    self.empty_blocks = end_of_band_run(reader, run)?;
                    break;
                }
                0 => 0,
                1 if reader.take(1)? == 1 => ac_value(1, self.scan.low)?,
                1 => ac_value(-1, self.scan.low)?,
                _ => return Err(BAD_RUN),
            };
            k = self.correct(reader, block, k, run)?;
            if k > self.scan.last {
                return Err(BAD_RUN);
            }
            block[usize::from(k)] = new;
            k += 1;
        }
        if self.empty_blocks > 0 {
            self.correct(reader, block, k, u8::MAX)?;
            self.empty_blocks -= 1;
        }
        Ok(())
    }

    fn finish(&mut self, reader: &BitReader<'_>) -> Result<(), JpegError> {
        if self.empty_blocks > 0 { Err(BAD_RUN) } else { reader.finish() }
    }
}
