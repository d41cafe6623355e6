//! The JSON object that Mapillary's tools write into the image description.

use jiff::civil::DateTime;
use jiff::tz::Offset;
use serde_json::{Map, Value};

use crate::exiv2;
use crate::tags::Tags;
use crate::text;
use crate::time::Clock;

/// What is read of the description; numbers may be written as text.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Mapillary {
    /// `MAPLatitude` in degrees.
    pub latitude: Option<f64>,
    /// `MAPLongitude` in degrees.
    pub longitude: Option<f64>,
    /// `MAPAltitude` in metres.
    pub altitude: Option<f64>,
    /// `MAPGPSAccuracyMeters`.
    pub accuracy: Option<f64>,
    /// `MAPCompassHeading.TrueHeading` in degrees.
    pub heading: Option<f64>,
    /// `MAPCompassHeading.MagneticHeading` in degrees.
    pub magnetic_heading: Option<f64>,
    /// `MAPCaptureTime`: UTC in what the app writes, local in what `mapillary_tools` makes of a camera's photo.
    pub captured: Option<Clock>,
    /// `MAPDeviceMake`.
    pub make: Option<String>,
    /// `MAPDeviceModel`.
    pub model: Option<String>,
    /// Whether a coordinate is there, readable or not.
    pub has_position: bool,
}

impl Mapillary {
    /// `None` unless the description is a JSON object with one of Mapillary's keys.
    pub(crate) fn read(tags: &Tags) -> Option<Self> {
        let description = tags.get(exiv2::DESCRIPTION)?;
        if !description.starts_with('{') {
            return None;
        }
        let Ok(Value::Object(object)) = serde_json::from_str::<Value>(description) else {
            return None;
        };
        if !object.keys().any(|key| key.starts_with("MAP")) {
            return None;
        }
        let heading = object.get("MAPCompassHeading").and_then(Value::as_object);
        let string = |key: &str| object.get(key).and_then(Value::as_str);
        // Only the tools write of themselves; they put the camera's own clock into the time.
        let offset = if object.contains_key("MAPMetaTags") { None } else { Some(Offset::UTC) };
        Some(Self {
            latitude: number(&object, "MAPLatitude"),
            longitude: number(&object, "MAPLongitude"),
            altitude: number(&object, "MAPAltitude"),
            accuracy: number(&object, "MAPGPSAccuracyMeters"),
            heading: heading.and_then(|heading| number(heading, "TrueHeading")),
            magnetic_heading: heading.and_then(|heading| number(heading, "MagneticHeading")),
            captured: string("MAPCaptureTime").and_then(time).map(|civil| Clock { civil, fraction: true, offset }),
            make: string("MAPDeviceMake").and_then(text::kept),
            model: string("MAPDeviceModel").and_then(text::kept),
            has_position: object.contains_key("MAPLatitude") || object.contains_key("MAPLongitude"),
        })
    }
}

fn number(object: &Map<String, Value>, key: &str) -> Option<f64> {
    match object.get(key)? {
        Value::Number(number) => number.as_f64().filter(|value| value.is_finite()),
        Value::String(text) => exiv2::number(text.trim()),
        _ => None,
    }
}

/// `2023_04_29_16_30_51_574`: date, time and milliseconds.
fn time(text: &str) -> Option<DateTime> {
    let mut parts = text.split('_');
    let mut next = || parts.next()?.parse::<i16>().ok();
    let (year, month, day) = (next()?, next()?, next()?);
    let (hour, minute, second) = (next()?, next()?, next()?);
    let millis = next().unwrap_or(0);
    let small = |value: i16| i8::try_from(value).ok();
    DateTime::new(
        year,
        small(month)?,
        small(day)?,
        small(hour)?,
        small(minute)?,
        small(second)?,
        i32::from(millis).clamp(0, 999) * 1_000_000,
    )
    .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(description: &str) -> Option<Mapillary> {
        let mut tags = Tags::default();
        tags.set(exiv2::DESCRIPTION, description.to_owned());
        Mapillary::read(&tags)
    }

    #[test]
    fn numbers_and_times_are_read_as_text_or_number() {
        let read = read(
            r#"{"MAPLatitude":"55.5","MAPLongitude":13.1,"MAPAltitude":"x","MAPSettingsEmail":"a@b",
                "MAPCompassHeading":{"TrueHeading":332.5},"MAPCaptureTime":"2023_04_29_16_30_51_574"}"#,
        )
        .unwrap();
        assert_eq!((read.latitude, read.longitude), (Some(55.5), Some(13.1)));
        assert_eq!((read.altitude, read.heading), (None, Some(332.5)));
        let captured = read.captured.unwrap();
        assert_eq!(
            (captured.civil.to_string().as_str(), captured.offset),
            ("2023-04-29T16:30:51.574", Some(Offset::UTC))
        );
    }

    #[test]
    fn the_tools_write_the_cameras_own_clock() {
        let read = read(
            r#"{"MAPCaptureTime":"2019_04_16_14_20_13_000","MAPDeviceMake":"STFMANI","MAPGPSAccuracyMeters":"4.5",
                "MAPMetaTags":{"strings":[{"key":"mapillary_tools_version","value":"0.4.2"}]}}"#,
        )
        .unwrap();
        assert_eq!(read.captured.unwrap().offset, None);
        assert_eq!((read.make.as_deref(), read.accuracy), (Some("STFMANI"), Some(4.5)));
    }

    #[test]
    fn other_descriptions_are_ignored() {
        for other in ["", "a dog", "{", "[1]", "{\"a\":1}", &"{\"MAP\":".repeat(1000)] {
            assert_eq!(read(other), None);
        }
        assert_eq!(time("2023_13_29_16_30_51_574"), None);
        assert_eq!(time("2023_300_1_1_1_1"), None);
    }
}
