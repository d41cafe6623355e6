//! What we read and write, beside what libjpeg reads.

use std::collections::BTreeSet;

use flaneur_jpeg::{Metadata, Source};

use crate::case::Case;
use crate::libjpeg::{self, Component, Picture};
use crate::task::{LIMITS, open};
use crate::units::{Block, Units};

/// Where the coefficients lie in a block: `ZIGZAG[k]` is 8 · row + column of the k-th (T.81, figure A.6).
#[rustfmt::skip]
pub const ZIGZAG: [usize; 64] = [
    0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28,
    35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55,
    62, 63,
];

/// How far a case came.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reached {
    /// Both took the file, and read the same in it.
    pub agreed: bool,
    /// A coded unit was replaced, and libjpeg saw nothing else change.
    pub cut: bool,
}

/// Reads and cuts a picture, and has libjpeg look at it before and after.
///
/// # Panics
/// If it sees anything else than we do, or warns: that is a finding.
pub fn check(data: &[u8]) -> Reached {
    let case = Case::new(data);
    let mut reached = Reached::default();
    let Some((source, task, _)) = open(&case) else { return reached };
    let before = asked(case.file);
    let flat =
        |file: &[u8]| Source::open(file, 1, false, &LIMITS).expect("a picture that is taken, and its master, is");
    assert_same(&Units::of_all(flat(case.file)), &before, before.has_padding);
    reached.agreed = true;
    if source.orientation() != task.orientation && task.panorama {
        // Coded anew: nothing of the coefficients stays.
        return reached;
    }
    let redacted = source.redact(&[task.undo, task.keep].concat()).expect("a picture that is taken can be redacted");
    let master = redacted.master(&Metadata::default()).expect("what is planned can be cut");
    redacted.prove(&master).expect("what was cut is proven");
    let after = asked(&master);
    assert!(after.has_padding, "masters are one interleaved sequential scan");
    assert_same(&Units::of_all(flat(&master)), &after, true);
    let touched: BTreeSet<usize> = redacted.touched_units().into_iter().collect();
    assert_untouched(&before, &after, &touched);
    reached.cut = !touched.is_empty();
    reached
}

/// What libjpeg reads: whatever we take, it takes without a word.
fn asked(file: &[u8]) -> Picture {
    let picture = libjpeg::read(file).unwrap_or_else(|error| panic!("we read it, and libjpeg does not: {error}"));
    assert_eq!(picture.warnings, 0, "we read it, and libjpeg warns");
    picture
}

/// The number of each coded unit, and the blocks of a component in it; `padding`: also those that show nothing.
fn each_block<'a>(
    picture: &'a Picture,
    component: &'a Component,
    padding: bool,
) -> impl Iterator<Item = (usize, usize, &'a Block)> {
    let (across, down) = if padding { component.size } else { component.own_size };
    let (h, v) = (component.sampling.0 as usize, component.sampling.1 as usize);
    (0..down).flat_map(move |y| {
        (0..across).map(move |x| {
            let unit = y / v * picture.mcus_across + x / h;
            (unit, y % v * h + x % h, &component.blocks[y * component.size.0 + x])
        })
    })
}

/// Every coefficient that we read is what libjpeg reads.
fn assert_same(ours: &Units, theirs: &Picture, padding: bool) {
    assert_eq!(ours.size, (theirs.width, theirs.height));
    // Blocks of the components before, in a coded unit.
    let mut first = 0;
    for (number, component) in theirs.components.iter().enumerate() {
        for (unit, place, block) in each_block(theirs, component, padding) {
            let expected = &ours.units[&unit][first + place];
            let same = ZIGZAG.iter().zip(expected).all(|(&at, value)| block[at] == *value);
            assert!(same, "component {number}, unit {unit}, block {place}: {expected:?} is {block:?} to libjpeg");
        }
        first += (component.sampling.0 * component.sampling.1) as usize;
    }
}

/// Nothing but what was touched has changed.
fn assert_untouched(before: &Picture, after: &Picture, touched: &BTreeSet<usize>) {
    let shape = |picture: &Picture| -> Vec<_> {
        let of = |c: &Component| (c.sampling, c.size, c.own_size, c.quantisation);
        picture.components.iter().map(of).collect()
    };
    assert!(shape(before) == shape(after), "size, sampling and tables stay");
    for (number, (old, new)) in before.components.iter().zip(&after.components).enumerate() {
        let padding = before.has_padding;
        for ((unit, place, old), (_, _, new)) in each_block(before, old, padding).zip(each_block(after, new, padding)) {
            assert!(
                old == new || touched.contains(&unit),
                "component {number}, unit {unit}, block {place} was altered"
            );
        }
    }
}
