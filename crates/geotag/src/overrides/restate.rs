//! Has the shown tags tell what was edited since the file was read.

use std::collections::BTreeMap;

use super::{show_position, show_time};
use crate::{position::Position, shown, time::CaptureTime};

/// What was edited; what is none tells nothing.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Restated {
    /// The position.
    pub position: Option<Position>,
    /// The time of capture.
    pub captured: Option<CaptureTime>,
    /// Where the centre of the image looks, degrees clockwise from true north; none inside: nobody knows.
    pub heading: Option<Option<f64>>,
    /// Pitch and roll, degrees, as [`Geotag::pitch`](crate::Geotag::pitch) and [`Geotag::roll`](crate::Geotag::roll).
    pub pose: Option<[Option<f64>; 2]>,
}

/// Names of tags about where a camera looks.
const HEADING: [&str; 4] = ["GPSImgDirection", "PoseHeadingDegrees", "Xmp.Camera.Yaw", "Exif.MpfInfo.MPFYaw"];
/// Names of tags about how it was held.
const POSE: [&str; 2] = ["Pitch", "Roll"];

/// Makes the tags that are shown tell what was edited, and nothing of what it was before.
pub fn restate(exif: &mut BTreeMap<String, String>, restated: &Restated) {
    if let Some(position) = restated.position {
        show_position(exif, position);
    }
    if let Some(captured) = &restated.captured {
        show_time(exif, captured);
        shown::complete_gps_time(exif, Some(captured));
    }
    if let Some(heading) = restated.heading {
        exif.retain(|name, _| !HEADING.iter().any(|part| name.contains(part)));
        if let Some(degrees) = heading {
            exif.insert("Exif.GPSInfo.GPSImgDirection".to_owned(), format!("{:.0}/10000", degrees * 10_000.0));
            exif.insert("Exif.GPSInfo.GPSImgDirectionRef".to_owned(), "T".to_owned());
        }
    }
    if let Some(angles) = restated.pose {
        exif.retain(|name, _| !POSE.iter().any(|part| name.contains(part)));
        for (name, angle) in ["PosePitchDegrees", "PoseRollDegrees"].into_iter().zip(angles) {
            if let Some(degrees) = angle {
                exif.insert(format!("Xmp.GPano.{name}"), degrees.to_string());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::TimeSource;

    fn exif(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn nothing_of_what_was_before_is_told() {
        let mut tags = exif(&[
            ("Exif.Image.Make", "Maker"),
            ("Exif.Image.DateTime", "2020:01:01 00:00:00"),
            ("Exif.GPSInfo.GPSLatitude", "48/1 0/1 0/1"),
            ("Exif.GPSInfo.GPSDOP", "3/1"),
            ("Exif.GPSInfo.GPSImgDirection", "12/1"),
            ("Exif.GPSInfo.GPSTrack", "10/1"),
            ("Xmp.GPano.PoseHeadingDegrees", "12"),
            ("Xmp.GPano.PosePitchDegrees", "1"),
            ("Xmp.Camera.Roll", "2"),
        ]);
        restate(
            &mut tags,
            &Restated {
                position: Some(Position { lon: -2.5, lat: 47.25, altitude: None }),
                captured: Some(CaptureTime {
                    instant: "2021-02-03T04:05:06Z".parse().unwrap(),
                    local: "2021-02-03T05:05:06+01:00".to_owned(),
                    source: TimeSource::Override,
                }),
                heading: Some(Some(90.5)),
                pose: Some([None, Some(-1.5)]),
            },
        );
        let told = exif(&[
            ("Exif.Image.Make", "Maker"),
            ("Exif.Photo.DateTimeOriginal", "2021:02:03 05:05:06"),
            ("Exif.Photo.OffsetTimeOriginal", "+01:00"),
            ("Exif.GPSInfo.GPSImgDirection", "905000/10000"),
            ("Exif.GPSInfo.GPSImgDirectionRef", "T"),
            ("Exif.GPSInfo.GPSLatitude", "47/1 15/1 0/10000000"),
            ("Exif.GPSInfo.GPSLatitudeRef", "N"),
            ("Exif.GPSInfo.GPSLongitude", "2/1 30/1 0/10000000"),
            ("Exif.GPSInfo.GPSLongitudeRef", "W"),
            ("Exif.GPSInfo.GPSMapDatum", "WGS-84"),
            ("Exif.GPSInfo.GPSTrack", "10/1"),
            ("Xmp.GPano.PoseRollDegrees", "-1.5"),
        ]);
        assert_eq!(tags, told);
    }

    #[test]
    fn what_was_not_edited_stays() {
        let before = exif(&[("Exif.GPSInfo.GPSDOP", "3/1"), ("Exif.Image.DateTime", "2020:01:01 00:00:00")]);
        let mut after = before.clone();
        restate(&mut after, &Restated::default());
        assert_eq!(after, before);
        let mut headless = exif(&[("Exif.GPSInfo.GPSImgDirection", "12/1")]);
        restate(&mut headless, &Restated { heading: Some(None), ..Restated::default() });
        assert_eq!(headless, exif(&[]));
    }
}
