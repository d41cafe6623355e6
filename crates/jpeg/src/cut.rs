//! The cut: some coded units are coded anew, every other bit is copied.

use crate::bits::{BitWriter, Bits};
use crate::blocks::Block;
use crate::error::JpegError;
use crate::head::Head;
use crate::huffman::HuffmanSpec;
use crate::stream::{BlockSpan, Prediction, Stream, Walk};

/// What is put in the place of what.
pub(crate) struct Patch<'a> {
    /// Per coded unit, row by row: whether it is replaced.
    pub touched: &'a [bool],
    /// What a block of a touched unit holds from now on: component, block column, block row.
    pub block: &'a dyn Fn(usize, usize, usize) -> Block,
}

impl Patch<'_> {
    /// The blocks of a touched unit, in scan order.
    pub(crate) fn unit(&self, stream: &Stream, unit: usize, blocks: &mut [Block]) {
        let (columns, _) = stream.units();
        let (column, row) = (unit % columns, unit / columns);
        for (part, block) in stream.decoder().layout().iter().zip(blocks) {
            let (h, v) = stream.decoder().factors(part.component);
            *block = (self.block)(part.component, column * h + part.x, row * v + part.y);
        }
    }

    fn is_empty(&self) -> bool {
        !self.touched.contains(&true)
    }
}

/// Why a picture can't be cut as it is coded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum CutError {
    /// A Huffman table has no code for what has to be written, and no room for one: the picture has to be coded anew with
    /// other tables first.
    NoRoom,
    /// The picture can't be read.
    Picture(JpegError),
}

impl From<CutError> for JpegError {
    fn from(error: CutError) -> JpegError {
        match error {
            CutError::NoRoom => JpegError::Encoder("a Huffman table has no room".to_owned()),
            CutError::Picture(error) => error,
        }
    }
}

impl From<JpegError> for CutError {
    fn from(error: JpegError) -> CutError {
        CutError::Picture(error)
    }
}

/// Bits that are needed for a value (T.81, F.1.2.1.1).
pub(crate) fn category(value: i32) -> u32 {
    32 - value.unsigned_abs().leading_zeros()
}

/// Calls `symbol` for each AC symbol of a block, with the value behind it.
pub(crate) fn ac_symbols(block: &Block, mut symbol: impl FnMut(u8, i32)) {
    let mut run = 0u8;
    for &value in &block[1..] {
        if value == 0 {
            run += 1;
            continue;
        }
        while run > 15 {
            symbol(0xF0, 0);
            run -= 16;
        }
        symbol(run << 4 | category(i32::from(value)) as u8, i32::from(value));
        run = 0;
    }
    if run > 0 {
        symbol(0, 0);
    }
}

type Codes = [(u16, u8); 256];

/// Codes per component: DC, AC.
pub(crate) struct Coder {
    components: Vec<(Codes, Codes)>,
}

impl Coder {
    pub(crate) fn new(head: &Head) -> Coder {
        let codes = |spec: &Option<HuffmanSpec>| spec.as_ref().map_or([(0, 0); 256], HuffmanSpec::codes);
        let components = head.scan.iter().map(|part| (codes(&head.dc[part.dc_table]), codes(&head.ac[part.ac_table])));
        Coder { components: components.collect() }
    }

    /// Writes a symbol and the value of its category.
    fn put(writer: &mut BitWriter, codes: &Codes, symbol: u8, value: i32) -> Result<(), CutError> {
        let (code, length) = codes[usize::from(symbol)];
        if length == 0 {
            return Err(CutError::NoRoom);
        }
        let size = u32::from(symbol & 15);
        // Negative values are sent less one, their lowest bits only (T.81, F.1.2.1.1).
        let bits = (if value < 0 { value - 1 } else { value }) as u32 & ((1 << size) - 1);
        writer.put(u32::from(code) << size | bits, u32::from(length) + size);
        Ok(())
    }

    fn dc(&self, writer: &mut BitWriter, component: usize, difference: i32) -> Result<(), CutError> {
        Coder::put(writer, &self.components[component].0, category(difference) as u8, difference)
    }

    /// Copies a coded unit that begins at bit `start` behind another prediction: the first DC difference of each component
    /// is coded anew, every other bit stays. The prediction is that behind the unit afterwards.
    pub(crate) fn mend(
        &self,
        writer: &mut BitWriter,
        data: &[u8],
        start: usize,
        spans: &[BlockSpan],
        prediction: &mut Prediction,
    ) -> Result<(), CutError> {
        let mut seen = [false; 4];
        let mut at = start;
        for span in spans {
            let component = span.component;
            if seen[component] {
                writer.copy(data, at, span.end);
            } else {
                seen[component] = true;
                self.dc(writer, component, span.dc - prediction[component])?;
                writer.copy(data, span.ac, span.end);
            }
            at = span.end;
        }
        for span in spans {
            prediction[span.component] = span.dc;
        }
        Ok(())
    }

    fn block(
        &self,
        writer: &mut BitWriter,
        component: usize,
        block: &Block,
        prediction: &mut Prediction,
    ) -> Result<(), CutError> {
        let value = i32::from(block[0]);
        self.dc(writer, component, value - prediction[component])?;
        prediction[component] = value;
        let mut outcome = Ok(());
        ac_symbols(block, |symbol, value| {
            if outcome.is_ok() {
                outcome = Coder::put(writer, &self.components[component].1, symbol, value);
            }
        });
        outcome
    }
}

/// Writes the file with the patch in it: `head` is that of [`head_of_cut`], `app` are the payloads of its APP1 segments.
/// Untouched units keep every bit but those of the DC differences that a touched unit before them changes.
pub(crate) fn cut(
    stream: &Stream,
    walk: &Walk,
    patch: &Patch<'_>,
    head: &Head,
    app: &[Vec<u8>],
) -> Result<Vec<u8>, CutError> {
    let mut out = Vec::with_capacity(stream.data.len() + stream.data.len() / 64 + 4096);
    head.write(app, &mut out);
    let coder = Coder::new(head);
    let mut writer = BitWriter::default();
    let mut blocks = stream.unit_buffer();
    let intervals = stream.intervals.len() - 1;
    for interval in 0..intervals {
        let units = stream.interval_units(interval);
        let mut prediction = Prediction::default();
        let mut unit = units.start;
        while unit < units.end {
            if patch.touched[unit] {
                patch.unit(stream, unit, &mut blocks);
                for (part, block) in stream.decoder().layout().iter().zip(&blocks) {
                    coder.block(&mut writer, part.component, block, &mut prediction)?;
                }
                unit += 1;
                continue;
            }
            let run_end = (unit..units.end).find(|&unit| patch.touched[unit]).unwrap_or(units.end);
            let mut from = unit;
            if unit > units.start {
                mend(stream, walk, unit, &coder, &mut prediction, &mut writer)?;
                from += 1;
            }
            if from < run_end {
                let first = walk.span(stream, from).start;
                writer.copy(&stream.data, first, walk.span(stream, run_end - 1).end);
            }
            prediction = walk.last_dc(stream, run_end - 1);
            unit = run_end;
        }
        writer.finish_into(&mut out);
        if interval + 1 < intervals {
            out.extend([0xFF, 0xD0 + (interval % 8) as u8]);
        }
    }
    out.extend([0xFF, crate::marker::EOI]);
    Ok(out)
}

/// Copies a coded unit behind another prediction.
fn mend(
    stream: &Stream,
    walk: &Walk,
    unit: usize,
    coder: &Coder,
    prediction: &mut Prediction,
    writer: &mut BitWriter,
) -> Result<(), CutError> {
    let start = walk.starts[unit] as usize;
    let spans = stream.decoder().spans(&mut Bits::at(&stream.data, start), &mut walk.prediction(stream, unit))?;
    coder.mend(writer, &stream.data, start, &spans, prediction)?;
    Ok(())
}

/// The head that [`cut`] writes: with Huffman tables that have a code for everything that has to be written.
pub(crate) fn head_of_cut(stream: &Stream, patch: &Patch<'_>) -> Result<Head, CutError> {
    let mut head = stream.head.clone();
    if patch.is_empty() {
        return Ok(head);
    }
    let mut needed = [[false; 256]; 4];
    let mut blocks = stream.unit_buffer();
    for (unit, _) in patch.touched.iter().enumerate().filter(|(_, touched)| **touched) {
        patch.unit(stream, unit, &mut blocks);
        for (part, block) in stream.decoder().layout().iter().zip(&blocks) {
            let table = head.scan[part.component].ac_table;
            ac_symbols(block, |symbol, _| needed[table][usize::from(symbol)] = true);
        }
    }
    extend_dc(&mut head)?;
    for (spec, needed) in head.ac.iter_mut().zip(&needed) {
        let Some(table) = spec else { continue };
        let codes = table.codes();
        let missing: Vec<u8> = (0..=255).filter(|&s| needed[usize::from(s)] && codes[usize::from(s)].1 == 0).collect();
        *spec = Some(table.extended(&missing).ok_or(CutError::NoRoom)?);
    }
    Ok(head)
}

/// Any DC difference can be coded afterwards.
pub(crate) fn extend_dc(head: &mut Head) -> Result<(), CutError> {
    for part in &head.scan {
        let spec = &mut head.dc[part.dc_table];
        let Some(table) = spec else { continue };
        let codes = table.codes();
        let missing: Vec<u8> = (0..=11).filter(|&size| codes[usize::from(size)].1 == 0).collect();
        *spec = Some(table.extended(&missing).ok_or(CutError::NoRoom)?);
    }
    Ok(())
}
