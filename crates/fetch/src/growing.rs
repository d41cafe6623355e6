//! A file that comes piece by piece, and the checksum of what came.

use std::{
    fs::{File, Metadata},
    io::Write as _,
    path::{Path, PathBuf},
};

use sha2::{Digest as _, Sha256};

use crate::{FetchError, disk};

/// A file that is coming.
#[derive(Debug)]
pub struct Growing {
    path: PathBuf,
    file: File,
    hasher: Sha256,
    length: u64,
}

impl Growing {
    /// Begins from the start.
    ///
    /// # Errors
    /// If the disk says no, or it is a link.
    pub fn begin(path: &Path) -> Result<Self, FetchError> {
        let file = disk::create(path).map_err(FetchError::disk("write", path))?;
        Ok(Self { path: path.to_owned(), file, hasher: Sha256::new(), length: 0 })
    }

    /// Goes on with what is there, which is read for that.
    ///
    /// # Errors
    /// If it cannot be read, or is a link.
    pub fn go_on(path: &Path) -> Result<Self, FetchError> {
        let open = || {
            let mut file = disk::options().read(true).append(true).open(path)?;
            let mut hasher = Sha256::new();
            let length = disk::feed(&mut hasher, &mut file)?;
            Ok(Self { path: path.to_owned(), file, hasher, length })
        };
        open().map_err(FetchError::disk("read", path))
    }

    /// Adds what came.
    ///
    /// # Errors
    /// If the disk says no.
    pub fn append(&mut self, bytes: &[u8]) -> Result<(), FetchError> {
        self.file.write_all(bytes).map_err(FetchError::disk("write", &self.path))?;
        self.hasher.update(bytes);
        self.length += bytes.len() as u64;
        Ok(())
    }

    /// Bytes that came.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// SHA-256 of what came, hexadecimal.
    pub fn sha256(&self) -> String {
        disk::hex(&self.hasher.clone().finalize())
    }

    /// Waits until all of it is on the disk. What the disk says of the file then.
    ///
    /// # Errors
    /// If the disk says no.
    pub fn sync(&self) -> Result<Metadata, FetchError> {
        self.file.sync_all().map_err(FetchError::disk("write", &self.path))?;
        self.file.metadata().map_err(FetchError::disk("read", &self.path))
    }
}
