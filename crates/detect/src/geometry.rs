//! Boxes: overlap, suppression within one view, merging across views and across the panorama's seam.

use crate::manifest::Class;

/// Boxes of one class that share at least this part of the smaller one are one object.
///
/// High enough that neighbours in a crowd stay apart, low enough that the part of a face seen at a
/// tile's edge joins the whole face seen in the next tile.
pub const SAME_OBJECT: f32 = 0.5;

/// A box in pixels: `x0 < x1`, `y0 < y1`; x to the right, y down.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rect {
    /// Left edge.
    pub x0: f32,
    /// Top edge.
    pub y0: f32,
    /// Right edge.
    pub x1: f32,
    /// Bottom edge.
    pub y1: f32,
}

impl Rect {
    /// A box from its edges; `None` unless all are finite numbers and the box has an area.
    pub fn new(x0: f32, y0: f32, x1: f32, y1: f32) -> Option<Self> {
        let finite = [x0, y0, x1, y1].iter().all(|edge| edge.is_finite());
        (finite && x1 > x0 && y1 > y0).then_some(Self { x0, y0, x1, y1 })
    }

    /// A box from its centre and size, with the same conditions.
    pub fn from_centre(x: f32, y: f32, width: f32, height: f32) -> Option<Self> {
        let (dx, dy) = (width / 2.0, height / 2.0);
        Self::new(x - dx, y - dy, x + dx, y + dy)
    }

    /// Area in square pixels.
    pub fn area(&self) -> f32 {
        (self.x1 - self.x0) * (self.y1 - self.y0)
    }

    /// Area shared with another box.
    pub fn intersection(&self, other: &Self) -> f32 {
        let width = self.x1.min(other.x1) - self.x0.max(other.x0);
        let height = self.y1.min(other.y1) - self.y0.max(other.y0);
        width.max(0.0) * height.max(0.0)
    }

    /// Intersection over union, 0 to 1.
    pub fn iou(&self, other: &Self) -> f32 {
        let shared = self.intersection(other);
        shared / (self.area() + other.area() - shared)
    }

    /// Intersection over the smaller area, 0 to 1: 1 if one box lies in the other.
    pub fn overlap(&self, other: &Self) -> f32 {
        self.intersection(other) / self.area().min(other.area())
    }

    /// The smallest box around both.
    #[must_use]
    pub fn around(&self, other: &Self) -> Self {
        Self {
            x0: self.x0.min(other.x0),
            y0: self.y0.min(other.y0),
            x1: self.x1.max(other.x1),
            y1: self.y1.max(other.y1),
        }
    }

    /// The box scaled about the origin, then moved.
    #[must_use]
    pub fn scaled_then_moved(&self, scale: (f32, f32), by: (f32, f32)) -> Self {
        Self {
            x0: self.x0 * scale.0 + by.0,
            y0: self.y0 * scale.1 + by.1,
            x1: self.x1 * scale.0 + by.0,
            y1: self.y1 * scale.1 + by.1,
        }
    }

    /// The box grown by `fraction` of its size, half of it on each side.
    #[must_use]
    pub fn grown(&self, fraction: f32) -> Self {
        let dx = (self.x1 - self.x0) * fraction / 2.0;
        let dy = (self.y1 - self.y0) * fraction / 2.0;
        Self { x0: self.x0 - dx, y0: self.y0 - dy, x1: self.x1 + dx, y1: self.y1 + dy }
    }
}

/// The part of the plane that is a picture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Frame {
    /// Width in pixels.
    pub width: f32,
    /// Height in pixels.
    pub height: f32,
    /// Whether the right edge continues at the left one, as on a panorama of 360°.
    pub wraps: bool,
}

impl Frame {
    /// The part of a box that lies in the picture, `None` if nothing does.
    ///
    /// On a wrapping frame the left edge comes to lie in `0..width`, and the right one beyond
    /// `width` if the box crosses the seam; no box is wider than the picture.
    pub fn fit(&self, rect: &Rect) -> Option<Rect> {
        let (y0, y1) = (rect.y0.max(0.0), rect.y1.min(self.height));
        if !self.wraps {
            return Rect::new(rect.x0.max(0.0), y0, rect.x1.min(self.width), y1);
        }
        if rect.x1 - rect.x0 >= self.width {
            return Rect::new(0.0, y0, self.width, y1);
        }
        let mut x0 = rect.x0.rem_euclid(self.width);
        if x0 >= self.width {
            x0 = 0.0; // rounding of a tiny negative number
        }
        Rect::new(x0, y0, x0 + (rect.x1 - rect.x0), y1)
    }

    /// `other`, moved round the panorama to where it shares most with `rect`.
    fn nearest(&self, rect: &Rect, other: &Rect) -> Rect {
        let mut best = *other;
        if self.wraps {
            for turn in [-self.width, self.width] {
                let moved = other.scaled_then_moved((1.0, 1.0), (turn, 0.0));
                if moved.intersection(rect) > best.intersection(rect) {
                    best = moved;
                }
            }
        }
        best
    }
}

/// One box a model reports.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Candidate {
    /// What it is.
    pub class: Class,
    /// The model's confidence, 0 to 1.
    pub score: f32,
    /// Which model reported it: its place in the list of models.
    pub model: usize,
    /// Where it is.
    pub rect: Rect,
}

fn by_score(list: &mut [Candidate]) {
    list.sort_by(|a, b| b.score.total_cmp(&a.score));
}

/// Non-maximum suppression for what one model reports in one view: of boxes of one class with an
/// intersection over union above `iou`, the one with the best score stays.
///
/// Returns `None` if more than `limit` boxes stay; the cost is at most `list.len() * limit`.
pub fn suppress(mut list: Vec<Candidate>, iou: f32, limit: usize) -> Option<Vec<Candidate>> {
    by_score(&mut list);
    let mut kept: Vec<Candidate> = Vec::new();
    for candidate in list {
        let hidden =
            kept.iter().any(|better| better.class == candidate.class && better.rect.iou(&candidate.rect) > iou);
        if !hidden {
            if kept.len() == limit {
                return None;
            }
            kept.push(candidate);
        }
    }
    Some(kept)
}

/// Merges what all models found in all views: boxes of one class that are one object
/// ([`SAME_OBJECT`]) become the box around them, with the score and the model of the best of them.
///
/// Every point of every box given lies in a box returned. Boxes come back fitted to the frame, best
/// score first. The cost is quadratic in the length of the list.
pub fn merge(list: Vec<Candidate>, frame: &Frame) -> Vec<Candidate> {
    let mut list: Vec<Candidate> = list
        .into_iter()
        .filter_map(|candidate| {
            let rect = frame.fit(&candidate.rect)?;
            Some(Candidate { rect, ..candidate })
        })
        .collect();
    by_score(&mut list);
    let mut merged: Vec<Candidate> = Vec::new();
    for mut candidate in list {
        // A box that grew may now touch one that was passed already, hence the search from the start.
        while let Some(at) = merged.iter().position(|other| {
            other.class == candidate.class
                && frame.nearest(&candidate.rect, &other.rect).overlap(&candidate.rect) >= SAME_OBJECT
        }) {
            let other = merged.swap_remove(at);
            let around = candidate.rect.around(&frame.nearest(&candidate.rect, &other.rect));
            let best = if other.score >= candidate.score { other } else { candidate };
            // Boxes in the frame stay in the frame when joined.
            candidate = Candidate { rect: frame.fit(&around).unwrap_or(around), ..best };
        }
        merged.push(candidate);
    }
    by_score(&mut merged);
    merged
}
