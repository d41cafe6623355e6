//! Scaled copies: sizes, what they show, and what the check refuses.

use flaneur_jpeg::{Metadata, Pixels, Proven, Redacted, Region, VerifyError};
use jpeg_encoder::SamplingFactor;
use proptest::prelude::*;

use crate::common::{Coding, decoded, jpeg, open, open_as, paint, segment, street, with_segments};
use crate::scenes::{Scene, coding, place, regions, scene};

fn proven(redacted: &Redacted) -> Proven {
    let master = redacted.master(&Metadata::default()).unwrap();
    redacted.prove(&master).unwrap_or_else(|error| panic!("{error}"))
}

fn size(file: &[u8]) -> (u32, u32) {
    open(file).size()
}

#[test]
fn copies_have_the_documented_sizes() {
    let sizes = |width, height, orientation, panorama| {
        let redacted = open_as(&jpeg(width, height), orientation, panorama).redact(&[]).unwrap();
        let copies = redacted.copies(&Metadata::default()).unwrap();
        assert_eq!(redacted.sd(&Metadata::default()).unwrap(), copies.sd);
        assert_eq!(redacted.thumb().unwrap(), copies.thumb);
        assert_eq!(redacted.sd_size(), size(&copies.sd));
        (size(&copies.sd), size(&copies.thumb))
    };
    assert_eq!(sizes(400, 300, 1, false), ((400, 300), (400, 300)));
    assert_eq!(sizes(400, 300, 6, false), ((300, 400), (300, 400)));
    assert_eq!(sizes(3000, 1000, 1, false), ((2048, 682), (500, 166)));
    assert_eq!(sizes(3000, 1000, 8, false), ((682, 2048), (500, 1500)));
    assert_eq!(sizes(2200, 1100, 1, true), ((2048, 1024), (500, 300)));
    assert_eq!(sizes(3000, 1, 1, false), ((2048, 1), (500, 1)));
    assert_eq!(sizes(1, 3000, 1, false), ((1, 2048), (1, 3000)));
    // A half, a quarter and an eighth that are small enough are taken as they are.
    assert_eq!(sizes(4000, 40, 1, false).0, (2000, 20));
    assert_eq!(sizes(8001, 40, 1, false).0, (2001, 10));
    assert_eq!(sizes(16_000, 40, 1, false).0, (2000, 5));
    assert_eq!(sizes(5000, 40, 1, false).0, (2048, 16));
}

#[test]
fn a_small_upright_master_needs_no_copy() {
    let small = |bytes: &[u8], orientation| open_as(bytes, orientation, false).redact(&[]).unwrap().is_small();
    assert!(small(&jpeg(2048, 40), 1));
    assert!(!small(&jpeg(2049, 40), 1));
    assert!(!small(&jpeg(40, 2049), 1));
    // Whoever takes the pixels as they are stored would see it askew.
    assert!(!small(&jpeg(400, 300), 6));
    // Not everything shows inks.
    assert!(!small(include_bytes!("../golden/progressive_ycck.jpg"), 1));
}

/// Upright: red, green, blue and grey quarters. As a camera stores them that is held so.
fn quarters(width: u32, height: u32, orientation: u8) -> Pixels {
    let (stored_width, stored_height) = if orientation < 5 { (width, height) } else { (height, width) };
    let mut pixels = Pixels { width: stored_width, height: stored_height, rgb: vec![0; (width * height * 3) as usize] };
    paint(&mut pixels, [0, 0, stored_width, stored_height], |sx, sy| {
        // The table of the EXIF standard: where the first row and column of the file are in the scene.
        let (x, y) = match orientation {
            1 => (sx, sy),
            2 => (width - 1 - sx, sy),
            3 => (width - 1 - sx, height - 1 - sy),
            4 => (sx, height - 1 - sy),
            5 => (sy, sx),
            6 => (width - 1 - sy, sx),
            7 => (width - 1 - sy, height - 1 - sx),
            _ => (sy, height - 1 - sx),
        };
        [[[220, 20, 20], [20, 220, 20]], [[20, 20, 220], [128; 3]]][usize::from(2 * y >= height)]
            [usize::from(2 * x >= width)]
    });
    pixels
}

#[test]
fn copies_are_upright() {
    for ((width, height), sampling) in [
        ((160, 96), SamplingFactor::R_4_2_2),
        ((4400, 200), SamplingFactor::R_4_2_0),
        ((200, 4400), SamplingFactor::R_4_4_0),
    ] {
        for orientation in 1..=8 {
            let bytes = Coding { sampling, ..Coding::default() }.encode(&quarters(width, height, orientation));
            let redacted = open_as(&bytes, orientation, false).redact(&[]).unwrap();
            let proven = proven(&redacted);
            let copies = redacted.copies(&Metadata::default()).unwrap();
            redacted.check_sd(&proven, &copies.sd).unwrap();
            redacted.check_thumb(&proven, &copies.thumb).unwrap();
            for copy in [&copies.sd, &copies.thumb] {
                let Pixels { width, height, rgb } = decoded(copy);
                let at = |x: u32, y: u32| {
                    let at = ((y * height / 4 * width + x * width / 4) * 3) as usize;
                    [rgb[at], rgb[at + 1], rgb[at + 2]]
                };
                let near = |a: [u8; 3], b: [u8; 3]| a.iter().zip(b).all(|(a, b)| a.abs_diff(b) < 30);
                assert!(near(at(1, 1), [220, 20, 20]), "{orientation} {width}x{height}");
                assert!(near(at(3, 1), [20, 220, 20]), "{orientation} {width}x{height}");
                assert!(near(at(1, 3), [20, 20, 220]), "{orientation} {width}x{height}");
                assert!(near(at(3, 3), [128; 3]), "{orientation} {width}x{height}");
            }
        }
    }
}

#[test]
fn the_thumbnail_of_a_panorama_shows_its_middle() {
    for (width, height) in [(2000, 1000), (4200, 2100)] {
        let mut pixels = Pixels { width, height, rgb: [0, 0, 250].repeat((width * height) as usize) };
        let [x, y, w, h] = [width * 3 / 8, height * 7 / 20, width / 4, height * 3 / 10];
        paint(&mut pixels, [x, y, w, h], |_, _| [200, 60, 60]);
        let redacted = open_as(&Coding::default().encode(&pixels), 1, true).redact(&[]).unwrap();
        let thumb = decoded(&redacted.thumb().unwrap());
        let inside = thumb.rgb.chunks(3).filter(|p| p[0] > 150 && p[2] < 120).count();
        assert!(inside > 145_000, "{inside} of 150,000 pixels");
    }
}

/// Sizes with and without scaled copies, odd ones, lines and dots.
fn sizes() -> impl Strategy<Value = (u32, u32)> {
    prop_oneof![(1u32..60, 1u32..60), (60u32..600, 30u32..300), (2049u32..9000, 1u32..60), (1u32..60, 2049u32..9000)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(160))]

    #[test]
    fn every_copy_passes(
        scene in scene(),
        size in sizes(),
        places in prop::collection::vec(place(), 0..9),
        coding in coding(),
        orientation in 1u8..=8,
        panorama in any::<bool>(),
    ) {
        let orientation = if panorama { 1 } else { orientation };
        let source = open_as(&coding.encode(&scene.pixels(size.0, size.1)), orientation, panorama);
        let regions = regions(&places, source.size());
        let redacted = source.redact(&regions).unwrap();
        let proven = proven(&redacted);
        let copies = redacted.copies(&Metadata::default()).unwrap();
        prop_assert_eq!(redacted.check_sd(&proven, &copies.sd), Ok(()));
        prop_assert_eq!(redacted.check_thumb(&proven, &copies.thumb), Ok(()));
    }

    /// A copy of the picture before it was redacted.
    #[test]
    fn a_region_that_shows_is_noticed(
        scene in scene(),
        size in prop_oneof![(120u32..600, 120u32..300), (4000u32..6000, 200u32..300)],
        [x, y, w, h] in [0f32..1.0, 0f32..1.0, 0f32..1.0, 0f32..1.0],
        is_face in any::<bool>(),
        sampling in prop::sample::select(vec![SamplingFactor::R_4_4_4, SamplingFactor::R_4_2_2, SamplingFactor::R_4_2_0]),
        panorama in any::<bool>(),
    ) {
        let (width, height) = (size.0 as f32, size.1 as f32);
        // In the copy 48 pixels or more: what fits between blocks is too small to tell anybody apart.
        let scale = (width / 2048.0).max(1.0);
        let [w, h] = [(48.0 + w * 60.0) * scale, (48.0 + h * 20.0) * scale];
        let [x, y] = [x * (width - w), y * (height - h)];
        let mut pixels = scene.pixels(size.0, size.1);
        paint(&mut pixels, [x as u32, y as u32, w as u32, h as u32], |dx, _| {
            // Something like eyes or letters.
            if (dx * 5 / w as u32).is_multiple_of(2) { [30, 20, 20] } else { [220, 210, 200] }
        });
        let bytes = Coding { sampling, ..Coding::default() }.encode(&pixels);
        let region = if is_face { Region::face(x, y, x + w, y + h) } else { Region::plate(x, y, x + w, y + h) };
        let planned = open_as(&bytes, 1, panorama).redact(&[region]).unwrap();
        let proven = proven(&planned);
        let exposed = open_as(&bytes, 1, panorama).redact(&[]).unwrap().copies(&Metadata::default()).unwrap();
        let result = planned.check_sd(&proven, &exposed.sd);
        prop_assert!(matches!(result, Err(VerifyError::NotACopy { .. })), "{:?}", result);
        let thumb_scale = if panorama { f32::INFINITY } else { (width / 500.0).max(1.0) };
        if w / thumb_scale >= 48.0 && h / thumb_scale >= 48.0 {
            let result = planned.check_thumb(&proven, &exposed.thumb);
            prop_assert!(matches!(result, Err(VerifyError::NotACopy { .. })), "thumb: {:?}", result);
        }
    }
}

#[test]
fn slivers_pass_beside_strong_neighbours() {
    // A large panorama, of which a strip suffices. In the scaled copy the regions are five rows and seven columns large:
    // nothing but edges.
    let (width, height) = (13_340, 200);
    for scene in [
        Scene::Stripes([255, 255, 255], [0, 0, 0], 20, 16),
        Scene::Stripes([255, 255, 0], [0, 0, 255], 16, u32::MAX),
        Scene::Corners(7),
        Scene::Corners(16),
    ] {
        let mut pixels = scene.pixels(width, height);
        // What is around a plate decides its colour: dark above and to the left, light below.
        paint(&mut pixels, [2880, 60, 80, 36], |_, _| [0; 3]);
        let regions = [
            Region::plate(2908.8, 109.2, 2924.5, 123.2),
            Region::plate(6803.2, 28.2, 6818.5, 40.7),
            Region::face(-6.0, 100.0, 5.0, 112.0),
            Region::face(13_337.0, 10.0, 13_339.0, 190.0),
            Region::plate(40.0, 192.0, 300.0, 199.0),
        ];
        for sampling in [SamplingFactor::R_4_4_4, SamplingFactor::R_4_2_2, SamplingFactor::R_4_2_0] {
            let bytes = Coding { sampling, ..Coding::default() }.encode(&pixels);
            let redacted = open_as(&bytes, 1, true).redact(&regions).unwrap();
            let proven = proven(&redacted);
            let copies = redacted.copies(&Metadata::default()).unwrap();
            assert_eq!(redacted.check_sd(&proven, &copies.sd), Ok(()), "{scene:?}, {sampling:?}");
            assert_eq!(redacted.check_thumb(&proven, &copies.thumb), Ok(()), "{scene:?}, {sampling:?}");
        }
    }
}

#[test]
fn copies_of_other_pictures_and_foreign_files_are_refused() {
    let pixels = street(640, 320);
    let redact = |pixels: &Pixels| open(&Coding::default().encode(pixels)).redact(&[]).unwrap();
    let redacted = redact(&pixels);
    let proven = proven(&redacted);
    let refused = |bytes: &[u8]| redacted.check_sd(&proven, bytes).expect_err("should be refused");
    let good = redacted.sd(&Metadata::default()).unwrap();
    redacted.check_sd(&proven, &good).unwrap();

    let mut inverse = pixels.clone();
    inverse.rgb.iter_mut().for_each(|level| *level = 255 - *level);
    let mut mirrored = pixels.clone();
    paint(&mut mirrored, [0, 0, 640, 320], |x, y| {
        let at = ((y * 640 + 639 - x) * 3) as usize;
        [pixels.rgb[at], pixels.rgb[at + 1], pixels.rgb[at + 2]]
    });
    for other in [inverse, mirrored, Scene::Gradient.pixels(640, 320)] {
        let copy = redact(&other).sd(&Metadata::default()).unwrap();
        assert!(matches!(refused(&copy), VerifyError::NotACopy { .. }));
    }
    let thumb = redacted.thumb().unwrap();
    assert!(matches!(refused(&thumb), VerifyError::WrongSize { width: 500, expected_width: 640, .. }));
    for extra in [segment(0xFE, b"hello"), segment(0xE2, b"MPF\0"), segment(0xE1, b"Ducky")] {
        let result = refused(&with_segments(&good, &[extra]));
        assert!(matches!(result, VerifyError::ForeignSegment { .. }), "{result:?}");
    }
    assert_eq!(refused(&[good.as_slice(), &[1]].concat()), VerifyError::TrailingBytes(1));
    assert!(matches!(refused(&[good.clone(), good.clone()].concat()), VerifyError::SecondPicture(_)));
    for end in (0..good.len()).step_by(97) {
        refused(&good[..end]);
    }
}
