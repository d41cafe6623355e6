//! Checks the entropy-coded data of progressive files, bit by bit (T.81, annex G).

use crate::error::JpegError;
use crate::frame::Frame;
use crate::header::{Scan, Tables};
use crate::huffman::{BitReader, HuffmanSpec, HuffmanTable, OUT_OF_DATA};
use crate::intervals::for_each_interval;

const BAD_SCAN: JpegError = JpegError::Damaged("the scans of the picture contradict each other");
const BAD_RUN: JpegError = JpegError::Damaged("a block has more than 64 coefficients");
const MISSING: JpegError = JpegError::Damaged("a Huffman table is missing");

/// Which coefficients have been sent so far, and how precisely.
pub(crate) struct Progress {
    frame: Frame,
    /// Per component and coefficient in zigzag order: the bit position sent last.
    precision: Vec<[Option<u8>; 64]>,
    /// Per component and block: a bit for each coefficient that isn't zero.
    nonzero: Vec<Vec<u64>>,
}

impl Progress {
    /// Allocates 8 bytes per block; the caller has checked that there is data for the blocks.
    pub(crate) fn new(frame: &Frame) -> Progress {
        let count = frame.components.len();
        let nonzero = (0..count).map(|i| {
            let (columns, rows) = frame.padded_blocks(i);
            vec![0; columns as usize * rows as usize]
        });
        Progress { frame: frame.clone(), precision: vec![[None; 64]; count], nonzero: nonzero.collect() }
    }

    /// Walks one scan.
    pub(crate) fn check_scan(&mut self, tables: &Tables, scan: &Scan, data: &[u8]) -> Result<(), JpegError> {
        self.note_precision(scan)?;
        match (scan.first, scan.high) {
            (0, 0) => self.dc_first(tables, scan, data),
            (0, _) => self.dc_refine(tables, scan, data),
            (_, 0) => self.ac_first(tables, scan, data),
            _ => self.ac_refine(tables, scan, data),
        }
    }

    /// Passes if every coefficient was sent completely. Decoders smooth what is missing, each in its
    /// own way.
    pub(crate) fn finish(&self) -> Result<(), JpegError> {
        if self.precision.iter().flatten().all(|&bit| bit == Some(0)) { Ok(()) } else { Err(JpegError::Truncated) }
    }

    /// Each scan must continue where the one before left off (T.81, G.1.1.1).
    fn note_precision(&mut self, scan: &Scan) -> Result<(), JpegError> {
        let Scan { first, last, high, low, .. } = *scan;
        let band = if first == 0 { last == 0 } else { first <= last && last <= 63 };
        let steps = high == 0 || high == low + 1;
        if !band || !steps || low > 13 || (first > 0 && scan.components.len() != 1) {
            return Err(BAD_SCAN);
        }
        for part in &scan.components {
            let precision = &mut self.precision[part.index];
            if first > 0 && precision[0].is_none() {
                return Err(BAD_SCAN);
            }
            for bit in &mut precision[usize::from(first)..=usize::from(last)] {
                let expected = if high == 0 { None } else { Some(high) };
                if *bit != expected {
                    return Err(BAD_SCAN);
                }
                *bit = Some(low);
            }
        }
        Ok(())
    }

    /// Coded units of a scan, and blocks per unit for each component in it.
    fn units(&self, scan: &Scan) -> (u64, Vec<u8>) {
        if let [only] = scan.components.as_slice() {
            let (columns, rows) = self.frame.own_blocks(only.index);
            return (u64::from(columns) * u64::from(rows), vec![1]);
        }
        let (columns, rows) = self.frame.mcus();
        let blocks = scan.components.iter().map(|part| {
            let component = self.frame.components[part.index];
            component.horizontal * component.vertical
        });
        (u64::from(columns) * u64::from(rows), blocks.collect())
    }

    fn dc_first(&self, tables: &Tables, scan: &Scan, data: &[u8]) -> Result<(), JpegError> {
        let (units, blocks) = self.units(scan);
        let mut components = Vec::with_capacity(blocks.len());
        for (part, blocks) in scan.components.iter().zip(blocks) {
            components.push((blocks, ready(tables.dc[part.dc_table].as_ref())?));
        }
        for_each_interval(data, units, tables.restart_interval, |clean, range| {
            let mut reader = BitReader::new(clean);
            for _ in range {
                for (blocks, table) in &components {
                    for _ in 0..*blocks {
                        if reader.symbol_and_value(table)? > 15 {
                            return Err(JpegError::Damaged("a block has an impossible brightness"));
                        }
                    }
                }
            }
            reader.finish()
        })
    }

    /// One bit per block, nothing else.
    fn dc_refine(&self, tables: &Tables, scan: &Scan, data: &[u8]) -> Result<(), JpegError> {
        let (units, blocks) = self.units(scan);
        let per_unit: u64 = blocks.iter().map(|&b| u64::from(b)).sum();
        for_each_interval(data, units, tables.restart_interval, |clean, range| {
            let bytes = ((range.end - range.start) * per_unit).div_ceil(8);
            match (clean.len() as u64).cmp(&bytes) {
                std::cmp::Ordering::Less => Err(OUT_OF_DATA),
                std::cmp::Ordering::Equal => Ok(()),
                std::cmp::Ordering::Greater => Err(JpegError::Damaged("picture data are left over where none belong")),
            }
        })
    }

    fn ac_first(&mut self, tables: &Tables, scan: &Scan, data: &[u8]) -> Result<(), JpegError> {
        let part = scan.components[0];
        let table = ready(tables.ac[part.ac_table].as_ref())?;
        let (columns, rows) = self.frame.own_blocks(part.index);
        let stride = u64::from(self.frame.padded_blocks(part.index).0);
        let columns = u64::from(columns);
        let nonzero = &mut self.nonzero[part.index];
        let units = columns * u64::from(rows);
        for_each_interval(data, units, tables.restart_interval, |clean, range| {
            let mut reader = BitReader::new(clean);
            let mut unit = range.start;
            while unit < range.end {
                let mask = &mut nonzero[(unit / columns * stride + unit % columns) as usize];
                let mut k = scan.first;
                let mut empty_blocks = 0;
                while k <= scan.last {
                    let symbol = reader.symbol(&table)?;
                    let (run, size) = (symbol >> 4, symbol & 15);
                    if size == 0 && run < 15 {
                        empty_blocks = end_of_band_run(&mut reader, run)? - 1;
                        break;
                    }
                    k += run;
                    if k > scan.last {
                        return Err(BAD_RUN);
                    }
                    if size != 0 {
                        reader.take(u32::from(size))?;
                        *mask |= 1 << k;
                    }
                    k += 1;
                }
                unit += 1 + empty_blocks;
            }
            if unit > range.end {
                return Err(BAD_RUN);
            }
            reader.finish()
        })
    }

    fn ac_refine(&mut self, tables: &Tables, scan: &Scan, data: &[u8]) -> Result<(), JpegError> {
        let part = scan.components[0];
        let table = ready(tables.ac[part.ac_table].as_ref())?;
        let (columns, rows) = self.frame.own_blocks(part.index);
        let stride = u64::from(self.frame.padded_blocks(part.index).0);
        let columns = u64::from(columns);
        let nonzero = &mut self.nonzero[part.index];
        let units = columns * u64::from(rows);
        for_each_interval(data, units, tables.restart_interval, |clean, range| {
            let mut reader = BitReader::new(clean);
            let mut band_run = 0;
            for unit in range {
                let mask = &mut nonzero[(unit / columns * stride + unit % columns) as usize];
                let mut k = scan.first;
                while band_run == 0 && k <= scan.last {
                    let symbol = reader.symbol(&table)?;
                    let (run, size) = (symbol >> 4, symbol & 15);
                    match size {
                        0 if run < 15 => {
                            band_run = end_of_band_run(&mut reader, run)?;
                            break;
                        }
                        0 => {}
                        1 => {
                            reader.take(1)?;
                        }
                        _ => return Err(BAD_RUN),
                    }
                    k = skip_zeros(&mut reader, *mask, k, scan.last, run)?;
                    if k > scan.last {
                        return Err(BAD_RUN);
                    }
                    if size == 1 {
                        *mask |= 1 << k;
                    }
                    k += 1;
                }
                if band_run > 0 {
                    skip_zeros(&mut reader, *mask, k, scan.last, u8::MAX)?;
                    band_run -= 1;
                }
            }
            if band_run > 0 {
                return Err(BAD_RUN);
            }
            reader.finish()
        })
    }
}

fn ready(spec: Option<&HuffmanSpec>) -> Result<HuffmanTable, JpegError> {
    spec.map(HuffmanTable::new).ok_or(MISSING)
}

/// Number of blocks, this one included, that have no further coefficients in the band.
fn end_of_band_run(reader: &mut BitReader<'_>, category: u8) -> Result<u64, JpegError> {
    let extra = reader.take(u32::from(category))?;
    Ok((1 << category) + u64::from(extra))
}

/// Steps over `zeros` coefficients that are still zero, and reads one correction bit for each of
/// the others on the way. Returns the next zero coefficient, or one past `last`.
fn skip_zeros(reader: &mut BitReader<'_>, nonzero: u64, mut k: u8, last: u8, mut zeros: u8) -> Result<u8, JpegError> {
    while k <= last {
        if nonzero >> k & 1 == 1 {
            reader.take(1)?;
        } else if zeros == 0 {
            break;
        } else {
            zeros -= 1;
        }
        k += 1;
    }
    Ok(k)
}
