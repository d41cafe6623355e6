//! The command-line client that contributors have, as it is.

use std::{
    path::{Path, PathBuf},
    process::Output,
};

use flaneur_e2e::{LONG, Photo, Relay, Server, Tools, alone, field, text, until};
use reqwest::Method;
use serde_json::Value;
use tempfile::TempDir;

/// A home of its own for the client, and folders of pictures in it.
pub(crate) struct Contributor {
    home: TempDir,
}

impl Contributor {
    pub(crate) fn new() -> Self {
        Self { home: tempfile::tempdir().unwrap() }
    }

    fn folder(&self, name: &str, pictures: std::ops::Range<u32>) -> PathBuf {
        let folder = self.home.path().join(name);
        std::fs::create_dir_all(&folder).unwrap();
        for index in pictures {
            std::fs::write(folder.join(format!("{index:03}.jpg")), Photo::of_walk(index)).unwrap();
        }
        folder
    }

    pub(crate) async fn run(&self, arguments: &[&str]) -> Output {
        // It leaves reports where it is called.
        let run = alone(Tools::panoramax_cli(), self.home.path())
            .args(arguments)
            .env("COLUMNS", "500")
            // It asks for its newest version; there is to be no network.
            .env("HTTPS_PROXY", "http://127.0.0.1:9")
            .output();
        tokio::time::timeout(LONG, run).await.expect("the client ends").expect("the client starts")
    }

    async fn upload(&self, url: &str, token: &str, folder: &Path, more: &[&str]) -> String {
        let fixed = ["upload", "--api-url", url, "--token", token, folder.to_str().unwrap()];
        let output = self.run(&[&fixed, more].concat()).await;
        let printed = printed(&output);
        assert!(output.status.success(), "{printed}");
        printed
    }
}

pub(crate) fn printed(output: &Output) -> String {
    format!("{}\n{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

async fn all_pictures(server: &Server) -> usize {
    let mut found = 0;
    let collections = server.anonymous().json("/api/collections").await;
    for collection in field(&collections, "/collections").as_array().unwrap() {
        let items = server.anonymous().json(&format!("/api/collections/{}/items", text(collection, "/id"))).await;
        found += field(&items, "/features").as_array().unwrap().len();
    }
    found
}

#[tokio::test]
async fn a_folder_is_uploaded_once_however_often_it_is_sent() {
    let server = Server::start();
    let relay = Relay::start(server.url()).await;
    let contributor = Contributor::new();
    let folder = contributor.folder("walk", 0..4);
    let options = ["--wait", "--write-report", "--title", "Walk"];
    let first = contributor.upload(relay.url(), server.token(), &folder, &options).await;
    assert!(folder.join("_panoramax.txt").is_file(), "{first}");
    assert_eq!(all_pictures(&server).await, 4, "{first}");
    assert_eq!(relay.requests("POST", "/files"), 4);

    let second = contributor.upload(relay.url(), server.token(), &folder, &["--wait"]).await;
    assert_eq!(all_pictures(&server).await, 4, "{second}");
    assert_eq!(relay.requests("POST", "/files"), 4, "nothing is sent a second time: {second}");
    assert_eq!(relay.requests("POST", "/api/upload_sets"), 5, "one set and four files: {second}");
}

#[tokio::test]
async fn pictures_of_a_past_upload_are_skipped_not_doubled() {
    let server = Server::start();
    let contributor = Contributor::new();
    let (one, two) = (contributor.folder("one", 0..3), contributor.folder("two", 1..5));
    contributor.upload(server.url(), server.token(), &one, &["--wait"]).await;
    let options = ["--wait", "--parallel-uploads", "3"];
    let printed = contributor.upload(server.url(), server.token(), &two, &options).await;
    assert_eq!(all_pictures(&server).await, 5, "{printed}");
}

#[tokio::test]
async fn signing_in_goes_through_a_link_that_somebody_claims() {
    let server = Server::start();
    let contributor = Contributor::new();
    let folder = contributor.folder("walk", 0..1);
    let asked = contributor.run(&["upload", "--api-url", server.url(), folder.to_str().unwrap()]).await;
    let asked = printed(&asked);
    let claim = asked
        .split_whitespace()
        .find(|word| word.starts_with(server.url()) && word.contains("claim"))
        .unwrap_or_else(|| panic!("no link to claim a token with:\n{asked}"))
        .to_owned();
    let page = server.anonymous().get(&claim).await;
    assert!(page.status < 400, "{page}");

    let id = token_of(&contributor);
    let target = format!("/api/auth/tokens/{id}/claim");
    let admin = server.admin();
    admin.send(admin.request(Method::POST, &target)).await.ok();
    until("the claimed token is known", LONG, async || {
        let again = contributor.run(&["upload", "--wait", "--api-url", server.url(), folder.to_str().unwrap()]).await;
        again.status.success().then_some(())
    })
    .await;
    assert_eq!(all_pictures(&server).await, 1);
}

/// The id in the client's settings of the token that it asked for.
fn token_of(contributor: &Contributor) -> String {
    let settings = std::fs::read_to_string(contributor.home.path().join(".config/geovisio/config.toml"))
        .expect("the client keeps the token that it asked for");
    let line = settings.lines().find(|line| line.starts_with("token_id")).unwrap_or_else(|| panic!("{settings}"));
    line.split('"').nth(1).expect("a quoted value").to_owned()
}

#[tokio::test]
async fn a_wrong_token_is_refused() {
    let server = Server::start();
    let contributor = Contributor::new();
    let folder = contributor.folder("walk", 0..1);
    let refused =
        contributor.run(&["upload", "--api-url", server.url(), "--token", "abc", folder.to_str().unwrap()]).await;
    assert!(!refused.status.success(), "{}", printed(&refused));
    assert_eq!(all_pictures(&server).await, 0);
}

#[tokio::test]
async fn what_was_uploaded_can_be_followed_downloaded_and_deleted() {
    let server = Server::start();
    let contributor = Contributor::new();
    let folder = contributor.folder("walk", 0..2);
    let options = ["--wait", "--title", "Walk", "--semantics", "transport=foot"];
    contributor.upload(server.url(), server.token(), &folder, &options).await;
    let collections = server.anonymous().json("/api/collections").await;
    let [collection] = field(&collections, "/collections").as_array().unwrap().as_slice() else {
        panic!("one sequence: {collections}")
    };
    let id = text(collection, "/id");
    let semantics = server.anonymous().json(&format!("/api/collections/{id}")).await["semantics"].clone();
    assert_eq!(semantics[0]["key"], Value::from("transport"), "{semantics}");

    let into = contributor.home.path().join("copies");
    let path = into.to_str().unwrap();
    let credentials = ["--api-url", server.url(), "--token", server.token()];
    let wanted = ["download", "--collection", &id, "--quality", "hd", "--path", path];
    let downloaded = contributor.run(&[&wanted[..1], &credentials, &wanted[1..]].concat()).await;
    assert!(downloaded.status.success(), "{}", printed(&downloaded));
    let copies = flaneur_e2e::Folder(into).files();
    let pictures = copies.iter().filter(|file| file.extension().is_some_and(|each| each == "jpg")).count();
    assert_eq!(pictures, 2, "{copies:?}");

    let deleted = contributor.run(&[&["delete"][..], &credentials, &["--collection", &id, "--force"]].concat()).await;
    assert!(deleted.status.success(), "{}", printed(&deleted));
    until("nothing is left", LONG, async || (all_pictures(&server).await == 0).then_some(())).await;
}
