//! The usual way, done well: libjpeg-turbo and `fast_image_resize`, in pixels. Nothing is verified, and the detector gets
//! a picture of 2048 pixels per row.
#![expect(unsafe_code, reason = "libjpeg-turbo is a C library")]

use anyhow::{Result, ensure};
use flaneur_jpeg::TileGrid;

use crate::{
    figure::Stages,
    input::is_panorama,
    pixels::{Picture, SD_WIDTH, THUMB_WIDTH, rectangles},
};

mod c {
    unsafe extern "C" {
        pub(super) fn read_rgb(
            bytes: *const u8,
            length: usize,
            width: *mut u32,
            height: *mut u32,
            rgb: *mut *mut u8,
            warnings: *mut i64,
            why: *mut u8,
        ) -> i32;
        pub(super) fn turbo_encode(
            rgb: *const u8,
            width: u32,
            height: u32,
            quality: i32,
            horizontal: i32,
            vertical: i32,
            out: *mut *mut u8,
            length: *mut u64,
        ) -> i32;
        pub(super) fn turbo_free(bytes: *mut u8);
    }
}

/// Bytes of the C library.
struct Owned {
    bytes: *mut u8,
    length: usize,
}

impl Owned {
    fn copied(&self) -> Vec<u8> {
        // SAFETY: the library gave `length` bytes there, and nobody else has them.
        unsafe { std::slice::from_raw_parts(self.bytes, self.length) }.to_vec()
    }
}

impl Drop for Owned {
    fn drop(&mut self) {
        // SAFETY: it was allocated by the library and is freed once.
        unsafe { c::turbo_free(self.bytes) }
    }
}

fn decode(bytes: &[u8]) -> Result<(Owned, u32, u32)> {
    let (mut width, mut height, mut warnings) = (0, 0, 0);
    let mut rgb = std::ptr::null_mut();
    let mut why = [0u8; 200];
    // SAFETY: all pointers are valid for as long as the call lasts; `why` takes 200 bytes, as declared.
    let done = unsafe {
        c::read_rgb(
            bytes.as_ptr(),
            bytes.len(),
            &raw mut width,
            &raw mut height,
            &raw mut rgb,
            &raw mut warnings,
            why.as_mut_ptr(),
        )
    };
    ensure!(done == 1, "{}", String::from_utf8_lossy(&why));
    Ok((Owned { bytes: rgb, length: width as usize * height as usize * 3 }, width, height))
}

/// Encodes with chroma stored once per so many pixels.
pub(crate) fn encode(picture: &Picture, quality: i32, (horizontal, vertical): (i32, i32)) -> usize {
    let mut out = std::ptr::null_mut();
    let mut length = 0;
    // SAFETY: the picture has width * height * 3 bytes, and `out` and `length` are valid.
    unsafe {
        c::turbo_encode(
            picture.rgb.as_ptr(),
            picture.width,
            picture.height,
            quality,
            horizontal,
            vertical,
            &raw mut out,
            &raw mut length,
        )
    };
    let owned = Owned { bytes: out, length: length as usize };
    owned.length
}

pub(crate) fn run(bytes: &[u8], stages: &mut Stages) -> Result<()> {
    let (owned, width, height) = stages.time("decode", || decode(bytes))?;
    // What a server would not do: the copy that the allocators of two languages need is not counted.
    let mut picture = Picture { width, height, rgb: owned.copied() };
    drop(owned);
    let chroma = if is_panorama(width, height) { (2, 1) } else { (2, 2) };
    stages.time("input of the detector", || picture.scaled(SD_WIDTH))?;
    stages.time("redact", || {
        for rectangle in rectangles(width, height) {
            picture.soften(rectangle);
        }
    });
    stages.time("encode the original", || encode(&picture, 90, chroma));
    let sd = stages.time("sd", || -> Result<Picture> {
        let sd = picture.scaled(SD_WIDTH)?;
        encode(&sd, 80, (2, 2));
        Ok(sd)
    })?;
    stages.time("thumb", || -> Result<usize> {
        let mut sd = sd;
        Ok(encode(&sd.scaled(THUMB_WIDTH)?, 75, (2, 2)))
    })?;
    if is_panorama(width, height) {
        stages.time("tiles", || {
            let grid = TileGrid::for_panorama(width, height);
            let (w, h) = (width / grid.columns, height / grid.rows);
            for tile in 0..grid.columns * grid.rows {
                encode(&picture.part(tile % grid.columns * w, tile / grid.columns * h, w, h), 90, (2, 2));
            }
        });
    }
    Ok(())
}
