//! Sizes under the properties that transform a picture (ISO/IEC 23008-12, 6.5.9 to 6.5.12).

use crate::bytes::Bytes;

/// The size of a picture after one property. `None` if it makes no sense.
pub(super) fn resized((width, height): (u32, u32), kind: [u8; 4], mut content: Bytes<'_>) -> Option<(u32, u32)> {
    match &kind {
        // Quarter turns counterclockwise, in two bits.
        b"irot" if content.u8()? & 1 == 1 => Some((height, width)),
        b"clap" => {
            let mut side = |full: u32| {
                let (numerator, denominator) = (content.u32()?, content.u32()?);
                numerator.checked_div(denominator).filter(|&side| side > 0 && side <= full)
            };
            Some((side(width)?, side(height)?))
        }
        _ => Some((width, height)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_and_crops_change_the_size() {
        assert_eq!(resized((40, 30), *b"irot", Bytes(&[0])), Some((40, 30)));
        assert_eq!(resized((40, 30), *b"irot", Bytes(&[3])), Some((30, 40)));
        assert_eq!(resized((40, 30), *b"imir", Bytes(&[1])), Some((40, 30)));
        let crop: Vec<u8> = [20, 1, 28, 2, 0, 1, 0, 1].into_iter().flat_map(u32::to_be_bytes).collect();
        assert_eq!(resized((40, 30), *b"clap", Bytes(&crop)), Some((20, 14)));
        assert_eq!(resized((10, 30), *b"clap", Bytes(&crop)), None, "larger than the picture");
        assert_eq!(resized((40, 30), *b"clap", Bytes(&crop[..7])), None);
        assert_eq!(resized((40, 30), *b"irot", Bytes(&[])), None);
    }
}
