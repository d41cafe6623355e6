//! The arithmetic of the card, held against counting by hand.

use std::io::Write as _;

use flaneur_dataset::{Asset, Found, Mark, PartWriter, Row, Tag};
use proptest::{option, prelude::*, strategy::ValueTree as _};

use super::*;
use crate::{card::Card, list::Origin};

prop_compose! {
    fn row()(
        (sequence, producer, license, attribution, make) in (0_u128..6, "[a-d]", "[A-C]", option::of("[a-b]"), option::of("[x-z]")),
        (lon, lat, accuracy, azimuth) in (-180.0..=180.0, -90.0..=90.0, option::of(0.0..40.0), option::of(0.0..360.0)),
        (captured, created, updated) in (0_i64..2_000_000_000, 0_i64..2_000_000_000, 0_i64..2_000_000_000),
        (faces, plates, flat) in (0_i64..3, 0_i64..3, any::<bool>()),
        (tags, marks) in (prop::collection::vec("[k-l]", 0..3), prop::collection::vec("[m-n]", 0..3)),
    ) -> Row {
        let asset = || Asset { href: String::new(), sha256: None, size: None };
        let time = |seconds| Timestamp::from_second(seconds).unwrap();
        let tag = |key: String| Tag { key, value: String::new() };
        Row {
            id: Uuid::nil(), sequence: Uuid::from_u128(sequence), lon, lat, altitude: accuracy,
            captured: time(captured), created: time(created), updated: time(updated), license, attribution, producer, azimuth,
            heading_source: if azimuth.is_some() { "file" } else { "none" },
            pitch: azimuth, roll: accuracy, yaw: None, camera_make: make, camera_model: None, focal_length: None,
            field_of_view: None, size: [4, 3], accuracy, pixel_density: None,
            projection: if flat { "flat" } else { "equirectangular" }, rank: None,
            semantics: tags.into_iter().map(tag).collect(),
            annotations: marks.into_iter().map(|key| Mark { id: Uuid::nil(), shape: vec![[0, 0]; 4], semantics: vec![tag(key)] }).collect(),
            found: Found {
                faces, plates,
                models: if faces > 0 { vec![["face", "finder", "1"].map(str::to_owned)] } else { Vec::new() },
            },
            hd: asset(), sd: asset(), thumb: asset(),
        }
    }
}

fn file(rows: &[Row]) -> File {
    let mut writer = PartWriter::new().unwrap();
    writer.write(rows).unwrap();
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(&writer.finish().unwrap().unwrap().bytes).unwrap();
    file
}

fn origin() -> Origin {
    let at = |path: &str| format!("https://example.org{path}").parse().unwrap();
    Origin {
        name: "Example".to_owned(),
        address: at("/"),
        list: at("/api/dataset"),
        changes: at("/api/changes"),
        change: 12,
        incomplete: false,
    }
}

fn card_of(files: &[&[Row]]) -> Card {
    let mut tally = Tally::default();
    for rows in files {
        assert_eq!(tally.read(file(rows)), Ok(rows.len() as u64));
    }
    Card::new(&origin(), &[], &tally).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn the_card_counts_as_one_would_by_hand(rows in prop::collection::vec(row(), 2..40), cut in 1_usize..39) {
        let card = card_of(&[&rows]);
        let count = |of: &dyn Fn(&Row) -> bool| rows.iter().filter(|row| of(row)).count() as u64;
        let different = |of: &dyn Fn(&Row) -> String| rows.iter().map(of).collect::<HashSet<_>>().len() as u64;
        prop_assert_eq!(card.pictures, rows.len() as u64);
        prop_assert_eq!(card.sequences, different(&|row| row.sequence.to_string()));
        prop_assert_eq!(card.accounts, different(&|row| row.producer.clone()));
        prop_assert_eq!(card.licenses.len() as u64, different(&|row| row.license.clone()));
        for share in &card.licenses {
            prop_assert_eq!(share.count, count(&|row| row.license == share.name));
        }
        prop_assert_eq!(card.attributions.count, count(&|row| row.attribution.is_some()));
        prop_assert_eq!(card.camera_makes.count, count(&|row| row.camera_make.is_some()));
        prop_assert_eq!(card.captured[0], rows.iter().map(|row| row.captured).min().unwrap());
        prop_assert_eq!(card.captured[1], rows.iter().map(|row| row.captured).max().unwrap());
        prop_assert_eq!(card.last_changed, rows.iter().map(|row| row.updated).max().unwrap());
        let [west, _, _, north] = card.bbox;
        prop_assert!(rows.iter().all(|row| west <= row.lon && row.lat <= north));
        prop_assert!(rows.iter().any(|row| row.lon <= west) && rows.iter().any(|row| row.lat >= north));
        for (year, pictures) in &card.years {
            prop_assert_eq!(*pictures, count(&|row| row.captured.to_string().starts_with(year)));
        }
        prop_assert_eq!(card.years.values().sum::<u64>(), card.pictures);
        prop_assert_eq!(card.projected("flat") + card.projected("equirectangular"), card.pictures);
        prop_assert_eq!(card.headings.known, count(&|row| row.azimuth.is_some()));
        prop_assert_eq!(card.headings.tilts, count(&|row| row.pitch.is_some() && row.roll.is_some()));
        prop_assert_eq!(card.positions.with_accuracy, count(&|row| row.accuracy.is_some()));
        prop_assert_eq!(card.positions.accuracy[1].count, count(&|row| row.accuracy.is_some_and(|metres| metres > 1.0 && metres <= 5.0)));
        prop_assert_eq!(card.positions.accuracy[4].count, count(&|row| row.accuracy.is_some_and(|metres| metres > 20.0)));
        prop_assert_eq!(card.tags.pictures, count(&|row| !row.semantics.is_empty()));
        prop_assert_eq!(card.tags.keys.count, rows.iter().map(|row| row.semantics.len() as u64).sum::<u64>());
        prop_assert_eq!(card.annotations.annotations, rows.iter().map(|row| row.annotations.len() as u64).sum::<u64>());
        prop_assert_eq!(card.annotations.keys.count, card.annotations.annotations);
        let redaction = &card.redaction;
        prop_assert_eq!(redaction.faces, rows.iter().map(|row| row.found.faces as u64).sum::<u64>());
        prop_assert_eq!(redaction.plates, rows.iter().map(|row| row.found.plates as u64).sum::<u64>());
        prop_assert_eq!(redaction.pictures_with_none, count(&|row| row.found.faces == 0 && row.found.plates == 0));
        prop_assert_eq!(redaction.models.iter().map(|model| model.pictures).sum::<u64>(), redaction.pictures_with_faces);
        prop_assert!((redaction.faces_per_thousand * card.pictures as f64 / 1000.0 - redaction.faces as f64).abs() < 0.01);

        // The same, however the pictures are divided into files, and in whatever order these are read.
        let (one, other) = rows.split_at(cut.min(rows.len() - 1));
        prop_assert_eq!(&card_of(&[one, other]), &card);
        prop_assert_eq!(&card_of(&[other, one]), &card);
    }
}

#[test]
fn files_of_different_layouts_do_not_belong_together() {
    let mut tally = Tally { columns: Some(Vec::new()), ..Tally::default() };
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let row = row().new_tree(&mut runner).unwrap().current();
    let told = tally.read(file(&[row])).unwrap_err();
    assert!(told.contains("other columns"), "{told}");
}
