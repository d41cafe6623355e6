//! Where each value of a geotag came from.

use std::fmt;

/// Where a value came from.
///
/// It serialises as it prints: the name of a tag (`Exif.GPSInfo.GPSLatitude`), the key of the Mapillary description
/// (`MAPLatitude`), or one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Source {
    /// A tag of the file, by its Exiv2 name; of several that make up a value, the leading one.
    Tag(&'static str),
    /// A key of the JSON object that Mapillary's tools write into the image description.
    Mapillary(&'static str),
    /// Said by the one who sent the photo.
    Override,
    /// What is known of the camera's maker or model.
    Camera,
    /// The shape of the image alone.
    Shape,
    /// The projection: a whole panorama looks all around.
    Projection,
    /// The time zone of the position.
    Place,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Tag(name) | Self::Mapillary(name) => name,
            Self::Override => "override",
            Self::Camera => "camera",
            Self::Shape => "shape",
            Self::Projection => "projection",
            Self::Place => "place",
        })
    }
}

impl serde::Serialize for Source {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Source {
    /// The client, if it sent the tag that the value came from.
    pub(crate) fn sent(self, tags: &[&str]) -> Self {
        match self {
            Self::Tag(name) if tags.contains(&name) => Self::Override,
            other => other,
        }
    }
}

/// Where each value of a [`Geotag`](crate::Geotag) came from; `None` where there is no value, or where it is what holds
/// when nothing is said (an upright, flat image; UTC).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Sources {
    /// Of longitude and latitude.
    pub position: Option<Source>,
    /// Of the altitude.
    pub altitude: Option<Source>,
    /// Of the accuracy.
    pub accuracy: Option<Source>,
    /// Of the moment of capture.
    pub captured: Option<Source>,
    /// Of the offset in which the local time is told.
    pub zone: Option<Source>,
    /// Of the heading.
    pub heading: Option<Source>,
    /// Of pitch, roll and yaw: the first of them that is there.
    pub pose: Option<Source>,
    /// Of the projection.
    pub projection: Option<Source>,
    /// Of the field of view.
    pub field_of_view: Option<Source>,
    /// Of the focal length.
    pub focal_length: Option<Source>,
    /// Of the camera's maker.
    pub make: Option<Source>,
    /// Of the camera's model.
    pub model: Option<Source>,
    /// Of the creator.
    pub artist: Option<Source>,
    /// Of the copyright notice.
    pub copyright: Option<Source>,
    /// Of the orientation.
    pub orientation: Option<Source>,
}
