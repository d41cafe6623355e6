//! SHA-256 on the way, and hexadecimal digits.

use std::{
    fmt::Write as _,
    fs::File,
    io::{self, Read as _, Write},
    path::Path,
};

use sha2::{Digest as _, Sha256};

use crate::{BackupError, Result};

/// Bytes read at once.
const CHUNK: usize = 256 << 10;

/// Two lower-case hexadecimal digits a byte.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The bytes of a text of two hexadecimal digits each.
pub fn unhex(text: &str) -> Option<Vec<u8>> {
    if !text.is_ascii() || text.len() % 2 == 1 {
        return None;
    }
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).ok()).collect()
}

/// Size and SHA-256 of a file.
pub fn of_file(path: &Path) -> Result<(u64, String)> {
    let mut file = File::open(path).map_err(BackupError::file("read", path))?;
    let (mut hash, mut size, mut chunk) = (Sha256::new(), 0, vec![0; CHUNK]);
    loop {
        let read = file.read(&mut chunk).map_err(BackupError::file("read", path))?;
        if read == 0 {
            return Ok((size, hex(&hash.finalize())));
        }
        size += read as u64;
        hash.update(&chunk[..read]);
    }
}

/// Passes bytes on, and knows how many there were and their hash.
pub struct Hashing<W> {
    to: W,
    hash: Sha256,
    size: u64,
}

impl<W: Write> Hashing<W> {
    pub fn new(to: W) -> Self {
        Self { to, hash: Sha256::new(), size: 0 }
    }

    /// What the bytes went into, how many there were, and their SHA-256.
    pub fn finish(self) -> (W, u64, String) {
        (self.to, self.size, hex(&self.hash.finalize()))
    }
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.to.write(bytes)?;
        self.hash.update(&bytes[..written]);
        self.size += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_round_trip() {
        assert_eq!(hex(&[0, 0xab, 255]), "00abff");
        assert_eq!(unhex("00abff"), Some(vec![0, 0xab, 255]));
        assert!(["0", "zz", "é0"].iter().all(|bad| unhex(bad).is_none()));
    }

    #[test]
    fn a_file_hashes_like_its_bytes() {
        let folder = tempfile::tempdir().unwrap();
        let (path, bytes) = (folder.path().join("x"), vec![7; CHUNK + 1]);
        std::fs::write(&path, &bytes).unwrap();
        assert_eq!(of_file(&path).unwrap(), (bytes.len() as u64, flaneur_storage::sha256(&bytes)));
        let mut hashing = Hashing::new(Vec::new());
        hashing.write_all(&bytes).unwrap();
        let (kept, size, hash) = hashing.finish();
        assert_eq!((kept, size, hash), (bytes.clone(), bytes.len() as u64, flaneur_storage::sha256(&bytes)));
    }
}
