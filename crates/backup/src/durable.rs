//! Files that are there whole or not at all, whenever the power fails.

use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io::Write as _,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
};

use crate::{BackupError, Result};

/// Makes a folder and those above it, readable by its owner only: a backup holds what signs the instance's tokens.
pub fn make_folder(path: &Path) -> Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt as _;
        builder.mode(0o700);
    }
    builder.create(path).map_err(BackupError::file("make the folder", path))
}

/// Makes a file that was not there, readable by its owner only.
pub fn make_file(path: &Path) -> Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options.open(path).map_err(BackupError::file("write", path))
}

/// Has the names in a folder survive a power failure.
pub fn sync_folder(path: &Path) -> Result<()> {
    File::open(path).and_then(|folder| folder.sync_all()).map_err(BackupError::file("sync", path))
}

/// Has everything on the file system of a path survive a power failure.
pub fn sync_everything(path: &Path) -> Result<()> {
    let folder = File::open(path).map_err(BackupError::file("sync", path))?;
    #[cfg(target_os = "linux")]
    rustix::fs::syncfs(&folder).map_err(|error| BackupError::file("sync", path)(error.into()))?;
    folder.sync_all().map_err(BackupError::file("sync", path))
}

/// Writes a small file: under another name first, synced, then renamed.
pub fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let draft = draft(folder);
    let mut file = make_file(&draft)?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(BackupError::file("write", &draft))?;
    fs::rename(&draft, path).map_err(BackupError::file("write", path))?;
    sync_folder(folder)
}

/// A name in a folder that nobody else in this process uses.
pub fn draft(folder: &Path) -> PathBuf {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    folder.join(format!(".draft-{}-{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed)))
}

/// Removes a file or a folder with all that is in it. One that is not there is as good as removed.
pub fn remove(path: &Path) -> Result<()> {
    let removed = match fs::symlink_metadata(path) {
        Ok(found) if found.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(error) => Err(error),
    };
    match removed {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(BackupError::file("remove", path)(error)),
        _ => Ok(()),
    }
}
