//! Keeping tiles of dense places small: where everything does not fit, of what is at one place the first is kept.

use crate::frame::{BUFFER, EXTENT};

/// Sides of the squares of which each shows one feature at least, in tile units: 1 to 32 pixels where a tile has 512.
const SIDES: [i32; 6] = [8, 16, 32, 64, 128, 256];

/// The places of a tile and its buffer that something is drawn at already, in squares.
pub(crate) struct Taken {
    side: i32,
    columns: i32,
    squares: Vec<u64>,
}

impl Taken {
    /// Nothing is drawn yet. `side` is that of the squares, in tile units.
    pub(crate) fn new(side: i32) -> Self {
        let columns = (EXTENT + 2 * BUFFER) / side + 1;
        Self { side, columns, squares: vec![0; (columns * columns) as usize / 64 + 1] }
    }

    /// Takes the square of a point. True if it was free. What is beyond the buffer is of the square at its edge.
    pub(crate) fn point(&mut self, (x, y): (i32, i32)) -> bool {
        let place = |at: i32| ((at + BUFFER) / self.side).clamp(0, self.columns - 1);
        let square = (place(y) * self.columns + place(x)) as usize;
        let (word, bit) = (square / 64, 1 << (square % 64));
        let free = self.squares[word] & bit == 0;
        self.squares[word] |= bit;
        free
    }

    /// Takes the squares along a line. True if one was free. Corners that a line cuts by less than half a square may be
    /// passed over.
    pub(crate) fn line(&mut self, line: &[(i32, i32)]) -> bool {
        let mut free = line.first().is_some_and(|point| self.point(*point));
        for step in line.windows(2) {
            let ((x0, y0), (x1, y1)) = (step[0], step[1]);
            let (dx, dy) = (x1 - x0, y1 - y0);
            let halves = 2 * dx.abs().max(dy.abs()) / self.side + 1;
            for half in 1..=halves {
                let along = |from: i32, by: i32| from + (i64::from(by) * i64::from(half) / i64::from(halves)) as i32;
                free |= self.point((along(x0, dx), along(y0, dy)));
            }
        }
        free
    }
}

/// What `build` makes of features so that it has at most `most` bytes: of all of them if that fits. Else, of those that show
/// something where none before them does, in squares as small as possible; and where even few are too large, of the first.
/// `take` takes a feature's place, and says whether there was something free.
pub(crate) fn within<T, E>(
    most: usize,
    features: &[T],
    take: impl Fn(&mut Taken, &T) -> bool,
    build: impl Fn(&[&T]) -> Result<Vec<u8>, E>,
) -> Result<Vec<u8>, E> {
    let mut kept: Vec<&T> = features.iter().collect();
    let mut bytes = build(&kept)?;
    for side in SIDES {
        if bytes.len() <= most {
            return Ok(bytes);
        }
        // Squares of a larger side are made of those of a smaller one: what showed nothing there shows nothing here.
        let mut taken = Taken::new(side);
        kept.retain(|feature| take(&mut taken, feature));
        bytes = build(&kept)?;
    }
    while bytes.len() > most && !kept.is_empty() {
        kept.truncate(kept.len() / 2);
        bytes = build(&kept)?;
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Ten bytes a feature.
    #[expect(clippy::unnecessary_wraps, reason = "it is given where building may fail")]
    fn ten(kept: &[&(i32, i32)]) -> Result<Vec<u8>, ()> {
        Ok(kept
            .iter()
            .flat_map(|(x, y)| [x.to_le_bytes(), y.to_le_bytes()].concat().into_iter().chain([0, 0]))
            .collect())
    }

    fn points(bytes: &[u8]) -> Vec<(i32, i32)> {
        let number = |bytes: &[u8]| i32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
        bytes.chunks(10).map(|each| (number(each), number(&each[4..]))).collect()
    }

    #[test]
    fn lines_take_what_they_cross() {
        let mut taken = Taken::new(8);
        assert!(taken.line(&[(0, 0), (4095, 4095)]));
        assert!(!taken.line(&[(100, 100), (200, 200)]) && !taken.point((4000, 4000)));
        assert!(taken.line(&[(100, 100), (140, 200)]));
        assert!(taken.point((-64, 4160)) && taken.point((4160, -64)) && !taken.point((100_000, -100_000)));
    }

    proptest! {
        #[test]
        fn what_fits_is_complete_and_what_does_not_is_bounded(
            features in prop::collection::vec((-64..=4160, -64..=4160), 0..400),
            most in 0usize..3000,
        ) {
            let kept = points(&within(most, &features, |taken, point| taken.point(*point), ten).unwrap());
            prop_assert!(kept.len() * 10 <= most);
            if features.len() * 10 <= most {
                prop_assert_eq!(&kept, &features);
            }
            // The order stays, and the first is there if anything is.
            let mut rest = features.iter();
            prop_assert!(kept.iter().all(|point| rest.any(|each| each == point)));
            prop_assert!(most < 10 || features.is_empty() || kept.first() == features.first());
        }

        #[test]
        fn no_place_is_lost_before_the_last_resort(
            features in prop::collection::vec((0..4096, 0..4096), 300..900),
        ) {
            // Room for one feature a square of the largest side.
            let most = 17 * 17 * 10;
            let kept = points(&within(most, &features, |taken, point| taken.point(*point), ten).unwrap());
            let squares = |points: &[(i32, i32)]| {
                let mut taken = Taken::new(256);
                points.iter().filter(|point| taken.point(**point)).count()
            };
            prop_assert_eq!(squares(&kept), squares(&features));
        }
    }
}
