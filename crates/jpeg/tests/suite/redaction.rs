//! What was in a region must not be in anything that is made afterwards.

use crate::common::{Coding, Numbers, face, open, plate, street};
use flaneur_jpeg::{Limits, Metadata, Pixels, Region, Source, TileGrid, VerifyError, verify};
use jpeg_encoder::SamplingFactor;
use proptest::prelude::*;

/// A region whose touched part is exactly `x..x+w, y..y+h` (multiples of 16, at least 32).
fn touching(make: fn(f32, f32, f32, f32) -> Region, [x, y, w, h]: [u32; 4]) -> Region {
    // Growing by a quarter on each side makes it half as large again; stay just inside the grid.
    let inner = |start: u32, length: u32| {
        let (start, length) = (start as f32 + 1.0, length as f32 - 2.0);
        (start + length / 6.0, start + length * 5.0 / 6.0)
    };
    let ((x0, x1), (y0, y1)) = (inner(x, w), inner(y, h));
    make(x0, y0, x1, y1)
}

/// Grey, lossless in the ways that matter here: what is decoded is the same for equal pixels.
fn source(pixels: &Pixels) -> Source {
    let coding = Coding { quality: 100, sampling: SamplingFactor::R_4_4_4, ..Coding::default() };
    open(&coding.encode(pixels))
}

fn fill_block(pixels: &mut Pixels, [x, y, w, h]: [u32; 4], mut colour: impl FnMut(u32, u32) -> [u8; 3]) {
    for py in y..y + h {
        for px in x..x + w {
            let at = ((py * pixels.width + px % pixels.width) * 3) as usize;
            pixels.rgb[at..at + 3].copy_from_slice(&colour(px - x, py - y));
        }
    }
}

fn region_pixels(pixels: &Pixels, [x, y, w, h]: [u32; 4]) -> Vec<u8> {
    (y..y + h)
        .flat_map(|py| (x..x + w).map(move |px| ((py * pixels.width + px % pixels.width) * 3) as usize))
        .flat_map(|at| pixels.rgb[at..at + 3].to_vec())
        .collect()
}

/// Two pictures that differ only by detail inside `area`, with equal means of every 16 x 16 part.
fn twins(area: [u32; 4], width: u32, height: u32) -> (Pixels, Pixels) {
    let mut plain = street(width, height);
    fill_block(&mut plain, area, |_, _| [120, 100, 90]);
    let mut detailed = plain.clone();
    // Coarse enough to survive the codec, balanced in every 8 x 8 block.
    fill_block(&mut detailed, area, |x, y| if (x / 4 + y / 4) % 2 == 0 { [150, 130, 120] } else { [90, 70, 60] });
    (plain, detailed)
}

#[test]
fn nothing_but_pooled_colours_survives() {
    for make in [face, plate] {
        for (area, panorama) in [
            ([64, 48, 96, 64], false),
            ([64, 48, 32, 32], false),
            ([0, 0, 48, 48], false),
            // Across the seam of a panorama.
            ([288, 48, 64, 64], true),
        ] {
            let (plain, detailed) = twins(area, 320, 160);
            let region = touching(make, area);
            let [plain, detailed] = [plain, detailed].map(|pixels| {
                let source = source(&pixels);
                assert_eq!(source.pixels().width, 320);
                source.redact(&[region], panorama)
            });
            let a = region_pixels(plain.pixels(), area);
            let b = region_pixels(detailed.pixels(), area);
            let worst = a.iter().zip(&b).map(|(a, b)| a.abs_diff(*b)).max();
            // The codec of the test rounds; the detail itself is 60 levels.
            assert!(worst <= Some(1), "{area:?}: {worst:?}");
        }
    }
}

#[test]
fn a_plate_says_nothing_at_all() {
    let area = [64, 48, 96, 48];
    let mut dark = street(320, 160);
    let mut bright = dark.clone();
    fill_block(&mut dark, area, |_, _| [10, 10, 10]);
    fill_block(&mut bright, area, |_, _| [240, 240, 0]);
    let [dark, bright] = [dark, bright].map(|pixels| source(&pixels).redact(&[touching(plate, area)], false));
    assert_eq!(region_pixels(dark.pixels(), area), region_pixels(bright.pixels(), area));
}

#[test]
fn a_face_has_at_most_nine_colours() {
    // 18 x 18 patches in the region; only the means of 3 x 3 cells may matter.
    let area = [32, 32, 288, 288];
    let mut pixels = street(400, 400);
    let mut shuffled = pixels.clone();
    let patch = |x: u32, y: u32| [(x * 9 + y * 4) as u8, (x * 13) as u8, (y * 14) as u8];
    fill_block(&mut pixels, area, |x, y| patch(x / 16, y / 16));
    // Mirrored inside each cell of 96 pixels: same means, another picture.
    fill_block(&mut shuffled, area, |x, y| {
        let mirror = |v: u32| v / 16 / 6 * 6 + (5 - v / 16 % 6);
        patch(mirror(x), mirror(y))
    });
    let [a, b] = [pixels, shuffled].map(|pixels| source(&pixels).redact(&[touching(face, area)], false));
    let (a, b) = (region_pixels(a.pixels(), area), region_pixels(b.pixels(), area));
    let worst = a.iter().zip(&b).map(|(a, b)| a.abs_diff(*b)).max();
    assert!(worst <= Some(1), "{worst:?}");
}

#[test]
fn small_boxes_inside_large_ones_bring_nothing_back() {
    let area = [32, 32, 192, 192];
    let (plain, detailed) = twins(area, 320, 256);
    let mut regions = vec![touching(face, area)];
    for i in 0..5 {
        for j in 0..5 {
            let part = [32 + 32 * i, 32 + 32 * j, 48, 32];
            regions.push(touching(if (i + j) % 2 == 0 { plate } else { face }, part));
        }
    }
    // The order in which a detector lists them doesn't matter.
    let reversed: Vec<Region> = regions.iter().rev().copied().collect();
    let a = source(&plain).redact(&regions, false);
    let b = source(&detailed).redact(&reversed, false);
    let (a, b) = (region_pixels(a.pixels(), area), region_pixels(b.pixels(), area));
    let worst = a.iter().zip(&b).map(|(a, b)| a.abs_diff(*b)).max();
    assert!(worst <= Some(2), "{worst:?}");
}

#[test]
fn everything_outside_stays() {
    let pixels = street(320, 160);
    let before = source(&pixels);
    let untouched = before.pixels().clone();
    let area = [64, 48, 96, 64];
    let after = before.redact(&[touching(face, area)], false);
    for y in 0..160 {
        for x in 0..320 {
            let inside = (64..160).contains(&x) && (48..112).contains(&y);
            let at = ((y * 320 + x) * 3) as usize;
            if !inside {
                assert_eq!(after.pixels().rgb[at..at + 3], untouched.rgb[at..at + 3], "{x},{y}");
            }
        }
    }
}

#[test]
fn the_fill_is_smooth_and_meets_its_surroundings() {
    let (width, height) = (320, 160);
    let rgb = [80, 120, 160].repeat((width * height) as usize);
    let mut pixels = Pixels { width, height, rgb };
    let area = [64, 32, 96, 96];
    fill_block(&mut pixels, area, |_, _| [200, 30, 40]);
    let after = source(&pixels).redact(&[touching(face, area)], false);
    let at = |x: u32, y: u32| after.pixels().rgb[((y * width + x) * 3) as usize];
    for x in 40..180 {
        assert!(at(x, 80).abs_diff(at(x + 1, 80)) <= 16, "step at {x}");
    }
    assert!(at(112, 80) > 190, "the middle keeps its mean colour");
}

fn outputs(pixels: &Pixels, regions: &[Region], panorama: bool) -> (Vec<Vec<u8>>, flaneur_jpeg::Redacted) {
    let redacted = source(pixels).redact(regions, panorama);
    let metadata = Metadata::default();
    let mut files =
        vec![redacted.master(&metadata).unwrap(), redacted.sd(&metadata).unwrap(), redacted.thumb(panorama).unwrap()];
    if panorama {
        let grid = TileGrid::for_panorama(pixels.width, pixels.height);
        let pack = redacted.tiles(grid).unwrap();
        for row in 0..grid.rows {
            for column in 0..grid.columns {
                let tile = pack.tile(column, row).unwrap();
                verify(tile, &redacted.expected_tile(grid, column, row).unwrap()).unwrap();
                files.push(tile.to_vec());
            }
        }
    }
    (files, redacted)
}

#[test]
fn all_copies_pass_and_unredacted_ones_do_not() {
    for (width, height, panorama) in [(640, 320, true), (1000, 507, true), (900, 700, false), (3000, 1000, false)] {
        let mut pixels = street(width, height);
        let (w, h) = (width as f32, height as f32);
        let regions = [
            face(w * 0.4, h * 0.4, w * 0.5, h * 0.55),
            face(w * 0.46, h * 0.46, w * 0.58, h * 0.6),
            plate(w * 0.2, h * 0.7, w * 0.3, h * 0.76),
            face(w * 0.96, h * 0.3, w * 1.04, h * 0.45),
        ];
        // Something like eyes or letters: five dark and light bars in each.
        for region in &regions {
            let [x, y] = [region.x0 as u32, region.y0 as u32];
            let [w, h] = [region.x1 as u32 - x, region.y1 as u32 - y];
            let h = h.min(height - y);
            fill_block(
                &mut pixels,
                [x, y, w, h],
                |dx, _| if dx * 5 / w % 2 == 0 { [30, 20, 20] } else { [220, 190, 170] },
            );
        }
        let (files, redacted) = outputs(&pixels, &regions, panorama);
        verify(&files[0], &redacted.expected_master()).unwrap();
        verify(&files[1], &redacted.expected_sd()).unwrap();
        verify(&files[2], &redacted.expected_thumb(panorama)).unwrap();
        // Each region alone left out must be noticed in the master and in the scaled copy.
        for left_out in 0..regions.len() {
            let mut fewer = regions.to_vec();
            fewer.remove(left_out);
            let (files, _) = outputs(&pixels, &fewer, panorama);
            for (file, expected) in [(&files[0], redacted.expected_master()), (&files[1], redacted.expected_sd())] {
                let result = verify(file, &expected);
                assert!(
                    matches!(result, Err(VerifyError::NotRedacted { .. })),
                    "{width}x{height}, region {left_out}: {result:?}"
                );
            }
        }
    }
}

#[test]
fn wild_surroundings_do_not_fail_the_check() {
    // Saturated noise and stripes beside the regions: the worst that codecs and filters spill over.
    for seed in 0..4 {
        let mut numbers = Numbers::new(seed + 1);
        let (width, height) = (2400, 600);
        let rgb = (0..width * height)
            .flat_map(|i| match seed {
                0 => [0, 1, 2].map(|_| numbers.below(2) as u8 * 255),
                1 => [[255, 0, 0], [0, 0, 255]][(i / 3 % 2) as usize],
                2 => [[255, 255, 0], [0, 0, 255]][(i / width / 5 % 2) as usize],
                _ => [numbers.below(256) as u8, 0, 255],
            })
            .collect();
        let pixels = Pixels { width, height, rgb };
        let regions = [
            face(400.0, 100.0, 460.0, 170.0),
            face(1203.0, 250.0, 1215.0, 265.0),
            plate(800.0, 300.0, 900.0, 330.0),
            face(2380.0, 300.0, 2440.0, 380.0),
        ];
        for sampling in [SamplingFactor::R_4_4_4, SamplingFactor::R_4_2_2, SamplingFactor::R_4_2_0] {
            let bytes = Coding { sampling, ..Coding::default() }.encode(&pixels);
            let redacted = open(&bytes).redact(&regions, true);
            let metadata = Metadata::default();
            verify(&redacted.master(&metadata).unwrap(), &redacted.expected_master()).unwrap();
            verify(&redacted.sd(&metadata).unwrap(), &redacted.expected_sd()).unwrap();
            verify(&redacted.thumb(true).unwrap(), &redacted.expected_thumb(true)).unwrap();
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_regions_are_redacted_and_verified(
        corners in proptest::collection::vec((-50f32..250.0, -50f32..150.0, -20f32..90.0, -20f32..90.0, any::<bool>()), 0..8),
        panorama in any::<bool>(),
        subsampled in any::<bool>(),
        size in (1u32..200, 1u32..100),
    ) {
        let sampling = if subsampled { SamplingFactor::R_4_2_0 } else { SamplingFactor::R_4_4_4 };
        let source = open(&Coding { sampling, ..Coding::default() }.encode(&street(size.0, size.1)));
        let regions: Vec<Region> = corners
            .iter()
            .map(|&(x, y, w, h, is_face)| if is_face { face(x, y, x + w, y + h) } else { plate(x, y, x + w, y + h) })
            .collect();
        let redacted = source.redact(&regions, panorama);
        let master = redacted.master(&Metadata::default()).unwrap();
        prop_assert_eq!(verify(&master, &redacted.expected_master()), Ok(()));
        let thumb = redacted.thumb(panorama).unwrap();
        prop_assert_eq!(verify(&thumb, &redacted.expected_thumb(panorama)), Ok(()));
        if panorama {
            let grid = TileGrid::for_panorama(size.0, size.1);
            prop_assert_eq!(redacted.tiles(grid).unwrap().grid(), grid);
        }
    }

    #[test]
    fn nonsense_regions_do_no_harm(numbers in proptest::collection::vec(any::<f32>(), 4), panorama in any::<bool>()) {
        let region = face(numbers[0], numbers[1], numbers[2], numbers[3]);
        let redacted = source(&street(100, 50)).redact(&[region], panorama);
        prop_assert_eq!(redacted.pixels().rgb.len(), 100 * 50 * 3);
    }
}

#[test]
fn a_region_that_is_not_a_number_hides_everything() {
    let redacted = source(&street(100, 50)).redact(&[face(f32::NAN, 0.0, 10.0, f32::NAN)], false);
    let unredacted = source(&street(100, 50));
    assert_ne!(redacted.pixels().rgb[..], unredacted.pixels().rgb[..]);
    assert!(Source::open(b"", 1, &Limits::default()).is_err());
}
