//! The tables of ITU-T T.81, annex K, which nearly all encoders use.

use crate::blocks::ZIGZAG;

/// Quantisation of luma at quality 50, row by row (table K.1).
#[rustfmt::skip]
const LUMA: [u8; 64] = [
    16, 11, 10, 16, 24, 40, 51, 61,
    12, 12, 14, 19, 26, 58, 60, 55,
    14, 13, 16, 24, 40, 57, 69, 56,
    14, 17, 22, 29, 51, 87, 80, 62,
    18, 22, 37, 56, 68, 109, 103, 77,
    24, 35, 55, 64, 81, 104, 113, 92,
    49, 64, 78, 87, 103, 121, 120, 101,
    72, 92, 95, 98, 112, 100, 103, 99,
];

/// Quantisation of chroma at quality 50, row by row (table K.2).
#[rustfmt::skip]
const CHROMA: [u8; 64] = [
    17, 18, 24, 47, 99, 99, 99, 99,
    18, 21, 26, 66, 99, 99, 99, 99,
    24, 26, 56, 99, 99, 99, 99, 99,
    47, 66, 99, 99, 99, 99, 99, 99,
    99, 99, 99, 99, 99, 99, 99, 99,
    99, 99, 99, 99, 99, 99, 99, 99,
    99, 99, 99, 99, 99, 99, 99, 99,
    99, 99, 99, 99, 99, 99, 99, 99,
];

/// Steps for luma and for chroma, in zigzag order; scaled as libjpeg does (`jpeg_quality_scaling`). `quality` is 1 to
/// 100, other numbers count as the nearest of these.
pub(super) fn quantisation(quality: u8) -> [[u8; 64]; 2] {
    let quality = u32::from(quality.clamp(1, 100));
    let percent = if quality < 50 { 5000 / quality } else { 200 - 2 * quality };
    let scaled = |step: u8| ((u32::from(step) * percent + 50) / 100).clamp(1, 255) as u8;
    [LUMA, CHROMA].map(|table| ZIGZAG.map(|at| scaled(table[usize::from(at)])))
}

/// A Huffman table.
pub(super) struct Codes {
    /// Codes of each length, 1 to 16 bits.
    pub counts: [u8; 16],
    /// Symbols in the order of their codes.
    pub symbols: &'static [u8],
}

/// Code and length of each symbol; length 0 where there is none.
pub(super) type Lookup = [(u32, u32); 256];

impl Codes {
    /// The codes by symbol (T.81, annex C).
    pub(super) fn lookup(&self) -> Lookup {
        let mut lookup = [(0, 0); 256];
        let mut symbols = self.symbols.iter();
        let mut code = 0;
        for (length, &count) in (1..).zip(&self.counts) {
            for &symbol in symbols.by_ref().take(usize::from(count)) {
                lookup[usize::from(symbol)] = (code, length);
                code += 1;
            }
            code <<= 1;
        }
        lookup
    }
}

/// T.81, table K.3.
pub(super) const LUMA_DC: Codes = Codes {
    counts: [0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0],
    symbols: &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11],
};
/// T.81, table K.4.
pub(super) const CHROMA_DC: Codes = Codes {
    counts: [0, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0],
    symbols: &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11],
};
/// T.81, table K.5.
pub(super) const LUMA_AC: Codes = Codes {
    counts: [0, 2, 1, 3, 3, 2, 4, 3, 5, 5, 4, 4, 0, 0, 1, 125],
    symbols: &[
        1, 2, 3, 0, 4, 17, 5, 18, 33, 49, 65, 6, 19, 81, 97, 7, 34, 113, 20, 50, 129, 145, 161, 8, 35, 66, 177, 193,
        21, 82, 209, 240, 36, 51, 98, 114, 130, 9, 10, 22, 23, 24, 25, 26, 37, 38, 39, 40, 41, 42, 52, 53, 54, 55, 56,
        57, 58, 67, 68, 69, 70, 71, 72, 73, 74, 83, 84, 85, 86, 87, 88, 89, 90, 99, 100, 101, 102, 103, 104, 105, 106,
        115, 116, 117, 118, 119, 120, 121, 122, 131, 132, 133, 134, 135, 136, 137, 138, 146, 147, 148, 149, 150, 151,
        152, 153, 154, 162, 163, 164, 165, 166, 167, 168, 169, 170, 178, 179, 180, 181, 182, 183, 184, 185, 186, 194,
        195, 196, 197, 198, 199, 200, 201, 202, 210, 211, 212, 213, 214, 215, 216, 217, 218, 225, 226, 227, 228, 229,
        230, 231, 232, 233, 234, 241, 242, 243, 244, 245, 246, 247, 248, 249, 250,
    ],
};
/// T.81, table K.6.
pub(super) const CHROMA_AC: Codes = Codes {
    counts: [0, 2, 1, 2, 4, 4, 3, 4, 7, 5, 4, 4, 0, 1, 2, 119],
    symbols: &[
        0, 1, 2, 3, 17, 4, 5, 33, 49, 6, 18, 65, 81, 7, 97, 113, 19, 34, 50, 129, 8, 20, 66, 145, 161, 177, 193, 9, 35,
        51, 82, 240, 21, 98, 114, 209, 10, 22, 36, 52, 225, 37, 241, 23, 24, 25, 26, 38, 39, 40, 41, 42, 53, 54, 55,
        56, 57, 58, 67, 68, 69, 70, 71, 72, 73, 74, 83, 84, 85, 86, 87, 88, 89, 90, 99, 100, 101, 102, 103, 104, 105,
        106, 115, 116, 117, 118, 119, 120, 121, 122, 130, 131, 132, 133, 134, 135, 136, 137, 138, 146, 147, 148, 149,
        150, 151, 152, 153, 154, 162, 163, 164, 165, 166, 167, 168, 169, 170, 178, 179, 180, 181, 182, 183, 184, 185,
        186, 194, 195, 196, 197, 198, 199, 200, 201, 202, 210, 211, 212, 213, 214, 215, 216, 217, 218, 226, 227, 228,
        229, 230, 231, 232, 233, 234, 242, 243, 244, 245, 246, 247, 248, 249, 250,
    ],
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_scale_with_quality() {
        assert_eq!(quantisation(50)[0][..4], [16, 11, 12, 14]);
        assert_eq!(quantisation(80)[1][..4], [7, 7, 7, 10]);
        assert_eq!(quantisation(100), [[1; 64]; 2]);
        assert_eq!(quantisation(0), quantisation(1));
        assert_eq!(quantisation(1)[0], [255; 64]);
    }

    #[test]
    fn every_symbol_that_can_occur_has_a_code() {
        for (dc, ac) in [(&LUMA_DC, &LUMA_AC), (&CHROMA_DC, &CHROMA_AC)] {
            assert!(dc.lookup()[..12].iter().all(|(_, length)| (2..=11).contains(length)));
            let ac = ac.lookup();
            for run in 0..16 {
                assert!(ac[run << 4 | 0x1..=run << 4 | 0xA].iter().all(|(_, length)| *length > 0));
            }
            assert!(ac[0x00].1 > 0 && ac[0xF0].1 > 0);
        }
    }
}
