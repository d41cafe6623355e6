//! The tags that are read, by the names that Exiv2 gives them, and which of them may be shown.
//!
//! A tag that is not listed here is never looked at. Left out on purpose, since they identify a person
//! or a device: serial numbers of body, lens, camera and drone, owner names, user comments, maker
//! notes, the image's unique id, the host computer, Windows `XP*` tags, captions, keywords, previews
//! and the GPS area. Names, numbers and types: CIPA DC-008 (EXIF 3.0) and the Exiv2 tag reference.

use Kind::{Number, Text};

/// The three directories that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Ifd {
    /// The first directory: the image.
    Image,
    /// The EXIF directory: how it was taken.
    Photo,
    /// The GPS directory: where it was taken.
    Gps,
}

/// How a value is read and checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Characters.
    Text,
    /// One or more numbers.
    Number,
}

/// An EXIF tag that is read.
#[derive(Debug)]
pub(crate) struct ExifTag {
    pub ifd: Ifd,
    pub number: u16,
    pub name: &'static str,
    pub kind: Kind,
    /// Whether it may be shown; some are only read.
    pub public: bool,
}

const fn shown(ifd: Ifd, number: u16, name: &'static str, kind: Kind) -> ExifTag {
    ExifTag { ifd, number, name, kind, public: true }
}

/// Holds the JSON of Mapillary's tools, and elsewhere captions written by people.
pub(crate) const DESCRIPTION: &str = "Exif.Image.ImageDescription";

/// Every EXIF tag that is read, in the order of directory and number.
pub(crate) static EXIF: &[ExifTag] = &[
    ExifTag { ifd: Ifd::Image, number: 0x010E, name: DESCRIPTION, kind: Text, public: false },
    shown(Ifd::Image, 0x010F, "Exif.Image.Make", Text),
    shown(Ifd::Image, 0x0110, "Exif.Image.Model", Text),
    shown(Ifd::Image, 0x0112, "Exif.Image.Orientation", Number),
    shown(Ifd::Image, 0x011A, "Exif.Image.XResolution", Number),
    shown(Ifd::Image, 0x011B, "Exif.Image.YResolution", Number),
    shown(Ifd::Image, 0x0128, "Exif.Image.ResolutionUnit", Number),
    shown(Ifd::Image, 0x0131, "Exif.Image.Software", Text),
    shown(Ifd::Image, 0x0132, "Exif.Image.DateTime", Text),
    shown(Ifd::Image, 0x013B, "Exif.Image.Artist", Text),
    shown(Ifd::Image, 0x0213, "Exif.Image.YCbCrPositioning", Number),
    shown(Ifd::Image, 0x8298, "Exif.Image.Copyright", Text),
    shown(Ifd::Image, 0x9003, "Exif.Image.DateTimeOriginal", Text),
    shown(Ifd::Photo, 0x829A, "Exif.Photo.ExposureTime", Number),
    shown(Ifd::Photo, 0x829D, "Exif.Photo.FNumber", Number),
    shown(Ifd::Photo, 0x8822, "Exif.Photo.ExposureProgram", Number),
    shown(Ifd::Photo, 0x8827, "Exif.Photo.ISOSpeedRatings", Number),
    shown(Ifd::Photo, 0x8830, "Exif.Photo.SensitivityType", Number),
    shown(Ifd::Photo, 0x9000, "Exif.Photo.ExifVersion", Number),
    shown(Ifd::Photo, 0x9003, "Exif.Photo.DateTimeOriginal", Text),
    shown(Ifd::Photo, 0x9004, "Exif.Photo.DateTimeDigitized", Text),
    shown(Ifd::Photo, 0x9010, "Exif.Photo.OffsetTime", Text),
    shown(Ifd::Photo, 0x9011, "Exif.Photo.OffsetTimeOriginal", Text),
    shown(Ifd::Photo, 0x9012, "Exif.Photo.OffsetTimeDigitized", Text),
    shown(Ifd::Photo, 0x9201, "Exif.Photo.ShutterSpeedValue", Number),
    shown(Ifd::Photo, 0x9202, "Exif.Photo.ApertureValue", Number),
    shown(Ifd::Photo, 0x9203, "Exif.Photo.BrightnessValue", Number),
    shown(Ifd::Photo, 0x9204, "Exif.Photo.ExposureBiasValue", Number),
    shown(Ifd::Photo, 0x9205, "Exif.Photo.MaxApertureValue", Number),
    shown(Ifd::Photo, 0x9206, "Exif.Photo.SubjectDistance", Number),
    shown(Ifd::Photo, 0x9207, "Exif.Photo.MeteringMode", Number),
    shown(Ifd::Photo, 0x9208, "Exif.Photo.LightSource", Number),
    shown(Ifd::Photo, 0x9209, "Exif.Photo.Flash", Number),
    shown(Ifd::Photo, 0x920A, "Exif.Photo.FocalLength", Number),
    shown(Ifd::Photo, 0x9290, "Exif.Photo.SubSecTime", Text),
    shown(Ifd::Photo, 0x9291, "Exif.Photo.SubSecTimeOriginal", Text),
    shown(Ifd::Photo, 0x9292, "Exif.Photo.SubSecTimeDigitized", Text),
    shown(Ifd::Photo, 0xA001, "Exif.Photo.ColorSpace", Number),
    shown(Ifd::Photo, 0xA002, "Exif.Photo.PixelXDimension", Number),
    shown(Ifd::Photo, 0xA003, "Exif.Photo.PixelYDimension", Number),
    shown(Ifd::Photo, 0xA20E, "Exif.Photo.FocalPlaneXResolution", Number),
    shown(Ifd::Photo, 0xA20F, "Exif.Photo.FocalPlaneYResolution", Number),
    shown(Ifd::Photo, 0xA210, "Exif.Photo.FocalPlaneResolutionUnit", Number),
    shown(Ifd::Photo, 0xA217, "Exif.Photo.SensingMethod", Number),
    shown(Ifd::Photo, 0xA401, "Exif.Photo.CustomRendered", Number),
    shown(Ifd::Photo, 0xA402, "Exif.Photo.ExposureMode", Number),
    shown(Ifd::Photo, 0xA403, "Exif.Photo.WhiteBalance", Number),
    shown(Ifd::Photo, 0xA404, "Exif.Photo.DigitalZoomRatio", Number),
    shown(Ifd::Photo, 0xA405, "Exif.Photo.FocalLengthIn35mmFilm", Number),
    shown(Ifd::Photo, 0xA406, "Exif.Photo.SceneCaptureType", Number),
    shown(Ifd::Photo, 0xA407, "Exif.Photo.GainControl", Number),
    shown(Ifd::Photo, 0xA408, "Exif.Photo.Contrast", Number),
    shown(Ifd::Photo, 0xA409, "Exif.Photo.Saturation", Number),
    shown(Ifd::Photo, 0xA40A, "Exif.Photo.Sharpness", Number),
    shown(Ifd::Photo, 0xA40C, "Exif.Photo.SubjectDistanceRange", Number),
    shown(Ifd::Photo, 0xA432, "Exif.Photo.LensSpecification", Number),
    shown(Ifd::Photo, 0xA433, "Exif.Photo.LensMake", Text),
    shown(Ifd::Photo, 0xA434, "Exif.Photo.LensModel", Text),
    shown(Ifd::Photo, 0xA460, "Exif.Photo.CompositeImage", Number),
    shown(Ifd::Gps, 0x0000, "Exif.GPSInfo.GPSVersionID", Number),
    shown(Ifd::Gps, 0x0001, "Exif.GPSInfo.GPSLatitudeRef", Text),
    shown(Ifd::Gps, 0x0002, "Exif.GPSInfo.GPSLatitude", Number),
    shown(Ifd::Gps, 0x0003, "Exif.GPSInfo.GPSLongitudeRef", Text),
    shown(Ifd::Gps, 0x0004, "Exif.GPSInfo.GPSLongitude", Number),
    shown(Ifd::Gps, 0x0005, "Exif.GPSInfo.GPSAltitudeRef", Number),
    shown(Ifd::Gps, 0x0006, "Exif.GPSInfo.GPSAltitude", Number),
    shown(Ifd::Gps, 0x0007, "Exif.GPSInfo.GPSTimeStamp", Number),
    shown(Ifd::Gps, 0x0008, "Exif.GPSInfo.GPSSatellites", Text),
    shown(Ifd::Gps, 0x0009, "Exif.GPSInfo.GPSStatus", Text),
    shown(Ifd::Gps, 0x000A, "Exif.GPSInfo.GPSMeasureMode", Text),
    shown(Ifd::Gps, 0x000B, "Exif.GPSInfo.GPSDOP", Number),
    shown(Ifd::Gps, 0x000C, "Exif.GPSInfo.GPSSpeedRef", Text),
    shown(Ifd::Gps, 0x000D, "Exif.GPSInfo.GPSSpeed", Number),
    shown(Ifd::Gps, 0x000E, "Exif.GPSInfo.GPSTrackRef", Text),
    shown(Ifd::Gps, 0x000F, "Exif.GPSInfo.GPSTrack", Number),
    shown(Ifd::Gps, 0x0010, "Exif.GPSInfo.GPSImgDirectionRef", Text),
    shown(Ifd::Gps, 0x0011, "Exif.GPSInfo.GPSImgDirection", Number),
    shown(Ifd::Gps, 0x0012, "Exif.GPSInfo.GPSMapDatum", Text),
    shown(Ifd::Gps, 0x001D, "Exif.GPSInfo.GPSDateStamp", Text),
    shown(Ifd::Gps, 0x001E, "Exif.GPSInfo.GPSDifferential", Number),
    shown(Ifd::Gps, 0x001F, "Exif.GPSInfo.GPSHPositioningError", Number),
];

/// A schema of XMP: its namespace, the prefix Exiv2 gives it, and what is read of it.
#[derive(Debug)]
pub(crate) struct Schema {
    pub namespace: &'static str,
    pub prefix: &'static str,
    pub properties: &'static [&'static str],
    /// Whether its properties may be shown.
    pub public: bool,
}

/// Every XMP property that is read.
pub(crate) static XMP: &[Schema] = &[
    // The Photo Sphere XMP metadata.
    Schema {
        namespace: "http://ns.google.com/photos/1.0/panorama/",
        prefix: "GPano",
        properties: &[
            "CaptureSoftware",
            "CroppedAreaImageHeightPixels",
            "CroppedAreaImageWidthPixels",
            "CroppedAreaLeftPixels",
            "CroppedAreaTopPixels",
            "ExposureLockUsed",
            "FirstPhotoDate",
            "FullPanoHeightPixels",
            "FullPanoWidthPixels",
            "InitialHorizontalFOVDegrees",
            "InitialVerticalFOVDegrees",
            "InitialViewHeadingDegrees",
            "InitialViewPitchDegrees",
            "InitialViewRollDegrees",
            "IsPhotosphere",
            "LastPhotoDate",
            "PoseHeadingDegrees",
            "PosePitchDegrees",
            "PoseRollDegrees",
            "ProjectionType",
            "SourceImageCreateTime",
            "SourcePhotosCount",
            "StitchingSoftware",
            "UsePanoramaViewer",
        ],
        public: true,
    },
    // The camera schema of Pix4D.
    Schema {
        namespace: "http://pix4d.com/camera/1.0",
        prefix: "Camera",
        properties: &["GPSXYAccuracy", "GPSZAccuracy", "Pitch", "Roll", "Yaw"],
        public: true,
    },
    Schema {
        namespace: "http://www.dji.com/drone-dji/1.0/",
        prefix: "drone-dji",
        properties: &[
            "AbsoluteAltitude",
            "FlightPitchDegree",
            "FlightRollDegree",
            "FlightYawDegree",
            "GimbalPitchDegree",
            "GimbalRollDegree",
            "GimbalYawDegree",
            "GpsStatus",
            "RelativeAltitude",
        ],
        public: true,
    },
    // EXIF in XMP, ISO 16684-2.
    Schema {
        namespace: "http://ns.adobe.com/exif/1.0/",
        prefix: "exif",
        properties: &[
            "DateTimeOriginal",
            "GPSAltitude",
            "GPSAltitudeRef",
            "GPSDateStamp",
            "GPSImgDirection",
            "GPSImgDirectionRef",
            "GPSLatitude",
            "GPSLatitudeRef",
            "GPSLongitude",
            "GPSLongitudeRef",
            "GPSTimeStamp",
            "GPSTrack",
            "GPSTrackRef",
        ],
        public: true,
    },
    Schema {
        namespace: "http://ns.adobe.com/tiff/1.0/",
        prefix: "tiff",
        properties: &["Artist", "Copyright", "Make", "Model", "Orientation"],
        public: true,
    },
    Schema {
        namespace: "http://purl.org/dc/elements/1.1/",
        prefix: "dc",
        properties: &["creator", "rights"],
        public: true,
    },
    Schema { namespace: "http://ns.adobe.com/xap/1.0/", prefix: "xmp", properties: &["Rating"], public: true },
];

/// The EXIF tag of that Exiv2 name.
pub(crate) fn exif_tag(name: &str) -> Option<&'static ExifTag> {
    EXIF.iter().find(|tag| tag.name == name)
}

/// The EXIF tag with that number in that directory.
pub(crate) fn exif_tag_at(ifd: Ifd, number: u16) -> Option<&'static ExifTag> {
    // The list is sorted, which a test holds it to.
    let index = EXIF.binary_search_by_key(&(ifd, number), |tag| (tag.ifd, tag.number)).ok()?;
    EXIF.get(index)
}

/// Schema and property of an Exiv2 name such as `Xmp.GPano.ProjectionType`.
pub(crate) fn xmp_property(name: &str) -> Option<(&'static Schema, &'static str)> {
    let (prefix, local) = name.strip_prefix("Xmp.")?.split_once('.')?;
    let schema = XMP.iter().find(|schema| schema.prefix == prefix)?;
    let property = schema.properties.iter().find(|&&property| property == local)?;
    Some((schema, property))
}

/// Whether a tag of that Exiv2 name may be shown to everybody.
pub(crate) fn is_public(name: &str) -> bool {
    exif_tag(name).is_some_and(|tag| tag.public) || xmp_property(name).is_some_and(|(schema, _)| schema.public)
}

/// Numbers that are parsed out of one value.
const MAX_NUMBERS: usize = 16;

/// The numbers of a value as Exiv2 prints them, `"48/1 9/1 1824/100"`, or as decimals; `None` for a part
/// that is no finite number, such as one with denominator 0.
pub(crate) fn numbers(value: &str) -> Vec<Option<f64>> {
    value.split_ascii_whitespace().take(MAX_NUMBERS).map(number).collect()
}

/// One number: `"9/1"`, `"-9/4"`, `"9.5"`, `"+9.5"`.
pub(crate) fn number(part: &str) -> Option<f64> {
    let value = match part.split_once('/') {
        Some((numerator, denominator)) => decimal(numerator)? / decimal(denominator)?,
        None => decimal(part)?,
    };
    value.is_finite().then_some(value)
}

/// A decimal; refuses what Rust parses beyond it ("inf", "NaN").
fn decimal(part: &str) -> Option<f64> {
    let plain = |c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.' | 'e' | 'E');
    if part.len() > 64 || !part.chars().all(plain) {
        return None;
    }
    part.parse::<f64>().ok().filter(|value| value.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_rationals_or_decimals_and_never_infinite() {
        assert_eq!(numbers("48/1 9.5 1824/100"), [Some(48.0), Some(9.5), Some(18.24)]);
        assert_eq!(number("+30.1"), Some(30.1));
        for bad in ["1/0", "0/0", "nan", "inf", "1e999", "", "a", "1/", "--1"] {
            assert_eq!(number(bad), None, "{bad}");
        }
    }

    #[test]
    fn the_list_is_sorted_unique_and_names_nothing_identifying() {
        for pair in EXIF.windows(2) {
            assert!((pair[0].ifd, pair[0].number) < (pair[1].ifd, pair[1].number));
        }
        let xmp = XMP.iter().flat_map(|s| s.properties.iter().copied());
        for name in EXIF.iter().map(|tag| tag.name).chain(xmp) {
            for word in ["Serial", "Owner", "Comment", "MakerNote", "Unique", "Host", "Thumbnail", "XP"] {
                assert!(!name.contains(word), "{name}");
            }
        }
        assert!(!is_public(DESCRIPTION));
        assert!(is_public("Xmp.GPano.ProjectionType"));
        assert!(!is_public("Xmp.drone-dji.DroneSerialNumber"));
    }
}
