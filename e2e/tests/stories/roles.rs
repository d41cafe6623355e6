//! The same program as several processes: an api, workers, a tiler, on one database and one storage.

use std::path::Path;

use flaneur_e2e::{Client, LONG, Photo, Placement, Role, SHORT, Tools, field, run_to_end, text, until};
use serde_json::json;
use tempfile::TempDir;

fn data() -> TempDir {
    tempfile::Builder::new().prefix("flaneur-e2e-").tempdir().unwrap()
}

fn token(data: &Path) -> String {
    let made = run_to_end(&["token", "create", "--account", "ada", "--data", data.to_str().unwrap()]);
    assert!(made.success, "{made:?}");
    made.stdout.trim().to_owned()
}

/// Ready, by what it says itself; which checks there are.
async fn ready(client: &Client, path: &str) -> Vec<String> {
    let answer = client.get(path).await.ok();
    assert_eq!(answer.header("cache-control"), "no-store");
    let body = answer.json();
    assert_eq!(body["ready"], true, "{body}");
    let checks = field(&body, "/checks").as_object().unwrap();
    assert!(checks.values().all(|state| state == "ok"), "{body}");
    checks.keys().cloned().collect()
}

#[tokio::test]
async fn a_fleet_shares_one_database_and_one_storage() {
    let data = data();
    let api = Role::start("api", data.path(), &[]);
    let mut worker = Role::start("worker", data.path(), &[]);
    let tiler = Role::start("tiler", data.path(), &[]);
    let client = api.client(Some(&token(data.path())));

    let items = client.upload_walk("fleet", 0..3).await;
    assert_eq!(items.len(), 3);
    client.get(&text(&items[0], "/assets/hd/href")).await.ok();

    // Each answers for what it has, and says where it is not.
    until("the tile shows them", SHORT, async || {
        let tile = tiler.client(None).get("/api/map/15/16231/11375.mvt").await.ok();
        assert_eq!(tile.header("access-control-allow-origin"), "*");
        (!tile.body.is_empty()).then_some(())
    })
    .await;
    let style = tiler.client(None).json("/api/map/style.json").await;
    assert!(text(&style, "/sources/geovisio/tiles/0").starts_with(tiler.url()), "{style}");
    assert!(tiler.client(None).get("/api/collections").await.sentence().contains("nothing at"));
    assert_eq!(tiler.client(None).get("/").await.status, 404);
    assert_eq!(tiler.client(Some("nonsense")).get("/api/map/style.json").await.status, 401, "it knows who asks");
    assert_eq!(api.client(None).get("/api/map/style.json").await.status, 404);
    let described = api.client(None).json("/api/docs/specs.json").await;
    assert!(described["paths"]["/map/{z}/{x}/{y}"].is_object() && described["paths"]["/ready"].is_object());

    assert_eq!(ready(&api.client(None), "/api/ready").await, ["database", "private_storage", "public_storage"]);
    assert_eq!(ready(&tiler.client(None), "/api/ready").await, ["database"]);
    for role in [&api, &tiler, &worker] {
        role.operator().get("/live").await.ok();
        ready(&role.operator(), "/ready").await;
    }
    assert_eq!(ready(&worker.operator(), "/ready").await, ["database", "models", "private_storage", "public_storage"]);
    for role in [&api, &tiler] {
        role.client(None).get("/api/live").await.ok();
    }
    worker.ask_to_stop();
    assert!(worker.ended().success());
    assert!(worker.log().iter().any(|line| line.contains("stopped")), "{:?}", worker.log());
}

#[tokio::test]
async fn a_worker_that_stops_hands_its_work_to_the_next() {
    let data = data();
    let api = Role::start("api", data.path(), &[]);
    let client = api.client(Some(&token(data.path())));
    let set = client.make_set(&json!({ "title": "handed over", "estimated_nb_files": 6 })).await;
    for index in 0..6 {
        let photo = Photo::textured(1280, 960, index).at(Placement::walk(index));
        assert_eq!(client.send_file(&set, &format!("{index}.jpg"), photo).await.status, 202);
    }
    let mut first = Role::start("worker", data.path(), &["--workers", "1"]);
    until("it is in the middle of it", LONG, async || {
        let done = field(&client.set(&set).await, "/items_status/prepared").as_u64().unwrap();
        (1..6).contains(&done).then_some(())
    })
    .await;
    first.ask_to_stop();
    assert!(first.ended().success(), "{:?}", first.log());
    let _second = Role::start("worker", data.path(), &["--workers", "1"]);
    let state = client.ready(&set).await;
    assert_eq!(field(&state, "/items_status/prepared"), 6, "{state}");
    assert_eq!(client.items(&state).await.len(), 6);
}

#[tokio::test]
async fn told_to_stop_it_says_so_before_it_stops() {
    for name in ["api", "tiler"] {
        let data = data();
        let mut role = Role::start(name, data.path(), &["--drain-delay", "300"]);
        role.ask_to_stop();
        let operator = role.operator();
        let stopping = until("it is not ready any more", SHORT, async || {
            let answer = operator.get("/ready").await;
            (answer.status == 503).then_some(answer)
        })
        .await;
        assert!(text(&stopping.json(), "/message").starts_with("stopping"), "{stopping}");
        let client = role.client(None);
        assert_eq!(client.get("/api/ready").await.status, 503);
        client.get("/api/live").await.ok();
        // Who asks twice does not want to wait.
        role.ask_to_stop();
        assert!(role.ended().success(), "{:?}", role.log());
    }
}

#[tokio::test]
async fn what_is_being_received_is_received_to_its_end() {
    let data = data();
    let mut api = Role::start("api", data.path(), &[]);
    let client = api.client(Some(&token(data.path())));
    let set = client.make_set(&json!({ "title": "slow" })).await;
    let (sender, body) = tokio::sync::mpsc::unbounded_channel::<Result<Vec<u8>, std::io::Error>>();
    let stream = futures::stream::unfold(body, |mut body| async { body.recv().await.map(|part| (part, body)) });
    let request = client
        .request(reqwest::Method::POST, &format!("/api/upload_sets/{}/files", set.0))
        .header("content-type", "multipart/form-data; boundary=x")
        .body(reqwest::Body::wrap_stream(stream));
    let head = "--x\r\ncontent-disposition: form-data; name=\"file\"; filename=\"slow.jpg\"\r\n\
                content-type: image/jpeg\r\n\r\n";
    let photo = Photo::of_walk(1);
    let (first, rest) = photo.split_at(photo.len() / 2);
    sender.send(Ok(head.as_bytes().to_vec())).unwrap();
    sender.send(Ok(first.to_vec())).unwrap();
    let answer = tokio::spawn(request.send());
    let arriving = flaneur_e2e::Folder(data.path().to_path_buf());
    until("the file is on its way", SHORT, async || (!arriving.originals().is_empty()).then_some(())).await;

    api.ask_to_stop();
    let address = api.url().trim_start_matches("http://").to_owned();
    until("nobody new is let in", SHORT, async || {
        tokio::net::TcpStream::connect(&address).await.is_err().then_some(())
    })
    .await;
    sender.send(Ok(rest.to_vec())).unwrap();
    sender.send(Ok(b"\r\n--x--\r\n".to_vec())).unwrap();
    drop(sender);
    assert_eq!(answer.await.unwrap().unwrap().status().as_u16(), 202);
    assert!(api.ended().success(), "{:?}", api.log());
}

#[test]
fn a_server_that_does_everything_is_alone() {
    let data = data();
    let _tiler = Role::start("tiler", data.path(), &[]);
    let models = Tools::models();
    let refused = run_to_end(&[
        "serve",
        "--listen",
        "127.0.0.1:0",
        "--data",
        data.path().to_str().unwrap(),
        "--models",
        models.to_str().unwrap(),
    ]);
    assert!(!refused.success && refused.stderr.contains("stop it"), "{refused:?}");
    assert!(!refused.stdout.contains("token"), "{refused:?}");
}

#[test]
fn a_schema_is_checked_then_brought_up_to_date() {
    let data = data();
    let place = ["--data", data.path().to_str().unwrap()];
    let check = || run_to_end(&["migrate", "--check", place[0], place[1]]);
    let pending = check();
    assert!(!pending.success && pending.stdout.contains("1 accounts"), "{pending:?}");
    assert!(pending.stdout.contains("flaneur migrate"), "{pending:?}");
    assert!(!data.path().join("catalog.db").exists(), "a check makes nothing");
    let done = run_to_end(&["migrate", place[0], place[1]]);
    assert!(done.success && done.stdout.contains("applied"), "{done:?}");
    let checked = check();
    assert!(checked.success && checked.stdout.contains("up to date"), "{checked:?}");
}

#[test]
fn jobs_are_listed_and_only_those_given_up_are_retried() {
    let data = data();
    let place = ["--data", data.path().to_str().unwrap()];
    let listed = run_to_end(&["jobs", "list", "--json", place[0], place[1]]);
    let listed: serde_json::Value = serde_json::from_str(&listed.stdout).unwrap();
    assert_eq!(listed, json!({ "counts": { "queued": 0, "leased": 0, "parked": 0 }, "parked": [] }));
    let none = "0191f0a0-7c3e-7a51-9d3a-6d2f6f0c2b11";
    let retried = run_to_end(&["jobs", "retry", none, place[0], place[1]]);
    assert!(!retried.success && retried.stdout.contains(none), "{retried:?}");
    assert!(run_to_end(&["jobs", "retry", "--all", place[0], place[1]]).success);
}

#[test]
fn nonsense_is_refused_with_a_sentence_and_without_a_password() {
    let data = data();
    let data = data.path().to_str().unwrap();
    for (arguments, sentence) in [
        (vec!["api", "--database", "mysql://ada:s3cret@db/x"], "mysql://ada:***@db/x"),
        (vec!["worker", "--storage", "/srv/pictures"], "no address of a storage"),
        (vec!["serve", "--storage", "file:/srv/x", "--private-storage", "file:/srv/x/private"], "choose two apart"),
        (vec!["api", "--cdn-purge=true"], "--cdn-url"),
    ] {
        let mut line = arguments;
        line.extend(["--data", data]);
        let refused = run_to_end(&line);
        assert!(!refused.success && refused.stderr.contains(sentence), "{line:?}: {refused:?}");
        assert!(!refused.stderr.contains("s3cret") && !refused.stderr.contains("panicked"), "{refused:?}");
    }
}
