//! From the `YCbCr` of a video codec to that of JPEG (ITU-T T.871: full range, the matrix of BT.601), without a way through RGB.
//!
//! Both are linear in the same R'G'B', so one is an affine function of the other; and since grey is grey in both, chroma
//! follows from chroma alone, and can stay at the resolution it has.

use heic_decoder::ColorInfo;

/// How samples of one picture become those of JPEG.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Mapping {
    /// Value of black, and steps from it to white.
    luma: (f32, f32),
    /// Value of no colour, and steps of a whole one.
    chroma: (f32, f32),
    /// What of Cb and Cr goes into Y.
    tint: [f32; 2],
    /// Rows for Cb and Cr, what of Cb and Cr goes into each.
    turn: [[f32; 2]; 2],
}

/// Shares of red and blue in luma (ITU-T H.273, table 4). `None` for what is no such matrix.
fn shares(matrix: u16) -> Option<(f64, f64)> {
    match matrix {
        1 => Some((0.2126, 0.0722)),
        // 2 says nothing; then it is what the profile for cameras lets readers take (ISO/IEC 23000-22, 7.3.6.4).
        2 | 5 | 6 => Some((0.299, 0.114)),
        4 => Some((0.30, 0.11)),
        7 => Some((0.212, 0.087)),
        9 => Some((0.2627, 0.0593)),
        _ => None,
    }
}

impl Mapping {
    /// For samples of that many bits, luma and chroma. Without any description they are taken as sRGB's, of full range.
    pub fn new(colour: Option<ColorInfo>, bits: (u32, u32)) -> Option<Self> {
        let (matrix, full) = colour.map_or((2, true), |colour| (colour.matrix_coefficients, colour.full_range));
        let (red, blue) = shares(matrix)?;
        if !(8..=16).contains(&bits.0) || !(8..=16).contains(&bits.1) {
            return None;
        }
        let step = |bits: u32| f64::from(1u32 << (bits - 8));
        let top = |bits: u32| f64::from((1u32 << bits) - 1);
        let (luma, chroma) = if full {
            ((0.0, top(bits.0)), (128.0 * step(bits.1), top(bits.1)))
        } else {
            ((16.0 * step(bits.0), 219.0 * step(bits.0)), (128.0 * step(bits.1), 224.0 * step(bits.1)))
        };
        // R, G and B of a chroma alone.
        let rgb = |[cb, cr]: [f64; 2]| {
            let (r, b) = (2.0 * (1.0 - red) * cr, 2.0 * (1.0 - blue) * cb);
            [r, -(red * r + blue * b) / (1.0 - red - blue), b]
        };
        let jpeg = |[r, g, b]: [f64; 3]| {
            let y = 0.299 * r + 0.587 * g + 0.114 * b;
            [y, (b - y) / 1.772, (r - y) / 1.402]
        };
        let [of_cb, of_cr] = [[1.0, 0.0], [0.0, 1.0]].map(|chroma| jpeg(rgb(chroma)));
        let narrow = |(zero, steps): (f64, f64)| (zero as f32, steps as f32);
        Some(Self {
            luma: narrow(luma),
            chroma: narrow(chroma),
            tint: [of_cb[0] as f32, of_cr[0] as f32],
            turn: [1, 2].map(|i| [of_cb[i] as f32, of_cr[i] as f32]),
        })
    }

    /// Whether luma depends on chroma.
    pub fn tints(&self) -> bool {
        self.tint.iter().any(|share| share.abs() > 1e-6)
    }

    fn ratio(&self, sample: i32) -> f32 {
        (sample as f32 - self.chroma.0) / self.chroma.1
    }

    /// Y, of a sample and the chroma there.
    #[inline]
    pub fn y(&self, y: i32, cb: i32, cr: i32) -> u8 {
        let tint = self.tint[0] * self.ratio(cb) + self.tint[1] * self.ratio(cr);
        // A cast saturates.
        (255.0 * ((y as f32 - self.luma.0) / self.luma.1 + tint)).round() as u8
    }

    /// Y, where it does not depend on chroma.
    #[inline]
    pub fn grey(&self, y: i32) -> u8 {
        (255.0 * (y as f32 - self.luma.0) / self.luma.1).round() as u8
    }

    /// Cb and Cr.
    #[inline]
    pub fn chroma(&self, cb: i32, cr: i32) -> [u8; 2] {
        let (cb, cr) = (self.ratio(cb), self.ratio(cr));
        self.turn.map(|[of_cb, of_cr]| (128.0 + 255.0 * (of_cb * cb + of_cr * cr)).round() as u8)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[expect(clippy::unnecessary_wraps, reason = "it is passed on as it is")]
    fn colour(matrix_coefficients: u16, full_range: bool) -> Option<ColorInfo> {
        Some(ColorInfo { color_primaries: 1, transfer_characteristics: 13, matrix_coefficients, full_range })
    }

    #[test]
    fn what_is_like_jpeg_stays_as_it_is() {
        for colour in [None, colour(2, true), colour(6, true)] {
            let mapping = Mapping::new(colour, (8, 8)).unwrap();
            assert!(!mapping.tints());
            for sample in 0..=255u8 {
                let value = i32::from(sample);
                assert_eq!(mapping.grey(value), sample);
                assert_eq!(mapping.chroma(value, 255 - value), [sample, 255 - sample]);
            }
        }
    }

    #[test]
    fn ranges_end_where_they_should() {
        let video = Mapping::new(colour(6, false), (8, 10)).unwrap();
        assert_eq!([16, 235, 0, 255].map(|y| video.grey(y)), [0, 255, 0, 255]);
        assert_eq!(video.chroma(512, 512), [128, 128]);
        assert_eq!(video.chroma(64, 960), [1, 255], "half a step beyond either end is cut");
        let deep = Mapping::new(colour(6, true), (10, 10)).unwrap();
        assert_eq!([0, 512, 1023].map(|y| deep.grey(y)), [0, 128, 255]);
    }

    #[test]
    fn colours_are_those_of_the_way_through_rgb() {
        for (matrix, red, blue) in [(1, 0.2126, 0.0722), (9, 0.2627, 0.0593)] {
            let mapping = Mapping::new(colour(matrix, true), (8, 8)).unwrap();
            assert!(mapping.tints());
            for (y, cb, cr) in [(100, 128, 128), (90, 140, 120), (150, 100, 170), (60, 120, 135)] {
                let (luma, u, v) = (f64::from(y), f64::from(cb - 128), f64::from(cr - 128));
                let (r, b) = (luma + 2.0 * (1.0 - red) * v, luma + 2.0 * (1.0 - blue) * u);
                let g = (luma - red * r - blue * b) / (1.0 - red - blue);
                let expected = 0.299 * r + 0.587 * g + 0.114 * b;
                assert!((f64::from(mapping.y(y, cb, cr)) - expected).abs() <= 0.51);
                let [u, v] = mapping.chroma(cb, cr);
                assert!((f64::from(u) - 128.0 - (b - expected) / 1.772).abs() <= 0.51);
                assert!((f64::from(v) - 128.0 - (r - expected) / 1.402).abs() <= 0.51);
            }
        }
    }

    #[test]
    fn other_codings_are_not_guessed() {
        for matrix in [0, 3, 8, 10, 14] {
            assert_eq!(Mapping::new(colour(matrix, true), (8, 8)), None);
        }
        assert_eq!(Mapping::new(None, (7, 8)), None);
    }
}
