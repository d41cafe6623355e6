//! The folder of a snapshot: what lies where, and how it becomes whole.
//!
//! `SHA256SUMS` says that it is. What is new is gathered in `.work`, beside an older snapshot that stays as it is; when all of it
//! is there, `SHA256SUMS` is removed, everything is put in its place, and the new `SHA256SUMS` comes last. So whenever it is
//! killed, there is the older snapshot, the new one, or none that looks whole.

use std::{
    collections::BTreeSet,
    fs::{self, File},
    io::{self, Read as _},
    path::{Path, PathBuf},
};

use flaneur_fetch::{FetchError, disk, shown};
use serde_json::Value;
use url::Url;

use crate::{
    collection::MARK,
    list::{Part, is_part, parse_own},
};

/// Name of the list of checksums.
pub(crate) const SUMS: &str = "SHA256SUMS";
/// Name of the STAC Collection.
pub(crate) const COLLECTION: &str = "collection.json";
/// Name of the card for programs.
pub(crate) const CARD: &str = "card.json";
/// Name of the card for people.
pub(crate) const README: &str = "README.md";
/// Name of the folder of files.
pub(crate) const PARTS: &str = "parts";
/// Name of the folder for what is being written.
pub(crate) const WORK: &str = ".work";
/// Name of the file that a run holds.
pub(crate) const LOCK: &str = ".lock";
/// Largest document of a snapshot, bytes.
const LARGEST_DOCUMENT: u64 = 64 << 20;

/// A folder, held as long as this lives.
#[derive(Debug)]
pub(crate) struct Folder {
    root: PathBuf,
    _lock: File,
}

/// What lies beside the files, as it is to be.
#[derive(Debug)]
pub(crate) struct Documents {
    pub collection: Vec<u8>,
    pub card: Vec<u8>,
    pub readme: Vec<u8>,
    pub sums: Vec<u8>,
}

impl Documents {
    /// By name, in the order in which they are put in place.
    fn each(&self) -> [(&'static str, &[u8]); 4] {
        [(COLLECTION, &self.collection), (CARD, &self.card), (README, &self.readme), (SUMS, &self.sums)]
    }
}

/// Looks whether a folder can be written to: there is nothing in it, or a snapshot. Of which instance that is, if it says so.
pub(crate) fn inspect(root: &Path) -> Result<Option<Url>, FetchError> {
    match root.symlink_metadata() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(why) => return Err(FetchError::disk("look at", root)(why)),
        Ok(_) => {}
    }
    let refuse = |name: &str| {
        FetchError::Folder(format!(
            "{} has a file in it that flaneur snapshot did not write ({}): choose an empty or a new folder, or move it away",
            root.display(),
            shown(name)
        ))
    };
    let mut first = None;
    for name in names(root)? {
        match name.as_str() {
            LOCK | WORK => {}
            PARTS => {
                let parts = root.join(PARTS);
                if !disk::is_real_folder(&parts) {
                    return Err(refuse(PARTS));
                }
                if let Some(odd) = names(&parts)?.iter().find(|name| !is_part(name)) {
                    return Err(refuse(&format!("{PARTS}/{odd}")));
                }
                first = first.or(Some(name));
            }
            SUMS | COLLECTION | CARD | README => first = first.or(Some(name)),
            other => return Err(refuse(other)),
        }
    }
    let own = own_collection(root);
    match first {
        // A run that was interrupted may not have come to the collection.
        Some(name) if own.is_none() && !disk::is_real_folder(&root.join(WORK)) => Err(refuse(&name)),
        _ => Ok(own),
    }
}

/// The instance that the snapshot in a folder is of.
fn own_collection(root: &Path) -> Option<Url> {
    let document: Value = serde_json::from_slice(&read(&root.join(COLLECTION)).ok()?).ok()?;
    document[MARK].as_u64()?;
    parse_own(document).ok().map(|(origin, _)| origin.address)
}

/// Names of what is in a folder, sorted.
pub(crate) fn names(folder: &Path) -> Result<BTreeSet<String>, FetchError> {
    let read = || -> io::Result<_> {
        fs::read_dir(folder)?.map(|file| Ok(file?.file_name().to_string_lossy().into_owned())).collect()
    };
    read().map_err(FetchError::disk("look into", folder))
}

/// Reads a document of a snapshot.
pub(crate) fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    let read = disk::options().read(true).open(path)?.take(LARGEST_DOCUMENT + 1).read_to_end(&mut text)?;
    if read as u64 > LARGEST_DOCUMENT {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, "it is larger than any that flaneur snapshot writes"));
    }
    Ok(text)
}

impl Folder {
    /// Takes a folder that was [inspected](inspect).
    pub(crate) fn open(root: &Path) -> Result<Self, FetchError> {
        fs::create_dir_all(root).map_err(FetchError::disk("make", root))?;
        let root = root.canonicalize().map_err(FetchError::disk("find", root))?;
        let lock = disk::hold(&root.join(LOCK), "flaneur snapshot")?;
        disk::make(&root.join(WORK))?;
        Ok(Self { root, _lock: lock })
    }

    /// A file that is being written.
    pub(crate) fn work(&self, name: &str) -> PathBuf {
        self.root.join(WORK).join(name)
    }

    /// Where a file is in the end.
    fn place(&self, name: &str) -> PathBuf {
        self.root.join(PARTS).join(name)
    }

    /// Where a file is that came, whole: in its place, or on the way there.
    pub(crate) fn find(&self, part: &Part) -> Result<Option<PathBuf>, FetchError> {
        for path in [self.place(&part.name), self.work(&part.name)] {
            let is_file = |there: fs::Metadata| there.is_file() && there.len() == part.size;
            if path.symlink_metadata().is_ok_and(is_file)
                && disk::sha256(&path).map_err(FetchError::disk("read", &path))? == part.sha256
            {
                return Ok(Some(path));
            }
        }
        Ok(None)
    }

    /// Whether there is space for so many bytes.
    pub(crate) fn has_space(&self, needed: u64) -> Result<(), FetchError> {
        match disk::space(&self.root) {
            Some(space) if space < needed => Err(FetchError::Folder(format!(
                "{} have to come, and there is space for {} in {}: make space, or choose another disk",
                flaneur_fetch::bytes(needed),
                flaneur_fetch::bytes(space),
                self.root.display()
            ))),
            _ => Ok(()),
        }
    }

    /// Makes the folder that snapshot: of these files, all of which are [here](Self::find). Whether anything had to be done.
    pub(crate) fn commit(&self, parts: &[Part], documents: &Documents) -> Result<bool, FetchError> {
        let changes = !self.is_as(parts, documents)?;
        if changes {
            // First what may fail for want of space.
            for (name, content) in documents.each() {
                disk::write(&self.work(name), content)?;
            }
            self.remove(SUMS)?;
            disk::sync_folder(&self.root)?;
            self.put_parts(parts)?;
            for (name, _) in documents.each() {
                disk::rename(&self.work(name), &self.root.join(name))?;
            }
        }
        let work = self.root.join(WORK);
        fs::remove_dir_all(&work).map_err(FetchError::disk("remove", &work))?;
        disk::sync_folder(&self.root)?;
        Ok(changes)
    }

    /// Whether everything is there, and nothing else.
    fn is_as(&self, parts: &[Part], documents: &Documents) -> Result<bool, FetchError> {
        let same = |(name, content): &(&str, &[u8])| read(&self.root.join(name)).is_ok_and(|there| there == *content);
        let folder = self.root.join(PARTS);
        if !documents.each().iter().all(same) || !disk::is_real_folder(&folder) {
            return Ok(false);
        }
        let wanted: BTreeSet<String> = parts.iter().map(|part| part.name.clone()).collect();
        let replaced = parts.iter().any(|part| self.work(&part.name).exists());
        Ok(!replaced && names(&folder)? == wanted)
    }

    fn put_parts(&self, parts: &[Part]) -> Result<(), FetchError> {
        let folder = self.root.join(PARTS);
        disk::make(&folder)?;
        let wanted: BTreeSet<&str> = parts.iter().map(|part| part.name.as_str()).collect();
        for name in names(&folder)?.iter().filter(|name| !wanted.contains(name.as_str())) {
            self.remove(&format!("{PARTS}/{name}"))?;
        }
        for part in parts {
            let (from, to) = (self.work(&part.name), self.place(&part.name));
            match fs::rename(&from, &to) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                renamed => renamed.map_err(FetchError::disk("write", &to))?,
            }
        }
        disk::sync_folder(&folder)
    }

    fn remove(&self, name: &str) -> Result<(), FetchError> {
        let path = self.root.join(name);
        match fs::remove_file(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            removed => removed.map_err(FetchError::disk("remove", &path)),
        }
    }
}

impl Drop for Folder {
    /// Leaves nothing behind that is not needed to go on. What cannot be removed does no harm.
    fn drop(&mut self) {
        let _ = fs::remove_dir(self.root.join(WORK));
        let _ = fs::remove_file(self.root.join(LOCK));
    }
}
