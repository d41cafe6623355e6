//! Inverse DCT to fewer samples than coefficients: one block to N × N samples, N = 1, 2 or 4.
//!
//! The N × N lowest frequencies are transformed as if they were all (as libjpeg reduces pictures), which is a sharper
//! low-pass filter than averaging of pixels.

use std::f64::consts::PI;

use crate::blocks::Block;

/// Quantisation steps with all constant factors of an N × N transform, ready to be multiplied with coefficients.
#[derive(Debug, Clone)]
pub(crate) struct Scaled<const N: usize> {
    /// `factors[u][v]` belongs to the coefficient in row v (vertical frequency), column u.
    factors: [[f32; N]; N],
    /// What a flat block's DC value is multiplied with.
    dc: f32,
}

/// Positions in zigzag order of the 4 × 4 lowest frequencies, row by row.
const LOW4: [[usize; 4]; 4] = [[0, 1, 5, 6], [2, 4, 7, 13], [3, 8, 12, 17], [9, 11, 18, 24]];

/// The last of the N · N lowest frequencies in zigzag order.
pub(crate) const fn last<const N: usize>() -> usize {
    LOW4[N - 1][N - 1]
}

/// Where the k-th coefficient in zigzag order stands among the N · N lowest, which are kept row by row; N · N if it is none of them.
pub(crate) const fn place<const N: usize>(k: usize) -> usize {
    let mut at = 0;
    while at < N * N && LOW4[at / N][at % N] != k {
        at += 1;
    }
    at
}

/// cos(π/8) and sin(π/8): what the odd half of a four-point transform needs.
const COS: f32 = 0.923_879_5;
const SIN: f32 = 0.382_683_43;

impl<const N: usize> Scaled<N> {
    /// `quantisation` is in zigzag order.
    pub(crate) fn new(quantisation: &[u16; 64]) -> Scaled<N> {
        const { assert!(N == 1 || N == 2 || N == 4) };
        // Orthonormal transforms of 8 and of N points differ by sqrt(N / 8) in each direction. In the first coefficient
        // the basis is sqrt(1 / N), in others sqrt(2 / N) · cos; the cosine of the one in the middle is folded in.
        let one_way = |k: usize| match (N, k) {
            (_, 0) => (1.0 / 8f64).sqrt(),
            (2, 1) | (4, 2) => (2.0 / 8f64).sqrt() * (PI / 4.0).cos(),
            _ => (2.0 / 8f64).sqrt(),
        };
        let factors = std::array::from_fn(|u| {
            std::array::from_fn(|v| (f64::from(quantisation[LOW4[v][u]]) * one_way(u) * one_way(v)) as f32)
        });
        Scaled { factors, dc: f32::from(quantisation[0]) / 8.0 }
    }

    /// The sample that a block without AC coefficients shows everywhere; of any block, its average.
    #[inline(always)]
    pub(crate) fn flat(&self, dc: i16) -> u8 {
        sample(f32::from(dc) * self.dc)
    }
}

/// Decodes one block (zigzag order) to N × N samples. Row r goes to `out[r * stride..][..N]`; rows that `out` is too
/// short for are left out.
pub(crate) fn scaled<const N: usize>(block: &Block, prepared: &Scaled<N>, out: &mut [u8], stride: usize) {
    let lines = out.chunks_mut(stride.max(N)).filter_map(|line| line.first_chunk_mut::<N>()).take(N);
    if block[1..=last::<N>()].iter().all(|&c| c == 0) {
        let sample = prepared.flat(block[0]);
        lines.for_each(|line| *line = [sample; N]);
        return;
    }
    let low: [[i16; 1]; 16] = std::array::from_fn(|at| [if at < N * N { block[LOW4[at / N][at % N]] } else { 0 }]);
    let samples = lowest::<N, 1>(&low, prepared);
    for (line, row) in lines.zip(samples) {
        *line = row.map(|[sample]| sample as u8);
    }
}

/// Decodes the N · N lowest frequencies of L blocks at once: `low[N * v + u]` has those of row v (vertical frequency) and
/// column u. The answer has rows of columns of samples, 0 to 255.
#[inline(always)]
pub(crate) fn lowest<const N: usize, const L: usize>(low: &[[i16; L]; 16], prepared: &Scaled<N>) -> [[[u32; L]; N]; N] {
    // Lane by lane alike, so that several are one instruction. Downward first.
    let mut columns = [[[0f32; L]; N]; N];
    for (u, column) in columns.iter_mut().enumerate() {
        for (v, values) in column.iter_mut().enumerate() {
            for (value, &coefficient) in values.iter_mut().zip(&low[N * v + u]) {
                *value = f32::from(coefficient) * prepared.factors[u][v];
            }
        }
        transform(column);
    }
    let mut samples = [[[0; L]; N]; N];
    for (y, line) in samples.iter_mut().enumerate() {
        let mut row = [[0f32; L]; N];
        for (values, column) in row.iter_mut().zip(&columns) {
            *values = column[y];
        }
        transform(&mut row);
        for (samples, values) in line.iter_mut().zip(&row) {
            for (to, &value) in samples.iter_mut().zip(values) {
                *to = u32::from(sample(value));
            }
        }
    }
    samples
}

/// One-dimensional transforms.
#[inline(always)]
fn transform<const N: usize, const L: usize>(values: &mut [[f32; L]; N]) {
    match values.as_mut_slice() {
        [a, b] => {
            for (a, b) in a.iter_mut().zip(b) {
                (*a, *b) = (*a + *b, *a - *b);
            }
        }
        [a, b, c, d] => {
            for (((a, b), c), d) in a.iter_mut().zip(b).zip(c).zip(d) {
                let (even0, even1) = (*a + *c, *a - *c);
                let (odd0, odd1) = (*b * COS + *d * SIN, *b * SIN - *d * COS);
                (*a, *b) = (even0 + odd0, even1 + odd1);
                (*d, *c) = (even0 - odd0, even1 - odd1);
            }
        }
        _ => {}
    }
}

/// Around 0 to around 128, rounded and limited.
#[inline(always)]
fn sample(value: f32) -> u8 {
    // From 2^23 on the last bit of a float is 1, so that the sum is rounded to a whole number, which its lowest bits
    // hold. Unlike a conversion that saturates, this is one instruction for several numbers.
    const WHOLE: f32 = 8_388_608.0;
    ((value + 128.0).clamp(0.0, 255.0) + WHOLE).to_bits() as u8
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::blocks::ZIGZAG;
    use proptest::prelude::*;

    fn ideal<const N: usize>(block: &Block, quantisation: &[u16; 64]) -> Vec<f64> {
        let factor = |k: usize| if k == 0 { std::f64::consts::FRAC_1_SQRT_2 } else { 1.0 };
        let wave = |x: usize, u: usize| ((2 * x + 1) as f64 * u as f64 * PI / (2 * N) as f64).cos();
        let mut samples = Vec::new();
        for y in 0..N {
            for x in 0..N {
                let mut sum = 0.0;
                for k in 0..64 {
                    let (v, u) = (usize::from(ZIGZAG[k] / 8), usize::from(ZIGZAG[k] % 8));
                    if u < N && v < N {
                        let value = f64::from(block[k]) * f64::from(quantisation[k]);
                        sum += value * factor(u) * factor(v) * wave(x, u) * wave(y, v);
                    }
                }
                samples.push((sum / 4.0 + 128.0).clamp(0.0, 255.0));
            }
        }
        samples
    }

    fn check<const N: usize>(block: &Block, quantisation: &[u16; 64]) -> Result<(), TestCaseError> {
        let mut out = vec![0; N * (N + 3)];
        scaled(block, &Scaled::<N>::new(quantisation), &mut out, N + 3);
        for (at, expected) in ideal::<N>(block, quantisation).into_iter().enumerate() {
            let found = out[at / N * (N + 3) + at % N];
            prop_assert!((f64::from(found) - expected).abs() < 0.51, "{N}: {found} {expected}");
        }
        prop_assert!((0..N).all(|r| out[r * (N + 3) + N..][..3] == [0; 3]), "written beside the block");
        Ok(())
    }

    proptest! {
        #[test]
        fn it_is_the_transform_of_the_lowest_frequencies(
            dc in -70i16..70,
            ac in prop::collection::vec((1usize..64, -20i16..20), 0..30),
            steps in prop::collection::vec(1u16..30, 64),
        ) {
            let mut block = [0; 64];
            block[0] = dc;
            for (k, value) in ac {
                block[k] = value;
            }
            let steps: &[u16; 64] = steps.as_slice().try_into().unwrap();
            check::<1>(&block, steps)?;
            check::<2>(&block, steps)?;
            check::<4>(&block, steps)?;
        }

        #[test]
        fn any_numbers_are_harmless(block in prop::collection::vec(any::<i16>(), 64), length in 0usize..20) {
            let prepared = Scaled::<4>::new(&[u16::MAX; 64]);
            scaled(block.as_slice().try_into().unwrap(), &prepared, &mut vec![0; length], 0);
        }
    }

    #[test]
    fn positions_are_those_of_the_zigzag_order() {
        for (v, row) in LOW4.iter().enumerate() {
            for (u, &k) in row.iter().enumerate() {
                assert_eq!(usize::from(ZIGZAG[k]), 8 * v + u);
            }
        }
    }
}
