use std::sync::Arc;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use flaneur_catalog::model::{PictureId, UploadId};
use flaneur_storage::{PartKey, hex};
use futures::{StreamExt as _, TryStreamExt as _};
use jiff::SignedDuration;
use serde_json::{Value, json};
use sha2::Digest as _;

use super::{finish::finish_left, spool::key};
use crate::{
    routes::upload_sets::tests::{create, originals, photo, plain},
    testing::{Answer, Ask, Fixture, FixtureBuilder, HOST, Who, fixture},
};

fn metadata(pairs: &[(&str, &str)]) -> String {
    let pairs: Vec<_> = pairs.iter().map(|(name, value)| format!("{name} {}", STANDARD.encode(value))).collect();
    pairs.join(",")
}

fn ask(fixture: &Fixture, who: Option<&Who>, method: &str, path: &str) -> Ask {
    fixture.request(method, path).of(who).header("tus-resumable", "1.0.0")
}

fn tus(set: &Value) -> String {
    format!("/upload_sets/{}/tus", set["id"].as_str().unwrap())
}

async fn begin(fixture: &Fixture, set: &Value, length: usize, pairs: &[(&str, &str)]) -> String {
    let answer = ask(fixture, Some(&fixture.owner), "POST", &tus(set))
        .header("upload-length", &length.to_string())
        .header("upload-metadata", &metadata(pairs))
        .send()
        .await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    assert_eq!(answer.header("upload-expires").ends_with("GMT"), length > 0);
    answer.header("location").to_owned()
}

fn piece(fixture: &Fixture, at: &str, offset: usize, bytes: &[u8]) -> Ask {
    ask(fixture, Some(&fixture.owner), "PATCH", at)
        .header("content-type", "application/offset+octet-stream")
        .header("upload-offset", &offset.to_string())
        .body(bytes.to_vec())
}

async fn head(fixture: &Fixture, at: &str) -> Answer {
    ask(fixture, Some(&fixture.owner), "HEAD", at).send().await
}

async fn state(fixture: &Fixture, at: &str) -> Value {
    fixture.request("GET", at).of(Some(&fixture.owner)).send().await.json()
}

async fn parts(fixture: &Fixture) -> usize {
    fixture.api.storage.private.parts().count().await
}

fn upload_of(at: &str) -> UploadId {
    at.rsplit('/').next().unwrap().parse().unwrap()
}

#[tokio::test]
async fn a_file_comes_in_pieces_and_becomes_a_picture() {
    let fixture = fixture().await;
    let set = create(&fixture, Some(&fixture.owner), json!({ "title": "walk", "estimated_nb_files": 1 })).await;
    let bytes = photo(0);
    let at = begin(&fixture, &set, bytes.len(), &[("filename", "été.jpg"), ("isBlurred", "true")]).await;
    assert!(at.starts_with(HOST));
    let (first, rest) = bytes.split_at(200);
    let answer = piece(&fixture, &at, 0, first).send().await;
    assert_eq!((answer.status, answer.header("upload-offset")), (204, "200"));
    assert_eq!((answer.header("tus-resumable"), answer.header("cache-control")), ("1.0.0", "no-store"));
    let answer = head(&fixture, &at).await;
    let of = |name| answer.header(name);
    assert_eq!((answer.status, of("upload-offset"), of("upload-length")), (200, "200", &*bytes.len().to_string()));
    assert_eq!(
        (of("cache-control"), of("upload-metadata")),
        ("no-store", &*metadata(&[("filename", "été.jpg"), ("isBlurred", "true")]))
    );
    let told = state(&fixture, &at).await;
    assert_eq!((&told["state"], &told["offset"]), (&json!("receiving"), &json!(200)));
    assert_eq!(state(&fixture, &tus(&set)).await["uploads"][0]["file_name"], "été.jpg");
    assert_eq!((originals(&fixture).await, parts(&fixture).await), (0, 1));

    let last = piece(&fixture, &at, 200, rest).send().await;
    assert_eq!((last.status, last.header("upload-offset")), (204, &*bytes.len().to_string()), "{}", last.text());
    assert_eq!((originals(&fixture).await, parts(&fixture).await), (1, 0));
    let told = state(&fixture, &at).await;
    assert_eq!(told["state"], "accepted");
    let picture: PictureId = told["picture_id"].as_str().unwrap().parse().unwrap();
    let picture = fixture.api.catalog.picture(picture).await.unwrap().unwrap();
    assert!(picture.claimed_blurred && picture.file_name == "été.jpg");
    let sum = hex(&sha2::Sha256::digest(&bytes));
    assert_eq!(picture.content_sha256, sum);
    let state_of_set = state(&fixture, &format!("/upload_sets/{}", set["id"].as_str().unwrap())).await;
    assert_eq!((&state_of_set["completed"], &state_of_set["nb_items"]), (&json!(true), &json!(1)));
    // Whose answer was lost asks, or says it again.
    assert_eq!(head(&fixture, &at).await.header("upload-offset"), bytes.len().to_string());
    assert_eq!(piece(&fixture, &at, bytes.len(), b"").send().await.status, 204);
    assert_eq!(state(&fixture, &tus(&set)).await["uploads"], json!([]));
    assert_eq!(ask(&fixture, Some(&fixture.owner), "DELETE", &at).send().await.status, 204);
    assert!(fixture.api.catalog.picture(picture.id).await.unwrap().is_some(), "the picture stays");
}

#[tokio::test]
async fn headers_are_checked() {
    let fixture = FixtureBuilder::default().settings(|settings| settings.max_file_size = 20_000).build().await;
    let owner = Some(&fixture.owner);
    let set = create(&fixture, owner, json!({ "title": "headers" })).await;
    let options = fixture.request("OPTIONS", &tus(&set)).send().await;
    assert_eq!(
        (options.status, options.header("tus-version"), options.header("tus-max-size")),
        (204, "1.0.0", "20000")
    );
    assert_eq!(options.header("tus-extension"), "creation,checksum,termination,expiration");
    assert_eq!(options.header("tus-checksum-algorithm"), "sha1,sha256,md5");
    assert!(options.header("access-control-expose-headers").contains("upload-offset"));
    let preflight = fixture
        .request("OPTIONS", &tus(&set))
        .header("origin", "https://elsewhere.example")
        .header("access-control-request-method", "PATCH")
        .header("access-control-request-headers", "tus-resumable,upload-offset")
        .send()
        .await;
    assert!(preflight.header("access-control-allow-methods").contains("PATCH"));
    assert!(preflight.header("access-control-allow-headers").contains("upload-offset"));

    for (name, value) in [("tus-resumable", "0.2.2"), ("x-nothing", "1")] {
        let old =
            fixture.request("POST", &tus(&set)).of(owner).header(name, value).header("upload-length", "9").send().await;
        assert_eq!((old.status, old.header("tus-version")), (412, "1.0.0"));
    }
    for (length, status) in [("", 400), ("-1", 400), ("20001", 413), ("99999999999999999999", 413), ("20000", 201)] {
        let answer = ask(&fixture, owner, "POST", &tus(&set)).header("upload-length", length).send().await;
        assert_eq!((answer.status, answer.header("tus-resumable")), (status, "1.0.0"), "{length}");
    }
    let bad = ask(&fixture, owner, "POST", &tus(&set))
        .header("upload-length", "9")
        .header("upload-metadata", &metadata(&[("override_latitude", "12")]))
        .send()
        .await;
    assert!(bad.status == 400 && bad.text().contains("override_longitude"), "{}", bad.text());

    let at = begin(&fixture, &set, 10, &[]).await;
    let plain = ask(&fixture, owner, "PATCH", &at).header("upload-offset", "0").body("x").send().await;
    assert_eq!(plain.status, 415);
    assert_eq!(piece(&fixture, &at, 1, b"x").send().await.status, 409);
    assert_eq!(piece(&fixture, &at, 0, b"eleven byte").send().await.status, 413);
    assert_eq!(head(&fixture, &at).await.header("upload-offset"), "0");
    let long = piece(&fixture, &at, 0, b"eleven byte").header("content-length", "11").send().await;
    assert_eq!(long.status, 413);
    // Another way to say PATCH and DELETE.
    let said = ask(&fixture, owner, "POST", &at)
        .header("x-http-method-override", "PATCH")
        .header("content-type", "application/offset+octet-stream")
        .header("upload-offset", "0")
        .body("abc")
        .send()
        .await;
    assert_eq!((said.status, said.header("upload-offset")), (204, "3"));
    assert_eq!(ask(&fixture, owner, "POST", &at).send().await.status, 405);
    let said = ask(&fixture, owner, "POST", &at).header("x-http-method-override", "DELETE").send().await;
    assert_eq!(said.status, 204);
    assert_eq!(head(&fixture, &at).await.status, 404);
    assert_eq!(parts(&fixture).await, 0);
}

#[tokio::test]
async fn sums_keep_altered_bytes_out() {
    let fixture = fixture().await;
    let set = create(&fixture, Some(&fixture.owner), json!({ "title": "sums" })).await;
    let bytes = photo(1);
    let at = begin(&fixture, &set, bytes.len(), &[]).await;
    let sum = |bytes: &[u8]| format!("sha1 {}", STANDARD.encode(sha1::Sha1::digest(bytes)));
    let altered = piece(&fixture, &at, 0, &bytes).header("upload-checksum", &sum(b"other")).send().await;
    assert_eq!(altered.status, 460, "{}", altered.text());
    assert_eq!((head(&fixture, &at).await.header("upload-offset"), parts(&fixture).await), ("0", 0));
    let unknown = piece(&fixture, &at, 0, &bytes).header("upload-checksum", "crc32 AAAA").send().await;
    assert_eq!(unknown.status, 400);
    let good = piece(&fixture, &at, 0, &bytes).header("upload-checksum", &sum(&bytes)).send().await;
    assert_eq!(good.status, 204);
    assert_eq!(state(&fixture, &at).await["state"], "accepted");
}

#[tokio::test]
async fn large_pieces_are_stored_in_parts_as_they_come() {
    let fixture = fixture().await;
    let set = create(&fixture, Some(&fixture.owner), json!({ "title": "large" })).await;
    let bytes: Vec<u8> = (0..PartKey::LARGEST + 1000).map(|at| (at % 251) as u8).collect();
    let at = begin(&fixture, &set, bytes.len() + 10, &[]).await;
    // The connection breaks in the second part.
    let broken = futures::stream::iter([Ok(Bytes::from(bytes.clone())), Err(std::io::Error::other("broken"))]);
    let answer = piece(&fixture, &at, 0, b"").body(axum::body::Body::from_stream(broken)).send().await;
    assert_eq!(answer.status, 400, "{}", answer.text());
    assert_eq!(head(&fixture, &at).await.header("upload-offset"), bytes.len().to_string(), "what came is kept");
    assert_eq!(parts(&fixture).await, 2);
    let stored: Vec<Bytes> = futures::stream::iter(fixture.api.catalog.upload_parts(upload_of(&at)).await.unwrap())
        .then(async |part| {
            fixture.api.storage.private.stream_part(key(&part)).await.unwrap().try_collect::<Vec<_>>().await
        })
        .map(|pieces| Bytes::from(pieces.unwrap().concat()))
        .collect()
        .await;
    assert!(stored.concat() == bytes);
    // Where a sum was named, nothing is known of what came without the rest.
    let broken = futures::stream::iter([Ok(Bytes::from_static(b"abc")), Err(std::io::Error::other("broken"))]);
    let answer = piece(&fixture, &at, bytes.len(), b"")
        .header("upload-checksum", "sha1 qZk+NkcGgWq6PiVxeFDCbJzQ2J0=")
        .body(axum::body::Body::from_stream(broken))
        .send()
        .await;
    assert_eq!(answer.status, 400);
    assert_eq!(head(&fixture, &at).await.header("upload-offset"), bytes.len().to_string());
    // Not a picture, as it turns out.
    let last = piece(&fixture, &at, bytes.len(), b"0123456789").send().await;
    assert!(last.status == 400 && last.text().contains("JPEG"), "{}", last.text());
    assert_eq!((parts(&fixture).await, originals(&fixture).await), (0, 0));
}

#[tokio::test]
async fn refused_files_say_why_and_duplicates_are_422() {
    let fixture = fixture().await;
    let set = create(&fixture, Some(&fixture.owner), json!({ "title": "refused" })).await;
    let send = async |name: &str, bytes: Vec<u8>| {
        let at = begin(&fixture, &set, bytes.len(), &[("filename", name)]).await;
        (piece(&fixture, &at, 0, &bytes).send().await, at)
    };
    let (good, _) = send("a.jpg", photo(0)).await;
    assert_eq!(good.status, 204);
    for (name, bytes, status, words) in [
        ("nowhere.jpg", plain(3), 400, "GPS"),
        ("same.jpg", photo(0), 422, "already been added"),
        ("a.jpg", photo(1), 422, "same name"),
    ] {
        let (refused, at) = send(name, bytes).await;
        assert_eq!((refused.status, refused.header("tus-resumable")), (status, "1.0.0"), "{name}: {}", refused.text());
        assert!(refused.text().contains(words), "{name}: {}", refused.text());
        assert_eq!(head(&fixture, &at).await.status, 410);
        let told = state(&fixture, &at).await;
        assert!(told["state"] == "refused" && !told["message"].as_str().unwrap().is_empty(), "{told}");
    }
    let nothing = begin(&fixture, &set, 0, &[("filename", "empty.jpg")]).await;
    assert_eq!(state(&fixture, &nothing).await["state"], "refused");
    let files = state(&fixture, &format!("/upload_sets/{}/files", set["id"].as_str().unwrap())).await;
    let names: Vec<_> = files["files"].as_array().unwrap().iter().map(|file| file["file_name"].clone()).collect();
    assert_eq!(names, ["a.jpg", "nowhere.jpg", "empty.jpg"]);
    assert_eq!((originals(&fixture).await, parts(&fixture).await), (1, 0));
}

#[tokio::test]
async fn uploads_expire_and_are_counted() {
    let fixture = FixtureBuilder::default().settings(|settings| settings.max_open_uploads = 2).build().await;
    let owner = Some(&fixture.owner);
    let set = create(&fixture, owner, json!({ "title": "slow" })).await;
    let at = begin(&fixture, &set, 100, &[]).await;
    begin(&fixture, &set, 100, &[]).await;
    let third = ask(&fixture, owner, "POST", &tus(&set)).header("upload-length", "9").send().await;
    assert_eq!((third.status, third.header("retry-after")), (429, "60"));
    fixture.clock.advance(SignedDuration::from_hours(23));
    assert_eq!(piece(&fixture, &at, 0, b"a").send().await.status, 204);
    fixture.clock.advance(SignedDuration::from_hours(23));
    assert_eq!(piece(&fixture, &at, 1, b"b").send().await.status, 204, "what comes prolongs it");
    fixture.clock.advance(SignedDuration::from_hours(24));
    for answer in [head(&fixture, &at).await, piece(&fixture, &at, 2, b"c").send().await] {
        assert_eq!(answer.status, 410);
    }
    assert_eq!(state(&fixture, &at).await["state"], "expired");
    // But not for ever.
    let at = begin(&fixture, &set, 100, &[]).await;
    let mut came = 0;
    while piece(&fixture, &at, came, b"x").send().await.status == 204 {
        came += 1;
        fixture.clock.advance(SignedDuration::from_hours(23));
    }
    assert_eq!(came, 8);
}

#[tokio::test]
async fn only_who_may_write_to_the_set_sees_its_uploads() {
    let fixture = fixture().await;
    let set = create(&fixture, Some(&fixture.owner), json!({ "title": "mine" })).await;
    let theirs = create(&fixture, Some(&fixture.other), json!({ "title": "theirs" })).await;
    let at = begin(&fixture, &set, 10, &[]).await;
    let id = upload_of(&at);
    for (who, status) in [(None, 401), (Some(&fixture.other), 403)] {
        assert_eq!(ask(&fixture, who, "POST", &tus(&set)).header("upload-length", "9").send().await.status, status);
        for method in ["HEAD", "PATCH", "DELETE", "GET"] {
            assert_eq!(ask(&fixture, who, method, &at).send().await.status, status, "{method}");
        }
        assert_eq!(ask(&fixture, who, "GET", &tus(&set)).send().await.status, status);
    }
    let elsewhere = format!("{}/{id}", tus(&theirs));
    assert_eq!(ask(&fixture, Some(&fixture.other), "HEAD", &elsewhere).send().await.status, 404);
    assert_eq!(ask(&fixture, Some(&fixture.owner), "HEAD", &format!("{}/x", tus(&set))).send().await.status, 404);
    assert_eq!(head(&fixture, &at).await.status, 200);
}

/// As if the process had died after the last byte: all is there, and nobody made a picture of it.
async fn left_behind(fixture: &Fixture, set: &Value, bytes: &[u8]) -> String {
    let name = fixture.api.world.id().to_string();
    let at = begin(fixture, set, bytes.len(), &[("filename", &name)]).await;
    assert_eq!(piece(fixture, &at, 0, &bytes[..100]).send().await.status, 204);
    let part = flaneur_catalog::model::UploadPart {
        name: flaneur_catalog::model::PartId(fixture.api.world.id()),
        upload: upload_of(&at),
        start: 100,
        size: bytes.len() as i64 - 100,
    };
    fixture.api.storage.private.put_part(key(&part), Bytes::copy_from_slice(&bytes[100..])).await.unwrap();
    let now = fixture.api.world.now();
    let later = now + SignedDuration::from_hours(1);
    fixture.api.catalog.append_parts(&[part], now, later).await.unwrap().unwrap();
    at
}

#[tokio::test]
async fn what_a_process_left_behind_is_taken_in() {
    let fixture = fixture().await;
    let set = create(&fixture, Some(&fixture.owner), json!({ "title": "left" })).await;
    // By whoever asks.
    let at = left_behind(&fixture, &set, &photo(0)).await;
    assert_eq!(state(&fixture, &at).await["state"], "checking");
    assert_eq!(head(&fixture, &at).await.status, 200);
    assert_eq!(state(&fixture, &at).await["state"], "accepted");
    // By any process, even if it was being made into a picture, and even if that had come far.
    let at = left_behind(&fixture, &set, &photo(1)).await;
    let minute = SignedDuration::from_secs(60);
    assert!(fixture.api.catalog.hold_upload(upload_of(&at), fixture.api.world.id(), minute).await.unwrap());
    assert_eq!(head(&fixture, &at).await.status, 423);
    assert_eq!(ask(&fixture, Some(&fixture.owner), "DELETE", &at).send().await.status, 423);
    assert_eq!(finish_left(&fixture.api).await.unwrap(), 0);
    fixture.clock.advance(minute);
    assert_eq!(finish_left(&fixture.api).await.unwrap(), 1);
    assert_eq!(finish_left(&fixture.api).await.unwrap(), 0);
    assert_eq!(state(&fixture, &at).await["state"], "accepted");
    assert_eq!((originals(&fixture).await, parts(&fixture).await), (2, 0));
    // However long nobody came.
    let at = left_behind(&fixture, &set, &photo(2)).await;
    fixture.clock.advance(SignedDuration::from_hours(1000));
    assert_eq!(finish_left(&fixture.api).await.unwrap(), 1);
    assert_eq!(state(&fixture, &at).await["state"], "accepted");
}

#[tokio::test]
async fn what_the_storage_lost_is_asked_for_again() {
    let fixture = fixture().await;
    let set = create(&fixture, Some(&fixture.owner), json!({ "title": "lost" })).await;
    let bytes = photo(3);
    let at = left_behind(&fixture, &set, &bytes).await;
    let listed = fixture.api.catalog.upload_parts(upload_of(&at)).await.unwrap();
    fixture.api.storage.private.destroy_part(key(&listed[1])).await.unwrap();
    assert!(head(&fixture, &at).await.status >= 500);
    let answer = head(&fixture, &at).await;
    assert_eq!((answer.status, answer.header("upload-offset")), (200, "100"));
    assert_eq!(piece(&fixture, &at, 100, &bytes[100..]).send().await.status, 204);
    assert_eq!(state(&fixture, &at).await["state"], "accepted");
}

#[tokio::test]
async fn two_who_send_the_same_piece_do_no_harm() {
    let fixture = Arc::new(fixture().await);
    let set = create(&fixture, Some(&fixture.owner), json!({ "title": "two" })).await;
    let bytes = photo(4);
    let at = begin(&fixture, &set, bytes.len(), &[]).await;
    let sent = (0..4).map(|_| piece(&fixture, &at, 0, &bytes).send());
    let answers = futures::future::join_all(sent).await;
    let mut statuses: Vec<_> = answers.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [204, 409, 409, 409]);
    assert_eq!((originals(&fixture).await, parts(&fixture).await), (1, 0));
}
