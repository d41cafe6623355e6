//! The judge itself: it sees what is changed, and only that.

use std::collections::BTreeSet;

use flaneur_test_jpeg::{
    Judge,
    pictures::{all, street},
};

#[test]
fn a_wiped_rectangle_is_seen_and_nothing_else() {
    let Some(judge) = Judge::find() else { return };
    let file = judge.cjpeg(&["-quality", "90"], &street(203, 117, 5)).unwrap();
    let wiped = judge.jpegtran(&["-wipe", "32x16+48+32"], &file).unwrap();
    let found = judge.compare(&file, &wiped).unwrap();
    assert_eq!(found.sizes, [(203, 117); 2]);
    assert_eq!(found.mcus, (13, 8));
    assert!(found.same_shape && found.same_tables);
    assert_eq!(found.warnings, [0, 0]);
    assert_eq!(found.differing, [2 * 13 + 3, 2 * 13 + 4]);
    assert_eq!(found.blocks, [8, 2, 2], "four luma blocks and one of each chroma per MCU");
}

#[test]
fn another_coding_of_the_same_coefficients_is_no_difference() {
    let Some(judge) = Judge::find() else { return };
    let file = judge.cjpeg(&["-quality", "90"], &street(203, 117, 6)).unwrap();
    for coding in [&["-progressive"][..], &["-arithmetic"], &["-optimize", "-restart", "2B"]] {
        let coded = judge.jpegtran(coding, &file).unwrap();
        assert_ne!(coded, file);
        let found = judge.compare(&file, &coded).unwrap();
        assert!(
            found.same_shape && found.same_tables && found.differing.is_empty() && found.padding.is_empty(),
            "{coding:?}: {found:?}"
        );
        assert_eq!(judge.rgb(&coded).unwrap(), judge.rgb(&file).unwrap(), "{coding:?}");
    }
}

#[test]
fn other_sizes_and_tables_are_seen() {
    let Some(judge) = Judge::find() else { return };
    let file = judge.cjpeg(&["-quality", "90"], &street(64, 64, 7)).unwrap();
    let other = judge.cjpeg(&["-quality", "91"], &street(64, 64, 7)).unwrap();
    let found = judge.compare(&file, &other).unwrap();
    assert!(found.same_shape && !found.same_tables);
    let larger = judge.cjpeg(&["-quality", "90"], &street(65, 64, 7)).unwrap();
    assert!(!judge.compare(&file, &larger).unwrap().same_shape);
}

#[test]
fn damage_is_told() {
    let Some(judge) = Judge::find() else { return };
    let file = judge.cjpeg(&["-quality", "90"], &street(203, 117, 8)).unwrap();
    let cut = &file[..file.len() / 2];
    assert!(judge.rgb(cut).unwrap().warnings > 0);
    assert!(judge.compare(&file, cut).unwrap().warnings[1] > 0);
    assert!(judge.dcs(&file[..100]).is_err());
}

#[test]
fn composed_pictures_keep_their_blocks() {
    let Some(judge) = Judge::find() else { return };
    let parts: Vec<Vec<u8>> =
        (0..4).map(|seed| judge.cjpeg(&["-quality", "90"], &street(64, 48, seed)).unwrap()).collect();
    let whole = judge.compose(2, 2, &parts).unwrap();
    for (index, (x, y)) in [(0, 0), (64, 0), (0, 48), (64, 48)].into_iter().enumerate() {
        let part = judge.jpegtran(&["-crop", &format!("64x48+{x}+{y}")], &whole).unwrap();
        let found = judge.compare(&parts[index], &part).unwrap();
        assert!(
            found.same_shape && found.same_tables && found.differing.is_empty() && found.padding.is_empty(),
            "part {index}: {found:?}"
        );
    }
}

#[test]
fn generated_pictures_have_all_codings_and_no_fault() {
    let Some(judge) = Judge::find() else { return };
    let files = all(judge);
    let frames: BTreeSet<u8> = files.iter().filter_map(|file| frame(&file.bytes)).collect();
    assert_eq!(frames, BTreeSet::from([0xC0, 0xC1, 0xC2, 0xC9, 0xCA]), "SOF markers");
    for file in &files {
        assert_eq!(judge.rgb(&file.bytes).unwrap().warnings, 0, "{}", file.name);
        let dcs = judge.dcs(&file.bytes).unwrap();
        assert!(dcs.iter().all(|dc| dc.values.len() == dc.across * dc.down), "{}", file.name);
        let frame = frame(&file.bytes).unwrap();
        let scans = file.bytes.windows(2).filter(|pair| pair == &[0xFF, 0xDA]).count();
        assert_eq!(file.baseline, frame <= 0xC1 && scans == 1, "{}: {frame:x}, {scans} scans", file.name);
    }
}

/// The first start-of-frame marker.
fn frame(bytes: &[u8]) -> Option<u8> {
    let mut at = 2;
    while let [0xFF, marker, high, low] = *bytes.get(at..at + 4)? {
        if (0xC0..=0xCF).contains(&marker) && ![0xC4, 0xC8, 0xCC].contains(&marker) {
            return Some(marker);
        }
        at += 2 + usize::from(u16::from_be_bytes([high, low]));
    }
    None
}
