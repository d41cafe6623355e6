//! How blocks and coded units lie in a picture.

use super::orientation::Orientation;
use crate::frame::Frame;

/// Components that are planned for, at most: Adobe's CMYK has four.
pub(crate) const MAX_COMPONENTS: usize = 4;

/// One component.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Plane {
    /// Blocks of a coded unit: per row, and rows.
    pub unit: [usize; 2],
    /// Blocks that hold pixels, without what pads the last coded units: per row, and rows.
    pub blocks: [usize; 2],
}

/// Sizes in pixels and blocks. Pairs are horizontal, vertical, in coded coordinates.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Layout {
    pub orientation: Orientation,
    pub panorama: bool,
    /// Pixels of the picture.
    pub size: [u32; 2],
    /// Pixels of a coded unit (MCU).
    pub mcu: [u32; 2],
    /// Coded units: per row, and rows.
    pub mcus: [usize; 2],
    /// Whether the last column (row) has the first one as its neighbour.
    pub wraps: [bool; 2],
    pub planes: Vec<Plane>,
}

impl Layout {
    pub(crate) fn new(frame: &Frame, orientation: u8, panorama: bool) -> Layout {
        let orientation = Orientation::new(orientation, frame.width, frame.height);
        let components = &frame.components[..frame.components.len().min(MAX_COMPONENTS)];
        let largest = |factor: fn(&crate::frame::Component) -> u8| components.iter().map(factor).max().unwrap_or(1);
        let mcu = [largest(|c| c.horizontal), largest(|c| c.vertical)].map(|factor| 8 * u32::from(factor.max(1)));
        let mcus = [frame.width.div_ceil(mcu[0]) as usize, frame.height.div_ceil(mcu[1]) as usize];
        let planes = components.iter().map(|component| {
            let unit = [component.horizontal.max(1), component.vertical.max(1)];
            // Samples, then blocks of the component alone (T.81, A.1.1 and A.2.2).
            let blocks = [(frame.width, 0), (frame.height, 1)].map(|(length, axis)| {
                let samples = (u64::from(length) * 8 * u64::from(unit[axis])).div_ceil(u64::from(mcu[axis]));
                samples.div_ceil(8) as usize
            });
            Plane { unit: unit.map(usize::from), blocks }
        });
        Layout {
            orientation,
            panorama,
            size: [frame.width, frame.height],
            mcu,
            mcus,
            wraps: [panorama && !orientation.turned(), panorama && orientation.turned()],
            planes: planes.collect(),
        }
    }

    /// Width and height of a block of a component, in pixels of the picture.
    pub(crate) fn block_size(&self, plane: Plane) -> [f64; 2] {
        [0, 1].map(|axis| f64::from(self.mcu[axis]) / plane.unit[axis] as f64)
    }

    /// Pixels of the picture in a coded unit: those at the edges may have fewer.
    pub(crate) fn pixels(&self, mcu: [usize; 2]) -> u64 {
        let [width, height] = [0, 1].map(|axis| {
            let start = mcu[axis] as u64 * u64::from(self.mcu[axis]);
            u64::from(self.size[axis]).saturating_sub(start).min(u64::from(self.mcu[axis]))
        });
        width * height
    }

    /// The blocks of a component in a coded unit, as far as they hold pixels.
    pub(crate) fn blocks_of(plane: Plane, mcu: [usize; 2]) -> impl Iterator<Item = [usize; 2]> + use<> {
        let [columns, rows] = [0, 1].map(|axis| {
            let start = mcu[axis] * plane.unit[axis];
            start..(start + plane.unit[axis]).min(plane.blocks[axis])
        });
        rows.flat_map(move |y| columns.clone().map(move |x| [x, y]))
    }
}

/// A step of -1, 0 or 1 among `count` positions in a row. None where there is nothing.
pub(crate) fn step(from: usize, by: isize, count: usize, wraps: bool) -> Option<usize> {
    match from.checked_add_signed(by) {
        Some(to) if to < count => Some(to),
        Some(_) if wraps && count > 0 => Some(0),
        None if wraps && count > 0 => Some(count - 1),
        _ => None,
    }
}
