//! What a photo says about itself: read, overridden, and written.

#[path = "../../crates/geotag/tests/support/holds.rs"]
mod holds;

use std::collections::BTreeMap;

use flaneur_geotag::{Geotag, Overrides, apply, read, write_exif, write_xmp};

use crate::case::{Case, Choices};
pub(crate) use holds::hold;

/// Reads a file, and checks what is read and what is written of it. True if there was anything to read.
///
/// # Panics
/// If something does not hold: that is a finding.
pub fn check(data: &[u8]) -> bool {
    let case = Case::new(data);
    let Ok(mut tag) = read(case.file) else { return false };
    hold(&tag);
    let mut choices = Choices(case.choices);
    hold(&tag.resized(u32::from(choices.byte()) * 16, u32::from(choices.byte()) * 8));
    let before = tag.clone();
    match apply(&mut tag, &overrides(&mut choices)) {
        Ok(()) => hold(&tag),
        Err(error) => {
            assert!(!error.to_string().is_empty());
            assert!(written(&tag) == written(&before), "what is refused changes nothing");
        }
    }
    true
}

fn written(tag: &Geotag) -> (Vec<u8>, Option<String>) {
    (write_exif(tag), write_xmp(tag))
}

/// Names of tags that clients override.
const NAMES: [&str; 8] = [
    "Exif.Image.Artist",
    "Exif.Image.Orientation",
    "Exif.GPSInfo.GPSImgDirection",
    "Exif.GPSInfo.GPSLatitude",
    "Exif.Photo.DateTimeOriginal",
    "Xmp.GPano.PosePitchDegrees",
    "Xmp.GPano.FullPanoWidthPixels",
    "Xmp.GPano.ProjectionType",
];

fn overrides(choices: &mut Choices<'_>) -> Overrides {
    let what = choices.byte();
    let degrees = |chosen: bool, choices: &mut Choices<'_>| {
        let degrees = f64::from(choices.byte()) * 1.5 - 191.0;
        chosen.then_some(degrees)
    };
    let (latitude, longitude) = (degrees(what & 1 != 0, choices), degrees(what & 2 != 0, choices));
    let mut tags = BTreeMap::new();
    for _ in 0..what >> 3 & 3 {
        let name = NAMES[choices.below(NAMES.len())];
        tags.insert(name.to_owned(), text(choices));
    }
    let captured = (what & 4 != 0).then(|| text(choices));
    Overrides { latitude, longitude, captured, tags }
}

fn text(choices: &mut Choices<'_>) -> String {
    let length = choices.byte() & 31;
    let bytes: Vec<u8> = (0..length).map(|_| choices.byte()).collect();
    String::from_utf8_lossy(&bytes).into_owned()
}
