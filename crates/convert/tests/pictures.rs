//! Photos as phones and programs write them: what comes out is what other decoders see.
#![expect(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a test that cannot go on panics; what it prints is read by whoever runs it"
)]

mod common;

use common::{photos, pictures};
use flaneur_convert::{ConvertError, Extra, Format, Limits, convert, inspect};
use flaneur_jpeg::icc::Profile;
use image::{DynamicImage, RgbImage};

/// Reads a file of the PPM format, as the script writes them.
fn ppm(file: &[u8]) -> RgbImage {
    let mut parts = file.splitn(4, u8::is_ascii_whitespace);
    let mut next = || parts.next().unwrap();
    assert_eq!(next(), b"P6");
    let mut number = || std::str::from_utf8(next()).unwrap().parse().unwrap();
    let (width, height) = (number(), number());
    let pixels = next().strip_prefix(b"255\n").unwrap();
    RgbImage::from_raw(width, height, pixels.to_vec()).unwrap()
}

/// Mean difference of samples, and how many of a million are off by more than 24 levels.
fn difference(one: &RgbImage, other: &RgbImage) -> (f64, usize) {
    assert_eq!(one.dimensions(), other.dimensions());
    let off: Vec<u8> = one.iter().zip(other.iter()).map(|(a, b)| a.abs_diff(*b)).collect();
    let mean = off.iter().map(|&off| f64::from(off)).sum::<f64>() / off.len() as f64;
    (mean, off.iter().filter(|&&off| off > 24).count() * 1_000_000 / off.len())
}

#[test]
fn pixels_are_those_of_other_decoders() {
    let Some(folder) = pictures() else { return };
    for (name, file) in photos(&folder) {
        if name.starts_with("film") {
            continue;
        }
        let jpeg = convert(&file, &Limits::default()).unwrap_or_else(|error| panic!("{name}: {error}"));
        let mut found = image::load_from_memory(&jpeg).unwrap();
        if name.starts_with("turned") && !name.ends_with("heic") {
            found = found.rotate90();
        }
        let found: DynamicImage = found;
        let expected = ppm(&std::fs::read(folder.join(format!("{name}.ppm"))).unwrap());
        let (mean, far) = difference(&found.into_rgb8(), &expected);
        println!("{name}: mean {mean:.2}, {far} of a million far off, {} bytes", jpeg.len());
        // Palettes and fine chroma lose what 4:2:0 loses.
        assert!(mean < 3.0 && far < 4_000, "{name}: {mean} {far}");
    }
}

#[test]
fn place_time_and_heading_survive() {
    let Some(folder) = pictures() else { return };
    for (name, file) in photos(&folder) {
        if name.starts_with("film") {
            continue;
        }
        let header = inspect(&file, &Limits::default()).unwrap_or_else(|error| panic!("{name}: {error}"));
        let tag = header.geotag();
        let position = tag.position.unwrap_or_else(|| panic!("{name} has no position"));
        assert!((position.lat - 48.8462).abs() < 1e-5 && (position.lon - 2.3372).abs() < 1e-5, "{name}: {position:?}");
        assert!((tag.heading.unwrap().degrees - 123.5).abs() < 1e-6, "{name}");
        assert_eq!(tag.captured.unwrap().instant.to_string(), "2025-06-01T10:00:00Z", "{name}");
        let turned = name.starts_with("turned") && !name.ends_with("heic");
        assert_eq!(tag.orientation, if turned { 6 } else { 1 }, "{name}");
        let size = match name.as_str() {
            "all.heic" => (400, 260),
            "cropped.heic" => (401, 260),
            _ if turned => (300, 448),
            _ => (448, 300),
        };
        assert_eq!((header.width, header.height), size, "{name}");
    }
}

#[test]
fn what_is_beside_the_picture_is_told() {
    let Some(folder) = pictures() else { return };
    for (name, file) in photos(&folder) {
        let Ok(header) = inspect(&file, &Limits::default()) else { continue };
        let expected: &[Extra] = match name.as_str() {
            "motion.heic" => &[Extra::Film],
            "gain-map.heic" => &[Extra::GainMap],
            _ => &[],
        };
        assert_eq!(header.extras, expected, "{name}");
    }
}

#[test]
fn colour_profiles_survive() {
    let Some(folder) = pictures() else { return };
    let profile = |jpeg: &[u8]| {
        let mut decoder = image::codecs::jpeg::JpegDecoder::new(std::io::Cursor::new(jpeg)).unwrap();
        image::ImageDecoder::icc_profile(&mut decoder).unwrap()
    };
    let converted = |name: &str| convert(&std::fs::read(folder.join(name)).unwrap(), &Limits::default()).unwrap();
    let original = std::fs::read(folder.join("profile.icc")).unwrap();
    let original = Profile::parse(&original).unwrap();
    for name in ["profile.heic", "profile.png", "profile.webp"] {
        assert_eq!(Profile::parse(&profile(&converted(name)).unwrap()).as_ref(), Some(&original), "{name}");
    }
    assert_eq!(profile(&converted("interlaced.png")), None);
}

#[test]
fn films_are_refused() {
    let Some(folder) = pictures() else { return };
    let film = std::fs::read(folder.join("film.webp")).unwrap();
    assert_eq!(inspect(&film, &Limits::default()), Err(ConvertError::Unsupported(Format::WebP, "a film")));
}

#[test]
fn limits_are_held_before_anything_is_decoded() {
    let Some(folder) = pictures() else { return };
    let limits = Limits { max_pixels: 448 * 300 - 1, ..Limits::default() };
    for (name, file) in photos(&folder) {
        let refused = convert(&file, &limits).unwrap_err();
        assert!(matches!(refused, ConvertError::TooLarge { .. }) || name.starts_with("film"), "{name}: {refused}");
    }
}
