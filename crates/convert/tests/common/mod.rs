//! The photo in many formats that `scripts/formats/pictures.py` makes.

use std::path::{Path, PathBuf};

/// The folder with the photos, in `FLANEUR_TEST_PICTURES` or in the cache of the scripts. Without it, says so, and fails
/// where it has to be there.
pub fn pictures() -> Option<PathBuf> {
    let variable = |name: &str| std::env::var_os(name).map(PathBuf::from);
    let cache = || {
        variable("FLANEUR_CACHE")
            .or_else(|| Some(variable("XDG_CACHE_HOME")?.join("flaneur")))
            .or_else(|| Some(variable("HOME")?.join(".cache/flaneur")))
    };
    let pictures = variable("FLANEUR_TEST_PICTURES").or_else(|| Some(cache()?.join("test-pictures")));
    let folder = pictures.map(|pictures| pictures.join("formats")).filter(|folder| folder.is_dir());
    if folder.is_none() {
        let missing = "no photos in the formats of phones: scripts/tools.sh pictures makes them";
        assert!(std::env::var_os("CI").is_none(), "{missing}");
        eprintln!("SKIPPED: {missing}");
    }
    folder
}

/// Names and contents of the photos.
pub fn photos(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|kind| kind != "ppm" && kind != "icc"))
        .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read(&path).unwrap()))
        .collect();
    found.sort();
    assert!(found.len() >= 28, "{found:?}");
    found
}
