//! What is read of the shared photos, beside what exiftool and Panoramax's own reader say of them.
//!
//! Every difference has its reason in `differences.tsv`; one without a reason fails, and so does a reason without a
//! difference. The table is kept in `bench/results/geotag.md`, which `make bench-geotag` writes anew.

#[path = "../support/mod.rs"]
mod support;

mod fields;
mod reasons;
mod table;

use std::collections::BTreeMap;
use std::path::Path;

use flaneur_geotag::{Geotag, read};
use serde_json::Value;

use fields::Row;
use reasons::Reasons;

/// One photo, as all three read it.
pub struct Photo {
    /// Below the folder of shared data.
    pub name: String,
    /// What this crate reads.
    pub tag: Geotag,
    /// Its values beside those of the other readers.
    pub rows: Vec<Row>,
}

/// Where the table is kept.
const RESULTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../bench/results/geotag.md");

#[test]
fn every_difference_to_other_readers_has_its_reason() {
    let Some(folder) = support::shared_data() else { return };
    let photos = photos(&folder);
    let reasons = Reasons::load();
    let unexplained = reasons.missing(&photos);
    assert!(unexplained.is_empty(), "without a reason in differences.tsv:\n{}", unexplained.join("\n"));
    let idle = reasons.idle(&photos);
    assert!(idle.is_empty(), "in differences.tsv, but no difference any more:\n{}", idle.join("\n"));
    let table = table::write(&photos, &reasons);
    if std::env::var_os("FLANEUR_WRITE_RESULTS").is_some() {
        std::fs::write(RESULTS, &table).expect("the results are writable");
        print!("{}", table.split("## Every photo").next().unwrap_or_default());
    } else if Path::new(RESULTS).exists() {
        let kept = std::fs::read_to_string(RESULTS).expect("the results are readable");
        assert!(kept == table, "bench/results/geotag.md is out of date: run make bench-geotag");
    }
    let right = |reader| table::cameras(&photos, &reasons).values().filter(|camera| camera.wrong[reader] == 0).count();
    assert!(right(table::OURS) > right(table::REFERENCE), "the reference reader has more cameras right");
    assert!(photos.len() > 100, "{} photos", photos.len());
}

fn photos(folder: &Path) -> Vec<Photo> {
    let json = |name: &str| -> Value {
        let text = std::fs::read_to_string(folder.join("exiftool").join(name)).expect("a readable file");
        serde_json::from_str(&text).expect("JSON")
    };
    let mut exiftool: BTreeMap<String, Value> = BTreeMap::new();
    for name in ["geotagged.json", "sequences.json", "pano360.json"] {
        for file in json(name).as_array().expect("a list") {
            exiftool.insert(file["SourceFile"].as_str().expect("a name").to_owned(), file.clone());
        }
    }
    let reference = json("panoramax_tag_reader.json");
    let mut photos = Vec::new();
    for part in ["geotagged", "sequences", "pano360"] {
        for path in support::files(&folder.join(part)) {
            let name = path.strip_prefix(folder).expect("below it").to_string_lossy().into_owned();
            let tag = read(&std::fs::read(&path).expect("a readable file")).expect("a JPEG");
            let rows = fields::compare(&tag, &exiftool[&name], &reference[&name]);
            photos.push(Photo { name, tag, rows });
        }
    }
    photos
}
