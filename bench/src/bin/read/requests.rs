//! What readers ask, and what it costs.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result};
use flaneur_coverage::quadkey::Tile;
use flaneur_e2e::{Client, field, text};
use reqwest::header::ACCEPT_ENCODING;
use serde_json::Value;

/// How often each request is repeated.
pub(crate) const AGAIN: u32 = 200;
/// Tiles of a zoom level that are asked for a first time, at most.
const FIRST: u32 = 25;

/// Requests that API and tiler each get before they are measured, so that all connections are there.
pub(crate) const BEFORE: u32 = 20;

/// A server that is measured.
pub(crate) trait Answering {
    /// A client of what answers about pictures and sequences.
    fn api(&self) -> Client;
    /// A client of what draws tiles.
    fn tiler(&self) -> Client;
    /// Processor time so far, the database's included.
    fn spent(&self) -> Result<Duration>;
}

/// What a request costs, by its name; else what is answered instead.
pub(crate) type Row = (String, Result<Cost, Refusal>);

/// An answer that is none.
#[derive(Debug, Clone)]
pub(crate) struct Refusal {
    /// HTTP status.
    pub status: u16,
    /// What was asked, and how the answer begins.
    pub told: String,
}

/// What a request costs.
#[derive(Debug, Clone)]
pub(crate) struct Cost {
    /// Processor time of the first time, a request.
    pub first_ms: Option<f64>,
    /// Of each time after it.
    pub again_ms: f64,
    /// Wall time of these: median and 99th of a hundred.
    pub wall_ms: (f64, f64),
    /// Bytes of the answer as they come.
    pub bytes: usize,
    /// Pictures or sequences that are listed in it; none if it is no list.
    pub listed: Option<usize>,
}

/// Where pictures are: what of the catalog is asked for.
#[derive(Debug)]
pub(crate) struct Places {
    dense: (f64, f64),
    sparse: (f64, f64),
    sequence: String,
    item: String,
}

impl Places {
    /// Looks through a thousand sequences: where most of them are, and where one is alone.
    pub(crate) async fn find(api: &Client) -> Result<Self> {
        let listed = api.json("/api/collections?limit=1000").await;
        let sequences = field(&listed, "/collections").as_array().context("no collections")?;
        let middle = |sequence: &Value| {
            let bbox = field(sequence, "/extent/spatial/bbox/0");
            let number = |at: usize| bbox[at].as_f64().unwrap_or_default();
            (f64::midpoint(number(0), number(2)), f64::midpoint(number(1), number(3)))
        };
        let mut tiles: HashMap<(u32, u32), Vec<&Value>> = HashMap::new();
        for sequence in sequences {
            let (lon, lat) = middle(sequence);
            let tile = Tile::at(12, lon, lat);
            tiles.entry((tile.x, tile.y)).or_default().push(sequence);
        }
        // The same whichever way a map is iterated over.
        let dense = tiles.iter().max_by_key(|(name, of_it)| (of_it.len(), **name)).context("no sequences")?.1;
        let sparse = tiles.iter().min_by_key(|(name, of_it)| (of_it.len(), **name)).context("no sequences")?.1;
        let sequence = text(dense[0], "/id");
        let items = api.json(&format!("/api/collections/{sequence}/items?limit=1")).await;
        let item = field(&items, "/features/0");
        let at = |item: &Value| {
            let at = field(item, "/geometry/coordinates");
            (at[0].as_f64().unwrap_or_default(), at[1].as_f64().unwrap_or_default())
        };
        let there = api.json(&format!("/api/collections/{}/items?limit=1", text(sparse[0], "/id"))).await;
        Ok(Self { dense: at(item), sparse: at(field(&there, "/features/0")), item: text(item, "/id"), sequence })
    }
}

/// Everything that is measured, in an order that is always the same. A server may refuse what it does not have.
pub(crate) async fn all(server: &impl Answering, places: &Places) -> Result<Vec<Row>> {
    let (api, tiler) = (server.api(), server.tiler());
    for _ in 0..BEFORE {
        let _ = ask(&api, "/api/search?limit=1").await;
        let Tile { z, x, y } = Tile::at(9, places.dense.0, places.dense.1);
        let _ = ask(&tiler, &format!("/api/map/{z}/{x}/{y}.mvt")).await;
    }
    let mut rows = Vec::new();
    for (zoom, name, place) in [0, 3, 6, 7, 10, 12, 14, 15]
        .map(|zoom| (zoom, "dense", places.dense))
        .into_iter()
        .chain([10, 15].map(|zoom| (zoom, "sparse", places.sparse)))
    {
        rows.push((format!("tile z{zoom}, {name}"), tiles(server, &tiler, zoom, place).await?));
    }
    let around = |metres: f64| {
        let (lon, lat) = places.dense;
        let (north, east) = (metres / 111_000.0, metres / (111_000.0 * lat.to_radians().cos()));
        format!("{},{},{},{}", lon - east, lat - north, lon + east, lat + north)
    };
    let Places { sequence, item, dense: (lon, lat), .. } = &places;
    for (name, path) in [
        ("search in 150 m, 10", format!("/api/search?limit=10&bbox={}", around(75.0))),
        ("search in 1 km, 10", format!("/api/search?limit=10&bbox={}", around(500.0))),
        ("search in 1 km, 100", format!("/api/search?limit=100&bbox={}", around(500.0))),
        ("search in 1 km, 1000", format!("/api/search?limit=1000&bbox={}", around(500.0))),
        ("search in 10 km, 10", format!("/api/search?limit=10&bbox={}", around(5000.0))),
        ("search at a place, 10", format!("/api/search?limit=10&place_position={lon},{lat}")),
        ("item", format!("/api/collections/{sequence}/items/{item}")),
        ("items of a sequence, 100", format!("/api/collections/{sequence}/items?limit=100")),
        ("collection", format!("/api/collections/{sequence}")),
        ("collections, 100", "/api/collections?limit=100".to_owned()),
    ] {
        rows.push((name.to_owned(), repeated(server, &api, &path).await?));
    }
    Ok(rows)
}

/// Tiles beside each other, a first time, and the middle one again and again.
async fn tiles(
    server: &impl Answering,
    tiler: &Client,
    zoom: u8,
    (lon, lat): (f64, f64),
) -> Result<Result<Cost, Refusal>> {
    let middle = Tile::at(zoom, lon, lat);
    let side = 1u32 << zoom;
    let reach = if zoom >= 10 { 2i64 } else { 0 };
    let near = |at: u32, by: i64| u32::try_from(i64::from(at) + by).ok().filter(|at| *at < side);
    let around = (-reach..=reach).flat_map(|dy| (-reach..=reach).map(move |dx| (dx, dy)));
    let around = around.filter_map(|(dx, dy)| Some((near(middle.x, dx)?, near(middle.y, dy)?))).take(FIRST as usize);
    let paths: Vec<String> = around.map(|(x, y)| format!("/api/map/{zoom}/{x}/{y}.mvt")).collect();
    let before = server.spent()?;
    for path in &paths {
        if let Err(refusal) = ask(tiler, path).await {
            return Ok(Err(refusal));
        }
    }
    let first = per(server.spent()?.saturating_sub(before), paths.len());
    let cost = repeated(server, tiler, &format!("/api/map/{zoom}/{}/{}.mvt", middle.x, middle.y)).await?;
    Ok(cost.map(|cost| Cost { first_ms: Some(first), ..cost }))
}

async fn repeated(server: &impl Answering, client: &Client, path: &str) -> Result<Result<Cost, Refusal>> {
    let bytes = match ask(client, path).await {
        Ok(bytes) => bytes,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let listed = listed(client, path).await;
    let mut walls = Vec::new();
    let before = server.spent()?;
    for _ in 0..AGAIN {
        let start = Instant::now();
        if let Err(refusal) = ask(client, path).await {
            return Ok(Err(refusal));
        }
        walls.push(start.elapsed().as_secs_f64() * 1e3);
    }
    let spent = server.spent()?.saturating_sub(before);
    walls.sort_by(f64::total_cmp);
    let at = |share: f64| walls[((walls.len() - 1) as f64 * share) as usize];
    println!("  {path}: {:.2} ms", per(spent, AGAIN as usize));
    Ok(Ok(Cost { first_ms: None, again_ms: per(spent, AGAIN as usize), wall_ms: (at(0.5), at(0.99)), bytes, listed }))
}

fn per(spent: Duration, requests: usize) -> f64 {
    spent.as_secs_f64() * 1e3 / requests.max(1) as f64
}

/// Asks as browsers do. Answers how many bytes came.
async fn ask(client: &Client, path: &str) -> Result<usize, Refusal> {
    let request = client.request(reqwest::Method::GET, path).header(ACCEPT_ENCODING, "gzip");
    let answer = client.send(request).await;
    if answer.status == 200 {
        Ok(answer.body.len())
    } else {
        Err(Refusal { status: answer.status, told: answer.to_string() })
    }
}

/// How many pictures or sequences an answer lists.
async fn listed(client: &Client, path: &str) -> Option<usize> {
    let answer: Value = serde_json::from_slice(&client.get(path).await.body).ok()?;
    ["features", "collections"].into_iter().find_map(|name| Some(answer.get(name)?.as_array()?.len()))
}
