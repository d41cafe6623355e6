//! Taking pictures, from servers that go wrong.

use std::{fmt::Write as _, fs, time::Duration};

use crate::support::{Fault, Ground, Kind, Server, files, id, jpeg, sha256};
use axum::{Router, http::HeaderMap, routing::get};
use flaneur_fetch::{FetchError, Halt, Options, Verified};
use tokio_util::sync::CancellationToken;

#[tokio::test]
async fn pictures_come_verified_and_only_once() {
    for (kind, verified) in [(Kind::Flaneur, Verified::Checksum), (Kind::Panoramax, Verified::Jpeg)] {
        let (ground, server) = (Ground::new(), Server::start(kind, 23).await);
        *server.cap.lock().unwrap() = 1000;
        let options = ground.options(&server);
        let summary = ground.go(&options).await;
        assert_eq!((summary.new, summary.received, summary.verified[&verified]), (23, 23 * 3009, 23));
        for number in 0..23 {
            assert_eq!(fs::read(ground.path(number)).unwrap(), server.content(number));
        }
        let done = ground.lines("done.ndjson");
        assert_eq!(done.len(), 23);
        assert_eq!(done[3]["sha256"], sha256(&server.content(3)));
        assert_eq!(ground.into.join(done[3]["file"].as_str().unwrap()), ground.path(3));
        let downloads = server.downloads();
        assert_eq!(downloads.len(), 23);
        let agent = downloads[0].header("user-agent").unwrap();
        assert!(agent.starts_with("flaneur-fetch/"), "{agent}");

        let again = ground.go(&options).await;
        assert_eq!((again.unchanged, again.new, again.received), (23, 0, 0));
        assert!(server.downloads().is_empty());
        assert_eq!(files(&ground.into).len(), 23 + 4, "and the list, the journal, the query and the lock");
    }
}

#[tokio::test]
async fn a_broken_connection_is_gone_on_with() {
    let (ground, server) = (Ground::new(), Server::start(Kind::Flaneur, 1).await);
    server.fault(&id(0), Fault::Cut(1000));
    let summary = ground.go(&ground.options(&server)).await;
    assert_eq!(summary.received, 3009, "not a byte came twice");
    assert_eq!(fs::read(ground.path(0)).unwrap(), server.content(0));
    let downloads = server.downloads();
    assert_eq!((downloads.len(), downloads[1].header("range")), (2, Some("bytes=1000-")));
    assert_eq!(downloads[1].header("if-range"), Some(&*format!("\"{}\"", sha256(&server.content(0)))));
}

#[tokio::test]
async fn a_part_of_what_has_changed_since_is_thrown_away() {
    let (ground, server) = (Ground::new(), Server::start(Kind::Flaneur, 1).await);
    let options = ground.options(&server);
    for _ in 0..options.patience.attempts {
        server.fault(&id(0), Fault::Cut(1000));
    }
    let summary = ground.run(&options).await.unwrap();
    assert_eq!((summary.failures, summary.failed[0].id.clone()), (1, id(0)));
    assert!(!ground.path(0).exists());
    assert_eq!(files(&ground.into.join("pictures")).len(), 1, "the part");
    server.edit(0, |picture| picture.content = jpeg(99, 5000));
    let summary = ground.go(&options).await;
    assert_eq!((summary.new, summary.received), (1, 5009));
    assert_eq!(fs::read(ground.path(0)).unwrap(), server.content(0));
}

#[tokio::test]
async fn a_run_that_was_killed_is_gone_on_with() {
    let (ground, server) = (Ground::new(), Server::start(Kind::Flaneur, 3).await);
    let options = ground.options(&server);
    ground.go(&options).await;
    // Killed in the middle of one, before another got to its place, and with half a line in the journal.
    let (content, journal) = (server.content(1), ground.into.join("done.ndjson"));
    fs::remove_file(ground.path(0)).unwrap();
    fs::write(ground.path(0).with_extension("jpg.part"), &server.content(0)[..2000]).unwrap();
    fs::rename(ground.path(1), ground.path(1).with_extension("jpg.part")).unwrap();
    fs::remove_file(ground.path(2)).unwrap();
    let mut text = fs::read_to_string(&journal).unwrap();
    let tag = sha256(&server.content(0));
    writeln!(text, "{{\"did\":\"begin\",\"id\":\"{}\",\"etag\":\"\\\"{tag}\\\"\"}}", id(0)).unwrap();
    writeln!(text, "{{\"did\":\"begin\",\"id\":\"{}\"}}", id(2)).unwrap();
    text += "{\"did\":\"take\",\"id\":\"01999";
    fs::write(&journal, text).unwrap();
    server.downloads();
    let summary = ground.go(&options).await;
    assert_eq!(summary.received, 1009 + 3009, "the rest of the first, nothing of the second, all of the third");
    assert_eq!(fs::read(ground.path(1)).unwrap(), content);
    assert_eq!((ground.pictures(), server.downloads().len()), (3, 2));
    assert!(ground.lines("done.ndjson").iter().all(|line| line["did"] == "take"));
}

#[tokio::test]
async fn wrong_bytes_are_never_put_in_place() {
    let (ground, server) = (Ground::new(), Server::start(Kind::Flaneur, 3).await);
    let options = ground.options(&server);
    server.fault(&id(0), Fault::Other(jpeg(77, 3000)));
    for _ in 0..options.patience.attempts {
        server.fault(&id(1), Fault::Other(jpeg(78, 3000)));
    }
    let summary = ground.run(&options).await.unwrap();
    assert_eq!((summary.new, summary.failures), (2, 1));
    assert!(summary.failed[0].why.contains("checksum"), "{summary:?}");
    assert_eq!(fs::read(ground.path(0)).unwrap(), server.content(0), "the second time it was right");
    assert!(!ground.path(1).exists() && ground.path(2).exists());
    assert_eq!(ground.go(&options).await.new, 1);
}

#[tokio::test]
async fn without_checksums_what_is_cut_off_or_no_picture_is_not_taken() {
    let (ground, server) = (Ground::new(), Server::start(Kind::Panoramax, 2).await);
    let options = ground.options(&server);
    for _ in 0..options.patience.attempts {
        server.fault(&id(0), Fault::Text("<html>a page that says it is sorry</html>"));
        let cut = server.content(1)[..2500].to_vec();
        server.fault(&id(1), Fault::Other(cut));
    }
    let summary = ground.run(&options).await.unwrap();
    assert_eq!(summary.failures, 1, "a length was stated, and so much came");
    let summary = ground.run(&options).await.unwrap();
    assert_eq!(summary.new, 1);
}

#[tokio::test]
async fn a_busy_server_is_waited_for() {
    let (ground, server) = (Ground::new(), Server::start(Kind::Flaneur, 5).await);
    server.fault(&id(2), Fault::Status(429, Some("17")));
    server.fault(&id(3), Fault::Status(503, Some("Mon, 30 Nov 2026 12:00:42 GMT")));
    server.fault("search", Fault::Status(429, Some("3")));
    let options = Options { jobs: 1, ..ground.options(&server) };
    ground.go(&options).await;
    let slept = ground.world.slept.lock().unwrap().clone();
    assert_eq!(slept, [3, 17, 42].map(Duration::from_secs));
}

#[tokio::test]
async fn a_server_that_asks_for_a_day_is_not_waited_for() {
    let (ground, server) = (Ground::new(), Server::start(Kind::Flaneur, 2).await);
    server.fault(&id(0), Fault::Status(429, Some("86400")));
    let summary = ground.run(&ground.options(&server)).await.unwrap();
    assert_eq!((summary.new, summary.failures), (1, 1));
    assert!(summary.failed[0].why.contains("busy"));
}

#[tokio::test]
async fn failures_are_tried_again_with_longer_waits_and_then_told() {
    let (ground, server) = (Ground::new(), Server::start(Kind::Flaneur, 4).await);
    let options = Options { jobs: 1, ..ground.options(&server) };
    server.fault(&id(0), Fault::Status(503, None));
    server.fault(&id(0), Fault::Status(500, None));
    for _ in 0..options.patience.attempts {
        server.fault(&id(1), Fault::Status(502, None));
    }
    let summary = ground.run(&options).await.unwrap();
    assert_eq!((summary.new, summary.failures), (3, 1));
    assert!(summary.failed[0].why.contains("502"), "{summary:?}");
    let slept = ground.world.slept.lock().unwrap().clone();
    assert_eq!(slept, [1, 2, 1, 2, 4, 8].map(Duration::from_secs));
}

#[tokio::test]
async fn the_token_stays_at_home() {
    // Another host, by another port.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let elsewhere = format!("http://{}/x.jpg", listener.local_addr().unwrap());
    let shown = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let noted = shown.clone();
    let routes = Router::new().route(
        "/x.jpg",
        get(async move |headers: HeaderMap| {
            noted.lock().unwrap().push(headers.contains_key("authorization"));
            jpeg(0, 3000)
        }),
    );
    tokio::spawn(async move { axum::serve(listener, routes).await });
    let (ground, server) = (Ground::new(), Server::start(Kind::Flaneur, 2).await);
    server.fault(&id(0), Fault::Redirect(elsewhere.clone()));
    let asset = serde_json::json!({"hd": {"href": elsewhere, "type": "image/jpeg"}});
    *server.extra.lock().unwrap() = vec![serde_json::json!({"id": "abroad", "assets": asset})];
    let options = Options { token: Some("secret".to_owned()), ..ground.options(&server) };
    assert_eq!(ground.go(&options).await.new, 3);
    assert_eq!(*shown.lock().unwrap(), [false, false]);
    let seen = server.seen.lock().unwrap().clone();
    assert!(seen.iter().all(|seen| seen.header("authorization") == Some("Bearer secret")));
    // What was written down does not hold it.
    for file in files(&ground.into) {
        assert!(!String::from_utf8_lossy(&fs::read(&file).unwrap()).contains("secret"), "{}", file.display());
    }
}

#[tokio::test]
async fn redirects_end_and_lead_to_http_alone() {
    let (ground, server) = (Ground::new(), Server::start(Kind::Flaneur, 2).await);
    for _ in 0..20 {
        server.fault(&id(0), Fault::Redirect(format!("/api/pictures/{}/hd.jpg", id(0))));
    }
    server.fault(&id(1), Fault::Redirect("file:///etc/passwd".to_owned()));
    let summary = ground.run(&ground.options(&server)).await.unwrap();
    assert_eq!(summary.failures, 2);
    assert_eq!(server.downloads().len(), 6 + 1);
}

#[tokio::test]
async fn what_is_larger_than_stated_is_cut_short() {
    let (ground, server) = (Ground::new(), Server::start(Kind::Flaneur, 1).await);
    for _ in 0..5 {
        server.fault(&id(0), Fault::Other(jpeg(0, 2_000_000)));
    }
    let summary = ground.run(&ground.options(&server)).await.unwrap();
    assert_eq!(summary.failures, 1);
    assert!(summary.received < 5_000_000, "{}", summary.received);
}

#[tokio::test]
async fn no_more_comes_than_is_allowed() {
    let (ground, server) = (Ground::new(), Server::start(Kind::Flaneur, 10).await);
    let options = Options { limit_bytes: Some(10_000), jobs: 2, ..ground.options(&server) };
    let summary = ground.run(&options).await.unwrap();
    assert_eq!((summary.halt, summary.is_complete()), (Some(Halt::Limit), false));
    assert!(summary.received <= 10_000 + 3009 && summary.new >= 3, "{summary:?}");
    let rest = ground.go(&ground.options(&server)).await;
    assert_eq!(rest.new + summary.new, 10);
}

/// A world in which whoever waits, waits for ever.
struct Waiting(CancellationToken, tokio::sync::Notify);
#[async_trait::async_trait]
impl flaneur_fetch::World for Waiting {
    fn now(&self) -> jiff::Timestamp {
        jiff::Timestamp::UNIX_EPOCH
    }
    async fn sleep(&self, _: Duration) {
        self.1.notify_one();
        std::future::pending::<()>().await;
    }
    fn chance(&self) -> f64 {
        0.0
    }
}

#[tokio::test]
async fn one_run_at_a_time_and_stopping_is_clean() {
    let (ground, server) = (Ground::new(), Server::start(Kind::Flaneur, 10).await);
    let options = ground.options(&server);
    // The server is busy, so the first run stands while the second begins.
    let world = std::sync::Arc::new(Waiting(CancellationToken::new(), tokio::sync::Notify::new()));
    server.fault(&id(5), Fault::Status(429, Some("60")));
    let first = {
        let (options, world) = (options.clone(), world.clone());
        tokio::spawn(async move {
            let stop = world.0.clone();
            flaneur_fetch::fetch(&options, world, &flaneur_fetch::Silent, stop).await
        })
    };
    world.1.notified().await;
    let refused = ground.run(&options).await.unwrap_err();
    assert!(matches!(&refused, FetchError::Folder(why) if why.contains("another flaneur fetch")), "{refused}");
    world.0.cancel();
    let summary = first.await.unwrap().unwrap();
    assert_eq!(summary.halt, Some(Halt::Asked));
    assert!(summary.new < 10);
    let rest = ground.go(&options).await;
    assert_eq!((rest.new + summary.new, ground.pictures()), (10, 10));
}
