//! What is written is what is read, by this reader and by kamadak-exif alone.

mod support;

use exif::{In, Tag};
use flaneur_geotag::{
    AccuracySource, CaptureTime, GPanoCrop, Geotag, Heading, HeadingSource, ImageSize, Position, Projection, Sources,
    TimeSource, read, write_exif, write_xmp,
};
use jiff::Timestamp;
use proptest::prelude::*;

fn written(tag: &Geotag) -> Geotag {
    let size = tag.image_size.map_or((640, 480), |size| (size.width as u16, size.height as u16));
    let file = support::holds::jpeg(Some(&write_exif(tag)), write_xmp(tag).as_deref(), size);
    read(&file).expect("our own file is readable")
}

fn full() -> Geotag {
    Geotag {
        position: Some(Position { lon: -1.684_468_055_555, lat: 48.155_066_388_888, altitude: Some(34.125) }),
        captured: Some(CaptureTime {
            instant: "2022-10-19T07:56:34.25Z".parse().expect("a time"),
            local: "2022-10-19T09:56:34.25+02:00".to_owned(),
            source: TimeSource::Gps,
        }),
        heading: Some(Heading { degrees: 271.25, source: HeadingSource::ImageDirection }),
        pitch: Some(-2.5),
        roll: Some(1.0),
        yaw: Some(271.25),
        projection: Projection::Equirectangular,
        crop: Some(GPanoCrop { full_width: 8000, full_height: 4000, left: 0, top: 1000, width: 8000, height: 2000 }),
        field_of_view: Some(360.0),
        focal_length: Some(2.8),
        make: Some("GoPro".to_owned()),
        model: Some("Max".to_owned()),
        artist: Some("Zoë <zoe@example.org>".to_owned()),
        copyright: Some("© CC BY 4.0".to_owned()),
        orientation: 1,
        accuracy: Some(2.4),
        accuracy_source: Some(AccuracySource::PositioningError),
        image_size: Some(ImageSize { width: 8000, height: 2000 }),
        ..Geotag::default()
    }
}

#[track_caller]
fn same(a: &Geotag, b: &Geotag) {
    let plain = |tag: &Geotag| {
        let mut tag = tag.clone();
        tag.exif.clear();
        tag.sources = Sources::default();
        tag.position = None;
        tag.heading = None;
        tag
    };
    assert_eq!(plain(a), plain(b));
    let numbers = |tag: &Geotag| {
        let (position, heading) = (tag.position.expect("a position"), tag.heading.expect("a heading"));
        (position.lon, position.lat, position.altitude.expect("an altitude"), heading.degrees)
    };
    let (a, b) = (numbers(a), numbers(b));
    assert!((a.0 - b.0).abs() < 1e-9 && (a.1 - b.1).abs() < 1e-9, "{a:?} {b:?}");
    assert!((a.2 - b.2).abs() < 1e-3 && (a.3 - b.3).abs() < 1e-3, "{a:?} {b:?}");
}

#[test]
fn a_full_geotag_comes_back() {
    let tag = full();
    same(&tag, &written(&tag));
}

#[test]
fn an_empty_geotag_comes_back_empty() {
    let tag = Geotag::default();
    let back = written(&tag);
    assert_eq!(write_xmp(&tag), None);
    assert_eq!((back.position, back.captured, back.heading, back.make), (None, None, None, None));
    assert_eq!((back.orientation, back.projection), (1, Projection::Flat));
    assert_eq!(back.doubts, []);
}

#[test]
fn another_reader_reads_the_same_and_finds_nothing_else() {
    let block = write_exif(&full());
    let read = exif::Reader::new().read_raw(block).unwrap();
    let shown = |tag| read.get_field(tag, In::PRIMARY).map(|field| field.display_value().to_string());
    assert_eq!(shown(Tag::DateTimeOriginal).unwrap(), "2022-10-19 09:56:34");
    assert_eq!(shown(Tag::SubSecTimeOriginal).unwrap(), "\"25\"");
    assert_eq!(shown(Tag::OffsetTimeOriginal).unwrap(), "\"+02:00\"");
    assert_eq!(shown(Tag::GPSDateStamp).unwrap(), "2022-10-19");
    assert_eq!(shown(Tag::GPSTimeStamp).unwrap(), "07:56:34.25");
    assert_eq!(shown(Tag::GPSLongitudeRef).unwrap(), "W");
    assert_eq!(shown(Tag::GPSImgDirection).unwrap(), "271.25");
    assert_eq!(shown(Tag::FocalLength).unwrap(), "2.8");
    let fields: Vec<Tag> = read.fields().map(|field| field.tag).collect();
    for unwanted in [Tag::MakerNote, Tag::UserComment, Tag::BodySerialNumber, Tag::ImageUniqueID, Tag::ImageDescription]
    {
        assert!(!fields.contains(&unwanted));
    }
    assert!(read.fields().all(|field| field.ifd_num == In::PRIMARY), "there is no thumbnail");
}

#[test]
fn text_cannot_break_out_of_the_packet_or_the_block() {
    let mut tag = full();
    tag.make = Some("\"/><x>&\u{0}\u{202E}secret".to_owned());
    tag.artist = Some("é".repeat(40_000));
    let back = written(&tag);
    assert_eq!(back.make.as_deref(), Some("\"/><x>&secret"));
    assert_eq!(back.artist.unwrap().chars().count(), 256);
    assert!(write_exif(&tag).len() < 60_000);
}

proptest! {
    #[test]
    fn any_geotag_comes_back(
        lon in -180.0..=180.0_f64,
        lat in -90.0..=90.0_f64,
        altitude in -400.0..9000.0_f64,
        second in 631_152_000_i64..4_102_444_800,
        micros in 0..1_000_000_i32,
        degrees in 0.0..359.9999_f64,
        orientation in 1..=8_u8,
        gps in any::<bool>(),
    ) {
        let instant = Timestamp::new(second, micros * 1000).unwrap();
        let source = if gps { TimeSource::Gps } else { TimeSource::Camera };
        let mut tag = full();
        tag.position = Some(Position { lon, lat, altitude: Some(altitude) });
        tag.captured = Some(CaptureTime { instant, local: instant.to_string(), source });
        tag.heading = Some(Heading { degrees, source: HeadingSource::ImageDirection });
        tag.orientation = orientation;
        let back = written(&tag);
        // The local time is told in the zone of the place, which is not UTC.
        let captured = back.captured.clone().unwrap();
        prop_assert_eq!((captured.instant, captured.source), (instant, source));
        prop_assert_eq!(captured.local.parse::<Timestamp>().unwrap(), instant);
        tag.captured = back.captured.clone();
        same(&tag, &back);
    }
}
