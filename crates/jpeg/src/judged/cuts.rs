//! Cuts change what is planned, and nothing else.

use flaneur_test_jpeg::{Judge, pictures, shared};

use super::{FOLDERS, name, read, regions};
use crate::cut::CutError;

/// What came of one picture.
#[derive(Debug, PartialEq, Eq)]
enum Outcome {
    Cut,
    /// It has to become sequential first.
    OtherCoding,
    /// Its Huffman tables have no room.
    NoRoom,
    Refused,
}

/// Cuts a picture and has it compared; also what we read is compared with what libjpeg reads.
fn judge_cut(judge: Judge, name: &str, bytes: &[u8], seed: u64) -> Outcome {
    let picture = match read(bytes) {
        Ok(Some(picture)) => picture,
        Ok(None) => return Outcome::OtherCoding,
        Err(_) => return Outcome::Refused,
    };
    let dcs = judge.dcs(bytes).unwrap_or_else(|error| panic!("{name}: we read it, and libjpeg does not: {error}"));
    assert_eq!(dcs.len(), picture.walk.dc.len(), "{name}");
    for (component, (theirs, ours)) in dcs.iter().zip(&picture.walk.dc).enumerate() {
        assert_eq!((theirs.across, theirs.down), (ours.width, ours.height), "{name}: component {component}");
        assert!(theirs.values == ours.cells, "{name}: DCs of component {component}");
    }
    let plan = picture.plan(&regions(seed, picture.size()));
    let file = match picture.cut(&plan) {
        Ok(file) => file,
        Err(CutError::NoRoom) => return Outcome::NoRoom,
        Err(CutError::Picture(error)) => panic!("{name}: {error}"),
    };
    let found = judge.compare(bytes, &file).unwrap_or_else(|error| panic!("{name}: {error}"));
    assert!(found.same_shape && found.same_tables, "{name}: {found:?}");
    assert_eq!(found.warnings, [0, 0], "{name}: libjpeg warns");
    assert_eq!(found.differing, picture.changing(&plan), "{name}: changed and planned coded units");
    assert!(!found.differing.is_empty(), "{name}: nothing was changed");
    // Pixels further than chroma reaches from what was touched can't differ: coefficients don't. Without regions nothing may.
    let untouched = picture.cut(&picture.plan(&[])).expect("what is not changed can be copied");
    let found = judge.compare(bytes, &untouched).unwrap_or_else(|error| panic!("{name}: {error}"));
    assert!(found.same_shape && found.same_tables && found.differing.is_empty(), "{name}: {found:?}");
    Outcome::Cut
}

#[test]
fn of_real_pictures() {
    let Some(judge) = Judge::find() else { return };
    let mut outcomes = Vec::new();
    for path in FOLDERS.iter().flat_map(|folder| shared::files(folder)) {
        let bytes = std::fs::read(&path).expect("a file that is listed can be read");
        let seeds = if bytes.len() > 1_000_000 { 1 } else { 2 };
        for seed in 0..seeds {
            outcomes.push((name(&path), judge_cut(judge, &name(&path), &bytes, seed)));
        }
    }
    let count = |wanted: &Outcome| outcomes.iter().filter(|(_, outcome)| outcome == wanted).count();
    println!(
        "{} cut, {} to be transcoded, {} without room",
        count(&Outcome::Cut),
        count(&Outcome::OtherCoding),
        count(&Outcome::NoRoom)
    );
    let refused: Vec<&str> =
        outcomes.iter().filter(|(_, outcome)| *outcome == Outcome::Refused).map(|(name, _)| name.as_str()).collect();
    println!("refused: {refused:?}");
    assert!(outcomes.is_empty() || count(&Outcome::Cut) * 10 > outcomes.len() * 8, "most are cut: {outcomes:?}");
}

#[test]
fn of_all_codings() {
    let Some(judge) = Judge::find() else { return };
    for made in pictures::all(judge) {
        for seed in 0..3 {
            let outcome = judge_cut(judge, &made.name, &made.bytes, seed);
            if made.baseline {
                // Tables made for one picture may be full.
                let full = made.name.contains("optimised") || made.name.contains("quality");
                assert!(outcome == Outcome::Cut || full && outcome == Outcome::NoRoom, "{}: {outcome:?}", made.name);
            } else {
                assert_eq!(outcome, Outcome::OtherCoding, "{}", made.name);
            }
        }
    }
}
