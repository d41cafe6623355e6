//! Huffman tables made for one picture (T.81, annex K.2).

use crate::huffman::HuffmanSpec;

/// Longest code that a file may state, in bits.
const MAX_LENGTH: usize = 16;
/// Longest code that merging 257 leaves can give.
const MAX_DEPTH: usize = 256;

/// A table, for writing it and for coding with it.
pub(super) struct Codes {
    spec: HuffmanSpec,
    /// Code and its length for each symbol; length 0 where there is none.
    by_symbol: [(u16, u8); 256],
}

impl Codes {
    /// Codes that are the shortest for symbols that occur as often as `frequencies` says, among those of at most
    /// 16 bits. Symbols with frequency 0 get none. No code consists of ones only (T.81, C.2).
    pub(super) fn for_frequencies(frequencies: &[u32; 256]) -> Codes {
        let lengths = lengths(frequencies);
        let mut by_length = [0u16; MAX_DEPTH + 1];
        for &length in lengths.iter().filter(|&&length| length > 0) {
            by_length[length] += 1;
        }
        limit(&mut by_length);
        // The leaf that stands for the code of ones only is among the longest.
        if let Some(longest) = by_length.iter_mut().rev().find(|count| **count > 0) {
            *longest -= 1;
        }
        let mut symbols: Vec<u8> = (0..=255).filter(|&symbol| lengths[usize::from(symbol)] > 0).collect();
        symbols.sort_by_key(|&symbol| lengths[usize::from(symbol)]);
        let counts = std::array::from_fn(|i| by_length[i + 1] as u8);
        let spec = HuffmanSpec { counts, symbols };
        Codes { by_symbol: spec.codes(), spec }
    }

    /// The code of a symbol and its length in bits.
    #[inline]
    pub(super) fn code(&self, symbol: u8) -> (u16, u8) {
        self.by_symbol[usize::from(symbol)]
    }

    /// Appends the table to a DHT payload; `head` is its class and number.
    pub(super) fn write(&self, head: u8, out: &mut Vec<u8>) {
        out.push(head);
        out.extend(self.spec.to_bytes());
    }
}

/// How long the code of each symbol would be without a limit (T.81, figures K.1 and K.2). The last symbol
/// is the reserved one.
fn lengths(frequencies: &[u32; 256]) -> [usize; 257] {
    let mut lengths = [0; 257];
    // Trees so far: how often their leaves occur, and which these are. The reserved leaf comes first, so that
    // nothing that occurs as rarely gets a longer code.
    let mut trees: Vec<(u64, Vec<usize>)> = vec![(1, vec![256])];
    let used = frequencies.iter().enumerate().filter(|&(_, &frequency)| frequency > 0);
    trees.extend(used.map(|(symbol, &frequency)| (u64::from(frequency), vec![symbol])).rev());
    loop {
        // Descending and stable: the two rarest are the last, the reserved leaf among the last of its like.
        trees.sort_by_key(|(frequency, _)| std::cmp::Reverse(*frequency));
        let (Some((a, mut leaves)), Some((b, others))) = (trees.pop(), trees.pop()) else { break };
        leaves.extend(others);
        for &leaf in &leaves {
            lengths[leaf] += 1;
        }
        trees.push((a + b, leaves));
    }
    lengths
}

/// Shortens codes to what a file may state (T.81, figure K.3): takes a pair of the longest away, gives their
/// prefix to one of the two, and puts the other beside a shorter code.
fn limit(by_length: &mut [u16; MAX_DEPTH + 1]) {
    for length in (MAX_LENGTH + 1..=MAX_DEPTH).rev() {
        while by_length[length] > 0 {
            let Some(shorter) = (1..length - 1).rev().find(|&shorter| by_length[shorter] > 0) else { return };
            by_length[length] -= 2;
            by_length[length - 1] += 1;
            by_length[shorter + 1] += 2;
            by_length[shorter] -= 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::huffman::{BitReader, HuffmanTable};
    use proptest::prelude::*;

    /// The frequencies of a table of `symbols`, each given.
    fn table(symbols: &[u32]) -> [u32; 256] {
        std::array::from_fn(|i| symbols.get(i).copied().unwrap_or(0))
    }

    fn check(frequencies: &[u32; 256]) {
        let codes = Codes::for_frequencies(frequencies);
        let mut bytes = Vec::new();
        codes.write(0x10, &mut bytes);
        let (spec, length) = HuffmanSpec::parse(&bytes[1..]).unwrap();
        assert_eq!(length + 1, bytes.len());
        let decoding = HuffmanTable::new(&spec);
        for symbol in 0..=255 {
            let (code, length) = codes.code(symbol);
            assert_eq!(length > 0, frequencies[usize::from(symbol)] > 0);
            if length > 0 {
                assert!(length <= 16 && u32::from(code) + 1 < 1 << length, "all ones");
                let bits = u32::from(code) << (32 - u32::from(length));
                assert_eq!(BitReader::new(&bits.to_be_bytes()).symbol(&decoding), Ok(symbol));
            }
        }
    }

    #[test]
    fn frequent_symbols_get_short_codes() {
        let codes = Codes::for_frequencies(&table(&[1, 100, 10, 1000]));
        let lengths: Vec<u8> = (0..4).map(|symbol| codes.code(symbol).1).collect();
        assert_eq!(lengths, [4, 2, 3, 1]);
    }

    #[test]
    fn the_longest_codes_are_limited() {
        // Fibonacci's numbers make the deepest tree.
        let mut numbers = vec![1u32, 1];
        while numbers.len() < 45 {
            numbers.push(numbers[numbers.len() - 1] + numbers[numbers.len() - 2]);
        }
        check(&table(&numbers));
        check(&table(&[u32::MAX; 256]));
        check(&table(&[1]));
    }

    proptest! {
        #[test]
        fn every_table_can_be_read(frequencies in proptest::collection::vec(0u32..1 << 20, 1..256)) {
            let mut frequencies = table(&frequencies);
            frequencies[0] += 1;
            check(&frequencies);
        }
    }
}
