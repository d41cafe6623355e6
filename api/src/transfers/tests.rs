//! Another instance, and what becomes of its pictures here.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, Ordering},
};

use axum::{Json, Router, extract::Path, response::IntoResponse as _, routing::get};
use flaneur_catalog::model::{JobKind, PictureId, SequenceId};
use http::StatusCode;
use jiff::SignedDuration;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::next;
use crate::{
    routes::upload_sets::tests::photo,
    testing::{Fixture, FixtureBuilder},
};

const SEQUENCE: Uuid = Uuid::from_u128(0x5e9);

fn picture(n: u8) -> Uuid {
    Uuid::from_u128(0xa000 + u128::from(n))
}

/// An instance with a sequence.
struct Elsewhere {
    /// Its address.
    address: String,
    /// Files that were asked for.
    asked: Arc<Mutex<Vec<String>>>,
    /// Whether it gives away no file after the first.
    tired: Arc<AtomicBool>,
}

fn item(n: u8, change: &Value) -> Value {
    let mut item = json!({
        "id": picture(n),
        "geometry": { "type": "Point", "coordinates": [2.25 + f64::from(n) * 1e-4, 48.5] },
        "assets": { "hd": { "href": format!("/files/{n}") } },
        "properties": {
            "datetime": format!("2024-05-01T10:00:0{n}Z"), "license": "CC-BY-SA-4.0", "geovisio:producer": "alice",
            "original_file:name": format!("{n}.jpg"), "semantics": [{ "key": "n", "value": n.to_string() }],
        },
    });
    for (name, value) in change.as_object().unwrap() {
        item["properties"][name] = value.clone();
    }
    item
}

impl Elsewhere {
    async fn with(pages: Vec<Vec<Value>>) -> Self {
        let (asked, tired) = (Arc::<Mutex<Vec<String>>>::default(), Arc::<AtomicBool>::default());
        let (noted, is_tired) = (asked.clone(), tired.clone());
        let count: usize = pages.iter().map(Vec::len).sum();
        let collection = json!({
            "type": "Collection", "title": "A walk elsewhere", "license": "CC-BY-SA-4.0",
            "stats:items": { "count": count }, "semantics": [{ "key": "by", "value": "foot" }],
            "links": [{ "rel": "items", "href": "/items/0" }],
        });
        let page = async move |Path(at): Path<usize>| {
            let mut links = Vec::new();
            if at + 1 < pages.len() {
                links.push(json!({ "rel": "next", "href": format!("/items/{}", at + 1) }));
            }
            Json(json!({ "type": "FeatureCollection", "features": pages[at], "links": links }))
        };
        let file = async move |Path(name): Path<String>| {
            let mut asked = noted.lock().unwrap();
            asked.push(name.clone());
            match name.parse::<u32>() {
                Ok(_) if is_tired.load(Ordering::Relaxed) && asked.len() > 1 => {
                    StatusCode::SERVICE_UNAVAILABLE.into_response()
                }
                Ok(0) => "this is no photo".into_response(),
                Ok(n) => photo(n).into_response(),
                Err(_) => StatusCode::NOT_FOUND.into_response(),
            }
        };
        let routes = Router::new()
            .route("/api/collections/{id}", get(async move || Json(collection)))
            .route("/items/{page}", get(page))
            .route("/files/{name}", get(file));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Self { address, asked, tired }
    }

    fn sequence(&self) -> Value {
        json!({ "collection_location": format!("{}/api/collections/{SEQUENCE}", self.address) })
    }

    fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.asked.lock().unwrap())
    }
}

async fn here() -> Fixture {
    FixtureBuilder::default().settings(|settings| settings.transfer_hosts = vec!["127.0.0.1".to_owned()]).build().await
}

async fn begin(fixture: &Fixture, body: &Value) -> String {
    let begun = fixture.request("POST", "/transfers").of(Some(&fixture.owner)).json(body).send().await;
    assert_eq!(begun.status, 202, "{}", begun.text());
    assert!(begun.header("location").ends_with(&format!("/api/collections/{SEQUENCE}")));
    begun.json()["id"].as_str().unwrap().to_owned()
}

async fn told(fixture: &Fixture, id: &str) -> Value {
    fixture.request("GET", &format!("/transfers/{id}")).of(Some(&fixture.owner)).send().await.json()
}

/// Does what there is to do.
async fn run(fixture: &Fixture) {
    while next(&fixture.api, &CancellationToken::new()).await.unwrap() {}
}

#[tokio::test]
async fn a_sequence_comes_as_it_is() {
    let fixture = here().await;
    let elsewhere =
        Elsewhere::with(vec![vec![item(1, &json!({})), item(2, &json!({}))], vec![item(3, &json!({}))]]).await;
    let id = begin(&fixture, &elsewhere.sequence()).await;
    let waiting = told(&fixture, &id).await;
    assert_eq!((&waiting["status"], &waiting["collection"]["status"]), (&json!("waiting"), &json!("preparing")));
    run(&fixture).await;
    let done = told(&fixture, &id).await;
    assert_eq!((&done["status"], &done["message"]), (&json!("finished"), &Value::Null), "{done}");
    let collection = &done["collection"];
    assert_eq!((&collection["nb_items_to_transfer"], &collection["nb_transfered_items"]), (&json!(3), &json!(3)));

    for n in 1..=3 {
        let here = fixture.api.catalog.picture(PictureId(picture(n))).await.unwrap().unwrap();
        assert_eq!((here.sequence, here.rank), (Some(SequenceId(SEQUENCE)), Some(i64::from(n))));
        assert_eq!((here.account, here.file_name), (fixture.owner.account.id, format!("{n:06}_{n}.jpg")));
        assert!((here.lon - (2.25 + f64::from(n) * 1e-4)).abs() < 1e-9, "as its item says");
        assert!((here.lat - 48.5).abs() < 1e-9);
        assert_eq!(here.captured_at.to_string(), format!("2024-05-01T10:00:0{n}Z"));
        assert_eq!(here.rights.license.as_deref(), Some("CC-BY-SA-4.0"));
        assert_eq!(here.rights.attribution.as_deref(), Some("alice (127.0.0.1)"));
        assert_eq!((here.semantics[0].key.as_str(), here.semantics[0].value.as_str()), ("n", n.to_string().as_str()));
        assert!(!here.claimed_blurred && here.original.is_some(), "it is blurred like any other");
    }
    let set = fixture.api.catalog.upload_set(flaneur_catalog::model::UploadSetId(id.parse().unwrap())).await.unwrap();
    let options = set.unwrap().options;
    assert_eq!((options.title.as_str(), options.semantics[0].key.as_str()), ("A walk elsewhere", "by"));
    assert_eq!(options.semantics[1].key, "original:collection_location");
    // Now it is here.
    assert_eq!(begin(&fixture, &elsewhere.sequence()).await, id, "the same transfer");
    let other = fixture.request("POST", "/transfers").of(Some(&fixture.other)).json(&elsewhere.sequence()).send().await;
    assert_eq!(other.status, 409);
    let list = fixture.request("GET", "/users/me/transfers").of(Some(&fixture.owner)).send().await.json();
    assert_eq!(list, json!({ "transfers": [] }), "none is open");
    let list = fixture.request("GET", "/users/me/transfers?show_all=true").of(Some(&fixture.owner)).send().await.json();
    assert_eq!(list["transfers"][0], done);
}

#[tokio::test]
async fn what_cannot_come_is_left_out() {
    let fixture = here().await;
    let mut lost = item(4, &json!({}));
    lost["assets"]["hd"]["href"] = json!("/files/lost");
    let mut inside = item(5, &json!({}));
    inside["assets"]["hd"]["href"] = json!("http://169.254.169.254/latest/meta-data/");
    let items = vec![
        item(0, &json!({})),
        item(1, &json!({ "license": "CC-BY-NC-4.0" })),
        item(2, &json!({})),
        json!({ "id": "x" }),
        lost,
        inside,
    ];
    let elsewhere = Elsewhere::with(vec![items]).await;
    let id = begin(&fixture, &elsewhere.sequence()).await;
    run(&fixture).await;
    let done = told(&fixture, &id).await;
    assert_eq!(done["status"], "finished", "{done}");
    let collection = &done["collection"];
    assert_eq!((&collection["nb_transfered_items"], &collection["nb_left_out_items"]), (&json!(1), &json!(5)));
    assert!(done["message"].as_str().unwrap().contains("127.0.0.1"), "why the last one was: {}", done["message"]);
    assert!(fixture.api.catalog.picture(PictureId(picture(2))).await.unwrap().is_some());
    assert_eq!(elsewhere.asked(), ["0", "2", "lost"], "nor was a file asked for that may not come");
}

#[tokio::test]
async fn who_is_away_is_asked_again_for_the_rest() {
    let fixture = here().await;
    let elsewhere = Elsewhere::with(vec![(1..=3).map(|n| item(n, &json!({}))).collect()]).await;
    elsewhere.tired.store(true, Ordering::Relaxed);
    let id = begin(&fixture, &elsewhere.sequence()).await;
    run(&fixture).await;
    let halfway = told(&fixture, &id).await;
    assert_eq!((&halfway["status"], &halfway["collection"]["nb_transfered_items"]), (&json!("running"), &json!(1)));
    assert!(halfway["message"].as_str().unwrap().contains("tried again"), "{halfway}");
    assert_eq!(elsewhere.asked(), ["1", "2"]);
    elsewhere.tired.store(false, Ordering::Relaxed);
    fixture.clock.advance(SignedDuration::from_secs(60));
    run(&fixture).await;
    let done = told(&fixture, &id).await;
    assert_eq!(
        (&done["status"], &done["collection"]["nb_transfered_items"]),
        (&json!("finished"), &json!(3)),
        "{done}"
    );
    assert_eq!(elsewhere.asked(), ["2", "3"], "what is here is not fetched again");
}

/// What the log knows of it, the contributor is not told.
#[tokio::test]
async fn who_stays_away_is_given_up() {
    let fixture = here().await;
    let elsewhere = Elsewhere::with(vec![(1..=2).map(|n| item(n, &json!({}))).collect()]).await;
    elsewhere.tired.store(true, Ordering::Relaxed);
    let id = begin(&fixture, &elsewhere.sequence()).await;
    for _ in 0..JobKind::Transfer.max_attempts() {
        assert_ne!(told(&fixture, &id).await["status"], "failed");
        run(&fixture).await;
        fixture.clock.advance(SignedDuration::from_secs(600));
    }
    let failed = told(&fixture, &id).await;
    assert_eq!((&failed["status"], &failed["message"]), (&json!("failed"), &json!(super::GIVEN_UP)));
    assert_eq!(failed["collection"]["nb_transfered_items"], 1, "what came stays");
}

#[tokio::test]
async fn a_stopped_transfer_can_be_taken_up() {
    let fixture = here().await;
    let elsewhere = Elsewhere::with(vec![(1..=2).map(|n| item(n, &json!({}))).collect()]).await;
    elsewhere.tired.store(true, Ordering::Relaxed);
    let id = begin(&fixture, &elsewhere.sequence()).await;
    run(&fixture).await;
    let path = format!("/transfers/{id}");
    assert_eq!(fixture.request("DELETE", &path).of(Some(&fixture.other)).send().await.status, 404);
    assert_eq!(fixture.request("DELETE", &path).of(Some(&fixture.owner)).send().await.status, 204);
    assert_eq!(fixture.request("DELETE", &path).of(Some(&fixture.owner)).send().await.status, 409);
    assert_eq!(told(&fixture, &id).await["status"], "failed");
    fixture.clock.advance(SignedDuration::from_secs(600));
    run(&fixture).await;
    elsewhere.asked();
    // Its owner may have the rest come; nobody else has a claim on the sequence.
    let others =
        fixture.request("POST", "/transfers").of(Some(&fixture.other)).json(&elsewhere.sequence()).send().await;
    assert_eq!(others.status, 409);
    elsewhere.tired.store(false, Ordering::Relaxed);
    let id = begin(&fixture, &elsewhere.sequence()).await;
    run(&fixture).await;
    assert_eq!(told(&fixture, &id).await["status"], "finished");
    assert_eq!(elsewhere.asked(), ["2"]);
}

#[tokio::test]
async fn an_address_that_is_not_asked_begins_nothing() {
    let fixture = crate::testing::fixture().await;
    let owner = Some(&fixture.owner);
    let id = SEQUENCE;
    for wrong in [
        String::new(),
        "x".repeat(3000),
        format!("https://other.example/api/sequences/{id}"),
        "https://other.example/api/collections/x".to_owned(),
        format!("http://other.example/api/collections/{id}"),
        format!("file:///api/collections/{id}"),
        format!("https://127.0.0.1/api/collections/{id}"),
        format!("https://[::1]/api/collections/{id}"),
        format!("https://169.254.169.254/api/collections/{id}"),
        format!("https://10.0.0.1:5432/api/collections/{id}"),
        format!("https://a:b@other.example/api/collections/{id}"),
        format!("{}/api/collections/{id}", crate::testing::HOST),
    ] {
        let body = json!({ "collection_location": wrong });
        let refused = fixture.request("POST", "/transfers").of(owner).json(&body).send().await;
        assert_eq!(refused.status, 400, "{wrong}: {}", refused.text());
    }
    let fine = json!({ "collection_location": format!("https://other.example/api/collections/{id}") });
    assert_eq!(fixture.request("POST", "/transfers").json(&fine).send().await.status, 401);
    assert_eq!(fixture.request("POST", "/transfers").of(owner).json(&json!({})).send().await.status, 400);
    let hold = SignedDuration::from_secs(60);
    let lease = fixture.api.catalog.lease(&[JobKind::Transfer], fixture.api.world.id(), hold).await.unwrap();
    assert!(lease.is_none());
}
