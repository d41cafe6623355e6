//! The disk: who may work in a folder, writing without following links, and putting whole files in place.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Read as _, Write as _},
    os::unix::fs::{MetadataExt as _, OpenOptionsExt as _},
    path::Path,
};

use sha2::{Digest as _, Sha256};

use crate::FetchError;

/// How often a lock is tried that its holder removes at the same moment.
const LOCKED_AWAY: usize = 10;

/// Holds a file as long as what is returned lives, so that one run at a time is at work beside it.
///
/// # Errors
/// If another run of the command `name` holds it, or it cannot be made.
pub fn hold(path: &Path, name: &str) -> Result<File, FetchError> {
    for _ in 0..LOCKED_AWAY {
        let file = options().create(true).truncate(false).read(true).write(true).open(path);
        let file = file.map_err(FetchError::disk("write to", path))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => break,
            Err(TryLockError::Error(why)) => {
                return Err(FetchError::Disk { doing: "lock", path: path.to_owned(), why });
            }
        }
        // Who held it may have removed it between the two steps; then it keeps nobody out.
        let held = file.metadata().map_err(FetchError::disk("read", path))?;
        if path.symlink_metadata().is_ok_and(|there| (there.dev(), there.ino()) == (held.dev(), held.ino())) {
            return Ok(file);
        }
    }
    let folder = path.parent().unwrap_or(path);
    Err(FetchError::Folder(format!(
        "another {name} is at work in {}: wait for it, or choose another folder",
        folder.display()
    )))
}

/// Makes a folder, if it is not there.
///
/// # Errors
/// If it cannot be made, or is a link somewhere else.
pub fn make(path: &Path) -> Result<(), FetchError> {
    match fs::create_dir(path) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && is_real_folder(path) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(FetchError::Folder(format!(
            "{} is a link or a file where a folder has to be: nothing is written through it",
            path.display()
        ))),
        Err(why) => Err(FetchError::Disk { doing: "make", path: path.to_owned(), why }),
    }
}

/// Whether it is a folder, and no link to one.
pub fn is_real_folder(path: &Path) -> bool {
    path.symlink_metadata().is_ok_and(|metadata| metadata.is_dir())
}

/// Writes a file anew, for good.
///
/// # Errors
/// If the disk says no.
pub fn write(path: &Path, content: &[u8]) -> Result<(), FetchError> {
    let write = || {
        let mut file = create(path)?;
        file.write_all(content)?;
        file.sync_all()
    };
    write().map_err(FetchError::disk("write", path))
}

/// Puts a file that was synced in place of another, for good.
///
/// # Errors
/// If the disk says no.
pub fn rename(from: &Path, to: &Path) -> Result<(), FetchError> {
    fs::rename(from, to).map_err(FetchError::disk("write", to))?;
    sync_folder(to.parent().unwrap_or(to))
}

/// Has what was renamed or removed in a folder be so for good.
///
/// # Errors
/// If the disk says no.
pub fn sync_folder(path: &Path) -> Result<(), FetchError> {
    File::open(path).and_then(|folder| folder.sync_all()).map_err(FetchError::disk("write to", path))
}

/// Space that is left, bytes; none where the system does not say.
pub fn space(path: &Path) -> Option<u64> {
    let told = rustix::fs::statvfs(path).ok()?;
    told.f_bavail.checked_mul(told.f_frsize)
}

/// Opens files, but does not follow links.
pub fn options() -> OpenOptions {
    let mut options = File::options();
    options.custom_flags(rustix::fs::OFlags::NOFOLLOW.bits().cast_signed());
    options
}

/// Begins a file anew.
///
/// # Errors
/// If the disk says no, or it is a link.
pub fn create(path: &Path) -> io::Result<File> {
    options().create(true).write(true).truncate(true).open(path)
}

/// SHA-256 of a file, hexadecimal.
///
/// # Errors
/// If it cannot be read, or is a link.
pub fn sha256(path: &Path) -> io::Result<String> {
    let mut hasher = Sha256::new();
    feed(&mut hasher, &mut options().read(true).open(path)?)?;
    Ok(hex(&hasher.finalize()))
}

/// Has a hasher read a file to its end; how many bytes that were.
///
/// # Errors
/// If it cannot be read.
pub fn feed(hasher: &mut Sha256, file: &mut File) -> io::Result<u64> {
    let mut buffer = vec![0; 64 << 10];
    let mut length = 0;
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            return Ok(length);
        }
        hasher.update(&buffer[..read]);
        length += read as u64;
    }
}

/// Bytes in hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        text.extend([byte >> 4, byte & 15].map(|digit| char::from_digit(digit.into(), 16).unwrap_or('0')));
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_that_its_holder_removed_keeps_nobody_out_and_nobody_in() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join(".lock");
        let first = hold(&path, "flaneur test").unwrap();
        let told = hold(&path, "flaneur test").unwrap_err().to_string();
        assert!(told.contains("another flaneur test is at work"), "{told}");
        fs::remove_file(&path).unwrap();
        let second = hold(&path, "flaneur test").unwrap();
        drop(first);
        assert!(hold(&path, "flaneur test").is_err(), "the second still holds it");
        drop(second);
        hold(&path, "flaneur test").unwrap();
    }
}
