//! What is chosen for a picture: how it is opened, and what is removed from it.

use flaneur_jpeg::{Limits, PerspectiveView, Region, RegionKind, Shape, Source};

use crate::case::{Case, Choices};

/// So small that a case takes a millisecond; so long that there are pictures of which a reduced copy is made.
pub const LIMITS: Limits = Limits { max_pixels: 1 << 16, max_side: 16_384 };

/// How a picture is opened, and what is to be removed from it.
#[derive(Debug, Clone)]
pub struct Task {
    /// Which further things are done, a bit each: one or two, so that a case takes little time.
    pub steps: u8,
    /// EXIF orientation, also impossible ones.
    pub orientation: u8,
    /// Whether it is a panorama.
    pub panorama: bool,
    /// Regions that will be restored.
    pub undo: Vec<Region>,
    /// Regions that will not.
    pub keep: Vec<Region>,
}

/// Opens the file of a case, if it is taken, and reads what is chosen for it.
pub fn open<'a>(case: &Case<'a>) -> Option<(Source, Task, Choices<'a>)> {
    let mut choices = Choices(case.choices);
    let (what, how) = (choices.byte(), choices.byte());
    let second = if what & 0xC0 == 0 { 1 << (what >> 3 & 7) } else { 0 };
    let steps = 1 << (what & 7) | second;
    let (orientation, panorama) = (how & 15, how & 0x10 != 0);
    let source = Source::open(case.file, orientation, panorama, &LIMITS).ok()?;
    let size = source.size();
    let (undo, keep) = (choices.regions(how >> 5 & 3, size), choices.regions(how >> 7, size));
    Some((source, Task { steps, orientation, panorama, undo, keep }, choices))
}

impl Choices<'_> {
    /// A share, mostly within 0 to 1.
    fn share(&mut self) -> f32 {
        f32::from(self.byte()) / 200.0 - 0.13
    }

    /// Any number, also none.
    fn number(&mut self) -> f32 {
        f32::from_le_bytes([self.byte(), self.byte(), self.byte(), self.byte()])
    }

    /// A region of an upright picture of this size.
    fn region(&mut self, (width, height): (f32, f32)) -> Region {
        let choice = self.byte();
        let kind = if choice & 0x80 == 0 { RegionKind::Face } else { RegionKind::Plate };
        let points = usize::from(choice >> 3 & 7) + 2;
        let shape = match choice & 7 {
            4 => Shape::Polygon((0..points).map(|_| [self.share() * width, self.share() * height]).collect()),
            5 => Shape::Polygon((0..points).map(|_| [self.number(), self.number()]).collect()),
            6 => Shape::Spherical(
                (0..points)
                    .map(|_| [(f64::from(self.share()) - 0.5) * 360.0, (0.5 - f64::from(self.share())) * 180.0])
                    .collect(),
            ),
            7 => Shape::Box { x0: self.number(), y0: self.number(), x1: self.number(), y1: self.number() },
            _ => {
                let (x0, y0) = (self.share() * width, self.share() * height);
                Shape::Box { x0, y0, x1: x0 + self.share() * width / 2.0, y1: y0 + self.share() * height / 2.0 }
            }
        };
        Region { shape, kind }
    }

    fn regions(&mut self, count: u8, size: (u32, u32)) -> Vec<Region> {
        (0..count).map(|_| self.region((size.0 as f32, size.1 as f32))).collect()
    }

    /// A view of a panorama; its numbers are within their ranges, mostly.
    pub fn view(&mut self) -> PerspectiveView {
        let angle = |byte: u8| f64::from(byte) * 1.5;
        PerspectiveView {
            yaw_deg: angle(self.byte()),
            pitch_deg: angle(self.byte()) - 191.0,
            roll_deg: angle(self.byte()),
            fov_deg: f64::from(self.byte()) / 2.2 + 9.0,
            width: 15 + u32::from(self.byte() & 31),
            height: 15 + u32::from(self.byte() & 31),
        }
    }
}
