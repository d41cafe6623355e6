//! Writes a tar while it is read.
//!
//! What is written goes to the client in pieces; nothing is gone back to. `SHA256SUMS` is written last, so that an archive
//! that has it is whole.

use std::time::Duration;

use axum::body::{Body, Bytes};
use flaneur_catalog::CatalogError;
use flaneur_storage::StorageError;
use futures::{Stream, StreamExt as _, stream};
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};
use tokio::sync::mpsc::{Receiver, Sender, channel};

use super::turns::Turn;

/// Bytes of a block of tar.
const BLOCK: usize = 512;
/// Pieces that wait for the client at most. A piece is what the storage gives at once, or [`super::lines::PIECE`].
const WAITING: usize = 4;
/// How long a client may take nothing.
const PATIENCE: Duration = Duration::from_mins(2);
/// The last file.
pub const SUMS: &str = "SHA256SUMS";

/// Why an archive was not finished. The client sees that it is cut short.
#[derive(Debug, thiserror::Error)]
pub enum Halt {
    /// Nobody reads it any more.
    #[error("the client went away")]
    Gone,
    /// The client took nothing for [`PATIENCE`].
    #[error("the client took nothing for {} seconds", PATIENCE.as_secs())]
    Stalled,
    /// The catalog failed.
    #[error("the catalog cannot be asked")]
    Catalog(#[from] CatalogError),
    /// The storage failed in the middle of a file.
    #[error("the storage cannot be read")]
    Storage(#[from] StorageError),
    /// An object ended early or late.
    #[error("{path} has other than the {size} bytes that it was to have")]
    Size {
        /// The file in the archive.
        path: String,
        /// Bytes, as the storage said before.
        size: u64,
    },
    /// Something cannot be written down.
    #[error("a line cannot be written")]
    Json(#[from] serde_json::Error),
    /// A header cannot be made.
    #[error("a header cannot be written")]
    Header(#[from] std::io::Error),
}

/// What goes to the client.
enum Piece {
    Bytes(Bytes),
    /// Everything was written.
    End,
}

/// An archive that is being written.
pub struct Archive {
    /// Given back before the client is told of the end: it may go on to the next archive at once. Fields are dropped in order.
    turn: Option<Turn>,
    pieces: Sender<Piece>,
    made_at: Timestamp,
    patience: Duration,
    sums: String,
}

/// An archive, and the body that it is read from. A body whose archive was dropped before [`Archive::finish`] ends with an error.
pub fn archive(made_at: Timestamp, turn: Option<Turn>) -> (Archive, Body) {
    let (pieces, waiting) = channel(WAITING);
    let archive = Archive { turn, pieces, made_at, patience: PATIENCE, sums: String::new() };
    (archive, Body::from_stream(read(waiting)))
}

fn read(waiting: Receiver<Piece>) -> impl Stream<Item = Result<Bytes, std::io::Error>> {
    stream::unfold(Some(waiting), |waiting| async move {
        let mut waiting = waiting?;
        match waiting.recv().await {
            Some(Piece::Bytes(bytes)) => Some((Ok(bytes), Some(waiting))),
            Some(Piece::End) => None,
            None => Some((Err(std::io::Error::other("the archive is cut short")), None)),
        }
    })
}

/// The header of a file; before it, where the path has other than ASCII letters, one that says how they are to be read.
fn header(path: &str, size: u64, modified: Timestamp) -> Result<Bytes, Halt> {
    let mut bytes = Vec::new();
    if !path.is_ascii() {
        let mut extended = tar::Builder::new(Vec::new());
        extended.append_pax_extensions([("path", path.as_bytes())])?;
        bytes.append(extended.get_mut());
    }
    let mut header = tar::Header::new_ustar();
    header.set_entry_type(tar::EntryType::Regular);
    header.set_path(path)?;
    header.set_mode(0o644);
    header.set_uid(0);
    header.set_gid(0);
    header.set_size(size);
    header.set_mtime(modified.as_second().max(0).unsigned_abs());
    header.set_cksum();
    bytes.extend_from_slice(header.as_bytes());
    Ok(bytes.into())
}

impl Archive {
    async fn send(&self, piece: Piece) -> Result<(), Halt> {
        match tokio::time::timeout(self.patience, self.pieces.send(piece)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(Halt::Gone),
            Err(_) => Err(Halt::Stalled),
        }
    }

    async fn fill(&self, size: u64) -> Result<(), Halt> {
        let over = usize::try_from(size % BLOCK as u64).unwrap_or_default();
        if over > 0 {
            self.send(Piece::Bytes(Bytes::from_static(&[0; BLOCK]).slice(over..))).await?;
        }
        Ok(())
    }

    fn note(&mut self, path: &str, sum: &[u8]) {
        self.sums.extend([flaneur_storage::hex(sum).as_str(), "  ", path, "\n"]);
    }

    /// Writes a file that is in memory, in pieces.
    pub async fn file(&mut self, path: &str, pieces: Vec<Bytes>) -> Result<(), Halt> {
        let size = pieces.iter().map(|piece| piece.len() as u64).sum();
        let pieces = stream::iter(pieces.into_iter().map(Ok));
        self.stream(path, size, self.made_at, pieces).await.map(drop)
    }

    /// Writes a file of so many bytes as they come. Answers their SHA-256.
    pub async fn stream(
        &mut self,
        path: &str,
        size: u64,
        modified: Timestamp,
        bytes: impl Stream<Item = Result<Bytes, StorageError>>,
    ) -> Result<[u8; 32], Halt> {
        self.send(Piece::Bytes(header(path, size, modified)?)).await?;
        let wrong = || Halt::Size { path: path.to_owned(), size };
        let (mut sum, mut left) = (Sha256::new(), size);
        let mut bytes = std::pin::pin!(bytes);
        while let Some(piece) = bytes.next().await {
            let piece = piece?;
            left = left.checked_sub(piece.len() as u64).ok_or_else(wrong)?;
            sum.update(&piece);
            self.send(Piece::Bytes(piece)).await?;
        }
        if left > 0 {
            return Err(wrong());
        }
        self.fill(size).await?;
        let sum: [u8; 32] = sum.finalize().into();
        self.note(path, &sum);
        Ok(sum)
    }

    /// Writes the sums and the end.
    pub async fn finish(mut self) -> Result<(), Halt> {
        let sums = Bytes::from(std::mem::take(&mut self.sums));
        let size = sums.len() as u64;
        self.send(Piece::Bytes(header(SUMS, size, self.made_at)?)).await?;
        self.send(Piece::Bytes(sums)).await?;
        self.fill(size).await?;
        self.send(Piece::Bytes(Bytes::from_static(&[0; 2 * BLOCK]))).await?;
        drop(self.turn.take());
        self.send(Piece::End).await
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use http_body_util::BodyExt as _;

    use super::*;

    /// What a body ends with, and what came before.
    async fn drain(mut body: Body) -> (Vec<u8>, bool) {
        let mut whole = Vec::new();
        while let Some(frame) = body.frame().await {
            match frame {
                Ok(frame) => whole.extend_from_slice(&frame.into_data().unwrap()),
                Err(_) => return (whole, false),
            }
        }
        (whole, true)
    }

    #[tokio::test]
    async fn files_of_every_length_come_out_as_they_went_in() {
        let (mut archive, body) = archive(Timestamp::from_second(1_700_000_000).unwrap(), None);
        let files: Vec<(String, Vec<u8>)> = [0usize, 1, 511, 512, 513, 5000]
            .into_iter()
            .map(|size| (format!("pictures/é {size}.jpg"), vec![7; size]))
            .collect();
        let written = files.clone();
        let writing = tokio::spawn(async move {
            for (path, content) in &written {
                let pieces = content.chunks(100).map(Bytes::copy_from_slice).collect();
                archive.file(path, pieces).await.unwrap();
            }
            archive.finish().await.unwrap();
        });
        let (whole, finished) = drain(body).await;
        writing.await.unwrap();
        assert!(finished);
        assert_eq!(whole.len() % BLOCK, 0);
        let mut found = Vec::new();
        for entry in tar::Archive::new(&whole[..]).entries().unwrap() {
            let mut entry = entry.unwrap();
            assert_eq!(entry.header().mtime().unwrap(), 1_700_000_000);
            let path = String::from_utf8(entry.path_bytes().into_owned()).unwrap();
            let mut content = Vec::new();
            entry.read_to_end(&mut content).unwrap();
            found.push((path, content));
        }
        let (name, sums) = found.pop().unwrap();
        assert_eq!((name.as_str(), &found), (SUMS, &files));
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  pictures/é 0.jpg";
        assert_eq!(String::from_utf8(sums).unwrap().lines().next(), Some(empty));
    }

    #[tokio::test]
    async fn an_object_of_another_length_cuts_the_archive_short() {
        for pieces in [vec![Ok(Bytes::from_static(b"ab"))], vec![Ok(Bytes::from_static(b"abcd"))]] {
            let (mut archive, body) = archive(Timestamp::UNIX_EPOCH, None);
            let writing = tokio::spawn(async move {
                archive.stream("a", 3, Timestamp::UNIX_EPOCH, stream::iter(pieces)).await.map(drop)
            });
            assert!(!drain(body).await.1);
            assert!(matches!(writing.await.unwrap(), Err(Halt::Size { .. })));
        }
    }

    #[tokio::test]
    async fn a_client_that_went_away_ends_the_writing() {
        let (mut archive, body) = archive(Timestamp::UNIX_EPOCH, None);
        drop(body);
        assert!(matches!(archive.file("a", vec![Bytes::from_static(b"a")]).await, Err(Halt::Gone)));
    }

    #[tokio::test]
    async fn a_client_that_takes_nothing_is_given_up() {
        let (mut archive, _body) = archive(Timestamp::UNIX_EPOCH, None);
        archive.patience = Duration::from_millis(1);
        let many = vec![Bytes::from_static(b"a"); 100];
        assert!(matches!(archive.file("a", many).await, Err(Halt::Stalled)));
    }
}
