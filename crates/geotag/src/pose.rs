//! How the camera was held: every schema's angles in the one convention of [`crate::Geotag::pitch`].

use crate::camera::Camera;
use crate::doubt::Doubt;
use crate::exiv2;
use crate::heading::wrap;
use crate::projection::Projection;
use crate::tags::Tags;

/// Angles in degrees, in the convention of the Photo Sphere XMP metadata; see [`crate::Geotag::pitch`].
#[derive(Debug, Default, Clone, Copy, PartialEq)]
pub(crate) struct Pose {
    pub pitch: Option<f64>,
    pub roll: Option<f64>,
    pub yaw: Option<f64>,
    /// Where the yaw is from.
    pub source: Option<PoseSource>,
    /// The first of the tags that tells an angle.
    pub tag: Option<&'static str>,
}

/// Which tags the yaw is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PoseSource {
    /// `Xmp.Camera`, the schema of `Pix4D`.
    Camera,
    /// `Xmp.GPano`, the Photo Sphere metadata.
    GPano,
    /// `Xmp.drone-dji`, the gimbal.
    Gimbal,
}

/// Tags of pitch, roll and yaw, best first.
const TAGS: [(PoseSource, [&str; 3]); 3] = [
    (PoseSource::Camera, ["Xmp.Camera.Pitch", "Xmp.Camera.Roll", "Xmp.Camera.Yaw"]),
    (PoseSource::GPano, ["Xmp.GPano.PosePitchDegrees", "Xmp.GPano.PoseRollDegrees", "Xmp.GPano.PoseHeadingDegrees"]),
    (
        PoseSource::Gimbal,
        ["Xmp.drone-dji.GimbalPitchDegree", "Xmp.drone-dji.GimbalRollDegree", "Xmp.drone-dji.GimbalYawDegree"],
    ),
];

impl PoseSource {
    /// The tag of its yaw.
    pub(crate) fn yaw_tag(self) -> &'static str {
        TAGS.iter().find(|(source, _)| *source == self).map_or("", |(_, [_, _, yaw])| yaw)
    }
}

/// The first schema that has an angle gives all three: angles of different schemas do not mix. A gimbal's
/// angles are those of one of the photos a panorama was stitched from, not the panorama's.
pub(crate) fn read(tags: &Tags, camera: &Camera, projection: Projection, doubts: &mut Vec<Doubt>) -> Pose {
    for (source, [pitch, roll, yaw]) in TAGS {
        if source == PoseSource::Gimbal && projection == Projection::Equirectangular {
            continue;
        }
        let looks_down = source == PoseSource::Camera && projection == Projection::Flat && camera.is_drone();
        let mut angle = |name: &'static str, what: &'static str, limit: f64| {
            let value = exiv2::numbers(tags.get(name)?).first().copied().flatten();
            let value = match (value, what) {
                (Some(value), "pitch") if source == PoseSource::Camera => Some(above_horizon(value, looks_down)),
                (value, _) => value,
            };
            let value = value.filter(|value| value.abs() <= limit);
            if value.is_none() {
                doubts.push(Doubt::PoseRefused(what));
            }
            value
        };
        let angles = [
            (angle(pitch, "pitch", 90.0), pitch),
            (angle(roll, "roll", 360.0).map(half_turn), roll),
            (angle(yaw, "yaw", 360.0).map(wrap), yaw),
        ];
        if let Some(&(_, tag)) = angles.iter().find(|(angle, _)| angle.is_some()) {
            let [(pitch, _), (roll, _), (yaw, _)] = angles;
            return Pose { pitch, roll, yaw, source: Some(source), tag: Some(tag) };
        }
    }
    Pose::default()
}

/// The pitch of the `Pix4D` schema as degrees above the horizon. By the book it counts from straight down, so that 90
/// looks ahead; street rigs write it from the horizon. Nobody looks up by more than 45° in a street.
fn above_horizon(pitch: f64, looks_down: bool) -> f64 {
    if looks_down || pitch > 45.0 { pitch - 90.0 } else { pitch }
}

/// The same angle in (-180, 180].
fn half_turn(degrees: f64) -> f64 {
    let turned = wrap(degrees);
    if turned > 180.0 { turned - 360.0 } else { turned }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_schema_gives_all_angles_in_their_ranges() {
        let mut tags = Tags::default();
        tags.set("Xmp.GPano.PosePitchDegrees", "-3.5".to_owned());
        tags.set("Xmp.GPano.PoseRollDegrees", "359".to_owned());
        tags.set("Xmp.GPano.PoseHeadingDegrees", "-90.0".to_owned());
        tags.set("Xmp.drone-dji.GimbalYawDegree", "5".to_owned());
        let mut doubts = Vec::new();
        let pose = read(&tags, &Camera::default(), Projection::Flat, &mut doubts);
        assert_eq!((pose.pitch, pose.roll, pose.yaw), (Some(-3.5), Some(-1.0), Some(270.0)));
        assert_eq!((pose.source, doubts), (Some(PoseSource::GPano), vec![]));
    }

    #[test]
    fn what_is_no_angle_is_refused() {
        let mut tags = Tags::default();
        tags.set("Xmp.Camera.Pitch", "nan".to_owned());
        tags.set("Xmp.Camera.Roll", "1000".to_owned());
        let mut doubts = Vec::new();
        assert_eq!(read(&tags, &Camera::default(), Projection::Flat, &mut doubts), Pose::default());
        assert_eq!(doubts, [Doubt::PoseRefused("pitch"), Doubt::PoseRefused("roll")]);
    }

    #[test]
    fn the_camera_schema_counts_from_the_horizon_or_from_straight_down() {
        let pitch = |written: &str, make: &str, projection| {
            let mut tags = Tags::default();
            tags.set("Xmp.Camera.Pitch", written.to_owned());
            let camera = Camera { make: Some(make.to_owned()), ..Camera::default() };
            read(&tags, &camera, projection, &mut Vec::new()).pitch
        };
        assert_eq!(pitch("-2.7", "STFMANI", Projection::Equirectangular), Some(-2.7));
        assert_eq!(pitch("3", "SONY", Projection::Flat), Some(3.0));
        assert_eq!(pitch("88", "SONY", Projection::Flat), Some(-2.0));
        assert_eq!(pitch("0.5", "Parrot", Projection::Flat), Some(-89.5));
        assert_eq!(pitch("2", "DJI", Projection::Equirectangular), Some(2.0));
        assert_eq!(pitch("-100", "SONY", Projection::Flat), None);
    }

    #[test]
    fn a_gimbal_tells_nothing_of_a_stitched_panorama() {
        let mut tags = Tags::default();
        tags.set("Xmp.drone-dji.GimbalPitchDegree", "-9.80".to_owned());
        tags.set("Xmp.drone-dji.GimbalYawDegree", "-123.1".to_owned());
        let mut doubts = Vec::new();
        assert_eq!(read(&tags, &Camera::default(), Projection::Equirectangular, &mut doubts), Pose::default());
        let pose = read(&tags, &Camera::default(), Projection::Flat, &mut doubts);
        assert_eq!((pose.pitch, pose.roll, pose.yaw), (Some(-9.8), None, Some(236.9)));
        assert_eq!(doubts, []);
    }
}
