//! The folder that pictures are taken into: what lies where, who may work in it, and writing without following links.

use std::{
    fs::{self, File},
    io::{self, Read as _},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use crate::{FetchError, Query, disk, disk::options};

/// Name of the file that a run holds.
const LOCK: &str = ".lock";
/// Name of the file that says what the folder is of.
const QUERY: &str = "query.json";
/// Name of the folder for what is being written.
const WORK: &str = ".work";
/// Largest description of a query, bytes: an area may have many corners.
const LARGEST_QUERY: u64 = 16 << 20;

/// A folder, held as long as this lives.
#[derive(Debug)]
pub(crate) struct Folder {
    root: PathBuf,
    _lock: File,
}

#[derive(Debug, Serialize, Deserialize)]
struct Description {
    /// Version of the folder's layout.
    format: u32,
    query: Query,
}

impl Folder {
    /// Takes a folder for a query: a new one, an empty one, or one that is of this query.
    pub(crate) fn open(root: &Path, query: &Query) -> Result<Self, FetchError> {
        let known = root.join(QUERY).try_exists().map_err(FetchError::disk("look into", root))?;
        if !known && root.exists() && is_foreign(root)? {
            return Err(FetchError::Folder(format!(
                "{} has files in it that flaneur fetch did not write: choose an empty or a new folder",
                root.display()
            )));
        }
        fs::create_dir_all(root).map_err(FetchError::disk("make", root))?;
        let root = root.canonicalize().map_err(FetchError::disk("find", root))?;
        let lock = disk::hold(&root.join(LOCK), "flaneur fetch")?;
        let folder = Self { root, _lock: lock };
        folder.claim(query)?;
        disk::make(&folder.root.join("pictures"))?;
        disk::make(&folder.root.join(WORK))?;
        folder.clear_work()?;
        Ok(folder)
    }

    /// Writes down what the folder is of, or compares.
    fn claim(&self, query: &Query) -> Result<(), FetchError> {
        let path = self.root.join(QUERY);
        let wanted = Description { format: 1, query: query.clone() };
        let file = match options().read(true).open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let mut text = serde_json::to_vec_pretty(&wanted).map_err(io::Error::from);
                if let Ok(text) = &mut text {
                    text.push(b'\n');
                }
                return self.replace(&path, &text.map_err(FetchError::disk("write", &path))?);
            }
            Err(why) => return Err(FetchError::Disk { doing: "read", path, why }),
        };
        let mut text = String::new();
        file.take(LARGEST_QUERY).read_to_string(&mut text).map_err(FetchError::disk("read", &path))?;
        let found: Description = serde_json::from_str(&text).map_err(|_| {
            FetchError::Folder(format!(
                "{} cannot be read: it is not of this version of flaneur fetch. Choose another folder",
                path.display()
            ))
        })?;
        if found.format != wanted.format {
            return Err(FetchError::Folder(format!("{} is of another version of flaneur fetch", self.root.display())));
        }
        if found.query == *query {
            return Ok(());
        }
        Err(FetchError::Folder(format!(
            "{} is of another query (other: {}). Ask the same as before, or choose another folder; {QUERY} in it says what it \
             is of",
            self.root.display(),
            differences(&found.query, query).join(", ")
        )))
    }

    /// The list of pictures.
    pub(crate) fn manifest(&self) -> PathBuf {
        self.root.join("manifest.ndjson")
    }

    /// The journal of what was done.
    pub(crate) fn journal(&self) -> PathBuf {
        self.root.join("done.ndjson")
    }

    /// The folder of shards.
    pub(crate) fn shards(&self) -> PathBuf {
        self.root.join("shards")
    }

    /// A file that is being written.
    pub(crate) fn work(&self, name: &str) -> PathBuf {
        self.root.join(WORK).join(name)
    }

    /// Where a picture is, from the folder on.
    pub(crate) fn picture_name(id: &str) -> String {
        format!("pictures/{}/{id}.jpg", drawer(id))
    }

    /// Where a picture is.
    pub(crate) fn picture(&self, id: &str) -> PathBuf {
        self.root.join(Self::picture_name(id))
    }

    /// Where what came of a picture is.
    pub(crate) fn part(&self, id: &str) -> PathBuf {
        self.root.join(format!("{}.part", Self::picture_name(id)))
    }

    /// Makes the folder that a picture is in.
    pub(crate) fn make_drawer(&self, id: &str) -> Result<(), FetchError> {
        disk::make(&self.root.join("pictures").join(drawer(id)))
    }

    /// Puts a whole file in place of another, at once.
    pub(crate) fn replace(&self, path: &Path, content: &[u8]) -> Result<(), FetchError> {
        disk::make(&self.root.join(WORK))?;
        let new = self.work("new");
        disk::write(&new, content)?;
        disk::rename(&new, path)
    }

    /// Space that is left, bytes; none where the system does not say.
    pub(crate) fn space(&self) -> Option<u64> {
        disk::space(&self.root)
    }

    /// Removes what a run left that was killed.
    fn clear_work(&self) -> Result<(), FetchError> {
        let work = self.root.join(WORK);
        let clear = || {
            for file in fs::read_dir(&work)? {
                let file = file?;
                if file.file_type()?.is_file() {
                    fs::remove_file(file.path())?;
                }
            }
            Ok(())
        };
        clear().map_err(FetchError::disk("clear", &work))
    }
}

/// Which of the 256 folders of pictures one is in: the last two characters of its identifier. The first two would not do:
/// identifiers that are in order of time all begin alike.
fn drawer(id: &str) -> String {
    let end: String = id.chars().skip(id.len().saturating_sub(2)).map(|letter| letter.to_ascii_lowercase()).collect();
    if end.len() == 2 && end.bytes().all(|byte| byte.is_ascii_hexdigit()) { end } else { "other".to_owned() }
}

/// Whether anything is in the folder that is not of a run that was killed before it could say what the folder is of.
fn is_foreign(root: &Path) -> Result<bool, FetchError> {
    let look = || {
        for file in fs::read_dir(root)? {
            let name = file?.file_name();
            if name != LOCK && name != WORK {
                return Ok(true);
            }
        }
        Ok(false)
    };
    look().map_err(FetchError::disk("look into", root))
}

fn differences(found: &Query, wanted: &Query) -> Vec<&'static str> {
    [
        ("address", found.url != wanted.url),
        ("box", found.bbox != wanted.bbox),
        ("area", found.intersects != wanted.intersects),
        ("--since", found.since != wanted.since),
        ("--until", found.until != wanted.until),
        ("filter", found.filter != wanted.filter),
        ("collections", found.collections != wanted.collections),
        ("quality", found.quality != wanted.quality),
    ]
    .into_iter()
    .filter_map(|(name, differs)| differs.then_some(name))
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query() -> Query {
        Query::new("https://example.org")
    }

    #[test]
    fn a_folder_is_of_one_query_and_one_run() {
        let place = tempfile::tempdir().unwrap();
        let root = place.path().join("deep/new");
        let held = Folder::open(&root, &query()).unwrap();
        let told = Folder::open(&root, &query()).unwrap_err().to_string();
        assert!(told.contains("another flaneur fetch"), "{told}");
        drop(held);
        Folder::open(&root, &query()).unwrap();
        let other = Query { quality: crate::Quality::Sd, since: "2026-05-01T00:00:00Z".parse().ok(), ..query() };
        let told = Folder::open(&root, &other).unwrap_err().to_string();
        assert!(told.contains("--since, quality"), "{told}");
    }

    #[test]
    fn a_folder_of_somebody_else_is_left_alone() {
        let place = tempfile::tempdir().unwrap();
        fs::write(place.path().join("thesis.tex"), "x").unwrap();
        let told = Folder::open(place.path(), &query()).unwrap_err().to_string();
        assert!(told.contains("did not write"), "{told}");
        assert_eq!(fs::read_dir(place.path()).unwrap().count(), 1, "nothing was written");
    }

    #[test]
    fn a_run_that_was_killed_at_its_very_beginning_can_be_repeated() {
        let place = tempfile::tempdir().unwrap();
        fs::write(place.path().join(LOCK), "").unwrap();
        fs::create_dir(place.path().join(WORK)).unwrap();
        fs::write(place.path().join(WORK).join("new"), "{\"for").unwrap();
        let folder = Folder::open(place.path(), &query()).unwrap();
        assert!(!folder.work("new").exists());
    }

    #[test]
    fn links_are_not_followed() {
        let place = tempfile::tempdir().unwrap();
        let (root, elsewhere) = (place.path().join("into"), place.path().join("elsewhere"));
        fs::create_dir(&elsewhere).unwrap();
        let folder = Folder::open(&root, &query()).unwrap();
        std::os::unix::fs::symlink(&elsewhere, root.join("pictures/ab")).unwrap();
        assert!(matches!(folder.make_drawer("00ab"), Err(FetchError::Folder(_))));
        let victim = elsewhere.join("victim");
        fs::write(&victim, "kept").unwrap();
        std::os::unix::fs::symlink(&victim, folder.journal()).unwrap();
        assert!(disk::create(&folder.journal()).is_err());
        folder.replace(&folder.journal(), b"new").unwrap();
        assert_eq!(fs::read_to_string(victim).unwrap(), "kept");
    }

    #[test]
    fn pictures_are_spread_over_folders() {
        assert_eq!(Folder::picture_name("01999-aB"), "pictures/ab/01999-aB.jpg");
        assert_eq!(Folder::picture_name("x"), "pictures/other/x.jpg");
        assert_eq!(Folder::picture_name("-_"), "pictures/other/-_.jpg");
    }
}
