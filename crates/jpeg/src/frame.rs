//! The frame header: size, coding process, components.

use crate::error::JpegError;
use crate::header::Limits;
use crate::marker::{SOF0, SOF1, SOF2, SOF9, SOF10};

/// Coding process of a JPEG file, of those that are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Process {
    /// Sequential, two tables of each class (SOF0).
    Baseline,
    /// Sequential, four tables of each class (SOF1), 8 bits.
    Extended,
    /// Several scans, each refining the picture (SOF2).
    Progressive,
    /// Sequential, with arithmetic instead of Huffman coding (SOF9), 8 bits.
    Arithmetic,
    /// Progressive, with arithmetic instead of Huffman coding (SOF10).
    ArithmeticProgressive,
}

impl Process {
    /// Whether scans refine each other.
    pub(crate) fn is_progressive(self) -> bool {
        matches!(self, Process::Progressive | Process::ArithmeticProgressive)
    }

    /// Whether the picture data are for the decoder of T.81, annex D.
    pub(crate) fn is_arithmetic(self) -> bool {
        matches!(self, Process::Arithmetic | Process::ArithmeticProgressive)
    }
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
    /// One (grey), three or four components; none has larger sampling factors than the first.
    pub components: Vec<Component>,
}

/// Blocks of an MCU at most (T.81, B.2.3).
const MAX_MCU_BLOCKS: u32 = 10;

impl Frame {
    /// Reads the payload of a start-of-frame segment.
    pub(crate) fn parse(marker: u8, payload: &[u8], limits: &Limits) -> Result<Frame, JpegError> {
        let process = match marker {
            SOF0 => Process::Baseline,
            SOF1 => Process::Extended,
            SOF2 => Process::Progressive,
            SOF9 => Process::Arithmetic,
            SOF10 => Process::ArithmeticProgressive,
            0xC3 => return Err(JpegError::UnsupportedProcess("lossless coding")),
            0xC5..=0xC7 => return Err(JpegError::UnsupportedProcess("hierarchical coding")),
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
        if !matches!(count, 1 | 3 | 4) {
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
            [] => return Err(JpegError::UnsupportedColours(0)),
            _ => self.check_sampling()?,
        }
        Ok(())
    }

    /// Every sample has to stand for a whole number of pixels, and the first component for one:
    /// how decoders stretch anything else is up to them.
    fn check_sampling(&self) -> Result<(), JpegError> {
        let (h, v) = self.max_sampling();
        let whole = |c: &Component| h % u32::from(c.horizontal) == 0 && v % u32::from(c.vertical) == 0;
        let first_is_finest = self.sampling(0) == (h, v);
        let blocks: u32 = self.components.iter().map(|c| u32::from(c.horizontal * c.vertical)).sum();
        if first_is_finest && blocks <= MAX_MCU_BLOCKS && self.components.iter().all(whole) {
            Ok(())
        } else {
            Err(JpegError::UnsupportedSampling)
        }
    }

    /// The largest horizontal and the largest vertical sampling factor, which are those of the first component.
    pub(crate) fn max_sampling(&self) -> (u32, u32) {
        let largest = |factor: fn(&Component) -> u8| self.components.iter().map(factor).max().map_or(1, u32::from);
        (largest(|c| c.horizontal), largest(|c| c.vertical))
    }

    /// Horizontal and vertical sampling factor of a component: its blocks per MCU.
    pub(crate) fn sampling(&self, index: usize) -> (u32, u32) {
        let c = self.components[index];
        (u32::from(c.horizontal), u32::from(c.vertical))
    }

    /// Pixels per row and rows of a minimum coded unit.
    pub(crate) fn unit_size(&self) -> (u32, u32) {
        let (h, v) = self.max_sampling();
        (8 * h, 8 * v)
    }

    /// Minimum coded units of an interleaved scan: per row, and rows.
    pub(crate) fn mcus(&self) -> (u32, u32) {
        let (h, v) = self.max_sampling();
        (self.width.div_ceil(8 * h), self.height.div_ceil(8 * v))
    }

    /// Blocks of a component in an interleaved scan: per row, and rows, with padding.
    pub(crate) fn padded_blocks(&self, index: usize) -> (u32, u32) {
        let (columns, rows) = self.mcus();
        let (h, v) = self.sampling(index);
        (columns * h, rows * v)
    }

    /// Blocks of a component in a scan of its own (T.81, A.2.2): per row, and rows.
    pub(crate) fn own_blocks(&self, index: usize) -> (u32, u32) {
        let (max_h, max_v) = self.max_sampling();
        let (h, v) = self.sampling(index);
        let width = (self.width * h).div_ceil(max_h);
        let height = (self.height * v).div_ceil(max_v);
        (width.div_ceil(8), height.div_ceil(8))
    }

    /// Refuses a stated size that a file of `bytes` bytes can't fill: what has to stand before
    /// anything is allocated for that size.
    pub(crate) fn check_data(&self, bytes: usize) -> Result<(), JpegError> {
        let blocks: u64 = (0..self.components.len())
            .map(|i| self.own_blocks(i))
            .map(|(columns, rows)| u64::from(columns) * u64::from(rows))
            .sum();
        let bits = bytes as u64 * 8;
        let enough = match self.process {
            // Two Huffman codes per block, one in the first scan of a progressive file.
            Process::Baseline | Process::Extended => blocks * 2 <= bits,
            Process::Progressive => blocks <= bits,
            // There is no such bound to arithmetic coding: each of many equal decisions takes 1/20,000 bit. But
            // nobody sends that; photographs take a hundred times more than this.
            Process::Arithmetic | Process::ArithmeticProgressive => blocks <= bits * 8,
        };
        let (width, height) = (self.width, self.height);
        if enough { Ok(()) } else { Err(JpegError::TooLittleData { width, height }) }
    }
}
