//! Pictures made in the tests, and byte surgery on them.

use std::collections::BTreeMap;

use flaneur_jpeg::{
    Header, Intake, JpegError, Limits, Metadata, Pixels, Redacted, Region, RegionKind, Source, list_segments,
};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

/// One picture in many codings; the last one has four inks and is another.
pub const GOLDEN: [&[u8]; 10] = [
    include_bytes!("../golden/baseline.jpg"),
    include_bytes!("../golden/arithmetic.jpg"),
    include_bytes!("../golden/arithmetic_conditioned.jpg"),
    include_bytes!("../golden/arithmetic_progressive.jpg"),
    include_bytes!("../golden/arithmetic_restart.jpg"),
    include_bytes!("../golden/mixed.jpg"),
    include_bytes!("../golden/progressive.jpg"),
    include_bytes!("../golden/progressive_restart.jpg"),
    include_bytes!("../golden/separate.jpg"),
    include_bytes!("../golden/baseline_ycck.jpg"),
];

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
    /// Coded units from one restart to the next, 0 for none.
    pub restart: u16,
    pub grey: bool,
    /// Huffman tables with codes for what the picture needs only.
    pub optimised: bool,
}

impl Default for Coding {
    fn default() -> Self {
        let sampling = SamplingFactor::R_4_2_0;
        Coding { quality: 95, sampling, progressive: false, restart: 0, grey: false, optimised: false }
    }
}

impl Coding {
    pub fn encode(self, pixels: &Pixels) -> Vec<u8> {
        let mut out = Vec::new();
        let mut encoder = Encoder::new(&mut out, self.quality);
        encoder.set_sampling_factor(self.sampling);
        encoder.set_restart_interval(self.restart);
        encoder.set_progressive(self.progressive);
        encoder.set_optimized_huffman_tables(self.optimised);
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

/// What the header says, if the whole file is fed.
pub fn intake(bytes: &[u8]) -> Result<Header, JpegError> {
    let mut intake = Intake::new(Limits::default());
    intake.feed(bytes)?;
    intake.finish()
}

pub fn open(bytes: &[u8]) -> Source {
    open_as(bytes, 1, false)
}

pub fn open_as(bytes: &[u8], orientation: u8, panorama: bool) -> Source {
    match Source::open(bytes, orientation, panorama, &Limits::default()) {
        Ok(source) => source,
        Err(error) => panic!("{error}"),
    }
}

/// The size of a picture that is whole, but may have got impossible colours by damage: None then.
pub fn size_of_damaged(bytes: &[u8]) -> Option<(u32, u32)> {
    match Source::open(bytes, 1, false, &Limits::default()) {
        Ok(source) => Some(source.size()),
        Err(JpegError::Ambiguous(what)) if what.contains("black and white") => None,
        Err(error) => panic!("{error}"),
    }
}

pub fn decoded(bytes: &[u8]) -> Pixels {
    open(bytes).pixels().unwrap()
}

/// The master without metadata, proven.
pub fn proven_master(redacted: &Redacted) -> Vec<u8> {
    let master = redacted.master(&Metadata::default()).unwrap();
    if let Err(error) = redacted.prove(&master) {
        panic!("{error}");
    }
    master
}

/// All of a flat picture.
pub fn everything() -> Region {
    Region::spherical(vec![[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]], RegionKind::Plate)
}

/// Quantised coefficients in zigzag order.
pub type Block = [i16; 64];

/// Coefficients by coded unit, counted row by row from the top left of the picture as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Units {
    /// Pixels per row and rows, as stored.
    pub size: (u32, u32),
    pub units: BTreeMap<usize, Vec<Block>>,
}

/// Reads what [`Redacted::removed`] gives, by its description.
pub fn parse_removed(bytes: &[u8]) -> Units {
    let mut at = 0;
    let mut take = |count: usize| {
        at += count;
        &bytes[at - count..at]
    };
    let number = |four: &[u8]| u32::from_le_bytes(four.try_into().unwrap());
    assert_eq!(take(8), b"FLNCUT\0\x01");
    let size = (number(take(4)), number(take(4)));
    let blocks = take(1)[0];
    let mut units = BTreeMap::new();
    let mut left = bytes.len() - 17;
    while left > 0 {
        let unit = number(take(4)) as usize;
        left -= 4;
        let mut held = Vec::new();
        for _ in 0..blocks {
            let mut block = [0; 64];
            let count = usize::from(take(1)[0]);
            for _ in 0..count {
                let place = usize::from(take(1)[0]);
                block[place] = i16::from_le_bytes(take(2).try_into().unwrap());
            }
            left -= 1 + 3 * count;
            held.push(block);
        }
        assert!(units.insert(unit, held).is_none());
    }
    Units { size, units }
}

/// The coefficients of a whole file: what hiding everything takes out of it.
pub fn units(bytes: &[u8]) -> Units {
    let redacted = open(bytes).redact(&[everything()]).unwrap();
    let units = parse_removed(&redacted.removed().unwrap());
    assert_eq!(units.units.len(), redacted.touched());
    units
}

/// Pixels that a coded unit covers: per row, and rows.
pub fn unit_size(bytes: &[u8]) -> (u32, u32) {
    let frame =
        list_segments(bytes).unwrap().into_iter().find(|s| (0xC0..=0xCF).contains(&s.marker) && s.marker != 0xC4);
    let frame = frame.unwrap().payload_start;
    if frame[5] == 1 {
        return (8, 8);
    }
    let factors = frame[6..].chunks(3).take(usize::from(frame[5])).map(|part| (part[1] >> 4, part[1] & 15));
    let most = factors.fold((1, 1), |most, part| (most.0.max(part.0), most.1.max(part.1)));
    (8 * u32::from(most.0), 8 * u32::from(most.1))
}

/// Calls `colour` for each pixel of a rectangle (left, top, width, height), counted from its top left; beyond the right edge it
/// goes on at the left one.
pub fn paint(pixels: &mut Pixels, [x, y, w, h]: [u32; 4], mut colour: impl FnMut(u32, u32) -> [u8; 3]) {
    for (dx, dy) in (0..h).flat_map(|dy| (0..w).map(move |dx| (dx, dy))) {
        let at = (((y + dy) * pixels.width + (x + dx) % pixels.width) * 3) as usize;
        if let Some(pixel) = pixels.rgb.get_mut(at..at + 3) {
            pixel.copy_from_slice(&colour(dx, dy));
        }
    }
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
