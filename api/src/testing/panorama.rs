//! Panoramas as a worker makes them.

use bytes::Bytes;
use flaneur_jpeg::{Chroma, Limits, Metadata, Pixels, Source, TileGrid, encode_rgb};

/// What is stored of a panorama.
pub(crate) struct PanoramaFiles {
    /// The whole picture.
    pub master: Bytes,
    /// Where its tiles lie in it.
    pub index: Bytes,
    /// How many tiles of which size.
    pub grid: TileGrid,
}

/// A panorama that looks like no other with another seed: patches of colour, and a different one in each part of each tile.
///
/// Its chroma is not subsampled, so that a tile shows to the last bit what that part of the panorama shows.
pub(crate) fn panorama(width: u32, height: u32, seed: u128) -> PanoramaFiles {
    let level = |x: u32, y: u32, part: u32| {
        let patch = u128::from((x / 23 + 1) * 7919 + (y / 17 + 1) * 104_729 + part * 31);
        let mixed = patch.wrapping_mul(seed | 1).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835);
        ((mixed >> 120) as u8 / 2).saturating_add((x + 2 * y) as u8 / 4)
    };
    let pixels = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
    let rgb = pixels.flat_map(|(x, y)| [0, 1, 2].map(|part| level(x, y, part))).collect();
    let sent = encode_rgb(&Pixels { width, height, rgb }, Chroma::Full, 90, &Metadata::default()).unwrap();
    let redacted = Source::open(&sent, 1, true, &Limits::default()).unwrap().redact(&[]).unwrap();
    let master = redacted.master(&Metadata::default()).unwrap();
    let index = redacted.prove(&master).unwrap().tile_index();
    PanoramaFiles { master: master.into(), index: index.to_bytes().into(), grid: index.grid() }
}

/// What a file shows.
pub(crate) fn pixels(file: &[u8]) -> Pixels {
    Source::open(file, 1, false, &Limits::default()).unwrap().pixels().unwrap()
}

/// A part of a picture.
pub(crate) fn crop(of: &Pixels, (x, y): (u32, u32), (width, height): (u32, u32)) -> Pixels {
    let row = |row: u32| &of.rgb[((row * of.width + x) * 3) as usize..][..width as usize * 3];
    Pixels { width, height, rgb: (y..y + height).flat_map(row).copied().collect() }
}
