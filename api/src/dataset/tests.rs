use std::collections::BTreeSet;

use flaneur_access::Visibility;
use flaneur_catalog::model::{BoxClass, Detection, JobKind, PictureId};
use jiff::SignedDuration;
use serde_json::{Value, json};

use super::{plan::plan, *};
use crate::testing::{Fixture, FixtureBuilder, HOST, Recipe, Seeded};

fn settings() -> DatasetSettings {
    DatasetSettings { every: SignedDuration::from_hours(24), address: Some(HOST.to_owned()) }
}

async fn fixture() -> Fixture {
    FixtureBuilder::default().settings(|given| given.dataset = Some(settings())).build().await
}

async fn run(fixture: &Fixture) -> Value {
    round(&fixture.api, &settings()).await.unwrap();
    fixture.get("/dataset").await.json()
}

/// Names of the files on the list.
fn files(collection: &Value) -> BTreeSet<String> {
    let assets = collection["assets"].as_object().unwrap();
    assets.values().map(|asset| asset["href"].as_str().unwrap().rsplit('/').next().unwrap().to_owned()).collect()
}

async fn read(fixture: &Fixture, file: &str) -> crate::testing::Answer {
    fixture.get(&format!("/dataset/{file}")).await
}

/// Whether the bytes of a file have an identifier. Ids are texts, and compressed with little success; so the file is asked for
/// what it has by the reader of the library.
fn ids(bytes: &bytes::Bytes) -> BTreeSet<String> {
    use parquet::{
        file::reader::{FileReader as _, SerializedFileReader},
        record::RowAccessor as _,
    };
    let reader = SerializedFileReader::new(bytes.clone()).unwrap();
    reader.get_row_iter(None).unwrap().map(|row| row.unwrap().get_string(0).unwrap().clone()).collect()
}

async fn hide(fixture: &Fixture, of: &Seeded, at: usize) {
    let path = format!("/collections/{}/items/{}", of.id, of.pictures[at]);
    let body = json!({ "visibility": "logged-only" });
    assert_eq!(fixture.request("PATCH", &path).of(Some(&fixture.owner)).json(&body).send().await.status, 200);
}

fn named(ids: &[PictureId]) -> BTreeSet<String> {
    ids.iter().map(ToString::to_string).collect()
}

#[tokio::test]
async fn an_instance_without_one_says_so() {
    let fixture = crate::testing::fixture().await;
    for path in ["/dataset", "/dataset/x.parquet"] {
        let answer = fixture.get(path).await;
        assert_eq!(
            (answer.status, answer.json()["message"].as_str().unwrap()),
            (404, "this instance offers no dataset")
        );
    }
}

#[tokio::test]
async fn an_empty_instance_has_an_empty_one() {
    let fixture = fixture().await;
    let collection = run(&fixture).await;
    assert_eq!((&collection["assets"], &collection["flaneur:incomplete"]), (&json!({}), &json!(false)));
    assert_eq!(collection["extent"]["temporal"]["interval"], json!([[null, null]]));
}

#[tokio::test]
async fn what_anybody_sees_is_in_it_and_nothing_else() {
    let fixture = fixture().await;
    let detection = Detection {
        class: BoxClass::Face,
        score: 0.9,
        model: "finder".to_owned(),
        model_version: "1".to_owned(),
        bounds: [0.0, 0.0, 9.0, 9.0],
    };
    let street = fixture.sequence_with(|recipe| recipe.with_detections(vec![detection])).await;
    for visibility in [Visibility::LoggedOnly, Visibility::OwnerOnly] {
        fixture.sequence_with(|recipe| recipe.visible_to(visibility)).await;
    }
    assert_eq!(fixture.get("/dataset").await.json()["flaneur:incomplete"], true, "there is something, and no file");
    let collection = run(&fixture).await;
    insta::assert_json_snapshot!("collection", collection, {
        ".assets.*.href" => "[file]", ".assets.*[\"file:checksum\"]" => "[sum]", ".assets.*[\"file:size\"]" => "[bytes]",
    });
    let files = files(&collection);
    let file = files.first().unwrap();
    let answer = read(&fixture, file).await;
    assert_eq!((answer.status, answer.header("content-type")), (200, "application/vnd.apache.parquet"));
    assert_eq!(ids(&answer.body), named(&street.pictures));
    assert_eq!(collection["assets"].as_object().unwrap().values().next().unwrap()["file:size"], answer.body.len());
    // A part of it, as readers ask; and not again what one has.
    let footer = fixture.request("GET", &format!("/dataset/{file}")).header("range", "bytes=-4").send().await;
    assert_eq!((footer.status, &*footer.body), (206, b"PAR1".as_slice()));
    let again = fixture.request("GET", &format!("/dataset/{file}")).header("if-none-match", answer.header("etag"));
    assert_eq!(again.send().await.status, 304);
    assert_eq!(read(&fixture, "another.parquet").await.status, 404);
}

#[tokio::test]
async fn only_what_changed_is_written_anew() {
    let fixture = fixture().await;
    let here = fixture.sequence().await;
    let there = fixture.sequence_with(|recipe| recipe.at(60.0, 10.0)).await;
    let first = files(&run(&fixture).await);
    assert_eq!(first.len(), 2);
    // What is new can wait.
    fixture.sequence_with(|recipe| Recipe { count: 1, ..recipe }).await;
    assert_eq!(files(&run(&fixture).await), first);
    fixture.clock.advance(SignedDuration::from_hours(25));
    let collection = run(&fixture).await;
    let second = files(&collection);
    assert_eq!((second.len(), second.intersection(&first).count()), (2, 1));
    assert_eq!(collection["flaneur:change"], fixture.get("/changes?after=latest").await.json()["next"]);
    let anew = second.difference(&first).next().unwrap();
    assert!(ids(&read(&fixture, anew).await.body).is_superset(&named(&here.pictures)));
    // Who began to read the old one comes to an end with it; in a day.
    let old = first.difference(&second).next().unwrap();
    assert_eq!(read(&fixture, old).await.status, 200);
    fixture.clock.advance(SignedDuration::from_hours(25));
    assert_eq!(files(&run(&fixture).await), second, "nothing changed");
    assert_eq!(read(&fixture, old).await.status, 404);
    // A tag is a change, too.
    let path = format!("/pictures/{}", there.pictures[0]);
    let tag = json!({ "semantics": [{ "key": "osm|highway", "value": "stop" }] });
    assert_eq!(fixture.request("PATCH", &path).of(Some(&fixture.owner)).json(&tag).send().await.status, 200);
    fixture.clock.advance(SignedDuration::from_hours(25));
    assert_eq!(files(&run(&fixture).await).intersection(&second).count(), 1);
}

#[tokio::test]
async fn what_is_withdrawn_is_in_no_file_that_can_be_read() {
    let fixture = fixture().await;
    let here = fixture.sequence().await;
    fixture.sequence_with(|recipe| recipe.at(60.0, 10.0)).await;
    let before = run(&fixture).await;
    let of_here = async |collection: &Value| {
        for file in files(collection) {
            let answer = read(&fixture, &file).await;
            if answer.status == 200 && !ids(&answer.body).is_disjoint(&named(&here.pictures)) {
                return Some(file);
            }
        }
        None
    };
    let first = of_here(&before).await.unwrap();
    let mut file = first.clone();
    for at in 0..3 {
        hide(&fixture, &here, at).await;
        // At once, before anything is written.
        for file in files(&before) {
            let answer = read(&fixture, &file).await;
            assert!(answer.status != 200 || ids(&answer.body).is_disjoint(&named(&here.pictures)));
        }
        let collection = fixture.get("/dataset").await.json();
        assert_eq!((&collection["flaneur:incomplete"], files(&collection).len()), (&json!(true), 1));
        // And by any range of it.
        let part = fixture.request("GET", &format!("/dataset/{file}")).header("range", "bytes=0-99").send().await;
        assert_eq!(part.status, 410);
        let collection = run(&fixture).await;
        assert_eq!(collection["flaneur:incomplete"], false);
        assert_eq!(read(&fixture, &file).await.status, 410);
        assert!(at == 0 || read(&fixture, &first).await.status == 404, "it is not kept for those who read it");
        let left = named(&here.pictures[at + 1..]);
        match of_here(&collection).await {
            Some(anew) => {
                assert_eq!(ids(&read(&fixture, &anew).await.body), left);
                file = anew;
            }
            None => assert!(left.is_empty()),
        }
    }
    // Nothing of it is left in the storage, either.
    fixture.clock.advance(SignedDuration::from_hours(25));
    run(&fixture).await;
    let stored = fixture.api.storage.public.list(1000).await.unwrap();
    let kept: BTreeSet<_> =
        fixture.api.catalog.dataset_parts().await.unwrap().into_iter().map(|part| part.object).collect();
    let files = stored.iter().filter(|key| key.kind() == flaneur_storage::ObjectKind::Dataset);
    assert_eq!(files.map(|key| key.as_str().to_owned()).collect::<BTreeSet<_>>(), kept);
}

#[tokio::test]
async fn another_address_has_all_of_it_written_anew() {
    let fixture = fixture().await;
    fixture.sequence().await;
    let first = files(&run(&fixture).await);
    let moved = DatasetSettings { address: None, ..settings() };
    round(&fixture.api, &moved).await.unwrap();
    let second = files(&fixture.get("/dataset").await.json());
    assert!(first.is_disjoint(&second));
    round(&fixture.api, &moved).await.unwrap();
    assert_eq!(files(&fixture.get("/dataset").await.json()), second);
}

#[tokio::test]
async fn a_file_that_cannot_be_written_is_tried_again() {
    let fixture = fixture().await;
    fixture.sequence().await;
    let folder = fixture.public_folder();
    let aside = folder.with_extension("aside");
    std::fs::rename(&folder, &aside).unwrap();
    std::fs::write(&folder, "no folder").unwrap();
    round(&fixture.api, &settings()).await.unwrap();
    assert_eq!(fixture.get("/dataset").await.json()["flaneur:incomplete"], true);
    let waiting = |lines: Vec<flaneur_catalog::model::QueueLine>| {
        lines.into_iter().find(|line| line.kind == JobKind::Dataset).map(|line| (line.due, line.delayed))
    };
    assert_eq!(waiting(fixture.api.catalog.queue().await.unwrap()), Some((0, 1)));
    std::fs::remove_file(&folder).unwrap();
    std::fs::rename(&aside, &folder).unwrap();
    fixture.clock.advance(SignedDuration::from_secs(2));
    assert_eq!(files(&run(&fixture).await).len(), 1);
}

#[tokio::test]
async fn full_tiles_are_divided_and_stay_so() {
    let fixture = fixture().await;
    for lon in [1.0, 2.0, 2.5] {
        fixture.sequence_with(|recipe| recipe.at(lon, 47.0)).await;
    }
    let catalog = &*fixture.api.catalog;
    let sizes = async |parts: &[DatasetPart], most| {
        plan(catalog, parts, most).await.unwrap().into_iter().map(|tile| tile.quadkey().len()).collect::<Vec<_>>()
    };
    assert_eq!(sizes(&[], 9).await, [6]);
    let divided = plan(catalog, &[], 8).await.unwrap();
    assert!(divided.len() > 1 && divided.iter().all(|tile| tile.quadkey().len() == 9), "{divided:?}");
    assert!(divided.is_sorted_by(|a, b| a.keys().end() < b.keys().start()), "no key is in two");
    run(&fixture).await;
    let mut parts = catalog.dataset_parts().await.unwrap();
    assert_eq!(parts.len(), 1);
    parts[0].keys = divided[0].keys();
    assert!(sizes(&parts, 16).await.iter().all(|digits| *digits == 9), "it was divided, and is more than half full");
    assert_eq!(sizes(&parts, 18).await, [6]);
}
