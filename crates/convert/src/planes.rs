//! Planes of bytes: cut out, turned and mirrored.

use flaneur_jpeg::{Chroma, Plane, Planes};

/// An empty plane, for that many samples.
pub(crate) fn plane(width: usize, height: usize) -> Plane {
    Plane { width, height, stride: width, samples: vec![0; width * height] }
}

/// How many luma samples a chroma sample stands for, across and down.
pub(crate) fn factors(chroma: Chroma) -> (usize, usize) {
    match chroma {
        Chroma::Full => (1, 1),
        Chroma::HalfWidth => (2, 1),
        Chroma::Quarter => (2, 2),
    }
}

/// What is done to a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// Keeps the part of that size whose top left corner is there.
    Crop { left: usize, top: usize, width: usize, height: usize },
    /// A quarter turn counterclockwise.
    Turn,
    /// Left becomes right.
    FlipAcross,
    /// Top becomes bottom.
    FlipDown,
}

impl Step {
    /// Does it to a picture whose chroma, if it has any, is as fine across as down. A crop must lie within.
    pub fn apply(self, mut planes: Planes) -> Planes {
        let factor = factors(planes.chroma).0;
        for (i, plane) in planes.planes.iter_mut().enumerate() {
            *plane = self.plane(plane, if i == 0 { 1 } else { factor });
        }
        if let Some(luma) = planes.planes.first() {
            (planes.width, planes.height) = (luma.width as u32, luma.height as u32);
        }
        planes
    }

    /// Does it to one plane, each of whose samples stands for `factor` of the picture's, across and down.
    pub fn plane(self, from: &Plane, factor: usize) -> Plane {
        let row = |y: usize| &from.samples[y * from.stride..][..from.width];
        match self {
            Self::Crop { left, top, width, height } => {
                let (left, top) = (left / factor, top / factor);
                let (width, height) = (width.div_ceil(factor), height.div_ceil(factor));
                let samples = (top..top + height).flat_map(|y| &row(y)[left..left + width]).copied().collect();
                Plane { width, height, stride: width, samples }
            }
            Self::Turn => {
                let mut to = plane(from.height, from.width);
                for y in 0..from.height {
                    for (x, sample) in row(y).iter().enumerate() {
                        to.samples[(from.width - 1 - x) * to.stride + y] = *sample;
                    }
                }
                to
            }
            Self::FlipAcross => {
                let samples = (0..from.height).flat_map(|y| row(y).iter().rev()).copied().collect();
                Plane { stride: from.width, samples, ..*from }
            }
            Self::FlipDown => {
                let samples = (0..from.height).rev().flat_map(row).copied().collect();
                Plane { stride: from.width, samples, ..*from }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 1 2 3
    /// 4 5 6
    fn small() -> Plane {
        Plane { width: 3, height: 2, stride: 3, samples: vec![1, 2, 3, 4, 5, 6] }
    }

    #[test]
    fn steps_are_what_they_are_named() {
        let done = |step: Step| step.plane(&small(), 1);
        assert_eq!(done(Step::Turn).samples, [3, 6, 2, 5, 1, 4]);
        assert_eq!((done(Step::Turn).width, done(Step::Turn).height), (2, 3));
        assert_eq!(done(Step::FlipAcross).samples, [3, 2, 1, 6, 5, 4]);
        assert_eq!(done(Step::FlipDown).samples, [4, 5, 6, 1, 2, 3]);
        assert_eq!(done(Step::Crop { left: 1, top: 0, width: 2, height: 2 }).samples, [2, 3, 5, 6]);
    }

    #[test]
    fn four_turns_are_none() {
        let turned = (0..4).fold(small(), |plane, _| Step::Turn.plane(&plane, 1));
        assert_eq!(turned, small());
    }

    #[test]
    fn chroma_is_cut_with_its_pixels() {
        let planes = Planes {
            width: 5,
            height: 3,
            planes: vec![plane(5, 3), plane(3, 2), plane(3, 2)],
            chroma: Chroma::Quarter,
        };
        let cut = Step::Crop { left: 2, top: 0, width: 3, height: 3 }.apply(planes);
        assert_eq!((cut.width, cut.height), (3, 3));
        assert_eq!((cut.planes[1].width, cut.planes[1].height), (2, 2));
    }
}
