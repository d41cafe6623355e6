//! Where the centre of the image looks.

use crate::doubt::Doubt;
use crate::exiv2;
use crate::mapillary::Mapillary;
use crate::pose::{Pose, PoseSource};
use crate::tags::Tags;

/// A direction of view.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct Heading {
    /// Degrees clockwise from north, in [0, 360); 0 is north.
    pub degrees: f64,
    /// What told it.
    pub source: HeadingSource,
}

/// What told a heading, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum HeadingSource {
    /// Said by the one who sent the photo.
    Override,
    /// EXIF `GPSImgDirection`, or the same in XMP.
    ImageDirection,
    /// The compass heading in the Mapillary description.
    Mapillary,
    /// The pose heading of the Photo Sphere metadata.
    GPano,
    /// The yaw in the `Pix4D` camera schema.
    Camera,
    /// The yaw of a drone's gimbal.
    Gimbal,
    /// EXIF `GPSTrack`: the direction of movement, where nothing tells the direction of view.
    Track,
}

const DIRECTION: &str = "Exif.GPSInfo.GPSImgDirection";
const TRACK: &str = "Exif.GPSInfo.GPSTrack";

/// The best heading that the tags tell.
pub(crate) fn read(
    tags: &Tags,
    mapillary: Option<&Mapillary>,
    pose: &Pose,
    doubts: &mut Vec<Doubt>,
) -> Option<Heading> {
    tagged(tags, DIRECTION, HeadingSource::ImageDirection, doubts)
        .or_else(|| tagged(tags, "Xmp.exif.GPSImgDirection", HeadingSource::ImageDirection, doubts))
        .or_else(|| {
            let degrees = turn(mapillary?.heading?, "MAPCompassHeading", doubts)?;
            Some(Heading { degrees, source: HeadingSource::Mapillary })
        })
        .or_else(|| posed(pose))
        .or_else(|| tagged(tags, TRACK, HeadingSource::Track, doubts))
        .or_else(|| tagged(tags, "Xmp.exif.GPSTrack", HeadingSource::Track, doubts))
}

fn tagged(tags: &Tags, name: &'static str, source: HeadingSource, doubts: &mut Vec<Doubt>) -> Option<Heading> {
    let short = name.rsplit('.').next().unwrap_or(name);
    let Some(value) = exiv2::numbers(tags.get(name)?).first().copied().flatten() else {
        doubts.push(Doubt::HeadingRefused(short));
        return None;
    };
    let degrees = turn(value, short, doubts)?;
    if tags.get(&format!("{name}Ref")).is_some_and(|reference| reference.starts_with(['M', 'm'])) {
        doubts.push(Doubt::HeadingMagnetic(short));
    }
    Some(Heading { degrees, source })
}

/// The heading in [0, 360); `None` when it is no angle. A full turn is north; a negative angle is what
/// devices write that count from -180 to 180.
pub(crate) fn turn(degrees: f64, name: &'static str, doubts: &mut Vec<Doubt>) -> Option<f64> {
    if !(-180.0..=360.0).contains(&degrees) {
        doubts.push(Doubt::HeadingRefused(name));
        return None;
    }
    if degrees < 0.0 {
        doubts.push(Doubt::HeadingTurned(name));
    }
    let turned = degrees.rem_euclid(360.0);
    // The remainder of a tiny negative angle rounds up to the full turn.
    Some(if turned < 360.0 { turned } else { 0.0 })
}

/// The pose's yaw, unless all its angles are 0: stitching software writes that when it knows nothing.
fn posed(pose: &Pose) -> Option<Heading> {
    let zero = |angle: Option<f64>| angle.is_none_or(|angle| angle == 0.0);
    let degrees = pose.yaw?;
    if zero(pose.pitch) && zero(pose.roll) && degrees == 0.0 {
        return None;
    }
    let source = match pose.source? {
        PoseSource::Camera => HeadingSource::Camera,
        PoseSource::GPano => HeadingSource::GPano,
        PoseSource::Gimbal => HeadingSource::Gimbal,
    };
    Some(Heading { degrees, source })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heading(pairs: &[(&str, &str)]) -> (Option<f64>, Vec<Doubt>) {
        let (mut tags, mut doubts) = (Tags::default(), Vec::new());
        for (name, value) in pairs {
            tags.set(name, (*value).to_owned());
        }
        let read = read(&tags, None, &Pose::default(), &mut doubts);
        (read.map(|heading| heading.degrees), doubts)
    }

    #[test]
    fn north_is_a_heading_and_a_full_turn_is_north() {
        assert_eq!(heading(&[(DIRECTION, "0/1")]), (Some(0.0), vec![]));
        assert_eq!(heading(&[(DIRECTION, "36000/100")]), (Some(0.0), vec![]));
        assert_eq!(heading(&[(DIRECTION, "-90/1")]), (Some(270.0), vec![Doubt::HeadingTurned("GPSImgDirection")]));
    }

    #[test]
    fn what_is_no_angle_is_refused_and_the_next_source_asked() {
        for bad in ["1/0", "0/0", "nan", "inf", "72050/100", "x"] {
            let (read, doubts) = heading(&[(DIRECTION, bad), (TRACK, "27/2")]);
            assert_eq!(read, Some(13.5), "{bad}");
            assert_eq!(doubts, [Doubt::HeadingRefused("GPSImgDirection")]);
        }
    }

    #[test]
    fn magnetic_north_is_told() {
        let (read, doubts) = heading(&[(DIRECTION, "465/10"), ("Exif.GPSInfo.GPSImgDirectionRef", "M")]);
        assert_eq!((read, doubts), (Some(46.5), vec![Doubt::HeadingMagnetic("GPSImgDirection")]));
    }

    #[test]
    fn a_pose_of_zeros_is_no_heading() {
        let pose = Pose { pitch: Some(0.0), roll: Some(0.0), yaw: Some(0.0), source: Some(PoseSource::GPano) };
        assert_eq!(posed(&pose), None);
        let pose = Pose { pitch: Some(1.0), ..pose };
        assert_eq!(posed(&pose), Some(Heading { degrees: 0.0, source: HeadingSource::GPano }));
    }
}
