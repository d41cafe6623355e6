//! Turns a picture upright as EXIF Orientation says (EXIF 3.0, 4.6.5.1.6).

use crate::source::Pixels;

/// Pixels are moved in squares of this side, so that both the rows read and the rows written stay in
/// the cache.
const SQUARE: usize = 64;

/// Applies `orientation` (1-8). Other values mean nothing and are treated as 1.
pub(crate) fn upright(stored: Pixels, orientation: u8) -> Pixels {
    let (w, h) = (stored.width as usize, stored.height as usize);
    if !(2..=8).contains(&orientation) || stored.rgb.len() != w * h * 3 {
        return stored;
    }
    let (pixels, width, height) = turned(stored.rgb.as_chunks::<3>().0, w, h, orientation);
    Pixels { width: width as u32, height: height as u32, rgb: pixels.into_flattened() }
}

/// The cells of a picture of `w` x `h` cells turned upright, and its size then.
pub(crate) fn turned<T: Copy + Default>(from: &[T], w: usize, h: usize, orientation: u8) -> (Vec<T>, usize, usize) {
    if !(2..=8).contains(&orientation) {
        return (from.to_vec(), w, h);
    }
    let (width, height) = if orientation >= 5 { (h, w) } else { (w, h) };
    let mut to = vec![T::default(); from.len()];
    for top in (0..height).step_by(SQUARE) {
        for left in (0..width).step_by(SQUARE) {
            for y in top..(top + SQUARE).min(height) {
                for x in left..(left + SQUARE).min(width) {
                    let (sx, sy) = match orientation {
                        2 => (w - 1 - x, y),
                        3 => (w - 1 - x, h - 1 - y),
                        4 => (x, h - 1 - y),
                        5 => (y, x),
                        6 => (y, h - 1 - x),
                        7 => (w - 1 - y, h - 1 - x),
                        _ => (w - 1 - y, x),
                    };
                    to[y * width + x] = from[sy * w + sx];
                }
            }
        }
    }
    (to, width, height)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `a b c / d e f`, one letter per pixel.
    fn turned(orientation: u8) -> (u32, String) {
        let rgb = b"abcdef".iter().flat_map(|&letter| [letter; 3]).collect();
        let upright = upright(Pixels { width: 3, height: 2, rgb }, orientation);
        let letters = upright.rgb.chunks(3).map(|p| char::from(p[0])).collect();
        (upright.width, letters)
    }

    #[test]
    fn all_orientations() {
        let expected = [
            (1, 3, "abcdef"),
            (2, 3, "cbafed"),
            (3, 3, "fedcba"),
            (4, 3, "defabc"),
            (5, 2, "adbecf"),
            (6, 2, "daebfc"),
            (7, 2, "fcebda"),
            (8, 2, "cfbead"),
            (0, 3, "abcdef"),
            (9, 3, "abcdef"),
        ];
        for (orientation, width, letters) in expected {
            assert_eq!(turned(orientation), (width, letters.to_string()), "orientation {orientation}");
        }
    }
}
