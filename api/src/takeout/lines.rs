//! Files of lines of JSON. How long a file is stands before it in an archive, so that lines are gathered until there are many.

use axum::body::Bytes;
use serde::Serialize;

use super::archive::{Archive, Halt};

/// From how many bytes on a file is full, and another one of the same name with a number follows.
const FULL: usize = 8 << 20;
/// Bytes that are sent at once.
pub const PIECE: usize = 256 << 10;

/// Lines that are to become files.
pub struct Lines {
    name: &'static str,
    full: usize,
    written: usize,
    pieces: Vec<Bytes>,
    last: Vec<u8>,
    size: usize,
}

impl Lines {
    /// Of `{name}.ndjson`, and `{name}-2.ndjson` and so on behind it.
    pub fn new(name: &'static str) -> Self {
        Self { name, full: FULL, written: 0, pieces: Vec::new(), last: Vec::new(), size: 0 }
    }

    /// Adds a line.
    pub fn push(&mut self, line: &impl Serialize) -> Result<(), Halt> {
        let before = self.last.len();
        serde_json::to_writer(&mut self.last, line)?;
        self.last.push(b'\n');
        self.size += self.last.len() - before;
        if self.last.len() >= PIECE {
            self.pieces.push(std::mem::take(&mut self.last).into());
        }
        Ok(())
    }

    /// Whether it is time to write.
    pub fn is_full(&self) -> bool {
        self.size >= self.full
    }

    /// Writes what was gathered as a file.
    pub async fn write(&mut self, archive: &mut Archive) -> Result<(), Halt> {
        self.written += 1;
        self.size = 0;
        let mut pieces = std::mem::take(&mut self.pieces);
        pieces.push(std::mem::take(&mut self.last).into());
        let path = match self.written {
            1 => format!("{}.ndjson", self.name),
            number => format!("{}-{number}.ndjson", self.name),
        };
        archive.file(&path, pieces).await
    }

    /// Adds a line, and writes if it is time to.
    pub async fn add(&mut self, archive: &mut Archive, line: &impl Serialize) -> Result<(), Halt> {
        self.push(line)?;
        if self.is_full() { self.write(archive).await } else { Ok(()) }
    }

    /// Writes what is left. A file is there even if there is nothing to tell.
    pub async fn end(mut self, archive: &mut Archive) -> Result<(), Halt> {
        if self.written > 0 && self.size == 0 { Ok(()) } else { self.write(archive).await }
    }
}
