//! What is read of the shared photos, against exiftool and against Panoramax's own reader. Every
//! difference is listed with its reason, and a difference that is gone must leave the list.

mod support;

use std::collections::{BTreeMap, BTreeSet};

use flaneur_geotag::{Geotag, HeadingSource, Projection, TimeSource, read};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

/// File, what differs, why.
const DIFFERENCES: &[(&str, &str, &str)] = &[
    (
        "geotagged/exifr_issue-exifr-13.jpg",
        "panoramax heading",
        "the yaw of the gimbal of a DJI camera is its heading; Panoramax does not read it",
    ),
    ("geotagged/exiftool_GPS.jpg", "exiftool time", "exiftool makes no GPS date and time without a date"),
    (
        "geotagged/exiftool_GPS.jpg",
        "panoramax time",
        "the camera agrees with the GPS time of day, which has no date; the GPS second is used",
    ),
    (
        "geotagged/goexif_sample1.jpg",
        "exiftool time",
        "GPS and camera both say 18:07:37, in Beijing; the GPS is taken at its word, as UTC, and the camera as set to UTC",
    ),
    (
        "geotagged/goexif_sample1.jpg",
        "panoramax time",
        "GPS and camera both say 18:07:37, in Beijing; the GPS is taken at its word, as UTC, and the camera as set to UTC",
    ),
    (
        "geotagged/gtr_d1.jpg",
        "panoramax heading",
        "the pose heading of the Photo Sphere metadata is the heading of the image centre",
    ),
    ("geotagged/gtr_d1.jpg", "panoramax time", "the camera is 5 minutes away from the GPS, which is believed"),
    (
        "pano360/gtr_d1_full.jpg",
        "panoramax heading",
        "the pose heading of the Photo Sphere metadata is the heading of the image centre",
    ),
    ("pano360/gtr_d1_full.jpg", "panoramax time", "the camera is 5 minutes away from the GPS, which is believed"),
    ("geotagged/gtr_gps_date_slash.jpg", "exiftool latitude", "the hemispheres are missing; north and east are meant"),
    ("geotagged/gtr_gps_date_slash.jpg", "exiftool longitude", "the hemispheres are missing; north and east are meant"),
    (
        "geotagged/gtr_img_Ricoh_Theta.jpg",
        "panoramax heading",
        "the pose heading of the Photo Sphere metadata is the heading of the image centre",
    ),
    (
        "pano360/gtr_img_Ricoh_Theta_full.jpg",
        "panoramax heading",
        "the pose heading of the Photo Sphere metadata is the heading of the image centre",
    ),
    (
        "geotagged/gtr_img_gps_date_string.jpg",
        "exiftool time",
        "exiftool does not put date and time together that stand in two XMP properties",
    ),
    (
        "geotagged/gtr_img_gps_datestamp.jpg",
        "exiftool time",
        "exiftool does not put date and time together that stand in two XMP properties",
    ),
    (
        "geotagged/gtr_img_without_coord.jpg",
        "exiftool time",
        "exiftool does not put date and time together that stand in two XMP properties",
    ),
    ("geotagged/gtr_out_of_bounds_lat.jpg", "exiftool latitude", "exiftool prints positions that are not on Earth"),
    ("geotagged/gtr_out_of_bounds_lat.jpg", "exiftool longitude", "exiftool prints positions that are not on Earth"),
    (
        "geotagged/gtr_out_of_bounds_lat.jpg",
        "panoramax heading",
        "a refused position does not make the rest unreadable",
    ),
    ("geotagged/gtr_out_of_bounds_lat.jpg", "panoramax time", "a refused position does not make the rest unreadable"),
    ("geotagged/gtr_out_of_bounds_lon.jpg", "exiftool latitude", "exiftool prints positions that are not on Earth"),
    ("geotagged/gtr_out_of_bounds_lon.jpg", "exiftool longitude", "exiftool prints positions that are not on Earth"),
    (
        "geotagged/gtr_out_of_bounds_lon.jpg",
        "panoramax heading",
        "a refused position does not make the rest unreadable",
    ),
    ("geotagged/gtr_out_of_bounds_lon.jpg", "panoramax time", "a refused position does not make the rest unreadable"),
    (
        "geotagged/media3_ss-motion-photo-shortened.jpg",
        "exiftool longitude",
        "a longitude of 0 without a latitude is no position",
    ),
    ("geotagged/mei_Nikon_D5000.jpg", "exiftool latitude", "the EXIF coordinates are empty; those of the XMP are read"),
    (
        "geotagged/mei_Nikon_D5000.jpg",
        "exiftool longitude",
        "the EXIF coordinates are empty; those of the XMP are read",
    ),
    (
        "geotagged/mei_Nikon_D5000.jpg",
        "panoramax latitude",
        "the EXIF coordinates are empty; those of the XMP are read",
    ),
    (
        "geotagged/mei_Nikon_D5000.jpg",
        "panoramax longitude",
        "the EXIF coordinates are empty; those of the XMP are read",
    ),
    ("geotagged/mei_Nikon_D5000.jpg", "panoramax time", "with the position the time zone is known"),
    ("geotagged/mei_Samsung_GT-I9000__Galaxy_S_.jpg", "exiftool latitude", "0, 0 is no position"),
    ("geotagged/mei_Samsung_GT-I9000__Galaxy_S_.jpg", "exiftool longitude", "0, 0 is no position"),
    ("geotagged/mei_Samsung_GT-I9000__Galaxy_S_.jpg", "panoramax latitude", "0, 0 is no position"),
    ("geotagged/mei_Samsung_GT-I9000__Galaxy_S_.jpg", "panoramax longitude", "0, 0 is no position"),
    (
        "geotagged/mlytools_adobe_coords.jpg",
        "exiftool latitude",
        "exiftool composes no coordinates out of the XMP ones",
    ),
    (
        "geotagged/mlytools_adobe_coords.jpg",
        "exiftool longitude",
        "exiftool composes no coordinates out of the XMP ones",
    ),
    (
        "geotagged/mlytools_adobe_coords.jpg",
        "panoramax latitude",
        "coordinates in degrees and decimal minutes are read",
    ),
    (
        "geotagged/mlytools_adobe_coords.jpg",
        "panoramax longitude",
        "coordinates in degrees and decimal minutes are read",
    ),
    ("geotagged/mlytools_adobe_coords.jpg", "panoramax heading", "the image direction in the XMP is read"),
    ("geotagged/mlytools_adobe_coords.jpg", "panoramax time", "with the position the time zone is known"),
    ("geotagged/mlytools_test_exif.jpg", "panoramax time", "the camera is years away from the GPS, which is believed"),
    ("geotagged/nom_exif-no-tz.jpg", "exiftool latitude", "the file ends inside a segment; the EXIF before it is read"),
    (
        "geotagged/nom_exif-no-tz.jpg",
        "exiftool longitude",
        "the file ends inside a segment; the EXIF before it is read",
    ),
    ("geotagged/nom_exif-no-tz.jpg", "exiftool time", "the file ends inside a segment; the EXIF before it is read"),
    (
        "geotagged/nom_exif-no-tz.jpg",
        "panoramax latitude",
        "the file ends inside a segment; the EXIF before it is read",
    ),
    (
        "geotagged/nom_exif-no-tz.jpg",
        "panoramax longitude",
        "the file ends inside a segment; the EXIF before it is read",
    ),
    ("geotagged/nom_exif-no-tz.jpg", "panoramax time", "the file ends inside a segment; the EXIF before it is read"),
    ("sequences/lund_raw/01.jpg", "exiftool time", "the capture time in the Mapillary description is read"),
    ("sequences/lund_raw/01.jpg", "panoramax time", "the capture time in the Mapillary description is read"),
    ("sequences/lund_raw/24.jpg", "exiftool time", "the capture time in the Mapillary description is read"),
    ("sequences/lund_raw/24.jpg", "panoramax time", "the capture time in the Mapillary description is read"),
];

/// What differs in one photo, by name of the compared value.
type Found = BTreeMap<String, String>;

#[test]
fn shared_photos_agree_with_other_readers() {
    let Some(folder) = support::shared_data() else { return };
    let json = |name: &str| -> Value {
        let text = std::fs::read_to_string(folder.join("exiftool").join(name)).unwrap();
        serde_json::from_str(&text).unwrap()
    };
    let mut exiftool: BTreeMap<String, Value> = BTreeMap::new();
    for name in ["geotagged.json", "sequences.json", "pano360.json"] {
        for file in json(name).as_array().unwrap() {
            exiftool.insert(file["SourceFile"].as_str().unwrap().to_owned(), file.clone());
        }
    }
    let panoramax = json("panoramax_tag_reader.json");
    let (mut photos, mut compared) = (0, 0);
    let mut differences: BTreeMap<(String, String), String> = BTreeMap::new();
    for part in ["geotagged", "sequences", "pano360"] {
        for path in support::files(&folder.join(part)) {
            let name = path.strip_prefix(&folder).unwrap().to_str().unwrap().to_owned();
            let tag = read(&std::fs::read(&path).unwrap()).unwrap();
            photos += 1;
            let mut found = Found::new();
            compared += against_exiftool(&tag, &exiftool[&name], &mut found);
            compared += against_panoramax(&tag, &panoramax[&name], &mut found);
            for (what, detail) in found {
                differences.insert((name.clone(), what), detail);
            }
        }
    }
    println!("{photos} photos, {compared} values compared, {} differences, all listed", differences.len());
    let listed: BTreeSet<(String, String)> =
        DIFFERENCES.iter().map(|(file, what, _)| ((*file).to_owned(), (*what).to_owned())).collect();
    let unlisted: Vec<String> = differences
        .iter()
        .filter(|(key, _)| !listed.contains(key))
        .map(|((file, what), detail)| format!("{file}: {what}: {detail}"))
        .collect();
    assert!(unlisted.is_empty(), "not listed:\n{}", unlisted.join("\n"));
    let gone: Vec<_> = listed.iter().filter(|key| !differences.contains_key(*key)).collect();
    assert!(gone.is_empty(), "listed, but no difference any more: {gone:?}");
    assert!(photos > 100 && compared > 400, "{photos} photos, {compared} values");
}

/// Notes a difference unless both are absent or both are there and alike.
fn compare<T: std::fmt::Debug + Copy>(
    found: &mut Found,
    what: &str,
    ours: Option<T>,
    theirs: Option<T>,
    alike: impl Fn(&T, &T) -> bool,
) -> usize {
    let same = match (ours, theirs) {
        (None, None) => true,
        (Some(ours), Some(theirs)) => alike(&ours, &theirs),
        _ => false,
    };
    if !same {
        found.insert(what.to_owned(), format!("ours {ours:?}, theirs {theirs:?}"));
    }
    1
}

fn near(limit: f64) -> impl Fn(&f64, &f64) -> bool {
    move |a, b| {
        let apart = (a - b).abs();
        apart <= limit || (360.0 - apart).abs() <= limit
    }
}

fn against_exiftool(tag: &Geotag, theirs: &Value, found: &mut Found) -> usize {
    let number = |key: &str| theirs.get(key).and_then(Value::as_f64);
    let text = |key: &str| theirs.get(key).and_then(Value::as_str);
    let mut compared = 0;
    let position = tag.position;
    let lat = number("Composite:GPSLatitude");
    compared += compare(found, "exiftool latitude", position.map(|p| p.lat), lat, near(1e-6));
    let lon = number("Composite:GPSLongitude");
    compared += compare(found, "exiftool longitude", position.map(|p| p.lon), lon, near(1e-6));
    let direction = number("GPS:GPSImgDirection").or_else(|| number("XMP-exif:GPSImgDirection"));
    let ours = tag.heading.filter(|heading| heading.source == HeadingSource::ImageDirection);
    compared += compare(found, "exiftool heading", ours.map(|heading| heading.degrees), direction, near(0.1));
    let sphere = text("XMP-GPano:ProjectionType").is_some_and(|kind| kind.eq_ignore_ascii_case("equirectangular"));
    if sphere {
        let ours = (tag.projection == Projection::Equirectangular).then_some(true);
        compared += compare(found, "exiftool projection", ours, Some(true), |a, b| a == b);
    }
    let Some(captured) = &tag.captured else {
        let theirs = text("Composite:GPSDateTime").or_else(|| text("ExifIFD:DateTimeOriginal"));
        return compared + compare(found, "exiftool time", None, theirs, |a, b| a == b);
    };
    // The clock that was believed, as exiftool prints it.
    let digits = |text: &str| -> String { text.chars().filter(char::is_ascii_digit).take(14).collect() };
    let (ours, theirs) = match captured.source {
        TimeSource::Gps => (captured.instant.to_string(), text("Composite:GPSDateTime")),
        _ => (captured.local.clone(), text("ExifIFD:DateTimeOriginal").or_else(|| text("IFD0:ModifyDate"))),
    };
    let (ours, theirs) = (digits(&ours), theirs.map(digits));
    compared + compare(found, "exiftool time", Some(ours.as_str()), theirs.as_deref(), |a, b| a == b)
}

fn against_panoramax(tag: &Geotag, theirs: &Value, found: &mut Found) -> usize {
    let values = theirs.get("partial").unwrap_or(theirs);
    let number = |key: &str| values.get(key).and_then(Value::as_f64);
    let mut compared = 0;
    let position = tag.position;
    compared += compare(found, "panoramax latitude", position.map(|p| p.lat), number("lat"), near(1e-6));
    compared += compare(found, "panoramax longitude", position.map(|p| p.lon), number("lon"), near(1e-6));
    let altitude = position.and_then(|position| position.altitude);
    if let (Some(ours), Some(theirs)) = (altitude, number("altitude")) {
        compared += compare(found, "panoramax altitude", Some(ours), Some(theirs), near(0.51));
    }
    // It rounds to whole degrees.
    let heading = tag.heading.map(|heading| heading.degrees);
    compared += compare(found, "panoramax heading", heading, number("heading"), near(0.6));
    let time = values.get("ts").and_then(Value::as_str).map(|text| text.parse::<Timestamp>().expect("a time"));
    let ours = tag.captured.as_ref().map(|captured| captured.instant);
    compared +=
        compare(found, "panoramax time", ours, time, |a, b| a.duration_since(*b).abs() <= SignedDuration::from_secs(1));
    if let Some(kind) = values.get("type").and_then(Value::as_str) {
        let ours = serde_json::to_value(tag.projection).expect("serialises");
        compared += compare(found, "panoramax projection", ours.as_str(), Some(kind), |a, b| a == b);
    }
    if let Some(metres) = number("gps_accuracy") {
        compared += compare(found, "panoramax accuracy", tag.accuracy, Some(metres), near(0.01));
    }
    compared
}
