//! An instance that can be told to go wrong.

use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    body::Body,
    extract::{Path as Matched, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Response},
    routing::get,
};
use bytes::Bytes;
use flaneur_dataset::{Asset, Found, PartWriter, Row, Tag};
use flaneur_fetch::{FetchError, Silent, World};
use flaneur_snapshot::{Checked, Options, Taken, check, snapshot};
use futures::StreamExt as _;
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// What goes wrong, once.
#[derive(Debug, Clone)]
pub enum Fault {
    /// The connection breaks after so many bytes.
    Cut(usize),
    /// Another content comes.
    Other(Vec<u8>),
    /// This status, with this `Retry-After`.
    Status(u16, Option<&'static str>),
    /// A picture in it is withdrawn: these are the files from now on.
    Withdrawn(Vec<File>),
    /// It comes, and then these are the files.
    Then(Vec<File>),
}

/// A file that is offered.
#[derive(Debug, Clone)]
pub struct File {
    pub name: String,
    pub content: Vec<u8>,
    pub rows: u64,
}

impl File {
    /// Under the name that belongs to it.
    pub fn new(tile: &str, content: Vec<u8>, rows: u64) -> Self {
        Self { name: format!("{tile}-{}.parquet", &sha256(&content)[..16]), content, rows }
    }

    /// With these pictures.
    pub fn of(tile: &str, numbers: std::ops::Range<u64>) -> Self {
        let rows: Vec<Row> = numbers.map(row).collect();
        let mut writer = PartWriter::new().unwrap();
        writer.write(&rows).unwrap();
        let finished = writer.finish().unwrap().unwrap();
        Self::new(tile, finished.bytes, finished.rows as u64)
    }
}

/// A picture: two licences, four sequences, two accounts, and so on.
pub fn row(number: u64) -> Row {
    let file = |name: &str| Asset {
        href: format!("http://example.org/{number}/{name}.jpg"),
        sha256: (name == "hd").then(|| sha256(&number.to_le_bytes())),
        size: None,
    };
    let later = |days: u64| Timestamp::from_second(1_600_000_000 + (days * 86_400) as i64).unwrap();
    Row {
        id: Uuid::from_u128(number.into()),
        sequence: Uuid::from_u128(u128::from(number % 4)),
        lon: 2.0 + number as f64 / 100.0,
        lat: 48.0,
        altitude: None,
        captured: later(number * 30),
        created: later(2_000),
        updated: later(2_000 + number % 7),
        license: if number.is_multiple_of(10) { "etalab-2.0" } else { "CC-BY-SA-4.0" }.to_owned(),
        attribution: number.is_multiple_of(5).then(|| "Town of <b>Example</b>".to_owned()),
        producer: if number.is_multiple_of(2) { "ada" } else { "bob" }.to_owned(),
        azimuth: Some(1.0),
        heading_source: "file",
        pitch: None,
        roll: None,
        yaw: None,
        camera_make: Some("GoPro".to_owned()),
        camera_model: None,
        focal_length: None,
        field_of_view: None,
        size: [4, 3],
        accuracy: Some(2.5),
        pixel_density: None,
        projection: "flat",
        rank: None,
        semantics: vec![Tag { key: "osm|highway".to_owned(), value: "street_lamp".to_owned() }],
        annotations: Vec::new(),
        found: Found { faces: 1, plates: 0, models: vec![["face", "finder", "1"].map(str::to_owned)] },
        hd: file("hd"),
        sd: file("sd"),
        thumb: file("thumb"),
    }
}

pub fn sha256(bytes: &[u8]) -> String {
    flaneur_fetch::disk::hex(&Sha256::digest(bytes))
}

#[derive(Debug, Default)]
pub struct Offer {
    pub files: Vec<File>,
    pub change: u64,
    /// For how many more readings files are missing.
    pub incomplete_for: usize,
    /// What is changed of the list, by JSON pointer.
    pub odd: Vec<(String, Value)>,
    pub without_dataset: bool,
    /// By the file that they strike.
    pub faults: HashMap<String, VecDeque<Fault>>,
    /// Requests for files: the name, and `Range`.
    pub seen: Vec<(String, Option<String>)>,
    pub lists: usize,
}

pub struct Server {
    pub address: String,
    pub offer: Mutex<Offer>,
}

impl Server {
    pub async fn start(files: Vec<File>) -> Arc<Self> {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let offer = Mutex::new(Offer { files, change: 7, ..Offer::default() });
        let server = Arc::new(Self { address, offer });
        let routes = Router::new()
            // Its site is broken, and its API works.
            .route("/", get(|| async { StatusCode::SERVICE_UNAVAILABLE }))
            .route("/api", get(landing))
            .route("/api/dataset", get(list))
            .route("/api/dataset/{file}", get(file))
            .with_state(server.clone());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        server
    }

    pub fn with(&self, change: impl FnOnce(&mut Offer)) {
        change(&mut self.offer.lock().unwrap());
    }

    pub fn fault(&self, file: &File, fault: Fault) {
        self.with(|offer| offer.faults.entry(file.name.clone()).or_default().push_back(fault));
    }

    /// Requests for files since this was last asked.
    pub fn seen(&self) -> Vec<(String, Option<String>)> {
        std::mem::take(&mut self.offer.lock().unwrap().seen)
    }
}

type Shared = State<Arc<Server>>;

async fn landing(State(server): Shared) -> Response {
    let mut links = vec![json!({"rel": "search", "href": "/api/search"})];
    if !server.offer.lock().unwrap().without_dataset {
        links.push(json!({"rel": "flaneur:dataset", "href": "/api/dataset"}));
    }
    axum::Json(json!({ "links": links })).into_response()
}

async fn list(State(server): Shared) -> Response {
    let mut offer = server.offer.lock().unwrap();
    offer.lists += 1;
    let incomplete = offer.incomplete_for > 0;
    offer.incomplete_for = offer.incomplete_for.saturating_sub(1);
    let asset = |file: &File| {
        let tile = file.name.split('-').next().unwrap().to_owned();
        let told = json!({"href": format!("/api/dataset/{}", file.name), "roles": ["data"], "file:size": file.content.len(),
            "type": "application/vnd.apache.parquet", "table:row_count": file.rows,
            "file:checksum": format!("1220{}", sha256(&file.content))});
        (tile, told)
    };
    let shown = offer.files.iter().skip(usize::from(incomplete));
    let assets: Map<String, Value> = shown.map(asset).collect();
    let mut document = json!({
        "type": "Collection", "stac_version": "1.0.0", "id": "dataset", "flaneur:change": offer.change,
        "flaneur:incomplete": incomplete, "updated": "2026-11-30T02:00:00Z",
        "providers": [{"name": "Streets *of* Example", "url": server.address}],
        "links": [{"rel": "self", "href": format!("{}/api/dataset", server.address)},
            {"rel": "flaneur:changes", "href": "/api/changes"}],
        "assets": assets,
    });
    for (place, value) in &offer.odd {
        if let Some(there) = document.pointer_mut(place) {
            *there = value.clone();
        }
    }
    axum::Json(document).into_response()
}

async fn file(State(server): Shared, Matched(name): Matched<String>, headers: HeaderMap) -> Response {
    let range = headers.get(header::RANGE).and_then(|range| range.to_str().ok()).map(str::to_owned);
    let (file, fault) = {
        let mut offer = server.offer.lock().unwrap();
        offer.seen.push((name.clone(), range.clone()));
        let file = offer.files.iter().find(|file| file.name == name).cloned();
        (file, offer.faults.get_mut(&name).and_then(VecDeque::pop_front))
    };
    let Some(File { content, .. }) = file else { return StatusCode::NOT_FOUND.into_response() };
    let replace = |files: Vec<File>| server.with(|offer| (offer.files, offer.change) = (files, offer.change + 1));
    match fault {
        Some(Fault::Cut(after)) => {
            let begin: Result<Bytes, std::io::Error> = Ok(Bytes::copy_from_slice(&content[..after]));
            // The end comes a moment later, so that what was sent arrives.
            let end = futures::stream::once(async {
                tokio::time::sleep(Duration::from_millis(20)).await;
                Err(std::io::Error::other("cut"))
            });
            return Body::from_stream(futures::stream::iter([begin]).chain(end)).into_response();
        }
        Some(Fault::Other(other)) => return other.into_response(),
        Some(Fault::Status(status, wait)) => {
            let status = StatusCode::from_u16(status).unwrap();
            let wait = wait.map(|wait| [(header::RETRY_AFTER, wait)]);
            return wait.map_or_else(|| status.into_response(), |wait| (status, wait).into_response());
        }
        Some(Fault::Withdrawn(files)) => {
            replace(files);
            return StatusCode::GONE.into_response();
        }
        Some(Fault::Then(files)) => replace(files),
        None => {}
    }
    let from = range.and_then(|range| range.strip_prefix("bytes=")?.strip_suffix('-')?.parse::<usize>().ok());
    match from {
        Some(from) => {
            let told = format!("bytes {from}-{}/{}", content.len() - 1, content.len());
            (StatusCode::PARTIAL_CONTENT, [(header::CONTENT_RANGE, told)], content[from..].to_vec()).into_response()
        }
        None => content.into_response(),
    }
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
    place: tempfile::TempDir,
    pub into: PathBuf,
    pub world: Arc<Still>,
}

impl Ground {
    pub fn new() -> Self {
        let place = tempfile::tempdir().unwrap();
        let into = place.path().join("into");
        Self { place, into, world: Arc::default() }
    }

    /// Another folder beside it.
    pub fn beside(&self, name: &str) -> PathBuf {
        self.place.path().join(name)
    }

    pub fn options(&self, server: &Server) -> Options {
        Options::new(&server.address, &self.into)
    }

    pub async fn run(&self, options: &Options) -> Result<Taken, FetchError> {
        snapshot(options, self.world.clone(), &Silent, CancellationToken::new()).await
    }

    /// A run that has to go well, and to leave what it should.
    pub async fn go(&self, options: &Options) -> Taken {
        let taken = self.run(options).await.unwrap();
        let checked = checked(&options.into).await;
        assert_eq!(checked.problems, Vec::<String>::new());
        assert_eq!(checked.pictures, taken.card.pictures);
        taken
    }

    /// A run that has to fail, and what it says.
    pub async fn fail(&self, options: &Options) -> String {
        self.run(options).await.unwrap_err().to_string()
    }
}

pub async fn checked(folder: &Path) -> Checked {
    check(folder, &Silent, &CancellationToken::new()).await.unwrap()
}

/// Every file below a folder, hidden ones, too, by its path from there.
pub fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if path.is_dir() {
            found.insert(format!("{name}/"), Vec::new());
            found.extend(contents(&path).into_iter().map(|(below, content)| (format!("{name}/{below}"), content)));
        } else {
            found.insert(name, std::fs::read(&path).unwrap());
        }
    }
    found
}
