//! The photo in many formats that `scripts/formats/pictures.py` makes.

use std::path::{Path, PathBuf};

/// The folder with the photos. Without it, says so, and fails where it has to be there.
pub fn pictures() -> Option<PathBuf> {
    let folder = std::env::var_os("FLANEUR_TEST_PICTURES").map(|pictures| Path::new(&pictures).join("formats"));
    let folder = folder.filter(|folder| folder.is_dir());
    if folder.is_none() {
        assert!(std::env::var_os("CI").is_none(), "FLANEUR_TEST_PICTURES holds no folder `formats`");
        eprintln!("SKIPPED: FLANEUR_TEST_PICTURES holds no folder `formats`; scripts/tools.sh pictures makes it");
    }
    folder
}

/// Names and contents of the photos.
pub fn photos(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|kind| kind != "ppm"))
        .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read(&path).unwrap()))
        .collect();
    found.sort();
    assert!(found.len() >= 18, "{found:?}");
    found
}
