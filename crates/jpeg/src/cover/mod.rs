//! Covering: which coded units (MCUs) regions touch, and what every block of them will hold.
//!
//! ```text
//! Region ─ outline: enlarged, in coded coordinates ─ mask: the coded units it meets
//!        ─ pool: a few mean colours ─ surface: smooth through them
//!        ─ lattice: levels at the corners of blocks, softened towards what is around ─ patch: coefficients
//! ```
//!
//! What a touched block will hold depends on no coefficient of a touched block but through the pooled
//! colours, and these are at most nine a face and none a plate that has untouched surroundings. Regions
//! that overlap, and pictures that are redacted again, bring nothing back: see [`Plan::new`].

mod lattice;
mod layout;
mod mask;
mod orientation;
mod outline;
mod patch;
mod pool;
mod region;
mod sphere;
mod surface;
#[cfg(test)]
mod tests;

pub use region::{GROW, MAX_POINTS, Region, RegionKind, Shape};

use crate::blocks::{Block, Grid};
use crate::frame::Frame;
use lattice::Lattice;
use layout::Layout;
use pool::Painting;

/// What is going to be done to a picture. A function of its arguments and of nothing else.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Plan {
    /// For each coded unit whether it is going to be replaced. No other may change.
    pub touched: Grid<bool>,
    /// For each component.
    lattices: Vec<Lattice>,
    quantisation: Vec<[u16; 64]>,
}

impl Plan {
    /// Plans the redaction of a picture, from its quantised DCs.
    ///
    /// `quantisation` holds a table in zigzag order, and `dc` a grid of [`Frame::padded_blocks`], for
    /// each component. Regions are in upright coordinates, `orientation` is EXIF's. A panorama continues
    /// across its upright left and right edges. The number of regions is for the caller to bound; time
    /// and memory are proportional to it and to what they touch.
    ///
    /// The largest region is planned first, and the later ones see what it leaves. A face that earlier
    /// ones cover is gone already, and one that they cover partly changes the rest only; a plate gets
    /// its colour in any case. When a redacted picture is redacted again, pooling sees what was left
    /// there in the same way.
    pub(crate) fn new(
        frame: &Frame,
        quantisation: &[[u16; 64]],
        dc: &[Grid<i16>],
        regions: &[Region],
        orientation: u8,
        panorama: bool,
    ) -> Plan {
        let layout = Layout::new(frame, orientation, panorama);
        let touched = marked(&layout, regions);
        let steps = quantisation.iter().map(|table| table[0].max(1)).collect();
        let painting = Painting::new(&layout, steps, dc, regions, &touched);
        let planes = layout.planes.iter().enumerate();
        let lattices = planes.map(|(i, plane)| Lattice::new(&painting, i, *plane)).collect();
        Plan { touched, lattices, quantisation: quantisation.to_vec() }
    }

    /// How many coded units are going to be replaced.
    pub(crate) fn touched_count(&self) -> usize {
        self.touched.cells.iter().filter(|&&touched| touched).count()
    }

    /// What a block of a touched coded unit will hold. `bx` and `by` count blocks of the component, with
    /// those that only pad the last coded units. For blocks of other coded units it means nothing.
    pub(crate) fn block(&self, component: usize, bx: usize, by: usize) -> Block {
        let lattice = self.lattices.get(component);
        let table = self.quantisation.get(component);
        let (Some(lattice), Some(table)) = (lattice, table) else { return [0; 64] };
        patch::bilinear(lattice.corners([bx, by]), table)
    }
}

/// For each coded unit whether any of the regions touches it, as in [`Plan::new`].
pub(crate) fn touched(frame: &Frame, regions: &[Region], orientation: u8, panorama: bool) -> Grid<bool> {
    marked(&Layout::new(frame, orientation, panorama), regions)
}

/// Takes the coded units of another mask of the same picture out of a mask.
pub(crate) fn blank(mask: &mut Grid<bool>, units: &Grid<bool>) {
    for (cell, unit) in mask.cells.iter_mut().zip(&units.cells) {
        *cell &= !unit;
    }
}

fn marked(layout: &Layout, regions: &[Region]) -> Grid<bool> {
    let mut touched = Grid::new(layout.mcus[0], layout.mcus[1], false);
    for region in regions {
        mask::mark(region, layout, &mut touched);
    }
    touched
}
