//! The folder that backups of one instance are kept in.

use std::{
    fs::{self, File, TryLockError},
    path::{Path, PathBuf},
};

use flaneur_storage::{PatchKey, PublicKey};
use serde::{Deserialize, Serialize};

use crate::{
    BackupError, Result, durable,
    manifest::{FORMAT, Manifest, VERSION},
};

/// The file that says what the folder is.
const MARK: &str = "flaneur-backup.json";
/// Name of a snapshot's manifest.
pub const MANIFEST: &str = "manifest.json";
/// Name of the part with the catalog.
pub const CATALOG: &str = "catalog.ndjson.gz";
/// Name of the part that lists the objects.
pub const OBJECTS: &str = "objects.ndjson.gz";
/// Name of the part that lists the originals.
pub const ORIGINALS: &str = "originals.ndjson.gz";
/// Name of the part that lists the sealed patches.
pub const PATCHES: &str = "patches.ndjson.gz";
/// Snapshots that are not complete yet end so.
pub const UNFINISHED: &str = ".unfinished";

#[derive(Serialize, Deserialize)]
struct Mark {
    format: String,
    version: u32,
}

/// A backup folder.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    _lock: Option<File>,
}

impl Folder {
    /// Opens a folder to write into; makes it if it is not there. Nobody else writes into it meanwhile.
    pub fn to_write(path: &Path) -> Result<Self> {
        durable::make_folder(path)?;
        let mark = path.join(MARK);
        if !mark.exists() {
            let mut entries = fs::read_dir(path).map_err(BackupError::file("read", path))?;
            let foreign = entries.any(|entry| entry.is_ok_and(|entry| entry.file_name() != "lock"));
            if foreign {
                return Err(BackupError::Refused(format!(
                    "{} is not empty and holds no backup: choose a folder of its own",
                    path.display()
                )));
            }
        }
        let lock = Self::lock(path)?;
        if mark.exists() {
            check_mark(&mark)?;
        } else {
            let text = serde_json::to_vec(&Mark { format: FORMAT.to_owned(), version: VERSION }).unwrap_or_default();
            durable::write(&mark, &text)?;
        }
        let folder = Self { path: path.to_owned(), _lock: Some(lock) };
        let folders = [
            folder.snapshots_folder(),
            folder.objects_folder(),
            folder.originals_folder(),
            folder.patches_folder(),
            folder.drafts(),
        ];
        for each in folders {
            durable::make_folder(&each)?;
        }
        folder.clear_drafts()?;
        Ok(folder)
    }

    /// Opens a folder to read from. What is read may also lie on a read-only medium.
    pub fn to_read(path: &Path) -> Result<Self> {
        let mark = path.join(MARK);
        if !mark.exists() {
            return Err(BackupError::Refused(format!("{} holds no backup", path.display())));
        }
        check_mark(&mark)?;
        Ok(Self { path: path.to_owned(), _lock: None })
    }

    fn lock(path: &Path) -> Result<File> {
        let path = path.join("lock");
        let file = File::create(&path).map_err(BackupError::file("write", &path))?;
        match file.try_lock() {
            Ok(()) => Ok(file),
            Err(TryLockError::WouldBlock) => Err(BackupError::Refused(format!(
                "another backup into {} is under way: wait for it, or choose another folder",
                path.parent().unwrap_or(&path).display()
            ))),
            Err(TryLockError::Error(error)) => Err(BackupError::file("lock", &path)(error)),
        }
    }

    /// What an interrupted run left is of no use. What it had copied stays, and is not copied again.
    fn clear_drafts(&self) -> Result<()> {
        for folder in [self.drafts(), self.snapshots_folder()] {
            for entry in fs::read_dir(&folder).map_err(BackupError::file("read", &folder))? {
                let path = entry.map_err(BackupError::file("read", &folder))?.path();
                let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                if folder == self.drafts() || name.ends_with(UNFINISHED) {
                    durable::remove(&path)?;
                }
            }
        }
        Ok(())
    }

    /// The folder itself.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Where what is being written lies until it is whole.
    pub fn drafts(&self) -> PathBuf {
        self.path.join("drafts")
    }

    pub(crate) fn snapshots_folder(&self) -> PathBuf {
        self.path.join("snapshots")
    }

    /// Objects of all snapshots.
    pub fn objects_folder(&self) -> PathBuf {
        self.path.join("objects")
    }

    /// Encrypted originals of all snapshots.
    pub fn originals_folder(&self) -> PathBuf {
        self.path.join("originals")
    }

    /// Sealed patches of all snapshots, below which they lie by their keys.
    pub fn patches_folder(&self) -> PathBuf {
        self.path.join("sealed")
    }

    /// Where a sealed patch lies.
    pub fn patch(&self, key: &PatchKey) -> PathBuf {
        self.patches_folder().join(key.as_str())
    }

    /// Where an object lies.
    pub fn object(&self, key: &PublicKey) -> PathBuf {
        self.objects_folder().join(key.as_str())
    }

    /// A snapshot's folder.
    pub fn snapshot(&self, name: &str) -> PathBuf {
        self.snapshots_folder().join(name)
    }

    /// Names of the complete snapshots, the oldest first.
    pub fn snapshots(&self) -> Result<Vec<String>> {
        let folder = self.snapshots_folder();
        let mut names = Vec::new();
        for entry in fs::read_dir(&folder).map_err(BackupError::file("read", &folder))? {
            let entry = entry.map_err(BackupError::file("read", &folder))?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if !name.ends_with(UNFINISHED) && entry.path().join(MANIFEST).exists() {
                names.push(name);
            }
        }
        names.sort();
        Ok(names)
    }

    /// The manifest of a complete snapshot.
    pub fn manifest(&self, name: &str) -> Result<Manifest> {
        let path = self.snapshot(name).join(MANIFEST);
        let text = fs::read(&path).map_err(BackupError::file("read", &path))?;
        Manifest::parse(&text, &path)
    }
}

fn check_mark(path: &Path) -> Result<()> {
    let text = fs::read(path).map_err(BackupError::file("read", path))?;
    let mark: Mark = serde_json::from_slice(&text).map_err(|error| BackupError::damaged(path, error))?;
    if mark.format != FORMAT {
        return Err(BackupError::damaged(path, "it does not say that this is a Flaneur backup"));
    }
    if mark.version > VERSION {
        return Err(BackupError::Refused(format!(
            "{} is of version {} of the format and this program knows up to {VERSION}: use a newer one",
            path.display(),
            mark.version
        )));
    }
    Ok(())
}
