//! Decoding of Huffman codes at full speed: several symbols a look where their values don't matter.

use crate::bits::Bits;
use crate::blocks::Block;
use crate::error::JpegError;
use crate::huffman::{HuffmanSpec, HuffmanTable};

const BAD_RUN: JpegError = JpegError::Damaged("a block has more than 64 coefficients");
const BAD_SYMBOL: JpegError = JpegError::Damaged("a block has an impossible coefficient");
const BAD_DC: JpegError = JpegError::Damaged("a block has an impossible brightness");

/// Bits of one look.
const LOOK: u32 = 12;
/// Entry of `skip`: the block ends here.
const END: u16 = 1 << 13;

/// DC values of 8-bit pictures: eight times the mean, level-shifted, divided by the quantisation step (T.81, F.1.1.4).
pub(crate) const DC_RANGE: std::ops::RangeInclusive<i32> = -1024..=1023;
/// The longest category of an AC coefficient of 8-bit pictures (T.81, table F.2).
const MAX_AC_SIZE: u8 = 10;
/// The longest category of a DC difference (T.81, table F.1).
const MAX_DC_SIZE: u8 = 11;

/// A value out of its category and the bits behind it (T.81, F.2.2.1).
#[inline(always)]
fn extend(bits: u32, size: u32) -> i32 {
    if size == 0 {
        0
    } else if bits >> (size - 1) == 0 {
        bits as i32 - (1 << size) + 1
    } else {
        bits as i32
    }
}

/// A DC table.
pub(crate) struct DcTable {
    table: HuffmanTable,
}

impl DcTable {
    pub(crate) fn new(spec: &HuffmanSpec) -> DcTable {
        DcTable { table: HuffmanTable::new(spec) }
    }

    /// The difference to the block before.
    #[inline(always)]
    pub(crate) fn difference(&self, bits: &mut Bits<'_>) -> Result<i32, JpegError> {
        bits.refill();
        let word = bits.word();
        let (length, size) = self.table.look_up((word >> 48) as u32)?;
        if size > MAX_DC_SIZE {
            return Err(BAD_DC);
        }
        let size = u32::from(size);
        // Two shifts, for a category of 0 bits would be one of 64.
        let value = extend(((word << length) >> 1 >> (63 - size)) as u32, size);
        bits.drop(length + size);
        Ok(value)
    }
}

/// An AC table.
pub(crate) struct AcTable {
    /// By the next bits: bits 0-5 how many to skip, 6-12 how many coefficients that is, 13 whether the block ends; 0 where
    /// the next code is longer, or none.
    skip: Vec<u16>,
    /// By the next bits: bits 0-7 length of code and value, 8-15 zeros before it, 16-31 the value; 0 where they are longer,
    /// or it is no coefficient.
    value: Vec<u32>,
    table: HuffmanTable,
}

impl AcTable {
    pub(crate) fn new(spec: &HuffmanSpec) -> AcTable {
        let table = HuffmanTable::new(spec);
        let looks = 0..1u32 << LOOK;
        let skip = looks.clone().map(|look| skip_entry(&table, look)).collect();
        let value = looks.map(|look| value_entry(&table, look)).collect();
        AcTable { skip, value, table }
    }

    /// Goes to the end of a block of which `k` is the next coefficient.
    #[inline(always)]
    pub(crate) fn skip(&self, bits: &mut Bits<'_>, mut k: usize) -> Result<(), JpegError> {
        while k < 64 {
            bits.refill();
            // Two looks take 2 · (12 + 10) bits at most, which a refill has.
            for _ in 0..2 {
                let entry = self.skip[(bits.word() >> (64 - LOOK)) as usize];
                let next = k + usize::from(entry >> 6 & 127);
                if entry == 0 || next > 63 {
                    // Several symbols may reach into the next block: one at a time then.
                    let (advance, _) = self.step(bits)?;
                    if advance == ALL {
                        return Ok(());
                    }
                    k += advance;
                    if k > 64 {
                        return Err(BAD_RUN);
                    }
                    break;
                }
                bits.drop(u32::from(entry & 63));
                if entry & END != 0 {
                    return Ok(());
                }
                k = next;
            }
        }
        Ok(())
    }

    /// Reads coefficients from 1 into `block`, which is zero there, until one behind `last` is reached; then skips the others.
    /// Returns the index of the last one that was read, 0 if there is none.
    #[inline(always)]
    pub(crate) fn read(&self, bits: &mut Bits<'_>, last: usize, block: &mut Block) -> Result<usize, JpegError> {
        let mut k = 1;
        let mut found = 0;
        while k <= last {
            bits.refill();
            // Four looks take 4 · 12 bits at most.
            for _ in 0..4 {
                let entry = self.value[(bits.word() >> (64 - LOOK)) as usize];
                if entry == 0 {
                    let (advance, value) = self.step(bits)?;
                    if advance == ALL {
                        return Ok(found);
                    }
                    // A run of sixteen zeros may end with the block: some encoders write it, and all decoders read it.
                    if k + advance > 64 {
                        return Err(BAD_RUN);
                    }
                    if value != 0 {
                        found = k + advance - 1;
                        block[found] = value;
                    }
                    k += advance;
                    break;
                }
                bits.drop(entry & 0xFF);
                let at = k + (entry >> 8 & 0xFF) as usize;
                let Some(coefficient) = block.get_mut(at) else { return Err(BAD_RUN) };
                *coefficient = (entry >> 16) as u16 as i16;
                found = at;
                k = at + 1;
                if k > last {
                    break;
                }
            }
        }
        self.skip(bits, k)?;
        Ok(found)
    }

    /// One symbol with its value: how many coefficients it stands for, [`ALL`] at the end of the block.
    #[inline(never)]
    fn step(&self, bits: &mut Bits<'_>) -> Result<(usize, i16), JpegError> {
        bits.refill();
        let word = bits.word();
        let (length, symbol) = self.table.look_up((word >> 48) as u32)?;
        let (run, size) = (usize::from(symbol >> 4), symbol & 15);
        let value = match (run, size) {
            (0, 0) => {
                bits.drop(length);
                return Ok((ALL, 0));
            }
            (15, 0) => 0,
            // Runs of ends belong to progressive files.
            (_, 0) => return Err(BAD_RUN),
            (_, 1..=MAX_AC_SIZE) => extend(((word << length) >> (64 - u32::from(size))) as u32, u32::from(size)),
            _ => return Err(BAD_SYMBOL),
        };
        bits.drop(length + u32::from(size));
        Ok((run + 1, value as i16))
    }
}

/// More coefficients than a block has: its end.
const ALL: usize = 64;

fn code_at(table: &HuffmanTable, look: u32, from: u32) -> Option<(u32, u8)> {
    // Codes that need more bits than the look has would be found by their zeros: they don't count.
    let (length, symbol) = table.look_up((look << (16 - LOOK) << from) & 0xFFFF).ok()?;
    (from + length <= LOOK).then_some((length, symbol))
}

fn skip_entry(table: &HuffmanTable, look: u32) -> u16 {
    let (mut bits, mut coefficients) = (0u32, 0u32);
    while bits < LOOK {
        let Some((length, symbol)) = code_at(table, look, bits) else { break };
        let (run, size) = (u32::from(symbol >> 4), u32::from(symbol & 15));
        match (run, size) {
            (0, 0) => return (bits + length) as u16 | (coefficients << 6) as u16 | END,
            (15, 0) => {}
            (_, 0) => break,
            (_, size) if size > u32::from(MAX_AC_SIZE) => break,
            _ => {}
        }
        if coefficients + run + 1 > 63 {
            break;
        }
        bits += length + size;
        coefficients += run + 1;
    }
    bits as u16 | (coefficients << 6) as u16
}

fn value_entry(table: &HuffmanTable, look: u32) -> u32 {
    let Some((length, symbol)) = code_at(table, look, 0) else { return 0 };
    let (run, size) = (u32::from(symbol >> 4), u32::from(symbol & 15));
    if size == 0 || size > u32::from(MAX_AC_SIZE) || length + size > LOOK {
        return 0;
    }
    let value = extend(look >> (LOOK - length - size) & ((1 << size) - 1), size);
    (length + size) | run << 8 | u32::from(value as i16 as u16) << 16
}
