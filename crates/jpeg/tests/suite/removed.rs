//! What was taken out can be put back, exactly and nowhere else.

use std::collections::BTreeSet;

use flaneur_jpeg::{Metadata, Region, RegionKind, VerifyError, restore};
use proptest::prelude::*;

use crate::common::{Coding, Numbers, jpeg, open, open_as, proven_master, size_of_damaged, street, units};
use crate::scenes::{coding, place, regions, scene};

fn metadata() -> Metadata {
    Metadata { exif: Some(b"II*\0\x08\0\0\0\0\0".to_vec()), xmp: Some("<x/>".to_owned()) }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn undoing_brings_the_original_back(
        scene in scene(),
        size in (1u32..200, 1u32..150),
        coding in coding(),
        undo in prop::collection::vec(place(), 0..4),
        keep in prop::collection::vec(place(), 0..3),
        orientation in 1u8..=8,
        panorama in any::<bool>(),
    ) {
        let orientation = if panorama { 1 } else { orientation };
        let bytes = coding.encode(&scene.pixels(size.0, size.1));
        let open = || open_as(&bytes, orientation, panorama);
        let size = open().size();
        let (undo, keep) = (regions(&undo, size), regions(&keep, size));
        let all: Vec<Region> = undo.iter().chain(&keep).cloned().collect();
        let redacted = open().redact(&all).unwrap();
        let master = redacted.master(&metadata()).unwrap();
        let removed = redacted.removed().unwrap();
        let (before, after) = (units(&bytes), units(&master));

        // Nothing kept: the original.
        let restored = restore(&master, &removed, &all, &[], orientation, panorama).unwrap();
        prop_assert_eq!(&units(&restored), &before);
        prop_assert_eq!(Metadata::of_ours(&restored), Ok(metadata()));
        // Nothing undone: the master, to the byte.
        prop_assert_eq!(&restore(&master, &removed, &[], &keep, orientation, panorama).unwrap(), &master);
        // What must stay wins.
        let kept: BTreeSet<usize> = open().redact(&keep).unwrap().touched_units().into_iter().collect();
        let undone: BTreeSet<usize> = open().redact(&undo).unwrap().touched_units().into_iter().collect();
        let restored = units(&restore(&master, &removed, &undo, &keep, orientation, panorama).unwrap());
        for (unit, blocks) in &restored.units {
            let from = if undone.contains(unit) && !kept.contains(unit) { &before } else { &after };
            prop_assert_eq!(blocks, &from.units[unit], "unit {}", unit);
        }
    }

    #[test]
    fn damaged_patches_never_panic(
        bytes in prop::collection::vec(any::<u8>(), 0..200),
        seed in any::<u32>(),
        changes in 1usize..6,
    ) {
        let master = open(&jpeg(64, 48)).redact(&[Region::face(10.0, 10.0, 30.0, 30.0)]).unwrap();
        let (removed, undo) = (master.removed().unwrap(), [Region::face(10.0, 10.0, 30.0, 30.0)]);
        let master = proven_master(&master);
        let _ = restore(&master, &bytes, &undo, &[], 1, false);
        let _ = restore(&master, &[b"FLNCUT\0\x01", bytes.as_slice()].concat(), &undo, &[], 1, false);
        let mut numbers = Numbers::new(seed);
        let mut mutated = removed.clone();
        for _ in 0..changes {
            let at = numbers.below(mutated.len() as u32) as usize;
            match numbers.below(3) {
                0 => mutated[at] = numbers.below(256) as u8,
                1 => drop(mutated.remove(at)),
                _ => mutated.insert(at, numbers.below(256) as u8),
            }
        }
        // A value may have become another one: still a picture.
        if let Ok(file) = restore(&master, &mutated, &undo, &[], 1, false) {
            prop_assert_eq!(size_of_damaged(&file).unwrap_or((64, 48)), (64, 48));
        }
    }
}

#[test]
fn patches_of_other_pictures_are_refused() {
    let undo = [Region::face(30.0, 20.0, 60.0, 50.0)];
    let redact = |bytes: &[u8], regions: &[Region]| open(bytes).redact(regions).unwrap();
    let redacted = redact(&jpeg(128, 96), &undo);
    let (master, removed) = (proven_master(&redacted), redacted.removed().unwrap());
    let error = |removed: &[u8]| restore(&master, removed, &undo, &[], 1, false).expect_err("should be refused");
    assert!(matches!(error(b""), VerifyError::Unreadable(_)));
    for end in 0..removed.len() {
        error(&removed[..end]);
    }
    error(&[removed.as_slice(), &[0]].concat());
    // Of another size, of other sampling, of other regions.
    error(&redact(&jpeg(96, 128), &undo).removed().unwrap());
    let full = Coding { sampling: jpeg_encoder::SamplingFactor::R_4_4_4, ..Coding::default() };
    error(&redact(&full.encode(&street(128, 96)), &undo).removed().unwrap());
    error(&redact(&jpeg(128, 96), &[Region::face(80.0, 60.0, 100.0, 80.0)]).removed().unwrap());
    // Only what is there can be undone.
    assert!(restore(&master, &removed, &[Region::face(0.0, 0.0, 60.0, 50.0)], &[], 1, false).is_err());
    assert!(restore(&jpeg(128, 96), &removed, &undo, &[], 6, false).is_err());
    assert!(restore(&[master.as_slice(), b"x"].concat(), &removed, &undo, &[], 1, false).is_err());
    assert!(restore(b"", &removed, &undo, &[], 1, false).is_err());
}

/// A region that was drawn by mistake is taken back years later, when further ones have been added.
#[test]
fn one_of_many_redactions_is_taken_back() {
    let bytes = jpeg(320, 160);
    let first = Region::face(40.0, 40.0, 80.0, 90.0);
    let second = Region::polygon(vec![[60.0, 50.0], [140.0, 50.0], [140.0, 120.0]], RegionKind::Plate);
    let one = open(&bytes).redact(std::slice::from_ref(&first)).unwrap();
    let removed = one.removed().unwrap();
    let two = open(&proven_master(&one)).redact(std::slice::from_ref(&second)).unwrap();
    let master = proven_master(&two);
    let restored = restore(&master, &removed, &[first], &[second], 1, false).unwrap();
    let (before, after, restored) = (units(&bytes), units(&master), units(&restored));
    let hidden: BTreeSet<usize> = two.touched_units().into_iter().collect();
    for (unit, blocks) in &restored.units {
        let from = if hidden.contains(unit) { &after } else { &before };
        assert_eq!(blocks, &from.units[unit], "unit {unit}");
    }
}
