//! What the segments before and between the scans say, and whether that makes sense.

use crate::error::JpegError;
use crate::frame::Frame;
use crate::huffman::HuffmanSpec;
use crate::marker::{APP0, APP2, APP14, APP15, COM, DAC, DHP, DHT, DQT, DRI, EXP, ICC_ID, JPG, SOF0, SOF15, SOS};

/// Scans of one progressive file. Encoders in use write about ten.
pub(crate) const MAX_SCANS: usize = 64;

/// Largest picture that is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Width times height, in pixels.
    pub max_pixels: u64,
    /// Width, and height, in pixels. The format itself ends at 65,535.
    pub max_side: u32,
}

impl Default for Limits {
    /// 200 megapixels, 65,500 per side.
    fn default() -> Limits {
        Limits { max_pixels: 200_000_000, max_side: 65_500 }
    }
}

impl Limits {
    pub(crate) fn check(&self, width: u32, height: u32) -> Result<(), JpegError> {
        if width == 0 || height == 0 {
            return Err(JpegError::Empty);
        }
        let fits = width <= self.max_side
            && height <= self.max_side
            && u64::from(width) * u64::from(height) <= self.max_pixels;
        if fits {
            return Ok(());
        }
        let Limits { max_pixels, max_side } = *self;
        Err(JpegError::TooLarge { width, height, max_pixels, max_side })
    }
}

/// How the components are to be understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Colours {
    Grey,
    YCbCr,
    Rgb,
    /// Four inks, as the Adobe header says with transform 0.
    Cmyk,
    /// The first three inks as `YCbCr` of their complements, and black: Adobe's transform 2.
    Ycck,
}

/// How the statistics of arithmetic coding are conditioned (T.81, F.1.4.4), for the tables of one number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Conditioning {
    /// L: differences of brightness up to about 2^(L-1) count as none.
    pub lower: u8,
    /// U: differences beyond about 2^(U-1) count as large.
    pub upper: u8,
    /// Kx: the last coefficient, in zigzag order, that counts as one of low frequency.
    pub low_frequency: u8,
}

impl Conditioning {
    /// What holds unless the file states something else (T.81, F.1.4.4.1.4 and F.1.4.4.2.1).
    const DEFAULT: Conditioning = Conditioning { lower: 0, upper: 1, low_frequency: 5 };
}

/// One component of a scan: which, and its Huffman tables (or those of arithmetic conditioning).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ScanComponent {
    pub index: usize,
    pub dc_table: usize,
    pub ac_table: usize,
}

/// A start-of-scan segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Scan {
    pub components: Vec<ScanComponent>,
    /// First coefficient, in zigzag order.
    pub first: u8,
    /// Last coefficient.
    pub last: u8,
    /// Bit position sent before, 0 in the first scan of these coefficients.
    pub high: u8,
    /// Bit position this scan ends at.
    pub low: u8,
}

/// State that segments build up.
pub(crate) struct Tables {
    limits: Limits,
    pub frame: Option<Frame>,
    pub dc: [Option<HuffmanSpec>; 4],
    pub ac: [Option<HuffmanSpec>; 4],
    pub conditioning: [Conditioning; 4],
    pub restart_interval: u32,
    /// ICC chunks in file order: payloads behind the identifier.
    pub icc_chunks: Vec<Vec<u8>>,
    /// Quantisation tables, in zigzag order as the file states them.
    pub quantisation: [Option<[u16; 64]>; 4],
    jfif: bool,
    adobe_transform: Option<u8>,
    scans: usize,
    /// Which components had a scan.
    scanned: [bool; 4],
}

impl Tables {
    pub(crate) fn new(limits: Limits) -> Tables {
        Tables {
            limits,
            frame: None,
            dc: [const { None }; 4],
            ac: [const { None }; 4],
            conditioning: [Conditioning::DEFAULT; 4],
            restart_interval: 0,
            icc_chunks: Vec::new(),
            quantisation: [None; 4],
            jfif: false,
            adobe_transform: None,
            scans: 0,
            scanned: [false; 4],
        }
    }

    /// Takes one segment. Returns the scan that a start-of-scan segment announces.
    pub(crate) fn segment(&mut self, marker: u8, payload: &[u8]) -> Result<Option<Scan>, JpegError> {
        match marker {
            DHT => self.huffman_tables(payload)?,
            DAC => self.conditioning(payload)?,
            JPG => return Err(JpegError::UnsupportedProcess("an extension of the JPEG format")),
            SOF0..=SOF15 => self.frame(marker, payload)?,
            SOS => return self.scan(payload).map(Some),
            DQT => self.quantisation_tables(payload)?,
            DRI => {
                let &[high, low] = payload else {
                    return Err(JpegError::Damaged("the restart interval has the wrong length"));
                };
                self.restart_interval = u32::from(u16::from_be_bytes([high, low]));
            }
            DHP | EXP => return Err(JpegError::UnsupportedProcess("hierarchical coding")),
            APP0..=APP15 => self.application(marker, payload)?,
            COM => {}
            _ => return Err(JpegError::UnsupportedProcess("an extension of the JPEG format")),
        }
        Ok(None)
    }

    /// Fails unless every component had a scan.
    pub(crate) fn check_complete(&self) -> Result<(), JpegError> {
        let missing = self.frame.iter().any(|frame| self.scanned.iter().take(frame.components.len()).any(|had| !had));
        if missing { Err(JpegError::Truncated) } else { Ok(()) }
    }

    /// How the components are to be understood; the rules of libjpeg, which browsers use.
    pub(crate) fn colours(&self) -> Result<Colours, JpegError> {
        let Some(frame) = &self.frame else {
            return Err(JpegError::Damaged("it has no frame header"));
        };
        if frame.components.len() == 1 {
            return Ok(Colours::Grey);
        }
        if frame.components.len() == 4 {
            return match self.adobe_transform {
                Some(0) => Ok(Colours::Cmyk),
                Some(2) => Ok(Colours::Ycck),
                Some(_) => Err(JpegError::Ambiguous("the Adobe colour transform is unknown")),
                None => Err(JpegError::Ambiguous("no header says which inks its four colours are")),
            };
        }
        let named_rgb = frame.components.iter().map(|c| c.id).eq(*b"RGB");
        match (self.jfif, self.adobe_transform) {
            (true, Some(0)) => Err(JpegError::Ambiguous("JFIF and Adobe headers disagree on colour")),
            (true, _) | (false, Some(1)) if named_rgb => {
                Err(JpegError::Ambiguous("headers and component names disagree on colour"))
            }
            (_, Some(2..)) => Err(JpegError::Ambiguous("the Adobe colour transform is unknown")),
            (false, Some(0)) => Ok(Colours::Rgb),
            (false, None) if named_rgb => Ok(Colours::Rgb),
            _ => Ok(Colours::YCbCr),
        }
    }

    fn frame(&mut self, marker: u8, payload: &[u8]) -> Result<(), JpegError> {
        if self.frame.is_some() {
            return Err(JpegError::Ambiguous("it has two frame headers"));
        }
        self.frame = Some(Frame::parse(marker, payload, &self.limits)?);
        Ok(())
    }

    fn application(&mut self, marker: u8, payload: &[u8]) -> Result<(), JpegError> {
        // Decoders decide what the colours are when the first scan begins, and don't change their mind.
        let late = self.scans > 0;
        match marker {
            APP0 | APP14 if late && (payload.starts_with(b"JFIF\0") || payload.starts_with(b"Adobe")) => {
                return Err(JpegError::Ambiguous("what its colours are stands behind the first scan"));
            }
            APP0 if payload.starts_with(b"JFIF\0") => self.jfif = true,
            APP2 => {
                if let Some(chunk) = payload.strip_prefix(ICC_ID) {
                    self.icc_chunks.push(chunk.to_vec());
                }
            }
            // "Adobe", version, two flag words, transform. Others write APP14 too.
            APP14 if payload.len() >= 12 && payload.starts_with(b"Adobe") => {
                let transform = payload[11];
                if self.adobe_transform.is_some_and(|earlier| earlier != transform) {
                    return Err(JpegError::Ambiguous("it has two Adobe headers that disagree"));
                }
                self.adobe_transform = Some(transform);
            }
            _ => {}
        }
        Ok(())
    }

    fn quantisation_tables(&mut self, mut payload: &[u8]) -> Result<(), JpegError> {
        const BAD: JpegError = JpegError::Damaged("a quantisation table is malformed");
        while let [head, rest @ ..] = payload {
            let length = match head >> 4 {
                0 => 64,
                1 => 128,
                _ => return Err(BAD),
            };
            let (Some(slot), true) = (self.quantisation.get_mut(usize::from(head & 15)), rest.len() >= length) else {
                return Err(BAD);
            };
            if self.scans > 0 {
                return Err(JpegError::Ambiguous("quantisation changes between scans"));
            }
            let (steps, rest) = rest.split_at(length);
            let step = |k: usize| match length {
                64 => u16::from(steps[k]),
                _ => u16::from_be_bytes([steps[2 * k], steps[2 * k + 1]]),
            };
            *slot = Some(std::array::from_fn(step));
            payload = rest;
        }
        Ok(())
    }

    fn huffman_tables(&mut self, mut payload: &[u8]) -> Result<(), JpegError> {
        while let [head, rest @ ..] = payload {
            let (spec, length) = HuffmanSpec::parse(rest)?;
            let set = match head >> 4 {
                0 if spec.largest() > 15 => return Err(JpegError::Damaged("a Huffman table is malformed")),
                0 => &mut self.dc,
                1 => &mut self.ac,
                _ => return Err(JpegError::Damaged("a Huffman table has an unknown class")),
            };
            let slot = set
                .get_mut(usize::from(head & 15))
                .ok_or(JpegError::Damaged("a Huffman table number is out of range"))?;
            *slot = Some(spec);
            payload = &rest[length..];
        }
        Ok(())
    }

    /// Pairs of a table's class and number, and its value (T.81, B.2.4.3).
    fn conditioning(&mut self, payload: &[u8]) -> Result<(), JpegError> {
        const BAD: JpegError = JpegError::Damaged("an arithmetic conditioning table is malformed");
        let (pairs, rest) = payload.as_chunks::<2>();
        if !rest.is_empty() {
            return Err(BAD);
        }
        for &[head, value] in pairs {
            let table = self.conditioning.get_mut(usize::from(head & 15)).ok_or(BAD)?;
            match head >> 4 {
                0 if value & 15 <= value >> 4 => (table.lower, table.upper) = (value & 15, value >> 4),
                1 if (1..=63).contains(&value) => table.low_frequency = value,
                _ => return Err(BAD),
            }
        }
        Ok(())
    }

    fn scan(&mut self, payload: &[u8]) -> Result<Scan, JpegError> {
        const BAD: JpegError = JpegError::Damaged("a scan header is malformed");
        let Some(frame) = &self.frame else {
            return Err(JpegError::Damaged("picture data comes before the frame header"));
        };
        let (&count, rest) = payload.split_first().ok_or(BAD)?;
        let count = usize::from(count);
        if count == 0 || count > frame.components.len() || rest.len() != 2 * count + 3 {
            return Err(BAD);
        }
        let mut components = Vec::with_capacity(count);
        for pair in rest[..2 * count].chunks_exact(2) {
            let index = frame.components.iter().position(|c| c.id == pair[0]).ok_or(BAD)?;
            // In the order of the frame, none twice (T.81, B.2.3).
            if components.last().is_some_and(|last: &ScanComponent| last.index >= index) {
                return Err(BAD);
            }
            let (dc_table, ac_table) = (usize::from(pair[1] >> 4), usize::from(pair[1] & 15));
            if dc_table > 3 || ac_table > 3 {
                return Err(BAD);
            }
            if self.quantisation[usize::from(frame.components[index].table)].is_none() {
                return Err(JpegError::Damaged("a quantisation table is missing"));
            }
            components.push(ScanComponent { index, dc_table, ac_table });
        }
        let &[first, last, approximation] = &rest[2 * count..] else { return Err(BAD) };
        let scan = Scan { components, first, last, high: approximation >> 4, low: approximation & 15 };
        self.scans += 1;
        if frame.process.is_progressive() {
            if self.scans > MAX_SCANS {
                return Err(JpegError::TooManyScans { max: MAX_SCANS });
            }
        } else if scan.components.iter().any(|part| self.scanned[part.index]) {
            return Err(JpegError::Damaged("the scans of the picture contradict each other"));
        } else if (first, last, approximation) != (0, 63, 0) {
            return Err(BAD);
        }
        for part in &scan.components {
            self.scanned[part.index] = true;
        }
        Ok(scan)
    }
}
