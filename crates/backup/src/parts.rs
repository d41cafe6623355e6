//! Parts of a snapshot: gzipped lines, each a JSON text, with a hash over the file.

use std::{
    fs::File,
    io::{BufRead as _, BufReader, BufWriter, Read as _, Write as _},
    marker::PhantomData,
    path::{Path, PathBuf},
};

use flate2::{Compression, read::MultiGzDecoder, write::GzEncoder};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{
    BackupError, Result, durable,
    hash::{self, Hashing},
};

/// Longest line, bytes: a row with its documents is far shorter.
const LONGEST: u64 = 64 << 20;

/// A file of a snapshot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Its name in the snapshot's folder.
    pub name: String,
    /// Bytes of the file.
    pub size: u64,
    /// SHA-256 of the file, 64 hexadecimal digits.
    pub sha256: String,
    /// Lines in it, unpacked.
    pub lines: u64,
}

/// Writes lines.
pub struct PartWriter {
    name: &'static str,
    path: PathBuf,
    to: GzEncoder<Hashing<BufWriter<File>>>,
    lines: u64,
}

impl PartWriter {
    /// Begins a file in a folder.
    pub fn create(folder: &Path, name: &'static str) -> Result<Self> {
        let path = folder.join(name);
        let file = BufWriter::new(durable::make_file(&path)?);
        Ok(Self { name, path, to: GzEncoder::new(Hashing::new(file), Compression::new(5)), lines: 0 })
    }

    /// Writes a line that is JSON already.
    pub fn text(&mut self, line: &str) -> Result<()> {
        let written = self.to.write_all(line.as_bytes()).and_then(|()| self.to.write_all(b"\n"));
        written.map_err(BackupError::file("write", &self.path))?;
        self.lines += 1;
        Ok(())
    }

    /// Writes a value as a line.
    pub fn line(&mut self, value: &impl Serialize) -> Result<()> {
        let line = serde_json::to_string(value).map_err(|error| BackupError::damaged(&self.path, error))?;
        self.text(&line)
    }

    /// Makes the file durable.
    pub fn finish(self) -> Result<Part> {
        let path = self.path;
        let hashing = self.to.finish().map_err(BackupError::file("write", &path))?;
        let (file, size, sha256) = hashing.finish();
        let file = file.into_inner().map_err(|error| BackupError::file("write", &path)(error.into_error()))?;
        file.sync_all().map_err(BackupError::file("sync", &path))?;
        Ok(Part { name: self.name.to_owned(), size, sha256, lines: self.lines })
    }
}

/// Checks that a part is what was written. Reads all of it.
pub fn check(folder: &Path, part: &Part) -> Result<()> {
    let path = folder.join(&part.name);
    let (size, sha256) = hash::of_file(&path)?;
    if (size, sha256.as_str()) == (part.size, part.sha256.as_str()) {
        Ok(())
    } else {
        Err(BackupError::damaged(&path, "its hash is not the one that was noted; use another snapshot or another copy"))
    }
}

/// Reads lines one after another.
pub struct Lines {
    path: PathBuf,
    from: BufReader<MultiGzDecoder<BufReader<File>>>,
    at: u64,
}

impl Lines {
    /// Opens a file in a folder.
    pub fn open(folder: &Path, name: &str) -> Result<Self> {
        let path = folder.join(name);
        let file = File::open(&path).map_err(BackupError::file("read", &path))?;
        Ok(Self { path, from: BufReader::new(MultiGzDecoder::new(BufReader::new(file))), at: 0 })
    }

    /// The next line, without its end.
    pub fn next_line(&mut self) -> Result<Option<String>> {
        let mut line = Vec::new();
        let read = (&mut self.from).take(LONGEST).read_until(b'\n', &mut line);
        let read = read.map_err(BackupError::file("read", &self.path))?;
        if read == 0 {
            return Ok(None);
        }
        self.at += 1;
        if line.pop() != Some(b'\n') {
            return Err(self.damaged("it ends within a line"));
        }
        String::from_utf8(line).map(Some).map_err(|error| self.damaged(error))
    }

    /// Says that the line just read makes no sense.
    pub fn damaged(&self, why: impl ToString) -> BackupError {
        BackupError::damaged(&self.path, format!("line {}: {}", self.at, why.to_string()))
    }

    /// The lines as values.
    pub fn values<T: DeserializeOwned>(self) -> Values<T> {
        Values { lines: self, failed: false, of: PhantomData }
    }
}

/// Lines as values.
pub struct Values<T> {
    lines: Lines,
    failed: bool,
    of: PhantomData<fn() -> T>,
}

impl<T: DeserializeOwned> Iterator for Values<T> {
    type Item = Result<T>;

    fn next(&mut self) -> Option<Result<T>> {
        // After an error there is nothing more.
        if self.failed {
            return None;
        }
        let value = match self.lines.next_line() {
            Ok(line) => line.map(|line| serde_json::from_str(&line).map_err(|error| self.lines.damaged(error))),
            Err(error) => Some(Err(error)),
        };
        self.failed = matches!(value, Some(Err(_)));
        value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_round_trip_and_damage_is_seen() {
        let folder = tempfile::tempdir().unwrap();
        let mut writer = PartWriter::create(folder.path(), "x.ndjson.gz").unwrap();
        for at in 0..1000 {
            writer.line(&(at, "täxt")).unwrap();
        }
        let part = writer.finish().unwrap();
        assert_eq!(part.lines, 1000);
        check(folder.path(), &part).unwrap();
        let values = Lines::open(folder.path(), "x.ndjson.gz").unwrap().values::<(u32, String)>();
        let numbers: Vec<u32> = values.map(|value| value.unwrap().0).collect();
        assert_eq!(numbers, (0..1000).collect::<Vec<_>>());

        let path = folder.path().join("x.ndjson.gz");
        let bytes = std::fs::read(&path).unwrap();
        std::fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
        assert!(matches!(check(folder.path(), &part), Err(BackupError::Damaged { .. })));
        let values = Lines::open(folder.path(), "x.ndjson.gz").unwrap().values::<(u32, String)>();
        assert!(values.last().unwrap().is_err());
    }
}
