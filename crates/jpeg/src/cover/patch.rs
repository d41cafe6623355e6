//! The coefficients of a block that shows a bilinear surface, without computing a pixel of it.

use crate::blocks::{Block, ZIGZAG};

/// The unnormalised DCT of the ramp from one edge of a block to the other,
/// `sum over i of ((i + 0.5) / 8 - 0.5) * cos((2 i + 1) u pi / 16)`, for u = 0-7. The ramp is an odd
/// function, so that all even frequencies are zero.
const RAMP: [f32; 8] = [0.0, -1.610_580_8, 0.0, -0.168_363_7, 0.0, -0.050_225_727, 0.0, -0.012_675_581];

/// Baseline codes of 8-bit pictures carry DCs of up to this (differences of twice as much: size 11),
/// and ACs of size 10 (T.81, F.1.2).
const LARGEST: f32 = 1023.0;

/// The surface through the levels at the corners of a block (top left, top right, bottom left, bottom
/// right; 0 is the middle grey 128), quantised with a table in zigzag order.
///
/// With s and t running from -1/2 to 1/2 across and down, it is `mean + across * s + down * t + twist *
/// s * t`. Each term is a product of ramps and constants, and so is its DCT (T.81, A.3.3).
pub(crate) fn bilinear([a, b, c, d]: [f32; 4], quantisation: &[u16; 64]) -> Block {
    let mean = (a + b + c + d) / 4.0;
    let across = ((b - a) + (d - c)) * 0.5;
    let down = ((c - a) + (d - b)) * 0.5;
    let twist = (a - b) + (d - c);
    std::array::from_fn(|k| {
        let (u, v) = (usize::from(ZIGZAG[k] % 8), usize::from(ZIGZAG[k] / 8));
        let coefficient = match (u, v) {
            (0, 0) => 8.0 * mean,
            (u, 0) => std::f32::consts::SQRT_2 * RAMP[u] * across,
            (0, v) => std::f32::consts::SQRT_2 * RAMP[v] * down,
            (u, v) => RAMP[u] * RAMP[v] * twist / 4.0,
        };
        (coefficient / f32::from(quantisation[k].max(1))).round().clamp(-LARGEST, LARGEST) as i16
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::PI;

    /// The definition (T.81, A.3.3), over the pixels.
    fn dct(corners: [f32; 4]) -> [f64; 64] {
        let [a, b, c, d] = corners.map(f64::from);
        let pixel = |x: f64, y: f64| {
            let (s, t) = ((x + 0.5) / 8.0, (y + 0.5) / 8.0);
            (a * (1.0 - s) + b * s) * (1.0 - t) + (c * (1.0 - s) + d * s) * t
        };
        let wave = |u: usize, x: f64| ((2.0 * x + 1.0) * u as f64 * PI / 16.0).cos();
        let scale = |u: usize| if u == 0 { 0.5f64.sqrt() } else { 1.0 };
        std::array::from_fn(|k| {
            let (u, v) = (usize::from(ZIGZAG[k] % 8), usize::from(ZIGZAG[k] / 8));
            let mut sum = 0.0;
            for y in 0..8 {
                for x in 0..8 {
                    let (x, y) = (f64::from(x), f64::from(y));
                    sum += pixel(x, y) * wave(u, x) * wave(v, y);
                }
            }
            sum * scale(u) * scale(v) / 4.0
        })
    }

    proptest::proptest! {
        #[test]
        fn closed_form_equals_the_definition(corners: [i8; 4], step in 1u16..200) {
            let corners = corners.map(f32::from);
            let block = bilinear(corners, &[step; 64]);
            for (k, exact) in dct(corners).into_iter().enumerate() {
                let exact = (exact / f64::from(step)).clamp(-1023.0, 1023.0);
                proptest::prop_assert!((f64::from(block[k]) - exact).abs() < 0.501, "{k}: {} {exact}", block[k]);
            }
        }

        #[test]
        fn coefficients_are_bounded(corners in proptest::array::uniform4(-128.0f32..=128.0), step: u16) {
            let block = bilinear(corners, &[step; 64]);
            proptest::prop_assert!(block.iter().all(|c| (-1023..=1023).contains(c)));
        }
    }
}
