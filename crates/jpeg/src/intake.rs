//! Looks at an upload while it streams in.

use crate::error::JpegError;
use crate::extras::{Extra, Trailer};
use crate::frame::Process;
use crate::header::{Limits, Tables};
use crate::tokens::{Event, MAX_HEADER, Tokens};

/// Fed with an upload as it streams. Keeps the header in memory, at most 4 MiB of it, and follows
/// the picture data to its end marker without keeping it. Bytes behind the end marker (previews and
/// films that cameras append) are looked through for what is to be told, and else ignored.
///
/// An accepted upload has a complete and plausible structure. Whether its picture data decodes is
/// found by [`crate::Source::open`].
pub struct Intake {
    tokens: Tokens,
    tables: Tables,
    header: Vec<u8>,
    trailer: Trailer,
}

/// What an upload says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// Pixels per row as stored, before EXIF orientation.
    pub width: u32,
    /// Rows as stored.
    pub height: u32,
    /// Colour components: 1 (grey), 3 or 4 (inks).
    pub components: u8,
    /// Coding process.
    pub process: Process,
    /// All bytes from the start marker to the end of the first scan header: EXIF and XMP are here.
    pub bytes: Vec<u8>,
    /// What the file holds behind its picture, and what is therefore dropped.
    pub extras: Vec<Extra>,
}

impl Intake {
    /// An intake that has seen nothing yet.
    pub fn new(limits: Limits) -> Self {
        Self { tokens: Tokens::new(), tables: Tables::new(limits), header: Vec::new(), trailer: Trailer::default() }
    }

    /// Takes the next bytes of the upload, of any number. An error is final: the upload can be
    /// answered at once.
    pub fn feed(&mut self, chunk: &[u8]) -> Result<(), JpegError> {
        let Self { tokens, tables, header, trailer } = self;
        let before = tokens.offset();
        if tokens.header_end().is_none() {
            let room = MAX_HEADER.saturating_sub(header.len());
            header.extend_from_slice(&chunk[..chunk.len().min(room)]);
        }
        tokens.advance(chunk, &mut |event| {
            if let Event::Segment { marker, payload, .. } = event {
                tables.segment(marker, payload)?;
            }
            Ok(())
        })?;
        if let Some(end) = tokens.header_end() {
            header.truncate(end as usize);
        } else if tokens.offset() > MAX_HEADER as u64 {
            return Err(JpegError::HeaderTooLong { max_bytes: MAX_HEADER });
        }
        if tokens.is_done() {
            trailer.feed(&chunk[(tokens.offset() - before) as usize..]);
        }
        Ok(())
    }

    /// What the complete upload says of itself. An error if its end marker has not come.
    pub fn finish(self) -> Result<Header, JpegError> {
        let Self { tokens, tables, header, trailer } = self;
        if tokens.offset() < 2 {
            return Err(JpegError::NotJpeg);
        }
        if !tokens.is_done() {
            return Err(JpegError::Truncated);
        }
        tables.check_complete()?;
        let Some(frame) = tables.frame else {
            return Err(JpegError::Damaged("it has no frame header"));
        };
        Ok(Header {
            width: frame.width,
            height: frame.height,
            components: frame.components.len() as u8,
            process: frame.process,
            bytes: header,
            extras: trailer.extras(),
        })
    }
}
