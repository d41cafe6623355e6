//! The strict check of a whole file, and the same picture without anything that isn't needed.

use crate::error::JpegError;
use crate::frame::Frame;
use crate::header::{Colours, Limits, Scan, Tables};
use crate::marker::{APP14, DHT, DQT, DRI, EOI, SOF0, SOF1, SOI, SOS};
use crate::sequential;
use crate::tokens::{Event, Tokens};
use crate::transcode;

/// A file that passed: it has exactly one reading.
pub(crate) struct Canonical {
    pub frame: Frame,
    pub colours: Colours,
    /// Payloads of the ICC segments, in file order.
    pub icc_chunks: Vec<Vec<u8>>,
    /// Where the end marker ends; what follows is not part of the picture.
    pub end: u64,
    /// Tables, frame and scans only; no application data, no comments, nothing behind the end
    /// marker. The decoder gets this, so that it has no say in what belongs to the picture.
    pub bytes: Vec<u8>,
    /// Whether `bytes` had to be coded anew, because the file was not one interleaved sequential scan.
    pub transcoded: bool,
}

impl Canonical {
    /// Checks every segment and every bit of the picture data.
    pub(crate) fn parse(bytes: &[u8], limits: &Limits) -> Result<Canonical, JpegError> {
        let mut check = Check {
            bytes,
            tables: Tables::new(*limits),
            out: vec![0xFF, SOI],
            scan: None,
            transcode: false,
            started: false,
            end: None,
        };
        Tokens::new().advance(bytes, &mut |event| check.event(&event))?;
        if bytes.len() < 2 {
            return Err(JpegError::NotJpeg);
        }
        let end = check.end.ok_or(JpegError::Truncated)?;
        let colours = check.tables.colours()?;
        let Some(frame) = check.tables.frame else {
            return Err(JpegError::Damaged("it has no frame header"));
        };
        let transcoded = check.transcode;
        let bytes = if transcoded { transcode::to_baseline(bytes, limits)? } else { check.out };
        Ok(Canonical { frame, colours, icc_chunks: check.tables.icc_chunks, end, bytes, transcoded })
    }
}

struct Check<'a> {
    bytes: &'a [u8],
    tables: Tables,
    out: Vec<u8>,
    scan: Option<(Scan, usize)>,
    /// The file is not one interleaved sequential scan, and checked while it is turned into that.
    transcode: bool,
    started: bool,
    end: Option<u64>,
}

impl Check<'_> {
    fn event(&mut self, event: &Event<'_>) -> Result<(), JpegError> {
        match *event {
            Event::Segment { marker, start, payload } => {
                let scan = self.tables.segment(marker, payload)?;
                match marker {
                    DQT | DHT | DRI | SOS => self.copy(marker, payload),
                    SOF0 | SOF1 => self.copy_frame(marker, payload),
                    _ => {}
                }
                if let Some(scan) = scan {
                    // Fill bytes may stand before the marker: measure from the marker itself.
                    let fill = self.bytes[start as usize..].iter().take_while(|&&b| b == 0xFF).count();
                    let data = start as usize + fill + 3 + payload.len();
                    self.scan = Some((scan, data));
                }
            }
            Event::ScanEnd { end } => self.after_scan(end as usize)?,
            Event::End { end } => {
                self.out.extend([0xFF, EOI]);
                self.end = Some(end);
            }
        }
        Ok(())
    }

    fn copy(&mut self, marker: u8, payload: &[u8]) {
        self.out.extend([0xFF, marker]);
        self.out.extend((payload.len() as u16 + 2).to_be_bytes());
        self.out.extend(payload);
    }

    fn copy_frame(&mut self, marker: u8, payload: &[u8]) {
        let mut payload = payload.to_vec();
        if let [.., 1, _id, factors, _table] = payload.as_mut_slice()
            && self.tables.frame.as_ref().is_some_and(|frame| frame.components.len() == 1)
        {
            // The sampling factors of a single component mean nothing, and confuse decoders.
            *factors = 0x11;
        }
        self.copy(marker, &payload);
    }

    /// Refuses a stated size that the data can't fill, before anything is allocated for it. This
    /// comes when the scan has ended, so that a file without end is called truncated.
    fn before_first_scan(&mut self) -> Result<(), JpegError> {
        let Some(frame) = &self.tables.frame else { return Ok(()) };
        let colours = self.tables.colours()?;
        frame.check_data(self.bytes.len())?;
        let whole = self.scan.as_ref().is_some_and(|(scan, _)| scan.components.len() == frame.components.len());
        self.transcode = !whole || frame.process.is_progressive() || frame.process.is_arithmetic();
        if colours == Colours::Rgb {
            // Stated once, in the form that the decoder knows: Adobe, transform 0. It has to stand
            // before the scan header, which has been written already.
            let marker = [0xFF, APP14, 0, 14];
            let adobe = marker.iter().chain(b"Adobe\0d\0\0\0\0\0");
            let after_start = self.out[2..].to_vec();
            self.out.truncate(2);
            self.out.extend(adobe);
            self.out.extend(after_start);
        }
        Ok(())
    }

    fn after_scan(&mut self, end: usize) -> Result<(), JpegError> {
        if !self.started {
            self.started = true;
            self.before_first_scan()?;
        }
        let (Some((scan, start)), Some(frame)) = (self.scan.take(), &self.tables.frame) else {
            return Err(JpegError::Damaged("picture data come before a scan header"));
        };
        if self.transcode {
            return Ok(());
        }
        let data = self.bytes.get(start..end).unwrap_or_default();
        sequential::check_scan(&self.tables, frame, &scan, data)?;
        self.out.extend_from_slice(data);
        Ok(())
    }
}
