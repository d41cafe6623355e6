//! Which blocks a scan holds, what it adds to them, and whether the scans add up to a picture.

use crate::blocks::Block;
use crate::error::JpegError;
use crate::frame::Frame;
use crate::header::{Scan, Tables};
use crate::intervals::for_each_interval;

use super::arithmetic::Arithmetic;
use super::coefficients::Coefficients;
use super::huffman;

pub(super) const BAD_SCAN: JpegError = JpegError::Damaged("the scans of the picture contradict each other");

/// Decodes the blocks of one scan, in their order.
pub(super) trait BlockDecoder {
    /// Reads the data of one restart interval.
    type Reader<'d>;

    /// Begins an interval: forgets what holds within one only.
    fn begin<'d>(&mut self, data: &'d [u8]) -> Self::Reader<'d>;

    /// Decodes what the scan says of the next block; `part` counts the components of the scan.
    fn block(&mut self, reader: &mut Self::Reader<'_>, part: usize, block: &mut Block) -> Result<(), JpegError>;

    /// Fails unless the interval holds its blocks and nothing more.
    fn finish(&mut self, reader: &Self::Reader<'_>) -> Result<(), JpegError>;
}

/// The scans of a picture so far.
pub(super) struct Scans {
    frame: Frame,
    /// Per component and coefficient in zigzag order: the bit position sent last.
    precision: Vec<[Option<u8>; 64]>,
    coefficients: Coefficients,
}

impl Scans {
    /// Allocates the coefficients; see [`Coefficients::new`].
    pub(super) fn new(frame: &Frame) -> Scans {
        let precision = vec![[None; 64]; frame.components.len()];
        Scans { frame: frame.clone(), precision, coefficients: Coefficients::new(frame) }
    }

    /// Decodes one scan.
    pub(super) fn decode(&mut self, tables: &Tables, scan: &Scan, data: &[u8]) -> Result<(), JpegError> {
        self.note_precision(scan)?;
        if self.frame.process.is_arithmetic() {
            return self.walk(tables, scan, data, Arithmetic::new(tables, scan));
        }
        if !self.frame.process.is_progressive() {
            return self.walk(tables, scan, data, huffman::Sequential::new(tables, scan)?);
        }
        match (scan.first, scan.high) {
            (0, 0) => self.walk(tables, scan, data, huffman::DcFirst::new(tables, scan)?),
            (0, _) => self.walk(tables, scan, data, huffman::DcRefine::new(scan)),
            (_, 0) => self.walk(tables, scan, data, huffman::AcFirst::new(tables, scan)?),
            _ => self.walk(tables, scan, data, huffman::AcRefine::new(tables, scan)?),
        }
    }

    /// The coefficients, if every one was sent completely. Decoders smooth what is missing, each in
    /// its own way.
    pub(super) fn finish(mut self) -> Result<Coefficients, JpegError> {
        if self.precision.iter().flatten().any(|&bit| bit != Some(0)) {
            return Err(JpegError::Truncated);
        }
        self.coefficients.settle_padding(&self.frame);
        self.coefficients.check_range()?;
        Ok(self.coefficients)
    }

    /// Each scan must continue where the one before left off (T.81, G.1.1.1).
    fn note_precision(&mut self, scan: &Scan) -> Result<(), JpegError> {
        let Scan { first, last, high, low, .. } = *scan;
        if self.frame.process.is_progressive() {
            let band = if first == 0 { last == 0 } else { first <= last && last <= 63 };
            let steps = high == 0 || high == low + 1;
            if !band || !steps || low > 13 || (first > 0 && scan.components.len() != 1) {
                return Err(BAD_SCAN);
            }
        } else if (first, last, high, low) != (0, 63, 0, 0) {
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

    fn walk(
        &mut self,
        tables: &Tables,
        scan: &Scan,
        data: &[u8],
        mut decoder: impl BlockDecoder,
    ) -> Result<(), JpegError> {
        let single = scan.components.len() == 1;
        // Units per row, and blocks per unit of each component (T.81, A.2).
        let (columns, rows) = match scan.components.as_slice() {
            [only] => self.frame.own_blocks(only.index),
            _ => self.frame.mcus(),
        };
        let sampling = |index| if single { (1, 1) } else { self.frame.sampling(index) };
        let parts: Vec<(usize, u64, u64)> = scan
            .components
            .iter()
            .map(|part| (part.index, sampling(part.index)))
            .map(|(index, (h, v))| (index, u64::from(h), u64::from(v)))
            .collect();
        let (columns, units) = (u64::from(columns), u64::from(columns) * u64::from(rows));
        let grids = &mut self.coefficients.components;
        for_each_interval(data, units, tables.restart_interval, |clean, range| {
            let mut reader = decoder.begin(clean);
            for unit in range {
                let (x, y) = (unit % columns, unit / columns);
                for (number, &(index, h, v)) in parts.iter().enumerate() {
                    let grid = &mut grids[index];
                    for row in y * v..(y + 1) * v {
                        let from = (row * grid.width as u64 + x * h) as usize;
                        for block in &mut grid.cells[from..from + h as usize] {
                            decoder.block(&mut reader, number, block)?;
                        }
                    }
                }
            }
            decoder.finish(&reader)
        })
    }
}
