//! Damaged and arbitrary files: an error or a picture, never a panic.

use flaneur_jpeg::{Intake, Limits, Metadata, Region, Source, TileIndex, list_segments, restore};
use jpeg_encoder::SamplingFactor;
use proptest::prelude::*;

use crate::common::{Coding, GOLDEN, Numbers, everything, jpeg, street};

/// Changes a few bytes of a valid file.
fn mutated(bytes: &[u8], seed: u32) -> Vec<u8> {
    let mut numbers = Numbers::new(seed);
    let mut out = bytes.to_vec();
    for _ in 0..=numbers.below(4) {
        let at = numbers.below(out.len() as u32) as usize;
        match numbers.below(4) {
            0 => out[at] = numbers.below(256) as u8,
            1 => out[at] ^= 1 << numbers.below(8),
            2 => drop(out.remove(at)),
            _ => out.insert(at, [0xFF, 0x00, 0xD9, 0xD0][numbers.below(4) as usize]),
        }
    }
    out
}

fn never_panics(bytes: &[u8]) {
    let limits = Limits { max_pixels: 1_000_000, max_side: 65_500 };
    let mut intake = Intake::new(limits);
    let taken = intake.feed(bytes).and_then(|()| intake.finish());
    let opened = Source::open(bytes, 1, false, &limits);
    // What decodes has passed the intake before.
    if opened.is_ok() {
        assert!(taken.is_ok());
    }
    let _ = list_segments(bytes);
    let _ = TileIndex::parse(bytes);
    let _ = restore(bytes, bytes, &[everything()], &[], 1, false);
    if let Ok(source) = opened {
        // What was taken can be worked on to the end.
        let (width, height) = source.size();
        assert_eq!(source.pixels().unwrap().rgb.len(), (width * height * 3) as usize);
        let redacted = source.redact(&[Region::face(10.0, 10.0, 20.0, 20.0)]).unwrap();
        let proven = redacted.prove(&redacted.master(&Metadata::default()).unwrap()).unwrap();
        let copies = redacted.copies(&Metadata::default()).unwrap();
        redacted.check_sd(&proven, &copies.sd).unwrap();
        redacted.check_thumb(&proven, &copies.thumb).unwrap();
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        never_panics(&bytes);
        let mut disguised = vec![0xFF, 0xD8, 0xFF];
        disguised.extend(&bytes);
        never_panics(&disguised);
        let mut disguised = b"FLNINDEX\x01\0\x04\0\x02\0\x02\0".to_vec();
        disguised.extend(&bytes);
        never_panics(&disguised);
    }

    #[test]
    fn mutated_files_never_panic(seed in any::<u32>(), kind in 0u32..6, golden in 0usize..10) {
        never_panics(&mutated(GOLDEN[golden], seed));
        let coding = Coding {
            progressive: kind % 2 == 1,
            restart: [0, 0, 2][(kind / 2) as usize],
            grey: kind == 5,
            quality: 60,
            sampling: if kind == 4 { SamplingFactor::R_4_4_4 } else { SamplingFactor::R_4_2_0 },
            optimised: kind == 2,
        };
        never_panics(&mutated(&coding.encode(&street(48, 40)), seed));
    }

    #[test]
    fn chunks_do_not_matter(seed in any::<u32>(), cuts in proptest::collection::vec(1usize..200, 1..40)) {
        let bytes = mutated(&jpeg(48, 40), seed);
        let mut intake = Intake::new(Limits::default());
        let mut rest = bytes.as_slice();
        let mut fed = Ok(());
        for cut in cuts {
            let (now, later) = rest.split_at(cut.min(rest.len()));
            fed = fed.and_then(|()| intake.feed(now));
            rest = later;
        }
        let in_pieces = fed.and_then(|()| intake.feed(rest)).and_then(|()| intake.finish());
        prop_assert_eq!(in_pieces, crate::common::intake(&bytes));
    }
}
