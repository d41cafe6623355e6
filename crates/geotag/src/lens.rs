//! Orientation, focal length and the field of view they give.

use crate::ImageSize;
use crate::camera::Camera;
use crate::doubt::Doubt;
use crate::sensors;
use crate::source::Source;
use crate::tags::Tags;

/// Width of a 35 mm film frame in millimetres; the long side of the image.
const FILM_WIDTH: f64 = 36.0;

/// EXIF orientation, 1 to 8, and where it was found; 1 when absent or invalid.
pub(crate) fn orientation(tags: &Tags, doubts: &mut Vec<Doubt>) -> (u8, Option<Source>) {
    let Some((name, written)) = tags.first(&["Exif.Image.Orientation", "Xmp.tiff.Orientation"]) else {
        return (1, None);
    };
    match written.split(' ').next().and_then(|first| first.parse::<u8>().ok()) {
        Some(orientation @ 1..=8) => (orientation, Some(Source::Tag(name))),
        // 0 is what many programs write for "unknown".
        Some(0) => (1, None),
        _ => {
            doubts.push(Doubt::OrientationInvalid);
            (1, None)
        }
    }
}

/// Whether an orientation turns the image by a quarter.
pub(crate) fn is_turned(orientation: u8) -> bool {
    (5..=8).contains(&orientation)
}

/// The tag of the focal length.
pub(crate) const FOCAL_LENGTH: &str = "Exif.Photo.FocalLength";

/// Focal length in millimetres; 0 is what cameras write that do not know it.
pub(crate) fn focal_length(tags: &Tags) -> Option<f64> {
    tags.number(FOCAL_LENGTH).filter(|length| (0.1..=5000.0).contains(length))
}

/// Horizontal field of view in degrees of the image as displayed, and what it rests on: the 35 mm equivalent, else
/// focal length and sensor width of the camera's model, else the sensor's density of pixels.
///
/// 2·atan(width / (2·focal length)), which holds for a rectilinear lens; the long side of the image is taken as that of
/// the sensor, or of the film frame.
pub(crate) fn field_of_view(
    tags: &Tags,
    camera: &Camera,
    size: Option<ImageSize>,
    orientation: u8,
) -> Option<(f64, Source)> {
    const EQUIVALENT: &str = "Exif.Photo.FocalLengthIn35mmFilm";
    let equivalent = tags.number(EQUIVALENT).filter(|length| (1.0..=10_000.0).contains(length));
    // Half the long side over the focal length.
    let (half, source) = if let Some(length) = equivalent {
        (FILM_WIDTH / 2.0 / length, Source::Tag(EQUIVALENT))
    } else {
        let known = sensors::width(camera).map(|width| (width, Source::Camera));
        let (width, source) = known.or_else(|| sensor_width(tags))?;
        // Digital zoom keeps the middle of the sensor.
        let zoom = tags.number("Exif.Photo.DigitalZoomRatio").filter(|zoom| (1.0..=100.0).contains(zoom));
        (width / 2.0 / focal_length(tags)? / zoom.unwrap_or(1.0), source)
    };
    let across = size.map_or(1.0, |ImageSize { width, height }| {
        let (width, height) = (f64::from(width), f64::from(height));
        let shown_portrait = (width < height) != is_turned(orientation);
        if shown_portrait { width.min(height) / width.max(height) } else { 1.0 }
    });
    Some(((half * across).atan().to_degrees() * 2.0, source))
}

/// Long side of the sensor in millimetres, by its pixel density.
fn sensor_width(tags: &Tags) -> Option<(f64, Source)> {
    const DENSITY: &str = "Exif.Photo.FocalPlaneXResolution";
    let density = tags.number(DENSITY).filter(|&density| density > 0.0)?;
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
    (1.0..=110.0).contains(&width).then_some((width, Source::Tag(DENSITY)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(pairs: &[(&str, &str)], size: Option<(u32, u32)>, orientation: u8) -> Option<f64> {
        let mut tags = Tags::default();
        for (name, value) in pairs {
            tags.set(name, (*value).to_owned());
        }
        let size = size.map(|(width, height)| ImageSize { width, height });
        let view = field_of_view(&tags, &crate::camera::read(&tags, None), size, orientation);
        view.map(|(degrees, _)| (degrees * 10.0).round() / 10.0)
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
    fn the_model_tells_the_sensor() {
        let mut pairs = vec![
            ("Exif.Image.Make", "Apple"),
            ("Exif.Image.Model", "iPhone 4S"),
            ("Exif.Photo.FocalLength", "428/100"),
        ];
        assert_eq!(view(&pairs, None, 1), Some(55.9));
        pairs.push(("Exif.Photo.DigitalZoomRatio", "2/1"));
        assert_eq!(view(&pairs, None, 1), Some(29.7));
    }

    #[test]
    fn a_wrong_orientation_is_upright() {
        let mut tags = Tags::default();
        for (written, read, doubts) in [("6", 6, 0), ("0", 1, 0), ("9", 1, 1), ("x", 1, 1)] {
            tags.set("Exif.Image.Orientation", written.to_owned());
            let mut raised = Vec::new();
            assert_eq!((orientation(&tags, &mut raised).0, raised.len()), (read, doubts));
        }
    }
}
