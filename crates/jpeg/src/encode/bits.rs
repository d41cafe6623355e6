//! Entropy-coded data: blocks to Huffman codes, with byte stuffing.

use super::fdct::Quantised;
use super::tables::Lookup;
use crate::blocks::ZIGZAG;

/// More bytes than a block can take: 64 codes of at most 26 bits, each byte stuffed, and what is waiting.
const BLOCK_BYTES: usize = 512;

/// Place in zigzag order by place in [`Quantised`], which goes column by column.
const RANK: [u8; 64] = {
    let mut rank = [0; 64];
    let mut k = 0;
    while k < 64 {
        let (row, column) = (ZIGZAG[k] / 8, ZIGZAG[k] % 8);
        rank[(8 * column + row) as usize] = k as u8;
        k += 1;
    }
    rank
};

/// The inverse of [`RANK`].
const PLACE: [u8; 64] = {
    let mut place = [0; 64];
    let mut k = 0;
    while k < 64 {
        place[k] = ZIGZAG[k] % 8 * 8 + ZIGZAG[k] / 8;
        k += 1;
    }
    place
};

/// Codes of a component.
pub(super) struct Codebook {
    pub dc: Lookup,
    pub ac: Lookup,
}

/// Bytes that are written, and bits that wait for more.
pub(super) struct BitWriter {
    /// Longer than what is written.
    bytes: Vec<u8>,
    at: usize,
    waiting: Waiting,
}

/// Fewer than 32 bits, right-aligned; what lies above them is garbage.
#[derive(Clone, Copy, Default)]
struct Waiting {
    bits: u64,
    count: u32,
}

impl BitWriter {
    /// Goes on behind `bytes`. `expected` bytes more are reserved.
    pub(super) fn new(mut bytes: Vec<u8>, expected: usize) -> BitWriter {
        let at = bytes.len();
        bytes.resize(at + expected + BLOCK_BYTES, 0);
        BitWriter { bytes, at, waiting: Waiting::default() }
    }

    /// Writes one block; `previous` is the DC value of the component's block before.
    #[inline]
    pub(super) fn block(&mut self, block: &Quantised, previous: i16, codes: &Codebook) {
        if self.bytes.len() - self.at < BLOCK_BYTES {
            self.bytes.resize(self.bytes.len() * 3 / 2 + BLOCK_BYTES, 0);
        }
        // Copies, so that they can stay in registers.
        let (mut waiting, mut at) = (self.waiting, self.at);
        let bytes = self.bytes.as_mut_slice();
        let (size, value) = sized(block[0].wrapping_sub(previous));
        let (code, length) = codes.dc[size as usize & 255];
        put(bytes, &mut at, &mut waiting, code << size | value, length + size);

        let mut left = ranks(block) & !1;
        let mut done = 0;
        while left != 0 {
            let k = left.trailing_zeros();
            left &= left - 1;
            let mut run = k - done - 1;
            done = k;
            while run > 15 {
                let (code, length) = codes.ac[0xF0];
                put(bytes, &mut at, &mut waiting, code, length);
                run -= 16;
            }
            let (size, value) = sized(block[usize::from(PLACE[k as usize & 63]) & 63]);
            let (code, length) = codes.ac[(run << 4 | size) as usize & 255];
            put(bytes, &mut at, &mut waiting, code << size | value, length + size);
        }
        if done < 63 {
            let (code, length) = codes.ac[0];
            put(bytes, &mut at, &mut waiting, code, length);
        }
        (self.waiting, self.at) = (waiting, at);
    }

    /// Fills the last byte with ones (T.81, F.1.2.3), and gives all bytes.
    pub(super) fn finish(mut self) -> Vec<u8> {
        self.bytes.truncate(self.at);
        let fill = (8 - self.waiting.count % 8) % 8;
        let bits = self.waiting.bits << fill | ((1 << fill) - 1);
        for byte in (0..(self.waiting.count + fill) / 8).rev() {
            let byte = (bits >> (8 * byte)) as u8;
            self.bytes.push(byte);
            if byte == 0xFF {
                self.bytes.push(0);
            }
        }
        self.bytes
    }
}

/// Number of bits of a coefficient, and these bits (T.81, F.1.2.1): of a negative one those of value - 1.
#[inline]
fn sized(coefficient: i16) -> (u32, u32) {
    let value = i32::from(coefficient);
    let size = 32 - value.unsigned_abs().leading_zeros();
    (size, ((value + (value >> 31)) as u32) & ((1 << size) - 1))
}

/// Which coefficients aren't zero: a bit for each, in zigzag order.
#[inline]
fn ranks(block: &Quantised) -> u64 {
    let flags = block.map(|c| u8::from(c != 0));
    let mut places = 0u64;
    for (i, eight) in flags.as_chunks::<8>().0.iter().enumerate() {
        // Gathers the lowest bits of eight bytes in the highest byte.
        let gathered = u64::from_le_bytes(*eight).wrapping_mul(0x0102_0408_1020_4080) >> 56;
        places |= gathered << (8 * i);
    }
    let mut ranks = 0;
    while places != 0 {
        ranks |= 1 << RANK[places.trailing_zeros() as usize & 63];
        places &= places - 1;
    }
    ranks
}

/// Appends the lowest `count` ≤ 32 bits of `bits`, above which there are none.
#[inline(always)]
#[expect(clippy::inline_always, reason = "so that what waits stays in registers")]
fn put(bytes: &mut [u8], at: &mut usize, waiting: &mut Waiting, bits: u32, count: u32) {
    waiting.bits = waiting.bits << count | u64::from(bits);
    waiting.count += count;
    if waiting.count >= 32 {
        waiting.count -= 32;
        let word = (waiting.bits >> waiting.count) as u32;
        // Some byte is 0xFF if some byte of the complement is zero.
        if (!word).wrapping_sub(0x0101_0101) & word & 0x8080_8080 == 0 {
            if let Some(four) = bytes.get_mut(*at..).and_then(<[u8]>::first_chunk_mut) {
                *four = word.to_be_bytes();
                *at += 4;
            }
        } else {
            put_stuffed(bytes, at, word);
        }
    }
}

#[cold]
fn put_stuffed(bytes: &mut [u8], at: &mut usize, word: u32) {
    for byte in word.to_be_bytes() {
        if let Some(two) = bytes.get_mut(*at..).and_then(<[u8]>::first_chunk_mut) {
            *two = [byte, 0];
            *at += if byte == 0xFF { 2 } else { 1 };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_of_coefficients_are_those_of_the_standard() {
        assert_eq!(sized(0), (0, 0));
        assert_eq!(sized(1), (1, 1));
        assert_eq!(sized(-1), (1, 0));
        assert_eq!(sized(5), (3, 5));
        assert_eq!(sized(-5), (3, 2));
        assert_eq!(sized(-1024), (11, 1023));
    }

    #[test]
    fn ranks_are_in_zigzag_order() {
        for k in 0..64 {
            let mut block = [0; 64];
            let (row, column) = (ZIGZAG[k] / 8, ZIGZAG[k] % 8);
            block[usize::from(8 * column + row)] = -3;
            assert_eq!(ranks(&block), 1 << k);
            assert_eq!(8 * column + row, PLACE[k]);
        }
        assert_eq!(ranks(&[1; 64]), u64::MAX);
    }

    #[test]
    fn bytes_of_ones_are_stuffed() {
        let mut writer = BitWriter::new(vec![7], 0);
        for _ in 0..5 {
            put(&mut writer.bytes, &mut writer.at, &mut writer.waiting, 0xF_FF12 >> 1, 19);
        }
        let bytes = writer.finish();
        let mut clean = Vec::new();
        let mut rest = bytes[1..].iter();
        while let Some(&byte) = rest.next() {
            clean.push(byte);
            assert!(byte != 0xFF || rest.next() == Some(&0));
        }
        let bits = clean.iter().map(|byte| format!("{byte:08b}")).collect::<Vec<_>>().concat();
        let expected = format!("{:019b}", 0xF_FF12 >> 1).repeat(5);
        assert_eq!((bytes[0], bits), (7, expected + "1"));
    }
}
