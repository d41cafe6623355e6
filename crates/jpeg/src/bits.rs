//! Bits of unstuffed entropy-coded data: read, copied, written.

use memchr::memchr;

/// Reads bits, most significant first. Behind the end of the data come zeros; whoever reads compares
/// [`Bits::position`] with where the data end.
#[derive(Clone)]
pub(crate) struct Bits<'a> {
    data: &'a [u8],
    /// The next byte to load.
    byte: usize,
    /// The next bits, left-aligned.
    word: u64,
    /// How many of them count.
    have: u32,
}

impl<'a> Bits<'a> {
    /// Reads from bit `position` on.
    pub(crate) fn at(data: &'a [u8], position: usize) -> Bits<'a> {
        let mut bits = Bits { data, byte: position / 8, word: 0, have: 0 };
        bits.refill();
        bits.drop((position % 8) as u32);
        bits
    }

    /// Bits from the start of the data.
    #[inline(always)]
    pub(crate) fn position(&self) -> usize {
        self.byte * 8 - self.have as usize
    }

    /// At least 56 bits are there afterwards.
    #[inline(always)]
    pub(crate) fn refill(&mut self) {
        let next = match self.data.get(self.byte..).and_then(<[u8]>::first_chunk::<8>) {
            Some(chunk) => u64::from_be_bytes(*chunk),
            None => self.last_bytes(),
        };
        // Bits beyond `have` are loaded again with the same value the next time.
        self.word |= next >> self.have;
        let whole = (63 - self.have) / 8;
        self.byte += whole as usize;
        self.have += whole * 8;
    }

    #[cold]
    fn last_bytes(&self) -> u64 {
        let rest = self.data.get(self.byte..).unwrap_or_default();
        let mut chunk = [0; 8];
        for (to, from) in chunk.iter_mut().zip(rest) {
            *to = *from;
        }
        u64::from_be_bytes(chunk)
    }

    /// The next bits, left-aligned: as many as the last refill left.
    #[inline(always)]
    pub(crate) fn word(&self) -> u64 {
        self.word
    }

    /// The next bits, left-aligned; at least 32 of them.
    #[inline(always)]
    pub(crate) fn peek(&mut self) -> u64 {
        if self.have < 32 {
            self.refill();
        }
        self.word
    }

    /// Goes on; no more than `peek` gave.
    #[inline(always)]
    pub(crate) fn drop(&mut self, count: u32) {
        self.word <<= count;
        self.have -= count;
    }
}

/// Whether `length` bits are the same in both.
pub(crate) fn equal(a: &[u8], at_a: usize, b: &[u8], at_b: usize, length: usize) -> bool {
    let few = |from: usize, length: usize| {
        let (mut one, mut other) = (Bits::at(a, at_a + from), Bits::at(b, at_b + from));
        let mut left = length;
        let mut same = true;
        while left > 0 {
            let step = left.min(32) as u32;
            same &= (one.peek() ^ other.peek()) >> (64 - step) == 0;
            one.drop(step);
            other.drop(step);
            left -= step as usize;
        }
        same
    };
    if length < 128 {
        return few(0, length);
    }
    // Up to a whole byte of `b`; then each byte of it against two neighbours in `a`.
    let head = (8 - at_b % 8) % 8;
    let bytes = (length - head) / 8;
    let (first_a, shift, first_b) = ((at_a + head) / 8, (at_a + head) % 8, (at_b + head) / 8);
    let Some(expected) = b.get(first_b..first_b + bytes) else { return false };
    let Some(low) = a.get(first_a..first_a + bytes) else { return false };
    let middle = if shift == 0 {
        low == expected
    } else {
        let Some(high) = a.get(first_a + 1..first_a + 1 + bytes) else { return false };
        // Without a way out inside, so that many are compared at once.
        let differing = |((&one, &next), &expected): ((&u8, &u8), &u8)| (one << shift | next >> (8 - shift)) ^ expected;
        let lines = low.chunks(256).zip(high.chunks(256)).zip(expected.chunks(256));
        lines.into_iter().all(|((low, high), expected)| {
            low.iter().zip(high).zip(expected).map(differing).fold(0, |all, bits| all | bits) == 0
        })
    };
    middle && few(0, head) && few(head + bytes * 8, (length - head) % 8)
}

/// Writes bits, most significant first, without stuffing.
#[derive(Default)]
pub(crate) struct BitWriter {
    bytes: Vec<u8>,
    /// Bits that don't fill a byte yet, right-aligned.
    pending: u64,
    /// How many, less than 8 between calls.
    count: u32,
}

impl BitWriter {
    /// Appends the lowest `count` ≤ 32 bits of `value`, which has no others.
    #[inline]
    pub(crate) fn put(&mut self, value: u32, count: u32) {
        self.pending = self.pending << count | u64::from(value);
        self.count += count;
        while self.count >= 8 {
            self.count -= 8;
            self.bytes.push((self.pending >> self.count) as u8);
        }
    }

    /// Appends the bits `from..to` of `data`, which must be there.
    pub(crate) fn copy(&mut self, data: &[u8], from: usize, to: usize) {
        let mut source = Bits::at(data, from);
        let mut few = |writer: &mut BitWriter, count: usize| {
            let value = if count == 0 { 0 } else { source.peek() >> (64 - count) };
            source.drop(count as u32);
            writer.put(value as u32, count as u32);
        };
        if to - from < 128 {
            let mut left = to - from;
            while left > 0 {
                let count = left.min(32);
                few(self, count);
                left -= count;
            }
            return;
        }
        let head = ((8 - self.count) % 8) as usize;
        few(self, head);
        let mut at = from + head;
        // Whole bytes now, each out of two neighbours.
        let (first, shift, bytes) = (at / 8, (at % 8) as u32, (to - at) / 8);
        let low = data.get(first..first + bytes).unwrap_or_default();
        if shift == 0 {
            self.bytes.extend_from_slice(low);
        } else {
            let high = data.get(first + 1..first + 1 + bytes).unwrap_or_default();
            self.bytes.extend(low.iter().zip(high).map(|(&one, &next)| one << shift | next >> (8 - shift)));
        }
        at += bytes * 8;
        let mut rest = Bits::at(data, at);
        let count = (to - at) as u32;
        if count > 0 {
            let value = (rest.peek() >> (64 - count)) as u32;
            self.put(value, count);
        }
    }

    /// Fills the last byte with ones (T.81, F.1.2.3), appends everything to `out` with a zero behind each FF, and
    /// starts anew.
    pub(crate) fn finish_into(&mut self, out: &mut Vec<u8>) {
        if self.count > 0 {
            let fill = 8 - self.count;
            self.put((1 << fill) - 1, fill);
        }
        let mut rest = &self.bytes[..];
        while let Some(at) = memchr(0xFF, rest) {
            out.extend_from_slice(&rest[..=at]);
            out.push(0);
            rest = &rest[at + 1..];
        }
        out.extend_from_slice(rest);
        self.bytes.clear();
        self.pending = 0;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn bit(data: &[u8], at: usize) -> u8 {
        data[at / 8] >> (7 - at % 8) & 1
    }

    proptest! {
        #[test]
        fn copies_are_equal_and_stand_behind_one_another(
            data in proptest::collection::vec(any::<u8>(), 1..200),
            spans in proptest::collection::vec((0.0..1.0f64, 0.0..1.0f64), 1..6),
            lead in 0u32..8,
        ) {
            let mut writer = BitWriter::default();
            writer.put(0, lead);
            let mut expected = vec![0; lead as usize];
            for (a, b) in spans {
                let end = data.len() as f64 * 8.0;
                let (from, to) = ((a.min(b) * end) as usize, (a.max(b) * end) as usize);
                let start = expected.len();
                writer.copy(&data, from, to);
                expected.extend((from..to).map(|at| bit(&data, at)));
                let mut so_far = writer.bytes.clone();
                so_far.push(((writer.pending << (8 - writer.count)) & 0xFF) as u8);
                prop_assert!(equal(&data, from, &so_far, start, to - from));
                if to > from {
                    let mut changed = data.clone();
                    changed[(to - 1) / 8] ^= 1 << (7 - (to - 1) % 8);
                    prop_assert!(!equal(&changed, from, &so_far, start, to - from));
                }
            }
            let count = expected.len();
            let mut out = Vec::new();
            writer.finish_into(&mut out);
            let clean: Vec<u8> = {
                let mut clean = Vec::new();
                let mut bytes = out.iter();
                while let Some(&byte) = bytes.next() {
                    clean.push(byte);
                    if byte == 0xFF {
                        prop_assert_eq!(bytes.next(), Some(&0));
                    }
                }
                clean
            };
            prop_assert_eq!(clean.len(), count.div_ceil(8));
            for (at, value) in expected.iter().enumerate() {
                prop_assert_eq!(bit(&clean, at), *value, "bit {}", at);
            }
            for at in count..clean.len() * 8 {
                prop_assert_eq!(bit(&clean, at), 1);
            }
        }
    }
}
