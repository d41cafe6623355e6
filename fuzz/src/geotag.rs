//! What a photo says about itself: read, overridden, and written.

use std::collections::BTreeMap;

use flaneur_geotag::{Geotag, Overrides, Position, apply, read, write_exif, write_xmp};

use crate::case::{Case, Choices};

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

/// What holds of every geotag, whatever the file says.
fn hold(tag: &Geotag) {
    if let Some(Position { lon, lat, altitude }) = tag.position {
        assert!(lon.abs() <= 180.0 && lat.abs() <= 90.0, "{lon} {lat}");
        assert!(altitude.is_none_or(f64::is_finite));
    }
    assert!(tag.heading.is_none_or(|heading| (0.0..360.0).contains(&heading.degrees)));
    assert!(tag.field_of_view.is_none_or(|view| view > 0.0 && view <= 360.0));
    assert!((1..=8).contains(&tag.orientation));
    assert!(tag.accuracy.is_none_or(|metres| metres > 0.0 && metres.is_finite()));
    assert!(tag.pitch.is_none_or(|pitch| pitch.abs() <= 90.0));
    let texts = [&tag.make, &tag.model, &tag.artist, &tag.copyright];
    for text in texts.into_iter().flatten().chain(tag.exif.values()) {
        assert!(text.chars().count() <= 256 && !text.chars().any(char::is_control), "{text:?}");
    }
    assert!(tag.doubts.iter().all(|doubt| !doubt.to_string().is_empty()));
    serde_json::to_string(tag).expect("a geotag can be told as JSON");
    let (exif, xmp) = written(tag);
    let back = read(&file(&exif, xmp.as_deref())).expect("a file of ours can be read");
    assert_eq!(back.position.is_some(), tag.position.is_some(), "a position is written if there is one");
}

fn written(tag: &Geotag) -> (Vec<u8>, Option<String>) {
    (write_exif(tag), write_xmp(tag))
}

/// The head of a file with this metadata.
fn file(exif: &[u8], xmp: Option<&str>) -> Vec<u8> {
    let mut file = vec![0xFF, 0xD8];
    let mut segment = |marker: u8, parts: &[&[u8]]| {
        let length = 2 + parts.iter().map(|part| part.len()).sum::<usize>();
        file.extend([0xFF, marker]);
        file.extend(u16::try_from(length).expect("what we write fits into a segment").to_be_bytes());
        for part in parts {
            file.extend_from_slice(part);
        }
    };
    segment(0xE1, &[b"Exif\0\0", exif]);
    if let Some(packet) = xmp {
        segment(0xE1, &[b"http://ns.adobe.com/xap/1.0/\0", packet.as_bytes()]);
    }
    segment(0xC0, &[&[8, 0, 32, 0, 64, 1, 1, 0x11, 0]]);
    segment(0xDA, &[&[1, 1, 0, 0, 63, 0]]);
    file.extend([0, 0xFF, 0xD9]);
    file
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
