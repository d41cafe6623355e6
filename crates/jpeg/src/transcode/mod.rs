//! Turns every way of coding a picture into one: a single interleaved sequential Huffman scan.
//!
//! Progressive files (SOF2), arithmetic-coded ones (SOF9, SOF10) and sequential ones with several
//! scans hold the same quantised coefficients that such a scan can hold. So nothing is lost: the
//! coefficients are read ([`coefficients`], [`scans`], and a decoder per coding: [`huffman`],
//! [`arithmetic`]), checked strictly on the way, and written anew ([`emit`]).
//!
//! Memory: 128 bytes per block of coefficients, which is 2 per sample (3 per pixel at 4:2:0, 6 at 4:4:4),
//! and what the file to be written takes. It is asked for only when the file was found long
//! enough for the size that it states.

mod arithmetic;
pub(crate) mod coefficients;
pub(crate) mod emit;
mod huffman;
mod optimal;
mod qm;
mod scans;
#[cfg(test)]
mod tests;

use crate::error::JpegError;
use crate::frame::Frame;
use crate::header::{Colours, Limits, Scan, Tables};
use crate::marker::SOS;
use crate::tokens::{Event, Tokens};
use coefficients::Coefficients;
use scans::Scans;

/// All that makes up a picture, whichever way it was coded.
pub(crate) struct Decoded {
    pub frame: Frame,
    pub colours: Colours,
    /// Per component, in zigzag order.
    pub quantisation: Vec<[u16; 64]>,
    pub coefficients: Coefficients,
}

/// The same picture as a file with one interleaved sequential Huffman scan: the start marker, an
/// Adobe header where the colours need one, DQT, SOF0 (SOF1 if quantisation steps exceed 255), DHT, SOS, the
/// scan and the end marker. Without restart markers, and without any metadata.
///
/// Any JPEG file that is taken at all may be given, also one that is coded like this already. Fails
/// with what is wrong in the file; nothing with two readings passes.
pub(crate) fn to_baseline(bytes: &[u8], limits: &Limits) -> Result<Vec<u8>, JpegError> {
    let picture = decode(bytes, limits)?;
    emit::emit(&picture.frame, picture.colours, &picture.quantisation, &picture.coefficients)
}

/// Reads the coefficients of a file, strictly.
pub(crate) fn decode(bytes: &[u8], limits: &Limits) -> Result<Decoded, JpegError> {
    let mut reading = Reading { bytes, tables: Tables::new(*limits), scan: None, scans: None, ended: false };
    Tokens::new().advance(bytes, &mut |event| reading.event(&event))?;
    if bytes.len() < 2 {
        return Err(JpegError::NotJpeg);
    }
    reading.finish()
}

struct Reading<'a> {
    bytes: &'a [u8],
    tables: Tables,
    /// The scan whose data comes next, and where they begin.
    scan: Option<(Scan, usize)>,
    scans: Option<Scans>,
    ended: bool,
}

impl Reading<'_> {
    fn event(&mut self, event: &Event<'_>) -> Result<(), JpegError> {
        match *event {
            Event::Segment { marker, start, payload } => {
                let scan = self.tables.segment(marker, payload)?;
                if marker == SOS {
                    // Fill bytes may stand before the marker: measure from the marker itself.
                    let from = self.bytes.get(start as usize..).unwrap_or_default();
                    let fill = from.iter().take_while(|&&byte| byte == 0xFF).count();
                    self.scan = scan.map(|scan| (scan, start as usize + fill + 3 + payload.len()));
                }
            }
            Event::ScanEnd { end } => self.scan_end(end as usize)?,
            Event::End { .. } => self.ended = true,
        }
        Ok(())
    }

    fn scan_end(&mut self, end: usize) -> Result<(), JpegError> {
        const STRAY: JpegError = JpegError::Damaged("picture data come before a scan header");
        let (Some((scan, start)), Some(frame)) = (self.scan.take(), &self.tables.frame) else { return Err(STRAY) };
        if self.scans.is_none() {
            self.tables.colours()?;
            frame.check_data(self.bytes.len())?;
        }
        let data = self.bytes.get(start..end).unwrap_or_default();
        self.scans.get_or_insert_with(|| Scans::new(frame)).decode(&self.tables, &scan, data)
    }

    fn finish(self) -> Result<Decoded, JpegError> {
        let colours = self.tables.colours()?;
        let (Some(frame), Some(scans), true) = (self.tables.frame, self.scans, self.ended) else {
            return Err(JpegError::Truncated);
        };
        let table = |table: u8| self.tables.quantisation.get(usize::from(table)).copied().flatten();
        let quantisation: Option<Vec<[u16; 64]>> = frame.components.iter().map(|c| table(c.table)).collect();
        let quantisation = quantisation.ok_or(JpegError::Damaged("a quantisation table is missing"))?;
        Ok(Decoded { colours, quantisation, coefficients: scans.finish()?, frame })
    }
}
