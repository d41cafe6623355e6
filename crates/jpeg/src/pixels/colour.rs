//! From the colours of a file to RGB, with the rounding of libjpeg-turbo.

use crate::error::JpegError;
use crate::header::Colours;

// round(x * 2^16); ITU-T T.871, 7.
const FROM_CR_TO_RED: i32 = 91_881; // 1.402
const FROM_CB_TO_BLUE: i32 = 116_130; // 1.772
const FROM_CR_TO_GREEN: i32 = 46_802; // 0.71414
const FROM_CB_TO_GREEN: i32 = 22_554; // 0.34414
const HALF: i32 = 1 << 15;

/// Pixels that are converted at once.
const AT_ONCE: usize = 256;

/// Converts one row. `rows` has one row per component, each at least as long as `rgb` has pixels.
///
/// Four components are inks as Adobe stores them, inverted (255 is no ink). They are shown as Chromium shows them
/// (Blink's `JPEGImageDecoder`): red = c · k / 255, rounded down, and likewise green of magenta, blue of yellow. YCCK
/// stores the complements of C, M and Y as YCbCr (libjpeg's `ycck_cmyk_convert`). A colour profile of inks is not
/// applied.
pub(crate) fn to_rgb(colours: Colours, rows: &[&[u8]], rgb: &mut [u8]) -> Result<(), JpegError> {
    let (pixels, _) = rgb.as_chunks_mut::<3>();
    match (colours, rows) {
        (Colours::Grey, [grey]) => pixels.iter_mut().zip(*grey).for_each(|(pixel, &grey)| *pixel = [grey; 3]),
        (Colours::YCbCr, [luma, blue, red]) => ycbcr(luma, blue, red, pixels),
        (Colours::Rgb, [r, g, b]) => {
            for (((pixel, &r), &g), &b) in pixels.iter_mut().zip(*r).zip(*g).zip(*b) {
                *pixel = [r, g, b];
            }
        }
        (Colours::Cmyk, [c, m, y, k]) => {
            for ((((pixel, &c), &m), &y), &k) in pixels.iter_mut().zip(*c).zip(*m).zip(*y).zip(*k) {
                *pixel = [c, m, y].map(|ink| inked(ink, k));
            }
        }
        (Colours::Ycck, [luma, blue, red, k]) => {
            ycbcr(luma, blue, red, pixels);
            for (pixel, &k) in pixels.iter_mut().zip(*k) {
                *pixel = pixel.map(|complement| inked(255 - complement, k));
            }
        }
        _ => return Err(JpegError::UnsupportedColours(rows.len() as u8)),
    }
    Ok(())
}

fn inked(ink: u8, black: u8) -> u8 {
    (u32::from(ink) * u32::from(black) / 255) as u8
}

fn ycbcr(luma: &[u8], blue: &[u8], red: &[u8], pixels: &mut [[u8; 3]]) {
    let mut colours = [[0; AT_ONCE]; 3];
    let mut words = [0; AT_ONCE];
    for (at, pixels) in (0..).step_by(AT_ONCE).zip(pixels.chunks_mut(AT_ONCE)) {
        convert([luma, blue, red].map(|row| row.get(at..).unwrap_or_default()), &mut colours);
        let [r, g, b] = &colours;
        for (((word, &r), &g), &b) in words.iter_mut().zip(r).zip(g).zip(b) {
            *word = u32::from(u16::from(r) | u16::from(g) << 8) | u32::from(b) << 16;
        }
        pack(&words, pixels);
    }
}

/// Red, green and blue of as many pixels as there are.
#[inline(never)]
fn convert([luma, blue, red]: [&[u8]; 3], [reds, greens, blues]: &mut [[u8; AT_ONCE]; 3]) {
    let rows = luma.iter().zip(blue).zip(red);
    let colours = reds.iter_mut().zip(greens).zip(blues);
    for (((r, g), b), ((&luma, &blue), &red)) in colours.zip(rows) {
        let luma = i16::from(luma);
        let (cb, cr) = (i16::from(blue) - 128, i16::from(red) - 128);
        // The whole parts of the factors apart, so that the rest fits into 16 bits: the result is the same.
        let more_red = ((i32::from(cr) * (FROM_CR_TO_RED - 65_536) + HALF) >> 16) as i16 + cr;
        let more_blue = ((i32::from(cb) * (FROM_CB_TO_BLUE - 131_072) + HALF) >> 16) as i16 + 2 * cb;
        let less_green = i32::from(cb) * -FROM_CB_TO_GREEN + i32::from(cr) * (65_536 - FROM_CR_TO_GREEN) + HALF;
        let more_green = (less_green >> 16) as i16 - cr;
        *r = (luma + more_red).clamp(0, 255) as u8;
        *g = (luma + more_green).clamp(0, 255) as u8;
        *b = (luma + more_blue).clamp(0, 255) as u8;
    }
}

/// Four pixels are three words. Apart from what makes them, so that both are done many at once.
fn pack(words: &[u32], pixels: &mut [[u8; 3]]) {
    let (fours, rest) = pixels.as_chunks_mut::<4>();
    let (whole, single) = words.split_at(fours.len() * 4);
    for (pixels, &[w, x, y, z]) in fours.iter_mut().zip(whole.as_chunks::<4>().0) {
        let three = [w | x << 24, x >> 8 | y << 16, y >> 16 | z << 8];
        for (to, word) in pixels.as_flattened_mut().as_chunks_mut::<4>().0.iter_mut().zip(three) {
            *to = word.to_le_bytes();
        }
    }
    for (pixel, word) in rest.iter_mut().zip(single) {
        let [r, g, b, _] = word.to_le_bytes();
        *pixel = [r, g, b];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_colour_is_as_the_formula_has_it() {
        for luma in (0..=255u8).step_by(15) {
            for cb in 0..=255u8 {
                let reds: Vec<u8> = (0..=255).collect();
                let mut rgb = vec![0; 3 * 256];
                to_rgb(Colours::YCbCr, &[&[luma; 256], &[cb; 256], &reds], &mut rgb).unwrap();
                for (cr, found) in reds.iter().zip(rgb.chunks(3)) {
                    let (y, cb, cr) = (f64::from(luma), f64::from(cb) - 128.0, f64::from(*cr) - 128.0);
                    let ideal = [y + 1.402 * cr, y - 0.344_136 * cb - 0.714_136 * cr, y + 1.772 * cb];
                    for (found, ideal) in found.iter().zip(ideal) {
                        assert!((f64::from(*found) - ideal.clamp(0.0, 255.0)).abs() < 0.51, "{y} {cb} {cr}");
                    }
                }
            }
        }
    }

    #[test]
    fn inks_are_multiplied() {
        let mut rgb = [0; 9];
        let rows: [&[u8]; 4] = [&[255, 255, 200], &[255, 0, 100], &[255, 128, 50], &[255, 128, 128]];
        to_rgb(Colours::Cmyk, &rows, &mut rgb).unwrap();
        assert_eq!(rgb, [255, 255, 255, 128, 0, 64, 100, 50, 25]);
        // Luma 255 is complement 255: no ink stored as 0.
        let rows: [&[u8]; 4] = [&[0, 255, 55], &[128; 3], &[128; 3], &[255, 255, 128]];
        to_rgb(Colours::Ycck, &rows, &mut rgb).unwrap();
        assert_eq!(rgb, [255, 255, 255, 0, 0, 0, 100, 100, 100]);
    }

    #[test]
    fn rows_of_every_length_are_converted() {
        for length in 0..40 {
            let rows: Vec<Vec<u8>> = (1..4).map(|c: usize| (0..length).map(|i| (i * 37 * c) as u8).collect()).collect();
            let mut rgb = vec![0; 3 * length];
            to_rgb(Colours::YCbCr, &[&rows[0], &rows[1], &rows[2]], &mut rgb).unwrap();
            for i in 0..length {
                let mut one = [0; 3];
                to_rgb(Colours::YCbCr, &[&rows[0][i..], &rows[1][i..], &rows[2][i..]], &mut one).unwrap();
                assert_eq!(rgb[3 * i..3 * i + 3], one);
            }
        }
        assert!(to_rgb(Colours::Grey, &[&[], &[]], &mut []).is_err());
    }
}
