//! Arithmetic-coded scans, sequential (T.81, annex F.2.4) and progressive (annex G.1.3 and G.2).

use crate::blocks::Block;
use crate::error::JpegError;
use crate::header::{Conditioning, Scan, ScanComponent, Tables};

use super::coefficients::{ac_value, dc_value, refine};
use super::qm::{MAX_ZEROS, QmReader};
use super::scans::BlockDecoder;

const BAD_CODE: JpegError = JpegError::Damaged("the picture data contain an impossible code");
const BAD_RUN: JpegError = JpegError::Damaged("a block has more than 64 coefficients");

/// First bin of the magnitude categories of DC differences: X1 of T.81, table F.4.
const DC_CATEGORIES: usize = 20;
/// The same for low and for high frequencies: X2 of T.81, table F.5.
const AC_CATEGORIES: [usize; 2] = [189, 217];
/// From a category's bin to that of the bits below its highest: M = X + 14.
const BITS: usize = 14;

/// Statistics of the tables of one number: states of [`super::qm`], all in the first one at the beginning.
#[derive(Clone)]
struct Statistics {
    dc: [u8; 64],
    ac: [u8; 256],
}

impl Statistics {
    const NEW: Statistics = Statistics { dc: [0; 64], ac: [0; 256] };
}

/// How the difference before was: its bins begin at this place (T.81, table F.4).
#[derive(Clone, Copy)]
struct Before {
    dc: i32,
    context: usize,
}

/// Any scan, whatever it adds to its blocks.
pub(super) struct Arithmetic {
    scan: Scan,
    conditioning: [Conditioning; 4],
    statistics: [Statistics; 4],
    before: [Before; 4],
}

impl Arithmetic {
    pub(super) fn new(tables: &Tables, scan: &Scan) -> Arithmetic {
        Arithmetic {
            scan: scan.clone(),
            conditioning: tables.conditioning,
            statistics: [Statistics::NEW; 4],
            before: [Before { dc: 0, context: 0 }; 4],
        }
    }

    /// The next DC coefficient, without the bits that later scans add (T.81, figure F.19).
    fn dc(&mut self, reader: &mut QmReader<'_>, part: usize, table: usize) -> Result<i16, JpegError> {
        let bins = &mut self.statistics[table].dc;
        let before = &mut self.before[part];
        let context = before.context;
        before.context = 0;
        if reader.decide(&mut bins[context])? {
            let negative = reader.decide(&mut bins[context + 1])?;
            let first = context + 2 + usize::from(negative);
            // The amount less one: its highest bit, which tells the context of the next difference, then the others.
            let mut bit = 0;
            let mut bin = first;
            if reader.decide(&mut bins[first])? {
                bit = 1;
                bin = DC_CATEGORIES;
                highest_bit(reader, bins, &mut bin, &mut bit)?;
            }
            let Conditioning { lower, upper, .. } = self.conditioning[table];
            before.context = if bit < (1 << lower) >> 1 {
                0
            } else {
                (if bit > (1 << upper) >> 1 { 12 } else { 4 }) + if negative { 4 } else { 0 }
            };
            before.dc += signed(lower_bits(reader, bins, bin, bit)?, negative);
        }
        dc_value(before.dc, self.scan.low)
    }

    /// Coefficients from `first` on, without the bits that later scans add (T.81, figure F.20).
    fn ac(
        &mut self,
        reader: &mut QmReader<'_>,
        table: usize,
        block: &mut Block,
        first: usize,
    ) -> Result<(), JpegError> {
        let bins = &mut self.statistics[table].ac;
        let (last, low) = (usize::from(self.scan.last), self.scan.low);
        let mut k = first;
        while k <= last {
            if reader.decide(&mut bins[3 * (k - 1)])? {
                return Ok(());
            }
            while !reader.decide(&mut bins[3 * (k - 1) + 1])? {
                k += 1;
                if k > last {
                    return Err(BAD_RUN);
                }
            }
            let negative = reader.even()?;
            let mut bin = 3 * (k - 1) + 2;
            let mut bit = 0;
            if reader.decide(&mut bins[bin])? {
                bit = 1;
                if reader.decide(&mut bins[bin])? {
                    bit = 2;
                    bin = AC_CATEGORIES[usize::from(k > usize::from(self.conditioning[table].low_frequency))];
                    highest_bit(reader, bins, &mut bin, &mut bit)?;
                }
            }
            let amount = lower_bits(reader, bins, bin, bit)?;
            block[k] = ac_value(signed(amount, negative), low)?;
            k += 1;
        }
        Ok(())
    }

    /// One more bit of the coefficients of a band (T.81, figure G.10).
    fn refine_ac(&mut self, reader: &mut QmReader<'_>, table: usize, block: &mut Block) -> Result<(), JpegError> {
        let bins = &mut self.statistics[table].ac;
        let (last, low) = (usize::from(self.scan.last), self.scan.low);
        // The band can't end before the last coefficient that is known not to be zero.
        let end_before = block[..=last].iter().skip(1).rposition(|&c| c != 0).map_or(0, |at| at + 1);
        let mut k = usize::from(self.scan.first);
        while k <= last {
            if k > end_before && reader.decide(&mut bins[3 * (k - 1)])? {
                return Ok(());
            }
            loop {
                let coefficient = &mut block[k];
                if *coefficient != 0 {
                    if reader.decide(&mut bins[3 * (k - 1) + 2])? {
                        refine(coefficient, low);
                    }
                    break;
                }
                if reader.decide(&mut bins[3 * (k - 1) + 1])? {
                    *coefficient = ac_value(signed(1, reader.even()?), low)?;
                    break;
                }
                k += 1;
                if k > last {
                    return Err(BAD_RUN);
                }
            }
            k += 1;
        }
        Ok(())
    }
}

fn signed(amount: i32, negative: bool) -> i32 {
    if negative { -amount } else { amount }
}

/// Finds the highest bit of an amount less one (T.81, figure F.23).
fn highest_bit<const N: usize>(
    reader: &mut QmReader<'_>,
    bins: &mut [u8; N],
    bin: &mut usize,
    bit: &mut i32,
) -> Result<(), JpegError> {
    while reader.decide(&mut bins[*bin])? {
        *bit <<= 1;
        // 15 bits can't be reached by any difference, and there are no bins for more.
        if *bit == 0x8000 {
            return Err(BAD_CODE);
        }
        *bin += 1;
    }
    Ok(())
}

/// The amount whose highest bit, less one, is `bit` (T.81, figure F.24).
fn lower_bits<const N: usize>(
    reader: &mut QmReader<'_>,
    bins: &mut [u8; N],
    bin: usize,
    mut bit: i32,
) -> Result<i32, JpegError> {
    let mut amount = bit + 1;
    bit >>= 1;
    while bit > 0 {
        if reader.decide(&mut bins[bin + BITS])? {
            amount += bit;
        }
        bit >>= 1;
    }
    Ok(amount)
}

impl BlockDecoder for Arithmetic {
    type Reader<'d> = QmReader<'d>;

    fn begin<'d>(&mut self, data: &'d [u8]) -> QmReader<'d> {
        self.statistics = [Statistics::NEW; 4];
        self.before = [Before { dc: 0, context: 0 }; 4];
        // Bits of DC coefficients are coded without learning: as many of them are zeros as happens to be.
        let refines_dc = self.scan.first == 0 && self.scan.high > 0;
        QmReader::new(data, if refines_dc { usize::MAX } else { MAX_ZEROS })
    }

    #[inline]
    fn block(&mut self, reader: &mut QmReader<'_>, part: usize, block: &mut Block) -> Result<(), JpegError> {
        let ScanComponent { dc_table, ac_table, .. } = self.scan.components[part];
        match (self.scan.first, self.scan.high) {
            (0, 0) => {
                block[0] = self.dc(reader, part, dc_table)?;
                // Only sequential scans have anything behind it.
                self.ac(reader, ac_table, block, 1)
            }
            (0, _) => {
                block[0] |= i16::from(reader.even()?) << self.scan.low;
                Ok(())
            }
            (first, 0) => self.ac(reader, ac_table, block, usize::from(first)),
            _ => self.refine_ac(reader, ac_table, block),
        }
    }

    fn finish(&mut self, reader: &QmReader<'_>) -> Result<(), JpegError> {
        reader.finish()
    }
}
