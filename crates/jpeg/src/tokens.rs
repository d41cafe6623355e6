//! Cuts a byte stream into JPEG segments and scans, whatever pieces it arrives in.
//!
//! The streaming intake, the strict check and the segment list all use this one tokenizer, so that
//! they can't disagree about where anything begins or ends.

use memchr::memchr;

use crate::error::JpegError;
use crate::marker::{DNL, EOI, RST0, RST7, SOI, SOS};

/// The part before the picture data, SOI to SOS, must fit into this.
pub(crate) const MAX_HEADER: usize = 4 << 20;
/// Segments of one file. Cameras write fewer than a hundred, an ICC profile at most 255.
pub(crate) const MAX_SEGMENTS: usize = 2000;

/// What the tokenizer found. Offsets count from the start of the file.
pub(crate) enum Event<'a> {
    /// A segment is complete; `payload` is without marker and length.
    Segment { marker: u8, start: u64, payload: &'a [u8] },
    /// The entropy-coded data of a scan ended before `end`.
    ScanEnd { end: u64 },
    /// The end marker; the picture is complete at `end`.
    End { end: u64 },
}

#[derive(Clone, Copy, PartialEq, Debug)]
enum State {
    Start,
    StartSecond,
    Marker,
    Code,
    LengthHigh(u8),
    LengthLow(u8, u8),
    Payload { marker: u8, left: usize },
    Scan,
    ScanCode,
    Done,
}

/// A push tokenizer; holds at most one segment.
pub(crate) struct Tokens {
    state: State,
    offset: u64,
    marker_start: u64,
    payload: Vec<u8>,
    segments: usize,
    scans: usize,
    header_end: Option<u64>,
}

impl Tokens {
    pub(crate) fn new() -> Tokens {
        Tokens {
            state: State::Start,
            offset: 0,
            marker_start: 0,
            payload: Vec::new(),
            segments: 0,
            scans: 0,
            header_end: None,
        }
    }

    /// True from the end marker on: what follows is not part of the picture.
    pub(crate) fn is_done(&self) -> bool {
        self.state == State::Done
    }

    /// Where the header of the first scan ends and its data begin, once that has been seen.
    pub(crate) fn header_end(&self) -> Option<u64> {
        self.header_end
    }

    /// Bytes taken so far.
    pub(crate) fn offset(&self) -> u64 {
        self.offset
    }

    /// Takes the next bytes of the file, and reports what they complete.
    /// Stops behind the end marker: bytes after it are never taken.
    pub(crate) fn advance(
        &mut self,
        bytes: &[u8],
        on_event: &mut dyn FnMut(Event<'_>) -> Result<(), JpegError>,
    ) -> Result<(), JpegError> {
        let mut rest = bytes;
        while !rest.is_empty() && !self.is_done() {
            rest = match self.state {
                State::Payload { marker, left } => {
                    let (now, later) = rest.split_at(left.min(rest.len()));
                    self.offset += now.len() as u64;
                    self.payload.extend_from_slice(now);
                    self.state = State::Payload { marker, left: left - now.len() };
                    if now.len() == left {
                        self.segment_complete(marker, on_event)?;
                    }
                    later
                }
                State::Scan => {
                    let run = memchr(0xFF, rest).unwrap_or(rest.len());
                    let skipped = (run + 1).min(rest.len());
                    if run < rest.len() {
                        self.marker_start = self.offset + run as u64;
                        self.state = State::ScanCode;
                    }
                    self.offset += skipped as u64;
                    &rest[skipped..]
                }
                _ => {
                    self.offset += 1;
                    self.step(rest[0], on_event)?;
                    &rest[1..]
                }
            };
        }
        Ok(())
    }

    fn step(
        &mut self,
        byte: u8,
        on_event: &mut dyn FnMut(Event<'_>) -> Result<(), JpegError>,
    ) -> Result<(), JpegError> {
        match self.state {
            State::Start if byte == 0xFF => self.state = State::StartSecond,
            State::StartSecond if byte == SOI => self.state = State::Marker,
            State::Start | State::StartSecond => return Err(JpegError::NotJpeg),
            State::Marker if byte == 0xFF => {
                self.marker_start = self.offset - 1;
                self.state = State::Code;
            }
            State::Marker => {
                return Err(JpegError::Ambiguous("stray bytes between two segments"));
            }
            // Any number of FF bytes may precede a marker (T.81, B.1.1.2).
            State::Code if byte == 0xFF => {}
            State::Code => self.marker(byte, on_event)?,
            State::LengthHigh(marker) => self.state = State::LengthLow(marker, byte),
            State::LengthLow(marker, high) => {
                let length = usize::from(u16::from_be_bytes([high, byte]));
                let left = length.checked_sub(2).ok_or(JpegError::Damaged("a segment states an impossible length"))?;
                self.payload.clear();
                self.state = State::Payload { marker, left };
                if left == 0 {
                    self.segment_complete(marker, on_event)?;
                }
            }
            State::ScanCode => self.scan_code(byte, on_event)?,
            // Runs of bytes: `advance` takes them as a whole.
            State::Payload { .. } | State::Scan | State::Done => {}
        }
        Ok(())
    }

    fn segment_complete(
        &mut self,
        marker: u8,
        on_event: &mut dyn FnMut(Event<'_>) -> Result<(), JpegError>,
    ) -> Result<(), JpegError> {
        self.segments += 1;
        if self.segments > MAX_SEGMENTS {
            return Err(JpegError::TooManySegments { max: MAX_SEGMENTS });
        }
        if self.scans == 0 && self.offset > MAX_HEADER as u64 {
            return Err(JpegError::HeaderTooLong { max_bytes: MAX_HEADER });
        }
        on_event(Event::Segment { marker, start: self.marker_start, payload: &self.payload })?;
        self.state = State::Marker;
        if marker == SOS {
            self.scans += 1;
            self.header_end.get_or_insert(self.offset);
            self.state = State::Scan;
        }
        Ok(())
    }

    fn marker(
        &mut self,
        code: u8,
        on_event: &mut dyn FnMut(Event<'_>) -> Result<(), JpegError>,
    ) -> Result<(), JpegError> {
        match code {
            SOI => return Err(JpegError::Ambiguous("a second picture begins inside the first")),
            EOI if self.scans == 0 => {
                return Err(JpegError::Damaged("it ends before any picture data"));
            }
            EOI => {
                self.state = State::Done;
                on_event(Event::End { end: self.offset })?;
            }
            DNL => return Err(JpegError::Ambiguous("the height is stated behind the picture data")),
            0x00..=0xBF | RST0..=RST7 => {
                return Err(JpegError::Damaged("an impossible marker between two segments"));
            }
            code => self.state = State::LengthHigh(code),
        }
        Ok(())
    }

    fn scan_code(
        &mut self,
        byte: u8,
        on_event: &mut dyn FnMut(Event<'_>) -> Result<(), JpegError>,
    ) -> Result<(), JpegError> {
        match byte {
            0x00 | RST0..=RST7 => self.state = State::Scan,
            0xFF => {}
            code => {
                on_event(Event::ScanEnd { end: self.marker_start })?;
                self.state = State::Code;
                self.marker(code, on_event)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn events(chunks: &[&[u8]]) -> Result<Vec<String>, JpegError> {
        let mut tokens = Tokens::new();
        let mut seen = Vec::new();
        for chunk in chunks {
            tokens.advance(chunk, &mut |event| {
                seen.push(match event {
                    Event::Segment { marker, start, payload } => {
                        format!("{marker:x}@{start}+{}", payload.len())
                    }
                    Event::ScanEnd { end } => format!("scan..{end}"),
                    Event::End { end } => format!("end@{end}"),
                });
                Ok(())
            })?;
        }
        Ok(seen)
    }

    const TINY: &[u8] = &[
        0xFF, 0xD8, 0xFF, 0xFE, 0, 2, 0xFF, 0xFF, 0xE0, 0, 4, 0xFF, 0xD8, 0xFF, 0xDA, 0, 3, 9, 1, 0xFF, 0, 2, 0xFF,
        0xD0, 3, 0xFF, 0xFF, 0xD9, 0xFF, 0xD8,
    ];

    #[test]
    fn segments_scans_and_end_are_found() {
        let expected = ["fe@2+0", "e0@6+2", "da@13+1", "scan..25", "end@28"];
        assert_eq!(events(&[TINY]).unwrap(), expected);
        for at in 0..TINY.len() {
            assert_eq!(events(&[&TINY[..at], &TINY[at..]]).unwrap(), expected, "cut at {at}");
        }
    }

    #[test]
    fn what_breaks_the_grammar_is_refused() {
        assert_eq!(events(&[b"PK\x03\x04"]), Err(JpegError::NotJpeg));
        assert!(matches!(events(&[&[0xFF, 0xD8, 0x00]]), Err(JpegError::Ambiguous(_))));
        assert!(matches!(events(&[&[0xFF, 0xD8, 0xFF, 0xD8]]), Err(JpegError::Ambiguous(_))));
        assert!(matches!(events(&[&[0xFF, 0xD8, 0xFF, 0xD9]]), Err(JpegError::Damaged(_))));
        assert!(matches!(events(&[&[0xFF, 0xD8, 0xFF, 0xE1, 0, 1]]), Err(JpegError::Damaged(_))));
    }

    #[test]
    fn endless_headers_are_refused() {
        let mut long = vec![0xFF, 0xD8];
        for _ in 0..70 {
            long.extend([0xFF, 0xE1, 0xFF, 0xFF]);
            long.extend(vec![0; 65_533]);
        }
        assert_eq!(events(&[&long]), Err(JpegError::HeaderTooLong { max_bytes: MAX_HEADER }));
        let mut many = vec![0xFF, 0xD8];
        many.extend([0xFF, 0xFE, 0, 2].repeat(MAX_SEGMENTS + 1));
        assert_eq!(events(&[&many]), Err(JpegError::TooManySegments { max: MAX_SEGMENTS }));
    }
}
