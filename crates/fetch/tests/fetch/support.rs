//! A server of pictures that can be told to go wrong.

use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    body::Body,
    extract::{OriginalUri, Path as Matched, State},
    http::{HeaderMap, Method, StatusCode, header},
    response::{IntoResponse as _, Response},
    routing::get,
};
use bytes::Bytes;
use flaneur_fetch::{FetchError, Options, Query, Silent, Summary, World, fetch};
use futures::StreamExt as _;
use jiff::Timestamp;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tokio_util::sync::CancellationToken;

/// What a server is like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Pages with `next` links, checksums, entity tags, ranges, filters by `updated`.
    Flaneur,
    /// At most `limit` pictures and nothing of more; no checksums, no sizes, no tags; geometries as text only.
    Panoramax,
}

/// What goes wrong, once.
#[derive(Debug, Clone)]
pub enum Fault {
    /// The connection breaks after so many bytes.
    Cut(usize),
    /// Another content comes.
    Other(Vec<u8>),
    /// This status, with this `Retry-After`.
    Status(u16, Option<&'static str>),
    /// A redirect there.
    Redirect(String),
    /// This text instead of what was asked for.
    Text(&'static str),
}

/// A picture.
#[derive(Debug, Clone)]
pub struct Picture {
    pub lon: f64,
    pub lat: f64,
    pub updated: String,
    pub content: Vec<u8>,
}

/// A request that came.
#[derive(Debug, Clone)]
pub struct Seen {
    pub method: Method,
    pub uri: String,
    pub headers: HeaderMap,
}

impl Seen {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}

pub struct Server {
    pub kind: Kind,
    pub address: String,
    pub pictures: Mutex<BTreeMap<String, Picture>>,
    /// Items told besides.
    pub extra: Mutex<Vec<Value>>,
    /// Most pictures in one answer.
    pub cap: Mutex<usize>,
    /// By what they strike: a picture, or `search`.
    pub faults: Mutex<HashMap<String, VecDeque<Fault>>>,
    pub seen: Mutex<Vec<Seen>>,
}

/// A JPEG as far as anyone here looks.
pub fn jpeg(seed: u64, length: usize) -> Vec<u8> {
    let mut bytes = vec![0xFF, 0xD8, 0xFF, 0xDA, 0, 3, 9];
    bytes.extend((0..length as u64).map(|at| ((seed.wrapping_mul(31).wrapping_add(at)) % 251) as u8));
    bytes.extend([0xFF, 0xD9]);
    bytes
}

pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .map(|digit| b"0123456789abcdef"[usize::from(digit)] as char)
        .collect()
}

pub fn id(number: u64) -> String {
    format!("01999999-0000-7000-8000-{number:012x}")
}

impl Server {
    pub async fn start(kind: Kind, pictures: u64) -> Arc<Self> {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let made = (0..pictures).map(|number| {
            let picture = Picture {
                lon: 2.0 + (number % 10) as f64 / 100.0,
                lat: 48.0 + (number / 10) as f64 / 100.0,
                updated: format!("2026-05-{:02}T00:00:00Z", number % 28 + 1),
                content: jpeg(number, 3000),
            };
            (id(number), picture)
        });
        let server = Arc::new(Self {
            kind,
            address,
            pictures: Mutex::new(made.collect()),
            extra: Mutex::default(),
            cap: Mutex::new(7),
            faults: Mutex::default(),
            seen: Mutex::default(),
        });
        let routes = Router::new()
            .route("/api", get(landing))
            .route("/api/queryables", get(queryables))
            .route("/api/search", get(search).post(search))
            .route("/api/pictures/{id}/{file}", get(picture))
            .with_state(server.clone());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        server
    }

    pub fn fault(&self, what: &str, fault: Fault) {
        self.faults.lock().unwrap().entry(what.to_owned()).or_default().push_back(fault);
    }

    pub fn edit(&self, number: u64, change: impl FnOnce(&mut Picture)) {
        change(self.pictures.lock().unwrap().get_mut(&id(number)).unwrap());
    }

    pub fn content(&self, number: u64) -> Vec<u8> {
        self.pictures.lock().unwrap()[&id(number)].content.clone()
    }

    /// Requests for pictures since this was last asked.
    pub fn downloads(&self) -> Vec<Seen> {
        let seen = std::mem::take(&mut *self.seen.lock().unwrap());
        seen.into_iter().filter(|seen| seen.uri.contains("/pictures/")).collect()
    }

    fn item(&self, id: &str, picture: &Picture) -> Value {
        let mut asset = json!({"href": format!("{}/api/pictures/{id}/hd.jpg", self.address), "type": "image/jpeg"});
        if self.kind == Kind::Flaneur {
            asset["file:size"] = picture.content.len().into();
            asset["file:checksum"] = format!("1220{}", sha256(&picture.content)).into();
        }
        json!({
            "type": "Feature", "id": id, "collection": "c",
            "geometry": {"type": "Point", "coordinates": [picture.lon, picture.lat]},
            "properties": {"datetime": "2026-01-02T03:04:05Z", "updated": picture.updated, "license": "CC-BY-SA-4.0",
                "geovisio:producer": "ada"},
            "assets": {"hd": asset.clone(), "sd": asset},
        })
    }
}

type Shared = State<Arc<Server>>;

fn note(server: &Server, method: &Method, uri: &OriginalUri, headers: &HeaderMap, what: &str) -> Option<Fault> {
    let seen = Seen { method: method.clone(), uri: uri.0.to_string(), headers: headers.clone() };
    server.seen.lock().unwrap().push(seen);
    server.faults.lock().unwrap().get_mut(what)?.pop_front()
}

fn faulty(fault: Fault, content: &[u8]) -> Response {
    match fault {
        Fault::Cut(after) => {
            let begin: Result<Bytes, std::io::Error> = Ok(Bytes::copy_from_slice(&content[..after]));
            // The end comes a moment later, so that what was sent arrives.
            let end = futures::stream::once(async {
                tokio::time::sleep(Duration::from_millis(20)).await;
                Err(std::io::Error::other("cut"))
            });
            let body = Body::from_stream(futures::stream::iter([begin]).chain(end));
            let tag = format!("\"{}\"", sha256(content));
            let headers = [(header::ETAG, tag), (header::CONTENT_LENGTH, content.len().to_string())];
            (headers, body).into_response()
        }
        Fault::Other(other) => other.into_response(),
        Fault::Status(status, wait) => {
            let status = StatusCode::from_u16(status).unwrap();
            wait.map_or_else(|| status.into_response(), |wait| (status, [(header::RETRY_AFTER, wait)]).into_response())
        }
        Fault::Redirect(to) => (StatusCode::FOUND, [(header::LOCATION, to)]).into_response(),
        Fault::Text(text) => text.into_response(),
    }
}

async fn landing(State(server): Shared, method: Method, uri: OriginalUri, headers: HeaderMap) -> Response {
    if let Some(fault) = note(&server, &method, &uri, &headers, "landing") {
        return faulty(fault, b"{}");
    }
    axum::Json(json!({"links": [
        {"rel": "search", "href": "/api/search"},
        {"rel": "http://www.opengis.net/def/rel/ogc/1.0/queryables", "href": "/api/queryables"},
    ]}))
    .into_response()
}

async fn queryables(State(server): Shared) -> Response {
    let properties =
        if server.kind == Kind::Flaneur { json!({"updated": {"type": "string"}}) } else { json!({"semantics": {}}) };
    axum::Json(json!({"properties": properties})).into_response()
}

async fn search(State(server): Shared, method: Method, uri: OriginalUri, headers: HeaderMap, body: String) -> Response {
    if let Some(fault) = note(&server, &method, &uri, &headers, "search") {
        return faulty(fault, b"{\"features\": [");
    }
    let mut asked: serde_json::Map<String, Value> =
        url::form_urlencoded::parse(uri.0.query().unwrap_or_default().as_bytes())
            .map(|(name, value)| (name.into_owned(), Value::String(value.into_owned())))
            .collect();
    if method == Method::POST {
        asked = serde_json::from_str(&body).unwrap();
    }
    let text = |name: &str| asked.get(name).map(|value| value.as_str().map_or(value.to_string(), str::to_owned));
    let mut bbox: Option<Vec<f64>> = text("bbox").map(|t| t.split(',').map(|n| n.parse().unwrap()).collect());
    if let Some(geometry) = asked.get("intersects") {
        let geometry = match (server.kind, geometry) {
            (Kind::Panoramax, Value::String(text)) => serde_json::from_str(text).unwrap(),
            (Kind::Flaneur, geometry) => geometry.clone(),
            (Kind::Panoramax, _) => {
                return (StatusCode::BAD_REQUEST, axum::Json(json!({"message": "no text"}))).into_response();
            }
        };
        let corner = |at: usize| geometry["coordinates"][0][at].clone();
        let (low, high) = (corner(0), corner(2));
        bbox = Some([&low[0], &low[1], &high[0], &high[1]].map(|number| number.as_f64().unwrap()).into());
    }
    let since: Option<Timestamp> = text("filter")
        .filter(|_| server.kind == Kind::Flaneur)
        .and_then(|filter| filter.strip_prefix("updated >= '")?.trim_end_matches('\'').parse().ok());
    let pictures = server.pictures.lock().unwrap().clone();
    let mut found: Vec<(&String, &Picture)> = pictures
        .iter()
        .filter(|(_, picture)| {
            bbox.as_ref().is_none_or(|b| (b[0]..=b[2]).contains(&picture.lon) && (b[1]..=b[3]).contains(&picture.lat))
                && since.is_none_or(|since| picture.updated.parse::<Timestamp>().unwrap() >= since)
        })
        .collect();
    let limit: usize = text("limit").unwrap().parse().unwrap();
    let limit = limit.min(*server.cap.lock().unwrap());
    let mut links = vec![];
    if server.kind == Kind::Flaneur {
        let after = text("token").unwrap_or_default();
        found.retain(|(id, _)| **id > after);
        if found.len() > limit {
            let token = found[limit - 1].0.clone();
            asked.insert("token".to_owned(), token.into());
            links.push(if method == Method::POST {
                json!({"rel": "next", "href": "/api/search", "method": "POST", "body": asked})
            } else {
                let pairs = asked.iter().map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned()));
                let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
                json!({"rel": "next", "href": format!("/api/search?{query}")})
            });
        }
    }
    let mut features: Vec<Value> =
        found.into_iter().take(limit).map(|(id, picture)| server.item(id, picture)).collect();
    features.extend(server.extra.lock().unwrap().clone());
    axum::Json(json!({"type": "FeatureCollection", "features": features, "links": links})).into_response()
}

async fn picture(
    State(server): Shared,
    Matched((id, _)): Matched<(String, String)>,
    method: Method,
    uri: OriginalUri,
    headers: HeaderMap,
) -> Response {
    let fault = note(&server, &method, &uri, &headers, &id);
    let Some(picture) = server.pictures.lock().unwrap().get(&id).cloned() else {
        return StatusCode::NOT_FOUND.into_response();
    };
    if let Some(fault) = fault {
        return faulty(fault, &picture.content);
    }
    if server.kind == Kind::Panoramax {
        let pieces: Vec<Result<Bytes, std::io::Error>> =
            picture.content.chunks(1000).map(|piece| Ok(Bytes::copy_from_slice(piece))).collect();
        return Body::from_stream(futures::stream::iter(pieces)).into_response();
    }
    let tag = format!("\"{}\"", sha256(&picture.content));
    let given = |name: header::HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    if given(header::IF_NONE_MATCH) == Some(&tag) {
        return (StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response();
    }
    let from = given(header::RANGE)
        .filter(|_| given(header::IF_RANGE) == Some(&tag))
        .and_then(|range| range.strip_prefix("bytes=")?.strip_suffix('-')?.parse::<usize>().ok());
    if let Some(from) = from {
        let whole = picture.content.len();
        let range = format!("bytes {from}-{}/{whole}", whole - 1);
        let headers = [(header::ETAG, tag), (header::CONTENT_RANGE, range)];
        return (StatusCode::PARTIAL_CONTENT, headers, picture.content[from..].to_vec()).into_response();
    }
    ([(header::ETAG, tag)], picture.content).into_response()
}

/// A world in which waiting takes no time.
#[derive(Debug, Default)]
pub struct Still {
    pub slept: Mutex<Vec<Duration>>,
}

#[async_trait::async_trait]
impl World for Still {
    fn now(&self) -> Timestamp {
        "2026-11-30T12:00:00Z".parse().unwrap()
    }

    async fn sleep(&self, time: Duration) {
        self.slept.lock().unwrap().push(time);
        tokio::task::yield_now().await;
    }

    fn chance(&self) -> f64 {
        1.0
    }
}

/// A folder and a world for runs.
pub struct Ground {
    _place: tempfile::TempDir,
    pub into: PathBuf,
    pub world: Arc<Still>,
}

impl Ground {
    pub fn new() -> Self {
        let place = tempfile::tempdir().unwrap();
        let into = place.path().join("into");
        Self { _place: place, into, world: Arc::default() }
    }

    pub fn options(&self, server: &Server) -> Options {
        Options::new(Query::new(&server.address), &self.into)
    }

    pub async fn run(&self, options: &Options) -> Result<Summary, FetchError> {
        fetch(options, self.world.clone(), &Silent, CancellationToken::new()).await
    }

    /// A run that has to go well.
    pub async fn go(&self, options: &Options) -> Summary {
        let summary = self.run(options).await.unwrap();
        assert!(summary.is_complete(), "{summary:?}");
        summary
    }

    pub fn path(&self, number: u64) -> PathBuf {
        let id = id(number);
        self.into.join("pictures").join(&id[id.len() - 2..]).join(format!("{id}.jpg"))
    }

    pub fn lines(&self, name: &str) -> Vec<Value> {
        let text = std::fs::read_to_string(self.into.join(name)).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    pub fn pictures(&self) -> usize {
        files(&self.into.join("pictures")).len()
    }
}

/// All files below a folder.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}
