//! Pictures made in the tests, and byte surgery on them.

use flaneur_jpeg::{Limits, Pixels, Region, RegionKind, Source};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

/// A small generator of reproducible numbers (xorshift).
pub struct Numbers(u32);

impl Numbers {
    pub fn new(seed: u32) -> Numbers {
        Numbers(seed.wrapping_mul(2_654_435_761) | 1)
    }

    pub fn below(&mut self, end: u32) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        self.0 % end
    }
}

/// Something like a street: gradients, stripes and patches with sharp edges.
pub fn street(width: u32, height: u32) -> Pixels {
    let mut numbers = Numbers::new(width * 31 + height);
    let patches: Vec<[u32; 7]> = (0..40)
        .map(|_| {
            let [x, y] = [numbers.below(width), numbers.below(height)];
            let [w, h] = [numbers.below(width / 4 + 1), numbers.below(height / 4 + 1)];
            [x, y, x + w, y + h, numbers.below(256), numbers.below(256), numbers.below(256)]
        })
        .collect();
    let mut rgb = Vec::with_capacity((width * height * 3) as usize);
    for y in 0..height {
        for x in 0..width {
            let inside = |p: &&[u32; 7]| (p[0]..p[2]).contains(&x) && (p[1]..p[3]).contains(&y);
            let base = patches
                .iter()
                .rev()
                .find(inside)
                .map_or([x * 255 / width, y * 255 / height, (x + y) * 255 / (width + height)], |p| [p[4], p[5], p[6]]);
            let stripe = if (x / 3 + y / 5) % 4 == 0 { 24 } else { 0 };
            rgb.extend(base.map(|level| (level as u8).saturating_add(stripe)));
        }
    }
    Pixels { width, height, rgb }
}

/// How a test picture is to be encoded.
#[derive(Debug, Clone, Copy)]
pub struct Coding {
    pub quality: u8,
    pub sampling: SamplingFactor,
    pub progressive: bool,
    pub restart: u16,
    pub grey: bool,
}

impl Default for Coding {
    fn default() -> Self {
        let sampling = SamplingFactor::R_4_2_0;
        Coding { quality: 95, sampling, progressive: false, restart: 0, grey: false }
    }
}

impl Coding {
    pub fn encode(self, pixels: &Pixels) -> Vec<u8> {
        let mut out = Vec::new();
        let mut encoder = Encoder::new(&mut out, self.quality);
        encoder.set_sampling_factor(self.sampling);
        encoder.set_restart_interval(self.restart);
        encoder.set_progressive(self.progressive);
        let (width, height) = (pixels.width as u16, pixels.height as u16);
        if self.grey {
            let grey: Vec<u8> = pixels.rgb.chunks(3).map(|p| p[1]).collect();
            encoder.encode(&grey, width, height, ColorType::Luma).unwrap();
        } else {
            encoder.encode(&pixels.rgb, width, height, ColorType::Rgb).unwrap();
        }
        out
    }
}

pub fn jpeg(width: u32, height: u32) -> Vec<u8> {
    Coding::default().encode(&street(width, height))
}

pub fn open(bytes: &[u8]) -> Source {
    Source::open(bytes, 1, &Limits::default()).unwrap()
}

pub fn face(x0: f32, y0: f32, x1: f32, y1: f32) -> Region {
    Region { x0, y0, x1, y1, kind: RegionKind::Face }
}

pub fn plate(x0: f32, y0: f32, x1: f32, y1: f32) -> Region {
    Region { x0, y0, x1, y1, kind: RegionKind::Plate }
}

/// A segment with marker and length.
pub fn segment(marker: u8, payload: &[u8]) -> Vec<u8> {
    let length = (payload.len() as u16 + 2).to_be_bytes();
    [&[0xFF, marker][..], &length, payload].concat()
}

/// The file with more segments behind its start marker.
pub fn with_segments(jpeg: &[u8], segments: &[Vec<u8>]) -> Vec<u8> {
    [&jpeg[..2], &segments.concat(), &jpeg[2..]].concat()
}

pub fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle)
}

/// Mean absolute difference of two pictures of the same size.
pub fn difference(a: &Pixels, b: &Pixels) -> f64 {
    assert_eq!((a.width, a.height), (b.width, b.height));
    let sum: u64 = a.rgb.iter().zip(&b.rgb).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    sum as f64 / a.rgb.len() as f64
}
