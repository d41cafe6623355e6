//! Orientation, focal length and the field of view they give.

use crate::ImageSize;
use crate::doubt::Doubt;
use crate::tags::Tags;

/// Width of a 35 mm film frame in millimetres; the long side of the image.
const FILM_WIDTH: f64 = 36.0;

/// EXIF orientation, 1 to 8; 1 when absent or invalid.
pub(crate) fn orientation(tags: &Tags, doubts: &mut Vec<Doubt>) -> u8 {
    let Some(written) = tags.get("Exif.Image.Orientation").or_else(|| tags.get("Xmp.tiff.Orientation")) else {
        return 1;
    };
    match written.split(' ').next().and_then(|first| first.parse::<u8>().ok()) {
        Some(orientation @ 1..=8) => orientation,
        // 0 is what many programs write for "unknown".
        Some(0) => 1,
        _ => {
            doubts.push(Doubt::OrientationInvalid);
            1
        }
    }
}

/// Whether an orientation turns the image by a quarter.
pub(crate) fn is_turned(orientation: u8) -> bool {
    (5..=8).contains(&orientation)
}

/// Focal length in millimetres; 0 is what cameras write that do not know it.
pub(crate) fn focal_length(tags: &Tags) -> Option<f64> {
    tags.number("Exif.Photo.FocalLength").filter(|length| (0.1..=5000.0).contains(length))
}

/// Horizontal field of view in degrees of the image as displayed, by the 35 mm equivalent, else by focal
/// length and sensor width: 2·atan(width / (2·focal length)), which holds for a rectilinear lens.
pub(crate) fn field_of_view(tags: &Tags, size: Option<ImageSize>, orientation: u8) -> Option<f64> {
    let equivalent = tags.number("Exif.Photo.FocalLengthIn35mmFilm").filter(|length| (1.0..=10_000.0).contains(length));
    // Half the long side over the focal length.
    let half = match equivalent {
        Some(length) => FILM_WIDTH / 2.0 / length,
        None => sensor_width(tags)? / 2.0 / focal_length(tags)?,
    };
    let across = size.map_or(1.0, |ImageSize { width, height }| {
        let (width, height) = (f64::from(width), f64::from(height));
        let shown_portrait = (width < height) != is_turned(orientation);
        if shown_portrait { width.min(height) / width.max(height) } else { 1.0 }
    });
    Some((half * across).atan().to_degrees() * 2.0)
}

/// Long side of the sensor in millimetres, by its pixel density.
fn sensor_width(tags: &Tags) -> Option<f64> {
    let density = tags.number("Exif.Photo.FocalPlaneXResolution").filter(|&density| density > 0.0)?;
    let across = tags.number("Exif.Photo.PixelXDimension")?;
    let down = tags.number("Exif.Photo.PixelYDimension").unwrap_or(0.0);
    let unit = match tags.get("Exif.Photo.FocalPlaneResolutionUnit") {
        Some("3") => 10.0,
        Some("4") => 1.0,
        Some("5") => 0.001,
        // Inches, also when absent (TIFF 6.0, ResolutionUnit).
        _ => 25.4,
    };
    let width = across.max(down) / density * unit;
    // From a phone's smallest to a large-format back; cameras get this tag wrong.
    (1.0..=110.0).contains(&width).then_some(width)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(pairs: &[(&str, &str)], size: Option<(u32, u32)>, orientation: u8) -> Option<f64> {
        let mut tags = Tags::default();
        for (name, value) in pairs {
            tags.set(name, (*value).to_owned());
        }
        let view = field_of_view(&tags, size.map(|(width, height)| ImageSize { width, height }), orientation);
        view.map(|degrees| (degrees * 10.0).round() / 10.0)
    }

    #[test]
    fn the_view_is_that_of_the_displayed_image() {
        let pairs = [("Exif.Photo.FocalLengthIn35mmFilm", "28")];
        assert_eq!(view(&pairs, None, 1), Some(65.5));
        assert_eq!(view(&pairs, Some((4000, 3000)), 1), Some(65.5));
        assert_eq!(view(&pairs, Some((4000, 3000)), 6), Some(51.5));
        assert_eq!(view(&pairs, Some((3000, 4000)), 1), Some(51.5));
    }

    #[test]
    fn the_sensor_serves_where_there_is_no_equivalent() {
        // EOS 600D at 85 mm, 22.3 mm wide sensor.
        let mut pairs = vec![
            ("Exif.Photo.FocalLength", "85/1"),
            ("Exif.Photo.FocalPlaneXResolution", "5184000/905"),
            ("Exif.Photo.FocalPlaneResolutionUnit", "2"),
            ("Exif.Photo.PixelXDimension", "5184"),
            ("Exif.Photo.FocalLengthIn35mmFilm", "0"),
        ];
        assert_eq!(view(&pairs, None, 1), Some(15.4));
        pairs[0].1 = "0/1";
        assert_eq!(view(&pairs, None, 1), None);
    }

    #[test]
    fn a_wrong_orientation_is_upright() {
        let mut tags = Tags::default();
        for (written, read, doubts) in [("6", 6, 0), ("0", 1, 0), ("9", 1, 1), ("x", 1, 1)] {
            tags.set("Exif.Image.Orientation", written.to_owned());
            let mut raised = Vec::new();
            assert_eq!((orientation(&tags, &mut raised), raised.len()), (read, doubts));
        }
    }
}
