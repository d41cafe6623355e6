//! Detected regions, and the part of the picture that is touched for them.

/// Regions are enlarged by this share of their width to the left and right, and of their height
/// upward and downward: detectors leave out hair and ears.
pub const GROW: f32 = 0.25;

/// Touched rectangles begin and end at multiples of this, in pixels: the largest coded unit of the
/// common chroma samplings.
pub const GRID: u32 = 16;

/// What was detected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RegionKind {
    /// A face or head.
    Face,
    /// A licence plate.
    Plate,
}

/// A detected region, in pixels of the upright picture, x to the right, y downward.
/// `x0 <= x < x1`, `y0 <= y < y1`; swapped corners are put right. A coordinate that is not a number
/// counts as the edge of the picture, so that a mistake redacts too much rather than too little.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Region {
    /// Left edge. In panoramas it may be negative: beyond the left edge is the right one.
    pub x0: f32,
    /// Top edge.
    pub y0: f32,
    /// Right edge. In panoramas it may exceed the width.
    pub x1: f32,
    /// Bottom edge.
    pub y1: f32,
    /// What was detected.
    pub kind: RegionKind,
}

/// A touched rectangle. Columns are counted modulo the width of the picture: one that crosses the
/// seam of a panorama has `x + width > picture width`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Touched {
    pub x: u32,
    pub y: u32,
    pub width: u32,
    pub height: u32,
}

impl Touched {
    /// Grows and snaps a region. None if nothing of it lies in the picture.
    pub(crate) fn of(region: &Region, width: u32, height: u32, panorama: bool) -> Option<Touched> {
        let (w, h) = (f64::from(width), f64::from(height));
        let (x0, x1) = grown(region.x0, region.x1, w);
        let (y0, y1) = grown(region.y0, region.y1, h);
        let (y, y_end) = snapped(y0, y1, height)?;
        let (x, x_width) = if panorama && x1 - x0 >= w {
            (0, width)
        } else if panorama && (x0 < 0.0 || x1 > w) {
            wrapped(x0, x1, width)
        } else {
            let (x, x_end) = snapped(x0, x1, width)?;
            (x, x_end - x)
        };
        Some(Touched { x, y, width: x_width, height: y_end - y })
    }

    pub(crate) fn area(&self) -> u64 {
        u64::from(self.width) * u64::from(self.height)
    }

    /// The one or two column ranges in a picture of this width.
    pub(crate) fn columns(&self, picture_width: u32) -> [std::ops::Range<u32>; 2] {
        let end = self.x + self.width;
        [self.x..end.min(picture_width), 0..end.saturating_sub(picture_width)]
    }

    /// Whether every pixel of `other` belongs to this rectangle.
    pub(crate) fn covers(&self, other: &Touched, picture_width: u32) -> bool {
        let offset = (other.x + picture_width - self.x) % picture_width;
        let columns = self.width >= picture_width || offset + other.width <= self.width;
        columns && other.y >= self.y && other.y + other.height <= self.y + self.height
    }

    /// Whether they have a pixel in common.
    pub(crate) fn meets(&self, other: &Touched, picture_width: u32) -> bool {
        let rows = self.y < other.y + other.height && other.y < self.y + self.height;
        let from_self = (other.x + picture_width - self.x) % picture_width;
        let from_other = (self.x + picture_width - other.x) % picture_width;
        rows && (from_self < self.width || from_other < other.width)
    }
}

/// Farther away than any picture is wide, in pixels.
const FAR: f64 = 1e7;

/// Puts an interval in order, replaces what is not a number by the edges, and enlarges it.
fn grown(a: f32, b: f32, size: f64) -> (f64, f64) {
    let a = if a.is_nan() { 0.0 } else { f64::from(a) };
    let b = if b.is_nan() { size } else { f64::from(b) };
    // Bounded, so that infinite coordinates don't become "not a number" below.
    let [low, high] = [a.min(b), a.max(b)].map(|v| v.clamp(-FAR, FAR));
    let margin = (high - low) * f64::from(GROW);
    (low - margin, high + margin)
}

/// Outward to the grid, within `0..size`. None if the interval lies outside.
fn snapped(low: f64, high: f64, size: u32) -> Option<(u32, u32)> {
    if high < 0.0 || low >= f64::from(size) {
        return None;
    }
    // Float to integer casts saturate: negative becomes 0.
    let first = low as u32 / GRID * GRID;
    let end = ((high.ceil() as u32).max(first + 1)).div_ceil(GRID) * GRID;
    Some((first, end.min(size)))
}

/// Outward to the grid across the seam. The interval is shorter than the picture is wide.
fn wrapped(x0: f64, x1: f64, width: u32) -> (u32, u32) {
    let w = f64::from(width);
    let start = x0.rem_euclid(w);
    let length = x1 - x0;
    let first = (start as u32).min(width - 1) / GRID * GRID;
    let end = start + length;
    let end = if end <= w {
        ((end.ceil() as u32).max(first + 1).div_ceil(GRID) * GRID).min(width)
    } else {
        // The grid starts anew at the seam.
        width + (((end - w).ceil() as u32).div_ceil(GRID) * GRID).min(width)
    };
    (first, (end - first).min(width))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn touched(x0: f32, y0: f32, x1: f32, y1: f32, panorama: bool) -> Option<(u32, u32, u32, u32)> {
        let region = Region { x0, y0, x1, y1, kind: RegionKind::Face };
        Touched::of(&region, 1000, 500, panorama).map(|t| (t.x, t.y, t.width, t.height))
    }

    #[test]
    fn regions_grow_and_snap_outward() {
        // 100..140 grows to 90..150, and snaps to 80..160.
        assert_eq!(touched(100.0, 100.0, 140.0, 140.0, false), Some((80, 80, 80, 80)));
        // At the edges they are cut; 1000 and 500 are not on the grid.
        assert_eq!(touched(970.0, 480.0, 990.0, 499.0, false), Some((960, 464, 40, 36)));
        assert_eq!(touched(140.0, 140.0, 100.0, 100.0, false), Some((80, 80, 80, 80)));
        // A point touches the square it is in.
        assert_eq!(touched(32.0, 32.0, 32.0, 32.0, false), Some((32, 32, 16, 16)));
    }

    #[test]
    fn outside_is_nothing_and_nonsense_is_everything() {
        assert_eq!(touched(1100.0, 10.0, 1120.0, 20.0, false), None);
        assert_eq!(touched(10.0, -50.0, 20.0, -20.0, true), None);
        assert_eq!(touched(f32::NAN, f32::NAN, f32::NAN, f32::NAN, false), Some((0, 0, 1000, 500)));
        assert_eq!(touched(f32::NEG_INFINITY, 0.0, f32::INFINITY, 500.0, true), Some((0, 0, 1000, 500)));
    }

    #[test]
    fn panoramas_wrap_at_the_seam() {
        // 960..1040 grows to 940..1060: from 928 over the seam to 64.
        assert_eq!(touched(960.0, 0.0, 1040.0, 16.0, true), Some((928, 0, 136, 32)));
        assert_eq!(touched(-40.0, 0.0, 40.0, 16.0, true), Some((928, 0, 136, 32)));
        assert_eq!(touched(960.0, 0.0, 1040.0, 16.0, false), Some((928, 0, 72, 32)));
        // Wholly beyond the edge is the other side.
        assert_eq!(touched(1100.0, 0.0, 1140.0, 16.0, true), Some((80, 0, 80, 32)));
        assert_eq!(touched(7100.0, 0.0, 7140.0, 16.0, true), Some((80, 0, 80, 32)));
        assert_eq!(touched(-6900.0, 0.0, -6860.0, 16.0, true), Some((80, 0, 80, 32)));
        assert_eq!(touched(0.0, 0.0, 990.0, 16.0, true), Some((0, 0, 1000, 32)));
    }

    #[test]
    fn relations_know_the_seam() {
        let seam = Touched { x: 928, y: 0, width: 136, height: 32 };
        let left = Touched { x: 16, y: 16, width: 16, height: 16 };
        let far = Touched { x: 64, y: 0, width: 16, height: 16 };
        assert!(seam.covers(&left, 1000) && seam.meets(&left, 1000) && left.meets(&seam, 1000));
        assert!(!left.covers(&seam, 1000));
        assert!(!seam.meets(&far, 1000) && !far.meets(&seam, 1000));
    }
}
