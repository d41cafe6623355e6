//! Files that come piece by piece over bad lines, sent by the client of tus that everybody has.

use std::{path::Path, process::Stdio};

use flaneur_e2e::{
    Client, Commands, Folder, LONG, Photo, Placement, Postgres, Role, S3, SHORT, Scissors, Server, ServerOptions,
    Tools, UploadSet, buckets, field, text, until,
};
use futures::TryStreamExt as _;
use md5::{Digest as _, Md5};
use serde_json::{Value, json};
use tokio::process::{Child, Command};

/// Repeat what a run printed with `FLANEUR_TUS_SEED`.
fn seed() -> u64 {
    let given = std::env::var("FLANEUR_TUS_SEED").ok().and_then(|text| text.parse().ok());
    let seed = given.unwrap_or_else(|| u64::from(std::process::id()));
    println!("FLANEUR_TUS_SEED={seed}");
    seed
}

fn md5(bytes: &[u8]) -> String {
    let sum = Md5::digest(bytes);
    sum.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

/// Pictures on a disk, and what they hash to.
struct Card {
    folder: tempfile::TempDir,
    files: Vec<Value>,
    sums: Vec<(String, String)>,
    bytes: u64,
}

impl Card {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), files: Vec::new(), sums: Vec::new(), bytes: 0 }
    }

    fn with(mut self, name: &str, content: &[u8], more: &Value) -> Self {
        let path = self.folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        let mut metadata = json!({ "filename": name, "filetype": "image/jpeg" });
        for (key, value) in more.as_object().unwrap() {
            metadata[key] = value.clone();
        }
        self.files.push(json!({ "path": path, "metadata": metadata }));
        self.sums.push((name.to_owned(), md5(content)));
        self.bytes += content.len() as u64;
        self
    }

    fn walk(count: u32, width: u32, height: u32) -> Self {
        (0..count).fold(Self::new(), |card, index| {
            let photo = Photo::textured(width, height, index).at(Placement::walk(index));
            card.with(&format!("{index}.jpg"), &photo, &json!({}))
        })
    }

    /// Each file is in the set, once, as it was.
    async fn is_in(&self, client: &Client, set: &UploadSet) {
        let state = client.ready(set).await;
        assert_eq!(field(&state, "/items_status/prepared"), self.sums.len(), "{state}");
        let listed = client.files(set).await;
        let sum = |file: &Value| (text(file, "/file_name"), text(file, "/content_md5").replace('-', ""));
        let mut sums: Vec<_> = listed.iter().map(sum).collect();
        sums.sort();
        let mut expected = self.sums.clone();
        expected.sort();
        assert_eq!(sums, expected, "{listed:?}");
    }

    fn send(&self, url: &str, token: &str, set: &UploadSet, more: &Value) -> Child {
        let package = Tools::repository().join("e2e/tus");
        assert!(package.join("node_modules").is_dir(), "run `npm --prefix e2e/tus ci`, or `make test-e2e`");
        let mut order = json!({
            "endpoint": format!("{url}/api/upload_sets/{}/tus", set.0),
            "token": token,
            "files": self.files,
            "at_once": 3,
            "tries": 300,
        });
        for (key, value) in more.as_object().unwrap() {
            order[key] = value.clone();
        }
        Command::new("node")
            .arg("send.mjs")
            .current_dir(package)
            .env("FLANEUR_TUS", order.to_string())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("node starts")
    }
}

/// What the client says became of each file.
async fn sent(child: Child) -> Vec<Value> {
    let output = tokio::time::timeout(LONG, child.wait_with_output()).await.expect("the client ends").unwrap();
    assert!(output.status.success());
    serde_json::from_slice(&output.stdout).unwrap()
}

async fn all_there_once(server: &Server, set: &UploadSet, card: &Card) {
    card.is_in(&server.admin(), set).await;
    nothing_left(server.data()).await;
}

async fn nothing_left(data: &Path) {
    let everything = Folder(data.to_path_buf());
    until("no original and no part of one is left", SHORT, async || everything.originals().is_empty().then_some(()))
        .await;
}

#[tokio::test]
async fn files_come_whole_and_once_over_a_line_that_breaks() {
    let server = Server::start();
    let line = Scissors::start(server.url(), seed(), 300_000).await;
    let card = Card::walk(6, 1280, 960);
    let set = server.admin().make_set(&json!({ "title": "tunnel", "estimated_nb_files": 6 })).await;
    let done = sent(card.send(line.url(), server.token(), &set, &json!({}))).await;
    assert!(done.len() == 6 && done.iter().all(|file| file.get("error").is_none()), "{done:?}");
    println!("{} bytes in {} over a line that broke {} times", card.bytes, line.sent(), line.cuts());
    assert!(line.cuts() > 3, "the line broke {} times", line.cuts());
    all_there_once(&server, &set, &card).await;
}

#[tokio::test]
async fn a_server_that_dies_in_the_middle_of_a_file_goes_on_with_it() {
    let mut server = Server::start();
    let line = Scissors::start(server.url(), seed(), u64::MAX).await;
    let card = Card::walk(2, 3000, 2200);
    println!("{} bytes", card.bytes);
    let set = server.admin().make_set(&json!({ "title": "power cut", "estimated_nb_files": 2 })).await;
    let child = card.send(line.url(), server.token(), &set, &json!({ "at_once": 1, "chunk": 300_000 }));
    for part in [4, 2] {
        let client = server.admin();
        let target = format!("/api/upload_sets/{}/tus", set.0);
        until("a file is on its way", LONG, async || {
            let open = client.json(&target).await;
            let all = field(&open, "/uploads").as_array().unwrap();
            let there = all.iter().any(|file| file["offset"].as_u64() > file["length"].as_u64().map(|all| all / part));
            (there || client.files(&set).await.len() == 2).then_some(())
        })
        .await;
        server.kill();
        server.restart();
        line.lead_to(&[server.url()]);
    }
    let done = sent(child).await;
    assert!(done.len() == 2 && done.iter().all(|file| file.get("error").is_none()), "{done:?}");
    // What was sent again is less than half of it: each time no more than what was not stored yet.
    assert!(line.sent() < card.bytes * 3 / 2, "{} bytes for {}", line.sent(), card.bytes);
    all_there_once(&server, &set, &card).await;
}

#[tokio::test]
async fn several_processes_take_pieces_of_one_file() {
    let Some(s3) = S3::start() else { return };
    let postgres = Postgres::start();
    let data = tempfile::tempdir().unwrap();
    let place = ["--database", postgres.url(), "--storage", &s3.public_url(), "--private-storage", &s3.private_url()];
    let environment = s3.variables();
    let role = |name| Role::start_in(name, data.path(), &place, &environment);
    let (one, two, _worker) = (role("api"), role("api"), role("worker"));
    let token = Commands::on(&place, &environment).token("ada");
    let line = Scissors::start(one.url(), seed(), 200_000).await;
    line.lead_to(&[one.url(), two.url()]);
    let card = Card::walk(4, 1280, 960);
    let client = one.client(Some(&token));
    let set = client.make_set(&json!({ "title": "fleet", "estimated_nb_files": 4 })).await;
    let done = sent(card.send(line.url(), &token, &set, &json!({ "chunk": 60_000 }))).await;
    assert!(done.len() == 4 && done.iter().all(|file| file.get("error").is_none()), "{done:?}");
    card.is_in(&client, &set).await;
    let private = buckets(&s3).private;
    until("no original and no part of one is left", SHORT, async || {
        let parts = private.parts().try_next().await.unwrap();
        (parts.is_none() && private.list(1).await.unwrap().is_empty()).then_some(())
    })
    .await;
}

#[tokio::test]
async fn what_the_client_says_of_a_file_counts() {
    let server = ServerOptions::default().start();
    let id = "5b1c1a52-6f2e-4c57-9c0e-0b9b8a4f0d11";
    let nowhere = Photo::textured(640, 480, 1).jpeg();
    let placed = json!({
        "picture_id": id, "isBlurred": "true", "override_latitude": "48.5", "override_longitude": "-2.5",
        "override_capture_time": "2024-05-01T10:00:00Z",
    });
    let card = Card::new()
        .with("placed.jpg", &nowhere, &placed)
        .with("nowhere.jpg", &Photo::textured(640, 480, 2).jpeg(), &json!({}))
        .with("text.jpg", b"dear diary", &json!({}))
        .with("again.jpg", &nowhere, &placed);
    let set = server.admin().make_set(&json!({ "title": "said" })).await;
    let done = sent(card.send(server.url(), server.token(), &set, &json!({ "at_once": 1 }))).await;
    let of = |name: &str| done.iter().find(|file| file["name"] == name).unwrap().clone();
    assert_eq!(of("placed.jpg").get("error"), None, "{done:?}");
    let state = server.admin().json(&text(&of("placed.jpg"), "/url")).await;
    assert_eq!((&state["state"], &state["picture_id"]), (&json!("accepted"), &json!(id)));
    for (name, words) in [("nowhere.jpg", "GPS"), ("text.jpg", "JPEG")] {
        let refused = of(name);
        assert!(refused["status"] == 400 && text(&refused, "/body").contains(words), "{refused}");
        let state = server.admin().json(&text(&refused, "/url")).await;
        assert!(state["state"] == "refused" && !text(&state, "/message").is_empty(), "{state}");
    }
    assert_eq!(of("again.jpg").get("error"), None, "the same file with the same id is that picture: {done:?}");
    server.admin().complete(&set).await;
    let state = server.admin().ready(&set).await;
    assert_eq!(
        (field(&state, "/nb_items"), field(&state, "/items_status/rejected")),
        (&json!(1), &json!(2)),
        "{state}"
    );
    nothing_left(server.data()).await;
}
