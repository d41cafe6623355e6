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
const LANES: usize = 16;

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
    let (chunks, rest) = pixels.as_chunks_mut::<LANES>();
    let done = chunks.len() * LANES;
    let rows = luma.as_chunks::<LANES>().0.iter().zip(blue.as_chunks::<LANES>().0).zip(red.as_chunks::<LANES>().0);
    for (chunk, ((luma, blue), red)) in chunks.iter_mut().zip(rows) {
        convert(luma, blue, red, chunk);
    }
    let tail = |row: &[u8]| -> [u8; LANES] {
        let row = row.get(done..).unwrap_or_default();
        std::array::from_fn(|i| row.get(i).copied().unwrap_or(0))
    };
    let mut last = [[0; 3]; LANES];
    convert(&tail(luma), &tail(blue), &tail(red), &mut last);
    rest.iter_mut().zip(last).for_each(|(pixel, colour)| *pixel = colour);
}

#[inline]
fn convert(luma: &[u8; LANES], blue: &[u8; LANES], red: &[u8; LANES], rgb: &mut [[u8; 3]; LANES]) {
    let (mut r, mut g, mut b) = ([0u8; LANES], [0u8; LANES], [0u8; LANES]);
    for i in 0..LANES {
        let luma = i16::from(luma[i]);
        let (cb, cr) = (i16::from(blue[i]) - 128, i16::from(red[i]) - 128);
        // The whole parts of the factors apart, so that the rest fits into 16 bits: the result is the same.
        let more_red = ((i32::from(cr) * (FROM_CR_TO_RED - 65_536) + HALF) >> 16) as i16 + cr;
        let more_blue = ((i32::from(cb) * (FROM_CB_TO_BLUE - 131_072) + HALF) >> 16) as i16 + 2 * cb;
        let less_green = i32::from(cb) * -FROM_CB_TO_GREEN + i32::from(cr) * (65_536 - FROM_CR_TO_GREEN) + HALF;
        let more_green = (less_green >> 16) as i16 - cr;
        r[i] = (luma + more_red).clamp(0, 255) as u8;
        g[i] = (luma + more_green).clamp(0, 255) as u8;
        b[i] = (luma + more_blue).clamp(0, 255) as u8;
    }
    let mut words = [0u32; LANES];
    for i in 0..LANES {
        words[i] = u32::from(r[i]) | u32::from(g[i]) << 8 | u32::from(b[i]) << 16;
    }
    // Four pixels are three words.
    for (bytes, &[w, x, y, z]) in
        rgb.as_flattened_mut().as_chunks_mut::<12>().0.iter_mut().zip(words.as_chunks::<4>().0)
    {
        let three = [w | x << 24, x >> 8 | y << 16, y >> 16 | z << 8];
        for (to, word) in bytes.as_chunks_mut::<4>().0.iter_mut().zip(three) {
            *to = word.to_le_bytes();
        }
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
