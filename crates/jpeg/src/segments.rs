//! Lists what a file consists of.

use crate::error::JpegError;
use crate::tokens::{Event, Tokens};

/// A segment of a JPEG file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    /// Second byte of the marker, such as `0xE1` for APP1.
    pub marker: u8,
    /// Where the marker begins, from the start of the file.
    pub offset: u64,
    /// Bytes behind marker and length.
    pub payload_len: usize,
    /// The first bytes of the payload, at most 32: enough to tell the many kinds of APP1 apart.
    pub payload_start: Vec<u8>,
}

const PAYLOAD_START: usize = 32;

/// All segments with a payload, in file order, up to the end marker. The start and end markers
/// and the picture data themselves are not listed.
pub fn list_segments(bytes: &[u8]) -> Result<Vec<Segment>, JpegError> {
    let mut segments = Vec::new();
    let mut tokens = Tokens::new();
    tokens.advance(bytes, &mut |event| {
        if let Event::Segment { marker, start, payload } = event {
            segments.push(Segment {
                marker,
                offset: start,
                payload_len: payload.len(),
                payload_start: payload[..payload.len().min(PAYLOAD_START)].to_vec(),
            });
        }
        Ok(())
    })?;
    if tokens.offset() < 2 {
        return Err(JpegError::NotJpeg);
    }
    if tokens.is_done() { Ok(segments) } else { Err(JpegError::Truncated) }
}
