//! What fuzzing has found worth keeping, once more: see `fuzz/` at the top of the tree.

use std::path::Path;

use crate::surgery::{Reached, check};

#[test]
fn the_corpora_break_nothing() {
    let mut reached = Vec::new();
    for target in ["jpeg_surgery", "jpeg_libjpeg", "jpeg_pixels"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus").join(target);
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            println!("{}", path.display());
            reached.push(check(&std::fs::read(&path).unwrap()));
        }
    }
    let count = |what: fn(&Reached) -> bool| reached.iter().filter(|reached| what(reached)).count();
    let counts = [
        ("opened", count(|r| r.opened)),
        ("cut", count(|r| r.cut)),
        ("copied", count(|r| r.copied)),
        ("tiles", count(|r| r.tile)),
        ("views", count(|r| r.view)),
        ("restored", count(|r| r.restored)),
        ("redacted again", count(|r| r.again)),
        ("tampered with", count(|r| r.refused)),
    ];
    println!("{} inputs: {counts:?}", reached.len());
    assert!(counts.iter().all(|(_, count)| *count >= 5), "the corpora reach too little: {counts:?}");
}
