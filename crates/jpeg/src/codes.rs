//! Decoding of Huffman codes at full speed: several symbols a look where their values don't matter.

use crate::bits::Bits;
use crate::error::JpegError;
use crate::huffman::{HuffmanSpec, HuffmanTable};

const BAD_RUN: JpegError = JpegError::Damaged("a block has more than 64 coefficients");
const BAD_SYMBOL: JpegError = JpegError::Damaged("a block has an impossible coefficient");
const BAD_DC: JpegError = JpegError::Damaged("a block has an impossible brightness");

/// DC values of 8-bit pictures: eight times the mean, level-shifted, divided by the quantisation step (T.81, F.1.1.4).
pub(crate) const DC_RANGE: std::ops::RangeInclusive<i32> = -1024..=1023;
/// The longest category of an AC coefficient of 8-bit pictures (T.81, table F.2).
const MAX_AC_SIZE: u8 = 10;
/// The longest category of a DC difference (T.81, table F.1).
const MAX_DC_SIZE: u8 = 11;

/// The value of a category of `size` bits that `word` begins with (T.81, F.2.2.1). Without a branch: signs are what no
/// processor foresees.
#[inline(always)]
fn value_of(word: u64, size: u32) -> i32 {
    // All ones where the first bit is none: then the bits are those of the magnitude, inverted.
    let negative = !((word as i64) >> 63);
    // Two shifts, for a category of 0 bits would be one of 64.
    let magnitude = ((word as i64 ^ negative) as u64 >> 1 >> (63 - size)) as i64;
    ((magnitude ^ negative) - negative) as i32
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
        let value = value_of(word << length, size);
        bits.drop(length + size);
        Ok(value)
    }
}

/// What blocks are read into.
pub(crate) type Cells = [i16; 256];

/// Where the coefficients of a block are put that are read.
pub(crate) trait Order {
    /// The last coefficient in zigzag order that is wanted; 0: none, only DC values.
    const LAST: usize;
    /// Where the k-th coefficient in zigzag order is put. The place of the 65th is for what is thrown away.
    const PLACE: [u8; 128];
}

/// All of them, in zigzag order.
pub(crate) struct Zigzag;

impl Order for Zigzag {
    const LAST: usize = 63;
    const PLACE: [u8; 128] = {
        let mut place = [64; 128];
        let mut k = 0;
        while k < 64 {
            place[k] = k as u8;
            k += 1;
        }
        place
    };
}

/// An AC table.
pub(crate) struct AcTable {
    skip: Box<[Skip; 1 << SKIP_LOOK]>,
    value: Box<[Value; 1 << VALUE_LOOK]>,
    table: HuffmanTable,
}

/// What the next bits say if values don't matter: bits 0-5 how many to skip, 6-12 how many coefficients that is, 13 whether
/// the block ends; 0 where the next code is longer, or none.
type Skip = u16;
/// What the next bits say. Bits 0-4: how many are taken. With [`COMPLETE`], one or, with [`TWO`], two coefficients: bits 5-8
/// the zeros before the first, 9-12 those before the second, 16-23 and 24-31 their values; with [`END`] the block ends behind
/// them. Without it, [`END`]: the end of the block; [`PARTIAL`]: one coefficient whose value is not in the look or has more
/// than 8 bits, bits 5-8 as above, 16-19 its category; else 0: the next code is longer than the look, or none.
type Value = u32;

/// Bits of one look.
const SKIP_LOOK: u32 = 12;
const VALUE_LOOK: u32 = 11;
/// Bit of [`Skip`]: the block ends.
const SKIP_END: Skip = 1 << 13;
/// Bits of [`Value`].
const COMPLETE: Value = 1 << 13;
const END: Value = 1 << 14;
const TWO: Value = 1 << 15;
const PARTIAL: Value = 1 << 15;

impl AcTable {
    pub(crate) fn new(spec: &HuffmanSpec) -> AcTable {
        let table = HuffmanTable::new(spec);
        let mut skip = Box::new([0; 1 << SKIP_LOOK]);
        for (look, entry) in (0..).zip(skip.iter_mut()) {
            *entry = skip_entry(&table, look);
        }
        let mut value = Box::new([0; 1 << VALUE_LOOK]);
        for (look, entry) in (0..).zip(value.iter_mut()) {
            *entry = value_entry(&table, look);
        }
        AcTable { skip, value, table }
    }

    /// Goes to the end of a block of which `k` is the next coefficient. At least 29 bits must be there: as many as a DC code
    /// and value leave of a refill.
    #[inline(always)]
    pub(crate) fn skip(&self, bits: &mut Bits<'_>, mut k: usize) -> Result<(), JpegError> {
        // A look takes 12 + 10 bits at most.
        let mut looks = 1;
        while k < 64 {
            for _ in 0..looks {
                let entry = self.skip[(bits.word() >> (64 - SKIP_LOOK)) as usize];
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
                if entry & SKIP_END != 0 {
                    return Ok(());
                }
                k = next;
            }
            bits.refill();
            looks = 2;
        }
        Ok(())
    }

    /// Reads coefficients from 1 on until one behind the last that is wanted is reached; then skips the others. Each is put
    /// `offset` cells behind its place, where zeros are before. At least 29 bits must be there. Returns the index of the last one that was read, 0 if there is
    /// none.
    #[inline(always)]
    pub(crate) fn read<O: Order>(
        &self,
        bits: &mut Bits<'_>,
        cells: &mut Cells,
        offset: usize,
    ) -> Result<usize, JpegError> {
        let mut put = |k: usize, value: i16| cells[(usize::from(O::PLACE[k & 127]) + offset) & 255] = value;
        let mut k = 1;
        // A look takes 11 + 10 bits at most.
        let mut looks = 1;
        while k <= O::LAST {
            for _ in 0..looks {
                let entry = self.value[(bits.word() >> (64 - VALUE_LOOK)) as usize];
                let first = k + (entry >> 5 & 15) as usize;
                let second = first + 1 + (entry >> 9 & 15) as usize;
                let next = second + (entry >> 15 & 1) as usize;
                // Beyond the last coefficient the look is not of this block: one symbol at a time then.
                if entry & COMPLETE != 0 && next < 64 {
                    bits.drop(entry & 31);
                    put(first, i16::from((entry >> 16) as u8 as i8));
                    // A zero if there is no second.
                    put(second, i16::from((entry >> 24) as u8 as i8));
                    if entry & END != 0 {
                        return Ok(next - 1);
                    }
                    k = next;
                } else if entry & (COMPLETE | END) == END {
                    bits.drop(entry & 31);
                    return Ok(k - 1);
                } else if entry & (COMPLETE | PARTIAL) == PARTIAL {
                    // The last of the bits that are taken are the value.
                    let (taken, size) = (entry & 31, entry >> 16 & 15);
                    let value = value_of(bits.word() << (taken - size), size);
                    bits.drop(taken);
                    if first > 63 {
                        return Err(BAD_RUN);
                    }
                    put(first, value as i16);
                    k = first + 1;
                } else {
                    let (advance, value) = self.step(bits)?;
                    if advance == ALL {
                        return Ok(k - 1);
                    }
                    // A run of sixteen zeros may end with the block: some encoders write it, and all decoders read it.
                    if k + advance > 64 {
                        return Err(BAD_RUN);
                    }
                    put(k + advance - 1, value);
                    k += advance;
                    break;
                }
                if k > O::LAST {
                    break;
                }
            }
            bits.refill();
            looks = 2;
        }
        self.skip(bits, k)?;
        Ok(k - 1)
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
            (_, 1..=MAX_AC_SIZE) => value_of(word << length, u32::from(size)),
            _ => return Err(BAD_SYMBOL),
        };
        bits.drop(length + u32::from(size));
        Ok((run + 1, value as i16))
    }
}

/// More coefficients than a block has: its end.
const ALL: usize = 64;

/// The code that begins `from` bits into a look of `look_bits` bits, if it ends there too. Codes that need more bits would be
/// found by the zeros behind them: they don't count.
fn code_at(table: &HuffmanTable, look: u32, look_bits: u32, from: u32) -> Option<(u32, u8)> {
    let (length, symbol) = table.look_up((look << (16 - look_bits) << from) & 0xFFFF).ok()?;
    (from + length <= look_bits).then_some((length, symbol))
}

fn skip_entry(table: &HuffmanTable, look: u32) -> Skip {
    let (mut bits, mut coefficients) = (0u32, 0u32);
    // The value of the last symbol may go beyond the look: it is skipped unseen.
    while bits < SKIP_LOOK {
        let Some((length, symbol)) = code_at(table, look, SKIP_LOOK, bits) else { break };
        let (run, size) = (u32::from(symbol >> 4), u32::from(symbol & 15));
        match (run, size) {
            (0, 0) => return (bits + length) as Skip | (coefficients << 6) as Skip | SKIP_END,
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
    bits as Skip | (coefficients << 6) as Skip
}

fn value_entry(table: &HuffmanTable, look: u32) -> Value {
    /// What fits into the 8 bits of a value.
    const SMALL: u32 = 7;
    let symbol_at = |from: u32| {
        let (length, symbol) = code_at(table, look, VALUE_LOOK, from)?;
        let (run, size) = (u32::from(symbol >> 4), u32::from(symbol & 15));
        (size <= u32::from(MAX_AC_SIZE)).then_some((length, run, size))
    };
    let complete =
        |from: u32, length: u32, size: u32| (1..=SMALL).contains(&size) && from + length + size <= VALUE_LOOK;
    let value = |from: u32, length: u32, size: u32| {
        let value = value_of(u64::from(look) << (64 - VALUE_LOOK + from + length), size);
        u32::from(value as i8 as u8)
    };
    let mut entry;
    let mut taken;
    match symbol_at(0) {
        Some((length, 0, 0)) => return length | END,
        Some((length, run, size)) if complete(0, length, size) => {
            taken = length + size;
            entry = COMPLETE | run << 5 | value(0, length, size) << 16;
        }
        Some((length, run, size)) if size > 0 => return (length + size) | run << 5 | PARTIAL | size << 16,
        _ => return 0,
    }
    if let Some((length, run, size)) = symbol_at(taken)
        && complete(taken, length, size)
    {
        entry |= TWO | run << 9 | value(taken, length, size) << 24;
        taken += length + size;
    }
    if let Some((length, 0, 0)) = symbol_at(taken) {
        entry |= END;
        taken += length;
    }
    entry | taken
}
