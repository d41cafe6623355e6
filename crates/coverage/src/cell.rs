//! From a key back to its place.

use crate::quadkey::{Tile, ZOOM};

/// The cell of a zoom level that a key is in; none if the zoom level or the key is out of range.
pub fn cell(key: i64, zoom: u8) -> Option<Tile> {
    let shift = 2 * u32::from(ZOOM.checked_sub(zoom)?);
    let bits = u64::try_from(key).ok()? >> shift;
    Tile::new(zoom, squeeze(bits)?, squeeze(bits >> 1)?)
}

/// The middle of a tile on the map, (lon, lat) in degrees.
pub fn middle(tile: Tile) -> (f64, f64) {
    // The middle is the corner where the four children meet.
    let south_east = Tile { z: tile.z + 1, x: tile.x * 2 + 1, y: tile.y * 2 + 1 };
    let bbox = south_east.bbox();
    (bbox.west, bbox.north)
}

/// Every other bit, from the lowest: one coordinate of a Morton code.
fn squeeze(code: u64) -> Option<u32> {
    let mut bits = code & 0x5555_5555_5555_5555;
    bits = (bits | (bits >> 1)) & 0x3333_3333_3333_3333;
    bits = (bits | (bits >> 2)) & 0x0f0f_0f0f_0f0f_0f0f;
    bits = (bits | (bits >> 4)) & 0x00ff_00ff_00ff_00ff;
    bits = (bits | (bits >> 8)) & 0x0000_ffff_0000_ffff;
    bits = (bits | (bits >> 16)) & 0x0000_0000_ffff_ffff;
    u32::try_from(bits).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quadkey::key;
    use proptest::prelude::*;

    #[test]
    fn what_is_no_cell() {
        assert_eq!(cell(-1, 5), None);
        assert_eq!(cell(1 << 60, 5), None);
        assert_eq!(cell(0, ZOOM + 1), None);
        assert_eq!(middle(Tile { z: 0, x: 0, y: 0 }), (0.0, 0.0));
    }

    proptest! {
        #[test]
        fn a_key_leads_back_to_its_cell(lon in -180.0..180.0f64, lat in -85.0..85.0f64, zoom in 0..=ZOOM) {
            let tile = Tile::at(zoom, lon, lat);
            prop_assert_eq!(cell(key(lon, lat), zoom), Some(tile));
            prop_assert_eq!(cell(*tile.keys().start(), zoom), Some(tile));
            if zoom < ZOOM {
                let (lon, lat) = middle(tile);
                prop_assert!(tile.bbox().contains(lon, lat));
                prop_assert_eq!(Tile::at(zoom, lon, lat), tile);
            }
        }
    }
}
