//! What is read is what was written, and what is no file of a dataset is refused.
#![expect(clippy::unwrap_used, reason = "this is test code")]

use std::{fs::File, io::Write as _, sync::Arc};

use arrow_array::{ArrayRef, RecordBatch, StringArray};
use flaneur_dataset::{Asset, Found, Mark, PartReader, PartWriter, ReadError, Row, RowView, Tag, columns, description};
use jiff::Timestamp;
use parquet::arrow::ArrowWriter;
use proptest::{option, prelude::*};
use uuid::Uuid;

fn file(bytes: &[u8]) -> File {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(bytes).unwrap();
    file
}

fn asset() -> Asset {
    Asset { href: "http://example.org/x.jpg".to_owned(), sha256: None, size: None }
}

prop_compose! {
    fn tags()(keys in prop::collection::vec("[a-c|]{1,3}", 0..3)) -> Vec<Tag> {
        keys.into_iter().map(|key| Tag { key, value: "yes".to_owned() }).collect()
    }
}

prop_compose! {
    fn rows_of_one()(
        ids in (any::<u128>(), any::<u128>()),
        place in (-180.0..=180.0, -90.0..=90.0),
        times in prop::array::uniform3(-2_000_000_000_000_000_i64..4_000_000_000_000_000),
        texts in ("[A-Z0-9.-]{1,12}", option::of(".{0,9}"), ".{1,9}", option::of(".{0,9}")),
        numbers in prop::array::uniform6(option::of(-999.0..999.0)),
        flat in any::<bool>(),
        semantics in tags(),
        marks in prop::collection::vec(tags(), 0..3),
        found in (0_i64..9, 0_i64..9, 0_usize..3),
    ) -> Row {
        let [captured, created, updated] = times.map(|time| Timestamp::from_microsecond(time).unwrap());
        let [azimuth, pitch, roll, field_of_view, accuracy, altitude] = numbers;
        let (license, attribution, producer, camera_make) = texts;
        Row {
            id: Uuid::from_u128(ids.0), sequence: Uuid::from_u128(ids.1), lon: place.0, lat: place.1, altitude,
            captured, created, updated, license, attribution, producer, azimuth,
            heading_source: if azimuth.is_some() { "track" } else { "none" },
            pitch, roll, yaw: None, camera_make, camera_model: None, focal_length: None, field_of_view,
            size: [4, 3], accuracy, pixel_density: None, projection: if flat { "flat" } else { "equirectangular" },
            rank: None, semantics,
            annotations: marks.into_iter().map(|semantics| Mark { id: Uuid::nil(), shape: vec![[0, 0]; 4], semantics }).collect(),
            found: Found {
                faces: found.0, plates: found.1,
                models: (0..found.2).map(|model| ["face".to_owned(), format!("m{model}"), "1".to_owned()]).collect(),
            },
            hd: asset(), sd: asset(), thumb: asset(),
        }
    }
}

/// What a reader has to say of a row.
fn view(row: &Row) -> RowView<'_> {
    let keys = |tags: &[Tag]| -> Vec<String> { tags.iter().map(|tag| tag.key.clone()).collect() };
    assert!(keys(&row.semantics).len() == row.semantics.len());
    RowView {
        sequence: row.sequence,
        lon: row.lon,
        lat: row.lat,
        altitude: row.altitude,
        captured: row.captured,
        created: row.created,
        updated: row.updated,
        license: &row.license,
        attribution: row.attribution.as_deref(),
        producer: &row.producer,
        has_heading: row.azimuth.is_some(),
        heading_source: row.heading_source,
        has_tilt: row.pitch.is_some() && row.roll.is_some(),
        camera_make: row.camera_make.as_deref(),
        has_field_of_view: row.field_of_view.is_some(),
        accuracy: row.accuracy,
        projection: row.projection,
        tags: row.semantics.iter().map(|tag| tag.key.as_str()).collect(),
        annotations: row.annotations.len() as u64,
        annotation_tags: row.annotations.iter().flat_map(|mark| &mark.semantics).map(|tag| tag.key.as_str()).collect(),
        faces: row.found.faces as u64,
        plates: row.found.plates as u64,
        models: row.found.models.iter().map(|model| model.each_ref().map(String::as_str)).collect(),
    }
}

fn written(rows: &[Row]) -> Vec<u8> {
    let mut writer = PartWriter::new().unwrap();
    writer.write(rows).unwrap();
    writer.finish().unwrap().unwrap().bytes
}

fn one() -> Row {
    Row {
        id: Uuid::nil(),
        sequence: Uuid::nil(),
        lon: 2.0,
        lat: 48.0,
        altitude: None,
        captured: Timestamp::UNIX_EPOCH,
        created: Timestamp::UNIX_EPOCH,
        updated: Timestamp::UNIX_EPOCH,
        license: "CC0-1.0".to_owned(),
        attribution: None,
        producer: "Ada".to_owned(),
        azimuth: None,
        heading_source: "none",
        pitch: None,
        roll: None,
        yaw: None,
        camera_make: None,
        camera_model: None,
        focal_length: None,
        field_of_view: None,
        size: [4, 3],
        accuracy: None,
        pixel_density: None,
        projection: "flat",
        rank: None,
        semantics: Vec::new(),
        annotations: Vec::new(),
        found: Found::default(),
        hd: asset(),
        sd: asset(),
        thumb: asset(),
    }
}

fn read(bytes: &[u8]) -> Result<u64, ReadError> {
    let mut reader = PartReader::open(file(bytes))?;
    let mut count = 0;
    while let Some(rows) = reader.next_rows()? {
        for row in rows.iter() {
            row?;
            count += 1;
        }
    }
    Ok(count)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn rows_are_read_as_they_were_written(rows in prop::collection::vec(rows_of_one(), 1..30)) {
        let mut reader = PartReader::open(file(&written(&rows))).unwrap();
        prop_assert_eq!(reader.rows(), rows.len() as u64);
        let names: Vec<&str> = reader.columns().iter().map(|column| column.name.as_str()).collect();
        prop_assert_eq!(names, columns().iter().map(|column| column.name).collect::<Vec<_>>());
        let mut count = 0;
        while let Some(found) = reader.next_rows().unwrap() {
            for found in found.iter() {
                prop_assert_eq!(found.unwrap(), view(&rows[count]));
                count += 1;
            }
        }
        prop_assert_eq!(count, rows.len());
    }
}

#[test]
fn more_rows_than_a_batch_and_a_group_are_read() {
    let rows: Vec<Row> = (0..6_001).map(|number| Row { lon: f64::from(number) / 100.0, ..one() }).collect();
    assert_eq!(read(&written(&rows)).unwrap(), 6_001);
}

#[test]
fn what_is_no_such_file_is_refused() {
    let good = written(&[one()]);
    assert_eq!(read(&good).unwrap(), 1);
    for end in [0, 3, 4, 8, good.len() / 2, good.len() - 1] {
        assert!(read(&good[..end]).is_err(), "{end}");
    }
    assert!(matches!(read(b"<html>no</html>PAR1"), Err(ReadError::TooLarge(_))), "the footer would be some gigabytes");
    assert!(matches!(read(b"PAR1\x09\x00\x00\x00PAR1"), Err(ReadError::File(_))));
    for (lon, lat) in [(180.5, 0.0), (0.0, -91.0), (f64::NAN, 0.0)] {
        assert!(matches!(read(&written(&[Row { lon, lat, ..one() }])), Err(ReadError::Value(_))), "{lon} {lat}");
    }
    // Another table.
    let names: ArrayRef = Arc::new(StringArray::from(vec!["a"]));
    let batch = RecordBatch::try_from_iter([("collection", names)]).unwrap();
    let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    let told = read(&writer.into_inner().unwrap()).unwrap_err().to_string();
    assert!(told.contains("no column `bbox`"), "{told}");
}

#[test]
fn columns_are_described_by_their_names() {
    assert!(description("flaneur:faces").unwrap().contains("Faces"));
    assert_eq!(description("of somebody else"), None);
}
