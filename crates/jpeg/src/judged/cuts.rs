//! Cuts change what is planned, and nothing else; progressive and arithmetic files, which become sequential first, included.

use flaneur_test_jpeg::{Judge, pictures, shared};

use super::{FOLDERS, changing, master, name, open, regions};

/// Cuts a picture and has it compared; also what we read is compared with what libjpeg reads. False if we refuse it.
fn judge_cut(judge: Judge, name: &str, bytes: &[u8], seed: u64) -> bool {
    let Ok(source) = open(bytes) else { return false };
    let dcs = judge.dcs(bytes).unwrap_or_else(|error| panic!("{name}: we read it, and libjpeg does not: {error}"));
    assert_eq!(dcs.len(), source.walk.dc.len(), "{name}");
    for (component, (theirs, ours)) in dcs.iter().zip(&source.walk.dc).enumerate() {
        assert_eq!((theirs.across, theirs.down), (ours.width, ours.height), "{name}: component {component}");
    }
    let regions = regions(seed, source.size());
    let redacted =
        open(bytes).and_then(|source| source.redact(&regions)).unwrap_or_else(|error| panic!("{name}: {error}"));
    let (file, _) = master(&redacted);
    let found = judge.compare(bytes, &file).unwrap_or_else(|error| panic!("{name}: {error}"));
    assert!(found.same_shape && found.same_tables, "{name}: {found:?}");
    assert_eq!(found.warnings, [0, 0], "{name}: libjpeg warns");
    let mut changed = [found.differing, found.padding].concat();
    changed.sort_unstable();
    let mut planned = changing(&source, &redacted);
    if !stores_padding(bytes) {
        // Then padding is not compared: units that lie behind the edge are whatever they are.
        planned.retain(|unit| changed.binary_search(unit).is_ok());
        assert!(planned.len() * 10 >= redacted.touched() * 9, "{name}: most of what is touched is changed");
    }
    assert_eq!(changed, planned, "{name}: changed and planned coded units");
    let (width, height) = source.size();
    assert!(!changed.is_empty() || width * height < 4096, "{name}: nothing was changed");
    // Without regions, nothing may change, whatever the coding.
    let untouched = open(bytes).and_then(|source| source.redact(&[])).unwrap_or_else(|error| panic!("{name}: {error}"));
    let found = judge.compare(bytes, &master(&untouched).0).unwrap_or_else(|error| panic!("{name}: {error}"));
    assert!(found.same_shape && found.same_tables, "{name}: {found:?}");
    assert!(found.differing.is_empty() && found.padding.is_empty(), "{name}: {found:?}");
    // libjpeg reads the same DCs in the master as we do in the upload.
    let dcs = judge.dcs(&master(&untouched).0).unwrap_or_else(|error| panic!("{name}: {error}"));
    for (component, (theirs, ours)) in dcs.iter().zip(&source.walk.dc).enumerate() {
        assert!(theirs.values == ours.cells, "{name}: DCs of component {component}");
    }
    true
}

/// Whether blocks behind the edges are part of the file: in one interleaved sequential scan.
fn stores_padding(bytes: &[u8]) -> bool {
    let frame = bytes.windows(2).find(|pair| matches!(pair, [0xFF, 0xC0..=0xC2 | 0xC9 | 0xCA]));
    let scans = bytes.windows(2).filter(|pair| pair == &[0xFF, 0xDA]).count();
    !matches!(frame, Some([_, 0xC2 | 0xCA])) && scans == 1
}

#[test]
fn of_real_pictures() {
    let Some(judge) = Judge::find() else { return };
    let (mut cut, mut refused) = (0, Vec::new());
    for path in FOLDERS.iter().flat_map(|folder| shared::files(folder)) {
        let bytes = std::fs::read(&path).expect("a file that is listed can be read");
        let seeds = if bytes.len() > 400_000 { 1 } else { 2 };
        for seed in 0..seeds {
            if judge_cut(judge, &name(&path), &bytes, seed) {
                cut += 1;
            } else {
                refused.push(name(&path));
            }
        }
    }
    println!("{cut} cut, refused: {refused:?}");
    assert!(cut >= refused.len() * 9, "most are cut");
}

#[test]
fn of_all_codings() {
    let Some(judge) = Judge::find() else { return };
    for made in pictures::all(judge) {
        for seed in 0..2 {
            assert!(judge_cut(judge, &made.name, &made.bytes, seed), "{} is refused", made.name);
        }
    }
}
