//! Where the centre of the image looks.

use jiff::Timestamp;
use jiff::tz::Offset;

use crate::declination;
use crate::doubt::Doubt;
use crate::exiv2;
use crate::mapillary::Mapillary;
use crate::pose::{Pose, PoseSource};
use crate::position::Position;
use crate::source::Source;
use crate::tags::Tags;

/// A direction of view.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct Heading {
    /// Degrees clockwise from true north, in [0, 360); 0 is north, and a heading like any other. What is told
    /// relative to magnetic north is turned by the declination of its place and time, where these are known.
    pub degrees: f64,
    /// What told it.
    pub source: HeadingSource,
}

/// What told a heading, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum HeadingSource {
    /// Said by the one who sent the photo.
    Override,
    /// EXIF `GPSImgDirection`, or the same in XMP.
    ImageDirection,
    /// The compass heading in the Mapillary description, true or else magnetic.
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

/// A tag of a direction, what it tells, and the tag that says from which north it counts.
struct Tag {
    name: &'static str,
    short: &'static str,
    reference: &'static str,
    source: HeadingSource,
}

const DIRECTION: Tag = Tag {
    name: "Exif.GPSInfo.GPSImgDirection",
    short: "GPSImgDirection",
    reference: "Exif.GPSInfo.GPSImgDirectionRef",
    source: HeadingSource::ImageDirection,
};
const XMP_DIRECTION: Tag = Tag {
    name: "Xmp.exif.GPSImgDirection",
    short: "GPSImgDirection",
    reference: "Xmp.exif.GPSImgDirectionRef",
    source: HeadingSource::ImageDirection,
};
const TRACK: Tag = Tag {
    name: "Exif.GPSInfo.GPSTrack",
    short: "GPSTrack",
    reference: "Exif.GPSInfo.GPSTrackRef",
    source: HeadingSource::Track,
};
const XMP_TRACK: Tag = Tag {
    name: "Xmp.exif.GPSTrack",
    short: "GPSTrack",
    reference: "Xmp.exif.GPSTrackRef",
    source: HeadingSource::Track,
};

/// Place and time, which the declination depends on.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Where {
    pub position: Option<Position>,
    pub instant: Option<Timestamp>,
}

impl Where {
    /// Degrees by which magnetic north lies east of true north.
    pub(crate) fn declination(self) -> Option<f64> {
        let Position { lon, lat, .. } = self.position?;
        let day = Offset::UTC.to_datetime(self.instant?).date();
        let year = f64::from(day.year()) + f64::from(day.day_of_year()) / f64::from(day.days_in_year());
        declination::at(lon, lat, year)
    }
}

/// The best heading that the tags tell, and where it was found.
pub(crate) fn read(
    tags: &Tags,
    mapillary: Option<&Mapillary>,
    pose: &Pose,
    place: Where,
    doubts: &mut Vec<Doubt>,
) -> Option<(Heading, Source)> {
    tagged(tags, &DIRECTION, place, doubts)
        .or_else(|| tagged(tags, &XMP_DIRECTION, place, doubts))
        .or_else(|| compass(mapillary?, place, doubts))
        .or_else(|| posed(pose))
        .or_else(|| tagged(tags, &TRACK, place, doubts))
        .or_else(|| tagged(tags, &XMP_TRACK, place, doubts))
}

fn tagged(tags: &Tags, tag: &Tag, place: Where, doubts: &mut Vec<Doubt>) -> Option<(Heading, Source)> {
    let Some(value) = exiv2::numbers(tags.get(tag.name)?).first().copied().flatten() else {
        doubts.push(Doubt::HeadingRefused(tag.short));
        return None;
    };
    let mut degrees = turn(value, tag.short, doubts)?;
    if tags.get(tag.reference).is_some_and(|reference| reference.starts_with(['M', 'm'])) {
        degrees = from_magnetic(degrees, tag.short, place, doubts);
    }
    Some((Heading { degrees, source: tag.source }, Source::Tag(tag.name)))
}

/// What the compass of a phone told the Mapillary app; `mapillary_tools` writes one value under both names.
fn compass(mapillary: &Mapillary, place: Where, doubts: &mut Vec<Doubt>) -> Option<(Heading, Source)> {
    const NAME: &str = "MAPCompassHeading";
    let degrees = match (mapillary.heading, mapillary.magnetic_heading) {
        (Some(degrees), _) => turn(degrees, NAME, doubts)?,
        (None, Some(degrees)) => {
            let degrees = turn(degrees, NAME, doubts)?;
            from_magnetic(degrees, NAME, place, doubts)
        }
        (None, None) => return None,
    };
    Some((Heading { degrees, source: HeadingSource::Mapillary }, Source::Mapillary(NAME)))
}

/// A heading relative to true north.
fn from_magnetic(degrees: f64, name: &'static str, place: Where, doubts: &mut Vec<Doubt>) -> f64 {
    let Some(declination) = place.declination() else {
        doubts.push(Doubt::HeadingMagnetic(name));
        return degrees;
    };
    wrap(degrees + declination)
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
    Some(wrap(degrees))
}

/// The same angle in [0, 360).
pub(crate) fn wrap(degrees: f64) -> f64 {
    let turned = degrees.rem_euclid(360.0);
    // The remainder of a tiny negative angle rounds up to the full turn.
    if turned < 360.0 { turned } else { 0.0 }
}

/// The pose's yaw, unless all its angles are 0: stitching software writes that when it knows nothing.
fn posed(pose: &Pose) -> Option<(Heading, Source)> {
    let zero = |angle: Option<f64>| angle.is_none_or(|angle| angle == 0.0);
    let degrees = pose.yaw?;
    if zero(pose.pitch) && zero(pose.roll) && degrees == 0.0 {
        return None;
    }
    let schema = pose.source?;
    let source = match schema {
        PoseSource::Camera => HeadingSource::Camera,
        PoseSource::GPano => HeadingSource::GPano,
        PoseSource::Gimbal => HeadingSource::Gimbal,
    };
    Some((Heading { degrees, source }, Source::Tag(schema.yaw_tag())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heading(pairs: &[(&str, &str)]) -> (Option<f64>, Vec<Doubt>) {
        let (mut tags, mut doubts) = (Tags::default(), Vec::new());
        for (name, value) in pairs {
            tags.set(name, (*value).to_owned());
        }
        let read = read(&tags, None, &Pose::default(), Where::default(), &mut doubts);
        (read.map(|(heading, _)| heading.degrees), doubts)
    }

    const IMAGE: &str = DIRECTION.name;

    #[test]
    fn north_is_a_heading_and_a_full_turn_is_north() {
        assert_eq!(heading(&[(IMAGE, "0/1")]), (Some(0.0), vec![]));
        assert_eq!(heading(&[(IMAGE, "36000/100")]), (Some(0.0), vec![]));
        assert_eq!(heading(&[(IMAGE, "-90/1")]), (Some(270.0), vec![Doubt::HeadingTurned("GPSImgDirection")]));
    }

    #[test]
    fn what_is_no_angle_is_refused_and_the_next_source_asked() {
        for bad in ["1/0", "0/0", "nan", "inf", "72050/100", "x"] {
            let (read, doubts) = heading(&[(IMAGE, bad), (TRACK.name, "27/2")]);
            assert_eq!(read, Some(13.5), "{bad}");
            assert_eq!(doubts, [Doubt::HeadingRefused("GPSImgDirection")]);
        }
    }

    #[test]
    fn magnetic_north_is_turned_where_place_and_time_are_known() {
        let pairs = [(IMAGE, "3555/10"), (DIRECTION.reference, "M")];
        assert_eq!(heading(&pairs), (Some(355.5), vec![Doubt::HeadingMagnetic("GPSImgDirection")]));
        let mut tags = Tags::default();
        for (name, value) in pairs {
            tags.set(name, value.to_owned());
        }
        // San Francisco in 2003, where magnetic north was 15° east.
        let place = Where {
            position: Some(Position { lon: -122.4, lat: 37.8, altitude: None }),
            instant: Some("2003-01-01T00:00:00Z".parse().unwrap()),
        };
        let mut doubts = Vec::new();
        let (heading, source) = read(&tags, None, &Pose::default(), place, &mut doubts).unwrap();
        assert!((heading.degrees - 10.5).abs() < 0.1, "{heading:?}");
        assert_eq!((source, doubts), (Source::Tag(IMAGE), vec![]));
    }

    #[test]
    fn a_pose_of_zeros_is_no_heading() {
        let pose =
            Pose { pitch: Some(0.0), roll: Some(0.0), yaw: Some(0.0), source: Some(PoseSource::GPano), tag: None };
        assert_eq!(posed(&pose), None);
        let pose = Pose { pitch: Some(1.0), ..pose };
        let expected = Heading { degrees: 0.0, source: HeadingSource::GPano };
        assert_eq!(posed(&pose), Some((expected, Source::Tag("Xmp.GPano.PoseHeadingDegrees"))));
    }
}
