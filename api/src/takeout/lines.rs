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

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use http_body_util::BodyExt as _;
    use jiff::Timestamp;

    use super::{super::archive::archive, *};

    /// What is in an archive of the lines from 1 to `many`, in files that are full from `full` bytes on.
    async fn files(many: u32, full: usize) -> Vec<(String, String)> {
        let (mut archive, body) = archive(Timestamp::UNIX_EPOCH, None);
        let mut lines = Lines { full, ..Lines::new("numbers") };
        let writing = tokio::spawn(async move {
            for number in 1..=many {
                lines.add(&mut archive, &number).await.unwrap();
            }
            lines.end(&mut archive).await.unwrap();
            archive.finish().await.unwrap();
        });
        let whole = body.collect().await.unwrap().to_bytes();
        writing.await.unwrap();
        let mut found = Vec::new();
        for entry in tar::Archive::new(&whole[..]).entries().unwrap() {
            let (mut entry, mut text) = (entry.unwrap(), String::new());
            entry.read_to_string(&mut text).unwrap();
            found.push((entry.path().unwrap().display().to_string(), text));
        }
        found.pop();
        found
    }

    #[tokio::test]
    async fn a_file_that_is_full_goes_on_in_another() {
        let told = |expected: &[(&str, &str)]| -> Vec<(String, String)> {
            expected.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect()
        };
        assert_eq!(files(0, 4).await, told(&[("numbers.ndjson", "")]), "there is nothing, and that is told");
        assert_eq!(files(2, 5).await, told(&[("numbers.ndjson", "1\n2\n")]));
        assert_eq!(files(2, 4).await, told(&[("numbers.ndjson", "1\n2\n")]), "no empty one follows");
        assert_eq!(files(3, 4).await, told(&[("numbers.ndjson", "1\n2\n"), ("numbers-2.ndjson", "3\n")]));
    }

    #[tokio::test]
    async fn pieces_make_up_the_file() {
        let many = 200_000;
        let expected = (1..=many).map(|number| format!("{number}\n")).collect::<Vec<_>>().concat();
        assert!(expected.len() > 4 * PIECE);
        assert_eq!(files(many, FULL).await, [("numbers.ndjson".to_owned(), expected)]);
    }
}
