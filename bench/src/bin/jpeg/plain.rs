//! The way of least effort: the `image` crate for everything.

use anyhow::Result;
use flaneur_jpeg::TileGrid;
use image::{DynamicImage, GenericImage as _, RgbImage, codecs::jpeg::JpegEncoder, imageops};

use crate::{
    figure::Stages,
    input::is_panorama,
    pixels::{SD_WIDTH, THUMB_WIDTH, rectangles},
};

fn encode(picture: &RgbImage, quality: u8) -> Result<usize> {
    let mut out = Vec::new();
    JpegEncoder::new_with_quality(&mut out, quality).encode_image(picture)?;
    Ok(out.len())
}

fn scaled(picture: &RgbImage, width: u32) -> RgbImage {
    let height = (u64::from(picture.height()) * u64::from(width) / u64::from(picture.width())).max(1) as u32;
    imageops::resize(picture, width, height, imageops::FilterType::Triangle)
}

pub(crate) fn run(bytes: &[u8], stages: &mut Stages) -> Result<()> {
    let mut picture = stages.time("decode", || image::load_from_memory(bytes).map(DynamicImage::into_rgb8))?;
    let (width, height) = picture.dimensions();
    stages.time("input of the detector", || scaled(&picture, SD_WIDTH));
    stages.time("redact", || -> Result<()> {
        for [x0, y0, x1, y1] in rectangles(width, height) {
            let part = imageops::crop_imm(&picture, x0, y0, x1 - x0, y1 - y0).to_image();
            let soft = imageops::fast_blur(&part, (x1 - x0).max(8) as f32 / 6.0);
            picture.copy_from(&soft, x0, y0)?;
        }
        Ok(())
    })?;
    stages.time("encode the original", || encode(&picture, 90))?;
    let sd = stages.time("sd", || -> Result<RgbImage> {
        let sd = scaled(&picture, SD_WIDTH);
        encode(&sd, 80)?;
        Ok(sd)
    })?;
    stages.time("thumb", || encode(&scaled(&sd, THUMB_WIDTH), 75))?;
    if is_panorama(width, height) {
        stages.time("tiles", || -> Result<()> {
            let grid = TileGrid::for_panorama(width, height);
            let (w, h) = (width / grid.columns, height / grid.rows);
            for tile in 0..grid.columns * grid.rows {
                let (x, y) = (tile % grid.columns * w, tile / grid.columns * h);
                encode(&imageops::crop_imm(&picture, x, y, w, h).to_image(), 90)?;
            }
            Ok(())
        })?;
    }
    Ok(())
}
