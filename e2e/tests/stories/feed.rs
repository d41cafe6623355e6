//! Who follows the change log keeps a copy of what is public, whatever happens meanwhile.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use flaneur_e2e::{Client, LONG, Postgres, ServerOptions, field, link, text, until};
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng, seq::IndexedRandom as _};
use reqwest::Method;
use serde_json::{Value, json};

/// Writers at once, in accounts of their own by four, so that nobody is slowed down for asking too much.
const WRITERS: u64 = 16;
/// How often the server is killed.
const KILLS: u64 = 3;

/// A picture as far as a follower may rely on it.
fn essence(item: &Value) -> Value {
    json!({
        "sequence": field(item, "/collection"),
        "updated": field(item, "/properties/updated"),
        "heading": field(item, "/properties/view:azimuth"),
        "tags": field(item, "/properties/semantics"),
        "sum": field(item, "/assets/hd/file:checksum"),
    })
}

type Copied = BTreeMap<String, Value>;

/// What keeps a copy: it asks for what comes after what it has, and applies it.
#[derive(Default)]
struct Follower {
    cursor: i64,
    copy: Copied,
}

impl Follower {
    /// Applies what there is. False if the server is away.
    async fn follow(&mut self, client: &Client) -> bool {
        let target = format!("/api/changes?after={}&wait=1&limit=50&items=true", self.cursor);
        let Ok(response) = client.request(Method::GET, &target).send().await else { return false };
        if response.status() != 200 {
            return false;
        }
        let Ok(page) = response.json::<Value>().await else { return false };
        let items: BTreeMap<String, &Value> =
            field(&page, "/items/features").as_array().unwrap().iter().map(|item| (text(item, "/id"), item)).collect();
        for line in field(&page, "/changes").as_array().unwrap() {
            let number = field(line, "/number").as_i64().unwrap();
            assert!(number > self.cursor, "line {number} comes after {}", self.cursor);
            self.cursor = number;
            let Some(id) = line["picture"].as_str() else { continue };
            match items.get(id) {
                Some(item) => {
                    let now = essence(item);
                    if let Some(before) = self.copy.insert(id.to_owned(), now.clone()) {
                        let (then, now) = (text(&before, "/updated"), text(&now, "/updated"));
                        assert!(then <= now, "{id} went back from {now} to {then}");
                    }
                }
                None => {
                    self.copy.remove(id);
                }
            }
        }
        let next = field(&page, "/next").as_i64().unwrap();
        assert!(next >= self.cursor);
        self.cursor = next;
        true
    }
}

/// Everything that anybody sees, page by page.
async fn everything(client: &Client) -> Copied {
    let (mut found, mut page) = (Copied::new(), Some("/api/search?limit=20&sortby=id".to_owned()));
    while let Some(target) = page {
        let answer = client.json(&target).await;
        found.extend(
            field(&answer, "/features").as_array().unwrap().iter().map(|item| (text(item, "/id"), essence(item))),
        );
        page = link(&answer, "next");
    }
    found
}

/// Does what contributors do to their pictures. What the server refuses, or is not there for, does not matter.
async fn write(at: Arc<Mutex<Client>>, items: Vec<(String, String)>, seed: u64, over: Arc<AtomicBool>) {
    let mut random = StdRng::seed_from_u64(seed);
    while !over.load(Ordering::Relaxed) {
        let (sequence, id) = items.choose(&mut random).unwrap().clone();
        let target = format!("/api/collections/{sequence}/items/{id}");
        let (method, body) = match random.random_range(0..80) {
            0 => (Method::DELETE, json!({})),
            1..24 => (Method::PATCH, json!({ "visibility": "owner-only" })),
            24..48 => (Method::PATCH, json!({ "visibility": "anyone" })),
            48..64 => (Method::PATCH, json!({ "heading": random.random_range(0..360) })),
            _ => {
                let value = random.random_range(0..1000).to_string();
                (Method::PATCH, json!({ "semantics": [{ "key": format!("seed{seed}"), "value": value }] }))
            }
        };
        let request = at.lock().unwrap().request(method, &target).json(&body);
        let _ = request.send().await;
        tokio::time::sleep(Duration::from_millis(random.random_range(20..120))).await;
    }
}

async fn a_copy_is_the_catalog(options: ServerOptions, seed: u64) {
    let mut random = StdRng::seed_from_u64(seed);
    // What the server was at when it was killed is nobody's fault.
    let mut server = options.start();
    let names = ["ada", "ben", "cleo", "dan"];
    let mut walks = Vec::new();
    for (number, name) in names.into_iter().enumerate() {
        let start = number as u32 * 1000;
        let items = server.account(name).upload_walk(name, start..start + 4).await;
        walks.push(items.iter().map(|item| (text(item, "/collection"), text(item, "/id"))).collect::<Vec<_>>());
    }
    let mut follower = Follower::default();
    while follower.copy.len() < 16 {
        assert!(follower.follow(&server.anonymous()).await);
    }
    let writers: Vec<Arc<Mutex<Client>>> =
        names.into_iter().map(|name| Arc::new(Mutex::new(server.account(name)))).collect();
    let over = Arc::new(AtomicBool::new(false));
    let tasks: Vec<_> = (0..WRITERS)
        .map(|number| {
            let who = number as usize % names.len();
            tokio::spawn(write(writers[who].clone(), walks[who].clone(), seed + number, over.clone()))
        })
        .collect();
    for _ in 0..KILLS {
        let goal = follower.cursor + random.random_range(30..60);
        while follower.cursor < goal {
            follower.follow(&server.anonymous()).await;
        }
        server.kill();
        assert!(!follower.follow(&server.anonymous()).await);
        server.restart();
        for (name, writer) in names.into_iter().zip(&writers) {
            *writer.lock().unwrap() = server.account(name);
        }
    }
    over.store(true, Ordering::Relaxed);
    for task in tasks {
        task.await.unwrap();
    }
    let client = server.anonymous();
    let truth = until("nothing changes any more", LONG, async || {
        let last = client.json("/api/changes?after=latest").await["next"].as_i64();
        while follower.cursor < last.unwrap() {
            follower.follow(&client).await;
        }
        let found = everything(&client).await;
        (client.json("/api/changes?after=latest").await["next"].as_i64() == last).then_some(found)
    })
    .await;
    assert_eq!(follower.copy, truth);
    assert!(follower.cursor > 100, "there was something to follow: {}", follower.cursor);
    // Who comes only now gets there, too.
    let mut late = Follower::default();
    while late.cursor < follower.cursor {
        assert!(late.follow(&client).await);
    }
    assert_eq!(late.copy, truth);
}

#[tokio::test]
async fn a_copy_that_is_kept_by_following_is_the_catalog() {
    a_copy_is_the_catalog(ServerOptions::default(), 1).await;
}

#[tokio::test]
async fn so_it_is_on_postgresql() {
    let postgres = Postgres::start();
    a_copy_is_the_catalog(ServerOptions::default().database(postgres.url()), 2).await;
}
