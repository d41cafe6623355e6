//! A client that does not give up: what was not answered, or refused for the time being, is sent again.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard},
    time::{Duration, Instant},
};

use flaneur_e2e::{Client, Photo, UploadSet, text};
use futures::{StreamExt as _, stream};
use reqwest::{
    Body, Method, RequestBuilder,
    multipart::{Form, Part},
};
use serde_json::{Value, json};

/// Files on their way at once.
const AT_ONCE: usize = 4;
/// Pictures that are accepted and not processed yet, at most: so sending and processing go on side by side, and a fault
/// strikes both.
const AHEAD: usize = 12;
/// Pieces in which a file is sent.
const PIECES: usize = 8;
/// Time between two pieces.
const BETWEEN: Duration = Duration::from_millis(30);
/// How long the client waits for an answer.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long it rests before it tries again.
const REST: Duration = Duration::from_millis(100);
/// How long all of it may take.
pub const ENOUGH: Duration = Duration::from_mins(20);

/// Where a server is, which changes when it is started again, and who asks.
#[derive(Debug, Clone)]
pub struct Caller {
    address: Arc<Mutex<String>>,
    client: Client,
}

/// What was said: a status, and a body if it is JSON.
pub type Said = (u16, Value);

impl Caller {
    /// One with this token.
    pub fn new(url: &str, token: &str) -> Self {
        Self { address: Arc::new(Mutex::new(url.to_owned())), client: Client::new(url, Some(token)) }
    }

    /// The server is at another address now.
    pub fn moved(&self, url: &str) {
        url.clone_into(&mut self.address.lock().unwrap());
    }

    /// Where the server is.
    pub fn url(&self) -> String {
        self.address.lock().unwrap().clone()
    }

    /// A client of the server where it is now.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, &format!("{}{path}", self.url())).timeout(PATIENCE)
    }

    /// Asks once. `None`: no answer.
    pub async fn once(&self, request: RequestBuilder) -> Option<Said> {
        let response = request.send().await.ok()?;
        let status = response.status().as_u16();
        let body = response.bytes().await.ok()?;
        // A defect that would hide behind trying again.
        assert!(status != 500, "the server says that it failed: {}", String::from_utf8_lossy(&body));
        Some((status, serde_json::from_slice(&body).unwrap_or(Value::Null)))
    }

    /// Asks until there is an answer that will not change.
    pub async fn insist(&self, what: &str, request: impl Fn() -> RequestBuilder) -> Value {
        let start = Instant::now();
        loop {
            match self.once(request()).await {
                Some((200..300, body)) => return body,
                Some((status, body)) if !passing(status) => panic!("{what}: {status}: {body}"),
                _ => assert!(start.elapsed() < ENOUGH, "{what}: in vain"),
            }
            tokio::time::sleep(REST).await;
        }
    }

    /// What is at a path.
    pub async fn get(&self, path: &str) -> Value {
        self.insist(path, || self.request(Method::GET, path)).await
    }

    /// Makes an upload set.
    pub async fn make_set(&self, title: &str) -> UploadSet {
        let made = || self.request(Method::POST, "/api/upload_sets").json(&json!({ "title": title }));
        UploadSet(text(&self.insist("making a set", made).await, "/id"))
    }

    /// Says that a set is complete.
    pub async fn complete(&self, set: &UploadSet) {
        let path = format!("/api/upload_sets/{}/complete", set.0);
        self.insist("completing a set", || self.request(Method::POST, &path)).await;
    }
}

/// Statuses with which a server says: not now.
fn passing(status: u16) -> bool {
    matches!(status, 408 | 429 | 502..=504 | 507)
}

/// How far an upload is.
#[derive(Debug, Default)]
pub struct Progress(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    /// Picture's id, by number.
    accepted: BTreeMap<u32, String>,
    /// What the server says is processed.
    prepared: usize,
    /// How often a file was sent in vain.
    in_vain: usize,
}

impl Progress {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    /// Pictures accepted and pictures processed, together: from 0 to twice their number.
    pub fn points(&self) -> usize {
        let state = self.state();
        state.accepted.len() + state.prepared
    }

    /// How often a file was sent in vain.
    pub fn in_vain(&self) -> usize {
        self.state().in_vain
    }

    /// The server says how many are processed.
    pub fn prepared(&self, number: usize) {
        self.state().prepared = number;
    }

    /// Ids of the pictures that were accepted.
    pub fn accepted(&self) -> Vec<String> {
        self.state().accepted.values().cloned().collect()
    }

    fn is_ahead(&self) -> bool {
        let state = self.state();
        state.accepted.len() >= state.prepared + AHEAD
    }
}

/// Sends pictures of the walk until each is accepted. Those accepted, by whatever answer the client got, are in `progress`.
pub async fn send_all(caller: &Caller, set: &UploadSet, numbers: std::ops::Range<u32>, progress: &Progress) {
    stream::iter(numbers).for_each_concurrent(AT_ONCE, |number| send(caller, set, number, progress)).await;
}

async fn send(caller: &Caller, set: &UploadSet, number: u32, progress: &Progress) {
    let photo = Photo::of_walk(number);
    let path = format!("/api/upload_sets/{}/files", set.0);
    let start = Instant::now();
    loop {
        assert!(start.elapsed() < ENOUGH, "picture {number} cannot be sent");
        if progress.is_ahead() {
            tokio::time::sleep(REST).await;
            continue;
        }
        let part = Part::stream(slowly(&photo));
        let part = part.file_name(format!("{number}.jpg")).mime_str("image/jpeg").unwrap();
        let form = Form::new().text("isBlurred", "false").part("file", part);
        let id = match caller.once(caller.request(Method::POST, &path).multipart(form)).await {
            Some((202, body)) => text(&body, "/picture_id"),
            // It was accepted before, and the answer did not arrive.
            Some((409, body)) => text(&body, "/existing_item/id"),
            Some((status, body)) if !passing(status) => panic!("picture {number}: {status}: {body}"),
            _ => {
                progress.state().in_vain += 1;
                tokio::time::sleep(REST).await;
                continue;
            }
        };
        progress.state().accepted.insert(number, id);
        return;
    }
}

/// A body as over a slow line: so that some are on their way whenever a fault strikes.
fn slowly(content: &[u8]) -> Body {
    let pieces: Vec<Vec<u8>> = content.chunks(content.len().div_ceil(PIECES)).map(<[u8]>::to_vec).collect();
    Body::wrap_stream(stream::iter(pieces).then(|piece| async {
        tokio::time::sleep(BETWEEN).await;
        Ok::<_, std::convert::Infallible>(piece)
    }))
}
