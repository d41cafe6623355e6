use super::*;

fn tags(pairs: &[(&str, &str)]) -> Tags {
    let mut tags = Tags::default();
    for (name, value) in pairs {
        tags.set(name, (*value).to_owned());
    }
    tags
}

const RENNES: Option<Position> = Some(Position { lon: -1.68, lat: 48.1, altitude: None });

fn taken(pairs: &[(&str, &str)], position: Option<Position>) -> (String, TimeSource, Vec<Doubt>) {
    let mut doubts = Vec::new();
    let time = read(&tags(pairs), None, position, false, &mut doubts).unwrap().captured;
    (time.local, time.source, doubts)
}

const ORIGINAL: &str = "Exif.Photo.DateTimeOriginal";
const SUBSEC: &str = "Exif.Photo.SubSecTimeOriginal";
const OFFSET: &str = "Exif.Photo.OffsetTimeOriginal";
const GPS_DATE: &str = "Exif.GPSInfo.GPSDateStamp";
const GPS_TIME: &str = "Exif.GPSInfo.GPSTimeStamp";

#[test]
fn clocks_are_read_in_the_forms_cameras_write() {
    let show = |text: &str| clock(text).map(|c| (c.civil.to_string(), c.offset.map(|o| o.to_string())));
    let at = |civil: &str, offset: Option<&str>| Some((civil.to_owned(), offset.map(str::to_owned)));
    assert_eq!(show("2022:10:19 09:56:34"), at("2022-10-19T09:56:34", None));
    assert_eq!(show("2022/10/19 09:56"), at("2022-10-19T09:56:00", None));
    assert_eq!(show("2022-10-19T09:56:34.25Z"), at("2022-10-19T09:56:34.25", Some("+00")));
    assert_eq!(show("2022-10-19T09:56-05:00"), at("2022-10-19T09:56:00", Some("-05")));
    assert_eq!(show("2022:10:19  09:56:60+0530"), at("2022-10-19T09:56:59", Some("+05:30")));
    for bad in [
        "",
        "2022:10:19",
        "2022:13:19 09:56:34",
        "22:10:19 09:56:34",
        "2022:10:19 25:00:00",
        "2022:10:19 09:56:34 next",
        "99999999999:1:1 1:1:1",
        "2022:10:19 09:56:34+99:00",
        "2022é10:19 09:56",
    ] {
        assert_eq!(show(bad), None, "{bad}");
    }
    assert!(parse::is_blank("    :  :     :  :  ") && parse::is_blank("0000:00:00 00:00:00"));
}

#[test]
fn gps_is_believed_and_told_in_the_time_of_the_place() {
    let read =
        taken(&[(GPS_DATE, "2022:10:19"), (GPS_TIME, "7/1 56/1 34/1"), (ORIGINAL, "2022:10:19 09:56:31")], RENNES);
    assert_eq!(read, ("2022-10-19T09:56:34+02:00".to_owned(), TimeSource::Gps, vec![]));
    let read = taken(&[(GPS_DATE, "2022/10/19"), (GPS_TIME, "07:56")], None);
    assert_eq!(read, ("2022-10-19T07:56:00+00:00".to_owned(), TimeSource::Gps, vec![]));
}

#[test]
fn fractions_of_a_second_are_the_cameras_when_it_agrees() {
    let mut pairs =
        vec![(GPS_DATE, "2022:10:19"), (GPS_TIME, "7/1 56/1 34/1"), (ORIGINAL, "2022:10:19 09:56:31"), (SUBSEC, "05")];
    let read = taken(&pairs, RENNES);
    assert_eq!(read, ("2022-10-19T09:56:31.05+02:00".to_owned(), TimeSource::Camera, vec![]));
    pairs[1].1 = "7/1 56/1 345/10";
    assert_eq!(taken(&pairs, RENNES).1, TimeSource::Gps);
    pairs[1].1 = "7/1 50/1 34/1";
    let read = taken(&pairs, RENNES);
    assert_eq!(read.1, TimeSource::Gps);
    assert_eq!(read.2, [Doubt::ClocksApart { seconds: 357 }]);
}

#[test]
fn a_camera_without_gps_uses_its_offset_then_the_place_then_utc() {
    let mut pairs = vec![(ORIGINAL, "2022:10:19 09:56:31"), (OFFSET, "+01:00")];
    assert_eq!(taken(&pairs, RENNES).0, "2022-10-19T10:56:31+02:00");
    assert_eq!(taken(&pairs, None).0, "2022-10-19T09:56:31+01:00");
    pairs.pop();
    assert_eq!(taken(&pairs, RENNES).0, "2022-10-19T09:56:31+02:00");
    let read = taken(&pairs, None);
    assert_eq!(read, ("2022-10-19T09:56:31+00:00".to_owned(), TimeSource::Camera, vec![Doubt::ZoneUnknown]));
}

#[test]
fn a_gps_date_one_day_off_is_mended() {
    // Half past midnight in Auckland: some cameras write the local date with the UTC time.
    let auckland = Some(Position { lon: 174.76, lat: -36.85, altitude: None });
    let read =
        taken(&[(GPS_DATE, "2022:06:20"), (GPS_TIME, "12/1 30/1 1/1"), (ORIGINAL, "2022:06:20 00:30:00")], auckland);
    assert_eq!(
        read,
        ("2022-06-20T00:30:01+12:00".to_owned(), TimeSource::Gps, vec![Doubt::GpsDateShifted { days: 1 }])
    );
    let read =
        taken(&[(GPS_DATE, "2003:03:05"), (GPS_TIME, "12/1 30/1 1/1"), (ORIGINAL, "2022:10:19 14:30:00")], RENNES);
    assert_eq!(read.0, "2022-10-19T14:30:01+02:00");
    assert_eq!(read.2, [Doubt::GpsDateShifted { days: -7168 }]);
}

#[test]
fn a_gps_time_without_date_needs_a_camera_that_agrees() {
    let read = taken(&[(GPS_TIME, "22/1 0/1 3/1"), (ORIGINAL, "2022:10:20 00:00:00")], RENNES);
    assert_eq!(read, ("2022-10-20T00:00:03+02:00".to_owned(), TimeSource::Gps, vec![]));
    let read = taken(&[(GPS_TIME, "12/1 0/1 3/1"), (ORIGINAL, "2022:10:20 00:00:00")], RENNES);
    assert_eq!((read.1, read.2), (TimeSource::Camera, vec![Doubt::GpsDateMissing]));
    let read = taken(&[(GPS_TIME, "0/1 0/1 0/1"), (ORIGINAL, "2022:10:20 00:00:00")], RENNES);
    assert_eq!((read.1, read.2), (TimeSource::Camera, vec![]));
}

#[test]
fn a_camera_clock_of_another_zone_keeps_its_fractions() {
    let read = taken(
        &[(GPS_DATE, "2022:10:19"), (GPS_TIME, "7/1 56/1 34/1"), (ORIGINAL, "2022:10:19 01:56:31"), (SUBSEC, "25")],
        RENNES,
    );
    assert_eq!(
        read,
        (
            "2022-10-19T09:56:31.25+02:00".to_owned(),
            TimeSource::Camera,
            vec![Doubt::ClockInOtherZone { minutes: -480 }]
        )
    );
}

#[test]
fn absurd_years_are_refused() {
    let mut doubts = Vec::new();
    let tags = tags(&[(ORIGINAL, "2199:12:31 23:59:59"), (GPS_DATE, "1980:01:06"), (GPS_TIME, "1/1 0/1 0/1")]);
    assert_eq!(read(&tags, None, RENNES, false, &mut doubts), None);
    let years: Vec<i16> = doubts
        .iter()
        .map(|doubt| match doubt {
            Doubt::YearRefused { year, .. } => *year,
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(years, [1980, 2199]);
}

#[test]
fn where_moment_and_offset_came_from_is_told() {
    let sources = |pairs: &[(&str, &str)], position| {
        let found = read(&tags(pairs), None, position, false, &mut Vec::new()).unwrap();
        (found.source, found.zone)
    };
    let camera = [(ORIGINAL, "2022:10:19 09:56:31"), (OFFSET, "+02:00")];
    assert_eq!(sources(&camera, RENNES), (Source::Tag(ORIGINAL), Some(Source::Place)));
    assert_eq!(sources(&camera, None), (Source::Tag(ORIGINAL), Some(Source::Tag(OFFSET))));
    assert_eq!(sources(&camera[..1], None), (Source::Tag(ORIGINAL), None));
    let gps = [(GPS_DATE, "2022:10:19"), (GPS_TIME, "7/1 56/1 34/1")];
    assert_eq!(sources(&gps, None), (Source::Tag(GPS_TIME), None));
    assert_eq!(sources(&[(GPS_DATE, "2022-10-19T07:56:34Z")], None), (Source::Tag(GPS_DATE), None));
}

#[test]
fn a_phones_clock_is_right_where_its_fix_is_old() {
    let mut pairs = vec![(GPS_DATE, "2020:09:13"), (GPS_TIME, "14/1 40/1 19/1"), (ORIGINAL, "2020:09:13 15:45:41")];
    pairs.push((OFFSET, "+01:00"));
    let taken = |pairs: &[(&str, &str)], is_phone| {
        let mut doubts = Vec::new();
        let found = read(&tags(pairs), None, None, is_phone, &mut doubts).unwrap();
        (found.captured.instant.to_string(), found.captured.source, doubts)
    };
    let phone = ("2020-09-13T14:45:41Z".to_owned(), TimeSource::Camera, vec![Doubt::FixOld { seconds: 322 }]);
    assert_eq!(taken(&pairs, true), phone);
    let camera = ("2020-09-13T14:40:19Z".to_owned(), TimeSource::Gps, vec![Doubt::ClocksApart { seconds: 322 }]);
    assert_eq!(taken(&pairs, false), camera);
    // A fix is never from the future: then the phone's clock was set by hand.
    pairs[2].1 = "2020:09:13 15:35:41";
    assert_eq!(taken(&pairs, true).1, TimeSource::Gps);
}
