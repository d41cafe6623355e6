//! Cuts change what is planned, and nothing else; progressive and arithmetic files, which become sequential first, included.

use flaneur_test_jpeg::{Judge, pictures, shared};

use super::{FOLDERS, assert_same_dcs, changing, master, name, open, regions, stores_padding};

/// Cuts a picture and has it compared; also what we read is compared with what libjpeg reads. False if we refuse it.
fn judge_cut(judge: Judge, name: &str, bytes: &[u8], seed: u64) -> bool {
    let Ok(source) = open(bytes) else { return false };
    let dcs = judge.dcs(bytes).unwrap_or_else(|error| panic!("{name}: we read it, and libjpeg does not: {error}"));
    assert_same_dcs(name, bytes, &source, &dcs);
    let regions = regions(seed, source.size());
    let redacted =
        open(bytes).and_then(|source| source.redact(&regions)).unwrap_or_else(|error| panic!("{name}: {error}"));
    let (file, _) = master(&redacted);
    let found = judge.compare(bytes, &file).unwrap_or_else(|error| panic!("{name}: {error}"));
    assert!(found.same_shape && found.same_tables, "{name}: {found:?}");
    assert_eq!(found.warnings, [0, 0], "{name}: libjpeg warns");
    // Where the file is coded anew, what lies behind the edges is whatever it is: nobody sees it.
    let padding = if stores_padding(bytes) { found.padding } else { Vec::new() };
    let mut changed = [found.differing, padding].concat();
    changed.sort_unstable();
    let mut planned = changing(&source, &redacted);
    if !stores_padding(bytes) {
        planned.retain(|unit| changed.binary_search(unit).is_ok());
        let most = planned.len() * 10 >= redacted.touched() * 9;
        assert!(most || redacted.touched() < 30, "{name}: most of what is touched is changed");
    }
    assert_eq!(changed, planned, "{name}: changed and planned coded units");
    // A flat picture stays as it is.
    let tiny = redacted.touched() < 30 || name.starts_with("exiftool_");
    assert!(!changed.is_empty() || tiny, "{name}: nothing was changed");
    // Without regions, nothing may change, whatever the coding.
    let untouched = open(bytes).and_then(|source| source.redact(&[])).unwrap_or_else(|error| panic!("{name}: {error}"));
    let found = judge.compare(bytes, &master(&untouched).0).unwrap_or_else(|error| panic!("{name}: {error}"));
    assert!(found.same_shape && found.same_tables, "{name}: {found:?}");
    assert!(found.differing.is_empty(), "{name}: {found:?}");
    assert!(found.padding.is_empty() || !stores_padding(bytes), "{name}: {found:?}");
    // libjpeg reads the same DCs in the master as we do in the upload.
    let dcs = judge.dcs(&master(&untouched).0).unwrap_or_else(|error| panic!("{name}: {error}"));
    assert_same_dcs(name, bytes, &source, &dcs);
    true
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
