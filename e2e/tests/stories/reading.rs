//! What any page or program may rely on when it reads.

use flaneur_e2e::{Answer, Server, ServerOptions, field, link, text};
use reqwest::Method;

const PAGE: &str = "https://somebody.example";
const EDITOR: &str = "https://editor.example";

async fn ask(server: &Server, method: Method, target: &str, headers: &[(&str, &str)]) -> Answer {
    let nobody = server.anonymous();
    let mut request = nobody.request(method, target);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    nobody.send(request).await
}

#[tokio::test]
async fn every_page_may_read_everything_and_named_ones_may_sign_in() {
    let server = ServerOptions::default().with(&["--credential-origins", EDITOR]).start();
    let item = server.admin().upload_walk("walk", 0..1).await.remove(0);
    let targets = [
        "/api".to_owned(),
        "/api/map/style.json".to_owned(),
        "/api/map/15/0/0.mvt".to_owned(),
        "/api/nothing".to_owned(),
        "/api/search?limit=x".to_owned(),
        text(&item, "/assets/thumb/href"),
        link(&item, "self").unwrap(),
    ];
    for target in &targets {
        for origin in [None, Some(PAGE), Some(EDITOR)] {
            let headers: Vec<_> = origin.map(|origin| ("origin", origin)).into_iter().collect();
            let answer = ask(&server, Method::GET, target, &headers).await;
            let allowed = answer.header("access-control-allow-origin");
            let credentials = answer.header("access-control-allow-credentials");
            let (allowed, credentials) = (allowed.as_str(), credentials.as_str());
            if origin == Some(EDITOR) {
                assert_eq!((allowed, credentials), (EDITOR, "true"), "{target}");
            } else {
                assert_eq!((allowed, credentials), ("*", ""), "{target} for {origin:?}");
            }
            assert!(answer.header("vary").to_lowercase().contains("origin"), "{target}: {:?}", answer.headers);
        }
    }
    for method in ["GET", "POST", "PATCH", "DELETE"] {
        let headers = [
            ("origin", PAGE),
            ("access-control-request-method", method),
            ("access-control-request-headers", "authorization, content-type"),
        ];
        let answer = ask(&server, Method::OPTIONS, "/api/upload_sets", &headers).await;
        assert!(matches!(answer.status, 200 | 204), "{answer}");
        assert!(answer.header("access-control-allow-methods").contains(method), "{answer}");
        let allowed = answer.header("access-control-allow-headers").to_lowercase();
        assert!(allowed.contains("authorization") && allowed.contains("content-type"), "{allowed}");
    }
}

#[tokio::test]
async fn a_slash_at_the_end_changes_nothing() {
    let server = Server::start();
    let item = server.admin().upload_walk("walk", 0..1).await.remove(0);
    let (id, collection) = (text(&item, "/id"), text(&item, "/collection"));
    for target in [
        "/api".to_owned(),
        "/api/collections".to_owned(),
        "/api/configuration".to_owned(),
        "/api/conformance".to_owned(),
        format!("/api/collections/{collection}"),
        format!("/api/collections/{collection}/items"),
        format!("/api/collections/{collection}/items/{id}"),
    ] {
        let plain = ask(&server, Method::GET, &target, &[]).await.ok();
        let slashed = ask(&server, Method::GET, &format!("{target}/"), &[]).await.ok();
        assert_eq!(plain.body.len(), slashed.body.len(), "{target}");
    }
    let found = ask(&server, Method::GET, &format!("/api/search/?ids={id}"), &[]).await.ok().json();
    assert_eq!(field(&found, "/features").as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn the_server_says_that_it_lives() {
    let server = Server::start();
    for method in [Method::HEAD, Method::GET] {
        let answer = ask(&server, method, "/api/live", &[]).await;
        assert_eq!(answer.status, 200, "{answer}");
    }
}

#[tokio::test]
async fn copies_are_checked_not_sent_again_and_come_in_parts() {
    let server = Server::start();
    let item = server.admin().upload_walk("walk", 0..1).await.remove(0);
    for asset in ["hd", "sd", "thumb"] {
        let target = text(&item, &format!("/assets/{asset}/href"));
        let whole = ask(&server, Method::GET, &target, &[]).await.ok();
        let tag = whole.header("etag");
        assert!(tag.starts_with('"'), "a strong entity tag: {tag}");
        assert!(!whole.header("cache-control").is_empty(), "{asset}");

        let again = ask(&server, Method::GET, &target, &[("if-none-match", &tag)]).await;
        assert_eq!((again.status, again.body.len()), (304, 0), "{asset}");
        assert_eq!(again.header("etag"), tag);
        let head = ask(&server, Method::HEAD, &target, &[]).await;
        assert_eq!((head.status, head.body.len()), (200, 0), "{asset}");
        assert_eq!(head.header("content-length"), whole.body.len().to_string());

        let part = ask(&server, Method::GET, &target, &[("range", "bytes=10-19")]).await;
        assert_eq!((part.status, part.body.as_slice()), (206, &whole.body[10..20]), "{asset}");
        assert_eq!(part.header("content-range"), format!("bytes 10-19/{}", whole.body.len()));
        let beyond = ask(&server, Method::GET, &target, &[("range", "bytes=99999999-")]).await;
        assert_eq!(beyond.status, 416, "{asset}");
        let stale = [("range", "bytes=10-19"), ("if-range", "\"another\"")];
        assert_eq!(ask(&server, Method::GET, &target, &stale).await.ok().body.len(), whole.body.len());
    }
}

#[tokio::test]
async fn answers_are_compressed_only_for_those_who_name_how() {
    let server = Server::start();
    for (accepted, encoding) in [
        ("gzip", "gzip"),
        ("br", "br"),
        ("zstd", "zstd"),
        ("gzip;q=0.5, zstd", "zstd"),
        ("gzip, deflate, br, zstd", "zstd"),
        ("*", ""),
        ("identity", ""),
    ] {
        let answer = ask(&server, Method::GET, "/api", &[("accept-encoding", accepted)]).await.ok();
        assert_eq!(answer.header("content-encoding"), encoding, "{accepted}");
    }
    assert_eq!(ask(&server, Method::GET, "/api", &[]).await.ok().header("content-encoding"), "");
}

#[tokio::test]
async fn the_landing_page_has_the_links_that_clients_look_for() {
    let server = Server::start();
    let landing = server.anonymous().json("/api").await;
    assert_eq!(field(&landing, "/stac_version"), "1.0.0");
    let links = field(&landing, "/links").as_array().unwrap();
    for (rel, kind) in [
        ("self", "application/json"),
        ("data", "application/json"),
        ("search", "application/geo+json"),
        ("xyz", "application/vnd.mapbox-vector-tile"),
        ("xyz-style", "application/json"),
        ("tilejson", "application/json"),
        ("item-preview", "image/jpeg"),
        ("collection-preview", "image/jpeg"),
        ("user-search", "application/json"),
    ] {
        let found = links.iter().find(|link| link["rel"] == rel && link["type"] == kind);
        let target = text(found.unwrap_or_else(|| panic!("no {rel} of {kind} in {landing}")), "/href");
        assert!(target.starts_with(server.url()), "{rel}: {target}");
    }
}

#[tokio::test]
async fn an_item_has_what_viewers_die_without() {
    let server = Server::start();
    let items = server.admin().upload_walk("walk", 0..3).await;
    let middle = &items[1];
    for member in [
        "/properties/view:azimuth",
        "/properties/pers:interior_orientation",
        "/properties/exif",
        "/properties/semantics",
        "/properties/license",
        "/providers",
        "/assets/hd/roles",
        "/assets/sd/roles",
        "/assets/thumb/roles",
    ] {
        field(middle, member);
    }
    assert_eq!(field(middle, "/assets/sd/roles/0"), "visual");
    for (rel, other) in [("prev", &items[0]), ("next", &items[2])] {
        let links = field(middle, "/links").as_array().unwrap();
        let found = links.iter().find(|link| link["rel"] == rel).unwrap_or_else(|| panic!("no {rel} in {middle}"));
        assert_eq!(found["id"], other["id"]);
        assert_eq!(found["type"], "application/geo+json");
        assert_eq!(found["geometry"], other["geometry"]);
    }
}
