//! Everything of a file in front of its entropy-coded data.

use memchr::memmem;

use crate::error::JpegError;
use crate::frame::{Frame, Process};
use crate::header::{Colours, Limits, Scan, ScanComponent, Tables};
use crate::huffman::HuffmanSpec;
use crate::icc;
use crate::marker::{APP0, APP14, DHT, DQT, DRI, SOF0, SOF1, SOI, SOS};

/// The head of a picture with one interleaved sequential scan.
#[derive(Clone)]
pub(crate) struct Head {
    pub frame: Frame,
    pub colours: Colours,
    /// Per component, in zigzag order.
    pub quantisation: Vec<[u16; 64]>,
    pub dc: [Option<HuffmanSpec>; 4],
    pub ac: [Option<HuffmanSpec>; 4],
    /// Per component: which tables it uses.
    pub scan: Vec<ScanComponent>,
    /// Coded units between restart markers; 0: there are none.
    pub restart_interval: u32,
    /// The colour profile as we write it.
    pub icc: Option<Vec<u8>>,
}

impl Head {
    /// What the segments up to the scan header said.
    pub(crate) fn new(tables: &Tables, scan: &Scan) -> Result<Head, JpegError> {
        let colours = tables.colours()?;
        let Some(frame) = tables.frame.clone() else {
            return Err(JpegError::Damaged("it has no frame header"));
        };
        let mut quantisation = Vec::with_capacity(frame.components.len());
        for component in &frame.components {
            let steps = tables.quantisation[usize::from(component.table)]
                .ok_or(JpegError::Damaged("a quantisation table is missing"))?;
            if steps.contains(&0) {
                return Err(JpegError::Damaged("a quantisation step is zero"));
            }
            quantisation.push(steps);
        }
        for part in &scan.components {
            if tables.dc[part.dc_table].is_none() || tables.ac[part.ac_table].is_none() {
                return Err(JpegError::Damaged("a Huffman table is missing"));
            }
        }
        let icc = icc::ours(&tables.icc_chunks, frame.components.len());
        let (dc, ac) = (tables.dc.clone(), tables.ac.clone());
        let restart_interval = tables.restart_interval;
        let head = Head { frame, colours, quantisation, dc, ac, scan: scan.components.clone(), restart_interval, icc };
        head.check_form()?;
        Ok(head)
    }

    /// Refuses tables that read like the beginning of another picture: no file that is served may hold one.
    fn check_form(&self) -> Result<(), JpegError> {
        let mut bytes = Vec::with_capacity(1024);
        self.write(&[], &mut bytes);
        match memmem::find(&bytes[1..], &[0xFF, SOI, 0xFF]) {
            Some(_) => Err(JpegError::Ambiguous("its tables look like the beginning of another picture")),
            None => Ok(()),
        }
    }

    /// Reads what [`Head::write`] wrote; `bytes` end with the scan header.
    pub(crate) fn parse(bytes: &[u8], limits: &Limits) -> Result<Head, JpegError> {
        use crate::tokens::{Event, Tokens};
        let mut tables = Tables::new(*limits);
        let mut scan = None;
        Tokens::new().advance(bytes, &mut |event| {
            if let Event::Segment { marker, payload, .. } = event
                && let Some(found) = tables.segment(marker, payload)?
            {
                scan = Some(found);
            }
            Ok(())
        })?;
        let scan = scan.ok_or(JpegError::Truncated)?;
        if scan.components.len() != tables.frame.as_ref().map_or(0, |frame| frame.components.len()) {
            return Err(JpegError::UnsupportedProcess("a separate scan for each colour"));
        }
        Head::new(&tables, &scan)
    }

    /// Blocks of each component in a coded unit, in scan order: component, column, row.
    pub(crate) fn layout(&self) -> Vec<(usize, usize, usize)> {
        let mut blocks = Vec::with_capacity(10);
        for (index, component) in self.frame.components.iter().enumerate() {
            for y in 0..usize::from(component.vertical) {
                blocks.extend((0..usize::from(component.horizontal)).map(|x| (index, x, y)));
            }
        }
        blocks
    }

    /// Writes start marker, colour markers, `app` (payloads of APP1 segments), profile, tables, frame and scan header.
    pub(crate) fn write(&self, app: &[Vec<u8>], out: &mut Vec<u8>) {
        use crate::marker::{APP1, APP2, ICC_ID};
        out.extend([0xFF, SOI]);
        match self.colours {
            // Version 1.1, square pixels, no thumbnail.
            Colours::Grey | Colours::YCbCr => segment(out, APP0, &[b"JFIF\0", &[1, 1, 0, 0, 1, 0, 1, 0, 0][..]]),
            Colours::Rgb | Colours::Cmyk => segment(out, APP14, &[b"Adobe\0d\0\0\0\0\0"]),
            Colours::Ycck => segment(out, APP14, &[b"Adobe\0d\0\0\0\0\x02"]),
        }
        for payload in app {
            segment(out, APP1, &[payload]);
        }
        if let Some(profile) = &self.icc {
            // Our profiles always fit into one segment: number 1 of 1.
            segment(out, APP2, &[ICC_ID, &[1, 1], profile]);
        }
        self.write_tables(out);
        self.write_frame(out, self.frame.width as u16, self.frame.height as u16);
        if self.restart_interval > 0 {
            segment(out, DRI, &[&(self.restart_interval as u16).to_be_bytes()]);
        }
        self.write_scan(out);
    }

    fn write_tables(&self, out: &mut Vec<u8>) {
        for number in 0..4u8 {
            let Some(index) = self.frame.components.iter().position(|c| c.table == number) else { continue };
            let steps = &self.quantisation[index];
            if steps.iter().all(|&step| step < 256) {
                let steps: Vec<u8> = steps.iter().map(|&step| step as u8).collect();
                segment(out, DQT, &[&[number], &steps]);
            } else {
                let steps: Vec<u8> = steps.iter().flat_map(|step| step.to_be_bytes()).collect();
                segment(out, DQT, &[&[0x10 | number], &steps]);
            }
        }
        for (class, tables) in [(0u8, &self.dc), (1, &self.ac)] {
            for (number, table) in tables.iter().enumerate() {
                let used = |part: &ScanComponent| if class == 0 { part.dc_table } else { part.ac_table } == number;
                if let (Some(table), true) = (table, self.scan.iter().any(used)) {
                    segment(out, DHT, &[&[class << 4 | number as u8], &table.to_bytes()]);
                }
            }
        }
    }

    /// Whether a baseline decoder can read it: two tables of each class, steps of 8 bits (T.81, B.2).
    fn is_baseline(&self) -> bool {
        self.scan.iter().all(|part| part.dc_table < 2 && part.ac_table < 2)
            && self.quantisation.iter().flatten().all(|&step| step < 256)
    }

    fn write_frame(&self, out: &mut Vec<u8>, width: u16, height: u16) {
        let mut payload = vec![8];
        payload.extend(height.to_be_bytes());
        payload.extend(width.to_be_bytes());
        payload.push(self.frame.components.len() as u8);
        for component in &self.frame.components {
            payload.extend([component.id, component.horizontal << 4 | component.vertical, component.table]);
        }
        segment(out, if self.is_baseline() { SOF0 } else { SOF1 }, &[&payload]);
    }

    fn write_scan(&self, out: &mut Vec<u8>) {
        let mut payload = vec![self.scan.len() as u8];
        for part in &self.scan {
            payload.extend([self.frame.components[part.index].id, (part.dc_table << 4 | part.ac_table) as u8]);
        }
        payload.extend([0, 63, 0]);
        segment(out, SOS, &[&payload]);
    }

    /// The same for a part of the picture, without restarts.
    pub(crate) fn of_part(&self, width: u32, height: u32) -> Head {
        let mut head = self.clone();
        (head.frame.width, head.frame.height) = (width, height);
        head.restart_interval = 0;
        head
    }

    /// Whether it is coded in one scan of all components, as everything here wants it.
    pub(crate) fn is_single_scan(tables: &Tables, scan: &Scan) -> bool {
        tables.frame.as_ref().is_some_and(|frame| {
            matches!(frame.process, Process::Baseline | Process::Extended)
                && scan.components.len() == frame.components.len()
        })
    }
}

/// Appends a segment. What we write always fits.
fn segment(out: &mut Vec<u8>, marker: u8, parts: &[&[u8]]) {
    let length = parts.iter().map(|part| part.len()).sum::<usize>() + 2;
    debug_assert!(u16::try_from(length).is_ok());
    out.extend([0xFF, marker]);
    out.extend((length as u16).to_be_bytes());
    for part in parts {
        out.extend_from_slice(part);
    }
}
