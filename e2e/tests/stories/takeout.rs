//! Somebody takes all that they have here along: the archive is unpacked with the system's tar, checked with its `sha256sum`, and
//! compared with what the API says.

use std::{collections::BTreeMap, path::Path, process::Command};

use flaneur_e2e::{
    Answer, Client, Folder, LONG, Photo, Placement, Server, ServerOptions, contains, field, link, text, until,
};
use reqwest::{
    Method,
    multipart::{Form, Part},
};
use serde_json::{Value, json};

/// An archive, unpacked.
struct Unpacked(tempfile::TempDir);

impl Unpacked {
    fn of(archive: &[u8]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("all.tar"), archive).unwrap();
        run(folder.path(), "tar", &["-xf", "all.tar"]);
        std::fs::remove_file(folder.path().join("all.tar")).unwrap();
        Self(folder)
    }

    /// What the system's own program says of the sums.
    fn check(&self) {
        run(self.0.path(), "sha256sum", &["--check", "--strict", "--quiet", "SHA256SUMS"]);
        let listed = self.text("SHA256SUMS").lines().count();
        assert_eq!(listed + 1, Folder(self.0.path().to_owned()).files().len(), "every file has a sum");
    }

    fn bytes(&self, path: &str) -> Vec<u8> {
        std::fs::read(self.0.path().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    fn text(&self, path: &str) -> String {
        String::from_utf8(self.bytes(path)).unwrap()
    }

    fn lines(&self, name: &str) -> Vec<Value> {
        self.text(&format!("{name}.ndjson")).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// Items by their identifiers.
    fn items(&self) -> BTreeMap<String, Value> {
        self.lines("pictures").into_iter().map(|item| (text(&item, "/id"), item)).collect()
    }

    fn has(&self, path: &str) -> bool {
        self.0.path().join(path).exists()
    }
}

fn run(folder: &Path, program: &str, arguments: &[&str]) {
    let ran = Command::new(program).args(arguments).current_dir(folder).output().unwrap();
    assert!(ran.status.success(), "{program}: {}", String::from_utf8_lossy(&ran.stderr));
    assert!(ran.stderr.is_empty(), "{program}: {}", String::from_utf8_lossy(&ran.stderr));
}

async fn take(client: &Client, target: &str) -> (Answer, Unpacked) {
    let answer = client.get(target).await.ok();
    assert_eq!(answer.header("content-type"), "application/x-tar");
    assert_eq!(answer.header("content-encoding"), "", "pictures are not compressed once more");
    let unpacked = Unpacked::of(&answer.body);
    unpacked.check();
    (answer, unpacked)
}

/// Sends a few pictures, hides one, corrects one, has one blurred, has a file refused, and reports somebody's picture.
async fn busy(wanda: &Client, other: &Client) -> Vec<Value> {
    let options = json!({ "title": "Zürich, überall", "semantics": [{ "key": "weather", "value": "fog" }] });
    let set = wanda.make_set(&options).await;
    for index in 0..3 {
        let name = format!("Straße {index}.jpg");
        assert_eq!(wanda.send_file(&set, &name, Photo::of_walk(index)).await.status, 202);
    }
    let moved = Form::new()
        .text("override_latitude", "47.3769")
        .text("override_longitude", "8.5417")
        .part("file", Part::bytes(Photo::of_walk(3)).file_name("../../moved.jpg"));
    assert_eq!(wanda.send_form(&set, moved).await.status, 202);
    assert_eq!(wanda.send_file(&set, "notes.jpg", b"these are no pixels".to_vec()).await.status, 400);
    wanda.complete(&set).await;
    let state = wanda.ready(&set).await;
    let items = wanda.items(&state).await;
    let path = |number: usize| format!("/api/pictures/{}", text(&items[number], "/id"));
    wanda.tell(Method::PATCH, &path(0), &json!({ "visibility": "owner-only" })).await.ok();
    wanda.tell(Method::PATCH, &path(1), &json!({ "heading": 77 })).await.ok();
    let theirs = other.upload_walk("Somebody else's street", 2000..2001).await;
    let report = json!({
        "issue": "picture_low_quality", "picture_id": text(&theirs[0], "/id"), "reporter_comments": "It is all fog",
        "reporter_email": "wanda@example.org",
    });
    wanda.post("/api/reports", &report).await.ok();
    let ring = json!([[19, 9], [20, 9], [20, 10], [19, 10], [19, 9]]);
    let zone = json!({"type": "Feature", "properties": {"label": "My home"}, "geometry": {"type": "Polygon", "coordinates": [ring]}});
    wanda.post("/api/users/me/excluded_areas", &zone).await.ok();
    until("the files follow", LONG, async || {
        let item = wanda.json(&path(1)).await;
        (field(&item, "/assets/hd/file:checksum") != field(&items[1], "/assets/hd/file:checksum")).then_some(())
    })
    .await;
    wanda.items(&state).await
}

#[tokio::test]
async fn everything_is_taken_along_and_nothing_else() {
    let server = Server::start();
    let (wanda, other) = (server.account("wanda"), server.account("otto"));
    let items = busy(&wanda, &other).await;
    let corrected = text(&items[1], "/id");

    let (answer, taken) = take(&wanda, "/api/users/me/takeout").await;
    let name = answer.header("content-disposition");
    assert!(name.starts_with("attachment; filename=\"flaneur-wanda-2") && name.ends_with(".tar\""), "{name}");
    let found = taken.items();
    assert_eq!(found.len(), 4, "the one that nobody else sees, too");
    for item in &items {
        let id = text(item, "/id");
        let mut taken_item = found[&id].clone();
        let own = taken_item.as_object_mut().unwrap().remove("flaneur:own").unwrap();
        let collection = wanda.json(&format!("/api/collections/{}/items?limit=1000", text(item, "/collection"))).await;
        let features = field(&collection, "/features").as_array().unwrap().clone();
        let told = features.into_iter().find(|each| text(each, "/id") == id).unwrap();
        assert_eq!(taken_item, told);
        let hd = wanda.get(&text(item, "/assets/hd/href")).await.ok();
        let path = text(&own, "/file");
        assert_eq!(taken.bytes(&path), hd.body, "{path}");
        let name = path.rsplit('/').next().unwrap();
        assert!(name.starts_with("Straße ") || name.starts_with("moved-"), "{path}");
    }
    let moved =
        found.values().find(|item| text(item, "/properties/original_file:name").ends_with("moved.jpg")).unwrap();
    assert!(field(moved, "/flaneur:own/overrides").to_string().contains("47.3769"), "{moved}");
    let sets = taken.lines("upload_sets");
    assert_eq!(text(&sets[0], "/title"), "Zürich, überall");
    assert_eq!(text(&sets[0], "/semantics/0/value"), "fog");
    assert_eq!(text(&sets[0], "/refused_files/0/file_name"), "notes.jpg");
    assert_eq!(taken.lines("files").len(), 5);
    assert_eq!(taken.lines("edits").len(), 2);
    let reports = taken.lines("reports");
    assert_eq!((reports.len(), text(&reports[0], "/reporter_email")), (1, "wanda@example.org".to_owned()));
    assert!(taken.text("account.json").contains("My home"));
    assert!(!taken.has("MISSING.txt"));

    let token = wanda.json("/api/users/me/tokens").await;
    let jwt = wanda.json(&link(&token[0], "self").unwrap()).await;
    for secret in [text(&jwt, "/jwt_token").as_str(), "otto", "Somebody else's", "jwt", "originals/", "sealed/"] {
        assert!(!contains(&answer.body, secret), "{secret}");
    }
    // Somebody else.
    let id = text(&wanda.json("/api/users/me").await, "/id");
    let hers = format!("/api/users/{id}/takeout");
    assert_eq!(other.get(&hers).await.status, 403);
    assert_eq!(server.anonymous().get(&hers).await.status, 401);
    let set = text(&sets[0], "/id");
    assert_eq!(other.get(&format!("/api/users/me/takeout?upload_set={set}")).await.status, 404);
    let (theirs, _) = take(&other, "/api/users/me/takeout").await;
    for secret in ["wanda", id.as_str(), "My home", set.as_str(), corrected.as_str()] {
        assert!(!contains(&theirs.body, secret), "{secret}");
    }
    let body = json!({ "scopes": ["read", "upload", "edit", "moderate"] });
    let restricted = text(&wanda.post("/api/users/me/tokens", &body).await.ok().json(), "/jwt_token");
    let restricted = Client::new(server.url(), Some(&restricted)).get("/api/users/me/takeout").await;
    assert_eq!((restricted.status, text(&restricted.json(), "/reason")), (403, "insufficient_scope".to_owned()));
    let (by_admin, _) = take(&server.admin(), &hers).await;
    assert!(!contains(&by_admin.body, "My home") && contains(&by_admin.body, "Zürich, überall"));

    // What was taken can be sent to another instance as it is: place and time are in the files.
    let there = Server::start();
    let again = there.account("wanda");
    let files = found.values().map(|item| {
        let path = text(item, "/flaneur:own/file");
        (path.rsplit('/').next().unwrap().to_owned(), taken.bytes(&path))
    });
    let state = again.upload("Moved", files.collect()).await;
    let arrived = again.items(&state).await;
    let place = |item: &Value| (field(item, "/geometry/coordinates").to_string(), text(item, "/properties/datetime"));
    let places = |items: Vec<&Value>| {
        let mut places: Vec<_> = items.into_iter().map(place).collect();
        places.sort();
        places
    };
    assert_eq!(places(arrived.iter().collect()).len(), 4);
    let moments = |items: Vec<&Value>| places(items).into_iter().map(|(_, at)| at).collect::<Vec<_>>();
    let mut expected = moments(found.values().collect());
    let mut arrived_at = moments(arrived.iter().collect());
    expected.sort();
    arrived_at.sort();
    assert_eq!(arrived_at, expected);
}

/// While the client does not read on, somebody deletes a picture that is still to come.
#[tokio::test]
async fn what_is_deleted_meanwhile_is_left_out() {
    let server = Server::start();
    let wanda = server.account("wanda");
    // Several times what lies between server and client.
    let photo = |index| Photo::textured(1400, 1050, index).at(Placement::walk(index));
    let files = (0..18).map(|index| (format!("{index:02}.jpg"), photo(index))).collect();
    let state = wanda.upload("Large pictures", files).await;
    let mut ids: Vec<String> = wanda.items(&state).await.iter().map(|item| text(item, "/id")).collect();
    ids.sort();
    let deleted = ids.last().unwrap();
    let target = format!("{}/api/users/me/takeout", server.url());
    let mut response = wanda.request(Method::GET, &target).send().await.unwrap();
    let mut read = Vec::new();
    // The list of pictures is on its way, and was made by then.
    while !contains(&read, "\"flaneur:own\":") {
        read.extend_from_slice(&response.chunk().await.unwrap().expect("more is to come"));
    }
    let item = format!("/api/pictures/{deleted}");
    let collection = text(&wanda.json(&item).await, "/collection");
    let gone = format!("/api/collections/{collection}/items/{deleted}");
    wanda.send(wanda.request(Method::DELETE, &gone)).await.ok();
    while let Some(chunk) = response.chunk().await.unwrap() {
        read.extend_from_slice(&chunk);
    }
    let taken = Unpacked::of(&read);
    taken.check();
    let path = text(&taken.items()[deleted], "/flaneur:own/file");
    assert!(!taken.has(&path));
    let told = taken.text("MISSING.txt");
    assert!(told.contains(&format!("{path}: not here")), "{told}");
    assert_eq!(taken.text("SHA256SUMS").matches(".jpg").count(), 17);
}

#[tokio::test]
async fn what_the_storage_breaks_is_cut_short_and_said() {
    let server = ServerOptions::default().allow("an archive was cut short").allow("an object is missing").start();
    let wanda = server.account("wanda");
    let items = wanda.upload_walk("A walk", 0..3).await;
    let master = |number: usize| {
        let id = text(&items[number], "/id");
        let found = Folder(server.data().to_owned()).under("public").into_iter();
        let is_its = |path: &std::path::PathBuf| {
            let path = path.display().to_string();
            path.contains(&id) && path.ends_with("master.jpg")
        };
        found.into_iter().find(is_its).unwrap()
    };
    // One is lost: all else is there.
    std::fs::remove_file(master(0)).unwrap();
    let (_, taken) = take(&wanda, "/api/users/me/takeout").await;
    assert!(taken.text("MISSING.txt").contains("lost"), "{}", taken.text("MISSING.txt"));
    assert_eq!(taken.text("SHA256SUMS").matches(".jpg").count(), 2);
    // One cannot be read.
    let broken = master(1);
    std::fs::remove_file(&broken).unwrap();
    std::os::unix::fs::symlink(&broken, &broken).unwrap();
    let target = format!("{}/api/users/me/takeout", server.url());
    let response = wanda.request(Method::GET, &target).send().await.unwrap();
    assert_eq!(response.status(), 200);
    response.bytes().await.expect_err("it is cut short");
    // A client that is not told of errors by its library finds no end either.
    let output = tempfile::tempdir().unwrap();
    let curl = Command::new("curl")
        .args(["--silent", "--fail", "--noproxy", "*", "--output", "all.tar", "--header"])
        .arg(format!("Authorization: Bearer {}", server.commands().token("wanda")))
        .arg(&target)
        .current_dir(output.path())
        .status()
        .unwrap();
    assert_eq!(curl.code(), Some(18), "curl: a part of the file only");
    let part = std::fs::read(output.path().join("all.tar")).unwrap();
    assert!(contains(&part, "README.md") && !contains(&part, "  README.md"), "the sums are the end");
}
