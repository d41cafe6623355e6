//! One photo's values, and whether the other readers give the same.

use flaneur_geotag::{Geotag, Projection, TimeSource};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

/// A value of one photo, as it is printed.
pub struct Row {
    pub field: &'static str,
    pub ours: String,
    /// exiftool's and the reference reader's; `None` where a reader does not know of such a value.
    pub others: [Option<Other>; 2],
}

/// What another reader says.
pub struct Other {
    pub value: String,
    pub same: bool,
}

/// What a reader says of a value.
enum Said<T> {
    /// It does not know of such a value.
    NotAsked,
    Asked(Option<T>),
}

use Said::{Asked, NotAsked};

impl<T> Said<T> {
    fn other(self, compare: impl FnOnce(Option<T>) -> Other) -> Option<Other> {
        match self {
            NotAsked => None,
            Asked(value) => Some(compare(value)),
        }
    }
}

/// What stands for no value.
pub const NOTHING: &str = "–";

/// exiftool's names of a gimbal's pitch, roll and yaw.
const GIMBAL: [&str; 3] =
    ["XMP-drone-dji:GimbalPitchDegree", "XMP-drone-dji:GimbalRollDegree", "XMP-drone-dji:GimbalYawDegree"];

/// All values, in the order of the table.
pub fn compare(tag: &Geotag, exiftool: &Value, reference: &Value) -> Vec<Row> {
    // Where it refuses a photo for one missing value, it tells the others.
    let reference = reference.get("partial").unwrap_or(reference);
    // A number with a plus sign is text to exiftool.
    let number = |key: &str| {
        let value = exiftool.get(key)?;
        value.as_f64().or_else(|| value.as_str()?.parse().ok())
    };
    let first = |keys: &[&str]| keys.iter().find_map(|key| number(key));
    let theirs = |key: &str| reference.get(key).and_then(Value::as_f64);
    let position = tag.position;
    let flat = tag.projection == Projection::Flat;
    let ordinary = |value: &f64| *value > 0.0;
    vec![
        near(
            "latitude",
            6,
            1e-6,
            position.map(|p| p.lat),
            [Asked(number("Composite:GPSLatitude")), Asked(theirs("lat"))],
        ),
        near(
            "longitude",
            6,
            1e-6,
            position.map(|p| p.lon),
            [Asked(number("Composite:GPSLongitude")), Asked(theirs("lon"))],
        ),
        // The reference reader rounds to metres.
        near(
            "altitude",
            1,
            0.51,
            position.and_then(|p| p.altitude),
            [
                Asked(first(&["Composite:GPSAltitude", "GPS:GPSAltitude", "XMP-exif:GPSAltitude"])),
                Asked(theirs("altitude")),
            ],
        ),
        // exiftool only tells what a receiver wrote.
        near(
            "accuracy",
            2,
            0.01,
            tag.accuracy,
            [
                number("GPS:GPSHPositioningError").map_or(NotAsked, |metres| Asked(Some(metres))),
                Asked(theirs("gps_accuracy")),
            ],
        ),
        time(tag, exiftool, reference),
        // The reference reader rounds down to degrees.
        near(
            "heading",
            1,
            1.0,
            tag.heading.map(|heading| heading.degrees),
            [
                Asked(first(&[
                    "GPS:GPSImgDirection",
                    "XMP-exif:GPSImgDirection",
                    "XMP-GPano:PoseHeadingDegrees",
                    GIMBAL[2],
                    "GPS:GPSTrack",
                ])),
                Asked(theirs("heading")),
            ],
        ),
        near(
            "pitch",
            1,
            0.01,
            tag.pitch,
            [Asked(first(&["XMP-GPano:PosePitchDegrees", GIMBAL[0]])), Asked(theirs("pitch"))],
        ),
        near(
            "roll",
            1,
            0.01,
            tag.roll,
            [Asked(first(&["XMP-GPano:PoseRollDegrees", GIMBAL[1]])), Asked(theirs("roll"))],
        ),
        near("yaw", 1, 0.01, tag.yaw, [Asked(first(&["XMP-GPano:PoseHeadingDegrees", GIMBAL[2]])), NotAsked]),
        projection(tag, exiftool, reference),
        near(
            "field of view",
            1,
            0.05,
            tag.field_of_view,
            [if flat { Asked(number("Composite:FOV")) } else { NotAsked }, NotAsked],
        ),
        near(
            "focal length",
            2,
            0.006,
            tag.focal_length,
            [Asked(number("ExifIFD:FocalLength").filter(ordinary)), Asked(theirs("focal_length").filter(ordinary))],
        ),
        orientation(tag, number("IFD0:Orientation").or_else(|| number("XMP-tiff:Orientation"))),
        text(
            "make",
            tag.make.as_deref(),
            [Asked(string(exiftool, &["IFD0:Make", "XMP-tiff:Make"])), Asked(string(reference, &["make"]))],
        ),
        model(tag, exiftool, reference),
        text(
            "artist",
            tag.artist.as_deref(),
            [Asked(string(exiftool, &["IFD0:Artist", "XMP-dc:Creator", "XMP-tiff:Artist"])), NotAsked],
        ),
        text(
            "copyright",
            tag.copyright.as_deref(),
            [Asked(string(exiftool, &["IFD0:Copyright", "XMP-dc:Rights", "XMP-tiff:Copyright"])), NotAsked],
        ),
    ]
}

/// Numbers that are alike within a limit; angles also across the full turn.
fn near(field: &'static str, decimals: usize, limit: f64, ours: Option<f64>, others: [Said<f64>; 2]) -> Row {
    let show = |value: Option<f64>| value.map_or_else(|| NOTHING.to_owned(), |value| format!("{value:.decimals$}"));
    let same = |theirs: Option<f64>| match (ours, theirs) {
        (Some(ours), Some(theirs)) => {
            let apart = (ours - theirs).abs();
            apart < limit || (360.0 - apart).abs() < limit
        }
        (ours, theirs) => ours.is_none() && theirs.is_none(),
    };
    let others = others.map(|theirs| theirs.other(|value| Other { value: show(value), same: same(value) }));
    Row { field, ours: show(ours), others }
}

fn text(field: &'static str, ours: Option<&str>, others: [Said<String>; 2]) -> Row {
    let others = others.map(|theirs| {
        theirs
            .other(|value| Other { same: ours == value.as_deref(), value: value.unwrap_or_else(|| NOTHING.to_owned()) })
    });
    Row { field, ours: ours.unwrap_or(NOTHING).to_owned(), others }
}

/// The first text that is not blank; of a list its first item.
fn string(values: &Value, keys: &[&str]) -> Option<String> {
    keys.iter().find_map(|key| {
        let value = values.get(key)?;
        let value = value.as_array().and_then(|items| items.first()).unwrap_or(value);
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let text = text.trim().replace('\n', " ");
        (!text.is_empty() && text != "null").then_some(text)
    })
}

/// Models without the maker's name, which some readers leave before them.
fn model(tag: &Geotag, exiftool: &Value, reference: &Value) -> Row {
    let make = string(exiftool, &["IFD0:Make", "XMP-tiff:Make"]).unwrap_or_default();
    let plain = |model: String| match model.split_at_checked(make.len()) {
        Some((start, rest)) if !start.is_empty() && start.eq_ignore_ascii_case(&make) && !rest.trim().is_empty() => {
            rest.trim().to_owned()
        }
        _ => model,
    };
    text(
        "model",
        tag.model.as_deref(),
        [
            Asked(string(exiftool, &["IFD0:Model", "XMP-tiff:Model"]).map(plain)),
            Asked(string(reference, &["model"]).map(plain)),
        ],
    )
}

/// What is no orientation, or 0, is taken as upright.
fn orientation(tag: &Geotag, exiftool: Option<f64>) -> Row {
    let theirs = exiftool.filter(|value| (1.0..=8.0).contains(value)).unwrap_or(1.0);
    near("orientation", 0, 0.1, Some(f64::from(tag.orientation)), [Asked(Some(theirs)), NotAsked])
}

fn projection(tag: &Geotag, exiftool: &Value, reference: &Value) -> Row {
    let ours = serde_json::to_value(tag.projection).expect("serialises");
    let said = exiftool.get("XMP-GPano:ProjectionType").and_then(Value::as_str);
    text(
        "projection",
        ours.as_str(),
        [
            // It tells the tag, and nothing where there is none.
            said.map_or(NotAsked, |said| Asked(Some(said.to_lowercase()))),
            reference.get("type").map_or(NotAsked, |kind| Asked(kind.as_str().map(str::to_owned))),
        ],
    )
}

/// The moment; of exiftool the clock that was believed, as it prints it.
fn time(tag: &Geotag, exiftool: &Value, reference: &Value) -> Row {
    let text = |key: &str| exiftool.get(key).and_then(Value::as_str);
    let digits = |text: &str| -> String { text.chars().filter(char::is_ascii_digit).take(14).collect() };
    let captured = tag.captured.as_ref();
    let said = match captured.map(|captured| captured.source) {
        Some(TimeSource::Gps) => text("Composite:GPSDateTime"),
        Some(_) => text("ExifIFD:DateTimeOriginal").or_else(|| text("IFD0:ModifyDate")),
        None => text("Composite:GPSDateTime").or_else(|| text("ExifIFD:DateTimeOriginal")),
    };
    let ours = captured.map(|captured| match captured.source {
        TimeSource::Gps => digits(&captured.instant.to_string()),
        _ => digits(&captured.local),
    });
    let theirs = reference.get("ts").and_then(Value::as_str);
    let moment = theirs.map(|text| text.parse::<Timestamp>().expect("a time"));
    let close = match (captured, moment) {
        (Some(ours), Some(theirs)) => ours.instant.duration_since(theirs).abs() <= SignedDuration::from_secs(1),
        (ours, theirs) => ours.is_none() && theirs.is_none(),
    };
    let shown = |value: Option<&str>| value.unwrap_or(NOTHING).to_owned();
    Row {
        field: "time",
        ours: shown(captured.map(|captured| captured.local.as_str())),
        others: [
            Some(Other { same: ours == said.map(digits), value: shown(said) }),
            Some(Other { same: close, value: shown(theirs) }),
        ],
    }
}
