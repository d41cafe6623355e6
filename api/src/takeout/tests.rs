//! Archives as the router answers them.

use std::{collections::BTreeMap, io::Read as _};

use axum::body::Bytes;
use flaneur_access::Visibility;
use flaneur_catalog::model::{
    AccountId, BoxClass, Detection, JobId, JobKind, NewInvite, NewTransfer, NewWebhook, Objects, OwnCounts, Person,
    PictureId, ReportQuery, Republication, SequenceId, Session, TransferId, WebhookId,
};
use flaneur_storage::{ObjectKind, hex, sha256};
use http_body_util::BodyExt as _;
use jiff::SignedDuration;
use serde_json::{Value, json};

use super::{
    Takeout,
    archive::archive,
    files::{File, Files},
};
use crate::{
    PublicUrl,
    testing::{Answer, Fixture, HOST, Seeded, Who, fixture},
};

/// The files of an archive, by their paths, in order.
struct Taken(Vec<(String, Vec<u8>)>);

impl Taken {
    fn of(archive: &[u8]) -> Self {
        let read = |entry: std::io::Result<tar::Entry<'_, &[u8]>>| {
            let mut entry = entry.unwrap();
            let path = String::from_utf8(entry.path_bytes().into_owned()).unwrap();
            let mut content = Vec::new();
            entry.read_to_end(&mut content).unwrap();
            (path, content)
        };
        Self(tar::Archive::new(archive).entries().unwrap().map(read).collect())
    }

    fn paths(&self) -> Vec<&str> {
        self.0.iter().map(|(path, _)| path.as_str()).collect()
    }

    fn bytes(&self, path: &str) -> &[u8] {
        let found = self.0.iter().find(|(each, _)| each == path);
        &found.unwrap_or_else(|| panic!("{path} is not among {:?}", self.paths())).1
    }

    fn text(&self, path: &str) -> &str {
        std::str::from_utf8(self.bytes(path)).unwrap()
    }

    fn json(&self, path: &str) -> Value {
        serde_json::from_str(self.text(path)).unwrap()
    }

    fn lines(&self, name: &str) -> Vec<Value> {
        self.text(&format!("{name}.ndjson")).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// What the last file says is what all the others are.
    fn check_sums(&self) {
        let (last, sums) = self.0.last().unwrap();
        assert_eq!(last, "SHA256SUMS");
        let others = self.0.iter().filter(|(path, _)| path != last);
        let expected =
            others.map(|(path, content)| format!("{}  {path}\n", sha256(content))).collect::<Vec<_>>().concat();
        assert_eq!(std::str::from_utf8(sums).unwrap(), expected);
    }

    fn holds(&self, text: &str) -> bool {
        self.0.iter().any(|(_, content)| memchr::memmem::find(content, text.as_bytes()).is_some())
    }
}

async fn ask(fixture: &Fixture, who: Option<&Who>, path: &str) -> Answer {
    fixture.request("GET", path).of(who).send().await
}

async fn take(fixture: &Fixture, who: &Who, path: &str) -> Taken {
    let answer = ask(fixture, Some(who), path).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let taken = Taken::of(&answer.body);
    taken.check_sums();
    taken
}

async fn done(fixture: &Fixture, who: &Who, method: &str, path: &str, body: &Value) -> Value {
    let answer = fixture.request(method, path).of(Some(who)).json(body).send().await;
    assert!((200..300).contains(&answer.status), "{path}: {}", answer.text());
    answer.json()
}

/// Where an account lives, more or less.
fn zone(label: &str) -> Value {
    let ring = json!([[19, 9], [20, 9], [20, 10], [19, 10], [19, 9]]);
    json!({"type": "Feature", "properties": {"label": label}, "geometry": {"type": "Polygon", "coordinates": [ring]}})
}

#[tokio::test]
async fn items_and_files_are_those_that_the_owner_is_shown() {
    let fixture = fixture().await;
    let found = Detection {
        class: BoxClass::Plate,
        score: 0.9,
        model: "m".to_owned(),
        model_version: "1".to_owned(),
        bounds: [1.0, 2.0, 30.0, 40.0],
    };
    let shown = fixture.sequence_with(|recipe| recipe.flat().with_detections(vec![found])).await;
    let hidden = fixture.sequence_with(|recipe| recipe.at(2.0, 48.0).visible_to(Visibility::OwnerOnly)).await;
    let waiting = fixture.waiting_picture().await;
    let tag = json!({ "semantics": [{ "key": "a", "value": "b" }] });
    done(&fixture, &fixture.other, "PATCH", &format!("/pictures/{}", shown.pictures[0]), &tag).await;
    let answer = ask(&fixture, Some(&fixture.owner), "/users/me/takeout").await;
    assert_eq!(answer.header("content-type"), "application/x-tar");
    assert_eq!(answer.header("content-disposition"), "attachment; filename=\"flaneur-owner-2026-11-23.tar\"");
    assert_eq!(answer.header("cache-control"), "private, no-store");
    let taken = Taken::of(&answer.body);
    taken.check_sums();

    let items: BTreeMap<String, Value> =
        taken.lines("pictures").into_iter().map(|item| (item["id"].as_str().unwrap().to_owned(), item)).collect();
    assert_eq!(items.len(), 7);
    for sequence in [&shown, &hidden] {
        let told = ask(&fixture, Some(&fixture.owner), &format!("/collections/{}/items", sequence.id)).await.json();
        for (picture, expected) in sequence.pictures.iter().zip(told["features"].as_array().unwrap()) {
            let mut item = items[&picture.to_string()].clone();
            let own = item.as_object_mut().unwrap().remove("flaneur:own").unwrap();
            assert_eq!(&item, expected);
            let path = own["file"].as_str().unwrap();
            let number = item["properties"]["geovisio:rank_in_collection"].as_i64().unwrap();
            assert_eq!(path, format!("pictures/{}/{number}-{picture}.jpg", sequence.upload_set));
            let hd = ask(&fixture, Some(&fixture.owner), &format!("/pictures/{picture}/hd.jpg")).await;
            assert_eq!(taken.bytes(path), &hd.body[..]);
            let checksum = item["assets"]["hd"]["file:checksum"].as_str().unwrap();
            assert!(checksum.ends_with(&sha256(taken.bytes(path))), "{checksum}");
        }
        let told = ask(&fixture, Some(&fixture.owner), &format!("/collections/{}", sequence.id)).await.json();
        let sequences = taken.lines("sequences");
        let taken = sequences.iter().find(|each| each["id"] == json!(sequence.id)).unwrap();
        for member in ["title", "extent", "summaries", "stats:items", "geovisio:visibility", "geovisio:status"] {
            assert_eq!(taken[member], told[member], "{member}");
        }
    }
    let seen = ask(&fixture, Some(&fixture.owner), &format!("/pictures/{}/redactions", shown.pictures[0])).await.json();
    assert_eq!(items[&shown.pictures[0].to_string()]["flaneur:own"]["redactions"], seen["redactions"]);
    let unfinished = &items[&waiting.to_string()];
    assert_eq!(unfinished["properties"]["geovisio:status"], "waiting-for-process");
    assert_eq!(
        (&unfinished["flaneur:own"]["file"], &unfinished["flaneur:own"]["status"]),
        (&Value::Null, &json!("waiting"))
    );
    assert_eq!(unfinished["collection"], Value::Null);
    assert!(taken.text("README.md").contains("1 more are still being processed"), "{}", taken.text("README.md"));
    assert_eq!(taken.paths().iter().filter(|path| path.starts_with("pictures/")).count(), 6);
    assert_eq!(taken.lines("files").len(), 7);

    let without = take(&fixture, &fixture.owner, "/users/me/takeout?pictures=false").await;
    assert!(!without.paths().iter().any(|path| path.starts_with("pictures/")));
    assert_eq!(without.lines("pictures").len(), 7);
    assert_eq!(without.lines("pictures")[0]["flaneur:own"]["file"], Value::Null);
}

/// An owner who did everything that is written down, and somebody else who did so, too.
async fn busy(fixture: &Fixture) -> Seeded {
    let sequence = fixture.sequence().await;
    let world = &fixture.api.world;
    for (who, name) in [(&fixture.owner, "owner"), (&fixture.other, "other")] {
        let text = |what: &str| format!("{what} of the {name}");
        done(fixture, who, "POST", "/users/me/excluded_areas", &zone(&text("zone"))).await;
        done(fixture, who, "POST", "/users/me/tokens", &json!({ "description": text("token"), "scopes": ["edit"] }))
            .await;
        done(
            fixture,
            who,
            "PATCH",
            "/users/me",
            &json!({ "attribution": text("credit"), "collaborative_metadata": true }),
        )
        .await;
        let tag = json!({ "semantics": [{ "key": "who", "value": text("tag") }] });
        done(fixture, who, "PATCH", &format!("/pictures/{}", sequence.pictures[0]), &tag).await;
        let report = json!({
            "issue": "other", "picture_id": sequence.pictures[1], "reporter_comments": text("report"),
            "reporter_email": format!("{name}@example.org"),
        });
        done(fixture, who, "POST", "/reports", &report).await;
        let set = json!({ "title": text("set"), "metadata": { "note": text("metadata") } });
        done(fixture, who, "POST", "/upload_sets", &set).await;
        let id = who.account.id;
        let person = Person { issuer: "https://id.example".to_owned(), subject: text("subject"), name: text("login") };
        fixture.api.catalog.link(&person, id, world.now()).await.unwrap();
        let end = world.now() + SignedDuration::from_hours(24);
        let session = Session { secret_sha256: text("session").into_bytes(), account: id, expires_at: end };
        fixture.api.catalog.create_session(session, world.now()).await.unwrap();
        let invite = NewInvite {
            code_sha256: text("invite").into_bytes(),
            name: name.to_uppercase(),
            admin: false,
            created_at: world.now(),
            expires_at: end,
        };
        fixture.api.catalog.create_invite(invite).await.unwrap();
        let transfer = NewTransfer {
            id: TransferId(world.id()),
            account: id,
            location: format!("https://elsewhere.example/{name}"),
            sequence: SequenceId(world.id()),
            created_at: world.now(),
        };
        fixture.api.catalog.begin_transfer(&transfer, 20, JobId(world.id())).await.unwrap();
        let webhook = NewWebhook {
            id: WebhookId(world.id()),
            account: id,
            address: format!("https://bot.example/{name}"),
            kinds: Vec::new(),
            after: 0,
            created_at: world.now(),
        };
        assert!(fixture.api.catalog.add_webhook(&webhook, 1).await.unwrap());
        let answer = fixture.api.catalog.answer_terms(id, true, world.now()).await.unwrap();
        assert_eq!(answer, None, "there are no terms yet");
    }
    sequence
}

/// What each account has, under the names that the other's must not be found by.
const TEXTS: [&str; 10] =
    ["zone", "token", "credit", "tag", "report", "set", "metadata", "subject", "login", "elsewhere"];

#[tokio::test]
async fn all_that_is_held_on_an_account_is_in_it_and_nothing_of_others() {
    let fixture = fixture().await;
    let sequence = busy(&fixture).await;
    let html = fixture.request("PUT", "/pages/terms-of-service/en").of(Some(&fixture.admin));
    let written = html.header("content-type", "text/html").body("<p>Terms</p>").send().await;
    assert!((200..300).contains(&written.status), "{}", written.text());
    done(&fixture, &fixture.owner, "POST", "/users/me/accept_tos", &json!({})).await;
    let taken = take(&fixture, &fixture.owner, "/users/me/takeout").await;
    for what in TEXTS.into_iter().filter(|what| *what != "elsewhere") {
        assert!(taken.holds(&format!("{what} of the owner")), "{what}");
    }
    assert!(taken.holds("https://elsewhere.example/owner") && taken.holds("owner@example.org"));
    let account = taken.json("account.json");
    assert_eq!((&account["name"], &account["role"]), (&json!("owner"), &json!("user")));
    for (member, number) in
        [("tokens", 2), ("logins", 1), ("webhooks", 1), ("sessions", 1), ("invites", 1), ("terms", 1), ("pages", 0)]
    {
        assert_eq!(account[member].as_array().unwrap().len(), number, "{member}: {account}");
    }
    assert_eq!(account["privacy_zones"]["features"].as_array().unwrap().len(), 1);
    assert_eq!(account["choices"]["collaborative_metadata"], true);
    assert!(account["terms"][0]["accepted_at"].is_string());
    let edits = taken.lines("edits");
    assert_eq!(edits.len(), 1);
    assert_eq!(edits[0]["changes"][0]["became"]["semantics"][0]["value"], "tag of the owner");
    // One is its own report, the other one about its picture.
    let reports = taken.lines("reports");
    let mails: Vec<&Value> = reports.iter().map(|report| &report["reporter_email"]).collect();
    assert_eq!(reports.len(), 2);
    assert_eq!(mails.iter().filter(|mail| mail.is_string()).count(), 1, "{reports:?}");
    assert_eq!(taken.lines("report_events").len(), 1);
    assert_eq!(taken.lines("transfers").len(), 1);
    assert_eq!(taken.lines("redactions"), Vec::<Value>::new());

    // What others said of the owner's pictures is told to the owner anyway; nothing else of them is.
    for what in TEXTS.into_iter().filter(|what| !matches!(*what, "tag" | "report")) {
        assert!(!taken.holds(&format!("{what} of the other")), "{what}");
    }
    let other = fixture.other.account.id.to_string();
    for secret in ["https://elsewhere.example/other", "other@example.org", "session of", "invite of", other.as_str()] {
        assert!(!taken.holds(secret), "{secret}");
    }
    // Nor what lets somebody act, and where originals lie.
    let jwt = fixture.owner.jwt.as_str();
    assert!(!taken.holds(jwt) && !taken.holds("eyJ") && !taken.holds("jwt_token") && !taken.holds("sha256\":["));
    assert!(!taken.holds("\"original\""), "where it lay");
    let query =
        ReportQuery { of: Some(fixture.owner.account.id), filter: None, oldest_first: false, after: None, limit: 10 };
    for report in fixture.api.catalog.reports(&query).await.unwrap() {
        let key = hex(&report.case_sha256);
        assert!(!taken.holds(&key));
    }

    // The other one has no pictures, and is told nothing of the owner's.
    let theirs = take(&fixture, &fixture.other, "/users/me/takeout").await;
    assert_eq!((theirs.lines("pictures"), theirs.lines("sequences")), (Vec::new(), Vec::new()));
    assert_eq!(theirs.lines("upload_sets").len(), 1);
    assert_eq!(theirs.lines("reports").len(), 1);
    for what in TEXTS {
        assert!(!theirs.holds(&format!("{what} of the owner")), "{what}");
    }
    assert!(!theirs.holds(&fixture.owner.account.id.to_string()) && !theirs.holds("owner@example.org"));
    assert!(!theirs.holds(&sequence.upload_set.to_string()));
}

#[tokio::test]
async fn an_administrator_gets_what_is_not_for_the_account_alone() {
    let fixture = fixture().await;
    busy(&fixture).await;
    let path = format!("/users/{}/takeout", fixture.owner.account.id);
    let taken = take(&fixture, &fixture.admin, &path).await;
    assert_eq!(taken.lines("pictures").len(), 3);
    let account = taken.json("account.json");
    for member in ["tokens", "logins", "mail", "sessions", "invites", "privacy_zones"] {
        assert!(account.get(member).is_none(), "{member}");
    }
    for secret in ["zone of the owner", "token of the owner", "subject of the owner", "login of the owner"] {
        assert!(!taken.holds(secret), "{secret}");
    }
    assert!(taken.text("README.md").contains("by an administrator"));
    // It is the account's archive: an administrator passes on nothing of others by it.
    assert!(!taken.holds("other@example.org") && !taken.holds(&fixture.other.account.id.to_string()));
    let own = take(&fixture, &fixture.owner, &path).await;
    assert!(own.json("account.json").get("tokens").is_some(), "it is the same as at `me`");
}

#[tokio::test]
async fn only_the_account_and_administrators_may() {
    let fixture = fixture().await;
    let sequence = fixture.sequence().await;
    let path = format!("/users/{}/takeout", fixture.owner.account.id);
    let nobody = format!("/users/{}/takeout", AccountId(fixture.api.world.id()));
    for method in ["GET", "HEAD"] {
        for (who, path, status) in [
            (None, "/users/me/takeout", 401),
            (None, path.as_str(), 401),
            (Some(&fixture.other), path.as_str(), 403),
            (Some(&fixture.other), nobody.as_str(), 403),
            (Some(&fixture.admin), nobody.as_str(), 404),
            (Some(&fixture.admin), "/users/x/takeout", 404),
            (Some(&fixture.owner), path.as_str(), 200),
            (Some(&fixture.admin), path.as_str(), 200),
        ] {
            let answer = fixture.request(method, path).of(who).send().await;
            assert_eq!(answer.status, status, "{method} {path}");
            assert_eq!(method == "HEAD", answer.body.is_empty(), "{method} {path}");
            assert!(status != 200 || answer.header("content-length").is_empty(), "nobody knows before");
        }
    }
    let set = sequence.upload_set;
    for (query, status, word) in [
        ("pictures=no".to_owned(), 400, "`pictures`"),
        ("pictures=0".to_owned(), 400, "`pictures`"),
        ("upload_set=x".to_owned(), 400, "`upload_set`"),
        ("upload_set=".to_owned(), 400, "`upload_set`"),
        (format!("upload_set={set}&upload_set={set}"), 400, "archives of their own"),
        (format!("upload_set={}", fixture.api.world.id()), 404, "UploadSet"),
    ] {
        let answer = ask(&fixture, Some(&fixture.owner), &format!("/users/me/takeout?{query}")).await;
        let message = answer.json()["message"].to_string();
        assert_eq!(answer.status, status, "{query}");
        assert!(message.contains(word), "{query}: {message}");
    }
    // A set is asked for of its own account only, by administrators, too.
    for (who, path) in [(&fixture.other, "/users/me/takeout"), (&fixture.admin, "/users/me/takeout")] {
        assert_eq!(ask(&fixture, Some(who), &format!("{path}?upload_set={set}")).await.status, 404);
    }
    assert_eq!(ask(&fixture, Some(&fixture.admin), &format!("{path}?upload_set={set}")).await.status, 200);
}

#[tokio::test]
async fn one_set_can_be_taken_alone() {
    let fixture = fixture().await;
    busy(&fixture).await;
    let second = fixture.sequence_with(|recipe| recipe.at(3.0, 47.0)).await;
    let path = format!("/users/me/takeout?upload_set={}", second.upload_set);
    let answer = ask(&fixture, Some(&fixture.owner), &path).await;
    let name = format!("filename=\"flaneur-owner-2026-11-23-{}.tar\"", second.upload_set);
    assert!(answer.header("content-disposition").ends_with(&name), "{}", answer.header("content-disposition"));
    let taken = Taken::of(&answer.body);
    taken.check_sums();
    for (name, number) in [("pictures", 3), ("sequences", 1), ("upload_sets", 1), ("files", 3)] {
        assert_eq!(taken.lines(name).len(), number, "{name}");
    }
    assert!(!taken.paths().contains(&"edits.ndjson") && taken.paths().contains(&"account.json"));
    assert_eq!(taken.paths().iter().filter(|path| path.starts_with("pictures/")).count(), 3);
}

#[tokio::test]
async fn archives_are_bounded_by_the_hour_and_one_at_a_time() {
    let fixture = fixture().await;
    fixture.sequence().await;
    let request = || fixture.request("GET", "/users/me/takeout?pictures=false").of(Some(&fixture.owner));
    let reading = request().begin().await;
    let second = request().send().await;
    assert_eq!((second.status, &second.json()["reason"]), (429, &json!("too_many")), "{}", second.text());
    drop(reading);
    let mut answers = Vec::new();
    // The one that was given up is noticed when there is more to be sent.
    while answers.len() < 60 {
        let answer = request().send().await;
        if !String::from_utf8_lossy(&answer.body).contains("being made for you") {
            answers.push(answer);
        }
        tokio::task::yield_now().await;
    }
    assert!(answers[..59].iter().all(|answer| answer.status == 200), "and one was given up");
    assert_eq!(answers[59].status, 429);
    assert!(answers[59].json()["message"].as_str().unwrap().starts_with("60 archives in an hour"));
    let wait: i64 = answers[59].header("retry-after").parse().unwrap();
    assert!((1..=3600).contains(&wait), "{wait}");
    fixture.clock.advance(SignedDuration::from_secs(wait));
    assert_eq!(request().send().await.status, 200);
}

/// What `Files` are given for a picture as it was.
fn listed(fixture: &Fixture, picture: PictureId, master: &str) -> File {
    File {
        picture,
        path: format!("pictures/set/{picture}.jpg"),
        captured_at: fixture.api.world.now(),
        master: master.to_owned(),
    }
}

async fn objects(fixture: &Fixture, picture: PictureId) -> Objects {
    fixture.api.catalog.picture(picture).await.unwrap().unwrap().objects.unwrap()
}

fn takeout(fixture: &Fixture) -> Takeout {
    Takeout {
        api: fixture.api.clone(),
        url: PublicUrl(HOST.to_owned()),
        account: fixture.owner.account.clone(),
        asker: fixture.owner.account.id,
        set: None,
        with_pictures: true,
        counts: OwnCounts::default(),
        made_at: fixture.api.world.now(),
    }
}

/// A worker gives a picture another master.
async fn redact_again(fixture: &Fixture, picture: PictureId, master: &str) {
    let api = &fixture.api;
    let regions = json!({ "regions": [{ "box": [10, 10, 40, 40] }] });
    done(fixture, &fixture.owner, "POST", &format!("/pictures/{picture}/redactions"), &regions).await;
    let hold = SignedDuration::from_secs(60);
    let lease = api.catalog.lease(&[JobKind::Redact], api.world.id(), hold).await.unwrap().unwrap();
    let before = objects(fixture, picture).await;
    let new = Republication {
        picture,
        from: before.master.clone(),
        objects: Objects { master: master.to_owned(), ..before },
        done: Vec::new(),
        undone: Vec::new(),
        patch: None,
        revision: 0,
        at: api.world.now(),
    };
    let jobs = [JobId(api.world.id()), JobId(api.world.id())];
    assert!(api.catalog.republish_picture(&lease, new, jobs).await.unwrap());
}

/// What was listed, and is another thing or nothing when its turn comes.
#[tokio::test]
async fn what_changes_meanwhile_is_told() {
    let fixture = fixture().await;
    let sequence = fixture.sequence_with(|recipe| crate::testing::Recipe { count: 5, ..recipe }).await;
    let [same, deleted, replaced, lost, damaged] = sequence.pictures[..] else { panic!("five were made") };
    let mut files = Files::default();
    for picture in &sequence.pictures {
        files.extend([listed(&fixture, *picture, &objects(&fixture, *picture).await.master)]);
    }
    let jobs = [JobId(fixture.api.world.id()), JobId(fixture.api.world.id())];
    assert!(fixture.api.catalog.delete_picture(deleted, jobs, fixture.api.world.now()).await.unwrap());
    let store = &fixture.api.storage.public;
    store.remove(&objects(&fixture, lost).await.master.parse().unwrap()).await.unwrap();
    let damaged_file = fixture.public_folder().join(objects(&fixture, damaged).await.master);
    std::fs::write(damaged_file, b"something else").unwrap();
    // It was redacted again: the catalog has another key, and the old object is gone.
    let old = objects(&fixture, replaced).await.master;
    let anew = store.put(replaced.0, ObjectKind::Master, Bytes::from_static(b"redacted again")).await.unwrap();
    redact_again(&fixture, replaced, anew.as_str()).await;
    store.remove(&old.parse().unwrap()).await.unwrap();

    let (mut archive, body) = archive(fixture.api.world.now(), None);
    let takeout = takeout(&fixture);
    let writing = tokio::spawn(async move {
        files.write(&takeout, &mut archive).await.unwrap();
        files.tell_missing(&mut archive).await.unwrap();
        archive.finish().await.unwrap();
    });
    let taken = Taken::of(&body.collect().await.unwrap().to_bytes());
    writing.await.unwrap();
    taken.check_sums();
    let path = |picture: PictureId| format!("pictures/set/{picture}.jpg");
    assert_eq!(taken.paths(), [path(same).as_str(), &path(replaced), &path(damaged), "MISSING.txt", "SHA256SUMS"]);
    assert_eq!(taken.text(&path(replaced)), "redacted again");
    let told = taken.text("MISSING.txt");
    for (picture, word) in [(deleted, "deleted"), (replaced, "newer"), (lost, "lost"), (damaged, "damaged")] {
        let line = told.lines().find(|line| line.starts_with(&path(picture))).unwrap_or_else(|| panic!("{told}"));
        assert!(line.contains(word), "{line}");
    }
    assert!(!told.contains(&path(same)));
}

#[tokio::test]
async fn an_archive_that_the_storage_breaks_looks_broken() {
    let fixture = fixture().await;
    let sequence = fixture.sequence().await;
    let file = fixture.public_folder().join(objects(&fixture, sequence.pictures[1]).await.master);
    std::fs::remove_file(&file).unwrap();
    // What cannot be opened, and is not missing either.
    std::os::unix::fs::symlink(&file, &file).unwrap();
    let response = fixture.request("GET", "/users/me/takeout").of(Some(&fixture.owner)).begin().await;
    assert_eq!(response.status(), 200);
    let mut body = response.into_body();
    let (mut read, mut broken) = (Vec::new(), false);
    while let Some(frame) = body.frame().await {
        match frame {
            Ok(frame) => read.extend_from_slice(&frame.into_data().unwrap()),
            Err(_) => broken = true,
        }
    }
    assert!(broken && memchr::memmem::find(&read, b"README.md").is_some());
    assert!(memchr::memmem::find(&read, b"SHA256SUMS\0").is_none(), "what is cut short has no end");
    // It does not take the account's turn with it.
    let without = ask(&fixture, Some(&fixture.owner), "/users/me/takeout?pictures=false").await;
    assert_eq!(without.status, 200);
}

#[tokio::test]
async fn what_was_deleted_is_in_none() {
    let fixture = fixture().await;
    let sequence = fixture.sequence().await;
    let gone = sequence.pictures[0];
    let answer = fixture.request("DELETE", &format!("/collections/{}/items/{gone}", sequence.id));
    assert!(answer.of(Some(&fixture.owner)).send().await.status < 300);
    let report = json!({ "issue": "privacy", "picture_id": sequence.pictures[1] });
    done(&fixture, &fixture.other, "POST", "/reports", &report).await;
    let taken = take(&fixture, &fixture.owner, "/users/me/takeout").await;
    assert!(!taken.holds(&gone.to_string()));
    let items = taken.lines("pictures");
    assert_eq!(items.len(), 2);
    let withheld = items.iter().find(|item| item["id"] == json!(sequence.pictures[1])).unwrap();
    assert_eq!(withheld["properties"]["flaneur:withheld"], true);
    assert!(withheld["flaneur:own"]["file"].is_string(), "its owner sees it");
}
