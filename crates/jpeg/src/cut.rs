//! The cut: some coded units are coded anew, every other bit is copied.

use crate::bits::{BitWriter, Bits};
use crate::blocks::Block;
use crate::error::JpegError;
use crate::head::Head;
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
    pub(crate) fn unit(&self, stream: &Stream, unit: usize, blocks: &mut Vec<Block>) {
        let (columns, _) = stream.units();
        let (column, row) = (unit % columns, unit / columns);
        blocks.clear();
        for part in stream.decoder().layout() {
            let (h, v) = stream.decoder().factors(part.component);
            blocks.push((self.block)(part.component, column * h + part.x, row * v + part.y));
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
        let codes =
            |spec: &Option<crate::huffman::HuffmanSpec>| spec.as_ref().map_or([(0, 0); 256], |spec| spec.codes());
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

/// Writes the file with the patch in it: `app` are the payloads of its APP1 segments. Untouched units keep every bit but
/// those of the DC differences that a touched unit before them changes.
pub(crate) fn cut(stream: &Stream, walk: &Walk, patch: &Patch<'_>, app: &[Vec<u8>]) -> Result<Vec<u8>, CutError> {
    let head = if patch.is_empty() { stream.head.clone() } else { able_head(stream, patch)? };
    let mut out = Vec::with_capacity(stream.data.len() + stream.data.len() / 64 + 4096);
    head.write(app, &mut out);
    let coder = Coder::new(&head);
    let mut writer = BitWriter::default();
    let mut blocks = Vec::new();
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

/// The head with Huffman tables that have a code for everything that has to be written.
fn able_head(stream: &Stream, patch: &Patch<'_>) -> Result<Head, CutError> {
    let mut head = stream.head.clone();
    let mut needed = [[false; 256]; 4];
    let mut blocks = Vec::new();
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::header::Limits;
    use crate::proof::prove;
    use crate::stream::{Nothing, Parsed};

    fn cut_at_random(bytes: &[u8], seed: u64) -> Option<(usize, usize)> {
        let Parsed::Stream(stream) = Stream::parse(bytes, &Limits::default()).ok()? else { return None };
        let walk = match Walk::new(&stream, &mut Nothing) {
            Ok(walk) => walk,
            Err(error) => {
                println!("{error:?}");
                return None;
            }
        };
        let (columns, rows) = stream.units();
        let mut state = seed;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            state >> 33
        };
        let touched: Vec<bool> = (0..columns * rows).map(|_| next() % 3 == 0).collect();
        let block = |component: usize, x: usize, y: usize| {
            let mut block = [0; 64];
            block[0] = (((component * 7 + x * 13 + y * 29) % 200) as i16) - 100;
            block[1] = (x % 5) as i16 - 2;
            block[20] = (y % 3) as i16;
            block
        };
        let patch = Patch { touched: &touched, block: &block };
        let file = match cut(&stream, &walk, &patch, &[]) {
            Err(CutError::NoRoom) => return Some((0, touched.len())),
            file => file.unwrap(),
        };
        prove(&stream, &walk, &patch, &file).unwrap();
        Some((touched.iter().filter(|touched| **touched).count(), touched.len()))
    }

    #[test]
    fn timing() {
        let path = std::env::var("PIC").unwrap_or_default();
        let Ok(bytes) = std::fs::read(path) else { return };
        for _ in 0..6 {
            let t = std::time::Instant::now();
            let Ok(Parsed::Stream(stream)) = Stream::parse(&bytes, &Limits::default()) else { return };
            let t1 = t.elapsed();
            let walk = Walk::new(&stream, &mut Nothing).unwrap();
            let t2 = t.elapsed();
            struct All(u64);
            impl crate::stream::Sink for All {
                const LAST: usize = 24;
                fn block(&mut self, _: usize, _: usize, _: usize, b: &Block, f: usize) {
                    self.0 += b[f] as u64;
                }
            }
            let mut all = All(0);
            Walk::new(&stream, &mut all).unwrap();
            let t3 = t.elapsed();
            let (columns, rows) = stream.units();
            let touched: Vec<bool> =
                (0..columns * rows).map(|u| u % columns < columns / 10 && u / columns < rows / 10).collect();
            let block = |_: usize, _: usize, _: usize| [0; 64];
            let patch = Patch { touched: &touched, block: &block };
            let file = cut(&stream, &walk, &patch, &[]).unwrap();
            let t4 = t.elapsed();
            prove(&stream, &walk, &patch, &file).unwrap();
            let t5 = t.elapsed();
            println!(
                "{} parse {t1:?} walk {:?} walk24 {:?} cut {:?} prove {:?}",
                all.0,
                t2 - t1,
                t3 - t2,
                t4 - t3,
                t5 - t4
            );
        }
    }

    #[test]
    fn shared() {
        let mut files = Vec::new();
        for dir in ["geotagged", "sequences", "pano360", "privacy_gt"] {
            let mut stack = vec![std::path::PathBuf::from(format!("/work/shared/data/{dir}"))];
            while let Some(path) = stack.pop() {
                if path.is_dir() {
                    stack.extend(std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
                } else {
                    files.push(path);
                }
            }
        }
        for path in files {
            let bytes = std::fs::read(&path).unwrap();
            println!("{} {:?}", path.display(), cut_at_random(&bytes, 7));
        }
    }
}
