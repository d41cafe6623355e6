//! What is read through a tile index: tiles cut out by spans of bits, and blocks.

use memchr::memchr;

use crate::bits::{BitWriter, Bits};
use crate::blocks::Block;
use crate::cut::{Coder, CutError, extend_dc};
use crate::error::JpegError;
use crate::index::{TileIndex, Window};
use crate::stream::{BlockSpan, Decoder, Prediction};

const OTHER_DATA: JpegError = JpegError::TileIndex("it belongs to another picture");

/// The entropy-coded data of one row of a window.
struct Row {
    data: Vec<u8>,
    /// Where restart intervals begin in it, but the first.
    restarts: Vec<usize>,
}

impl Row {
    /// Takes out stuffing and restart markers.
    fn new(bytes: &[u8]) -> Result<Row, JpegError> {
        let mut row = Row { data: Vec::with_capacity(bytes.len()), restarts: Vec::new() };
        let mut rest = bytes;
        while let Some(at) = memchr(0xFF, rest) {
            row.data.extend_from_slice(&rest[..at]);
            match rest.get(at + 1) {
                // The range may end between a byte and its stuffing.
                Some(0) | None => row.data.push(0xFF),
                Some(0xD0..=0xD7) => row.restarts.push(row.data.len()),
                Some(_) => return Err(OTHER_DATA),
            }
            rest = rest.get(at + 2..).unwrap_or_default();
        }
        row.data.extend_from_slice(rest);
        Ok(row)
    }
}

/// Goes over the coded units of one row; stops and restarts are where they have to be.
struct Units<'a> {
    decoder: &'a Decoder,
    row: &'a Row,
    bits: Bits<'a>,
    prediction: Prediction,
    /// Restarts gone over.
    restarts: usize,
}

impl Units<'_> {
    /// Gets ready for a unit; true if an interval begins with it.
    fn enter(&mut self, restarts: bool) -> Result<bool, JpegError> {
        if restarts {
            let start = *self.row.restarts.get(self.restarts).ok_or(OTHER_DATA)?;
            self.restarts += 1;
            self.bits = Bits::at(&self.row.data, start * 8);
            self.prediction = Prediction::default();
        }
        Ok(restarts)
    }

    fn check(&self) -> Result<(), JpegError> {
        if self.bits.position() > self.row.data.len() * 8 { Err(OTHER_DATA) } else { Ok(()) }
    }

    fn spans(&mut self) -> Result<Vec<BlockSpan>, JpegError> {
        let spans = self.decoder.spans(&mut self.bits, &mut self.prediction)?;
        self.check()?;
        Ok(spans)
    }
}

impl TileIndex {
    /// Calls `unit` for each coded unit of a window, row by row, with its column and row; `data` are the bytes of
    /// [`TileIndex::ranges`]. The flag says that it continues the unit before it.
    fn each_unit<E: From<JpegError>>(
        &self,
        decoder: &Decoder,
        window: &Window,
        data: &[impl AsRef<[u8]>],
        mut unit: impl FnMut(&mut Units<'_>, bool) -> Result<(), E>,
    ) -> Result<(), E> {
        if data.len() != window.rows.len() {
            return Err(OTHER_DATA.into());
        }
        let (columns, _) = self.head.frame.mcus();
        let interval = self.head.restart_interval as usize;
        for (row, bytes) in window.rows.clone().zip(data) {
            let clean = Row::new(bytes.as_ref())?;
            let start = self.start(window, row);
            let bits = Bits::at(&clean.data, usize::from(start.bit));
            let mut units = Units { decoder, row: &clean, bits, prediction: start.prediction, restarts: 0 };
            for column in window.columns.clone() {
                let number = row * columns as usize + column;
                let first = column == window.columns.start;
                let begins = units.enter(!first && interval > 0 && number.is_multiple_of(interval))?;
                unit(&mut units, !first && !begins)?;
                units.check()?;
            }
        }
        Ok(())
    }

    /// The file of the part of the picture in a window, without metadata: every bit of every block is the master's, but those
    /// of a few DC differences. `width` and `height` cut off what fills the last coded units.
    pub(crate) fn cut_out(
        &self,
        window: &Window,
        (width, height): (u32, u32),
        data: &[impl AsRef<[u8]>],
    ) -> Result<Vec<u8>, CutError> {
        let (unit_width, unit_height) = self.head.frame.unit_size();
        let units = (width.div_ceil(unit_width) as usize, height.div_ceil(unit_height) as usize);
        if units != (window.columns.len(), window.rows.len()) {
            // Its stops are not where tiles begin.
            return Err(JpegError::TileIndex("it does not fit its picture").into());
        }
        let decoder = Decoder::new(&self.head)?;
        let mut head = self.head.of_part(width, height);
        extend_dc(&mut head)?;
        let coder = Coder::new(&head);
        let mut out = Vec::new();
        head.write(&[], &mut out);
        let mut writer = BitWriter::default();
        let mut written = Prediction::default();
        self.each_unit(&decoder, window, data, |units, continues| {
            let start = units.bits.position();
            if continues {
                units.decoder.skip_unit(&mut units.bits, &mut units.prediction, |_, _| ())?;
                units.check()?;
                writer.copy(&units.row.data, start, units.bits.position());
                written = units.prediction;
            } else {
                let spans = units.spans()?;
                coder.mend(&mut writer, &units.row.data, start, &spans, &mut written)?;
            }
            Ok::<(), CutError>(())
        })?;
        writer.finish_into(&mut out);
        out.extend([0xFF, crate::marker::EOI]);
        Ok(out)
    }

    /// The blocks of a window, in scan order, unit by unit and row by row.
    pub(crate) fn blocks(&self, window: &Window, data: &[impl AsRef<[u8]>]) -> Result<Vec<Block>, JpegError> {
        let decoder = Decoder::new(&self.head)?;
        let mut blocks = Vec::with_capacity(window.columns.len() * window.rows.len() * decoder.layout().len());
        self.each_unit(&decoder, window, data, |units, _| {
            let Units { decoder, bits, prediction, .. } = units;
            decoder.read_unit(bits, prediction, |_, block| blocks.push(*block))
        })?;
        Ok(blocks)
    }
}
