//! The smooth surface through the pooled colours of one region.

use super::layout::{Layout, MAX_COMPONENTS};
use super::outline::Part;

/// Cells along one side of a face, at most: nine colours in all.
const MAX_CELLS: usize = 3;

/// Pixels along one side of a cell, at least: small faces get fewer colours, not smaller cells.
pub(crate) const MIN_CELL: u32 = 32;

/// Width of the soft edge, as a share of the smaller side of the region.
const SOFT: f64 = 0.4;

/// Bounds of that width, in pixels.
const SOFTEST: [f64; 2] = [12.0, 48.0];

/// A level for each component: a sample minus 128.
pub(crate) type Levels = [f32; MAX_COMPONENTS];

/// The cells along one axis.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Axis {
    /// Coded units.
    first: usize,
    count: usize,
    /// Coded units of the whole picture.
    total: usize,
    /// Whether the picture continues at its other edge.
    wraps: bool,
    cells: usize,
    /// Pixels of a coded unit.
    mcu: f64,
    /// Pixels of the whole picture.
    period: f64,
}

impl Axis {
    /// The shortest stretch that holds all coded units which `used` marks.
    pub(crate) fn new(used: &[bool], layout: &Layout, axis: usize, single: bool) -> Axis {
        let wraps = layout.wraps[axis];
        let (first, count) = if wraps { arc(used) } else { stretch(used) };
        let mcu = layout.mcu[axis];
        let cells = if single { 1 } else { (count / MIN_CELL.div_ceil(mcu) as usize).clamp(1, MAX_CELLS) };
        Axis {
            first,
            count,
            total: used.len(),
            wraps,
            cells,
            mcu: f64::from(mcu),
            period: f64::from(layout.size[axis]),
        }
    }

    pub(crate) fn cells(&self) -> usize {
        self.cells
    }

    /// The cell that a coded unit belongs to.
    pub(crate) fn cell(&self, unit: usize) -> usize {
        let offset = (unit + self.total - self.first) % self.total.max(1);
        (1..self.cells).find(|&cell| offset < self.edge(cell)).unwrap_or(self.cells) - 1
    }

    /// Where a cell begins, in coded units from the first.
    fn edge(&self, cell: usize) -> usize {
        self.count * cell / self.cells
    }

    /// Its middle, in pixels from the beginning of the first coded unit.
    fn middle(&self, cell: usize) -> f64 {
        self.mcu * (self.edge(cell) + self.edge(cell + 1)) as f64 / 2.0
    }

    fn length(&self) -> f64 {
        self.mcu * self.count as f64
    }

    /// The two cells that a position lies between, and how far the second one has taken over, 0 to 1.
    fn locate(&self, position: f64) -> (usize, usize, f32) {
        let mut at = position - self.first as f64 * self.mcu;
        let last = self.cells - 1;
        if self.wraps {
            at = at.rem_euclid(self.period);
            if self.count == self.total {
                // All around, the last cell has the first one as its neighbour.
                if at < self.middle(0) {
                    at += self.period;
                }
                if at >= self.middle(last) {
                    let gap = self.middle(0) + self.period - self.middle(last);
                    return (last, 0, smooth((at - self.middle(last)) / gap));
                }
            } else if at > f64::midpoint(self.length(), self.period) {
                at -= self.period;
            }
        }
        let Some(next) = (0..self.cells).find(|&cell| at < self.middle(cell)) else {
            return (last, last, 0.0);
        };
        let Some(before) = next.checked_sub(1) else {
            return (0, 0, 0.0);
        };
        (before, next, smooth((at - self.middle(before)) / (self.middle(next) - self.middle(before))))
    }
}

/// Goes from 0 to 1 with no kink at either end.
pub(crate) fn smooth(t: f64) -> f32 {
    let t = t.clamp(0.0, 1.0);
    (t * t * (3.0 - 2.0 * t)) as f32
}

/// First and count of the marked ones, and of those between them.
fn stretch(used: &[bool]) -> (usize, usize) {
    let first = used.iter().position(|&u| u).unwrap_or(0);
    let end = used.iter().rposition(|&u| u).map_or(first, |last| last + 1);
    (first, end - first)
}

/// The same where the last one has the first one as its neighbour: all but the longest gap.
fn arc(used: &[bool]) -> (usize, usize) {
    let Some(start) = used.iter().position(|&u| u) else { return (0, 0) };
    let total = used.len();
    let (mut first, mut longest, mut gap) = (0, 0, 0);
    for i in 1..=total {
        let at = (start + i) % total;
        if !used[at] {
            gap += 1;
            continue;
        }
        if gap > longest {
            (first, longest) = (at, gap);
        }
        gap = 0;
    }
    (first, total - longest)
}

/// What a region shows after redaction, before its edge is softened.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Surface {
    pub axes: [Axis; 2],
    /// Row by row.
    pub colours: Vec<Levels>,
    /// The enlarged shape of the region.
    pub parts: Vec<Part>,
}

impl Surface {
    /// The level of a component at a position, in pixels of the picture.
    pub(crate) fn at(&self, component: usize, position: [f64; 2]) -> f32 {
        let [(left, right, across), (top, bottom, down)] = [0, 1].map(|axis| self.axes[axis].locate(position[axis]));
        let stride = self.axes[0].cells();
        let level = |column: usize, row: usize| {
            let colour = self.colours.get(row * stride + column);
            colour.and_then(|levels| levels.get(component)).copied().unwrap_or_default()
        };
        let mix = |a: f32, b: f32, t: f32| a + (b - a) * t;
        mix(
            mix(level(left, top), level(right, top), across),
            mix(level(left, bottom), level(right, bottom), across),
            down,
        )
    }

    /// Pixels from a position to the edge of the shape, 0 outside of it: what coded units have beyond
    /// the shape need not look like it.
    pub(crate) fn depth(&self, position: [f64; 2]) -> f64 {
        self.parts.iter().map(|part| part.depth(position)).fold(0.0, f64::max)
    }

    /// Width of the soft edge, in pixels.
    pub(crate) fn softness(&self) -> f64 {
        let side = self.axes[0].length().min(self.axes[1].length());
        (SOFT * side).clamp(SOFTEST[0], SOFTEST[1])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stretches_and_arcs() {
        let used = |marks: &str| marks.bytes().map(|b| b == b'#').collect::<Vec<_>>();
        assert_eq!(stretch(&used("..#.##..")), (2, 4));
        assert_eq!(arc(&used("..#.##..")), (2, 4));
        assert_eq!(arc(&used("##....#.")), (6, 4));
        assert_eq!(arc(&used("########")), (0, 8));
        assert_eq!(arc(&used("#.......")), (0, 1));
        assert_eq!(arc(&used("........")), (0, 0));
        assert_eq!(stretch(&used("........")), (0, 0));
    }
}
