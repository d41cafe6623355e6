//! The forward DCT, in floating point, with quantisation.
//!
//! Algorithm: Y. Arai, T. Agui, M. Nakajima, "A fast DCT-SQ scheme for images", Trans. IEICE E-71 (1988): five
//! multiplications for eight samples; what is missing is part of the quantisation factors.

use std::f64::consts::{PI, SQRT_2};

use crate::blocks::ZIGZAG;

/// Factors for one quantisation table, column by column like [`Quantised`].
pub(super) struct Factors([f32; 64]);

/// Quantised coefficients, column by column: 8 · column + row.
pub(super) type Quantised = [i16; 64];

impl Factors {
    /// `steps` are in zigzag order.
    pub(super) fn new(steps: &[u8; 64]) -> Factors {
        let one_way = |k: u8| if k == 0 { 1.0 } else { (f64::from(k) * PI / 16.0).cos() * SQRT_2 };
        let mut factors = [0.0; 64];
        for (&step, &at) in steps.iter().zip(&ZIGZAG) {
            let (row, column) = (at / 8, at % 8);
            let factor = 1.0 / (8.0 * one_way(row) * one_way(column) * f64::from(step));
            factors[usize::from(8 * column + row)] = factor as f32;
        }
        Factors(factors)
    }

    /// Transforms and quantises 8 × 8 samples, row by row, 0 to 255.
    #[inline]
    pub(super) fn quantised(&self, samples: &[[u8; 8]; 8]) -> Quantised {
        let mut rows = [[0f32; 8]; 8];
        for (row, samples) in rows.iter_mut().zip(samples) {
            *row = samples.map(|sample| f32::from(sample) - 128.0);
        }
        let columns = pass(&transposed(&pass(&rows)));
        let mut out = [0; 64];
        for ((out, &value), &factor) in out.iter_mut().zip(columns.as_flattened()).zip(&self.0) {
            // With this number added, the last bit of a float is 1: the sum is rounded to a whole number, and its lowest
            // 16 bits are that. Coefficients have at most 11 bits.
            const WHOLE: f32 = 12_582_912.0;
            *out = (value * factor + WHOLE).to_bits() as i16;
        }
        out
    }
}

/// One-dimensional transforms of all columns at once.
#[inline]
fn pass(x: &[[f32; 8]; 8]) -> [[f32; 8]; 8] {
    // Cosines: c4, c6, c2 - c6, c2 + c6.
    const C4: f32 = 0.707_106_77;
    const C6: f32 = 0.382_683_43;
    const C2_LESS: f32 = 0.541_196_1;
    const C2_MORE: f32 = 1.306_563;
    let mut out = [[0.0; 8]; 8];
    for c in 0..8 {
        let (sum0, sum1, sum2, sum3) = (x[0][c] + x[7][c], x[1][c] + x[6][c], x[2][c] + x[5][c], x[3][c] + x[4][c]);
        let (less0, less1, less2, less3) = (x[0][c] - x[7][c], x[1][c] - x[6][c], x[2][c] - x[5][c], x[3][c] - x[4][c]);

        let (outer, inner) = (sum0 + sum3, sum1 + sum2);
        let (outer_less, inner_less) = (sum0 - sum3, sum1 - sum2);
        (out[0][c], out[4][c]) = (outer + inner, outer - inner);
        let turned = (inner_less + outer_less) * C4;
        (out[2][c], out[6][c]) = (outer_less + turned, outer_less - turned);

        let (a, b, d) = (less3 + less2, less2 + less1, less1 + less0);
        let common = (a - d) * C6;
        let (low, high) = (a * C2_LESS + common, d * C2_MORE + common);
        let middle = b * C4;
        let (plus, minus) = (less0 + middle, less0 - middle);
        (out[5][c], out[3][c]) = (minus + low, minus - low);
        (out[1][c], out[7][c]) = (plus + high, plus - high);
    }
    out
}

#[inline]
fn transposed(rows: &[[f32; 8]; 8]) -> [[f32; 8]; 8] {
    std::array::from_fn(|r| std::array::from_fn(|c| rows[c][r]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The definition (T.81, A.3.3).
    fn ideal(samples: &[[u8; 8]; 8], u: usize, v: usize) -> f64 {
        let factor = |k: usize| if k == 0 { std::f64::consts::FRAC_1_SQRT_2 } else { 1.0 };
        let wave = |x: usize, u: usize| ((2 * x + 1) as f64 * u as f64 * PI / 16.0).cos();
        let mut sum = 0.0;
        for (y, row) in samples.iter().enumerate() {
            for (x, &sample) in row.iter().enumerate() {
                sum += (f64::from(sample) - 128.0) * wave(x, u) * wave(y, v);
            }
        }
        sum * factor(u) * factor(v) / 4.0
    }

    proptest! {
        #[test]
        fn it_is_the_definition(samples in prop::array::uniform8(prop::array::uniform8(any::<u8>())), step in 1u8..40) {
            let found = Factors::new(&[step; 64]).quantised(&samples);
            for u in 0..8 {
                for v in 0..8 {
                    let ideal = ideal(&samples, u, v) / f64::from(step);
                    prop_assert!((f64::from(found[8 * u + v]) - ideal).abs() < 0.501, "{u} {v}");
                }
            }
        }

        #[test]
        fn extremes_fit_the_huffman_tables(bits in any::<u64>()) {
            let samples = std::array::from_fn(|r| std::array::from_fn(|c| if bits >> (8 * r + c) & 1 == 1 { 255 } else { 0 }));
            let found = Factors::new(&[1; 64]).quantised(&samples);
            prop_assert!((-1024..=1016).contains(&found[0]));
            prop_assert!(found[1..].iter().all(|c| c.abs() <= 1023));
        }
    }

    #[test]
    fn the_largest_coefficients_fit() {
        for u in 0..8 {
            for v in 0..8 {
                for sign in [1.0, -1.0] {
                    let wave = |x: usize, u: usize| ((2 * x + 1) as f64 * u as f64 * PI / 16.0).cos();
                    let sample = |r, c| if wave(c, u) * wave(r, v) * sign > 0.0 { 255 } else { 0 };
                    let samples = std::array::from_fn(|r| std::array::from_fn(|c| sample(r, c)));
                    let found = Factors::new(&[1; 64]).quantised(&samples)[8 * u + v];
                    assert!(found.abs() <= if u + v == 0 { 1024 } else { 1023 }, "{u} {v}: {found}");
                }
            }
        }
    }
}
