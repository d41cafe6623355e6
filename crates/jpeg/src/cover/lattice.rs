//! Levels at the corners of the blocks of a component: what the touched blocks show between them.
//!
//! A corner that an untouched block adjoins takes the mean of its untouched blocks, which everyone sees
//! anyway. From there the levels go over to those of the regions' surfaces. They solve the equation of
//! heat that flows through a plate whose edge has the temperature of what lies around it, and which
//! leaks into a ground that has the temperature of the surface: the more, the deeper inside the shape. So
//! neither the stairs in which coded units lie nor the kinks between surfaces stay visible.

use super::layout::{Layout, Plane, step};
use super::pool::Painting;
use super::surface::smooth;
use crate::blocks::Grid;

/// Pull towards the surface where it is strongest: (this over the width of the soft edge) squared.
const PULL: f64 = 3.0;

/// Rounds of the solution (Jacobi's method). The soft edge has at most six blocks.
const ROUNDS: usize = 24;

/// Levels at the corners of the touched blocks of one component.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Lattice {
    /// For each corner of the picture 0, or the place of its level plus 1.
    slots: Grid<u32>,
    levels: Vec<f32>,
    blocks: [usize; 2],
    wraps: [bool; 2],
}

/// A corner while it is worked out.
struct Corner {
    at: [usize; 2],
    /// The level of the surface.
    aim: f64,
    /// Pixels to the nearest edge.
    distance: f64,
    /// Pixels inside the shape of the region.
    depth: f64,
    /// Width of the soft edge, in pixels.
    softness: f64,
    /// Whether untouched blocks determine it.
    fixed: bool,
}

impl Lattice {
    pub(crate) fn new(painting: &Painting<'_>, component: usize, plane: Plane) -> Lattice {
        let layout = painting.layout;
        let corners = [0, 1].map(|axis| plane.blocks[axis] + usize::from(!layout.wraps[axis]));
        let mut lattice = Lattice {
            slots: Grid::new(corners[0], corners[1], 0),
            levels: Vec::new(),
            blocks: plane.blocks,
            wraps: layout.wraps,
        };
        let mut found = lattice.find(painting, component, plane);
        let size = layout.block_size(plane);
        lattice.measure(&mut found, size);
        lattice.solve(&found, size);
        lattice
    }

    /// The levels at the corners of a block: top left, top right, bottom left, bottom right. A block
    /// that only pads the last coded unit continues the last one that holds pixels.
    pub(crate) fn corners(&self, [x, y]: [usize; 2]) -> [f32; 4] {
        let place = |axis: usize, at: usize| if self.wraps[axis] && at == self.blocks[axis] { 0 } else { at };
        let pair = |axis: usize, at: usize| {
            let end = self.blocks[axis];
            if at < end { [at, place(axis, at + 1)] } else { [place(axis, end); 2] }
        };
        let ([left, right], [top, bottom]) = (pair(0, x), pair(1, y));
        [[left, top], [right, top], [left, bottom], [right, bottom]].map(|at| self.level(at))
    }

    fn level(&self, at: [usize; 2]) -> f32 {
        self.slot(at).and_then(|slot| self.levels.get(slot)).copied().unwrap_or_default()
    }

    fn slot(&self, [x, y]: [usize; 2]) -> Option<usize> {
        let slot = self.slots.cells.get(y * self.slots.width + x)?;
        (*slot as usize).checked_sub(1)
    }

    /// The corner beside another.
    fn beside(&self, at: [usize; 2], by: [isize; 2]) -> Option<usize> {
        let x = step(at[0], by[0], self.slots.width, self.wraps[0])?;
        let y = step(at[1], by[1], self.slots.height, self.wraps[1])?;
        self.slot([x, y])
    }

    /// Finds all corners of touched blocks, and gives each a slot.
    fn find(&mut self, painting: &Painting<'_>, component: usize, plane: Plane) -> Vec<Corner> {
        let mut found = Vec::new();
        let touched = (0..).zip(&painting.owners.cells).filter(|&(_, &owner)| owner != 0);
        for (unit, _) in touched {
            let unit = [unit % painting.owners.width, unit / painting.owners.width];
            for [x, y] in Layout::blocks_of(plane, unit) {
                for [right, below] in [[0, 0], [1, 0], [0, 1], [1, 1]] {
                    let at = [(x + right) % self.slots.width, (y + below) % self.slots.height];
                    let slot = &mut self.slots.cells[at[1] * self.slots.width + at[0]];
                    if *slot == 0 {
                        let (corner, level) = corner(painting, component, plane, at);
                        found.push(corner);
                        self.levels.push(level);
                        *slot = found.len() as u32;
                    }
                }
            }
        }
        found
    }

    /// Measures the distances of the corners to the nearest edge, as far as soft edges reach.
    fn measure(&self, corners: &mut [Corner], size: [f64; 2]) {
        let widest = corners.iter().map(|corner| corner.softness).fold(0.0, f64::max);
        let rounds = (2.0 * widest / size[0].min(size[1])).ceil() as usize;
        let mut next: Vec<f64> = corners.iter().map(|corner| corner.distance).collect();
        for _ in 0..rounds {
            let mut changed = false;
            for (corner, next) in corners.iter().zip(&mut next) {
                for by in [-1, 0, 1].into_iter().flat_map(|y| [-1, 0, 1].map(|x| [x, y])) {
                    let Some(other) = self.beside(corner.at, by) else { continue };
                    let length = (by[0] as f64 * size[0]).hypot(by[1] as f64 * size[1]);
                    let distance = corners[other].distance + length;
                    if distance < *next {
                        *next = distance;
                        changed = true;
                    }
                }
            }
            for (corner, next) in corners.iter_mut().zip(&next) {
                corner.distance = *next;
            }
            if !changed {
                break;
            }
        }
    }

    fn solve(&mut self, corners: &[Corner], size: [f64; 2]) {
        let flow = size.map(|length| 1.0 / (length * length));
        let near = |corner: &Corner| !corner.fixed && corner.distance.min(corner.depth) < 2.0 * corner.softness;
        let soft: Vec<usize> = (0..corners.len()).filter(|&i| near(&corners[i])).collect();
        let mut next = vec![0.0; soft.len()];
        for _ in 0..ROUNDS {
            for (&i, next) in soft.iter().zip(&mut next) {
                let corner = &corners[i];
                let strongest = (PULL / corner.softness).powi(2);
                let pull = strongest * f64::from(smooth(corner.distance.min(corner.depth) / corner.softness));
                let (mut sum, mut weight) = (pull * corner.aim, pull);
                for (by, flow) in [([-1, 0], flow[0]), ([1, 0], flow[0]), ([0, -1], flow[1]), ([0, 1], flow[1])] {
                    if let Some(other) = self.beside(corner.at, by) {
                        sum += flow * f64::from(self.levels[other]);
                        weight += flow;
                    }
                }
                *next = if weight > 0.0 { (sum / weight) as f32 } else { corner.aim as f32 };
            }
            for (&i, next) in soft.iter().zip(&next) {
                self.levels[i] = *next;
            }
        }
    }
}

/// A corner and the level it starts with.
fn corner(painting: &Painting<'_>, component: usize, plane: Plane, at: [usize; 2]) -> (Corner, f32) {
    let layout = painting.layout;
    let size = layout.block_size(plane);
    let position = [at[0] as f64 * size[0], at[1] as f64 * size[1]];
    let (mut untouched, mut count) = (0.0, 0);
    let mut owners = [0; 4];
    for (owner, [left, above]) in owners.iter_mut().zip([[-1, -1], [0, -1], [-1, 0], [0, 0]]) {
        let beside = |axis: usize, by| step(at[axis], by, plane.blocks[axis], layout.wraps[axis]);
        let (Some(x), Some(y)) = (beside(0, left), beside(1, above)) else { continue };
        *owner = painting.owner(plane, [x, y]);
        if *owner == 0 {
            untouched += painting.level(component, plane, [x, y]);
            count += 1;
        }
    }
    let mut aims = (0.0, 0);
    let (mut softness, mut depth) = (f64::INFINITY, 0.0);
    for (i, owner) in owners.iter().enumerate() {
        let surface = owner.checked_sub(1).and_then(|i| painting.surfaces.get(i as usize));
        let Some(surface) = surface.filter(|_| !owners[..i].contains(owner)) else { continue };
        aims = (aims.0 + surface.at(component, position), aims.1 + 1);
        softness = softness.min(surface.softness());
        depth = f64::max(depth, surface.depth(position));
    }
    let aim = aims.0 / aims.1.max(1) as f32;
    let fixed = count > 0;
    let level = if fixed { untouched / count as f32 } else { aim };
    // Where two surfaces meet there is an edge, too.
    let distance = if fixed || aims.1 > 1 { 0.0 } else { f64::INFINITY };
    (Corner { at, aim: f64::from(aim), distance, depth, softness, fixed }, level)
}
