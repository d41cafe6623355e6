//! What lies in the server's data folder.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// A folder with everything below it.
#[derive(Debug)]
pub struct Folder(pub PathBuf);

impl Folder {
    /// Every file, except that a file which goes away while it is looked at is passed over.
    pub fn files(&self) -> Vec<PathBuf> {
        let mut found = Vec::new();
        let mut folders = vec![self.0.clone()];
        while let Some(folder) = folders.pop() {
            let Ok(entries) = fs::read_dir(&folder) else { continue };
            for entry in entries.flatten() {
                match entry.file_type() {
                    Ok(kind) if kind.is_dir() => folders.push(entry.path()),
                    Ok(_) => found.push(entry.path()),
                    Err(_) => {}
                }
            }
        }
        found.sort();
        found
    }

    /// Files that hold one of these patterns, with the pattern.
    pub fn holding<'a>(&self, patterns: &[&'a str]) -> Vec<(PathBuf, &'a str)> {
        let mut found = Vec::new();
        for file in self.files() {
            let content = fs::read(&file).unwrap_or_default();
            found.extend(patterns.iter().filter(|each| contains(&content, each)).map(|&each| (file.clone(), each)));
        }
        found
    }

    /// Originals in the private storage, and what is left of them; the server's own notes beside them are none, nor is what a
    /// server that was killed while it looked whether it may write there left of that.
    pub fn originals(&self) -> Vec<PathBuf> {
        let own = |file: &PathBuf| {
            file.iter().any(|part| part == "notes" || part.to_string_lossy().starts_with(".flaneur-probe"))
        };
        self.under("private").into_iter().filter(|file| !own(file)).collect()
    }

    /// Files in a folder of the name `part` anywhere below.
    pub fn under(&self, part: &str) -> Vec<PathBuf> {
        let below = |file: &PathBuf| {
            let path: &Path = file.strip_prefix(&self.0).expect("it lies below");
            path.parent().is_some_and(|folders| folders.iter().any(|each| each == part))
        };
        self.files().into_iter().filter(below).collect()
    }
}

/// Whether `pattern` stands in `bytes`, as it is or in UTF-16 of either kind.
pub fn contains(bytes: &[u8], pattern: &str) -> bool {
    let little: Vec<u8> = pattern.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = pattern.encode_utf16().flat_map(u16::to_be_bytes).collect();
    [pattern.as_bytes(), &little, &big].iter().any(|each| memchr::memmem::find(bytes, each).is_some())
}
