//! An instance is backed up while it works, wrecked, and comes back somewhere else.

use std::{collections::BTreeMap, path::Path};

use flaneur_e2e::{
    Client, Finished, Folder, LONG, Photo, Postgres, S3, SHORT, Server, ServerOptions, field, on_s3, run_to_end, text,
    until,
};
use reqwest::Method;
use serde_json::{Value, json};
use tempfile::TempDir;

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn folder() -> TempDir {
    tempfile::Builder::new().prefix("flaneur-e2e-").tempdir().unwrap()
}

#[track_caller]
fn done(finished: Finished) -> String {
    assert!(finished.success, "{finished:?}");
    finished.stdout
}

/// Items as they are said by a server of another address.
async fn items(server: &Server, client: &Client, set: &Value) -> BTreeMap<String, String> {
    let items = client.items(set).await;
    items.iter().map(|item| (text(item, "/id"), item.to_string().replace(server.url(), "http://x"))).collect()
}

async fn bytes(client: &Client, ids: impl Iterator<Item = &String>) -> BTreeMap<String, Vec<u8>> {
    let mut bytes = BTreeMap::new();
    for id in ids {
        for size in ["hd", "sd", "thumb"] {
            let target = format!("/api/pictures/{id}/{size}.jpg");
            bytes.insert(target.clone(), client.get(&target).await.ok().body);
        }
    }
    bytes
}

/// Sends so many pictures of a walk, from one on.
async fn send(client: &Client, title: &str, from: u32, pictures: u32) -> flaneur_e2e::UploadSet {
    let set = client.make_set(&json!({ "title": title, "estimated_nb_files": pictures })).await;
    for index in from..from + pictures {
        client.send_file(&set, &format!("{index}.jpg"), Photo::of_walk(index)).await.ok();
    }
    set
}

async fn tile(client: &Client) -> Vec<u8> {
    client.get("/api/map/0/0/0.mvt").await.ok().body
}

/// Backs up in the middle of an upload, wrecks the instance, restores it with other options, and compares.
async fn comes_back(from: ServerOptions, options: ServerOptions) {
    let mut server = from.start();
    let client = server.admin();
    let first = client.ready(&send(&client, "before", 0, 4).await).await;
    let (items_before, backup) = (items(&server, &client, &first).await, folder());
    let bytes_before = bytes(&client, items_before.keys()).await;
    assert_eq!((items_before.len(), bytes_before.len()), (4, 12));

    // In the middle of the next upload, twice into the same folder.
    let set = send(&client, "meanwhile", 4, 4).await;
    let back_up = || done(server.command(&["backup", path(backup.path())]));
    assert!(back_up().contains("pictures in"));
    client.ready(&set).await;
    let again = back_up();
    assert!(again.contains("16 objects"), "{again}");
    let tile_before = tile(&client).await;
    server.wreck();
    if server.data().join("catalog.db").exists() {
        std::fs::remove_dir_all(server.data().join("public")).unwrap();
        std::fs::remove_file(server.data().join("catalog.db")).unwrap();
    }

    let data = folder();
    let own = ["--data", path(data.path())];
    let restore = ["restore", path(backup.path())];
    let told = done(options.run_to_end(&[restore, own].concat()));
    assert!(told.contains("8 pictures") && told.contains("16 objects written"), "{told}");
    let refused = options.run_to_end(&[restore, own].concat());
    assert!(!refused.success && refused.stderr.contains("not empty"), "{refused:?}");
    assert!(done(options.run_to_end(&[["doctor", "--deep"], own].concat())).starts_with("nothing found"));

    let token = server.token().to_owned();
    drop(server);
    let server = options.start_on(data, &token);
    let client = server.admin();
    assert_eq!(items(&server, &client, &first).await, items_before);
    assert_eq!(bytes(&client, items_before.keys()).await, bytes_before);
    assert_eq!(tile(&client).await, tile_before);
    // Life goes on.
    assert_eq!(field(&client.ready(&send(&client, "after", 8, 2).await).await, "/items_status/prepared"), 2);
}

#[tokio::test]
async fn a_wrecked_instance_comes_back() {
    comes_back(ServerOptions::default(), ServerOptions::default()).await;
}

#[tokio::test]
async fn a_wrecked_instance_comes_back_in_buckets() {
    let Some(s3) = S3::start() else { return };
    comes_back(ServerOptions::default(), on_s3(&s3)).await;
}

#[tokio::test]
async fn an_instance_moves_up_to_postgresql_and_buckets() {
    let Some(s3) = S3::start() else { return };
    let postgres = Postgres::start();
    comes_back(ServerOptions::default(), on_s3(&s3).database(postgres.url())).await;
}

#[tokio::test]
async fn an_instance_moves_down_to_one_file_and_folders() {
    let Some(s3) = S3::start() else { return };
    let postgres = Postgres::start();
    comes_back(on_s3(&s3).database(postgres.url()), ServerOptions::default()).await;
}

#[tokio::test]
async fn what_was_deleted_after_the_backup_stays_deleted() {
    let mut server = Server::start();
    let client = server.admin();
    let set = client.ready(&send(&client, "walk", 0, 3).await).await;
    let ids: Vec<String> = client.items(&set).await.iter().map(|item| text(item, "/id")).collect();
    let collection = text(&client.items(&set).await[0], "/collection");
    let backup = folder();
    done(run_to_end(&["backup", path(backup.path()), "--data", path(server.data())]));
    let target = format!("/api/collections/{collection}/items/{}", ids[1]);
    client.send(client.request(Method::DELETE, &target)).await.ok();
    let everything = Folder(server.data().to_path_buf());
    // A file that is still being written has a name with a `#`.
    let is_whole = |file: &std::path::PathBuf| !file.to_string_lossy().contains('#');
    until("it is noted", SHORT, async || everything.under("withdrawals").iter().any(is_whole).then_some(())).await;
    server.wreck();

    let data = folder();
    let private = format!("file:{}", path(&server.data().join("private")));
    let told = done(run_to_end(&["restore", path(backup.path()), "--noted-in", &private, "--data", path(data.path())]));
    assert!(told.contains("1 withdrawals"), "{told}");
    let token = server.token().to_owned();
    drop(server);
    let server = ServerOptions::default().start_on(data, &token);
    let client = server.admin();
    assert_eq!(client.get(&target).await.status, 404);
    for (id, status) in [(&ids[0], 200), (&ids[1], 404), (&ids[2], 200)] {
        assert_eq!(client.get(&format!("/api/pictures/{id}/sd.jpg")).await.status, status, "{id}");
    }
    until("its files are gone, too", LONG, async || {
        let files = Folder(server.data().join("public")).files();
        files.iter().all(|file| !file.to_string_lossy().contains(&ids[1])).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_doctor_tells_what_is_lost_and_mends_it() {
    let server = Server::start();
    let client = server.admin();
    let set = client.ready(&send(&client, "walk", 0, 2).await).await;
    let item = client.items(&set).await.remove(0);
    let data = server.data().to_owned();
    let doctor = |more: &[&str]| run_to_end(&[&["doctor", "--data", path(&data)], more].concat());
    assert!(done(doctor(&[])).starts_with("nothing found"));
    let lost = Folder(data.join("public")).files().into_iter().find(|file| {
        let name = file.to_string_lossy();
        name.contains(&text(&item, "/id")) && name.ends_with("-thumb.jpg")
    });
    std::fs::remove_file(lost.unwrap()).unwrap();
    let told = doctor(&["--json"]);
    let report: Value = serde_json::from_str(&told.stdout).unwrap();
    assert!(!told.success && report["healthy"] == false, "{told:?}");
    assert_eq!(field(&report, "/findings/0/kind"), "objects-missing");
    done(doctor(&["--repair"]));
    assert!(done(doctor(&[])).starts_with("nothing found"));
    let answer = client.get(&format!("/api/pictures/{}/sd.jpg", text(&item, "/id"))).await;
    assert!((400..500).contains(&answer.status), "{answer}");
}
