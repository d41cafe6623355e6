//! What the decision costs whether a picture lies in an excluded area, with as many areas as an instance may have.

use std::{f64::consts::TAU, time::Duration};

use anyhow::{Result, ensure};
use flaneur_bench::table::Table;
use flaneur_e2e::Placement;
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    files::{Numbers, Subject},
    servers::Server,
};

/// As many areas as an instance may have.
const AREAS: u32 = 1000;
/// Positions of an outline, so that all areas have as many as they may have.
const POSITIONS: u32 = 199;
const ROUNDS: u32 = 5;
/// Files before those that are counted: a server that is new makes folders and plans.
const FIRST: u32 = 300;
/// Files of a round.
const FILES: u32 = 60;

/// The table, and what it says.
pub(crate) async fn section(numbers: &mut Numbers) -> Result<String> {
    // Small, so that the file itself costs little beside the decision.
    let subject = Subject::of_about("", (640, 480), 60_000)?;
    let around =
        [("none", None), ("1000 around, none near", Some(Kind::Far)), ("1000 that all but hold it", Some(Kind::Near))];
    let mut servers = Vec::new();
    for (name, kind) in around {
        let server = Server::ours(None).await?;
        if let Some(kind) = kind {
            put(&server, kind).await?;
        }
        server.take(numbers.files(&subject, FIRST)).await?;
        servers.push((name, server, Duration::ZERO));
    }
    for _ in 0..ROUNDS {
        for (_, server, spent) in &mut servers {
            *spent += server.take(numbers.files(&subject, FILES)).await?.sum();
        }
    }
    let mut table = Table::new(&["excluded areas", "processor time a file: ms", "above none: ms"]);
    let per_file = |spent: Duration| spent.as_secs_f64() * 1e3 / f64::from(ROUNDS * FILES);
    let none = per_file(servers[0].2);
    for (name, _, spent) in &servers {
        table.row(vec![
            (*name).to_owned(),
            format!("{:.2}", per_file(*spent)),
            format!("{:+.2}", per_file(*spent) - none),
        ]);
    }
    Ok(format!(
        "## Excluded areas\n\n{}\nFiles of {:.0} kB on SQLite, {ROUNDS} rounds of {FILES}. Each area has {POSITIONS} positions: \
         as many as an instance may have. Those around lie in a grid of a kilometre, the picture between them; those that all \
         but hold it are rings with a gap, so that every box holds the picture and no area does.\n\n",
        table.markdown(),
        subject.bytes() as f64 / 1e3,
    ))
}

/// Where areas lie.
#[derive(Debug, Clone, Copy)]
enum Kind {
    /// Around the pictures: no box of them holds one.
    Far,
    /// Rings with a gap around the pictures.
    Near,
}

async fn put(server: &Server, kind: Kind) -> Result<()> {
    let features: Vec<Value> = (0..AREAS)
        .map(|index| {
            let outline = match kind {
                Kind::Far => far(index),
                Kind::Near => near(index),
            };
            json!({
                "type": "Feature",
                "geometry": { "type": "Polygon", "coordinates": [outline] },
                "properties": { "label": index.to_string(), "is_public": true },
            })
        })
        .collect();
    let all = json!({ "type": "FeatureCollection", "features": features });
    let client = server.client();
    let answer = client.send(client.request(Method::PUT, "/api/configuration/excluded_areas").json(&all)).await;
    ensure!(answer.status == 200, "the areas were not taken: {answer}");
    let listed = client.json("/api/configuration/excluded_areas?all=true").await;
    let count = listed["features"].as_array().map_or(0, Vec::len);
    ensure!(count == AREAS as usize, "{count} areas are there, and {AREAS} were put");
    Ok(())
}

/// A round area in a grid of about a kilometre, of 200 m radius, west of the walk.
fn far(index: u32) -> Vec<[f64; 2]> {
    let walk = Placement::walk(0);
    let (column, row) = (f64::from(index % 32), f64::from(index / 32));
    let centre = [walk.longitude - 0.02 - column * 0.0135, walk.latitude - 0.1 + row * 0.009];
    closed(
        (0..POSITIONS - 1).map(|step| on_circle(centre, 200.0, f64::from(step) / f64::from(POSITIONS - 1))).collect(),
    )
}

/// A ring around the whole walk, from 30 km outwards, that is open to the east.
fn near(index: u32) -> Vec<[f64; 2]> {
    let walk = Placement::walk(0);
    let centre = [walk.longitude, walk.latitude];
    let (inner, outer) = (30_000.0 + f64::from(index) * 10.0, 40_000.0 + f64::from(index) * 10.0);
    let half = (POSITIONS - 1) / 2;
    // From a twelfth to eleven twelfths of the circle, and back.
    let turn = |step: u32| (1.0 + 10.0 * f64::from(step) / f64::from(half - 1)) / 12.0;
    let there = (0..half).map(|step| on_circle(centre, outer, turn(step)));
    let back = (0..half).rev().map(|step| on_circle(centre, inner, turn(step)));
    closed(there.chain(back).collect())
}

/// The point at this distance, metres, and this part of a turn from the east. Longitude, latitude in degrees.
fn on_circle(centre: [f64; 2], metres: f64, turn: f64) -> [f64; 2] {
    let degrees = metres / 111_320.0;
    let (north, east) = (turn * TAU).sin_cos();
    let round = |value: f64| (value * 1e6).round() / 1e6;
    [round(centre[0] + east * degrees / centre[1].to_radians().cos()), round(centre[1] + north * degrees)]
}

fn closed(mut outline: Vec<[f64; 2]>) -> Vec<[f64; 2]> {
    outline.extend(outline.first().copied());
    outline
}
