//! What fuzzing has found worth keeping, once more: see `fuzz/` at the top of the tree.

#[path = "../../../fuzz/src/case.rs"]
#[expect(dead_code, reason = "the fuzz targets also put cases together")]
mod case;
#[path = "../../../fuzz/src/geotag.rs"]
mod geotag;

use std::path::Path;

#[test]
fn the_corpus_breaks_nothing() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus/geotag");
    let mut read = 0;
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        println!("{}", path.display());
        read += usize::from(geotag::check(&std::fs::read(&path).unwrap()));
    }
    println!("{read} were read");
    assert!(read >= 20, "the corpus reaches too little");
}
