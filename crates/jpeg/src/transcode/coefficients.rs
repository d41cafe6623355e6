//! The quantised coefficients of a whole picture.

use crate::blocks::{Block, Grid};
use crate::error::JpegError;
use crate::frame::Frame;

/// Largest amount of a DC coefficient with 8 bits per sample: 11 bits (T.81, F.1.2.1.1).
pub(crate) const MAX_DC: i32 = 2047;
/// Largest amount of any other coefficient: 10 bits (T.81, table F.2).
pub(crate) const MAX_AC: i32 = 1023;

pub(super) const BAD_DC: JpegError = JpegError::Damaged("a block has an impossible brightness");
pub(super) const BAD_AC: JpegError = JpegError::Damaged("a block has an impossible coefficient");

/// Per component its blocks, with those that only fill up the MCUs at the right and lower edge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Coefficients {
    pub components: Vec<Grid<Block>>,
}

impl Coefficients {
    /// Zeros for every block of `frame`: 128 bytes each. The caller has checked that there are data for
    /// them ([`Frame::check_data`]). Pages that stay zero usually take no memory.
    pub(crate) fn new(frame: &Frame) -> Coefficients {
        let grid = |index| {
            let (columns, rows) = frame.padded_blocks(index);
            Grid::new(columns as usize, rows as usize, [0; 64])
        };
        Coefficients { components: (0..frame.components.len()).map(grid).collect() }
    }

    /// Makes each block beyond the picture flat, as bright as the block beside or above it.
    ///
    /// No decoder shows these blocks. Scans of a single component leave them out, and what other
    /// scans code there is up to the encoder: the picture has one form only without it, and nothing
    /// can hide there. Flat and equal blocks take the fewest bits.
    pub(crate) fn settle_padding(&mut self, frame: &Frame) {
        for (index, grid) in self.components.iter_mut().enumerate() {
            let (columns, rows) = frame.own_blocks(index);
            let (columns, rows) = (columns as usize, rows as usize);
            let width = grid.width.max(1);
            let flat = |dc| std::array::from_fn(|k| if k == 0 { dc } else { 0 });
            for row in grid.cells.chunks_exact_mut(width).take(rows) {
                if let Some((picture, padding)) = row.split_at_mut_checked(columns)
                    && let Some(&[dc, ..]) = picture.last()
                {
                    padding.fill(flat(dc));
                }
            }
            if let Some((picture, padding)) = grid.cells.split_at_mut_checked(rows * width)
                && let Some(last) = picture.rchunks_exact(width).next()
            {
                for (to, from) in padding.iter_mut().zip(last.iter().cycle()) {
                    *to = flat(from[0]);
                }
            }
        }
    }

    /// Fails if a coefficient is larger than 8 bits per sample can make it.
    pub(crate) fn check_range(&self) -> Result<(), JpegError> {
        for block in self.components.iter().flat_map(|grid| &grid.cells) {
            let [dc, ac @ ..] = block;
            if i32::from(*dc).abs() > MAX_DC {
                return Err(BAD_DC);
            }
            if ac.iter().any(|&value| i32::from(value).abs() > MAX_AC) {
                return Err(BAD_AC);
            }
        }
        Ok(())
    }
}

/// A DC coefficient of which all but the lowest `low` bits are known. The sign is that of two's
/// complement (T.81, G.1.2.1), so one more than the lowest valid value may come before the low bits.
pub(super) fn dc_value(value: i32, low: u8) -> Result<i16, JpegError> {
    match value.checked_mul(1 << low) {
        Some(shifted) if (-MAX_DC - 1..=MAX_DC).contains(&shifted) => Ok(shifted as i16),
        _ => Err(BAD_DC),
    }
}

/// Another coefficient of which all but the lowest `low` bits are known, `low` ≤ 13.
pub(super) fn ac_value(value: i32, low: u8) -> Result<i16, JpegError> {
    match value.checked_mul(1 << low) {
        Some(shifted) if shifted.abs() <= MAX_AC => Ok(shifted as i16),
        _ => Err(BAD_AC),
    }
}

/// Adds a bit to the amount of a coefficient that isn't zero, and whose lower bits all are.
pub(super) fn refine(coefficient: &mut i16, low: u8) {
    let bit = 1i16 << low;
    *coefficient = coefficient.wrapping_add(if *coefficient < 0 { -bit } else { bit });
}
