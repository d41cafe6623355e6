//! The inverse DCT of browsers: "islow" of libjpeg-turbo, bit for bit.
//!
//! Algorithm: C. Loeffler, A. Ligtenberg, G. Moschytz, "Practical fast 1-D DCT algorithms with 11 multiplications",
//! ICASSP 1989, in fixed point with 13 fractional bits in the constants and 2 between the passes. Where values are too
//! large for any picture, 16-bit intermediates wrap and saturate as in libjpeg-turbo's vector code, which is what
//! browsers run (its portable code wraps differently there).

use crate::blocks::{Block, ZIGZAG};

/// Fractional bits of the constants below.
const CONST_BITS: u32 = 13;
/// Fractional bits kept between the passes.
const PASS1_BITS: u32 = 2;

// round(x * 2^13); the names say x.
const C0_298: i32 = 2446;
const C0_390: i32 = 3196;
const C0_541: i32 = 4433;
const C0_765: i32 = 6270;
const C0_899: i32 = 7373;
const C1_175: i32 = 9633;
const C1_501: i32 = 12299;
const C1_847: i32 = 15137;
const C1_961: i32 = 16069;
const C2_053: i32 = 16819;
const C2_562: i32 = 20995;
const C3_072: i32 = 25172;

/// Decodes one block of quantised coefficients to 8 × 8 samples. `quantisation` is in zigzag order like the block. Row r
/// of the samples goes to `out[r * stride..][..8]`; rows that `out` is too short for are left out.
pub(crate) fn islow(block: &Block, quantisation: &[u16; 64], out: &mut [u8], stride: usize) {
    let lines = out.chunks_mut(stride.max(8)).filter_map(|line| line.first_chunk_mut::<8>());
    if block[1..].iter().fold(0, |all, &c| all | c) == 0 {
        let sample = flat(block[0], quantisation[0]);
        lines.take(8).for_each(|line| *line = [sample; 8]);
        return;
    }
    let mut rows = [[0i16; 8]; 8];
    for ((&c, &q), &at) in block.iter().zip(quantisation).zip(&ZIGZAG) {
        rows[usize::from(at >> 3) & 7][usize::from(at & 7)] = c.wrapping_mul(q as i16);
    }
    // Columns of DCs only are shifted as they are: what is too large wraps there, and saturates elsewhere.
    let wraps = rows[0].iter().any(|value| value.unsigned_abs() >> (15 - PASS1_BITS) > 0) && is_one_row(block);
    let first =
        if wraps { [rows[0].map(|dc| dc << PASS1_BITS); 8] } else { pass::<{ CONST_BITS - PASS1_BITS }>(&rows) };
    let columns = transposed(&first);
    let samples = transposed(&pass::<{ CONST_BITS + PASS1_BITS + 3 }>(&columns));
    for (line, row) in lines.zip(&samples) {
        *line = row.map(limited);
    }
}

/// The sample of a block that has nothing but a DC value: what both passes make of it.
pub(crate) fn flat(dc: i16, step: u16) -> u8 {
    let scaled = dc.wrapping_mul(step as i16) << PASS1_BITS;
    limited(((i32::from(scaled) + 16) >> (PASS1_BITS + 3)) as i16)
}

/// Whether a block has no coefficients but those of its first row.
fn is_one_row(block: &Block) -> bool {
    block.iter().zip(&ZIGZAG).all(|(&coefficient, &at)| coefficient == 0 || at < 8)
}

/// Around 0 to around 128, limited to what a sample can be.
fn limited(value: i16) -> u8 {
    (value.clamp(-128, 127) + 128) as u8
}

fn saturated(value: i32) -> i16 {
    value.clamp(i32::from(i16::MIN), i32::from(i16::MAX)) as i16
}

/// One-dimensional transforms of all columns at once. `SHIFT` bits are rounded away at the end.
#[inline]
fn pass<const SHIFT: u32>(rows: &[[i16; 8]; 8]) -> [[i16; 8]; 8] {
    let mut out = [[0; 8]; 8];
    for c in 0..8 {
        let x = |k: usize| i32::from(rows[k][c]);
        // Products are of 16-bit numbers; sums of two of them stay within 32 bits, further ones may wrap.
        let even2 = x(2) * (C0_541 + C0_765) + x(6) * C0_541;
        let even3 = x(2) * C0_541 + x(6) * (C0_541 - C1_847);
        let sum = i32::from(rows[0][c].wrapping_add(rows[4][c])) << CONST_BITS;
        let difference = i32::from(rows[0][c].wrapping_sub(rows[4][c])) << CONST_BITS;
        let even = [
            sum.wrapping_add(even2),
            difference.wrapping_add(even3),
            difference.wrapping_sub(even3),
            sum.wrapping_sub(even2),
        ];

        let z3 = i32::from(rows[7][c].wrapping_add(rows[3][c]));
        let z4 = i32::from(rows[5][c].wrapping_add(rows[1][c]));
        let from_z3 = z3 * (C1_175 - C1_961) + z4 * C1_175;
        let from_z4 = z3 * C1_175 + z4 * (C1_175 - C0_390);
        let odd = [
            (x(7) * -C0_899 + x(1) * (C1_501 - C0_899)).wrapping_add(from_z4),
            (x(5) * -C2_562 + x(3) * (C3_072 - C2_562)).wrapping_add(from_z3),
            (x(5) * (C2_053 - C2_562) + x(3) * -C2_562).wrapping_add(from_z4),
            (x(7) * (C0_298 - C0_899) + x(1) * -C0_899).wrapping_add(from_z3),
        ];
        for k in 0..4 {
            let round = 1 << (SHIFT - 1);
            out[k][c] = saturated(even[k].wrapping_add(odd[k]).wrapping_add(round) >> SHIFT);
            out[7 - k][c] = saturated(even[k].wrapping_sub(odd[k]).wrapping_add(round) >> SHIFT);
        }
    }
    out
}

#[inline]
fn transposed(rows: &[[i16; 8]; 8]) -> [[i16; 8]; 8] {
    std::array::from_fn(|r| std::array::from_fn(|c| rows[c][r]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The definition (T.81, A.3.3), in f64.
    fn ideal(block: &Block, quantisation: &[u16; 64]) -> Vec<f64> {
        let factor = |k: usize| if k == 0 { std::f64::consts::FRAC_1_SQRT_2 } else { 1.0 };
        let wave = |x: usize, u: usize| ((2 * x + 1) as f64 * u as f64 * std::f64::consts::PI / 16.0).cos();
        (0..64)
            .map(|at| {
                let (y, x) = (at / 8, at % 8);
                let sum: f64 = (0..64)
                    .map(|k| {
                        let (v, u) = (usize::from(ZIGZAG[k] / 8), usize::from(ZIGZAG[k] % 8));
                        let value = f64::from(block[k]) * f64::from(quantisation[k]);
                        value * factor(u) * factor(v) * wave(x, u) * wave(y, v)
                    })
                    .sum();
                (sum / 4.0 + 128.0).clamp(0.0, 255.0)
            })
            .collect()
    }

    proptest! {
        #[test]
        fn it_is_close_to_the_definition(
            dc in -64i16..64,
            ac in prop::collection::vec((1usize..64, -20i16..20), 0..20),
            step in 1u16..16,
        ) {
            let mut block = [0; 64];
            block[0] = dc;
            for (k, value) in ac {
                block[k] = value;
            }
            let mut out = [0; 64];
            islow(&block, &[step; 64], &mut out, 8);
            for (found, expected) in out.iter().zip(ideal(&block, &[step; 64])) {
                prop_assert!((f64::from(*found) - expected).abs() < 0.7, "{found} {expected}");
            }
        }

        #[test]
        fn nothing_panics_and_nothing_else_is_written(
            block in prop::collection::vec(any::<i16>(), 64),
            steps in prop::collection::vec(any::<u16>(), 64),
            length in 0usize..200,
            stride in 0usize..20,
        ) {
            let mut out = vec![7; length];
            islow(block.as_slice().try_into().unwrap(), steps.as_slice().try_into().unwrap(), &mut out, stride);
            for (at, &sample) in out.iter().enumerate() {
                let inside = at % stride.max(8) < 8 && at / stride.max(8) < 8;
                prop_assert!(inside || sample == 7);
            }
        }

        #[test]
        fn the_short_cut_for_flat_blocks_changes_nothing(dc in -1024i16..1024, step in 1u16..8) {
            let rows: [[i16; 8]; 8] = std::array::from_fn(|r| if r == 0 { [dc * step as i16, 0, 0, 0, 0, 0, 0, 0] } else { [0; 8] });
            let columns = transposed(&pass::<11>(&rows));
            let samples = pass::<18>(&columns);
            prop_assert_eq!(samples.map(|row| row.map(limited)), [[flat(dc, step); 8]; 8]);
        }
    }

    #[test]
    fn what_is_too_large_wraps_as_in_libjpeg_turbo() {
        // Found by fuzzing, beside version 2.1.5.
        assert_eq!(flat(-564, 170), 255);
        let mut block = [0; 64];
        (block[0], block[1]) = (-564, 1);
        let mut out = [0; 64];
        islow(&block, &[170; 64], &mut out, 8);
        assert!(out.iter().all(|&sample| sample == 255), "one row of coefficients is shifted, too: {out:?}");
        // With others below, it saturates.
        block[2] = 1;
        islow(&block, &[170; 64], &mut out, 8);
        assert!(out.iter().all(|&sample| sample == 0), "{out:?}");
    }
}
