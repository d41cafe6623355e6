//! Tiles as clients read them: layers, attributes, their types, geometry.

use std::collections::BTreeMap;

use fast_mvt::{MvtGeometry, MvtReaderRef, MvtValueRef};
use flaneur_coverage::{GridPoint, PicturePoint, SequenceLine, encode, encode_account, quadkey::Tile};
use uuid::Uuid;

const LON: f64 = 2.3499;
const LAT: f64 = 48.8530;

/// A feature as a client sees it: geometry, and attributes with their wire types.
type Feature = (MvtGeometry, BTreeMap<String, String>);

fn read(bytes: &[u8]) -> BTreeMap<String, Vec<Feature>> {
    let reader = MvtReaderRef::new(bytes).expect("a tile");
    let mut layers = BTreeMap::new();
    for layer in reader.layers() {
        assert_eq!((layer.version(), layer.extent()), (2, 4096));
        let mut features = Vec::new();
        for feature in layer.features() {
            let attributes = feature
                .properties_vec()
                .expect("attributes")
                .into_iter()
                .map(|(key, value)| (key.to_owned(), typed(value)));
            features.push((feature.geometry().expect("a geometry"), attributes.collect()));
        }
        assert!(layers.insert(layer.name().to_owned(), features).is_none());
    }
    layers
}

fn typed(value: MvtValueRef<'_>) -> String {
    match value {
        MvtValueRef::String(text) => format!("string {text}"),
        MvtValueRef::Int(number) => format!("int {number}"),
        MvtValueRef::Double(number) => format!("double {number}"),
        MvtValueRef::Bool(truth) => format!("bool {truth}"),
        other => format!("{other:?}"),
    }
}

fn attributes(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

/// The points of lines, whether there are one or several.
fn lines(geometry: &MvtGeometry) -> Vec<Vec<(i32, i32)>> {
    let points = |line: &fast_mvt::MvtLineString| line.0.iter().map(|point| (point.x, point.y)).collect();
    match geometry {
        MvtGeometry::LineString(line) => vec![points(line)],
        MvtGeometry::MultiLineString(several) => several.0.iter().map(points).collect(),
        other => panic!("no lines: {other:?}"),
    }
}

fn sequence() -> SequenceLine {
    SequenceLine {
        id: Uuid::from_u128(0xa1),
        account: Uuid::from_u128(0xb2),
        model: Some("GoPro Max".to_owned()),
        panorama: Some(true),
        date: "2025-07-14".to_owned(),
        accuracy: Some(4.5),
        pixel_density: Some(16),
        lines: vec![vec![(LON, LAT), (LON + 0.001, LAT), (LON + 0.002, LAT + 0.001)]],
        hidden: false,
    }
}

fn picture() -> PicturePoint {
    PicturePoint {
        id: Uuid::from_u128(0xc3),
        account: Uuid::from_u128(0xb2),
        sequence: Uuid::from_u128(0xa1),
        captured: "2025-07-14T09:30:04Z".to_owned(),
        heading: Some(359.7),
        panorama: false,
        model: Some("GoPro Max".to_owned()),
        accuracy: Some(4.0),
        pixel_density: Some(30),
        hidden: false,
        lon: LON,
        lat: LAT,
    }
}

#[test]
fn nothing_is_no_bytes() {
    for z in 0..=15 {
        assert!(encode(Tile::at(z, LON, LAT), &[], &[], &[]).unwrap().is_empty());
        let far = SequenceLine { lines: vec![vec![(-LON, -LAT), (-LON, -LAT - 0.1)], vec![]], ..sequence() };
        let empty = GridPoint { lon: LON, lat: LAT, pictures: 0, panoramas: 0 };
        let gone = PicturePoint { lat: -LAT, ..picture() };
        if z > 0 {
            assert!(encode(Tile::at(z, LON, LAT), &[empty], &[far], &[gone]).unwrap().is_empty(), "zoom {z}");
        }
    }
}

#[test]
fn each_zoom_has_its_layers() {
    let cell = GridPoint { lon: LON, lat: LAT, pictures: 3, panoramas: 1 };
    for z in 0..=15 {
        let bytes = encode(Tile::at(z, LON, LAT), &[cell], &[sequence()], &[picture()]).unwrap();
        let names: Vec<_> = read(&bytes).into_keys().collect();
        let expected: &[&str] = match z {
            0..=5 => &["grid"],
            6 => &["grid", "sequences"],
            7..=14 => &["sequences"],
            _ => &["pictures", "sequences"],
        };
        assert_eq!(names, expected, "zoom {z}");
    }
}

#[test]
fn a_cell_counts() {
    let cell = |east, pictures, panoramas| GridPoint { lon: LON + east, lat: LAT, pictures, panoramas };
    let cells = [cell(0.0, 200_000, 0), cell(0.1, 5, 5), cell(0.2, 50_000, 30_000)];
    let layers = read(&encode(Tile::at(5, LON, LAT), &cells, &[], &[]).unwrap());
    let found: Vec<_> = layers["grid"].iter().map(|feature| feature.1.clone()).collect();
    assert_eq!(
        found,
        [
            attributes(&[
                ("nb_pictures", "int 200000"),
                ("nb_360_pictures", "int 0"),
                ("nb_flat_pictures", "int 200000"),
                ("coef", "double 1"),
                ("coef_360_pictures", "double 0"),
                ("coef_flat_pictures", "double 1"),
            ]),
            attributes(&[
                ("nb_pictures", "int 5"),
                ("nb_360_pictures", "int 5"),
                ("nb_flat_pictures", "int 0"),
                // Never nothing where there is something.
                ("coef", "double 0.0001"),
                ("coef_360_pictures", "double 0.0002"),
                ("coef_flat_pictures", "double 0"),
            ]),
            attributes(&[
                ("nb_pictures", "int 50000"),
                ("nb_360_pictures", "int 30000"),
                ("nb_flat_pictures", "int 20000"),
                ("coef", "double 0.25"),
                ("coef_360_pictures", "double 1"),
                ("coef_flat_pictures", "double 0.1"),
            ]),
        ]
    );
    // A count that contradicts itself is no reason to overflow.
    assert!(encode(Tile::at(5, LON, LAT), &[cell(0.0, 1, u64::MAX)], &[], &[]).is_ok());
}

#[test]
fn a_sequence_has_its_attributes() {
    for z in 7..=15 {
        let layers = read(&encode(Tile::at(z, LON, LAT), &[], &[sequence()], &[]).unwrap());
        let [(geometry, found)] = &layers["sequences"][..] else { panic!("{layers:?}") };
        assert_eq!(
            *found,
            attributes(&[
                ("id", "string 00000000-0000-0000-0000-0000000000a1"),
                ("account_id", "string 00000000-0000-0000-0000-0000000000b2"),
                ("model", "string GoPro Max"),
                ("type", "string equirectangular"),
                ("date", "string 2025-07-14"),
                ("gps_accuracy", "double 4.5"),
                ("h_pixel_density", "int 16"),
            ])
        );
        assert!(lines(geometry).concat().len() >= 2);
    }
}

#[test]
fn what_is_unknown_is_left_out_and_hidden_is_said() {
    let sequence =
        SequenceLine { model: None, panorama: None, accuracy: None, pixel_density: None, hidden: true, ..sequence() };
    let picture =
        PicturePoint { model: None, heading: None, accuracy: None, pixel_density: None, hidden: true, ..picture() };
    let layers = read(&encode(Tile::at(15, LON, LAT), &[], &[sequence], &[picture]).unwrap());
    let keys = |layer: &str| layers[layer][0].1.keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys("sequences"), ["account_id", "date", "hidden", "id"]);
    assert_eq!(keys("pictures"), ["account_id", "first_sequence", "hidden", "id", "sequences", "ts", "type"]);
    assert_eq!(layers["pictures"][0].1["hidden"], "bool true");
}

#[test]
fn a_picture_has_its_attributes() {
    let layers = read(&encode(Tile::at(15, LON, LAT), &[], &[], &[picture()]).unwrap());
    let [(MvtGeometry::Point(point), found)] = &layers["pictures"][..] else { panic!("{layers:?}") };
    assert_eq!(
        *found,
        attributes(&[
            ("id", "string 00000000-0000-0000-0000-0000000000c3"),
            ("account_id", "string 00000000-0000-0000-0000-0000000000b2"),
            ("ts", "string 2025-07-14T09:30:04Z"),
            ("heading", "int 0"),
            ("type", "string flat"),
            ("model", "string GoPro Max"),
            ("gps_accuracy", "double 4"),
            ("h_pixel_density", "int 30"),
            ("sequences", "string [\"00000000-0000-0000-0000-0000000000a1\"]"),
            ("first_sequence", "string 00000000-0000-0000-0000-0000000000a1"),
        ])
    );
    let bbox = Tile::at(15, LON, LAT).bbox();
    let east = (LON - bbox.west) / (bbox.east - bbox.west) * 4096.0;
    let south = (bbox.north - LAT) / (bbox.north - bbox.south) * 4096.0;
    assert!((f64::from(point.x()) - east).abs() <= 1.0 && (f64::from(point.y()) - south).abs() <= 1.0);
}

#[test]
fn a_picture_on_its_own_is_a_dot() {
    let alone = SequenceLine { lines: vec![vec![(LON, LAT)]], ..sequence() };
    // So is a track that is too short for the zoom level.
    let short = SequenceLine { lines: vec![vec![(LON, LAT), (LON + 1e-7, LAT), (LON, LAT)]], ..sequence() };
    for z in 6..=15 {
        for sequence in [&alone, &short] {
            let layers = read(&encode(Tile::at(z, LON, LAT), &[], std::slice::from_ref(sequence), &[]).unwrap());
            let dot = lines(&layers["sequences"][0].0);
            let [[(x, y), end]] = [<[_; 2]>::try_from(dot[0].clone()).unwrap()];
            assert_eq!((dot.len(), end), (1, (x + 1, y)), "zoom {z}");
        }
    }
}

#[test]
fn at_zoom_6_all_lines_are_one_feature_without_attributes() {
    let long = SequenceLine { lines: vec![vec![(LON, LAT), (LON + 1.0, LAT + 0.5)]], ..sequence() };
    let sequences = [sequence(), sequence(), long];
    let layers = read(&encode(Tile::at(6, LON, LAT), &[], &sequences, &[]).unwrap());
    let [(geometry, found)] = &layers["sequences"][..] else { panic!("{layers:?}") };
    assert!(found.is_empty());
    assert_eq!(lines(geometry).len(), 2, "the same dot is there once");
}

#[test]
fn the_map_of_an_account_has_its_sequences_at_every_zoom() {
    for z in 0..=15 {
        let layers = read(&encode_account(Tile::at(z, LON, LAT), &[sequence()], &[picture()]).unwrap());
        assert_eq!(layers.contains_key("pictures"), z == 15);
        assert!(!layers.contains_key("grid"));
        assert_eq!(layers["sequences"][0].1["date"], "string 2025-07-14", "zoom {z}");
    }
}

#[test]
fn lines_end_beyond_the_border() {
    let tile = Tile::at(12, LON, LAT);
    let bbox = tile.bbox();
    let middle = f64::midpoint(bbox.south, bbox.north);
    let across = SequenceLine { lines: vec![vec![(bbox.west - 1.0, middle), (bbox.east + 1.0, middle)]], ..sequence() };
    let layers = read(&encode(tile, &[], &[across], &[]).unwrap());
    let found = lines(&layers["sequences"][0].0);
    assert_eq!(found.len(), 1);
    assert_eq!((found[0][0].0, found[0][1].0), (-64, 4096 + 64));
}

/// Entity tags are made from the bytes, by whichever process answers.
#[test]
fn the_same_input_gives_the_same_bytes() {
    let tile = Tile::at(15, LON, LAT);
    let pictures: Vec<_> =
        (0..100u128).map(|n| PicturePoint { id: Uuid::from_u128(n), heading: Some(n as f64), ..picture() }).collect();
    let once = encode(tile, &[], &[sequence()], &pictures).unwrap();
    let again = std::thread::spawn(move || encode(tile, &[], &[sequence()], &pictures).unwrap()).join().unwrap();
    assert_eq!(once, again);
}

#[test]
fn positions_that_are_none_are_left_out() {
    let nowhere = PicturePoint { lon: f64::NAN, heading: Some(f64::NAN), ..picture() };
    let lost = SequenceLine { lines: vec![vec![(f64::NAN, f64::INFINITY), (LON, f64::NAN)]], ..sequence() };
    assert!(encode(Tile::at(15, LON, LAT), &[], &[lost], &[nowhere]).unwrap().is_empty());
}
