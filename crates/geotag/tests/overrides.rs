//! What a client says goes before what the file says, or is refused with the field's name.

mod support;

use flaneur_geotag::{Doubt, Geotag, HeadingSource, Overrides, Projection, Source, TimeSource, apply, read};
use proptest::prelude::*;

fn plain() -> Geotag {
    read(&support::holds::jpeg(None, None, (2000, 1000))).expect("a JPEG")
}

fn located() -> Geotag {
    let exif = support::block(
        &[],
        &[(0x9003, 2, 20, b"2022:10:19 09:56:34\0"), (0x9291, 2, 4, b"123\0")],
        &[
            (2, 5, 1, &support::rationals(&[(48, 1)])),
            (4, 5, 1, &support::rationals(&[(2, 1)])),
            (6, 5, 1, &support::rationals(&[(35, 1)])),
            (0x1F, 5, 1, &support::rationals(&[(3, 1)])),
        ],
    );
    read(&support::holds::jpeg(Some(&exif), None, (4000, 3000))).expect("a JPEG")
}

fn tags(pairs: &[(&str, &str)]) -> Overrides {
    let tags = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Overrides { tags, ..Overrides::default() }
}

#[test]
fn position_and_time_are_set() {
    let mut tag = plain();
    let overrides = Overrides {
        latitude: Some(-36.85),
        longitude: Some(174.76),
        captured: Some("2022-06-20T00:30:00.5".to_owned()),
        ..Overrides::default()
    };
    apply(&mut tag, &overrides).unwrap();
    let position = tag.position.unwrap();
    assert_eq!((position.lat, position.lon), (-36.85, 174.76));
    let captured = tag.captured.unwrap();
    assert_eq!(captured.local, "2022-06-20T00:30:00.5+12:00");
    assert_eq!(captured.source, TimeSource::Override);
    assert_eq!(tag.exif["Exif.GPSInfo.GPSLatitude"], "36/1 51/1 0/10000000");
    assert_eq!(tag.exif["Exif.GPSInfo.GPSLatitudeRef"], "S");
    assert_eq!(tag.exif["Exif.Photo.DateTimeOriginal"], "2022:06:20 00:30:00");
    assert_eq!(tag.exif["Exif.Photo.SubSecTimeOriginal"], "5");
}

#[test]
fn what_was_overridden_is_shown_nowhere() {
    let mut tag = located();
    assert_eq!(tag.accuracy, Some(3.0));
    let overrides =
        Overrides { latitude: Some(40.7), captured: Some("2022-10-19T12:00:00Z".to_owned()), ..Overrides::default() };
    apply(&mut tag, &overrides).unwrap();
    let position = tag.position.unwrap();
    assert_eq!((position.lat, position.lon, position.altitude), (40.7, 2.0, Some(35.0)));
    assert_eq!(tag.accuracy, None);
    let shown = format!("{:?}", tag.exif);
    assert!(!shown.contains("48/1") && !shown.contains("09:56:34") && !shown.contains("123"), "{shown}");
}

#[test]
fn a_clock_without_zone_follows_the_position() {
    let time = b"2022:10:19 09:56:34\0";
    let exif = support::block(&[(0x0132, 2, 20, time)], &[(0x9003, 2, 20, time)], &[]);
    let mut tag = read(&support::holds::jpeg(Some(&exif), None, (40, 30))).unwrap();
    assert_eq!(tag.doubts, [Doubt::ZoneUnknown]);
    assert_eq!(tag.exif["Exif.GPSInfo.GPSTimeStamp"], "9/1 56/1 34/1");
    apply(&mut tag, &Overrides { latitude: Some(48.1), longitude: Some(-1.68), ..Overrides::default() }).unwrap();
    let captured = tag.captured.unwrap();
    assert_eq!((captured.local.as_str(), captured.source), ("2022-10-19T09:56:34+02:00", TimeSource::Camera));
    assert_eq!(tag.exif["Exif.GPSInfo.GPSTimeStamp"], "7/1 56/1 34/1");
    assert_eq!(tag.doubts, []);
}

#[test]
fn tags_change_what_they_mean() {
    let mut tag = located();
    let overrides = tags(&[
        ("Exif.Image.Artist", "Zoë"),
        ("Exif.Image.Make", "GoPro"),
        ("Exif.Image.Model", "GoPro Max"),
        ("Exif.GPSInfo.GPSImgDirection", "900/10"),
        ("Exif.Photo.FocalLengthIn35mmFilm", "28"),
        ("Xmp.GPano.ProjectionType", "equirectangular"),
        ("Xmp.GPano.PosePitchDegrees", "-3.5"),
    ]);
    apply(&mut tag, &overrides).unwrap();
    assert_eq!(tag.artist.as_deref(), Some("Zoë"));
    assert_eq!((tag.make.as_deref(), tag.model.as_deref()), (Some("GoPro"), Some("Max")));
    let heading = tag.heading.unwrap();
    assert_eq!((heading.degrees, heading.source), (90.0, HeadingSource::Override));
    assert_eq!((tag.projection, tag.pitch, tag.field_of_view), (Projection::Equirectangular, Some(-3.5), Some(360.0)));
    assert_eq!(tag.exif["Exif.Image.Artist"], "Zoë");
    assert_eq!(tag.position, located().position);
}

#[test]
fn tags_of_position_and_time_are_read_like_the_files() {
    let mut tag = plain();
    let overrides = tags(&[
        ("Exif.GPSInfo.GPSLatitude", "48/1 9/1 0/1"),
        ("Exif.GPSInfo.GPSLongitude", "1/1 41/1 0/1"),
        ("Exif.GPSInfo.GPSLongitudeRef", "W"),
        ("Exif.Photo.DateTimeOriginal", "2022:10:19 09:56:34"),
    ]);
    apply(&mut tag, &overrides).unwrap();
    let position = tag.position.unwrap();
    assert!((position.lat - 48.15).abs() < 1e-9 && (position.lon + 1.683_333_333).abs() < 1e-9);
    assert_eq!(tag.captured.unwrap().local, "2022-10-19T09:56:34+02:00");
}

#[test]
fn tags_that_are_not_kept_are_ignored_with_a_doubt() {
    let mut tag = located();
    apply(&mut tag, &tags(&[("Exif.Photo.BodySerialNumber", "secret"), ("Exif.Photo.UserComment", "secret")])).unwrap();
    assert_eq!(tag.doubts.len(), located().doubts.len() + 2);
    assert!(!format!("{tag:?}").contains("secret"));
}

#[test]
fn empty_fields_say_nothing() {
    let mut tag = located();
    apply(&mut tag, &tags(&[("Exif.Photo.DateTimeOriginal", ""), ("Exif.GPSInfo.GPSImgDirection", "  ")])).unwrap();
    assert_eq!(tag, located());
}

#[test]
fn errors_name_the_field_and_change_nothing() {
    let half = Overrides { longitude: Some(2.0), ..Overrides::default() };
    assert_eq!(
        apply(&mut plain(), &half).unwrap_err().to_string(),
        "override_latitude: expected together with override_longitude, since the file has no position"
    );
    let at = |latitude, longitude| Overrides {
        latitude: Some(latitude),
        longitude: Some(longitude),
        ..Overrides::default()
    };
    let when = |text: &str| Overrides { captured: Some(text.to_owned()), ..Overrides::default() };
    for (overrides, field) in [
        (at(91.0, 2.0), "override_latitude"),
        (at(f64::NAN, 2.0), "override_latitude"),
        (at(1.0, -180.5), "override_longitude"),
        (at(0.0, 0.0), "override_latitude"),
        (when("yesterday"), "override_capture_time"),
        (when("2199-01-01T00:00:00Z"), "override_capture_time"),
        (tags(&[("Exif.Image", "x")]), "override_Exif.Image"),
        (tags(&[("Iptc.A.B", "x")]), "override_Iptc.A.B"),
        (tags(&[("Exif.GPSInfo.GPSImgDirection", "north")]), "override_Exif.GPSInfo.GPSImgDirection"),
        (tags(&[("Exif.GPSInfo.GPSImgDirection", "9999/1")]), "override_Exif.GPSInfo.GPSImgDirection"),
        (tags(&[("Exif.GPSInfo.GPSLatitude", "95")]), "override_Exif.GPSInfo.GPSLatitude"),
        (tags(&[("Exif.Image.Orientation", "9")]), "override_Exif.Image.Orientation"),
        (tags(&[("Exif.Photo.DateTimeOriginal", "soon")]), "override_Exif.Photo.DateTimeOriginal"),
        (tags(&[("Xmp.GPano.ProjectionType", "cube")]), "override_Xmp.GPano.ProjectionType"),
    ] {
        let mut tag = located();
        let error = apply(&mut tag, &overrides).unwrap_err().to_string();
        assert!(error.starts_with(field) && error.contains("expected"), "{error}");
        assert_eq!(tag, located());
    }
}

#[test]
fn a_time_that_was_sent_goes_before_the_files_gps() {
    let exif = support::block(
        &[],
        &[(0x9003, 2, 20, b"2022:10:19 09:56:34\0")],
        &[(7, 5, 3, &support::rationals(&[(7, 1), (56, 1), (34, 1)])), (0x1D, 2, 11, b"2022:10:19\0")],
    );
    let mut tag = read(&support::holds::jpeg(Some(&exif), None, (40, 30))).unwrap();
    assert_eq!(tag.captured.as_ref().unwrap().source, TimeSource::Gps);
    let sent =
        tags(&[("Exif.Photo.DateTimeOriginal", "2023:01:02 03:04:05"), ("Exif.Photo.OffsetTimeOriginal", "+01:00")]);
    apply(&mut tag, &sent).unwrap();
    let captured = tag.captured.unwrap();
    assert_eq!((captured.local.as_str(), captured.source), ("2023-01-02T03:04:05+01:00", TimeSource::Override));
    assert!(!tag.exif.keys().any(|name| name.contains("GPS")), "{:?}", tag.exif);
}

#[test]
fn a_pose_that_was_sent_turns_the_heading_that_came_from_it() {
    let xmp = support::packet(r#"GPano:ProjectionType="equirectangular" GPano:PoseHeadingDegrees="270""#);
    let mut tag = read(&support::holds::jpeg(None, Some(&xmp), (2000, 1000))).unwrap();
    apply(&mut tag, &tags(&[("Xmp.GPano.PoseHeadingDegrees", "90")])).unwrap();
    let heading = tag.heading.unwrap();
    assert_eq!((heading.degrees, heading.source, tag.yaw), (90.0, HeadingSource::GPano, Some(90.0)));
}

#[test]
fn a_camera_that_was_sent_can_make_a_panorama() {
    let exif = support::block(&[(0x010F, 2, 5, b"SONY\0")], &[(0x920A, 5, 1, &support::rationals(&[(28, 10)]))], &[]);
    let mut tag = read(&support::holds::jpeg(Some(&exif), None, (2000, 1000))).unwrap();
    assert_eq!(tag.projection, Projection::Flat);
    apply(&mut tag, &tags(&[("Exif.Image.Make", "Insta360"), ("Exif.Image.Model", "Insta360 X3")])).unwrap();
    assert_eq!((tag.projection, tag.field_of_view), (Projection::Equirectangular, Some(360.0)));
}

#[test]
fn what_was_sent_tells_that_it_was_sent() {
    let mut tag = located();
    let before = tag.sources;
    assert_eq!(before.position, Some(Source::Tag("Exif.GPSInfo.GPSLatitude")));
    let mut overrides = tags(&[("Exif.Image.Artist", "Zoë"), ("Exif.GPSInfo.GPSAltitude", "400/10")]);
    overrides.captured = Some("2022-10-19T12:00:00Z".to_owned());
    apply(&mut tag, &overrides).unwrap();
    let sent = Some(Source::Override);
    assert_eq!((tag.sources.artist, tag.sources.altitude, tag.sources.captured), (sent, sent, sent));
    assert_eq!((tag.sources.position, tag.sources.zone), (before.position, Some(Source::Place)));
    assert_eq!(tag.position.and_then(|position| position.altitude), Some(40.0));
    support::sources_fit(&tag);
}

#[test]
fn an_altitude_can_be_sent_for_a_position_of_the_mapillary_description() {
    let description = b"{\"MAPLatitude\":48.5,\"MAPLongitude\":2.5}\0";
    let exif = support::block(&[(0x010E, 2, description.len() as u32, description)], &[], &[]);
    let mut tag = read(&support::holds::jpeg(Some(&exif), None, (40, 30))).unwrap();
    apply(&mut tag, &tags(&[("Exif.GPSInfo.GPSAltitude", "30")])).unwrap();
    let position = tag.position.unwrap();
    assert_eq!((position.lat, position.altitude), (48.5, Some(30.0)));
    assert_eq!(tag.sources.position, Some(Source::Mapillary("MAPLatitude")));
}

#[test]
fn a_magnetic_heading_that_was_sent_is_turned() {
    let mut tag = located();
    let magnetic = [("Exif.GPSInfo.GPSImgDirection", "90"), ("Exif.GPSInfo.GPSImgDirectionRef", "M")];
    apply(&mut tag, &tags(&magnetic)).unwrap();
    // Paris, October 2022: 1.6° east.
    let heading = tag.heading.unwrap().degrees;
    assert!((heading - 91.6).abs() < 0.3, "{heading}");
}

#[test]
fn with_a_place_and_a_time_a_magnetic_heading_of_the_file_is_turned() {
    let direction = support::rationals(&[(90, 1)]);
    let exif = support::block(&[], &[], &[(0x10, 2, 2, b"M\0"), (0x11, 5, 1, &direction)]);
    let mut tag = read(&support::holds::jpeg(Some(&exif), None, (40, 30))).unwrap();
    assert_eq!(tag.doubts, [Doubt::HeadingMagnetic("GPSImgDirection")]);
    let captured = Some("2022-10-19T12:00:00Z".to_owned());
    let sent = Overrides { latitude: Some(48.0), longitude: Some(2.0), captured, ..Overrides::default() };
    apply(&mut tag, &sent).unwrap();
    let heading = tag.heading.unwrap().degrees;
    assert!((heading - 91.6).abs() < 0.3 && tag.doubts.is_empty(), "{heading}");

    // A direction that is sent is that from true north.
    let mut tag = read(&support::holds::jpeg(Some(&exif), None, (40, 30))).unwrap();
    let sent = Overrides { tags: tags(&[("Exif.GPSInfo.GPSImgDirection", "10")]).tags, ..sent };
    apply(&mut tag, &sent).unwrap();
    assert_eq!((tag.heading.unwrap().degrees, tag.doubts.len()), (10.0, 0));
    assert!(!tag.exif.contains_key("Exif.GPSInfo.GPSImgDirectionRef"));
}

/// Names and values that fit each other more or less.
fn sent() -> impl Strategy<Value = Overrides> {
    let name = prop::sample::select(vec![
        "Exif.Image.Make",
        "Exif.Image.Model",
        "Exif.Image.Artist",
        "Exif.Image.Orientation",
        "Exif.GPSInfo.GPSLatitude",
        "Exif.GPSInfo.GPSLatitudeRef",
        "Exif.GPSInfo.GPSLongitude",
        "Exif.GPSInfo.GPSAltitude",
        "Exif.GPSInfo.GPSDOP",
        "Exif.GPSInfo.GPSImgDirection",
        "Exif.GPSInfo.GPSImgDirectionRef",
        "Exif.GPSInfo.GPSTimeStamp",
        "Exif.Photo.DateTimeOriginal",
        "Exif.Photo.OffsetTimeOriginal",
        "Exif.Photo.FocalLength",
        "Exif.Photo.FocalLengthIn35mmFilm",
        "Xmp.GPano.ProjectionType",
        "Xmp.GPano.PoseHeadingDegrees",
        "Xmp.GPano.CroppedAreaImageWidthPixels",
        "Xmp.Camera.Pitch",
    ]);
    let value = prop_oneof![
        "[0-9]{1,3}/[0-9]{1,2}",
        "-?[0-9]{1,3}(\\.[0-9]{1,2})?",
        "20[0-9]{2}:[01][0-9]:[0-3][0-9] [0-2][0-9]:30:00",
        prop::sample::select(vec![
            "equirectangular",
            "cylindrical",
            "M",
            "S",
            "GoPro",
            "Max",
            "+02:00",
            "7/1 56/1 34/1"
        ])
        .prop_map(str::to_owned),
        "\\PC{0,8}",
    ];
    let degrees = || prop::option::weighted(0.2, -200.0..200.0_f64);
    (degrees(), degrees(), prop::collection::btree_map(name.prop_map(str::to_owned), value, 0..6))
        .prop_map(|(latitude, longitude, tags)| Overrides { latitude, longitude, captured: None, tags })
}

proptest! {
    #[test]
    fn whatever_is_sent_leaves_a_geotag_that_makes_sense(overrides in sent(), with_position in any::<bool>()) {
        let before = if with_position { located() } else { plain() };
        let mut tag = before.clone();
        if apply(&mut tag, &overrides).is_err() {
            prop_assert_eq!(&tag, &before);
        }
        support::sources_fit(&tag);
        prop_assert!(tag.position.is_none_or(|p| p.lat.abs() <= 90.0 && p.lon.abs() <= 180.0));
        prop_assert!(tag.heading.is_none_or(|heading| (0.0..360.0).contains(&heading.degrees)));
    }
}
