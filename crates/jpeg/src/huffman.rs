//! Huffman tables and the bit reader (T.81, annexes C and F.2).

use crate::error::JpegError;

pub(crate) const OUT_OF_DATA: JpegError = JpegError::Damaged("the picture data stops in the middle of a block");
const BAD_TABLE: JpegError = JpegError::Damaged("a Huffman table is malformed");
const BAD_CODE: JpegError = JpegError::Damaged("the picture data contain an impossible code");

/// A table as the file states it.
#[derive(Clone)]
pub(crate) struct HuffmanSpec {
    /// Number of codes of each length, 1 to 16 bits.
    pub(crate) counts: [u8; 16],
    /// Symbols in the order of their codes.
    pub(crate) symbols: Vec<u8>,
}

impl HuffmanSpec {
    /// Reads one table without its head byte. Returns it with the number of bytes it took.
    pub(crate) fn parse(bytes: &[u8]) -> Result<(HuffmanSpec, usize), JpegError> {
        let Some((counts, rest)) = bytes.split_first_chunk::<16>() else { return Err(BAD_TABLE) };
        let total: usize = counts.iter().map(|&n| usize::from(n)).sum();
        if total == 0 || total > 256 || rest.len() < total {
            return Err(BAD_TABLE);
        }
        let mut code = 0u32;
        for (i, &n) in counts.iter().enumerate() {
            code += u32::from(n);
            // No code is all ones (T.81, C.2): libjpeg, and with it browsers, refuses such tables.
            if n > 0 && code >= 1 << (i + 1) {
                return Err(BAD_TABLE);
            }
            code <<= 1;
        }
        Ok((HuffmanSpec { counts: *counts, symbols: rest[..total].to_vec() }, 16 + total))
    }

    /// The largest symbol.
    pub(crate) fn largest(&self) -> u8 {
        self.symbols.iter().copied().max().unwrap_or(0)
    }

    /// As it stands in a file, without its head byte.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        [&self.counts[..], &self.symbols].concat()
    }

    /// For each symbol its code and the length of it in bits; length 0 where the table has none.
    pub(crate) fn codes(&self) -> [(u16, u8); 256] {
        let mut codes = [(0, 0); 256];
        let (mut code, mut symbols) = (0u32, self.symbols.iter());
        for (length, &count) in (1u8..).zip(&self.counts) {
            for &symbol in symbols.by_ref().take(usize::from(count)) {
                codes[usize::from(symbol)] = (code as u16, length);
                code += 1;
            }
            code <<= 1;
        }
        codes
    }

    /// The same table with further symbols behind those that it has, in codes of 16 bits: what is coded with it already
    /// reads alike. None if it has no room; the code of 16 ones stays free, as T.81, annex C wants.
    pub(crate) fn extended(&self, missing: &[u8]) -> Option<HuffmanSpec> {
        if missing.is_empty() {
            return Some(self.clone());
        }
        let used: u32 = self.counts.iter().zip(1..).map(|(&count, length)| u32::from(count) << (16 - length)).sum();
        let room = (1u32 << 16) - 1 - used.min((1 << 16) - 1);
        let total = usize::from(self.counts[15]) + missing.len();
        if missing.len() as u32 > room || total > 255 || self.symbols.len() + missing.len() > 256 {
            return None;
        }
        let mut extended = self.clone();
        extended.counts[15] = total as u8;
        extended.symbols.extend(missing);
        Some(extended)
    }
}

const FAST_BITS: u32 = 10;

/// A table made ready for decoding.
pub(crate) struct HuffmanTable {
    /// Indexed by the next bits: code length (0: longer than that) and symbol.
    fast: Vec<(u8, u8)>,
    /// For each length: first code of it, first index of it in `symbols`, number of codes.
    lengths: [(u32, u32, u32); 17],
    symbols: Vec<u8>,
}

impl HuffmanTable {
    pub(crate) fn new(spec: &HuffmanSpec) -> HuffmanTable {
        let mut fast = vec![(0, 0); 1 << FAST_BITS];
        let mut lengths = [(0, 0, 0); 17];
        let (mut code, mut index) = (0u32, 0u32);
        for (length, &count) in (1u32..).zip(&spec.counts) {
            let count = u32::from(count);
            lengths[length as usize] = (code, index, count);
            if length <= FAST_BITS {
                let spread = 1 << (FAST_BITS - length);
                for i in 0..count {
                    let from = ((code + i) * spread) as usize;
                    let symbol = spec.symbols[(index + i) as usize];
                    fast[from..from + spread as usize].fill((length as u8, symbol));
                }
            }
            code = (code + count) << 1;
            index += count;
        }
        HuffmanTable { fast, lengths, symbols: spec.symbols.clone() }
    }

    /// Code length and symbol for the next 16 bits.
    #[inline]
    pub(crate) fn look_up(&self, next16: u32) -> Result<(u32, u8), JpegError> {
        let (length, symbol) = self.fast[(next16 >> (16 - FAST_BITS)) as usize];
        if length != 0 {
            return Ok((u32::from(length), symbol));
        }
        for length in FAST_BITS + 1..=16 {
            let (first_code, first_index, count) = self.lengths[length as usize];
            let offset = (next16 >> (16 - length)).wrapping_sub(first_code);
            if offset < count {
                return Ok((length, self.symbols[(first_index + offset) as usize]));
            }
        }
        Err(BAD_CODE)
    }
}

/// Reads bits, most significant first, of data without byte stuffing.
pub(crate) struct BitReader<'a> {
    bytes: &'a [u8],
    at: usize,
    /// The next bits, left-aligned; those beyond `have` may be garbage-free zeros only at the end.
    bits: u64,
    have: u32,
}

impl<'a> BitReader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> BitReader<'a> {
        BitReader { bytes, at: 0, bits: 0, have: 0 }
    }

    #[inline]
    fn refill(&mut self) {
        if let Some(chunk) = self.bytes.get(self.at..).and_then(<[u8]>::first_chunk::<8>) {
            // Bits beyond `have` are ORed in again with the same value by the next refill.
            self.bits |= u64::from_be_bytes(*chunk) >> self.have;
            let whole = (63 - self.have) / 8;
            self.at += whole as usize;
            self.have += whole * 8;
        } else {
            while self.have <= 56
                && let Some(&byte) = self.bytes.get(self.at)
            {
                self.bits |= u64::from(byte) << (56 - self.have);
                self.at += 1;
                self.have += 8;
            }
        }
    }

    #[inline]
    fn drop_bits(&mut self, count: u32) -> Result<(), JpegError> {
        if count > self.have {
            return Err(OUT_OF_DATA);
        }
        self.bits <<= count;
        self.have -= count;
        Ok(())
    }

    /// The next symbol.
    #[inline]
    pub(crate) fn symbol(&mut self, table: &HuffmanTable) -> Result<u8, JpegError> {
        if self.have < 32 {
            self.refill();
        }
        let (length, symbol) = table.look_up((self.bits >> 48) as u32)?;
        self.drop_bits(length)?;
        Ok(symbol)
    }

    /// The next `count` bits as a number, `count` ≤ 16.
    #[inline]
    pub(crate) fn take(&mut self, count: u32) -> Result<u32, JpegError> {
        if self.have < count {
            self.refill();
        }
        let value = if count == 0 { 0 } else { (self.bits >> (64 - count)) as u32 };
        self.drop_bits(count)?;
        Ok(value)
    }

    /// An error unless only the padding of the last byte is left.
    pub(crate) fn finish(&self) -> Result<(), JpegError> {
        if self.have >= 8 || self.at < self.bytes.len() {
            return Err(JpegError::Damaged("picture data are left over where none belong"));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(counts: &[u8], symbols: &[u8]) -> HuffmanTable {
        let mut bytes = counts.to_vec();
        bytes.resize(16, 0);
        bytes.extend(symbols);
        HuffmanTable::new(&HuffmanSpec::parse(&bytes).unwrap().0)
    }

    #[test]
    fn codes_of_all_lengths_are_found() {
        // 0, 10, 110, … and one code of 16 bits.
        let table = table(&[1; 16], &(0..16).collect::<Vec<u8>>());
        // 0 · 10 · 1111111111111110 (16 bits) · 110 and padding
        let bytes = [0b0101_1111, 0b1111_1111, 0b1101_1011];
        let mut reader = BitReader::new(&bytes);
        assert_eq!(reader.symbol(&table), Ok(0));
        assert_eq!(reader.symbol(&table), Ok(1));
        assert_eq!(reader.symbol(&table), Ok(15));
        assert_eq!(reader.symbol(&table), Ok(2));
        assert_eq!(reader.take(2), Ok(0b11));
        assert_eq!(reader.take(1), Err(OUT_OF_DATA));
        assert_eq!(reader.finish(), Ok(()));
    }

    #[test]
    fn bytes_that_are_left_are_noticed() {
        let mut reader = BitReader::new(&[0x55; 3]);
        assert_eq!(reader.take(7), Ok(0b010_1010));
        assert!(reader.finish().is_err(), "two bytes are left");
        assert_eq!(reader.take(1), Ok(1));
        assert_eq!(reader.take(16), Ok(0x5555));
        assert_eq!(reader.finish(), Ok(()));
    }

    #[test]
    fn long_data_reads_like_short_data() {
        let bytes: Vec<u8> = (0..200u32).map(|i| (i * 37 % 251) as u8).collect();
        let mut reader = BitReader::new(&bytes);
        let mut bit = 0usize;
        for count in (1..=16).cycle().take_while({
            let mut total = 0;
            move |n| {
                total += n;
                total <= 1600
            }
        }) {
            let expected = (0..count).fold(0, |value, i| {
                let at = bit + i as usize;
                value << 1 | u32::from(bytes[at / 8] >> (7 - at % 8) & 1)
            });
            assert_eq!(reader.take(count), Ok(expected));
            bit += count as usize;
        }
    }

    #[test]
    fn impossible_tables_and_codes_are_refused() {
        let mut bytes = vec![3];
        bytes.resize(16, 0);
        bytes.extend([1, 2, 3]);
        assert!(HuffmanSpec::parse(&bytes).is_err(), "three codes of one bit");
        assert!(HuffmanSpec::parse(&[0; 16]).is_err(), "no codes");
        assert!(HuffmanSpec::parse(&[0, 4, 0]).is_err(), "cut");
        let one = table(&[0, 1], &[7]);
        assert_eq!(BitReader::new(&[0xFF; 4]).symbol(&one), Err(BAD_CODE));
    }
}
