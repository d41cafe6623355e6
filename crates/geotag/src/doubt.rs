//! What was doubtful about a photo's metadata, said so that its author can mend it.

use std::fmt;

/// Where a value was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// The EXIF block.
    Exif,
    /// The XMP packet.
    Xmp,
    /// The JSON that Mapillary's tools write into the image description.
    Mapillary,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Exif => "EXIF",
            Self::Xmp => "XMP",
            Self::Mapillary => "the Mapillary description",
        })
    }
}

/// One thing that was doubtful; its `Display` is a sentence for the photo's author.
///
/// It serialises as that sentence.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Doubt {
    /// The file's segments stop making sense after its metadata.
    #[error("The file is damaged at byte {offset}; metadata behind it is not read.")]
    SegmentsBroken {
        /// Bytes from the start of the file.
        offset: usize,
    },
    /// The EXIF block has no readable header or first directory.
    #[error("The EXIF block is damaged and was not read.")]
    ExifUnreadable,
    /// Some EXIF tags point outside the block, or a directory is cut.
    #[error("The EXIF block is damaged: some of its tags were not read.")]
    ExifDamaged,
    /// The XMP packet is no well-formed, plain XML.
    #[error("The XMP packet was not read: {0}.")]
    XmpRefused(&'static str),
    /// A position of 0, 0 is what devices write before they have a fix.
    #[error("The position in {0} is 0, 0, which devices write without a fix; it was refused.")]
    PositionZero(Origin),
    /// Latitude beyond 90° or longitude beyond 180°.
    #[error("The position in {0} is not on Earth: latitude must be within 90°, longitude within 180°.")]
    PositionOutOfRange(Origin),
    /// One of the coordinates is missing, or no number.
    #[error("The position in {0} is incomplete or is not made of numbers.")]
    PositionUnreadable(Origin),
    /// The hemisphere is not N, S, E or W.
    #[error("The hemisphere of the position in {0} is neither N, S, E nor W; north or east is assumed.")]
    HemisphereUnknown(Origin),
    /// The coordinates are in another datum than WGS 84.
    #[error("The position is said to be in another datum than WGS 84; it may be off by hundreds of metres.")]
    DatumOther,
    /// The receiver had no fix when the photo was taken.
    #[error("The GPS receiver had no fix when the photo was taken; the position may be old.")]
    FixVoid,
    /// The altitude is no number, or not one on Earth.
    #[error("The altitude is not a number between -12000 m and 20000 m; it was refused.")]
    AltitudeRefused,
    /// A date or time that cannot be parsed.
    #[error("The {0} is not a date and time; it was refused.")]
    TimeUnreadable(&'static str),
    /// A year before digital photos or in the far future.
    #[error("The {which} lies in the year {year}; only 1990 to 2100 is believed.")]
    YearRefused {
        /// Which time.
        which: &'static str,
        /// Its year.
        year: i16,
    },
    /// No offset in the tags and no position to look the time zone up.
    #[error("The camera's time zone is not known; UTC is assumed.")]
    ZoneUnknown,
    /// The GPS date is whole days away from the camera's.
    #[error("The GPS date is {days} days away from the camera's; the time of day is the GPS's, the date the camera's.")]
    GpsDateShifted {
        /// GPS minus camera, in days.
        days: i64,
    },
    /// GPS gives a time of day without a date that fits the camera's.
    #[error("The GPS time has no date and does not fit the camera's time; it was not used.")]
    GpsDateMissing,
    /// GPS and camera time are apart; one of the clocks is wrong.
    #[error("The camera's time is {seconds} s away from the GPS's; the GPS's is used.")]
    ClocksApart {
        /// Camera minus GPS, in seconds.
        seconds: i64,
    },
    /// A phone's position is older than its photo: it had no newer fix.
    #[error("The position was found {seconds} s before the photo was taken; the time is the phone's.")]
    FixOld {
        /// Camera minus GPS, in seconds.
        seconds: i64,
    },
    /// The camera's clock is set to another time zone than that of the place.
    #[error("The camera's clock is {minutes} minutes off its place's time zone; the GPS sets it right.")]
    ClockInOtherZone {
        /// Camera minus GPS, in minutes.
        minutes: i64,
    },
    /// A heading that is no number or no angle.
    #[error("The heading ({0}) is not a number between 0 and 360; it was refused.")]
    HeadingRefused(&'static str),
    /// A heading outside 0 to 360 that was turned into it.
    #[error("The heading ({0}) is negative; a full turn was added.")]
    HeadingTurned(&'static str),
    /// A heading relative to magnetic north, and no place and time to know the declination by.
    #[error("The heading ({0}) is relative to magnetic north and, without a place and a time, was taken as it is.")]
    HeadingMagnetic(&'static str),
    /// A pitch, roll or yaw that is no number or no angle.
    #[error("The {0} of the camera is not an angle; it was refused.")]
    PoseRefused(&'static str),
    /// An orientation outside 1 to 8.
    #[error("The EXIF orientation is not 1 to 8; the image is taken as upright.")]
    OrientationInvalid,
    /// The panorama's crop does not fit the panorama or the image.
    #[error("The crop of the panorama does not fit its size or the image; it was not used.")]
    CropRefused,
    /// A projection that cannot be shown as a sphere.
    #[error("The projection in the tags is not one that is supported; the photo is taken as flat.")]
    ProjectionUnsupported,
    /// Nothing but the 2:1 shape says that it is a panorama.
    #[error("The photo is taken as a 360° panorama for its 2:1 shape alone; no tag says so.")]
    ProjectionGuessed,
    /// The tags say equirectangular but the shape is not 2:1 and there is no crop.
    #[error("The photo is said to be a full 360° panorama but is not twice as wide as high.")]
    ShapeUnlikely,
    /// A tag that a client wanted to set but that is not kept.
    #[error("The tag {0} is not among those that are kept; it was ignored.")]
    OverrideIgnored(String),
}

impl serde::Serialize for Doubt {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
