//! A CDN in front of the pictures that anyone may see: nginx, as docs/cdn.md sets it up.

use flaneur_e2e::{
    Answer, Cdn, Client, Gate, LONG, Photo, S3, SHORT, Server, ServerOptions, buckets, decode, field, of_pictures,
    on_s3, text, until,
};
use flaneur_storage::PublicKey;
use reqwest::Method;
use serde_json::{Value, json};

const ASSETS: [&str; 3] = ["hd", "sd", "thumb"];

/// Buckets, and a CDN in front of the public one. `None` where there is nothing to test with.
fn start() -> Option<(S3, Cdn)> {
    let mut s3 = S3::start()?;
    let Some(web) = s3.web() else {
        println!("skipped: this server shows its bucket to nobody");
        return None;
    };
    Some((s3, Cdn::start(&web)))
}

fn behind(s3: &S3, cdn: &str, purge: bool) -> ServerOptions {
    let options = on_s3(s3).with(&["--cdn-url", cdn]);
    if purge { options.with(&["--cdn-purge"]) } else { options }
}

async fn upload(client: &Client, visibility: &str) -> Value {
    let set = client.make_set(&json!({ "title": visibility, "estimated_nb_files": 1, "visibility": visibility })).await;
    // Different bytes each, for the same file is not taken twice; large enough for a scaled copy of its own.
    let seed = visibility.len() as u32;
    client.send_file(&set, "a.jpg", Photo::textured(2100, 600, seed).at(flaneur_e2e::Placement::walk(seed))).await.ok();
    client.items(&client.ready(&set).await).await.remove(0)
}

/// Where an answer sends the client, which must not keep it.
fn location(answer: &Answer) -> String {
    assert_eq!((answer.status, answer.header("cache-control")), (302, "no-store".to_owned()), "{answer}");
    answer.header("location")
}

fn key(cdn: &str, location: &str) -> PublicKey {
    location
        .strip_prefix(cdn)
        .and_then(|rest| rest.strip_prefix('/'))
        .unwrap_or_else(|| panic!("{location}"))
        .parse()
        .unwrap()
}

async fn delete(client: &Client, item: &Value) {
    let target = format!("/api/collections/{}/items/{}", text(item, "/collection"), text(item, "/id"));
    client.send(client.request(Method::DELETE, &target)).await.ok();
}

/// Lets the CDN fetch every file of a picture; answers where they are.
async fn warm(server: &Server, item: &Value) -> Vec<String> {
    let nobody = server.anonymous();
    let mut locations = Vec::new();
    for asset in ASSETS {
        let location = location(&nobody.get(&text(item, &format!("/assets/{asset}/href"))).await);
        nobody.get(&location).await.ok();
        locations.push(location);
    }
    locations
}

#[tokio::test]
async fn what_anyone_may_see_comes_from_the_cdn_and_the_second_time_from_its_cache() {
    let Some((s3, cdn)) = start() else { return };
    let server = behind(&s3, &cdn.url(), true).start();
    let (nobody, stores) = (server.anonymous(), buckets(&s3));
    let item = upload(&server.admin(), "anyone").await;
    for asset in ASSETS {
        let stable = text(&item, &format!("/assets/{asset}/href"));
        let location = location(&nobody.get(&stable).await);
        let key = key(&cdn.url(), &location);
        assert!(!cdn.holds(&key));
        let first = nobody.get(&location).await.ok();
        let second = nobody.get(&location).await.ok();
        assert_eq!((first.header("x-cache-status"), second.header("x-cache-status")), ("MISS".into(), "HIT".into()));
        assert!(first.body == second.body && first.body == stores.public.read(&key, None).await.unwrap());
        decode(&first.body);
        for answer in [&first, &second] {
            // Without being told, it forgets after a minute.
            assert_eq!(answer.header("cache-control"), "public, max-age=60");
            assert_eq!(answer.header("content-type"), "image/jpeg");
            assert_eq!(answer.header("access-control-allow-origin"), "*", "viewers on other pages read the pixels");
        }
        assert!(cdn.holds(&key));

        let head = nobody.send(nobody.request(Method::HEAD, &stable)).await;
        assert_eq!(self::location(&head), location);
        let owner = server.admin().get(&stable).await;
        assert_eq!(self::location(&owner), location, "the owner of what all may see is nobody special");
        let held = format!("\"{}\"", key.content_hash());
        let unchanged = nobody.send(nobody.request(Method::GET, &stable).header("if-none-match", held)).await;
        assert_eq!(unchanged.status, 304);
        let part = nobody.send(nobody.request(Method::GET, &location).header("range", "bytes=10-19")).await;
        assert!(part.status == 206 && part.body == first.body[10..20], "{}: {} bytes", part.status, part.body.len());
    }
    let posted = nobody.send(nobody.request(Method::PUT, &format!("{}/x", cdn.url())).body("x")).await;
    assert_eq!(posted.status, 405, "nobody writes through it");
}

#[tokio::test]
async fn what_only_some_may_see_never_gets_there() {
    let Some((s3, cdn)) = start() else { return };
    let server = behind(&s3, &cdn.url(), true).start();
    let (owner, other, nobody) = (server.account("owner"), server.account("other"), server.anonymous());
    for (visibility, of_others) in [("logged-only", 200), ("owner-only", 404)] {
        let item = upload(&owner, visibility).await;
        for asset in ASSETS {
            let stable = text(&item, &format!("/assets/{asset}/href"));
            decode(&owner.get(&stable).await.ok().body);
            assert_eq!(owner.send(owner.request(Method::HEAD, &stable)).await.status, 200);
            assert_eq!(other.get(&stable).await.status, of_others);
            assert_eq!(nobody.get(&stable).await.status, 404);
        }
    }
    let keys = of_pictures(&buckets(&s3)).await;
    assert_eq!(keys.len(), 6);
    for key in keys {
        assert!(!cdn.holds(&key), "{key}");
    }
}

#[tokio::test]
async fn what_is_deleted_is_gone_from_the_cdn_too() {
    let Some((s3, cdn)) = start() else { return };
    let server = behind(&s3, &cdn.url(), true).start();
    let client = server.admin();
    let item = upload(&client, "anyone").await;
    let locations = warm(&server, &item).await;
    delete(&client, &item).await;
    for (asset, location) in ASSETS.iter().zip(&locations) {
        assert_eq!(client.get(&text(&item, &format!("/assets/{asset}/href"))).await.status, 404, "at once");
        let gone = async || (server.anonymous().get(location).await.status == 404).then_some(());
        until("the CDN has forgotten it", SHORT, gone).await;
        assert!(!cdn.holds(&key(&cdn.url(), location)));
    }
}

#[tokio::test]
async fn a_cdn_that_is_away_is_told_when_it_is_back() {
    let Some((s3, mut cdn)) = start() else { return };
    let server = behind(&s3, &cdn.url(), true).allow("did not forget").start();
    let client = server.admin();
    let item = upload(&client, "anyone").await;
    let locations = warm(&server, &item).await;
    cdn.stop();
    delete(&client, &item).await;
    until("the server cannot reach the CDN", SHORT, async || {
        server.log().iter().any(|line| line.contains("did not forget")).then_some(())
    })
    .await;
    cdn.restart();
    for location in &locations {
        let gone = async || (!cdn.holds(&key(&cdn.url(), location))).then_some(());
        until("the CDN has forgotten it", LONG, gone).await;
        assert_eq!(server.anonymous().get(location).await.status, 404);
    }
}

#[tokio::test]
async fn without_purging_nothing_is_asked_of_the_cdn() {
    let Some((s3, cdn)) = start() else { return };
    let gate = Gate::start(&cdn.url()).await;
    let server = behind(&s3, gate.url(), false).start();
    let client = server.admin();
    let item = upload(&client, "anyone").await;
    let locations = warm(&server, &item).await;
    // If it asked, it would stand here, and the job would not end.
    gate.close();
    delete(&client, &item).await;
    let stores = buckets(&s3);
    until("no object is left", SHORT, async || stores.public.list(10).await.unwrap().is_empty().then_some(())).await;
    gate.open();
    for location in &locations {
        let kept = server.anonymous().get(location).await.ok();
        assert_eq!(
            (kept.header("x-cache-status"), kept.header("cache-control")),
            ("HIT".into(), "public, max-age=60".into())
        );
    }
    let landing = client.json("/api").await;
    assert!(field(&landing, "/links").is_array());
}
