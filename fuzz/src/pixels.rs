//! What we show, beside what libjpeg shows.

use flaneur_jpeg::{Intake, Source};

use crate::case::Case;
use crate::libjpeg;
use crate::task::LIMITS;

/// Decodes a picture, and has libjpeg decode it. True if both did.
///
/// # Panics
/// If they show anything different: that is a finding.
pub fn check(data: &[u8]) -> bool {
    let case = Case::new(data);
    let Ok(source) = Source::open(case.file, 1, false, &LIMITS) else { return false };
    // Four inks become colours in as many ways as there are programs; libjpeg leaves them as they are.
    let mut intake = Intake::new(LIMITS);
    intake.feed(case.file).expect("a picture that is taken comes in");
    if intake.finish().expect("a picture that is taken is complete").components == 4 {
        return false;
    }
    let ours = source.pixels().expect("a picture that is taken can be seen");
    let theirs = libjpeg::rgb(case.file).unwrap_or_else(|error| panic!("we show it, and libjpeg does not: {error}"));
    assert_eq!((ours.width, ours.height, 0), (theirs.width, theirs.height, theirs.warnings));
    if let Some(at) = (0..ours.rgb.len()).find(|&at| ours.rgb[at] != theirs.pixels[at]) {
        let (x, y) = (at / 3 % ours.width as usize, at / 3 / ours.width as usize);
        panic!("pixel {x},{y}: {} is {} to libjpeg", ours.rgb[at], theirs.pixels[at]);
    }
    true
}
