//! Plain HTTP, as any program would talk to the server.

use reqwest::{
    Method, RequestBuilder,
    header::HeaderMap,
    multipart::{Form, Part},
};
use serde_json::{Value, json};

use crate::wait::{LONG, until};

/// Talks to one server as one account, or as nobody.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    url: String,
    token: Option<String>,
}

/// What the server answered.
#[derive(Debug)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Headers.
    pub headers: HeaderMap,
    /// The body's bytes, as they came.
    pub body: Vec<u8>,
    what: String,
}

/// An upload set's id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadSet(pub String);

impl Client {
    /// A client of the server at `url`, with a token if it is somebody.
    pub fn new(url: &str, token: Option<&str>) -> Self {
        let http = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(LONG)
            .build()
            .expect("a client needs nothing");
        Self { http, url: url.to_owned(), token: token.map(str::to_owned) }
    }

    /// A request that can still be changed; `target` is a path, or an address that the server gave.
    pub fn request(&self, method: Method, target: &str) -> RequestBuilder {
        let address = if target.starts_with("http") { target.to_owned() } else { format!("{}{target}", self.url) };
        let request = self.http.request(method, address);
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    /// Sends a request and reads the whole answer.
    pub async fn send(&self, request: RequestBuilder) -> Answer {
        let request = request.build().expect("a valid request");
        let what = format!("{} {}", request.method(), request.url());
        let response = self.http.execute(request).await.unwrap_or_else(|error| panic!("{what}: {error:?}"));
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = response.bytes().await.unwrap_or_else(|error| panic!("{what}: {error:?}")).to_vec();
        Answer { status, headers, body, what }
    }

    /// GET.
    pub async fn get(&self, target: &str) -> Answer {
        self.send(self.request(Method::GET, target)).await
    }

    /// GET of something that must be there, as JSON.
    pub async fn json(&self, target: &str) -> Value {
        self.get(target).await.ok().json()
    }

    /// A request with JSON.
    pub async fn tell(&self, method: Method, target: &str, body: &Value) -> Answer {
        self.send(self.request(method, target).json(body)).await
    }

    /// POST of JSON.
    pub async fn post(&self, target: &str, body: &Value) -> Answer {
        self.tell(Method::POST, target, body).await
    }

    /// Makes an upload set. `options` may hold whatever the API takes.
    pub async fn make_set(&self, options: &Value) -> UploadSet {
        let made = self.post("/api/upload_sets", options).await.ok().json();
        UploadSet(text(&made, "/id"))
    }

    /// Sends a file into a set.
    pub async fn send_file(&self, set: &UploadSet, name: &str, content: Vec<u8>) -> Answer {
        let part = Part::bytes(content).file_name(name.to_owned()).mime_str("image/jpeg").expect("a media type");
        self.send_form(set, Form::new().text("isBlurred", "false").part("file", part)).await
    }

    /// Sends any form into a set.
    pub async fn send_form(&self, set: &UploadSet, form: Form) -> Answer {
        let target = format!("/api/upload_sets/{}/files", set.0);
        self.send(self.request(Method::POST, &target).multipart(form)).await
    }

    /// A set as it is now.
    pub async fn set(&self, set: &UploadSet) -> Value {
        self.json(&format!("/api/upload_sets/{}", set.0)).await
    }

    /// Every file of a set.
    pub async fn files(&self, set: &UploadSet) -> Vec<Value> {
        let files = self.json(&format!("/api/upload_sets/{}/files", set.0)).await;
        field(&files, "/files").as_array().expect("a list").clone()
    }

    /// Says that all files have come.
    pub async fn complete(&self, set: &UploadSet) {
        let target = format!("/api/upload_sets/{}/complete", set.0);
        self.send(self.request(Method::POST, &target)).await.ok();
    }

    /// Waits until everything in a completed set has its final state, and gives the set.
    pub async fn ready(&self, set: &UploadSet) -> Value {
        until("the upload set is ready", LONG, async || {
            let state = self.set(set).await;
            (field(&state, "/ready") == true).then_some(state)
        })
        .await
    }

    /// Uploads files as one set, waits until it is ready, and gives it.
    pub async fn upload(&self, title: &str, files: Vec<(String, Vec<u8>)>) -> Value {
        let set = self.make_set(&json!({ "title": title, "estimated_nb_files": files.len() })).await;
        for (name, content) in files {
            let answer = self.send_file(&set, &name, content).await;
            assert_eq!(answer.status, 202, "{name}: {answer}");
        }
        self.ready(&set).await
    }

    /// Uploads a walk of small pictures (see [`crate::Photo::of_walk`]), and gives their items in the order of the walk.
    pub async fn upload_walk(&self, title: &str, pictures: std::ops::Range<u32>) -> Vec<Value> {
        let files = pictures.map(|index| (format!("{index:03}.jpg"), crate::Photo::of_walk(index))).collect();
        let set = self.upload(title, files).await;
        self.items(&set).await
    }

    /// Items of every sequence that was made from a set, following every `next` page.
    pub async fn items(&self, set: &Value) -> Vec<Value> {
        let mut items = Vec::new();
        for sequence in field(set, "/associated_collections").as_array().expect("a list") {
            let mut page = Some(format!("/api/collections/{}/items", text(sequence, "/id")));
            while let Some(target) = page {
                let collection = self.json(&target).await;
                items.extend(field(&collection, "/features").as_array().expect("a list").iter().cloned());
                page = link(&collection, "next");
            }
        }
        items
    }
}

impl Answer {
    /// Panics unless it is a success.
    #[track_caller]
    #[expect(clippy::return_self_not_must_use, reason = "often only the panic is wanted")]
    pub fn ok(self) -> Self {
        assert!((200..300).contains(&self.status), "{self}");
        self
    }

    /// The body as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self}"))
    }

    /// A header as text; empty if it is not there, and joined if it is there several times.
    pub fn header(&self, name: &str) -> String {
        let values: Vec<&str> = self.headers.get_all(name).iter().filter_map(|value| value.to_str().ok()).collect();
        values.join(", ")
    }

    /// The sentence of an error. Panics if this is none, or one that tells a user nothing, or one that tells too much.
    #[track_caller]
    pub fn sentence(&self) -> String {
        assert!((400..500).contains(&self.status), "not a clear refusal: {self}");
        let body = self.json();
        assert_eq!(body["status_code"], self.status, "{self}");
        let message = text(&body, "/message");
        let reason = body.pointer("/details/error").and_then(Value::as_str).unwrap_or_default();
        let words = message.split_whitespace().chain(reason.split_whitespace()).count();
        assert!(words >= 3, "no sentence: {self}");
        let whole = body.to_string();
        for inside in ["panicked", "sqlx", "src/", ".rs:", "SELECT ", "/tmp/"] {
            assert!(!whole.contains(inside), "tells what lies inside ({inside}): {self}");
        }
        if reason.is_empty() { message } else { format!("{message}: {}", reason.replace(char::is_whitespace, " ")) }
    }
}

impl std::fmt::Display for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let body = String::from_utf8_lossy(&self.body);
        let beginning: String = body.chars().take(600).collect();
        write!(f, "{} -> {}: {beginning}", self.what, self.status)
    }
}

/// A member by its JSON pointer.
#[track_caller]
pub fn field<'a>(value: &'a Value, pointer: &str) -> &'a Value {
    value.pointer(pointer).unwrap_or_else(|| panic!("no {pointer} in {value}"))
}

/// A text by its JSON pointer.
#[track_caller]
pub fn text(value: &Value, pointer: &str) -> String {
    field(value, pointer).as_str().unwrap_or_else(|| panic!("{pointer} is no text in {value}")).to_owned()
}

/// Where the first link of a relation leads.
pub fn link(value: &Value, rel: &str) -> Option<String> {
    let links = value["links"].as_array()?;
    links.iter().find(|each| each["rel"] == rel)?["href"].as_str().map(str::to_owned)
}
