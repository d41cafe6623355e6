//! What holds of every geotag. Also part of the fuzz targets, which are a workspace of their own.

use flaneur_geotag::{Geotag, Position, read, write_exif, write_xmp};

/// A JPEG head: SOI, the given APP1 segments, a frame header, the start of the image data.
pub fn jpeg(exif: Option<&[u8]>, xmp: Option<&str>, (width, height): (u16, u16)) -> Vec<u8> {
    let mut file = vec![0xFF, 0xD8];
    if let Some(block) = exif {
        segment(&mut file, 0xE1, &[b"Exif\0\0", block].concat());
    }
    if let Some(packet) = xmp {
        segment(&mut file, 0xE1, &[b"http://ns.adobe.com/xap/1.0/\0", packet.as_bytes()].concat());
    }
    let [h1, h0] = height.to_be_bytes();
    let [w1, w0] = width.to_be_bytes();
    segment(&mut file, 0xC0, &[8, h1, h0, w1, w0, 1, 1, 0x11, 0]);
    file.extend([0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 63, 0, 0, 0xFF, 0xD9]);
    file
}

fn segment(file: &mut Vec<u8>, marker: u8, payload: &[u8]) {
    let length = u16::try_from(payload.len() + 2).expect("a segment holds 65533 bytes");
    file.extend([0xFF, marker]);
    file.extend(length.to_be_bytes());
    file.extend(payload);
}

/// What holds of every geotag, whatever the file says.
///
/// # Panics
/// If something does not hold.
pub fn hold(tag: &Geotag) {
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
    for doubt in &tag.doubts {
        assert!(doubt.to_string().ends_with('.'), "{doubt}");
    }
    serde_json::to_string(tag).expect("a geotag can be told as JSON");
    // It can be served, and what is served can be read.
    let file = jpeg(Some(&write_exif(tag)), write_xmp(tag).as_deref(), (64, 32));
    let back = read(&file).expect("our own file is readable");
    assert_eq!(back.position.is_some(), tag.position.is_some(), "a position is written if there is one");
}
