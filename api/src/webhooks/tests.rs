//! A program elsewhere, and what it is told.

use std::sync::{Arc, Mutex};

use axum::{Router, body::Bytes, extract::State, response::IntoResponse as _, routing::post};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use flaneur_access::Visibility;
use flaneur_catalog::model::{PictureId, SequenceId};
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::{HeaderMap, StatusCode};
use jiff::SignedDuration;
use serde_json::{Value, json};
use sha2::Sha256;

use super::{pause_after, take, tell};
use crate::testing::{Fixture, FixtureBuilder, Recipe, Who};

/// A status, and the seconds that `Retry-After` asks for.
type Reply = (StatusCode, Option<u32>);

/// A program that is told things.
#[derive(Clone, Default)]
struct Program {
    /// What came, with its headers.
    heard: Arc<Mutex<Vec<(HeaderMap, Bytes)>>>,
    /// What it answers; none: 204.
    answer: Arc<Mutex<Option<Reply>>>,
}

impl Program {
    async fn start() -> (Self, String) {
        async fn hear(State(program): State<Program>, headers: HeaderMap, body: Bytes) -> axum::response::Response {
            program.heard.lock().unwrap().push((headers, body));
            match *program.answer.lock().unwrap() {
                None => StatusCode::NO_CONTENT.into_response(),
                Some((status, Some(pause))) => (status, [("retry-after", pause.to_string())]).into_response(),
                Some((status, None)) => (status, [("location", "http://127.0.0.1:1/")]).into_response(),
            }
        }
        let program = Self::default();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}/hook?key=1", listener.local_addr().unwrap());
        let routes = Router::new().route("/hook", post(hear)).with_state(program.clone());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        (program, address)
    }

    fn answers(&self, status: StatusCode, pause: Option<u32>) {
        *self.answer.lock().unwrap() = Some((status, pause));
    }

    /// What came since the last time it was looked.
    fn heard(&self) -> Vec<(HeaderMap, Bytes)> {
        std::mem::take(&mut self.heard.lock().unwrap())
    }

    /// The same, read.
    fn read(&self) -> Vec<Value> {
        self.heard().iter().map(|(_, body)| serde_json::from_slice(body).unwrap()).collect()
    }
}

async fn here() -> Fixture {
    FixtureBuilder::default().settings(|settings| settings.webhook_hosts = vec!["127.0.0.1".to_owned()]).build().await
}

/// A picture of the owner's, in its sequence.
async fn add(fixture: &Fixture, visibility: Visibility) -> (SequenceId, PictureId) {
    let street = fixture.sequence_with(|recipe| Recipe { count: 1, ..recipe }.visible_to(visibility)).await;
    (street.id, street.pictures[0])
}

async fn make(fixture: &Fixture, who: &Who, body: &Value) -> Value {
    let made = fixture.request("POST", "/webhooks").of(Some(who)).json(body).send().await;
    assert_eq!(made.status, 201, "{}", made.text());
    assert!(made.header("location").ends_with(&format!("/api/webhooks/{}", made.json()["id"].as_str().unwrap())));
    assert_eq!(made.header("cache-control"), "no-store");
    made.json()
}

async fn look(fixture: &Fixture, webhook: &Value) -> Value {
    let path = format!("/webhooks/{}", webhook["id"].as_str().unwrap());
    fixture.request("GET", &path).of(Some(&fixture.owner)).send().await.json()
}

/// Tells whoever is due, until nobody is.
async fn tell_all(fixture: &Fixture) -> usize {
    let mut told = 0;
    while let Some(held) = take(&fixture.api).await.unwrap() {
        tell(&fixture.api, &held).await;
        told += 1;
    }
    told
}

fn kinds(letter: &Value) -> Vec<&str> {
    letter["changes"].as_array().unwrap().iter().map(|line| line["kind"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn what_changes_is_told_signed() {
    let fixture = here().await;
    let before = add(&fixture, Visibility::Anyone).await;
    let (program, address) = Program::start().await;
    let webhook = make(&fixture, &fixture.owner, &json!({ "url": address })).await;
    assert_eq!(tell_all(&fixture).await, 0, "what was there before is not told");

    let picture = add(&fixture, Visibility::Anyone).await;
    assert!(tell_all(&fixture).await > 0);
    let heard = program.heard();
    let [(headers, body)] = heard.as_slice() else { panic!("{heard:?}") };
    let letter: Value = serde_json::from_slice(body).unwrap();
    assert_eq!((&letter["webhook"], &letter["type"]), (&webhook["id"], &json!("changes")));
    assert_eq!(letter["after"], webhook["told"]);
    let lines = letter["changes"].as_array().unwrap();
    assert!(
        lines.iter().any(|line| line["picture"] == picture.1.to_string() && line["kind"] == "published"),
        "{letter}"
    );
    assert!(!body.windows(36).any(|part| part == before.1.to_string().as_bytes()));
    assert_eq!(look(&fixture, &webhook).await["told"], letter["next"]);

    // As a receiver checks it, with what it was given when the webhook was made.
    let secret = webhook["secret"].as_str().unwrap().strip_prefix("whsec_").unwrap();
    let text = |name: &str| headers[name].to_str().unwrap().to_owned();
    let mut mac = Hmac::<Sha256>::new_from_slice(&BASE64_STANDARD.decode(secret).unwrap()).unwrap();
    mac.update(format!("{}.{}.", text("webhook-id"), text("webhook-timestamp")).as_bytes());
    mac.update(body);
    assert_eq!(text("webhook-signature"), format!("v1,{}", BASE64_STANDARD.encode(mac.finalize().into_bytes())));
    assert_eq!(text("webhook-timestamp"), fixture.api.world.now().as_second().to_string());
    assert_eq!(tell_all(&fixture).await, 0, "it has everything");
}

#[tokio::test]
async fn the_secret_is_told_once_and_of_one_webhook() {
    let fixture = here().await;
    let (_, address) = Program::start().await;
    let (one, other) = (
        make(&fixture, &fixture.owner, &json!({ "url": address })).await,
        make(&fixture, &fixture.owner, &json!({ "url": address })).await,
    );
    assert_ne!(one["secret"], other["secret"]);
    let secret = one["secret"].as_str().unwrap();
    assert_eq!(BASE64_STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap().len(), 32);
    assert_eq!(look(&fixture, &one).await.get("secret"), None);
    let list = fixture.request("GET", "/webhooks").of(Some(&fixture.owner)).send().await;
    assert_eq!(list.json()["webhooks"].as_array().unwrap().len(), 2);
    assert!(!list.text().contains("whsec_"));
}

#[tokio::test]
async fn only_what_was_asked_for_is_told_and_nothing_private() {
    let fixture = here().await;
    let (program, address) = Program::start().await;
    let wanted = json!({ "url": address, "kinds": ["deleted", "hidden", "deleted"], "after": 0 });
    let webhook = make(&fixture, &fixture.owner, &wanted).await;
    assert_eq!(webhook["kinds"], json!(["deleted", "hidden"]));
    let (shown, secret) = (add(&fixture, Visibility::Anyone).await, add(&fixture, Visibility::OwnerOnly).await);
    tell_all(&fixture).await;
    assert_eq!(program.read(), Vec::<Value>::new(), "nothing went away");
    assert_eq!(look(&fixture, &webhook).await["told"], fixture.api.catalog.last_change().await.unwrap());
    assert_eq!(look(&fixture, &webhook).await["delivered"], Value::Null, "it was not reached, there was no need to");
    for (sequence, id) in [&shown, &secret] {
        let path = format!("/collections/{sequence}/items/{id}");
        assert!(fixture.request("DELETE", &path).of(Some(&fixture.owner)).send().await.status < 300);
    }
    tell_all(&fixture).await;
    let letters = program.read();
    assert!(letters.iter().flat_map(kinds).all(|kind| kind == "deleted"), "{letters:?}");
    let text = json!(letters).to_string();
    assert!(text.contains(&shown.1.to_string()) && !text.contains(&secret.1.to_string()), "{text}");
}

#[tokio::test]
async fn lines_come_in_order_a_hundred_at_a_time() {
    let fixture = here().await;
    let (program, address) = Program::start().await;
    make(&fixture, &fixture.owner, &json!({ "url": address, "after": 0 })).await;
    for _ in 0..60 {
        add(&fixture, Visibility::Anyone).await;
    }
    tell_all(&fixture).await;
    let letters = program.read();
    assert!(letters.len() > 1, "{} lines", letters.iter().map(|letter| kinds(letter).len()).sum::<usize>());
    assert!(letters.iter().all(|letter| (1..=100).contains(&kinds(letter).len())));
    let numbers: Vec<i64> = letters
        .iter()
        .flat_map(|letter| letter["changes"].as_array().unwrap())
        .map(|line| line["number"].as_i64().unwrap())
        .collect();
    assert!(numbers.is_sorted_by(|a, b| a < b), "{numbers:?}");
    assert!(letters.windows(2).all(|pair| pair[0]["next"] == pair[1]["after"]));
    let page = fixture.get("/changes?after=0&limit=1000").await.json();
    let all: Vec<i64> =
        page["changes"].as_array().unwrap().iter().map(|line| line["number"].as_i64().unwrap()).collect();
    assert_eq!(numbers, all, "what is told is what can be read");
}

#[tokio::test]
async fn one_that_fails_is_told_again_later_each_time() {
    let fixture = here().await;
    let (program, address) = Program::start().await;
    let webhook = make(&fixture, &fixture.owner, &json!({ "url": address })).await;
    add(&fixture, Visibility::Anyone).await;
    program.answers(StatusCode::INTERNAL_SERVER_ERROR, None);
    assert_eq!(tell_all(&fixture).await, 1);
    let first = program.heard().pop().unwrap();
    let failing = look(&fixture, &webhook).await;
    assert_eq!((&failing["status"], &failing["message"]), (&json!("failing"), &json!("It answered 500")));
    assert_eq!(failing["told"], webhook["told"]);
    assert_eq!(tell_all(&fixture).await, 0);
    fixture.clock.advance(SignedDuration::from_secs(5));
    program.answers(StatusCode::FOUND, None);
    assert_eq!(tell_all(&fixture).await, 1);
    let message = look(&fixture, &webhook).await["message"].as_str().unwrap().to_owned();
    assert!(message.contains("redirects are not followed"), "{message}");
    fixture.clock.advance(SignedDuration::from_secs(10));
    program.answers(StatusCode::TOO_MANY_REQUESTS, Some(300));
    assert_eq!(tell_all(&fixture).await, 1);
    fixture.clock.advance(SignedDuration::from_secs(299));
    assert_eq!(tell_all(&fixture).await, 0, "it asked for five minutes");
    fixture.clock.advance(SignedDuration::from_secs(1));
    program.heard();
    *program.answer.lock().unwrap() = None;
    assert_eq!(tell_all(&fixture).await, 1);
    let (headers, body) = program.heard().pop().unwrap();
    assert_eq!(
        (&headers["webhook-id"], &body),
        (&first.0["webhook-id"], &first.1),
        "the same lines are the same letter"
    );
    let active = look(&fixture, &webhook).await;
    assert_eq!(
        (&active["status"], &active["message"], &active["failing_since"]),
        (&json!("active"), &Value::Null, &Value::Null)
    );
    assert_eq!(active["delivered"].as_str().unwrap(), crate::stac::utc(fixture.api.world.now()));
}

#[test]
fn pauses_grow_to_an_hour() {
    let seconds: Vec<i64> = [0, 1, 2, 9, 10, 1_000_000].map(|failures| pause_after(failures).as_secs()).to_vec();
    assert_eq!(seconds, [5, 10, 20, 2560, 3600, 3600]);
}

#[tokio::test]
async fn it_is_given_up_and_taken_up_again() {
    let fixture = here().await;
    let (program, address) = Program::start().await;
    let webhook = make(&fixture, &fixture.owner, &json!({ "url": address })).await;
    let path = |what: &str| format!("/webhooks/{}{what}", webhook["id"].as_str().unwrap());
    let picture = add(&fixture, Visibility::Anyone).await;
    program.answers(StatusCode::GONE, None);
    tell_all(&fixture).await;
    let stopped = look(&fixture, &webhook).await;
    assert_eq!((&stopped["status"], &stopped["next_try"]), (&json!("stopped"), &Value::Null));
    program.answers(StatusCode::BAD_GATEWAY, None);
    let resumed = fixture.request("POST", &path("/resume")).of(Some(&fixture.owner)).send().await;
    assert_eq!((resumed.status, resumed.json()["status"].clone()), (200, json!("active")));
    tell_all(&fixture).await;
    for _ in 0..71 {
        fixture.clock.advance(SignedDuration::from_hours(1));
        tell_all(&fixture).await;
    }
    assert_eq!(look(&fixture, &webhook).await["status"], "failing", "not yet three days");
    fixture.clock.advance(SignedDuration::from_hours(1));
    tell_all(&fixture).await;
    let stopped = look(&fixture, &webhook).await;
    assert_eq!(stopped["status"], "stopped");
    assert_eq!(stopped["message"], "It answered 502. It was tried for three days");
    program.heard();
    *program.answer.lock().unwrap() = None;
    fixture.clock.advance(SignedDuration::from_hours(1));
    assert_eq!(tell_all(&fixture).await, 0);
    fixture.request("POST", &path("/resume")).of(Some(&fixture.owner)).send().await;
    tell_all(&fixture).await;
    assert!(json!(program.read()).to_string().contains(&picture.1.to_string()), "nothing was missed");

    let removed = fixture.request("DELETE", &path("")).of(Some(&fixture.owner)).send().await;
    assert_eq!(removed.status, 204);
    add(&fixture, Visibility::Anyone).await;
    assert_eq!(tell_all(&fixture).await, 0);
    assert_eq!(fixture.request("POST", &path("/resume")).of(Some(&fixture.owner)).send().await.status, 404);
}

#[tokio::test]
async fn it_can_be_tried() {
    let fixture = here().await;
    let (program, address) = Program::start().await;
    let webhook = make(&fixture, &fixture.owner, &json!({ "url": address })).await;
    let path = format!("/webhooks/{}/test", webhook["id"].as_str().unwrap());
    let test = async || fixture.request("POST", &path).of(Some(&fixture.owner)).send().await.json();
    assert_eq!(test().await, json!({ "delivered": true, "answer": 204, "message": null }));
    let letter = program.read().pop().unwrap();
    assert_eq!((&letter["type"], &letter["changes"], &letter["next"]), (&json!("test"), &json!([]), &webhook["told"]));
    program.answers(StatusCode::UNAUTHORIZED, None);
    assert_eq!(test().await, json!({ "delivered": false, "answer": 401, "message": "It answered 401" }));
    let gone = json!({ "url": "http://127.0.0.1:1/" });
    let webhook = make(&fixture, &fixture.owner, &gone).await;
    let path = format!("/webhooks/{}/test", webhook["id"].as_str().unwrap());
    let tried = fixture.request("POST", &path).of(Some(&fixture.owner)).send().await.json();
    assert_eq!((&tried["delivered"], &tried["answer"]), (&json!(false), &Value::Null));
    assert!(tried["message"].as_str().unwrap().contains("cannot be reached"), "{tried}");
}

#[tokio::test]
async fn what_makes_no_sense_is_refused() {
    let fixture = crate::testing::fixture().await;
    let refused = async |body: Value| {
        let answer = fixture.request("POST", "/webhooks").of(Some(&fixture.admin)).json(&body).send().await;
        (answer.status, answer.json()["message"].as_str().unwrap().to_owned())
    };
    let (status, message) = refused(json!({ "url": "https://bot.example/", "kinds": ["vanished"] })).await;
    assert!(status == 400 && message.contains("`kinds`"), "{message}");
    let (status, message) = refused(json!({ "url": "https://bot.example/", "after": 9 })).await;
    assert!(status == 400 && message.contains("ends at"), "{message}");
    fixture.clock.advance(SignedDuration::from_mins(1));
    for url in [
        "no address",
        "http://bot.example/",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://u:p@bot.example/",
        "https://169.254.169.254/",
    ] {
        let (status, message) = refused(json!({ "url": url })).await;
        assert!(status == 400 && message.starts_with("`url`: "), "{url}: {status} {message}");
    }
    fixture.clock.advance(SignedDuration::from_mins(1));
    for _ in 0..10 {
        make(&fixture, &fixture.owner, &json!({ "url": "https://bot.example/" })).await;
    }
    let more = json!({ "url": "https://bot.example/" });
    let answer = fixture.request("POST", "/webhooks").of(Some(&fixture.owner)).json(&more).send().await;
    assert_eq!(answer.status, 429);
    fixture.clock.advance(SignedDuration::from_mins(1));
    let answer = fixture.request("POST", "/webhooks").of(Some(&fixture.owner)).json(&more).send().await;
    assert_eq!(answer.status, 422, "{}", answer.text());
}
