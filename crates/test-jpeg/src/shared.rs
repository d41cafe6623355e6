//! Real photographs and hostile files, where they are at hand: a folder `shared/data` beside the clone, or the one that
//! `FLANEUR_SHARED_DATA` names.

use std::path::{Path, PathBuf};

use crate::tell;

/// All JPEG files (by name) below `folder` of the shared data, in order. None, which is told, where there are none.
pub fn files(folder: &str) -> Vec<PathBuf> {
    let root = std::env::var("FLANEUR_SHARED_DATA")
        .unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data").to_owned());
    let mut files = Vec::new();
    collect(&Path::new(&root).join(folder), &mut files);
    files.sort();
    if files.is_empty() {
        tell(&format!("skipped: no shared data in {folder:?}"));
    }
    files
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase());
        if path.is_dir() {
            collect(&path, files);
        } else if matches!(ending.as_deref(), Some("jpg" | "jpeg" | "mpo")) {
            files.push(path);
        }
    }
}
