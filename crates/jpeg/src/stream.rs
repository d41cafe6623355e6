//! A strictly read picture in memory: its head, and its entropy-coded data without stuffing.

use crate::bits::Bits;
use crate::blocks::{Block, Grid};
use crate::codes::{AcTable, Cells, DC_RANGE, DcTable, Order, Zigzag};
use crate::error::JpegError;
use crate::head::Head;
use crate::header::{Limits, Tables};
use crate::intervals::Intervals;
use crate::marker::SOS;
use crate::tokens::{Event, Tokens};

/// Bytes of entropy-coded data: positions of bits are kept in 32 bits.
const MAX_DATA: usize = 1 << 28;

/// A picture that is coded in one interleaved sequential scan.
pub(crate) struct Stream {
    pub head: Head,
    /// One restart interval behind the other.
    pub data: Vec<u8>,
    /// Where each interval begins in `data`, and where the last one ends.
    pub intervals: Vec<usize>,
    /// Where the entropy-coded data begin in the file.
    pub data_start: u64,
    /// Where the end marker ends in the file; what follows is not part of the picture.
    pub end: u64,
    decoder: Decoder,
}

/// What tells a picture apart that has to become sequential first.
pub(crate) enum Parsed {
    /// It is sequential.
    Stream(Box<Stream>),
    /// It has several scans, or another coding.
    OtherCoding,
}

impl Stream {
    /// Reads the segments of a file, and takes the stuffing out of its data. Bits are not looked at yet: [`Walk`] does.
    pub(crate) fn parse(bytes: &[u8], limits: &Limits) -> Result<Parsed, JpegError> {
        let mut tables = Tables::new(*limits);
        let mut head: Option<Head> = None;
        let (mut start, mut scan_end, mut end) = (0u64, None, None);
        let mut other = false;
        Tokens::new().advance(bytes, &mut |event| {
            match event {
                Event::Segment { marker, start: at, payload } => {
                    if let Some(scan) = tables.segment(marker, payload)? {
                        if Head::is_single_scan(&tables, &scan) {
                            head = Some(Head::new(&tables, &scan)?);
                        } else {
                            other = true;
                        }
                    }
                    if marker == SOS {
                        // Fill bytes may stand before the marker: measure from the marker itself.
                        let fill = bytes[at as usize..].iter().take_while(|&&byte| byte == 0xFF).count();
                        start = at + fill as u64 + 3 + payload.len() as u64;
                    }
                }
                Event::ScanEnd { end } => scan_end = Some(end),
                Event::End { end: at } => end = Some(at),
            }
            Ok(())
        })?;
        if bytes.len() < 2 {
            return Err(JpegError::NotJpeg);
        }
        let end = end.ok_or(JpegError::Truncated)?;
        if other {
            return Ok(Parsed::OtherCoding);
        }
        let (Some(head), Some(scan_end)) = (head, scan_end) else {
            return Err(JpegError::Damaged("it has no frame header"));
        };
        let scan = bytes.get(start as usize..scan_end as usize).unwrap_or_default();
        head.frame.check_data(scan.len())?;
        if scan.len() > MAX_DATA {
            return Err(JpegError::Damaged("it has more than 256 MB of picture data"));
        }
        let (data, intervals) = unstuffed(scan, &head)?;
        let decoder = Decoder::new(&head)?;
        Ok(Parsed::Stream(Box::new(Stream { head, data, intervals, data_start: start, end, decoder })))
    }

    /// Coded units: per row, and rows.
    pub(crate) fn units(&self) -> (usize, usize) {
        let (columns, rows) = self.head.frame.mcus();
        (columns as usize, rows as usize)
    }

    /// The coded units of an interval.
    pub(crate) fn interval_units(&self, interval: usize) -> std::ops::Range<usize> {
        let (columns, rows) = self.units();
        let step = match self.head.restart_interval {
            0 => columns * rows,
            step => step as usize,
        };
        interval * step..((interval + 1) * step).min(columns * rows)
    }

    /// The interval that a coded unit is in.
    pub(crate) fn interval_of(&self, unit: usize) -> usize {
        match self.head.restart_interval {
            0 => 0,
            step => unit / step as usize,
        }
    }

    /// Room for the blocks of a coded unit.
    pub(crate) fn unit_buffer(&self) -> Vec<Block> {
        vec![[0; 64]; self.decoder.layout.len()]
    }

    pub(crate) fn decoder(&self) -> &Decoder {
        &self.decoder
    }
}

/// The data without stuffing and markers, and where each interval begins and the last one ends.
fn unstuffed(scan: &[u8], head: &Head) -> Result<(Vec<u8>, Vec<usize>), JpegError> {
    let (columns, rows) = head.frame.mcus();
    let units = u64::from(columns) * u64::from(rows);
    let wanted = match head.restart_interval {
        0 => 1,
        step => units.div_ceil(u64::from(step)),
    };
    let mut intervals = Intervals::new(scan);
    let (mut data, mut clean) = (Vec::new(), Vec::new());
    let mut starts = vec![0];
    while intervals.next_into(&mut clean)? {
        if starts.len() as u64 > wanted {
            return Err(JpegError::Damaged("there are too many restart markers"));
        }
        if data.is_empty() && wanted == 1 {
            std::mem::swap(&mut data, &mut clean);
        } else {
            data.extend_from_slice(&clean);
        }
        starts.push(data.len());
    }
    if starts.len() as u64 <= wanted {
        return Err(JpegError::Damaged("restart markers are missing"));
    }
    Ok((data, starts))
}

/// The tables of each component, ready for use.
pub(crate) struct Decoder {
    dc: Vec<DcTable>,
    ac: Vec<AcTable>,
    /// Blocks of a coded unit in scan order: component, column, row, DC table, AC table.
    layout: Vec<UnitBlock>,
    /// Per component: the sampling factors.
    factors: Vec<(usize, usize)>,
}

/// One block of a coded unit.
#[derive(Debug, Clone, Copy)]
pub(crate) struct UnitBlock {
    pub component: usize,
    pub x: usize,
    pub y: usize,
    /// Columns and rows of blocks that the component has in a coded unit.
    pub across: usize,
    pub down: usize,
    dc: usize,
    ac: usize,
}

/// The DC value that each component's next difference is added to.
pub(crate) type Prediction = [i32; 4];

impl Decoder {
    pub(crate) fn new(head: &Head) -> Result<Decoder, JpegError> {
        const MISSING: JpegError = JpegError::Damaged("a Huffman table is missing");
        let (mut dc, mut ac) = (Vec::new(), Vec::new());
        let (mut dc_at, mut ac_at) = ([usize::MAX; 4], [usize::MAX; 4]);
        for part in &head.scan {
            if dc_at[part.dc_table] == usize::MAX {
                dc_at[part.dc_table] = dc.len();
                dc.push(DcTable::new(head.dc[part.dc_table].as_ref().ok_or(MISSING)?));
            }
            if ac_at[part.ac_table] == usize::MAX {
                ac_at[part.ac_table] = ac.len();
                ac.push(AcTable::new(head.ac[part.ac_table].as_ref().ok_or(MISSING)?));
            }
        }
        let factors: Vec<(usize, usize)> =
            head.frame.components.iter().map(|c| (usize::from(c.horizontal), usize::from(c.vertical))).collect();
        let layout = head.layout().into_iter().map(|(component, x, y)| {
            let part = head.scan[component];
            let (across, down) = factors[component];
            UnitBlock { component, x, y, across, down, dc: dc_at[part.dc_table], ac: ac_at[part.ac_table] }
        });
        Ok(Decoder { dc, ac, layout: layout.collect(), factors })
    }

    pub(crate) fn layout(&self) -> &[UnitBlock] {
        &self.layout
    }

    /// Columns and rows of blocks that a component has in a coded unit.
    pub(crate) fn factors(&self, component: usize) -> (usize, usize) {
        self.factors[component]
    }

    /// Reads the DC value of a block, and predicts the next by it.
    #[inline(always)]
    fn dc(&self, part: &UnitBlock, bits: &mut Bits<'_>, prediction: &mut Prediction) -> Result<i16, JpegError> {
        let value = prediction[part.component] + self.dc[part.dc].difference(bits)?;
        if !DC_RANGE.contains(&value) {
            return Err(JpegError::Damaged("a block has an impossible brightness"));
        }
        prediction[part.component] = value;
        Ok(value as i16)
    }

    /// Goes over one coded unit; gives the DC value of each of its blocks, in scan order.
    #[inline(always)]
    pub(crate) fn skip_unit(
        &self,
        bits: &mut Bits<'_>,
        prediction: &mut Prediction,
        mut dc: impl FnMut(&UnitBlock, i16),
    ) -> Result<(), JpegError> {
        for part in &self.layout {
            dc(part, self.dc(part, bits, prediction)?);
            self.ac[part.ac].skip(bits, 1)?;
        }
        Ok(())
    }

    /// Reads one coded unit.
    #[inline(always)]
    pub(crate) fn read_unit(
        &self,
        bits: &mut Bits<'_>,
        prediction: &mut Prediction,
        mut found: impl FnMut(&UnitBlock, &Block),
    ) -> Result<(), JpegError> {
        let mut cells: Cells = [0; 256];
        for part in &self.layout {
            cells[0] = self.dc(part, bits, prediction)?;
            self.ac[part.ac].read::<Zigzag>(bits, &mut cells, 0)?;
            if let Some(block) = cells.first_chunk_mut::<64>() {
                found(part, block);
                block.fill(0);
            }
        }
        Ok(())
    }

    /// Goes over one coded unit, at this column and row of units, and has a sink take its blocks.
    #[inline(always)]
    fn pour_unit<S: Sink>(
        &self,
        bits: &mut Bits<'_>,
        prediction: &mut Prediction,
        (column, row): (usize, usize),
        dc: &mut [Grid<i16>],
        sink: &mut S,
    ) -> Result<(), JpegError> {
        for part in &self.layout {
            let (x, y) = (column * part.across + part.x, row * part.down + part.y);
            let value = self.dc(part, bits, prediction)?;
            let grid = &mut dc[part.component];
            grid.cells[y * grid.width + x] = value;
            let (cells, offset) = sink.block(part, x, value);
            let furthest = self.ac[part.ac].read::<S>(bits, cells, offset)?;
            sink.end(part, (x, y), furthest);
        }
        Ok(())
    }

    /// Goes over the coded unit at `bits`, and tells where its blocks lie and what their DC values are.
    pub(crate) fn spans(&self, bits: &mut Bits<'_>, prediction: &mut Prediction) -> Result<Vec<BlockSpan>, JpegError> {
        let mut spans = Vec::with_capacity(self.layout.len());
        for part in &self.layout {
            let dc = i32::from(self.dc(part, bits, prediction)?);
            let ac = bits.position();
            self.ac[part.ac].skip(bits, 1)?;
            spans.push(BlockSpan { component: part.component, dc, ac, end: bits.position() });
        }
        Ok(spans)
    }
}

/// One block in the data.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BlockSpan {
    pub component: usize,
    /// Its DC value.
    pub dc: i32,
    /// The bit behind its DC code and value.
    pub ac: usize,
    /// The bit behind the block.
    pub end: usize,
}

/// What one pass over the data tells: where every coded unit begins, and the DC value of every block.
pub(crate) struct Walk {
    /// Per coded unit: the bit of `data` that it begins at.
    pub starts: Vec<u32>,
    /// Per interval: the bit that its last unit ends at.
    pub ends: Vec<u32>,
    /// Per component: the DC values of its blocks, with padding.
    pub dc: Vec<Grid<i16>>,
}

/// Takes blocks as they are read.
pub(crate) trait Sink: Order {
    /// A block begins, in this column of blocks of its component, of which this is the DC value: where its AC coefficients are
    /// put, and how far behind their places.
    fn block(&mut self, part: &UnitBlock, x: usize, dc: i16) -> (&mut Cells, usize);

    /// It ended: where it is, and the last of its coefficients that was read.
    fn end(&mut self, part: &UnitBlock, at: (usize, usize), furthest: usize);
}

impl Walk {
    /// Goes over every bit. An interval that doesn't hold exactly its units, or holds anything that two decoders could read
    /// differently, is an error.
    pub(crate) fn new(stream: &Stream) -> Result<Walk, JpegError> {
        Walk::with(stream, |bits, prediction, (column, row), dc| {
            stream.decoder().skip_unit(bits, prediction, |part, value| {
                let (x, y) = (column * part.across + part.x, row * part.down + part.y);
                let grid = &mut dc[part.component];
                grid.cells[y * grid.width + x] = value;
            })
        })
    }

    /// The same; a sink gets the blocks row by row of units, from left to right.
    pub(crate) fn pour<S: Sink>(stream: &Stream, sink: &mut S) -> Result<Walk, JpegError> {
        Walk::with(stream, |bits, prediction, at, dc| stream.decoder().pour_unit(bits, prediction, at, dc, sink))
    }

    #[inline(always)]
    fn with(
        stream: &Stream,
        mut unit: impl FnMut(&mut Bits<'_>, &mut Prediction, (usize, usize), &mut [Grid<i16>]) -> Result<(), JpegError>,
    ) -> Result<Walk, JpegError> {
        const SHORT: JpegError = JpegError::Damaged("the picture data stops in the middle of a block");
        const LONG: JpegError = JpegError::Damaged("picture data are left over where none belong");
        let frame = &stream.head.frame;
        let (columns, rows) = stream.units();
        let mut dc: Vec<Grid<i16>> = (0..frame.components.len())
            .map(|index| {
                let (width, height) = frame.padded_blocks(index);
                Grid::new(width as usize, height as usize, 0)
            })
            .collect();
        let mut starts = Vec::with_capacity(columns * rows);
        let mut ends = Vec::with_capacity(stream.intervals.len());
        let (mut column, mut row) = (0, 0);
        for (interval, bounds) in stream.intervals.windows(2).enumerate() {
            let end = bounds[1] * 8;
            let mut bits = Bits::at(&stream.data, bounds[0] * 8);
            let mut prediction = Prediction::default();
            for _ in stream.interval_units(interval) {
                starts.push(bits.position() as u32);
                unit(&mut bits, &mut prediction, (column, row), &mut dc)?;
                if bits.position() > end {
                    return Err(SHORT);
                }
                column += 1;
                if column == columns {
                    (column, row) = (0, row + 1);
                }
            }
            if end - bits.position() >= 8 {
                return Err(LONG);
            }
            ends.push(bits.position() as u32);
        }
        Ok(Walk { starts, ends, dc })
    }

    /// The bits that a coded unit takes.
    pub(crate) fn span(&self, stream: &Stream, unit: usize) -> std::ops::Range<usize> {
        let interval = stream.interval_of(unit);
        let end =
            if unit + 1 == stream.interval_units(interval).end { self.ends[interval] } else { self.starts[unit + 1] };
        self.starts[unit] as usize..end as usize
    }

    /// The DC values behind which a coded unit's differences stand.
    pub(crate) fn prediction(&self, stream: &Stream, unit: usize) -> Prediction {
        if stream.interval_units(stream.interval_of(unit)).start == unit {
            Prediction::default()
        } else {
            self.last_dc(stream, unit - 1)
        }
    }

    /// The DC value of the last block of each component in a coded unit.
    pub(crate) fn last_dc(&self, stream: &Stream, unit: usize) -> Prediction {
        let (columns, _) = stream.units();
        let mut last = Prediction::default();
        for (component, grid) in self.dc.iter().enumerate() {
            let (h, v) = stream.decoder().factors(component);
            let (x, y) = ((unit % columns) * h + h - 1, (unit / columns) * v + v - 1);
            last[component] = i32::from(grid.cells[y * grid.width + x]);
        }
        last
    }

    /// Reads the blocks of one coded unit, in scan order, into as many.
    pub(crate) fn unit(&self, stream: &Stream, unit: usize, blocks: &mut [Block]) -> Result<(), JpegError> {
        const OUTSIDE: JpegError = JpegError::Damaged("a coded unit outside of the picture was asked for");
        let start = *self.starts.get(unit).ok_or(OUTSIDE)?;
        let mut bits = Bits::at(&stream.data, start as usize);
        let mut prediction = self.prediction(stream, unit);
        let mut blocks = blocks.iter_mut();
        stream.decoder().read_unit(&mut bits, &mut prediction, |_, block| {
            if let Some(to) = blocks.next() {
                *to = *block;
            }
        })
    }
}
