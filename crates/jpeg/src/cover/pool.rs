//! Pools the colours of the regions, and decides whose surface each coded unit shows.

use super::layout::{Layout, Plane};
use super::mask::mark;
use super::outline::outline;
use super::region::{Region, RegionKind};
use super::surface::{Axis, Levels, MIN_CELL, Surface};
use crate::blocks::Grid;

/// Pixels of a cell that nothing earlier has filled, at least: a thin slice of a face that another
/// region left over does not get a colour of its own.
const MIN_AREA: u64 = MIN_CELL as u64 * MIN_CELL as u64;

/// The surfaces, and where they are shown.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Painting<'a> {
    pub layout: &'a Layout,
    /// Quantised DCs of each component.
    dc: &'a [Grid<i16>],
    /// Their quantisation steps.
    steps: Vec<u16>,
    /// For each coded unit 0, or the number of its surface plus 1.
    pub owners: Grid<u32>,
    pub surfaces: Vec<Surface>,
}

/// A sum of levels.
#[derive(Debug, Clone, Copy, Default)]
struct Sum {
    levels: [f64; super::layout::MAX_COMPONENTS],
    counts: [u64; super::layout::MAX_COMPONENTS],
    /// Pixels that nothing earlier has filled.
    fresh: u64,
}

impl Sum {
    fn join(mut self, other: &Sum) -> Sum {
        for i in 0..self.levels.len() {
            self.levels[i] += other.levels[i];
            self.counts[i] += other.counts[i];
        }
        self.fresh += other.fresh;
        self
    }

    fn mean(&self) -> Option<Levels> {
        let any = self.counts.iter().any(|&count| count > 0);
        any.then(|| std::array::from_fn(|i| (self.levels[i] / self.counts[i].max(1) as f64) as f32))
    }
}

impl<'a> Painting<'a> {
    /// Paints all regions. The largest comes first, and each later one pools what the earlier ones
    /// left: a small region inside a large one can then only see colours that are pooled already, and
    /// never brings detail back. `touched` is what all of them touch.
    pub(crate) fn new(
        layout: &'a Layout,
        steps: Vec<u16>,
        dc: &'a [Grid<i16>],
        regions: &[Region],
        touched: &Grid<bool>,
    ) -> Painting<'a> {
        let owners = Grid::new(layout.mcus[0], layout.mcus[1], 0);
        let mut painting = Painting { layout, dc, steps, owners, surfaces: Vec::new() };
        let mut scratch = Grid::new(layout.mcus[0], layout.mcus[1], false);
        let mut order: Vec<_> = regions
            .iter()
            .filter_map(|region| {
                let units = units(region, layout, &mut scratch);
                // Of equal ones the plate comes first, since its colour says nothing at all.
                let plate_first = region.kind == RegionKind::Face;
                Some((std::cmp::Reverse(units.len()), *units.first()?, plate_first, region))
            })
            .collect();
        order.sort_by_key(|&(area, first, face, _)| (area, first, face));
        for (.., region) in order {
            let units = units(region, layout, &mut scratch);
            match region.kind {
                RegionKind::Face => painting.face(region, &units),
                RegionKind::Plate => painting.plate(region, &units, touched),
            }
        }
        painting
    }

    /// The mean of a block of a component: what is coded or, in a filled coded unit, its surface.
    pub(crate) fn level(&self, component: usize, plane: Plane, [x, y]: [usize; 2]) -> f32 {
        let owner = self.owner(plane, [x, y]);
        if let Some(surface) = owner.checked_sub(1).and_then(|i| self.surfaces.get(i as usize)) {
            let size = self.layout.block_size(plane);
            return surface.at(component, [(x as f64 + 0.5) * size[0], (y as f64 + 0.5) * size[1]]);
        }
        let dc = self.dc.get(component).filter(|grid| x < grid.width);
        let dc = dc.and_then(|grid| grid.cells.get(y * grid.width + x)).copied().unwrap_or_default();
        let step = self.steps.get(component).copied().unwrap_or(1);
        // Decoders cut what lies beyond black and white.
        (f32::from(dc) * f32::from(step) / 8.0).clamp(-128.0, 127.0)
    }

    /// The owner of a block's coded unit.
    pub(crate) fn owner(&self, plane: Plane, [x, y]: [usize; 2]) -> u32 {
        let unit = [x / plane.unit[0], y / plane.unit[1]];
        self.owners.cells.get(unit[1] * self.owners.width + unit[0]).copied().unwrap_or_default()
    }

    fn place(&self, unit: u32) -> [usize; 2] {
        let (unit, width) = (unit as usize, self.owners.width.max(1));
        [unit % width, unit / width]
    }

    fn is_fresh(&self, unit: u32) -> bool {
        self.owners.cells.get(unit as usize) == Some(&0)
    }

    fn sum(&self, unit: u32) -> Sum {
        let place = self.place(unit);
        let mut sum = Sum { fresh: if self.is_fresh(unit) { self.layout.pixels(place) } else { 0 }, ..Sum::default() };
        for (component, plane) in self.layout.planes.iter().enumerate() {
            for block in Layout::blocks_of(*plane, place) {
                sum.levels[component] += f64::from(self.level(component, *plane, block));
                sum.counts[component] += 1;
            }
        }
        sum
    }

    fn sum_of<'u>(&self, units: impl IntoIterator<Item = &'u u32>) -> Sum {
        units.into_iter().fold(Sum::default(), |sum, &unit| sum.join(&self.sum(unit)))
    }

    fn axes(&self, units: &[u32], single: bool) -> [Axis; 2] {
        [0, 1].map(|axis| {
            let mut used = vec![false; self.layout.mcus[axis]];
            for &unit in units {
                if let Some(used) = used.get_mut(self.place(unit)[axis]) {
                    *used = true;
                }
            }
            Axis::new(&used, self.layout, axis, single)
        })
    }

    fn face(&mut self, region: &Region, units: &[u32]) {
        if !units.iter().any(|&unit| self.is_fresh(unit)) {
            // It is gone already.
            return;
        }
        let axes = self.axes(units, false);
        let stride = axes[0].cells();
        let mut cells = vec![Sum::default(); stride * axes[1].cells()];
        for &unit in units {
            let [x, y] = self.place(unit);
            let cell = &mut cells[axes[1].cell(y) * stride + axes[0].cell(x)];
            *cell = cell.join(&self.sum(unit));
        }
        let colours = self.colours(units, stride, &cells);
        let parts = outline(region, self.layout);
        self.show(units, Surface { axes, colours, parts }, false);
    }

    /// The colours of the cells. One with too few pixels takes those of its neighbours.
    fn colours(&self, units: &[u32], stride: usize, cells: &[Sum]) -> Vec<Levels> {
        let large = |sum: &&Sum| sum.fresh >= MIN_AREA;
        let whole = cells.iter().filter(large).fold(Sum::default(), Sum::join);
        let whole = whole
            .mean()
            // A slice that others left over takes their colours; something small, its own mean.
            .or_else(|| self.sum_of(units.iter().filter(|&&unit| !self.is_fresh(unit))).mean())
            .or_else(|| self.sum_of(units).mean())
            .unwrap_or_default();
        (0..cells.len())
            .map(|i| {
                if large(&&cells[i]) {
                    return cells[i].mean().unwrap_or(whole);
                }
                let beside =
                    |other: &usize| (other % stride).abs_diff(i % stride) + (other / stride).abs_diff(i / stride) == 1;
                let beside = (0..cells.len()).filter(beside).map(|other| &cells[other]).filter(large);
                beside.fold(Sum::default(), Sum::join).mean().unwrap_or(whole)
            })
            .collect()
    }

    /// A plate takes the mean of its untouched surroundings, which says nothing of it; only where all
    /// surroundings are touched too, its own mean.
    fn plate(&mut self, region: &Region, units: &[u32], touched: &Grid<bool>) {
        let layout = self.layout;
        let mut ring = Vec::new();
        for &unit in units {
            let place = self.place(unit);
            for (x, y) in [-1, 0, 1].into_iter().flat_map(|y| [-1, 0, 1].map(|x| (x, y))) {
                let step =
                    |by, axis: usize| super::layout::step(place[axis], by, layout.mcus[axis], layout.wraps[axis]);
                let (Some(x), Some(y)) = (step(x, 0), step(y, 1)) else { continue };
                let index = y * touched.width + x;
                if touched.cells.get(index) == Some(&false) {
                    ring.push(index as u32);
                }
            }
        }
        ring.sort_unstable();
        ring.dedup();
        let mean = self.sum_of(&ring).mean().or_else(|| self.sum_of(units).mean());
        let parts = outline(region, layout);
        let surface = Surface { axes: self.axes(units, true), colours: vec![mean.unwrap_or_default()], parts };
        self.show(units, surface, true);
    }

    /// Shows a surface in those coded units of a region that are not filled yet, or in all.
    fn show(&mut self, units: &[u32], surface: Surface, over: bool) {
        self.surfaces.push(surface);
        let number = self.surfaces.len() as u32;
        for &unit in units {
            if let Some(owner) = self.owners.cells.get_mut(unit as usize).filter(|owner| over || **owner == 0) {
                *owner = number;
            }
        }
    }
}

/// The numbers of the coded units that a region touches.
fn units(region: &Region, layout: &Layout, scratch: &mut Grid<bool>) -> Vec<u32> {
    scratch.cells.fill(false);
    mark(region, layout, scratch);
    (0..).zip(&scratch.cells).filter_map(|(i, &marked)| marked.then_some(i)).collect()
}
