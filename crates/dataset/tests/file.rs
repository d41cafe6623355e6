//! What is written can be read, by the reader of the library that writes it; others' readers are tried end to end.
#![expect(clippy::unwrap_used, reason = "this is test code")]

use arrow_array::{Array as _, StringArray, StructArray, cast::AsArray as _};
use flaneur_dataset::{Asset, Found, Mark, PartWriter, Row, Tag, columns};
use jiff::Timestamp;
use parquet::{
    arrow::{ProjectionMask, arrow_reader::ParquetRecordBatchReaderBuilder},
    file::{
        metadata::{ParquetMetaDataReader, RowGroupMetaData},
        statistics::Statistics,
    },
};
use uuid::Uuid;

fn row(number: i64) -> Row {
    let file = |name: &str| Asset {
        href: format!("http://example.org/{number}/{name}"),
        sha256: (name != "thumb").then(|| "ab".repeat(32)),
        size: (name == "hd").then_some(1_000 + number),
    };
    Row {
        id: Uuid::from_u128(number as u128),
        sequence: Uuid::from_u128(7),
        lon: 2.0 + number as f64 * 1e-5,
        lat: 48.0,
        altitude: (number % 2 == 0).then_some(35.5),
        captured: Timestamp::from_second(1_700_000_000 + number).unwrap(),
        created: Timestamp::from_second(1_700_100_000).unwrap(),
        updated: Timestamp::from_second(1_700_200_000).unwrap(),
        license: "CC-BY-SA-4.0".to_owned(),
        attribution: None,
        producer: "Ada".to_owned(),
        azimuth: Some(359.5),
        heading_source: "file",
        pitch: None,
        roll: None,
        yaw: None,
        camera_make: Some("GoPro".to_owned()),
        camera_model: None,
        focal_length: Some(3.0),
        field_of_view: Some(360.0),
        size: [5760, 2880],
        accuracy: Some(2.5),
        pixel_density: Some(16),
        projection: "equirectangular",
        rank: Some(number + 1),
        semantics: vec![Tag { key: "osm|highway".to_owned(), value: "street_lamp".to_owned() }; (number % 3) as usize],
        annotations: if number == 1 {
            vec![Mark {
                id: Uuid::from_u128(99),
                shape: vec![[1, 2], [3, 2], [3, 4], [1, 2]],
                semantics: vec![Tag { key: "osm|traffic_sign".to_owned(), value: "stop".to_owned() }],
            }]
        } else {
            Vec::new()
        },
        found: Found { faces: number, plates: 0, models: vec![["face", "finder", "1"].map(str::to_owned)] },
        hd: file("hd"),
        sd: file("sd"),
        thumb: file("thumb"),
    }
}

fn written(count: i64) -> bytes::Bytes {
    let mut writer = PartWriter::new().unwrap();
    let rows: Vec<Row> = (0..count).map(row).collect();
    rows.chunks(700).for_each(|rows| writer.write(rows).unwrap());
    let finished = writer.finish().unwrap().unwrap();
    assert_eq!(finished.rows, count);
    assert_eq!(finished.bbox.map(f64::to_bits), [2.0, 48.0, rows.last().unwrap().lon, 48.0].map(f64::to_bits));
    assert_eq!(finished.captured, [rows[0].captured, rows.last().unwrap().captured]);
    finished.bytes.into()
}

#[test]
fn an_empty_file_is_none() {
    assert_eq!(PartWriter::new().unwrap().finish().unwrap(), None);
}

#[test]
fn the_same_rows_are_the_same_bytes() {
    assert_eq!(written(1000), written(1000));
}

#[test]
fn every_value_comes_back() {
    let bytes = written(3);
    let batch = ParquetRecordBatchReaderBuilder::try_new(bytes).unwrap().build().unwrap().next().unwrap().unwrap();
    assert_eq!(batch.num_columns(), columns().len());
    for (column, described) in batch.schema().fields().iter().zip(columns()) {
        assert_eq!(column.name(), described.name);
        assert!(!described.description.is_empty() && !described.kind.is_empty());
    }
    let text = |name: &str, at: usize| batch[name].as_string::<i32>().value(at).to_owned();
    assert_eq!(text("id", 2), Uuid::from_u128(2).to_string());
    assert_eq!((text("license", 0), text("geovisio:producer", 1)), ("CC-BY-SA-4.0".to_owned(), "Ada".to_owned()));
    assert!(batch["attribution"].is_null(0) && batch["flaneur:altitude"].is_null(1));
    let point = batch["geometry"].as_binary::<i32>().value(1);
    assert_eq!(point[..5], [1, 1, 0, 0, 0]);
    assert_eq!(f64::from_le_bytes(point[5..13].try_into().unwrap()).to_bits(), row(1).lon.to_bits());
    assert_eq!(f64::from_le_bytes(point[13..].try_into().unwrap()).to_bits(), 48.0_f64.to_bits());
    let semantics = batch["semantics"].as_list::<i32>();
    assert_eq!((0..3).map(|at| semantics.value(at).len()).collect::<Vec<_>>(), [0, 1, 2]);
    let marks = batch["annotations"].as_list::<i32>();
    assert_eq!((marks.value(0).len(), marks.value(1).len()), (0, 1));
    let mark: StructArray = marks.value(1).as_struct().clone();
    assert_eq!(mark.column_by_name("shape").unwrap().as_list::<i32>().value(0).len(), 4);
    let assets = batch["assets"].as_struct();
    let sums: &StringArray = assets.column_by_name("sd").unwrap().as_struct()["file:checksum"].as_string();
    assert_eq!(sums.value(0), format!("1220{}", "ab".repeat(32)));
    assert!(assets.column_by_name("thumb").unwrap().as_struct()["file:checksum"].is_null(0));
}

#[test]
fn groups_say_where_they_are() {
    let bytes = written(25_000);
    let footer = ParquetMetaDataReader::new().parse_and_finish(&bytes).unwrap();
    let groups = footer.row_groups();
    assert_eq!(groups.iter().map(RowGroupMetaData::num_rows).collect::<Vec<_>>(), [5_000; 5]);
    let mut east = f64::NEG_INFINITY;
    for group in groups {
        let column = group.columns().iter().find(|column| column.column_path().string() == "bbox.xmin").unwrap();
        let Some(Statistics::Double(found)) = column.statistics() else { panic!("no statistics") };
        assert!(*found.min_opt().unwrap() > east);
        east = *found.max_opt().unwrap();
    }
    let metadata = footer.file_metadata().key_value_metadata().unwrap();
    let geo = metadata.iter().find(|entry| entry.key == "geo").unwrap().value.as_ref().unwrap();
    let geo: serde_json::Value = serde_json::from_str(geo).unwrap();
    assert_eq!(geo["columns"]["geometry"]["covering"]["bbox"]["ymax"], serde_json::json!(["bbox", "ymax"]));
    assert_eq!(geo["columns"]["geometry"]["bbox"][0], 2.0);
    // A few columns can be read alone.
    let reader = ParquetRecordBatchReaderBuilder::try_new(bytes).unwrap();
    let mask = ProjectionMask::columns(reader.parquet_schema(), ["id", "bbox.xmin"]);
    let rows: usize = reader.with_projection(mask).build().unwrap().map(|batch| batch.unwrap().num_rows()).sum();
    assert_eq!(rows, 25_000);
}
