//! Pictures made in the test, and measures of what became of them.

use image::{
    DynamicImage, GenericImage as _, GenericImageView as _, RgbImage,
    imageops::{self, FilterType},
};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

use crate::{Exif, Placement, Tools, gpano, plants::insert};

/// A rectangle of pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Region {
    /// Left edge.
    pub x: u32,
    /// Upper edge.
    pub y: u32,
    /// Width.
    pub width: u32,
    /// Height.
    pub height: u32,
}

impl Region {
    /// The same region in a picture that was pasted at this place.
    #[must_use]
    pub fn moved(self, x: u32, y: u32) -> Self {
        Self { x: self.x + x, y: self.y + y, ..self }
    }

    /// The same place in a copy of another size.
    #[must_use]
    pub fn scaled(self, from: (u32, u32), to: (u32, u32)) -> Self {
        let across = |value: u32| (u64::from(value) * u64::from(to.0) / u64::from(from.0)) as u32;
        let down = |value: u32| (u64::from(value) * u64::from(to.1) / u64::from(from.1)) as u32;
        Self { x: across(self.x), y: down(self.y), width: across(self.width), height: down(self.height) }
    }
}

/// Where the plate is in `car.png`.
const PLATE: Region = Region { x: 260, y: 285, width: 120, height: 26 };

/// A picture before it becomes a JPEG.
#[derive(Debug, Clone)]
pub struct Photo {
    pixels: RgbImage,
    quality: u8,
}

impl Photo {
    /// A picture full of detail that no other `seed` gives, and that shows neither face nor plate.
    pub fn textured(width: u32, height: u32, seed: u32) -> Self {
        let pixels = RgbImage::from_fn(width, height, |x, y| {
            // A soft gradient, hatched; plus noise by the finaliser of MurmurHash3 (Appleby, public domain).
            let mut hash = x ^ (y << 12) ^ seed.wrapping_mul(0x9e37_79b9);
            hash = (hash ^ (hash >> 16)).wrapping_mul(0x85eb_ca6b);
            hash = (hash ^ (hash >> 13)).wrapping_mul(0xc2b2_ae35);
            let noise = ((hash ^ (hash >> 16)) & 15) as u8;
            let hatch = if (x / 16 + y / 16).is_multiple_of(2) { 24 } else { 0 };
            let red = (x * 120 / width) as u8 + 40 + hatch + noise;
            let green = (y * 120 / height) as u8 + 40 + hatch + noise;
            image::Rgb([red, green, 90 + hatch + noise])
        });
        Self { pixels, quality: 88 }
    }

    /// The same picture so many times as wide and as high.
    #[must_use]
    pub fn enlarged(&self, times: u32) -> Self {
        let (width, height) = self.size();
        let pixels = imageops::resize(&self.pixels, width * times, height * times, FilterType::Triangle);
        Self { pixels, ..*self }
    }

    /// Width and height, pixels.
    pub fn size(&self) -> (u32, u32) {
        self.pixels.dimensions()
    }

    /// Pastes the test picture with a face, `side` pixels square. Gives the face's region.
    pub fn with_face(&mut self, x: u32, y: u32, side: u32) -> Region {
        self.paste("astronaut.png", x, y, side, side);
        // Of 512 pixels: eyes, nose and mouth.
        let part = |value: u32| value * side / 512;
        Region { x: x + part(190), y: y + part(85), width: part(65), height: part(75) }
    }

    /// Pastes the test picture with a number plate in its own size. Gives the plate's region.
    pub fn with_plate(&mut self, x: u32, y: u32) -> Region {
        let (width, height) = image::image_dimensions(Tools::test_picture("car.png")).expect("a picture");
        self.paste("car.png", x, y, width, height);
        PLATE.moved(x, y)
    }

    /// Paints a mark, `width` by `height` pixels, of a colour that no [`Photo::textured`] has, hatched so that it has detail.
    /// On a panorama it may go on at the left edge where it ends at the right.
    pub fn with_mark(&mut self, x: u32, y: u32, width: u32, height: u32) {
        for (column, row) in (0..width).flat_map(|column| (0..height).map(move |row| (column, row))) {
            let colour = if (column / 8 + row / 8) % 2 == 0 { [255, 0, 255] } else { [200, 0, 200] };
            self.pixels.put_pixel((x + column) % self.pixels.width(), y + row, image::Rgb(colour));
        }
    }

    fn paste(&mut self, name: &str, x: u32, y: u32, width: u32, height: u32) {
        let path = Tools::test_picture(name);
        let picture = image::open(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let picture = picture.resize_exact(width, height, FilterType::Triangle).into_rgb8();
        self.pixels.copy_from(&picture, x, y).expect("it fits");
    }

    /// A JPEG without any metadata.
    pub fn jpeg(&self) -> Vec<u8> {
        let mut out = Vec::new();
        let mut encoder = Encoder::new(&mut out, self.quality);
        encoder.set_sampling_factor(SamplingFactor::F_2_2);
        let (width, height) = self.size();
        let side = |pixels: u32| u16::try_from(pixels).expect("a JPEG has at most 65535 pixels a side");
        encoder.encode(self.pixels.as_raw(), side(width), side(height), ColorType::Rgb).expect("memory is enough");
        out
    }

    /// A JPEG as a camera with a satellite receiver writes it.
    pub fn at(&self, placement: Placement) -> Vec<u8> {
        placed(self.jpeg(), placement)
    }

    /// The same, with the metadata of a whole sphere.
    pub fn sphere_at(&self, placement: Placement) -> Vec<u8> {
        placed_sphere(self.jpeg(), self.size(), placement)
    }

    /// The `index`-th small picture of a walk: quick to process, unlike any other.
    pub fn of_walk(index: u32) -> Vec<u8> {
        Self::textured(320, 240, index).at(Placement::walk(index))
    }
}

/// A JPEG that has no metadata, or only its first two bytes, as a camera with a satellite receiver writes it.
pub fn placed(mut jpeg: Vec<u8>, placement: Placement) -> Vec<u8> {
    insert(&mut jpeg, 0xe1, &Exif::new(Some(placement)).build());
    jpeg
}

/// The same, with the metadata of a whole sphere of `size` pixels, width and height.
pub fn placed_sphere(mut jpeg: Vec<u8>, size: (u32, u32), placement: Placement) -> Vec<u8> {
    let xmp = gpano(size.0, size.1, placement.heading.unwrap_or_default(), "");
    insert(&mut jpeg, 0xe1, &[b"http://ns.adobe.com/xap/1.0/\0", xmp.as_bytes()].concat());
    placed(jpeg, placement)
}

/// The pixels of a JPEG.
pub fn decode(jpeg: &[u8]) -> DynamicImage {
    image::load_from_memory_with_format(jpeg, image::ImageFormat::Jpeg).expect("a JPEG that can be decoded")
}

/// How strongly neighbouring pixels differ within a region: mean of the absolute differences of luminance, 0-255.
pub fn detail(picture: &DynamicImage, region: Region) -> f64 {
    let part = picture.view(region.x, region.y, region.width, region.height).to_image();
    let part = DynamicImage::ImageRgba8(part).into_luma8();
    let (width, height) = part.dimensions();
    let at = |x: u32, y: u32| f64::from(part.get_pixel(x, y)[0]);
    let mut sum = 0.0;
    for y in 0..height - 1 {
        for x in 0..width - 1 {
            sum += (at(x, y) - at(x + 1, y)).abs() + (at(x, y) - at(x, y + 1)).abs();
        }
    }
    sum / f64::from(2 * (width - 1) * (height - 1))
}

/// How much two pictures of one size differ within a region: mean of the absolute differences of channels, 0-255.
pub fn difference(one: &DynamicImage, other: &DynamicImage, region: Region) -> f64 {
    assert_eq!(one.dimensions(), other.dimensions());
    let cut =
        |picture: &DynamicImage| picture.view(region.x, region.y, region.width, region.height).to_image().into_raw();
    let (one, other) = (cut(one), cut(other));
    let sum: u64 = one.iter().zip(&other).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    sum as f64 / one.len() as f64
}
