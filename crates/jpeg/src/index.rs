//! The tile index: where in a master the data of each part of a panorama lie, so that a tile is cut out of a few byte ranges,
//! without any tile being stored.

use std::ops::Range;

use memchr::memchr_iter;

use crate::error::JpegError;
use crate::head::Head;
use crate::header::Limits;
use crate::stream::{Prediction, Stream, Walk};
use crate::tiles::TileGrid;

const MAGIC: &[u8; 8] = b"FLNINDEX";
const VERSION: u16 = 1;
/// Bytes of an index. Whoever reads one reads as much at once.
pub const MAX_INDEX: usize = 32 << 20;
const DAMAGED: JpegError = JpegError::TileIndex("it is cut off, or not an index");

/// A coded unit that data can be read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Stop {
    /// The byte of the master that it begins in.
    pub offset: u32,
    /// The bit in that byte, from the highest.
    pub bit: u8,
    /// The DC values that the first differences are added to.
    pub prediction: Prediction,
}

/// Where the parts of a panorama lie in the file of its master.
///
/// ```text
/// bytes  what, numbers unsigned and little-endian
///     8  "FLNINDEX"
///     2  version, 1
///     2  columns of tiles
///     2  rows of tiles
///     2  number of stops in a row of coded units, s
///     4  length of the head, h
///   2·s  the coded unit of each stop, counted from the left; the last is the end of the row
///     h  a JPEG file without metadata up to its scan header: size, tables
///   ...  for each row of coded units and each stop: 4 bytes offset of the byte that it begins in, from the start of the
///        master; 1 bit in that byte; 2 (signed) for each component: the DC value that its next difference is added to
/// ```
pub struct TileIndex {
    grid: TileGrid,
    pub(crate) head: Head,
    /// Columns of coded units, ascending; the last is the end of the row.
    stops: Vec<u16>,
    /// Row by row.
    entries: Vec<Stop>,
}

/// A rectangle of coded units that can be read at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    /// Indices of stops, from and to.
    pub(crate) stops: Range<usize>,
    /// Columns of coded units.
    pub(crate) columns: Range<usize>,
    /// Rows of coded units.
    pub(crate) rows: Range<usize>,
}

impl TileIndex {
    /// The index of a file of ours.
    pub(crate) fn new(stream: &Stream, walk: &Walk, grid: TileGrid) -> TileIndex {
        let (columns, rows) = stream.units();
        let (unit_width, _) = stream.head.frame.unit_size();
        let width = stream.head.frame.width;
        let mut stops: Vec<u16> = (0..=grid.columns)
            .flat_map(|column| {
                let edge = f64::from(column) * f64::from(width) / f64::from(grid.columns) / f64::from(unit_width);
                [edge.floor() as u16, (edge.ceil() as u16).min(columns as u16)]
            })
            .collect();
        stops.sort_unstable();
        stops.dedup();
        let mut entries = Vec::with_capacity(rows * stops.len());
        // Bytes of `data` gone over so far, and how many of them have a stuffed zero behind them.
        let (mut counted, mut stuffed) = (0, 0);
        for row in 0..rows {
            for &stop in &stops {
                let unit = row * columns + usize::from(stop);
                let (position, interval, prediction) = if usize::from(stop) == columns {
                    (walk.span(stream, unit - 1).end, stream.interval_of(unit - 1), Prediction::default())
                } else {
                    (walk.starts[unit] as usize, stream.interval_of(unit), walk.prediction(stream, unit))
                };
                let byte = position / 8;
                stuffed += memchr_iter(0xFF, &stream.data[counted..byte]).count();
                counted = byte;
                // Each interval before this one ends with a marker of two bytes.
                let offset = stream.data_start as usize + byte + stuffed + 2 * interval;
                entries.push(Stop { offset: offset as u32, bit: (position % 8) as u8, prediction });
            }
        }
        TileIndex { grid, head: stream.head.clone(), stops, entries }
    }

    /// How the panorama is cut.
    pub fn grid(&self) -> TileGrid {
        self.grid
    }

    /// Pixels per row and rows of the master.
    pub fn size(&self) -> (u32, u32) {
        (self.head.frame.width, self.head.frame.height)
    }

    /// The object to store.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut head = Vec::new();
        self.head.write(&[], &mut head);
        let mut out = MAGIC.to_vec();
        for number in [VERSION, self.grid.columns as u16, self.grid.rows as u16, self.stops.len() as u16] {
            out.extend(number.to_le_bytes());
        }
        out.extend((head.len() as u32).to_le_bytes());
        for stop in &self.stops {
            out.extend(stop.to_le_bytes());
        }
        out.extend(head);
        for entry in &self.entries {
            out.extend(entry.offset.to_le_bytes());
            out.push(entry.bit);
            for value in &entry.prediction[..self.head.frame.components.len()] {
                out.extend((*value as i16).to_le_bytes());
            }
        }
        out
    }

    /// Reads what [`TileIndex::to_bytes`] wrote.
    pub fn parse(bytes: &[u8]) -> Result<TileIndex, JpegError> {
        let mut rest = bytes;
        let mut take = |count: usize| {
            let (now, later) = rest.split_at_checked(count).ok_or(DAMAGED)?;
            rest = later;
            Ok::<&[u8], JpegError>(now)
        };
        if take(8)? != MAGIC {
            return Err(DAMAGED);
        }
        let mut numbers = [0; 4];
        for number in &mut numbers {
            *number = take(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]]))?;
        }
        let [version, tile_columns, tile_rows, stop_count] = numbers;
        if version != VERSION {
            return Err(JpegError::TileIndex("it is of another version"));
        }
        let head_length = take(4).map(|four| u32::from_le_bytes([four[0], four[1], four[2], four[3]]))?;
        let stops: Vec<u16> = take(2 * usize::from(stop_count))?
            .as_chunks::<2>()
            .0
            .iter()
            .map(|pair| u16::from_le_bytes(*pair))
            .collect();
        let limits = Limits { max_pixels: u64::MAX, max_side: u32::from(u16::MAX) };
        let head = Head::parse(take(head_length as usize)?, &limits)?;
        let grid = TileGrid::for_panorama(head.frame.width, head.frame.height);
        let (columns, rows) = head.frame.mcus();
        let fits = (u32::from(tile_columns), u32::from(tile_rows)) == (grid.columns, grid.rows)
            && stops.first() == Some(&0)
            && stops.last().map(|&last| u32::from(last)) == Some(columns)
            && stops.is_sorted();
        if !fits {
            return Err(JpegError::TileIndex("it does not fit its picture"));
        }
        let components = head.frame.components.len();
        let table = take(rows as usize * stops.len() * (5 + 2 * components))?;
        let entries: Vec<Stop> = table
            .chunks_exact(5 + 2 * components)
            .map(|entry| {
                let mut prediction = Prediction::default();
                for (value, pair) in prediction.iter_mut().zip(entry[5..].as_chunks::<2>().0) {
                    *value = i32::from(i16::from_le_bytes(*pair));
                }
                let offset = u32::from_le_bytes([entry[0], entry[1], entry[2], entry[3]]);
                Stop { offset, bit: entry[4] & 7, prediction }
            })
            .collect();
        if !rest.is_empty() {
            return Err(DAMAGED);
        }
        Ok(TileIndex { grid, head, stops, entries })
    }

    /// The smallest window with these pixels of the master, which lie in it.
    pub fn window(&self, columns: Range<u32>, rows: Range<u32>) -> Window {
        let (unit_width, unit_height) = self.head.frame.unit_size();
        let (first, end) = (columns.start / unit_width, columns.end.div_ceil(unit_width));
        let from = self.stops.iter().rposition(|&stop| u32::from(stop) <= first).unwrap_or(0);
        let last = self.stops.len() - 1;
        let to = self.stops.iter().position(|&stop| u32::from(stop) >= end).unwrap_or(last).max(from + 1).min(last);
        let (_, unit_rows) = self.head.frame.mcus();
        let rows_end = rows.end.div_ceil(unit_height).min(unit_rows);
        Window {
            stops: from..to,
            columns: usize::from(self.stops[from])..usize::from(self.stops[to]),
            rows: (rows.start / unit_height).min(rows_end) as usize..rows_end as usize,
        }
    }

    /// The bytes of the master that a window needs: a range for each of its rows of coded units.
    pub fn ranges(&self, window: &Window) -> Vec<Range<u64>> {
        let entry = |row: usize, stop: usize| self.entries[row * self.stops.len() + stop];
        window
            .rows
            .clone()
            .map(|row| {
                let (from, to) = (entry(row, window.stops.start), entry(row, window.stops.end));
                let end = u64::from(to.offset) + u64::from(to.bit > 0);
                u64::from(from.offset)..end.max(u64::from(from.offset))
            })
            .collect()
    }

    /// Where a row of a window begins.
    pub(crate) fn start(&self, window: &Window, row: usize) -> Stop {
        self.entries[row * self.stops.len() + window.stops.start]
    }
}
