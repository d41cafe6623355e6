//! Whether a file shows its regions as planned, block by block.
//!
//! A tolerance that is guessed is either blind or, sooner or later, refuses a correct file: a region
//! a few pixels high in a scaled copy consists of nothing but edges, where the filter, subsampled
//! chroma and the ringing of its strong neighbours add up to any difference from the fill. So
//! the comparison is not with the fill alone but with all that the coded block has to show
//! ([`crate::reference`]), and not looser than what the codec can explain.
//!
//! **Luma.** The cosine transform of JPEG is orthonormal. Rounding to multiples of a step `q` changes
//! a coefficient by at most `q / 2`, and by no more than the coefficient itself, which at worst
//! becomes 0. The sum of squares over an 8 x 8 block stays the same through the transform, and
//! cutting samples to 0-255 brings them nearer to the truth only. So the root mean square of
//! the differences in a block is at most
//!
//! `min(root mean square of q / 2, standard deviation of the block)`
//!
//! plus rounding in the filter, the colour conversion and the transforms, [`ROUNDING`]. That holds for
//! every content. At the qualities we write the first is 5 to 17 levels; inside a region, where the
//! fill is smooth, the second is far less, and it leaves no room for a face. Where the picture ends
//! inside a block, `n` of 64 samples may carry the differences of all: the bound grows by the
//! square root of `64 / n`.
//!
//! **Chroma.** How subsampled chroma is taken and spread is a matter of taste, but every way lies
//! between the extremes of the pixels around. So the mean of a unit has to lie between these, widened
//! by the same kind of bound and by the share that decoders blend in from beside the unit.

use crate::error::{JpegError, VerifyError};
use crate::frame::Frame;
use crate::plan::Plan;
use crate::reference::{Patch, for_each_unit};
use crate::scale::View;
use crate::source::Pixels;

/// What rounding adds, in levels: 1 in the filter, 1 in the colour conversion, less than 1 in the
/// transforms.
const ROUNDING: f32 = 3.0;
/// Half steps, root mean square, of the tables of ITU-T T.81, annex K, at quality 75, the lowest
/// that we write. Coarser tables don't raise the bound.
const MAX_HALF_STEP: [f32; 3] = [17.0, 23.0, 23.0];
/// How much of the bound of a neighbouring unit reaches the mean of one: linear interpolation takes an
/// eighth of each edge, 1/8 · sqrt(8 · 64) / 64 for each of four sides.
const BESIDE: f32 = 0.18;
/// Side of a coded block, in samples.
const BLOCK: u32 = 8;

/// Root mean square of half the quantisation steps, of each of the four tables.
#[derive(Default)]
pub(crate) struct Steps([f32; 4]);

impl Steps {
    /// Takes over the tables of a DQT segment.
    pub(crate) fn read(&mut self, payload: &[u8]) -> Result<(), JpegError> {
        let (tables, rest) = payload.as_chunks::<65>();
        if !rest.is_empty() || tables.iter().any(|table| table[0] > 3) {
            return Err(JpegError::Ambiguous("it is not as we write files"));
        }
        for [number, steps @ ..] in tables {
            let squares: f32 = steps.iter().map(|&step| (f32::from(step) / 2.0).powi(2)).sum();
            self.0[usize::from(*number)] = (squares / steps.len() as f32).sqrt();
        }
        Ok(())
    }
}

/// A decoded file to be compared.
pub(crate) struct Comparison<'a> {
    /// Y, Cb, Cr of each pixel.
    decoded: &'a [[u8; 3]],
    size: (u32, u32),
    /// Pixels that one unit covers.
    unit: (u32, u32),
    half_steps: [f32; 3],
}

impl Comparison<'_> {
    /// `decoded` holds Y, Cb and Cr, of a frame with three components.
    pub(crate) fn new<'a>(decoded: &'a Pixels, frame: &Frame, steps: &Steps) -> Comparison<'a> {
        let (horizontal, vertical) = frame.luma_sampling();
        let mut half_steps = MAX_HALF_STEP;
        for (half_step, component) in half_steps.iter_mut().zip(&frame.components) {
            *half_step = half_step.min(steps.0[usize::from(component.table & 3)]);
        }
        Comparison {
            decoded: decoded.rgb.as_chunks().0,
            size: (decoded.width, decoded.height),
            unit: (BLOCK * horizontal, BLOCK * vertical),
            half_steps,
        }
    }

    /// Compares every unit that shows some of a region.
    pub(crate) fn check(&self, redacted: (&Pixels, &Plan, &View)) -> Result<(), VerifyError> {
        for_each_unit(redacted, self.unit, |left, top, patch| {
            for y in (top..(top + self.unit.1).min(self.size.1)).step_by(BLOCK as usize) {
                for x in (left..(left + self.unit.0).min(self.size.0)).step_by(BLOCK as usize) {
                    self.check_luma(x, y, patch)?;
                }
            }
            self.check_chroma(left, top, patch)
        })
    }

    fn found(&self, x: u32, y: u32) -> [u8; 3] {
        self.decoded[y as usize * self.size.0 as usize + x as usize]
    }

    /// One block of 8 x 8 pixels.
    fn check_luma(&self, left: u32, top: u32, patch: &Patch) -> Result<(), VerifyError> {
        let (mut sum, mut squares) = (0.0, 0.0);
        let (mut visible, mut differences) = (0, 0.0);
        for y in top..top + BLOCK {
            for x in left..left + BLOCK {
                // Encoders repeat the last pixel where a block reaches beyond the picture.
                let inside = (x.min(self.size.0 - 1), y.min(self.size.1 - 1));
                let luma = patch.at(inside.0, inside.1)[0] - 128.0;
                sum += luma;
                squares += luma * luma;
                if inside == (x, y) {
                    let difference = f32::from(self.found(x, y)[0]) - 128.0 - luma;
                    differences += difference * difference;
                    visible += 1;
                }
            }
        }
        let all = (BLOCK * BLOCK) as f32;
        let deviation = (squares / all - (sum / all).powi(2)).max(0.0).sqrt();
        let share = all / visible as f32;
        let allowed = deviation.min(self.half_steps[0]) * share.sqrt() + ROUNDING;
        judge(left, top, (differences / visible as f32).sqrt(), allowed)
    }

    /// The means of one unit.
    fn check_chroma(&self, left: u32, top: u32, patch: &Patch) -> Result<(), VerifyError> {
        let (right, bottom) = ((left + self.unit.0).min(self.size.0), (top + self.unit.1).min(self.size.1));
        let mut sums = [0; 3];
        for y in top..bottom {
            for x in left..right {
                for (sum, level) in sums.iter_mut().zip(self.found(x, y)) {
                    *sum += u32::from(level);
                }
            }
        }
        let visible = ((right - left) * (bottom - top)) as f32;
        let share = (self.unit.0 * self.unit.1) as f32 / visible;
        for component in [1, 2] {
            let (low, high) = patch.extremes(component);
            let mean = sums[component] as f32 / visible;
            let half_step = self.half_steps[component];
            let allowed = (half_step.min(high - low) + BESIDE * half_step) * share.sqrt() + ROUNDING;
            judge(left, top, (low - mean).max(mean - high), allowed)?;
        }
        Ok(())
    }
}

fn judge(x: u32, y: u32, difference: f32, allowed: f32) -> Result<(), VerifyError> {
    if difference > allowed { Err(VerifyError::NotACopy { x, y, difference, allowed }) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encode::{Encoding, Metadata};
    use crate::marker::DQT;
    use crate::redact::{MASTER_QUALITY, SD_QUALITY, THUMB_QUALITY, TILE_QUALITY};
    use crate::segments::list_segments;
    use crate::source::Chroma;

    #[test]
    fn the_tables_we_write_are_not_coarser_than_the_bound() {
        let pixels = Pixels { width: 8, height: 8, rgb: vec![90; 8 * 8 * 3] };
        for quality in [MASTER_QUALITY, SD_QUALITY, THUMB_QUALITY, TILE_QUALITY] {
            let encoding = Encoding { quality, chroma: Chroma::Full, icc: None, metadata: &Metadata::default() };
            let file = encoding.encode(&pixels).unwrap();
            let mut steps = Steps::default();
            for segment in list_segments(&file).unwrap().iter().filter(|segment| segment.marker == DQT) {
                let start = segment.offset as usize + 4;
                steps.read(&file[start..start + segment.payload_len]).unwrap();
            }
            let [luma, chroma, ..] = steps.0;
            assert!(luma > 1.0 && luma <= MAX_HALF_STEP[0], "quality {quality}: {luma}");
            assert!(chroma > 1.0 && chroma <= MAX_HALF_STEP[1], "quality {quality}: {chroma}");
        }
    }

    #[test]
    fn other_tables_are_refused() {
        let table = |first| [&[first][..], &[10; 64]].concat();
        assert!(Steps::default().read(&table(0)).is_ok());
        assert!(Steps::default().read(&[table(1), table(3)].concat()).is_ok());
        for payload in [table(4), table(0x10), table(0)[..64].to_vec(), [table(0), vec![1]].concat()] {
            assert!(Steps::default().read(&payload).is_err(), "{payload:?}");
        }
    }
}
