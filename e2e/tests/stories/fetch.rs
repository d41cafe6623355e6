//! `flaneur fetch`: a folder of pictures that is kept in step with a server.

use std::{collections::BTreeMap, path::Path};

use flaneur_e2e::{Finished, Folder, LONG, Server, decode, field, run_to_end, text, until};
use reqwest::Method;
use serde_json::{Value, json};

/// Lines of a file of JSON.
fn lines(file: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(file).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The pictures that are in a folder, by identifier.
fn taken(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let id = |file: &Path| file.file_stem().unwrap().to_string_lossy().into_owned();
    Folder(folder.join("pictures")).files().iter().map(|file| (id(file), std::fs::read(file).unwrap())).collect()
}

fn fetch(server: &Server, folder: &Path, more: &[&str]) -> Finished {
    run_to_end(&[&["fetch", server.url(), "--into", folder.to_str().unwrap()], more].concat())
}

/// What is in the folder is what the server serves.
async fn is_in_step(server: &Server, folder: &Path, file: &str, ids: &[String]) {
    let taken = taken(folder);
    assert_eq!(taken.keys().collect::<Vec<_>>(), ids.iter().collect::<Vec<_>>());
    for (id, bytes) in &taken {
        let served = server.anonymous().get(&format!("/api/pictures/{id}/{file}.jpg")).await.ok();
        assert!(served.body == *bytes, "{id} is another file");
    }
    let manifest = lines(&folder.join("manifest.ndjson"));
    assert_eq!(manifest.iter().map(|line| text(line, "/id")).collect::<Vec<_>>(), ids);
}

#[tokio::test]
async fn a_folder_is_kept_in_step_with_a_server() {
    let server = Server::start();
    let owner = server.account("ada");
    let items = owner.upload_walk("Walk", 0..12).await;
    let mut ids: Vec<String> = items.iter().map(|item| text(item, "/id")).collect();
    ids.sort_unstable();
    let folder = tempfile::tempdir().unwrap();
    let town = folder.path().join("town");

    let counted = fetch(&server, &town, &["--manifest-only"]);
    assert!(counted.success && counted.stdout.contains("12 pictures"), "{counted:?}");
    assert!(counted.stdout.contains("CC-BY-SA-4.0"), "{counted:?}");
    assert!(taken(&town).is_empty());
    let first = fetch(&server, &town, &["--shards", "5"]);
    assert!(first.success, "{first:?}");
    is_in_step(&server, &town, "hd", &ids).await;
    let done = lines(&town.join("done.ndjson"));
    assert!(done.iter().all(|line| line["verified"] == "checksum"), "{done:?}");
    let shards = || {
        let index = std::fs::read(town.join("shards/index.json")).unwrap();
        String::from_utf8(index).unwrap()
    };
    let packed = shards();

    // Nothing new: nothing is asked for but the list.
    let before = lines(&town.join("done.ndjson"));
    let again = fetch(&server, &town, &["--shards", "5"]);
    assert!(again.success, "{again:?}");
    assert_eq!((lines(&town.join("done.ndjson")), shards()), (before, packed.clone()));

    // One goes, one is hidden, one is blurred again, one is only turned, and some come.
    let address = |id: &str| {
        let item = items.iter().find(|item| item["id"] == id).unwrap();
        format!("/api/collections/{}/items/{id}", text(item, "/collection"))
    };
    owner.send(owner.request(Method::DELETE, &address(&ids[0]))).await.ok();
    owner.tell(Method::PATCH, &address(&ids[1]), &json!({ "visibility": "owner-only" })).await.ok();
    let regions = json!({ "class": "other", "regions": [{ "box": [8, 8, 64, 64] }] });
    let old = taken(&town)[&ids[2]].clone();
    owner.post(&format!("/api/pictures/{}/redactions", ids[2]), &regions).await.ok();
    until("it has other pixels", LONG, async || {
        let served = owner.get(&format!("/api/pictures/{}/hd.jpg", ids[2])).await.ok();
        (served.body != old).then_some(())
    })
    .await;
    let more = owner.upload_walk("More", 1000..1002).await;
    ids.drain(..2);
    ids.extend(more.iter().map(|item| text(item, "/id")));
    ids.sort_unstable();
    let then = fetch(&server, &town, &["--shards", "5"]);
    assert!(then.success, "{then:?}");
    is_in_step(&server, &town, "hd", &ids).await;
    assert_ne!(shards(), packed);
    decode(&taken(&town)[&ids[0]]);

    // Another question needs another folder.
    let other = fetch(&server, &town, &["--quality", "sd"]);
    assert!(!other.success && other.stderr.contains("another"), "{other:?}");
    let near = field(&more[0], "/geometry/coordinates").as_array().unwrap().clone();
    let (lon, lat) = (near[0].as_f64().unwrap(), near[1].as_f64().unwrap());
    let bbox = format!("{},{},{},{}", lon - 0.001, lat - 0.001, lon + 0.001, lat + 0.001);
    let small = folder.path().join("small");
    let sd = fetch(&server, &small, &["--quality", "sd", "--bbox", &bbox]);
    assert!(sd.success, "{sd:?}");
    let mut near: Vec<String> = more.iter().map(|item| text(item, "/id")).collect();
    near.sort_unstable();
    is_in_step(&server, &small, "sd", &near).await;
    // By what it has, and by when it changed.
    let panoramas = folder.path().join("panoramas");
    let none = fetch(&server, &panoramas, &["--filter", "type = 'equirectangular'"]);
    assert!(none.success && taken(&panoramas).is_empty(), "{none:?}");
    let lately = folder.path().join("lately");
    let since = text(&more[0], "/properties/created");
    let some = fetch(&server, &lately, &["--since", &since]);
    assert!(some.success, "{some:?}");
    assert!(taken(&lately).len() >= 2 && taken(&lately).keys().all(|id| ids.contains(id)));
}

#[tokio::test]
async fn what_makes_no_sense_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let nowhere = run_to_end(&["fetch", "http://127.0.0.1:9", "--into", folder.path().to_str().unwrap()]);
    assert!(!nowhere.success && nowhere.stderr.contains("127.0.0.1:9"), "{nowhere:?}");
    std::fs::write(folder.path().join("thesis.txt"), "mine").unwrap();
    let foreign = run_to_end(&["fetch", "http://127.0.0.1:9", "--into", folder.path().to_str().unwrap()]);
    assert!(!foreign.success && !foreign.stderr.is_empty(), "{foreign:?}");
    assert_eq!(std::fs::read_to_string(folder.path().join("thesis.txt")).unwrap(), "mine");
}
