//! How far off the position may be.

use crate::camera::Camera;
use crate::mapillary::Mapillary;
use crate::source::Source;
use crate::tags::Tags;

/// What an accuracy rests on, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum AccuracySource {
    /// The receiver's own estimate, EXIF `GPSHPositioningError`.
    PositioningError,
    /// The accuracy in the `Pix4D` camera schema.
    CameraSchema,
    /// The receiver's own estimate, in the Mapillary description.
    Mapillary,
    /// The dilution of precision, times the error of one range: 1 m with differential correction, 3 m
    /// without.
    Dilution,
    /// Differential correction without a dilution.
    Differential,
    /// What receivers of the maker's cameras usually reach.
    Maker,
}

/// Metres by maker, lower-case beginning: 2 for survey rigs, 4 for action cameras and drones, 5 for cameras that take
/// their position from a phone. The three classes are those of Panoramax, so that scores agree; which of its makers
/// falls into which was seen for those in the photos at hand, and follows from the kind of device for the others.
const MAKERS: &[(&str, f64)] = &[
    ("stfmani", 2.0),
    ("trimble", 2.0),
    ("imajing", 2.0),
    ("arashi vision", 4.0),
    ("dji", 4.0),
    ("garmin", 4.0),
    ("gopro", 4.0),
    ("insta360", 4.0),
    ("ricoh", 5.0),
    ("sony", 5.0),
];
/// The same for phones.
const PHONE: f64 = 5.0;

/// Horizontal accuracy in metres, what it rests on and where it was found.
pub(crate) fn read(
    tags: &Tags,
    mapillary: Option<&Mapillary>,
    camera: &Camera,
) -> Option<(f64, AccuracySource, Source)> {
    const ERROR: &str = "Exif.GPSInfo.GPSHPositioningError";
    const SCHEMA: &str = "Xmp.Camera.GPSXYAccuracy";
    const DILUTION: &str = "Exif.GPSInfo.GPSDOP";
    const DIFFERENTIAL: &str = "Exif.GPSInfo.GPSDifferential";
    // 0 means unknown; 100 km is no position.
    let believed = |value: &f64| *value > 0.0 && *value <= 100_000.0;
    let number = |name| tags.number(name).filter(believed);
    let differential = tags.get(DIFFERENTIAL) == Some("1");
    if let Some(metres) = number(ERROR) {
        return Some((metres, AccuracySource::PositioningError, Source::Tag(ERROR)));
    }
    if let Some(metres) = number(SCHEMA) {
        return Some((metres, AccuracySource::CameraSchema, Source::Tag(SCHEMA)));
    }
    if let Some(metres) = mapillary.and_then(|mapillary| mapillary.accuracy).filter(believed) {
        return Some((metres, AccuracySource::Mapillary, Source::Mapillary("MAPGPSAccuracyMeters")));
    }
    if let Some(dilution) = number(DILUTION) {
        let range = if differential { 1.0 } else { 3.0 };
        return Some((dilution * range, AccuracySource::Dilution, Source::Tag(DILUTION)));
    }
    if differential {
        return Some((2.0, AccuracySource::Differential, Source::Tag(DIFFERENTIAL)));
    }
    let make = camera.make.as_deref()?.to_lowercase();
    // Pentax is a brand of Ricoh Imaging; its receivers are not the Theta's phone.
    let known = MAKERS.iter().find(|(maker, _)| make.starts_with(maker) && !make.starts_with("ricoh imaging"));
    let metres = known.map(|&(_, metres)| metres).or_else(|| camera.is_of_phones().then_some(PHONE))?;
    Some((metres, AccuracySource::Maker, Source::Camera))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_source_wins() {
        let mut tags = Tags::default();
        let read = |tags: &Tags, camera: &Camera| read(tags, None, camera).map(|(metres, source, _)| (metres, source));
        let gopro = Camera { make: Some("GoPro".to_owned()), ..Camera::default() };
        assert_eq!(read(&tags, &gopro), Some((4.0, AccuracySource::Maker)));
        assert_eq!(read(&tags, &Camera::default()), None);
        tags.set("Exif.GPSInfo.GPSDifferential", "1".to_owned());
        assert_eq!(read(&tags, &gopro), Some((2.0, AccuracySource::Differential)));
        tags.set("Exif.GPSInfo.GPSDOP", "112/100".to_owned());
        assert_eq!(read(&tags, &gopro), Some((1.12, AccuracySource::Dilution)));
        tags.set("Exif.GPSInfo.GPSDifferential", "0".to_owned());
        assert!((read(&tags, &gopro).unwrap().0 - 3.36).abs() < 1e-9);
        tags.set("Exif.GPSInfo.GPSHPositioningError", "0/1".to_owned());
        assert_eq!(read(&tags, &gopro).unwrap().1, AccuracySource::Dilution);
        tags.set("Exif.GPSInfo.GPSHPositioningError", "165/1".to_owned());
        assert_eq!(read(&tags, &gopro), Some((165.0, AccuracySource::PositioningError)));
    }
}
