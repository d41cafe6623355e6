//! What test pictures show, and where regions lie in them.

use flaneur_jpeg::{Pixels, Region};
use jpeg_encoder::SamplingFactor;
use proptest::prelude::*;

use crate::common::{Coding, Numbers, street};

/// The encoder of the tests writes the last one in separate scans unless it is progressive.
pub const SAMPLINGS: [SamplingFactor; 5] = [
    SamplingFactor::R_4_4_4,
    SamplingFactor::R_4_2_2,
    SamplingFactor::R_4_4_0,
    SamplingFactor::R_4_2_0,
    SamplingFactor::R_4_1_1,
];

/// What a picture shows.
#[derive(Debug, Clone, Copy)]
pub enum Scene {
    /// The eight corners of the colour cube, at random, in squares of this many pixels.
    Corners(u32),
    /// Any colours at random.
    Noise,
    /// Stripes of two colours: length of each in pixels, horizontally and vertically.
    Stripes([u8; 3], [u8; 3], u32, u32),
    /// From one side to the other.
    Gradient,
    /// Patches with sharp edges.
    Street,
}

impl Scene {
    pub fn pixels(self, width: u32, height: u32) -> Pixels {
        let mut numbers = Numbers::new(width ^ height << 8);
        let hash = |x: u32, y: u32| {
            let mixed = (x.wrapping_mul(2_654_435_761) ^ y.wrapping_mul(2_246_822_519)).wrapping_mul(3_266_489_917);
            mixed ^ mixed >> 15
        };
        let mut colour = |x: u32, y: u32| match self {
            Scene::Corners(side) => [0, 1, 2].map(|bit| (hash(x / side, y / side) >> bit & 1) as u8 * 255),
            Scene::Noise => [0, 1, 2].map(|_| numbers.below(256) as u8),
            Scene::Stripes(a, b, across, down) => [a, b][((x / across + y / down) % 2) as usize],
            Scene::Gradient => [x * 255 / width, y * 255 / height, 255 - x * 255 / width].map(|level| level as u8),
            Scene::Street => [0; 3],
        };
        if let Scene::Street = self {
            return street(width, height);
        }
        let rgb = (0..height).flat_map(|y| (0..width).map(move |x| (x, y))).flat_map(|(x, y)| colour(x, y)).collect();
        Pixels { width, height, rgb }
    }
}

pub fn scene() -> impl Strategy<Value = Scene> {
    let colour = prop_oneof![any::<[u8; 3]>(), any::<[bool; 3]>().prop_map(|bits| bits.map(|bit| u8::from(bit) * 255))];
    prop_oneof![
        (1u32..9).prop_map(Scene::Corners),
        Just(Scene::Noise),
        (colour.clone(), colour, 1u32..40, prop_oneof![1u32..40, Just(u32::MAX)])
            .prop_map(|(a, b, across, down)| Scene::Stripes(a, b, across, down)),
        Just(Scene::Gradient),
        Just(Scene::Street),
    ]
}

/// Any way in which a picture can be coded in one scan by the encoder of the tests, and a few that have to be transcoded.
pub fn coding() -> impl Strategy<Value = Coding> {
    let sampling = prop::sample::select(SAMPLINGS.to_vec());
    (sampling, 40u8..=100, prop_oneof![Just(0u16), 1u16..20], any::<bool>(), 0u8..8).prop_map(
        |(sampling, quality, restart, optimised, kind)| {
            let (grey, progressive) = (kind == 0, kind == 1);
            // The encoder forgets codes that only restarts need.
            let optimised = optimised && restart == 0;
            Coding { quality, sampling, progressive, restart, grey, optimised }
        },
    )
}

/// A region before the size of its picture is known.
#[derive(Debug, Clone)]
pub struct Place {
    /// Left, top, width and height in shares of something that depends on the shape.
    at: [f32; 4],
    shape: u8,
    kind: u8,
}

pub fn place() -> impl Strategy<Value = Place> {
    let share = 0f32..1.0;
    ([share.clone(), share.clone(), share.clone(), share], 0u8..9, 0u8..4).prop_map(|(at, shape, kind)| Place {
        at,
        shape,
        kind,
    })
}

impl Place {
    pub fn region(&self, (width, height): (u32, u32)) -> Region {
        let (width, height) = (width as f32, height as f32);
        let [x, y, w, h] = self.at;
        let [left, top] = [x * width, y * height];
        let [x0, y0, x1, y1] = match self.shape {
            // Of common size, anywhere.
            0..=2 => [left, top, left + w * 90.0, top + h * 90.0],
            // Over or beyond the right and the left edge.
            3 => [width - w * 60.0, top, width + x * 60.0, top + h * 60.0],
            4 => [-w * 60.0, top, h * 20.0, top + h * 60.0],
            // Thin.
            5 => [left, top, left + w * 3.0, top + h * height],
            6 => [left, top, left + w * width, top + h * 3.0],
            // Nothing, or with swapped corners.
            7 => [left, top, left - w * 20.0, top],
            // Huge.
            _ => [left - width * w, top - height * h, left + width * w, top + height * h],
        };
        match self.kind {
            0 => Region::face(x0, y0, x1, y1),
            1 => Region::plate(x0, y0, x1, y1),
            // Drawn: a bow tie.
            2 => Region::polygon(vec![[x0, y0], [x1, y1], [x1, y0], [x0, y1]], flaneur_jpeg::RegionKind::Face),
            _ => {
                let point = |x: f32, y: f32| [f64::from(x / width - 0.5) * 360.0, f64::from(0.5 - y / height) * 180.0];
                let points = vec![point(x0, y0), point(x1, y0), point(x1, y1)];
                Region::spherical(points, flaneur_jpeg::RegionKind::Plate)
            }
        }
    }
}

pub fn regions(places: &[Place], size: (u32, u32)) -> Vec<Region> {
    places.iter().map(|place| place.region(size)).collect()
}
