//! Which coded units a region touches: every one that has a point in common with the enlarged shape.

use super::layout::Layout;
use super::outline::{Part, outline};
use super::region::Region;
use crate::blocks::Grid;
use std::ops::Range;

/// Marks the coded units that a region touches.
pub(crate) fn mark(region: &Region, layout: &Layout, mask: &mut Grid<bool>) {
    for part in outline(region, layout) {
        match part {
            Part::Ellipse { centre, semi } => ellipse(layout, centre, semi, mask),
            Part::Rectangle { low, high } => {
                let columns = units(layout, 0, low[0], high[0]);
                for row in units(layout, 1, low[1], high[1]) {
                    fill(mask, row, columns.clone());
                }
            }
            Part::Rings { rings, margin, outside } => Sweep::new(&rings, margin).run(layout, outside, mask),
        }
    }
}

/// The coded units of an interval along one axis. Not empty unless the interval lies outside.
fn units(layout: &Layout, axis: usize, low: f64, high: f64) -> Range<usize> {
    if high < 0.0 || low >= f64::from(layout.size[axis]) {
        return 0..0;
    }
    let length = f64::from(layout.mcu[axis]);
    // Float to integer casts saturate: negative becomes 0.
    let first = ((low / length) as usize).min(layout.mcus[axis].saturating_sub(1));
    let end = ((high / length).ceil() as usize).max(first + 1);
    first..end.min(layout.mcus[axis])
}

fn fill(mask: &mut Grid<bool>, row: usize, columns: Range<usize>) {
    let start = row * mask.width;
    if let Some(cells) = mask.cells.get_mut(start + columns.start..start + columns.end) {
        cells.fill(true);
    }
}

/// From and to of a row of coded units, in pixels.
fn band(layout: &Layout, row: usize) -> [f64; 2] {
    [row, row + 1].map(|row| row as f64 * f64::from(layout.mcu[1]))
}

fn ellipse(layout: &Layout, centre: [f64; 2], semi: [f64; 2], mask: &mut Grid<bool>) {
    for row in units(layout, 1, centre[1] - semi[1], centre[1] + semi[1]) {
        let [top, bottom] = band(layout, row);
        // Where the row comes nearest to the middle the ellipse is widest.
        let off = (top - centre[1]).max(centre[1] - bottom).max(0.0) / semi[1];
        let half = semi[0] * (1.0 - off * off).max(0.0).sqrt();
        fill(mask, row, units(layout, 0, centre[0] - half, centre[0] + half));
    }
}

/// An edge with its upper end first.
struct Edge {
    from: [f64; 2],
    to: [f64; 2],
    /// 1 downward, -1 upward.
    winding: i32,
}

impl Edge {
    fn at(&self, y: f64) -> f64 {
        let height = self.to[1] - self.from[1];
        if height <= 0.0 {
            return self.from[0];
        }
        let t = ((y - self.from[1]) / height).clamp(0.0, 1.0);
        self.from[0] + (self.to[0] - self.from[0]) * t
    }

    /// The columns it passes between two rows.
    fn columns(&self, top: f64, bottom: f64) -> [f64; 2] {
        if self.to[1] <= self.from[1] {
            return [self.from[0].min(self.to[0]), self.from[0].max(self.to[0])];
        }
        let (a, b) = (self.at(top), self.at(bottom));
        [a.min(b), a.max(b)]
    }
}

/// Goes down a picture row by row of coded units with the edges that reach into the row.
struct Sweep {
    /// By their upper ends.
    edges: Vec<Edge>,
    margin: f64,
}

impl Sweep {
    fn new(rings: &[Vec<[f64; 2]>], margin: f64) -> Sweep {
        let mut edges = Vec::new();
        for ring in rings {
            for (i, &a) in ring.iter().enumerate() {
                let b = ring[(i + 1) % ring.len()];
                let (from, to, winding) = if a[1] <= b[1] { (a, b, 1) } else { (b, a, -1) };
                edges.push(Edge { from, to, winding });
            }
        }
        edges.sort_by(|a, b| a.from[1].total_cmp(&b.from[1]));
        Sweep { edges, margin }
    }

    fn run(&self, layout: &Layout, outside: bool, mask: &mut Grid<bool>) {
        let mut coming = self.edges.iter().peekable();
        let mut here: Vec<&Edge> = Vec::new();
        for row in 0..mask.height {
            let [top, bottom] = band(layout, row);
            let (above, below) = (top - self.margin, bottom + self.margin);
            while let Some(edge) = coming.next_if(|edge| edge.from[1] <= below) {
                here.push(edge);
            }
            here.retain(|edge| edge.to[1] >= above);
            for edge in &here {
                let [left, right] = edge.columns(above, below);
                fill(mask, row, units(layout, 0, left - self.margin, right + self.margin));
            }
            // A coded unit that no edge comes near is wholly inside or wholly outside, so that one line
            // through the row decides.
            inside(&here, f64::midpoint(top, bottom), outside, f64::from(layout.size[0]), |left, right| {
                fill(mask, row, units(layout, 0, left, right));
            });
        }
    }
}

/// Tells the intervals of a line on which a point is inside.
fn inside(edges: &[&Edge], y: f64, outside: bool, width: f64, mut tell: impl FnMut(f64, f64)) {
    let mut crossings: Vec<(f64, i32)> = edges
        .iter()
        .filter(|edge| edge.from[1] <= y && y < edge.to[1])
        .map(|edge| (edge.at(y), edge.winding))
        .collect();
    crossings.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (mut since, mut winding) = (0.0, 0);
    for (x, change) in crossings.into_iter().chain([(width, 0)]) {
        if (winding != 0) != outside && x > since {
            tell(since, x);
        }
        since = x;
        winding += change;
    }
}
