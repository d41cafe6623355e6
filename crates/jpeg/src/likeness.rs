//! Whether a copy shows what the master shows, as it was read back.

use std::ops::RangeInclusive;

use crate::copies::View;
use crate::error::{JpegError, VerifyError};
use crate::frame::Frame;
use crate::header::Colours;
use crate::proof::{check_form, read};
use crate::stream::{Stream, Walk};

/// What the master shows.
pub(crate) struct Shown<'a> {
    pub stream: &'a Stream,
    pub walk: &'a Walk,
    pub touched: &'a [bool],
    pub orientation: u8,
}

/// What rounding, the filter and the transforms add to a mean, in levels.
const ROUNDING: f64 = 3.0;
/// How far a mean may leave the means around it before the detail there is looked at.
const DETAIL: f64 = 64.0;

/// Passes only if `file` is a file of ours that shows this view of the master: the mean of every block lies between the means of
/// the master's blocks around that place, or is a level that the detail there reaches; and where all these belong to a region,
/// closely, with no more contrast in the block than the surface of the fill has there. Only the form is checked where the
/// master's colours are no luma and chroma.
pub(crate) fn check(file: &[u8], view: &View, shown: &Shown<'_>) -> Result<(), VerifyError> {
    check_form(file)?;
    let copy = read(file)?;
    let frame = &copy.head.frame;
    if (frame.width, frame.height) != (view.width, view.height) {
        let (width, height) = (frame.width, frame.height);
        return Err(VerifyError::WrongSize { width, height, expected_width: view.width, expected_height: view.height });
    }
    let walk = Walk::new(&copy)?;
    if !matches!(shown.stream.head.colours, Colours::YCbCr | Colours::Grey) {
        return Ok(());
    }
    (0..frame.components.len().min(shown.walk.dc.len()))
        .try_for_each(|component| Component::new(shown, view, &copy, &walk, component).check())
}

/// A component of a copy, beside that of the master.
struct Component<'a> {
    shown: &'a Shown<'a>,
    copy: &'a Stream,
    walk: &'a Walk,
    index: usize,
    /// For each column of blocks of the copy, and for each row, the master's columns or rows of blocks that may show there. If
    /// the picture is turned by a quarter, its columns have rows of the master, and its rows columns.
    across: Vec<RangeInclusive<usize>>,
    down: Vec<RangeInclusive<usize>>,
}

/// What the master has around the place of a block of the copy.
struct Around<'r> {
    /// The lowest and the highest mean of a block, as levels from -128.
    low: f64,
    high: f64,
    /// The blocks of the component.
    columns: &'r RangeInclusive<usize>,
    rows: &'r RangeInclusive<usize>,
}

impl<'a> Component<'a> {
    fn new(shown: &'a Shown<'a>, view: &View, copy: &'a Stream, walk: &'a Walk, component: usize) -> Component<'a> {
        let (columns, rows) = copy.head.frame.own_blocks(component);
        let (own, master) = (&copy.head.frame, &shown.stream.head.frame);
        let (own_size, master_size) = (block_size(own, component), block_size(master, component));
        let (master_columns, master_rows) = master.own_blocks(component);
        let wide = (master.width, master_size.0, master_columns);
        let high = (master.height, master_size.1, master_rows);
        let [left, top, width, height] = view.crop;
        // EXIF Orientation (EXIF 3.0, 4.6.5.1.6): what is mirrored on the way back, and whether rows become columns.
        let turned = shown.orientation >= 5;
        let mirrored_x = matches!(shown.orientation, 2 | 3 | 6 | 7);
        let mirrored_y = matches!(shown.orientation, 3 | 4 | 7 | 8);
        let places = |count: u32, size: f64, pixels: u32, (from, share): (f64, f64), mirrored: bool, target| {
            let one = |block: u32| {
                // In shares of the upright picture, then of it as it is stored.
                let share = |at: f64| from + share * (at / f64::from(pixels)).clamp(0.0, 1.0);
                let (a, b) = (share(f64::from(block) * size), share(f64::from(block + 1) * size));
                around(if mirrored { (1.0 - b, 1.0 - a) } else { (a, b) }, target)
            };
            (0..count).map(one).collect()
        };
        let (for_x, for_y) = if turned { (high, wide) } else { (wide, high) };
        Component {
            shown,
            copy,
            walk,
            index: component,
            across: places(columns, own_size.0, view.width, (left, width), mirrored_x, for_x),
            down: places(rows, own_size.1, view.height, (top, height), mirrored_y, for_y),
        }
    }

    fn check(&self) -> Result<(), VerifyError> {
        let turned = self.shown.orientation >= 5;
        let (rows, columns) = if turned { (&self.across, &self.down) } else { (&self.down, &self.across) };
        let grid = &self.shown.walk.dc[self.index];
        let step = f64::from(self.shown.stream.head.quantisation[self.index][0]) / 8.0;
        // Decoders cut what lies beyond black and white.
        let level = |value: i16| (f64::from(value) * step).clamp(-128.0, 127.0);
        let (mut lows, mut highs) = (Vec::new(), Vec::new());
        for (line, rows) in rows.iter().enumerate() {
            // Of all columns first, in these rows.
            lows.clear();
            lows.extend_from_slice(grid.row(*rows.start()));
            highs.clone_from(&lows);
            for y in rows.clone().skip(1) {
                for ((low, high), &value) in lows.iter_mut().zip(&mut highs).zip(grid.row(y)) {
                    (*low, *high) = ((*low).min(value), (*high).max(value));
                }
            }
            for (place, columns) in columns.iter().enumerate() {
                let low = lows[columns.clone()].iter().fold(i16::MAX, |low, &value| low.min(value));
                let high = highs[columns.clone()].iter().fold(i16::MIN, |high, &value| high.max(value));
                let around = Around { low: level(low), high: level(high), columns, rows };
                self.check_block(if turned { (line, place) } else { (place, line) }, &around)?;
            }
        }
        Ok(())
    }

    /// Checks the block in column `x`, row `y` of the copy.
    fn check_block(&self, (x, y): (usize, usize), around: &Around<'_>) -> Result<(), VerifyError> {
        let grid = &self.walk.dc[self.index];
        let steps = &self.copy.head.quantisation[self.index];
        let step = f64::from(steps[0]) / 8.0;
        let mean = f64::from(grid.cells[y * grid.width + x]) * step;
        let difference = (around.low - mean).max(mean - around.high);
        let range = around.high - around.low;
        let redacted = self.is_redacted(around);
        let mut allowed = if redacted { step / 2.0 + ROUNDING } else { range + DETAIL };
        if difference > allowed {
            // A block of the copy may show a part of a block of the master only, as black or white as there is.
            allowed += self.detail(around)?;
        }
        let not_a_copy = |difference: f64, allowed: f64| VerifyError::NotACopy {
            x: x as u32 * 8,
            y: y as u32 * 8,
            difference: difference as f32,
            allowed: allowed as f32,
        };
        if difference > allowed {
            return Err(not_a_copy(difference, allowed));
        }
        if !redacted {
            return Ok(());
        }
        let (columns, _) = self.copy.units();
        let (h, v) = self.copy.decoder().factors(self.index);
        let mut unit = self.copy.unit_buffer();
        self.walk.unit(self.copy, y / v * columns + x / h, &mut unit)?;
        let wanted = (self.index, x % h, y % v);
        let layout = self.copy.decoder().layout();
        let place = layout.iter().position(|part| (part.component, part.x, part.y) == wanted).unwrap_or(0);
        let energy: f64 = (1..64).map(|k| (f64::from(unit[place][k]) * f64::from(steps[k]) / 8.0).powi(2)).sum();
        // A coefficient that is not rounded to zero is at least half of what it is rounded to.
        let mut allowed = 2.0 * (range + ROUNDING);
        if energy.sqrt() > allowed {
            allowed += 2.0 * self.detail(around)?;
        }
        if energy.sqrt() > allowed { Err(not_a_copy(energy.sqrt(), allowed)) } else { Ok(()) }
    }

    /// Whether all of it belongs to regions.
    fn is_redacted(&self, around: &Around<'_>) -> bool {
        let (h, v) = self.shown.stream.decoder().factors(self.index);
        let (units, _) = self.shown.stream.units();
        let columns = around.columns.start() / h..=around.columns.end() / h;
        (around.rows.start() / v..=around.rows.end() / v)
            .all(|row| columns.clone().all(|column| self.shown.touched[row * units + column]))
    }

    /// How far a sample may be from the mean of its block, at most, in the blocks around a place: no more than all cosines
    /// together, each of which is a quarter of its coefficient (T.81, A.3.3).
    fn detail(&self, around: &Around<'_>) -> Result<f64, JpegError> {
        let Shown { stream, walk, .. } = self.shown;
        let (h, v) = stream.decoder().factors(self.index);
        let (columns, _) = stream.units();
        let steps = &stream.head.quantisation[self.index];
        let mut unit = stream.unit_buffer();
        let mut most = 0;
        for row in around.rows.start() / v..=around.rows.end() / v {
            for column in around.columns.start() / h..=around.columns.end() / h {
                walk.unit(stream, row * columns + column, &mut unit)?;
                let blocks = stream.decoder().layout().iter().zip(&unit);
                for (_, block) in blocks.filter(|(part, _)| part.component == self.index) {
                    let coefficients = block[1..].iter().zip(&steps[1..]);
                    let sum: u64 = coefficients.map(|(&c, &step)| u64::from(c.unsigned_abs()) * u64::from(step)).sum();
                    most = most.max(sum);
                }
            }
        }
        Ok((most as f64 / 4.0).min(255.0))
    }
}

/// Pixels that a block of a component covers: to the right, and downward.
fn block_size(frame: &Frame, component: usize) -> (f64, f64) {
    let ((max_h, max_v), (h, v)) = (frame.max_sampling(), frame.sampling(component));
    (8.0 * f64::from(max_h) / f64::from(h), 8.0 * f64::from(max_v) / f64::from(v))
}

/// The blocks of `size` pixels, of which there are `count`, that a share of so many pixels meets, and one more on each side.
fn around((from, to): (f64, f64), (pixels, size, count): (u32, f64, u32)) -> RangeInclusive<usize> {
    let first = ((from * f64::from(pixels) / size).floor() as i64 - 1).clamp(0, i64::from(count) - 1);
    let last = ((to * f64::from(pixels) / size).ceil() as i64).clamp(first, i64::from(count) - 1);
    first as usize..=last as usize
}
