use flaneur_catalog::model::{JobKind, PictureId};
use flaneur_geotag::{Geotag, write_exif};
use serde_json::{Value, json};

use crate::testing::{Answer, Fixture, FixtureBuilder, Who, fixture, link};

/// A small photo, taken `number` seconds after the first, some metres further on.
pub(crate) fn photo(number: u32) -> Vec<u8> {
    let mut tag = Geotag::default();
    let overrides = flaneur_geotag::Overrides {
        latitude: Some(48.0),
        longitude: Some(2.0 + f64::from(number) * 1e-4),
        captured: Some(format!("2025-06-15T15:06:{:02}Z", number % 60)),
        tags: std::collections::BTreeMap::default(),
    };
    flaneur_geotag::apply(&mut tag, &overrides).unwrap();
    let mut exif = b"Exif\0\0".to_vec();
    exif.extend(write_exif(&tag));
    let mut bytes = plain(number);
    let mut segment = vec![0xff, 0xe1];
    segment.extend(u16::try_from(exif.len() + 2).unwrap().to_be_bytes());
    segment.extend(exif);
    bytes.splice(2..2, segment);
    bytes
}

pub(super) fn plain(seed: u32) -> Vec<u8> {
    let rgb: Vec<u8> = (0..48 * 32 * 3).map(|at| (at as u32 * 7 + seed * 13) as u8).collect();
    let mut bytes = Vec::new();
    jpeg_encoder::Encoder::new(&mut bytes, 80).encode(&rgb, 48, 32, jpeg_encoder::ColorType::Rgb).unwrap();
    bytes
}

const BOUNDARY: &str = "----street";

fn form(name: &str, bytes: &[u8], texts: &[(&str, &str)]) -> Vec<u8> {
    let mut body = Vec::new();
    for (key, value) in texts {
        body.extend(
            format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{key}\"\r\n\r\n{value}\r\n").bytes(),
        );
    }
    body.extend(
        format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n").bytes(),
    );
    body.extend(b"Content-Type: image/jpeg\r\n\r\n");
    body.extend(bytes);
    body.extend(format!("\r\n--{BOUNDARY}--\r\n").bytes());
    body
}

pub(in crate::routes) async fn create(fixture: &Fixture, who: Option<&Who>, options: Value) -> Value {
    let answer = fixture.request("POST", "/upload_sets").of(who).json(&options).send().await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

async fn send(fixture: &Fixture, who: Option<&Who>, set: &Value, body: Vec<u8>) -> Answer {
    fixture
        .request("POST", &format!("/upload_sets/{}/files", set["id"].as_str().unwrap()))
        .of(who)
        .header("content-type", &format!("multipart/form-data; boundary={BOUNDARY}"))
        .body(body)
        .send()
        .await
}

pub(super) async fn originals(fixture: &Fixture) -> usize {
    fixture.api.storage.private.list(100).await.unwrap().len()
}

#[tokio::test]
async fn a_file_is_stored_answered_and_listed() {
    let fixture = fixture().await;
    let owner = Some(&fixture.owner);
    let set = create(&fixture, owner, json!({ "title": "walk", "estimated_nb_files": 2 })).await;
    assert!(link(&set, "add_files").is_some() && set["completed"] == false);
    let answer = send(&fixture, owner, &set, form("a.jpg", &photo(0), &[("isBlurred", "true")])).await;
    assert_eq!(answer.status, 202, "{}", answer.text());
    let file = answer.json();
    assert_eq!(file["file_name"], "a.jpg");
    assert_eq!(file["content_md5"].as_str().map(str::len), Some(32));
    let id: PictureId = file["picture_id"].as_str().unwrap().parse().unwrap();
    let picture = fixture.api.catalog.picture(id).await.unwrap().unwrap();
    assert!(picture.claimed_blurred && picture.original.is_some());
    assert!((picture.lon - 2.0).abs() < 1e-6 && (picture.shape.width, picture.shape.height) == (48, 32));
    let own = link(&set, "self").unwrap();
    assert_eq!(fixture.request("GET", &own).of(owner).send().await.json()["completed"], false);

    // The second file is the last one announced.
    let answer = send(&fixture, owner, &set, form("b.jpg", &photo(1), &[])).await;
    assert_eq!(answer.status, 202);
    let state = fixture.request("GET", &own).of(owner).send().await.json();
    assert_eq!((&state["completed"], &state["nb_items"], &state["ready"]), (&json!(true), &json!(2), &json!(false)));
    let files = fixture.request("GET", &format!("{own}/files")).of(owner).send().await.json();
    let names: Vec<_> = files["files"].as_array().unwrap().iter().map(|file| file["file_name"].clone()).collect();
    assert_eq!(names, ["a.jpg", "b.jpg"]);
    let page = fixture.request("GET", &format!("{own}/files?offset=1&limit=1")).of(owner).send().await.json();
    assert_eq!(page["files"][0]["file_name"], "b.jpg");
    let counts = fixture.api.catalog.job_counts().await.unwrap();
    assert_eq!(counts.queued, 3, "two pictures and one dispatch");
}

#[tokio::test]
async fn what_is_dropped_or_doubtful_is_told() {
    let fixture = fixture().await;
    let owner = Some(&fixture.owner);
    let set = create(&fixture, owner, json!({ "title": "walk" })).await;
    let plain = send(&fixture, owner, &set, form("plain.jpg", &photo(0), &[])).await;
    assert_eq!((plain.status, &plain.json()["notices"]), (202, &Value::Null));
    let mut motion = photo(1);
    motion.extend([&[0, 0, 0, 0x18][..], b"ftypmp42", &[0; 40], b"http://ns.adobe.com/hdr-gain-map/1.0/"].concat());
    let sent = form("motion.jpg", &motion, &[("override_Exif.Photo.UserComment", "1")]);
    let answer = send(&fixture, owner, &set, sent).await;
    assert_eq!(answer.status, 202, "{}", answer.text());
    let told = &answer.json()["notices"];
    let reasons: Vec<_> = told.as_array().unwrap().iter().map(|notice| notice["reason"].as_str().unwrap()).collect();
    assert_eq!(reasons, ["film_dropped", "gain_map_dropped", "doubtful_metadata"]);
    assert!(told[2]["message"].as_str().unwrap().contains("Exif.Photo.UserComment"), "{told}");
    let own = link(&set, "self").unwrap();
    let files = fixture.request("GET", &format!("{own}/files")).of(owner).send().await.json();
    assert_eq!((&files["files"][0]["notices"], &files["files"][1]["notices"]), (&Value::Null, told));
}

#[tokio::test]
async fn what_was_sent_before_is_refused() {
    let fixture = fixture().await;
    let owner = Some(&fixture.owner);
    let set = create(&fixture, owner, json!({ "title": "first" })).await;
    let first = send(&fixture, owner, &set, form("a.jpg", &photo(0), &[])).await.json();
    let again = send(&fixture, owner, &set, form("a.jpg", &photo(0), &[])).await;
    assert_eq!((again.status, &again.json()["existing_item"]["id"]), (409, &first["picture_id"]));
    assert_eq!(again.json()["reason"], "duplicate_in_set");
    let taken = send(&fixture, owner, &set, form("a.jpg", &photo(1), &[])).await;
    assert_eq!(taken.status, 409);
    assert!(taken.json()["message"].as_str().unwrap().contains("same name"));
    assert_eq!(taken.json()["reason"], "name_taken");

    let other_set = create(&fixture, owner, json!({ "title": "second" })).await;
    let twin = send(&fixture, owner, &other_set, form("z.jpg", &photo(0), &[])).await;
    assert_eq!(twin.status, 409);
    assert_eq!(twin.json()["upload_sets"][0]["existing_item_id"], first["picture_id"]);
    assert_eq!(twin.json()["reason"], "duplicate");
    // Somebody else learns that it is there, not where.
    let foreign = create(&fixture, Some(&fixture.other), json!({ "title": "third" })).await;
    let twin = send(&fixture, Some(&fixture.other), &foreign, form("z.jpg", &photo(0), &[])).await;
    assert_eq!(twin.status, 409);
    assert!(!twin.text().contains(first["picture_id"].as_str().unwrap()), "{}", twin.text());
    assert_eq!(originals(&fixture).await, 1, "refused files leave nothing");
}

#[tokio::test]
async fn a_request_that_is_repeated_gets_the_same_answer() {
    let fixture = fixture().await;
    let owner = Some(&fixture.owner);
    let set = create(&fixture, owner, json!({ "title": "lost answer", "estimated_nb_files": 2 })).await;
    let id = "5b1c1a52-6f2e-4c57-9c0e-0b9b8a4f0d11";
    let chosen = [("picture_id", id)];
    let first = send(&fixture, owner, &set, form("a.jpg", &photo(0), &chosen)).await;
    assert_eq!((first.status, &first.json()["picture_id"]), (202, &json!(id)), "{}", first.text());
    let again = send(&fixture, owner, &set, form("a.jpg", &photo(0), &chosen)).await;
    assert_eq!((again.status, again.text()), (202, first.text()));
    assert_eq!(originals(&fixture).await, 1);
    let state = fixture.request("GET", &link(&set, "self").unwrap()).of(owner).send().await.json();
    assert_eq!((&state["nb_items"], &state["completed"]), (&json!(1), &json!(false)));

    // The id of another file, of another's, or none.
    let other = send(&fixture, owner, &set, form("b.jpg", &photo(1), &chosen)).await;
    assert!(other.status == 409 && other.text().contains("picture_id"), "{}", other.text());
    let theirs = create(&fixture, Some(&fixture.other), json!({ "title": "theirs" })).await;
    assert_eq!(send(&fixture, Some(&fixture.other), &theirs, form("a.jpg", &photo(0), &chosen)).await.status, 409);
    assert_eq!(originals(&fixture).await, 1, "the original of the first is still its own");
    let picture = fixture.api.catalog.picture(id.parse().unwrap()).await.unwrap().unwrap();
    let stored = fixture.api.storage.private.read(picture.original.unwrap().parse().unwrap()).await.unwrap();
    assert_eq!(stored, photo(0));
    for bad in ["", "1", "00000000-0000-0000-0000-000000000000"] {
        let answer = send(&fixture, owner, &set, form("c.jpg", &photo(2), &[("picture_id", bad)])).await;
        assert_eq!(answer.status, 400, "{bad}");
    }
    let mut late = form("d.jpg", &photo(3), &[]);
    late.truncate(late.len() - 4);
    late.extend(
        format!("\r\nContent-Disposition: form-data; name=\"picture_id\"\r\n\r\n{id}\r\n--{BOUNDARY}--\r\n").bytes(),
    );
    let late = send(&fixture, owner, &set, late).await;
    assert!(late.status == 400 && late.text().contains("before the file"), "{}", late.text());
    assert_eq!(originals(&fixture).await, 1);
}

#[tokio::test]
async fn there_are_limits_to_what_one_account_sends() {
    let fixture = FixtureBuilder::default()
        .settings(|settings| {
            settings.max_files_per_set = 2;
            settings.max_sets_per_day = 2;
            settings.max_files_per_minute = 4;
        })
        .build()
        .await;
    let owner = Some(&fixture.owner);
    let set = create(&fixture, owner, json!({ "title": "full" })).await;
    assert_eq!(send(&fixture, owner, &set, form("a.jpg", &photo(0), &[])).await.status, 202);
    assert_eq!(send(&fixture, owner, &set, form("b.jpg", &plain(1), &[])).await.status, 400);
    let full = send(&fixture, owner, &set, form("c.jpg", &photo(2), &[])).await;
    assert!(full.status == 422 && full.text().contains("make another"), "{}", full.text());
    let other = create(&fixture, owner, json!({ "title": "other" })).await;
    let more = fixture.request("POST", "/upload_sets").of(owner).json(&json!({ "title": "third" })).send().await;
    assert_eq!((more.status, more.header("retry-after")), (429, "60"));
    create(&fixture, Some(&fixture.other), json!({ "title": "of another" })).await;
    assert_eq!(send(&fixture, owner, &other, form("c.jpg", &photo(2), &[])).await.status, 202);
    assert_eq!(send(&fixture, owner, &other, form("d.txt", b"x", &[])).await.status, 400);
    fixture.clock.advance(jiff::SignedDuration::from_secs(1));
    let full = send(&fixture, owner, &other, form("e.jpg", &photo(4), &[])).await;
    assert_eq!(full.status, 422);
    fixture.clock.advance(jiff::SignedDuration::from_hours(25));
    let third = create(&fixture, owner, json!({ "title": "third" })).await;
    for number in 10..14 {
        let _ = send(&fixture, owner, &third, form("x.jpg", &plain(number), &[])).await;
    }
    let fast = send(&fixture, owner, &third, form("f.jpg", &photo(5), &[])).await;
    // So much is left of the minute.
    assert_eq!((fast.status, fast.header("retry-after")), (429, "59"), "{}", fast.text());
    fixture.clock.advance(jiff::SignedDuration::from_secs(59));
    assert_eq!(send(&fixture, owner, &third, form("f.jpg", &photo(5), &[])).await.status, 202);
}

#[tokio::test]
async fn every_file_has_one_state_and_a_sentence() {
    let fixture = fixture().await;
    let owner = Some(&fixture.owner);
    let set = create(&fixture, owner, json!({ "title": "states" })).await;
    send(&fixture, owner, &set, form("good.jpg", &photo(0), &[])).await;
    send(&fixture, owner, &set, form("nowhere.jpg", &plain(1), &[])).await;
    send(&fixture, owner, &set, form("text.txt", b"dear diary", &[])).await;
    let own = link(&set, "self").unwrap();
    let files = fixture.request("GET", &format!("{own}/files")).of(owner).send().await.json();
    for (file, state, words) in [(0, "waiting", "nothing to do"), (1, "refused", "override_"), (2, "refused", "JPEG")] {
        let file = &files["files"][file];
        assert_eq!(file["state"], state, "{file}");
        assert!(file["message"].as_str().unwrap().contains(words), "{file}");
        assert_eq!(file["changed_at"], file["inserted_at"]);
    }
}

#[tokio::test]
async fn bad_files_get_a_sentence_and_leave_nothing() {
    let fixture = FixtureBuilder::default().settings(|settings| settings.max_file_size = 20_000).build().await;
    let owner = Some(&fixture.owner);
    let set = create(&fixture, owner, json!({ "title": "bad" })).await;
    let whole = photo(0);
    let mut huge = whole.clone();
    let frame = huge.windows(2).position(|pair| pair == [0xff, 0xc0]).unwrap();
    huge[frame + 5..frame + 9].copy_from_slice(&[0xff, 0xdc, 0xff, 0xdc]);
    for (name, bytes, status, words) in [
        ("cut.jpg", whole[..whole.len() - 200].to_vec(), 400, "truncated"),
        ("text.jpg", b"dear diary".to_vec(), 400, "JPEG"),
        ("empty.jpg", Vec::new(), 400, "no such file"),
        ("huge.jpg", huge, 400, "65500"),
        ("noplace.jpg", plain(3), 400, "GPS"),
        ("long.jpg", [whole.clone(), vec![0; 30_000]].concat(), 413, "too large"),
    ] {
        let answer = send(&fixture, owner, &set, form(name, &bytes, &[])).await;
        assert_eq!(answer.status, status, "{name}: {}", answer.text());
        assert!(answer.text().contains(words), "{name}: {}", answer.text());
        assert_eq!(originals(&fixture).await, 0, "{name}");
    }
    let own = link(&set, "self").unwrap();
    let files = fixture.request("GET", &format!("{own}/files")).of(owner).send().await.json();
    let files = files["files"].as_array().unwrap();
    assert_eq!(files.len(), 6);
    assert!(files.iter().all(|file| file["rejected"]["message"].as_str().unwrap().len() > 10), "{files:#?}");
    let nowhere = files.iter().find(|file| file["file_name"] == "noplace.jpg").unwrap();
    assert_eq!(nowhere["rejected"]["reason"], "invalid_metadata");
    // A refused name may be sent again.
    assert_eq!(send(&fixture, owner, &set, form("cut.jpg", &whole, &[])).await.status, 202);
    let jobs = fixture.api.catalog.job_counts().await.unwrap();
    assert_eq!(jobs.queued, 1);
}

#[tokio::test]
async fn requests_that_are_no_form_are_explained() {
    let fixture = fixture().await;
    let owner = Some(&fixture.owner);
    let set = create(&fixture, owner, json!({ "title": "form" })).await;
    let path = format!("/upload_sets/{}/files", set["id"].as_str().unwrap());
    let json = fixture.request("POST", &path).of(owner).json(&json!({ "a": 1 })).send().await;
    assert_eq!(json.status, 415);
    let bare = fixture.request("POST", &path).of(owner).header("content-type", "multipart/form-data").send().await;
    assert_eq!(bare.status, 400);
    let nothing =
        format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"isBlurred\"\r\n\r\ntrue\r\n--{BOUNDARY}--\r\n");
    let nothing = send(&fixture, owner, &set, nothing.into_bytes()).await;
    assert_eq!((nothing.status, &nothing.json()["message"]), (400, &json!("No file was sent")));
    let mut cut = form("a.jpg", &photo(0), &[]);
    cut.truncate(cut.len() - 60);
    assert_eq!(send(&fixture, owner, &set, cut).await.status, 400, "the connection broke off");
    let alone = form("a.jpg", &photo(0), &[("override_latitude", "12")]);
    let alone = send(&fixture, owner, &set, alone).await;
    assert!(alone.status == 400 && alone.text().contains("override_longitude"), "{}", alone.text());
    assert_eq!(originals(&fixture).await, 0);
}

#[tokio::test]
async fn overrides_win_over_the_file() {
    let fixture = fixture().await;
    let owner = Some(&fixture.owner);
    let set = create(&fixture, owner, json!({ "title": "moved" })).await;
    let texts = [
        ("override_latitude", "12.5"),
        ("override_longitude", "-3.25"),
        ("override_capture_time", "2024-02-03T04:05:06Z"),
    ];
    let answer = send(&fixture, owner, &set, form("plain.jpg", &plain(1), &texts)).await;
    assert_eq!(answer.status, 202, "{}", answer.text());
    let id: PictureId = answer.json()["picture_id"].as_str().unwrap().parse().unwrap();
    let picture = fixture.api.catalog.picture(id).await.unwrap().unwrap();
    assert_eq!((picture.lat, picture.lon), (12.5, -3.25));
    assert_eq!(picture.captured_at.to_string(), "2024-02-03T04:05:06Z");
}

#[tokio::test]
async fn only_the_owner_writes_and_reads_the_list() {
    let fixture = fixture().await;
    let set = create(&fixture, Some(&fixture.owner), json!({ "title": "mine" })).await;
    let secret = json!({ "title": "secret", "visibility": "owner-only" });
    let secret = create(&fixture, Some(&fixture.owner), secret).await;
    for (set, other_sees) in [(&set, 200), (&secret, 404)] {
        let own = link(set, "self").unwrap();
        let write = if other_sees == 200 { 403 } else { 404 };
        for (who, get, rest) in [
            (None, other_sees, 401),
            (Some(&fixture.other), other_sees, write),
            (Some(&fixture.admin), 200, 200),
            (Some(&fixture.owner), 200, 200),
        ] {
            let name = who.map(|who| who.account.name.clone());
            assert_eq!(fixture.request("GET", &own).of(who).send().await.status, get, "{name:?}");
            assert_eq!(fixture.request("GET", &format!("{own}/files")).of(who).send().await.status, rest, "{name:?}");
            assert_eq!(
                fixture.request("POST", &format!("{own}/complete")).of(who).send().await.status,
                rest,
                "{name:?}"
            );
        }
        let sent = send(&fixture, Some(&fixture.other), set, form("x.jpg", &photo(5), &[])).await;
        assert_eq!(sent.status, write);
        assert_eq!(fixture.request("DELETE", &own).of(Some(&fixture.other)).send().await.status, write);
        assert_eq!(fixture.request("DELETE", &own).send().await.status, 401);
    }
    assert_eq!(originals(&fixture).await, 0);
    let own = link(&set, "self").unwrap();
    assert_eq!(fixture.request("DELETE", &own).of(Some(&fixture.owner)).send().await.status, 204);
    assert_eq!(fixture.request("GET", &own).of(Some(&fixture.owner)).send().await.status, 404);
    let mine = fixture.request("GET", "/users/me/upload_sets").of(Some(&fixture.owner)).send().await.json();
    assert_eq!(mine["upload_sets"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn anonymous_uploads_are_the_operators_choice() {
    let closed = fixture().await;
    let answer = closed.request("POST", "/upload_sets").json(&json!({ "title": "x" })).send().await;
    assert_eq!(answer.status, 401);
    let open = FixtureBuilder::default().settings(|settings| settings.anonymous_uploads = true).build().await;
    let set = create(&open, None, json!({ "title": "x" })).await;
    assert_eq!(send(&open, None, &set, form("a.jpg", &photo(0), &[])).await.status, 202);
    // Nobody may delete what belongs to nobody in particular.
    assert_eq!(open.request("DELETE", &link(&set, "self").unwrap()).send().await.status, 401);
    // And nobody may write to a set of somebody.
    let mine = create(&open, Some(&open.owner), json!({ "title": "mine" })).await;
    assert_eq!(send(&open, None, &mine, form("b.jpg", &photo(1), &[])).await.status, 403);
}

#[tokio::test]
async fn options_are_checked() {
    let fixture = fixture().await;
    let owner = Some(&fixture.owner);
    for bad in [
        json!({}),
        json!({ "title": "  " }),
        json!({ "title": "x".repeat(501) }),
        json!({ "title": "x", "estimated_nb_files": 0 }),
        json!({ "title": "x", "split_distance": -1 }),
        json!({ "title": "x", "relative_heading": 361 }),
        json!({ "title": "x", "sort_method": "random" }),
        json!({ "title": "x", "visibility": "public" }),
        json!({ "title": "x", "no_split": true, "split_time": 5 }),
        json!({ "title": "x", "no_deduplication": true, "duplicate_distance": 5 }),
        json!({ "title": "x", "colour": "blue" }),
        json!({ "title": "x", "semantics": [{ "key": "", "value": "v" }] }),
    ] {
        let answer = fixture.request("POST", "/upload_sets").of(owner).json(&bad).send().await;
        assert_eq!(answer.status, 400, "{bad}");
    }
    let options = json!({
        "title": "opts", "no_deduplication": true, "split_distance": 100, "split_time": 300.0, "sort_method": "time-asc",
        "relative_heading": 90, "visibility": "owner-only", "semantics": [{ "key": "transport", "value": "car" }],
        "metadata": { "cli_configuration": { "duplicate_distance": 1.0 } },
    });
    let set = create(&fixture, owner, options.clone()).await;
    for (name, value) in options.as_object().unwrap() {
        let same = &set[name] == value || set[name].as_f64().is_some_and(|number| Some(number) == value.as_f64());
        assert!(same, "{name}: {} {value}", set[name]);
    }
}

#[tokio::test]
async fn files_sent_at_once_complete_a_set_once() {
    let fixture = fixture().await;
    let owner = Some(&fixture.owner);
    let set = create(&fixture, owner, json!({ "title": "rush", "estimated_nb_files": 12 })).await;
    let sent = (0..12).map(|number| send(&fixture, owner, &set, form(&format!("{number}.jpg"), &photo(number), &[])));
    let answers = futures::future::join_all(sent).await;
    assert!(answers.iter().all(|answer| answer.status == 202));
    let state = fixture.request("GET", &link(&set, "self").unwrap()).of(owner).send().await.json();
    assert_eq!((&state["completed"], &state["nb_items"]), (&json!(true), &json!(12)));
    let hold = jiff::SignedDuration::from_secs(60);
    let mut dispatches = 0;
    while let Some(lease) = fixture.api.catalog.lease(&[JobKind::Dispatch], fixture.api.world.id(), hold).await.unwrap()
    {
        fixture.api.catalog.finish(&lease).await.unwrap();
        dispatches += 1;
    }
    assert_eq!(dispatches, 1);
}

#[tokio::test]
async fn texts_that_no_database_holds_are_refused() {
    let fixture = fixture().await;
    let owner = Some(&fixture.owner);
    let made = fixture.request("POST", "/upload_sets").of(owner).json(&json!({ "title": "a\u{0}b" })).send().await;
    assert_eq!(made.status, 400);
    assert!(made.json()["message"].as_str().unwrap().contains("NUL"));
    assert_eq!(fixture.get("/users/search?q=a%00b").await.status, 400);
}
