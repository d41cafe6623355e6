//! Cutting lines to a window, in tile units.

/// An upright rectangle, borders included.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Window {
    /// Least x and y.
    pub min: (f64, f64),
    /// Greatest x and y.
    pub max: (f64, f64),
}

impl Window {
    /// Whether the point is inside or on the border.
    pub fn contains(&self, (x, y): (f64, f64)) -> bool {
        x >= self.min.0 && x <= self.max.0 && y >= self.min.1 && y <= self.max.1
    }

    /// The stretch of the segment from `a` to `b` that is inside, as shares of its length: 0 is `a`, 1 is `b`. A
    /// segment that only touches a corner, or that is not finite, has none. Liang and Barsky's method.
    fn stretch(&self, a: (f64, f64), b: (f64, f64)) -> Option<(f64, f64)> {
        if ![a.0, a.1, b.0, b.1].iter().all(|value| value.is_finite()) {
            return None;
        }
        let (mut enter, mut leave) = (0.0f64, 1.0f64);
        let (dx, dy) = (b.0 - a.0, b.1 - a.1);
        for (step, room) in
            [(-dx, a.0 - self.min.0), (dx, self.max.0 - a.0), (-dy, a.1 - self.min.1), (dy, self.max.1 - a.1)]
        {
            if step == 0.0 {
                if room < 0.0 {
                    return None;
                }
            } else if step < 0.0 {
                enter = enter.max(room / step);
            } else {
                leave = leave.min(room / step);
            }
        }
        (enter < leave).then_some((enter, leave))
    }
}

/// The parts of a line that are inside the window, in order. Points inside stay exactly as they are; new ones are made
/// where the line crosses the border. A line of one point stays a line of one point.
pub fn clip(line: &[(f64, f64)], window: &Window) -> Vec<Vec<(f64, f64)>> {
    if let [point] = line {
        return if window.contains(*point) { vec![vec![*point]] } else { Vec::new() };
    }
    let mut pieces: Vec<Vec<(f64, f64)>> = Vec::new();
    // Whether the last piece goes on with the next segment.
    let mut open = false;
    for pair in line.windows(2) {
        let (a, b) = (pair[0], pair[1]);
        let Some((enter, leave)) = window.stretch(a, b) else {
            open = false;
            continue;
        };
        let at = |share: f64| (a.0 + (b.0 - a.0) * share, a.1 + (b.1 - a.1) * share);
        let end = if leave < 1.0 { at(leave) } else { b };
        match pieces.last_mut() {
            Some(piece) if open && enter <= 0.0 => piece.push(end),
            _ => pieces.push(vec![if enter > 0.0 { at(enter) } else { a }, end]),
        }
        open = leave >= 1.0;
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const WINDOW: Window = Window { min: (-1.0, -1.0), max: (11.0, 11.0) };

    #[test]
    fn lines_are_cut_at_the_border() {
        assert_eq!(
            clip(&[(5.0, 5.0), (15.0, 5.0), (15.0, 6.0), (5.0, 6.0)], &WINDOW),
            vec![vec![(5.0, 5.0), (11.0, 5.0)], vec![(11.0, 6.0), (5.0, 6.0)]]
        );
        // Straight through, past a corner, along the border, at a corner.
        assert_eq!(clip(&[(-5.0, 5.0), (15.0, 5.0)], &WINDOW), vec![vec![(-1.0, 5.0), (11.0, 5.0)]]);
        assert!(clip(&[(8.0, 20.0), (20.0, 8.0)], &WINDOW).is_empty());
        assert_eq!(clip(&[(0.0, 11.0), (5.0, 11.0)], &WINDOW).len(), 1);
        assert!(clip(&[(10.0, 12.0), (12.0, 10.0)], &WINDOW).is_empty());
    }

    #[test]
    fn points_and_pauses_stay() {
        assert_eq!(clip(&[(1.0, 1.0)], &WINDOW), vec![vec![(1.0, 1.0)]]);
        assert!(clip(&[(12.0, 1.0)], &WINDOW).is_empty());
        let pause = [(1.0, 1.0), (1.0, 1.0), (2.0, 1.0)];
        assert_eq!(clip(&pause, &WINDOW), vec![pause.to_vec()]);
        assert!(clip(&[], &WINDOW).is_empty());
        assert!(clip(&[(f64::NAN, 0.0), (f64::INFINITY, 0.0)], &WINDOW).is_empty());
    }

    /// Distance from a point to the nearest of the pieces.
    fn distance(point: (f64, f64), pieces: &[Vec<(f64, f64)>]) -> f64 {
        let steps = pieces.iter().flat_map(|piece| piece.windows(2));
        steps.map(|step| crate::simplify::distance(point, step[0], step[1])).fold(f64::INFINITY, f64::min)
    }

    proptest! {
        #[test]
        fn what_is_inside_stays_and_nothing_else(
            line in proptest::collection::vec((-20.0..30.0f64, -20.0..30.0f64), 2..30),
        ) {
            let pieces = clip(&line, &WINDOW);
            for piece in &pieces {
                prop_assert!(piece.len() >= 2);
                for point in piece {
                    let near = Window { min: (-1.000_001, -1.000_001), max: (11.000_001, 11.000_001) };
                    prop_assert!(near.contains(*point));
                }
            }
            for point in line.iter().filter(|point| WINDOW.contains(**point)) {
                prop_assert!(pieces.iter().flatten().any(|kept| kept == point));
            }
            for step in line.windows(2) {
                for tenth in 0..=10 {
                    let share = f64::from(tenth) / 10.0;
                    let point = (
                        step[0].0 + (step[1].0 - step[0].0) * share,
                        step[0].1 + (step[1].1 - step[0].1) * share,
                    );
                    if WINDOW.contains(point) {
                        prop_assert!(distance(point, &pieces) < 1e-6);
                    }
                }
            }
            // Nothing is invented: each piece lies on the line.
            for point in pieces.iter().flatten() {
                prop_assert!(distance(*point, std::slice::from_ref(&line)) < 1e-6);
            }
        }
    }
}
