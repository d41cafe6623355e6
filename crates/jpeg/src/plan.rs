//! Decides what every touched rectangle will show, from pooled colours only.

use crate::fill::{Axis, Fill};
use crate::region::{GRID, Region, RegionKind, Touched};
use crate::source::Pixels;

/// Pixels around a rectangle that its edge is blended towards.
const RING: u32 = 8;

/// All fills of a picture, in the order in which they are painted.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Plan {
    pub fills: Vec<Fill>,
}

impl Plan {
    /// Plans and paints.
    ///
    /// The largest rectangle comes first, and each later one pools what the earlier ones left: a
    /// small box inside a large one can then only see colours that are pooled already, and never
    /// brings detail back.
    pub(crate) fn paint(pixels: &mut Pixels, regions: &[Region], panorama: bool) -> Plan {
        let (width, height) = (pixels.width, pixels.height);
        let mut parts: Vec<(Touched, RegionKind)> =
            regions.iter().filter_map(|r| Some((Touched::of(r, width, height, panorama)?, r.kind))).collect();
        parts.sort_by_key(|(t, _)| (std::cmp::Reverse(t.area()), t.y, t.x));
        let touched = TouchedSquares::new(width, height, &parts);
        let mut done: Vec<(Touched, RegionKind)> = Vec::with_capacity(parts.len());
        let mut fills = Vec::with_capacity(parts.len());
        for (part, kind) in parts {
            // A face inside something filled is gone already. A plate gets its own single colour.
            let gone = done.iter().any(|(earlier, earlier_kind)| {
                (kind == RegionKind::Face || *earlier_kind == kind) && earlier.covers(&part, width)
            });
            if gone {
                continue;
            }
            let pool = Pool { pixels, touched: &touched, part, panorama };
            let fill = match kind {
                RegionKind::Face => pool.face(),
                RegionKind::Plate => pool.plate(),
            };
            fill.paint(&mut pixels.rgb, width);
            fills.push(fill);
            done.push((part, kind));
        }
        Plan { fills }
    }
}

/// Which squares of the grid belong to any touched rectangle.
struct TouchedSquares {
    per_row: u32,
    squares: Vec<bool>,
}

impl TouchedSquares {
    fn new(width: u32, height: u32, parts: &[(Touched, RegionKind)]) -> TouchedSquares {
        let per_row = width.div_ceil(GRID);
        let mut squares = vec![false; per_row as usize * height.div_ceil(GRID) as usize];
        for (part, _) in parts {
            for row in part.y / GRID..(part.y + part.height).div_ceil(GRID) {
                for columns in part.columns(width).into_iter().filter(|range| !range.is_empty()) {
                    let start = (row * per_row + columns.start / GRID) as usize;
                    let end = (row * per_row + columns.end.div_ceil(GRID)) as usize;
                    squares[start..end].fill(true);
                }
            }
        }
        TouchedSquares { per_row, squares }
    }

    fn contains(&self, x: u32, y: u32) -> bool {
        self.squares[(y / GRID * self.per_row + x / GRID) as usize]
    }
}

/// Sums of colours.
#[derive(Default, Clone, Copy)]
struct Sum {
    levels: [u64; 3],
    count: u64,
}

impl Sum {
    fn add(&mut self, pixel: [u8; 3]) {
        for (sum, level) in self.levels.iter_mut().zip(pixel) {
            *sum += u64::from(level);
        }
        self.count += 1;
    }

    fn join(self, other: Sum) -> Sum {
        Sum { levels: std::array::from_fn(|i| self.levels[i] + other.levels[i]), count: self.count + other.count }
    }

    fn mean(&self) -> Option<[f32; 3]> {
        (self.count > 0).then(|| self.levels.map(|sum| (sum as f64 / self.count as f64) as f32))
    }
}

/// Pools the colours for one rectangle.
struct Pool<'a> {
    pixels: &'a Pixels,
    touched: &'a TouchedSquares,
    part: Touched,
    panorama: bool,
}

type Span = std::ops::Range<i64>;

fn span(range: &std::ops::Range<u32>) -> Span {
    i64::from(range.start)..i64::from(range.end)
}

impl Pool<'_> {
    /// At most nine cells, each the mean of what it covers.
    fn face(&self) -> Fill {
        let columns = Axis::of_face(self.part.width);
        let rows = Axis::of_face(self.part.height);
        let mut cells = Vec::new();
        for row in 0..rows.cells() {
            for column in 0..columns.cells() {
                let sum = self.sum(&span(&columns.cell(column)), &span(&rows.cell(row)), false);
                cells.push(sum.mean().unwrap_or_default());
            }
        }
        self.surface(columns, rows, &cells)
    }

    /// The mean of the surroundings, which says nothing of the plate; only where all surroundings
    /// are touched too, the mean of the rectangle.
    fn plate(&self) -> Fill {
        let columns = Axis::of_plate(self.part.width);
        let rows = Axis::of_plate(self.part.height);
        let (w, h) = (i64::from(self.part.width), i64::from(self.part.height));
        let ring = [(0..w, Side::BEFORE), (0..w, Side::behind(h))]
            .map(|(along, across)| self.sum(&along, &across, true))
            .into_iter()
            .chain(
                [(Side::BEFORE, 0..h), (Side::behind(w), 0..h)].map(|(across, along)| self.sum(&across, &along, true)),
            )
            .reduce(Sum::join)
            .unwrap_or_default();
        let mean = ring.mean().or_else(|| self.sum(&(0..w), &(0..h), false).mean());
        self.surface(columns, rows, &[mean.unwrap_or_default()])
    }

    /// Adds the nodes on the edges: the means of the untouched surroundings beside each cell, so
    /// that the surface meets them softly; the colour of the cell where there are none.
    fn surface(&self, columns: Axis, rows: Axis, cells: &[[f32; 3]]) -> Fill {
        let (w, h) = (i64::from(self.part.width), i64::from(self.part.height));
        let (across, down) = (columns.cells() as usize, rows.cells() as usize);
        let stride = columns.nodes();
        let mut nodes = vec![None; stride * rows.nodes()];
        for (row, line) in cells.chunks_exact(across).enumerate() {
            for (column, cell) in line.iter().enumerate() {
                nodes[(row + 1) * stride + column + 1] = Some(*cell);
            }
        }
        for column in 0..across {
            let along = span(&columns.cell(column as u32));
            nodes[column + 1] = self.beside(&along, &Side::BEFORE, h);
            nodes[(down + 1) * stride + column + 1] = self.beside(&along, &Side::behind(h), h);
        }
        for row in 0..down {
            let along = span(&rows.cell(row as u32));
            nodes[(row + 1) * stride] = self.beside(&Side::BEFORE, &along, w);
            nodes[(row + 1) * stride + across + 1] = self.beside(&Side::behind(w), &along, w);
        }
        for (row, next_row) in [(0, 1), (down + 1, down)] {
            for (column, next_column) in [(0, 1), (across + 1, across)] {
                let neighbours = (nodes[next_row * stride + column], nodes[row * stride + next_column]);
                nodes[row * stride + column] = match neighbours {
                    (Some(a), Some(b)) => Some(std::array::from_fn(|i| f32::midpoint(a[i], b[i]))),
                    (one, other) => one.or(other),
                };
            }
        }
        let nodes = (0..nodes.len()).map(|i| {
            let nearest = (i / stride).clamp(1, down) * stride + (i % stride).clamp(1, across);
            nodes[i].or(nodes[nearest]).unwrap_or_default()
        });
        Fill::new(self.part, columns, rows, nodes.collect())
    }

    /// The mean of untouched surroundings, if a rectangle of this length leaves room for a soft
    /// edge. One that the edge of the picture cuts shorter than a coded unit doesn't: its colours
    /// would change faster than subsampled chroma can follow.
    fn beside(&self, columns: &Span, rows: &Span, length: i64) -> Option<[f32; 3]> {
        if length < i64::from(GRID) {
            return None;
        }
        self.sum(columns, rows, true).mean()
    }

    /// Sums the pixels of a rectangle given in offsets from the corner of the part. With
    /// `untouched_only`, pixels of any touched rectangle are left out.
    fn sum(&self, columns: &Span, rows: &Span, untouched_only: bool) -> Sum {
        let (width, height) = (i64::from(self.pixels.width), i64::from(self.pixels.height));
        let (pixels, _) = self.pixels.rgb.as_chunks::<3>();
        let mut sum = Sum::default();
        for dy in rows.clone() {
            let y = i64::from(self.part.y) + dy;
            if !(0..height).contains(&y) {
                continue;
            }
            for dx in columns.clone() {
                let mut x = i64::from(self.part.x) + dx;
                let across_seam = !(0..width).contains(&x);
                if across_seam && !self.panorama {
                    continue;
                }
                x = x.rem_euclid(width);
                if untouched_only && self.touched.contains(x as u32, y as u32) {
                    continue;
                }
                sum.add(pixels[(y * width + x) as usize]);
            }
        }
        sum
    }
}

/// Strips of the ring, in offsets from the corner of the part.
struct Side;

impl Side {
    const BEFORE: Span = -(RING as i64)..0;

    fn behind(length: i64) -> Span {
        length..length + i64::from(RING)
    }
}
