//! JPEGs made in the test, and the shared photos.
#![allow(dead_code, reason = "each test uses its part")]

pub mod holds;

use std::path::{Path, PathBuf};

use flaneur_geotag::{Geotag, Projection};

/// A TIFF entry: number, field type, count, value bytes (little endian).
pub type Entry<'a> = (u16, u16, u32, &'a [u8]);

/// An EXIF block with an image, an EXIF and a GPS directory of those entries, without any check: tests
/// write what cameras get wrong.
pub fn block(image: &[Entry<'_>], photo: &[Entry<'_>], gps: &[Entry<'_>]) -> Vec<u8> {
    let size = |entries: &[Entry<'_>]| {
        let outside: usize = entries.iter().map(|entry| if entry.3.len() > 4 { entry.3.len() } else { 0 }).sum();
        2 + entries.len() * 12 + 4 + outside
    };
    let photo_at = 8 + size(image) + 24;
    let gps_at = photo_at + size(photo);
    let (photo_pointer, gps_pointer) = ((photo_at as u32).to_le_bytes(), (gps_at as u32).to_le_bytes());
    let mut first = image.to_vec();
    first.push((0x8769, 4, 1, &photo_pointer));
    first.push((0x8825, 4, 1, &gps_pointer));
    let mut block = b"II\x2A\0\x08\0\0\0".to_vec();
    for entries in [&first[..], photo, gps] {
        let mut values_at = block.len() + 2 + entries.len() * 12 + 4;
        let mut values: Vec<u8> = Vec::new();
        block.extend((entries.len() as u16).to_le_bytes());
        for &(number, kind, count, value) in entries {
            block.extend(number.to_le_bytes());
            block.extend(kind.to_le_bytes());
            block.extend(count.to_le_bytes());
            if value.len() > 4 {
                block.extend((values_at as u32).to_le_bytes());
                values_at += value.len();
                values.extend(value);
            } else {
                block.extend(value);
                block.extend(std::iter::repeat_n(0, 4 - value.len()));
            }
        }
        block.extend([0; 4]);
        block.extend(values);
    }
    block
}

/// Rationals as bytes.
pub fn rationals(values: &[(u32, u32)]) -> Vec<u8> {
    values.iter().flat_map(|(n, d)| [n.to_le_bytes(), d.to_le_bytes()].concat()).collect()
}

/// An XMP packet with those attributes on its description.
pub fn packet(attributes: &str) -> String {
    format!(
        r#"<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" xmlns:GPano="http://ns.google.com/photos/1.0/panorama/" {attributes}/></rdf:RDF></x:xmpmeta>"#
    )
}

/// Every value that is there tells where it came from, and nothing else does.
pub fn sources_fit(tag: &Geotag) {
    let sources = &tag.sources;
    let altitude = tag.position.and_then(|position| position.altitude);
    for (what, value, source) in [
        ("position", tag.position.is_some(), sources.position),
        ("altitude", altitude.is_some(), sources.altitude),
        ("accuracy", tag.accuracy.is_some(), sources.accuracy),
        ("captured", tag.captured.is_some(), sources.captured),
        ("heading", tag.heading.is_some(), sources.heading),
        ("pose", tag.pitch.or(tag.roll).or(tag.yaw).is_some(), sources.pose),
        ("field of view", tag.field_of_view.is_some(), sources.field_of_view),
        ("focal length", tag.focal_length.is_some(), sources.focal_length),
        ("make", tag.make.is_some(), sources.make),
        ("model", tag.model.is_some(), sources.model),
        ("artist", tag.artist.is_some(), sources.artist),
        ("copyright", tag.copyright.is_some(), sources.copyright),
    ] {
        assert_eq!(value, source.is_some(), "{what}: {source:?}");
    }
    assert!(tag.projection == Projection::Flat || sources.projection.is_some());
    assert!(tag.orientation == 1 || sources.orientation.is_some());
    assert!(sources.zone.is_none() || tag.captured.is_some());
    assert_eq!(tag.accuracy.is_some(), tag.accuracy_source.is_some());
}

/// The folder of shared photos; says that the test is skipped when there is none.
pub fn shared_data() -> Option<PathBuf> {
    let folder = std::env::var_os("FLANEUR_SHARED_DATA")
        .map_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data")), PathBuf::from);
    if folder.is_dir() {
        return Some(folder);
    }
    #[expect(clippy::print_stdout, reason = "a test says that it was skipped")]
    {
        println!("skipped: no shared data");
    }
    None
}

/// Every file below a folder, sorted.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a readable folder") {
        let path = entry.expect("a readable entry").path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}
