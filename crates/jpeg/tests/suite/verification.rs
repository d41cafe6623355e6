//! The check passes whatever was redacted, and nothing that was not.

use crate::common::{Coding, Numbers, face, open, plate, street};
use flaneur_jpeg::{Expected, Metadata, Pixels, Redacted, Region, RegionKind, TileGrid, VerifyError, verify};
use jpeg_encoder::SamplingFactor;
use proptest::prelude::*;

const SAMPLINGS: [SamplingFactor; 3] = [SamplingFactor::R_4_4_4, SamplingFactor::R_4_2_2, SamplingFactor::R_4_2_0];

/// What a picture shows.
#[derive(Debug, Clone, Copy)]
enum Scene {
    /// The eight corners of the colour cube, at random, in squares of this many pixels.
    Corners(u32),
    /// Any colours at random.
    Noise,
    /// Stripes of two colours: length of each in pixels, horizontally and vertically.
    Stripes([u8; 3], [u8; 3], u32, u32),
    Gradient,
    Street,
}

impl Scene {
    fn pixels(self, width: u32, height: u32) -> Pixels {
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

fn scene() -> impl Strategy<Value = Scene> {
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

/// Sizes with and without scaled copies, odd ones, lines and dots.
fn size() -> impl Strategy<Value = (u32, u32)> {
    prop_oneof![(1u32..60, 1u32..60), (60u32..700, 30u32..400), (2049u32..9000, 1u32..120)]
}

/// A region in shares of the picture, and what kind of shape it takes.
fn region() -> impl Strategy<Value = ([f32; 4], u8, bool)> {
    ([0f32..1.0, 0f32..1.0, 0f32..1.0, 0f32..1.0], 0u8..8, any::<bool>())
}

fn in_pixels(&([x, y, w, h], shape, is_face): &([f32; 4], u8, bool), (width, height): (u32, u32)) -> Region {
    let (width, height) = (width as f32, height as f32);
    let [left, top] = [x * width, y * height];
    let [x0, y0, x1, y1] = match shape {
        // Of common size, anywhere.
        0..=2 => [left, top, left + w * 90.0, top + h * 90.0],
        // Over or beyond the right and the left edge.
        3 => [width - w * 60.0, top, width + x * 60.0, top + h * 60.0],
        4 => [-w * 60.0, top, h * 20.0, top + h * 60.0],
        // Thin.
        5 => [left, top, left + w * 3.0, top + h * height],
        6 => [left, top, left + w * width, top + h * 3.0],
        // Huge.
        _ => [left - width * w, top - height * h, left + width * w, top + height * h],
    };
    Region { x0, y0, x1, y1, kind: if is_face { RegionKind::Face } else { RegionKind::Plate } }
}

fn redact(pixels: &Pixels, sampling: SamplingFactor, regions: &[Region], panorama: bool) -> Redacted {
    open(&Coding { sampling, ..Coding::default() }.encode(pixels)).redact(regions, panorama)
}

/// Every file with its name and what it has to show.
fn files(redacted: &Redacted, panorama: bool) -> Vec<(String, Vec<u8>, Expected)> {
    let none = Metadata::default();
    let mut files = vec![
        ("master".to_owned(), redacted.master(&none).unwrap(), redacted.expected_master()),
        ("sd".to_owned(), redacted.sd(&none).unwrap(), redacted.expected_sd()),
        ("thumb".to_owned(), redacted.thumb(panorama).unwrap(), redacted.expected_thumb(panorama)),
    ];
    if panorama {
        let grid = TileGrid::for_panorama(redacted.pixels().width, redacted.pixels().height);
        let pack = redacted.tiles(grid).unwrap();
        for (column, row) in (0..grid.rows).flat_map(|row| (0..grid.columns).map(move |column| (column, row))) {
            let expected = redacted.expected_tile(grid, column, row).unwrap();
            files.push((format!("tile {column},{row}"), pack.tile(column, row).unwrap().to_vec(), expected));
        }
    }
    files
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn every_file_of_every_redaction_passes(
        scene in scene(),
        size in size(),
        shapes in proptest::collection::vec(region(), 0..9),
        sampling in proptest::sample::select(SAMPLINGS.to_vec()),
        panorama in any::<bool>(),
    ) {
        let regions: Vec<Region> = shapes.iter().map(|shape| in_pixels(shape, size)).collect();
        let redacted = redact(&scene.pixels(size.0, size.1), sampling, &regions, panorama);
        for (name, bytes, expected) in files(&redacted, panorama) {
            prop_assert_eq!(verify(&bytes, &expected), Ok(()), "{}", name);
        }
    }

    #[test]
    fn one_region_left_out_is_noticed(
        scene in scene(),
        size in prop_oneof![(100u32..700, 60u32..300), (2049u32..6000, 100u32..200)],
        place in [0f32..1.0, 0f32..1.0, 0f32..1.0, 0f32..1.0],
        is_face in any::<bool>(),
        shapes in proptest::collection::vec(region(), 0..4),
        sampling in proptest::sample::select(SAMPLINGS.to_vec()),
        panorama in any::<bool>(),
    ) {
        let (width, height) = (size.0 as f32, size.1 as f32);
        // Some reach over the edges; in panoramas that is over the seam.
        let [w, h] = [12.0 + place[2] * 80.0, 12.0 + place[3] * 40.0];
        let [x, y] = [place[0] * 1.2 - 0.1, place[1]];
        // At least half of it lies in a flat picture.
        let [x, y] = [(x * (width - w)).clamp(-w / 2.0, width - w / 2.0), y * (height - h)];
        let left_out = if is_face { face(x, y, x + w, y + h) } else { plate(x, y, x + w, y + h) };
        let mut pixels = scene.pixels(size.0, size.1);
        paint_bars(&mut pixels, &left_out, panorama);
        // Regions that hide it anyway would prove nothing.
        let far = |other: &Region| {
            let apart = |a0: f32, a1: f32, b0: f32, b1: f32| {
                let (margin_a, margin_b) = ((a1 - a0) / 4.0 + 17.0, (b1 - b0) / 4.0 + 17.0);
                a1 + margin_a < b0 - margin_b || b1 + margin_b < a0 - margin_a
            };
            let columns = [-width, 0.0, width].iter().all(|turn| apart(x, x + w, other.x0 + turn, other.x1 + turn));
            columns || apart(y, y + h, other.y0, other.y1)
        };
        let fewer: Vec<Region> = shapes.iter().map(|shape| in_pixels(shape, size)).filter(far).collect();
        let all: Vec<Region> = fewer.iter().copied().chain([left_out]).collect();
        let planned = redact(&pixels, sampling, &all, panorama);
        let exposed = redact(&pixels, sampling, &fewer, panorama);
        let none = Metadata::default();
        let result = verify(&exposed.master(&none).unwrap(), &planned.expected_master());
        prop_assert!(matches!(result, Err(VerifyError::NotRedacted { .. })), "master: {:?}", result);
        // Flat pictures show only a part of what lies over the edge.
        let visible = if panorama { w } else { (x + w).min(width) - x.max(0.0) };
        let scale = (2048.0 / width).min(1.0);
        if visible * scale >= 24.0 && h * scale >= 24.0 {
            let result = verify(&exposed.sd(&none).unwrap(), &planned.expected_sd());
            prop_assert!(matches!(result, Err(VerifyError::NotRedacted { .. })), "sd: {:?}", result);
        }
    }
}

/// Five dark and light bars, like letters.
fn paint_bars(pixels: &mut Pixels, region: &Region, panorama: bool) {
    let width = pixels.width as i32;
    for y in region.y0 as u32..(region.y1 as u32).min(pixels.height) {
        for x in region.x0.floor() as i32..region.x1.ceil() as i32 {
            let bar = ((x as f32 - region.x0) * 5.0 / (region.x1 - region.x0)).max(0.0) as u32;
            if panorama || (0..width).contains(&x) {
                let at = (y as usize * width as usize + x.rem_euclid(width) as usize) * 3;
                pixels.rgb[at..at + 3].copy_from_slice(if bar.is_multiple_of(2) {
                    &[30, 20, 20]
                } else {
                    &[220, 210, 200]
                });
            }
        }
    }
}

#[test]
fn slivers_in_scaled_copies_pass_beside_strong_neighbours() {
    // A large panorama, of which a strip suffices. In the scaled copy the regions are five rows and
    // seven columns large: nothing but edges.
    let (width, height) = (13_340, 200);
    for scene in [
        Scene::Stripes([255, 255, 255], [0, 0, 0], 20, 16),
        Scene::Stripes([255, 255, 0], [0, 0, 255], 16, u32::MAX),
        Scene::Corners(7),
        Scene::Corners(16),
    ] {
        let mut pixels = scene.pixels(width, height);
        // What is around a plate decides its colour: dark above and to the left, light below.
        for (i, pixel) in pixels.rgb.chunks_exact_mut(3).enumerate() {
            let (x, y) = (i as u32 % width, i as u32 / width);
            if (2880..2960).contains(&x) && (60..96).contains(&y) {
                pixel.fill(0);
            }
        }
        let regions = [
            plate(2908.8, 109.2, 2924.5, 123.2),
            plate(6803.2, 28.2, 6818.5, 40.7),
            face(-6.0, 100.0, 5.0, 112.0),
            face(13_337.0, 10.0, 13_339.0, 190.0),
            plate(40.0, 192.0, 300.0, 199.0),
        ];
        for sampling in SAMPLINGS {
            let redacted = redact(&pixels, sampling, &regions, true);
            for (name, bytes, expected) in files(&redacted, true) {
                assert_eq!(verify(&bytes, &expected), Ok(()), "{scene:?}, {sampling:?}, {name}");
            }
        }
    }
}

#[test]
fn a_copy_of_the_wrong_place_is_noticed() {
    let pixels = Scene::Street.pixels(1024, 512);
    let redacted = redact(&pixels, SamplingFactor::R_4_2_0, &[face(300.0, 200.0, 360.0, 280.0)], true);
    let grid = TileGrid::for_panorama(1024, 512);
    let pack = redacted.tiles(grid).unwrap();
    let expected = redacted.expected_tile(grid, 1, 1).unwrap();
    verify(pack.tile(1, 1).unwrap(), &expected).unwrap();
    for other in [(0, 1), (2, 1), (1, 0), (3, 0)] {
        let result = verify(pack.tile(other.0, other.1).unwrap(), &expected);
        assert!(matches!(result, Err(VerifyError::NotRedacted { .. })), "{other:?}: {result:?}");
    }
}
