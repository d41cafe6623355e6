//! Files that are cut, that lie, and that are noise: each gets a sentence, and none takes more than it may.
#![expect(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a test that cannot go on panics; what it prints is read by whoever runs it"
)]

mod common;

use common::{photos, pictures};
use flaneur_convert::{ConvertError, Limits, convert, inspect};
use proptest::prelude::*;

/// Small, so that a lie about the size costs little.
const LIMITS: Limits = Limits { max_pixels: 1_000_000, max_side: 65_500 };

#[test]
fn what_is_cut_off_is_refused() {
    let Some(folder) = pictures() else { return };
    for (name, file) in photos(&folder) {
        for end in (0..file.len()).step_by(997).chain([file.len() - 1]) {
            assert!(inspect(&file[..end], &LIMITS).is_err(), "{name} cut at {end} of {}", file.len());
        }
    }
}

#[test]
fn noise_behind_a_header_is_an_error_or_a_picture() {
    let Some(folder) = pictures() else { return };
    for (name, file) in photos(&folder) {
        for seed in 0..6u32 {
            let mut noisy = file.clone();
            let start = noisy.len() / 2;
            for (i, byte) in noisy[start..].iter_mut().enumerate() {
                *byte = ((i as u32 + 1).wrapping_mul(2_654_435_761).wrapping_add(seed * 977) >> 11) as u8;
            }
            if let Err(error) = convert(&noisy, &LIMITS) {
                assert!(error.to_string().len() < 400, "{name}: {error}");
            }
        }
    }
}

/// The size in a file's header, found by its bytes.
fn claim(file: &[u8], size: &[u8], other: &[u8]) -> Vec<u8> {
    let mut lying = file.to_vec();
    let found: Vec<usize> = (0..file.len() - size.len()).filter(|&at| &file[at..at + size.len()] == size).collect();
    assert!(!found.is_empty());
    for at in found {
        lying[at..at + size.len()].copy_from_slice(other);
    }
    lying
}

fn big_endian(width: u32, height: u32) -> Vec<u8> {
    [width.to_be_bytes(), height.to_be_bytes()].concat()
}

#[test]
fn lies_about_the_size_are_found() {
    let Some(folder) = pictures() else { return };
    let read = |name: &str| std::fs::read(folder.join(name)).unwrap();
    let little = |width: u16, height: u16| [width.to_le_bytes(), height.to_le_bytes()].concat();
    // libheif states what is coded, and cuts the picture out of it.
    for (name, file) in [
        ("photo.heic", claim(&read("photo.heic"), &big_endian(448, 300), &big_endian(640, 480))),
        ("photo.heic", claim(&read("photo.heic"), &big_endian(448, 300), &big_endian(64, 48))),
        ("photo.png", claim(&read("photo.png"), &big_endian(448, 300), &big_endian(900, 900))),
        ("photo.webp", claim(&read("photo.webp"), &little(448, 300), &little(900, 1000))),
    ] {
        let refused = convert(&file, &LIMITS).unwrap_err();
        assert!(!matches!(refused, ConvertError::Unknown), "{name}: {refused}");
    }
    for (name, file) in [
        ("photo.heic", claim(&read("photo.heic"), &big_endian(448, 300), &big_endian(60_000, 60_000))),
        ("photo.png", claim(&read("photo.png"), &big_endian(448, 300), &big_endian(60_000, 60_000))),
        ("photo.webp", claim(&read("photo.webp"), &little(448, 300), &little(16_383, 16_383))),
    ] {
        let refused = inspect(&file, &Limits::default()).unwrap_err();
        assert!(matches!(refused, ConvertError::TooLarge { .. } | ConvertError::Damaged(..)), "{name}: {refused}");
    }
}

proptest! {
    #[test]
    fn noise_is_refused(start in 0usize..4, noise in prop::collection::vec(any::<u8>(), 0..600)) {
        let starts: [&[u8]; 4] = [
            b"\x89PNG\r\n\x1A\n\0\0\0\rIHDR\0\0\x01\0\0\0\x01\0\x08\x02\0\0\0",
            b"RIFF\x20\x01\0\0WEBPVP8 ",
            b"\0\0\0\x10ftypheic\0\0\0\0\0\0\x01\0meta\0\0\0\0",
            b"",
        ];
        prop_assert!(convert(&[starts[start], &noise].concat(), &LIMITS).is_err());
    }
}
