//! Listing pictures at servers of each kind.

use std::sync::Mutex;

use crate::support::{Fault, Ground, Kind, Server, id};
use flaneur_fetch::{BBox, Event, FetchError, Options, Progress, Query, parse_since};
use serde_json::json;
use tokio_util::sync::CancellationToken;

fn only_list(ground: &Ground, server: &Server) -> Options {
    Options { manifest_only: true, ..ground.options(server) }
}

#[tokio::test]
async fn all_pages_are_listed_in_order() {
    let (ground, server) = (Ground::new(), Server::start(Kind::Flaneur, 50).await);
    let summary = ground.go(&only_list(&ground, &server)).await;
    assert_eq!((summary.listed.pictures, summary.listed.with_checksum), (50, 50));
    assert_eq!(summary.listed.bytes, 50 * 3009);
    assert_eq!(summary.listed.licenses["CC-BY-SA-4.0"], 50);
    let lines = ground.lines("manifest.ndjson");
    let ids: Vec<&str> = lines.iter().map(|line| line["id"].as_str().unwrap()).collect();
    assert_eq!(ids, (0..50).map(id).collect::<Vec<_>>());
    let first = &lines[0];
    assert_eq!(
        (&first["lon"], &first["license"], &first["producer"]),
        (&json!(2.0), &json!("CC-BY-SA-4.0"), &json!("ada"))
    );
    assert!(first["checksum"].as_str().unwrap().starts_with("1220"));
    assert_eq!(ground.pictures(), 0);
    assert!(server.downloads().is_empty());

    let before = std::fs::read(ground.into.join("manifest.ndjson")).unwrap();
    ground.go(&only_list(&ground, &server)).await;
    assert_eq!(std::fs::read(ground.into.join("manifest.ndjson")).unwrap(), before);
}

#[tokio::test]
async fn a_server_without_pages_is_asked_part_by_part() {
    for cap in [7, 10, 25, 50, 1000] {
        let (ground, server) = (Ground::new(), Server::start(Kind::Panoramax, 333).await);
        *server.cap.lock().unwrap() = cap;
        let summary = ground.go(&only_list(&ground, &server)).await;
        assert_eq!(summary.listed.pictures, 333, "cap {cap}");
        let requests = server.seen.lock().unwrap().len();
        assert!(requests < 333 * 20 / cap.min(333) + 30, "{requests} requests with cap {cap}");
    }
}

#[tokio::test]
async fn what_cannot_be_told_apart_is_told_as_a_gap_and_removes_nothing() {
    let (ground, server) = (Ground::new(), Server::start(Kind::Panoramax, 40).await);
    let options = ground.options(&server);
    ground.run(&options).await.unwrap();
    assert_eq!(ground.pictures(), 40);
    // All on one spot, at one time.
    for number in 0..40 {
        server.edit(number, |picture| (picture.lon, picture.lat) = (2.5, 48.5));
    }
    *server.cap.lock().unwrap() = 25;
    let summary = ground.run(&options).await.unwrap();
    assert_eq!((summary.listed.pictures, summary.removed, summary.kept), (25, 0, 15));
    assert!(!summary.gaps.is_empty() && !summary.is_complete());
    assert_eq!(ground.pictures(), 40);
}

#[tokio::test]
async fn few_pictures_close_together_take_few_requests() {
    let (ground, server) = (Ground::new(), Server::start(Kind::Panoramax, 10).await);
    for number in 0..10 {
        server.edit(number, |picture| (picture.lon, picture.lat) = (2.5 + number as f64 / 1e4, 48.5));
    }
    *server.cap.lock().unwrap() = 1000;
    ground.go(&only_list(&ground, &server)).await;
    let requests = server.seen.lock().unwrap().len();
    assert!(requests < 20, "{requests}");
}

#[tokio::test]
async fn boxes_areas_and_times_choose() {
    let ring = json!([[1.995, 47.995], [2.035, 47.995], [2.035, 48.015], [1.995, 48.015], [1.995, 47.995]]);
    let area = json!({"type": "Feature", "geometry": {"type": "Polygon", "coordinates": [ring]}});
    for kind in [Kind::Flaneur, Kind::Panoramax] {
        let server = Server::start(kind, 100).await;
        let listed = async |change: &dyn Fn(&mut Query)| {
            let ground = Ground::new();
            *server.cap.lock().unwrap() = if kind == Kind::Flaneur { 5 } else { 30 };
            let mut options = only_list(&ground, &server);
            change(&mut options.query);
            ground.go(&options).await.listed.pictures
        };
        let boxed = |query: &mut Query| query.bbox = Some(BBox([1.995, 47.995, 2.035, 48.015]));
        assert_eq!(listed(&boxed).await, 8, "{kind:?}");
        let within = |query: &mut Query| query.intersects = Some(area.clone());
        assert_eq!(listed(&within).await, 8, "{kind:?}");
        assert!(server.seen.lock().unwrap().iter().any(|seen| seen.method == "POST"));
        // Of 100 with days 1 to 28 in turn; the second server cannot be asked for that.
        let since = |query: &mut Query| query.since = parse_since("2026-05-20").ok();
        let expected = (0..100).filter(|number| number % 28 + 1 >= 20).count() as u64;
        assert_eq!(listed(&since).await, expected, "{kind:?}");
        let until = |query: &mut Query| query.until = flaneur_fetch::parse_until("2026-05-19").ok();
        assert_eq!(listed(&until).await, 100 - expected, "{kind:?}");
    }
}

#[tokio::test]
async fn hostile_items_are_refused_and_the_others_taken() {
    let (ground, server) = (Ground::new(), Server::start(Kind::Flaneur, 3).await);
    let asset = |href: &str| json!({"hd": {"href": href, "type": "image/jpeg"}});
    *server.extra.lock().unwrap() = vec![
        json!({"id": "../../x", "assets": asset("http://127.0.0.1:1/x")}),
        json!({"id": "\u{1b}]0;owned\u{7}", "assets": asset("http://127.0.0.1:1/x")}),
        json!({"id": "fine", "assets": asset("file:///etc/passwd")}),
        json!([1, 2, 3]),
        json!("item"),
    ];
    let summary = ground.run(&ground.options(&server)).await.unwrap();
    assert_eq!((summary.listed.pictures, summary.new, summary.refusals), (3, 3, 5));
    assert!(!summary.is_complete());
    let told = format!("{:?}", summary.refused);
    assert!(told.contains("../../x") && !told.contains('\u{1b}'), "{told}");
    let outside: Vec<_> = std::fs::read_dir(ground.into.parent().unwrap()).unwrap().collect();
    assert_eq!(outside.len(), 1);
    assert_eq!(ground.pictures(), 3);
}

/// What the user is told of.
#[derive(Default)]
struct Told(Mutex<Vec<String>>);

impl Progress for Told {
    fn on(&self, event: &Event<'_>) {
        if let Event::Note(text) = event {
            self.0.lock().unwrap().push((*text).to_owned());
        }
    }
}

#[tokio::test]
async fn who_waits_for_a_server_is_told_so_once() {
    let (ground, server) = (Ground::new(), Server::start(Kind::Flaneur, 1).await);
    let options = ground.options(&server);
    server.fault("landing", Fault::Status(502, None));
    server.fault("landing", Fault::Status(502, None));
    let told = Told::default();
    flaneur_fetch::fetch(&options, ground.world.clone(), &told, CancellationToken::new()).await.unwrap();
    let told = told.0.into_inner().unwrap();
    assert_eq!(told, [format!("{}/api: it answers 502 Bad Gateway; trying again", server.address)]);
}

#[tokio::test]
async fn a_list_that_fails_half_way_changes_nothing() {
    let (ground, server) = (Ground::new(), Server::start(Kind::Flaneur, 20).await);
    let options = ground.options(&server);
    ground.go(&options).await;
    let list = std::fs::read(ground.into.join("manifest.ndjson")).unwrap();
    for fault in [
        Fault::Status(500, None),
        Fault::Text("{\"type\": \"FeatureCollection\", \"features\": [{\"id\""),
        Fault::Text("{}"),
        Fault::Cut(5),
    ] {
        server.fault("search", Fault::Redirect("/api/search?limit=7".to_owned()));
        for _ in 0..options.patience.attempts {
            server.fault("search", fault.clone());
        }
        let error = ground.run(&options).await.unwrap_err();
        assert!(matches!(error, FetchError::Away { .. }), "{error}");
        server.faults.lock().unwrap().clear();
        assert_eq!(std::fs::read(ground.into.join("manifest.ndjson")).unwrap(), list);
        assert_eq!(ground.pictures(), 20);
    }
    // Fewer failures than attempts are got over.
    for _ in 1..options.patience.attempts {
        server.fault("search", Fault::Text("{\"features\": [{\"id\""));
    }
    assert_eq!(ground.go(&options).await.unchanged, 20);
}

#[tokio::test]
async fn pages_in_a_circle_and_sites_without_an_api_end() {
    let (ground, server) = (Ground::new(), Server::start(Kind::Flaneur, 20).await);
    for _ in 0..5 {
        server.fault(
            "search",
            Fault::Text("{\"features\": [], \"links\": [{\"rel\": \"next\", \"href\": \"/api/search?a=b\"}]}"),
        );
    }
    let error = ground.run(&ground.options(&server)).await.unwrap_err().to_string();
    assert!(error.contains("circle"), "{error}");
    let mut options = Ground::new().options(&server);
    options.query.url += "/api/nothing";
    let error = ground.run(&options).await.unwrap_err().to_string();
    assert!(error.contains("no landing page"), "{error}");
}

#[tokio::test]
async fn the_address_of_the_api_does_as_well() {
    let (ground, server) = (Ground::new(), Server::start(Kind::Flaneur, 2).await);
    let mut options = ground.options(&server);
    options.query.url += "/api/";
    assert_eq!(ground.go(&options).await.new, 2);
}
