//! The frame header: size, coding process, components.

use crate::error::JpegError;
use crate::header::Limits;
use crate::marker::{SOF0, SOF1, SOF2};

/// Coding process of a JPEG file, of those that are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Process {
    /// Sequential, two tables of each class (SOF0).
    Baseline,
    /// Sequential, four tables of each class (SOF1), 8 bits.
    Extended,
    /// Several scans, each refining the picture (SOF2).
    Progressive,
}

/// One colour component.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Component {
    /// Identifier that scans refer to.
    pub id: u8,
    /// Horizontal sampling factor, 1-4.
    pub horizontal: u8,
    /// Vertical sampling factor, 1-4.
    pub vertical: u8,
    /// Quantisation table, 0-3.
    pub table: u8,
}

/// What the frame header says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// Pixels per row, as stored (before EXIF orientation).
    pub width: u32,
    /// Rows, as stored.
    pub height: u32,
    /// Coding process.
    pub process: Process,
    /// One (grey) or three components.
    pub components: Vec<Component>,
}

/// Luma sampling factors that all decoders agree on, with chroma at 1 x 1.
const LUMA_SAMPLING: [(u8, u8); 6] = [(1, 1), (2, 1), (1, 2), (2, 2), (4, 1), (1, 4)];

impl Frame {
    /// Reads the payload of a start-of-frame segment.
    pub(crate) fn parse(marker: u8, payload: &[u8], limits: &Limits) -> Result<Frame, JpegError> {
        let process = match marker {
            SOF0 => Process::Baseline,
            SOF1 => Process::Extended,
            SOF2 => Process::Progressive,
            0xC3 => return Err(JpegError::UnsupportedProcess("lossless coding")),
            0xC5..=0xC7 => return Err(JpegError::UnsupportedProcess("hierarchical coding")),
            0xC9 | 0xCA => return Err(JpegError::UnsupportedProcess("arithmetic coding")),
            0xCB => return Err(JpegError::UnsupportedProcess("lossless arithmetic coding")),
            _ => {
                return Err(JpegError::UnsupportedProcess("hierarchical arithmetic coding"));
            }
        };
        let &[precision, h1, h0, w1, w0, count, ref rest @ ..] = payload else {
            return Err(JpegError::Damaged("the frame header is too short"));
        };
        if precision != 8 {
            return Err(JpegError::UnsupportedPrecision(precision));
        }
        let width = u32::from(u16::from_be_bytes([w1, w0]));
        let height = u32::from(u16::from_be_bytes([h1, h0]));
        limits.check(width, height)?;
        if count != 1 && count != 3 {
            return Err(JpegError::UnsupportedColours(count));
        }
        if rest.len() != 3 * usize::from(count) {
            return Err(JpegError::Damaged("the frame header has the wrong length"));
        }
        let components: Vec<Component> = rest
            .chunks_exact(3)
            .map(|c| Component { id: c[0], horizontal: c[1] >> 4, vertical: c[1] & 15, table: c[2] })
            .collect();
        let mut frame = Frame { width, height, process, components };
        frame.check_components()?;
        Ok(frame)
    }

    fn check_components(&mut self) -> Result<(), JpegError> {
        for (i, component) in self.components.iter().enumerate() {
            let factors = 1..=4;
            if !factors.contains(&component.horizontal) || !factors.contains(&component.vertical) {
                return Err(JpegError::Damaged("a sampling factor is out of range"));
            }
            if component.table > 3 {
                return Err(JpegError::Damaged("a quantisation table number is out of range"));
            }
            if self.components[..i].iter().any(|other| other.id == component.id) {
                return Err(JpegError::Damaged("two components have the same number"));
            }
        }
        match self.components.as_mut_slice() {
            // The factors of a single component change nothing (T.81, A.2.2).
            [grey] => (grey.horizontal, grey.vertical) = (1, 1),
            [luma, chroma @ ..] => {
                let flat = chroma.iter().all(|c| (c.horizontal, c.vertical) == (1, 1));
                if !flat || !LUMA_SAMPLING.contains(&(luma.horizontal, luma.vertical)) {
                    return Err(JpegError::UnsupportedSampling);
                }
            }
            [] => return Err(JpegError::UnsupportedColours(0)),
        }
        Ok(())
    }

    /// Sampling factors of the first component, which are the largest.
    pub(crate) fn luma_sampling(&self) -> (u32, u32) {
        let luma = self.components[0];
        (u32::from(luma.horizontal), u32::from(luma.vertical))
    }

    /// The largest sampling factors of any component.
    pub(crate) fn max_sampling(&self) -> (u32, u32) {
        self.luma_sampling()
    }

    /// Pixels per row and rows of a minimum coded unit.
    pub(crate) fn unit_size(&self) -> (u32, u32) {
        let (h, v) = self.max_sampling();
        (8 * h, 8 * v)
    }

    /// Minimum coded units of an interleaved scan: per row, and rows.
    pub(crate) fn mcus(&self) -> (u32, u32) {
        let (h, v) = self.luma_sampling();
        (self.width.div_ceil(8 * h), self.height.div_ceil(8 * v))
    }

    /// Blocks of a component in an interleaved scan: per row, and rows, with padding.
    pub(crate) fn padded_blocks(&self, index: usize) -> (u32, u32) {
        let (columns, rows) = self.mcus();
        let c = self.components[index];
        (columns * u32::from(c.horizontal), rows * u32::from(c.vertical))
    }

    /// Blocks of a component in a scan of its own (T.81, A.2.2): per row, and rows.
    pub(crate) fn own_blocks(&self, index: usize) -> (u32, u32) {
        let (h, v) = self.luma_sampling();
        let c = self.components[index];
        let width = (self.width * u32::from(c.horizontal)).div_ceil(h);
        let height = (self.height * u32::from(c.vertical)).div_ceil(v);
        (width.div_ceil(8), height.div_ceil(8))
    }

    /// Blocks of all components.
    pub(crate) fn total_blocks(&self) -> u64 {
        (0..self.components.len())
            .map(|i| self.padded_blocks(i))
            .map(|(columns, rows)| u64::from(columns) * u64::from(rows))
            .sum()
    }
}
