//! `flaneur tiler`: the coverage map, as one of several processes.

use std::sync::Arc;

use anyhow::{Context as _, Result};
use axum::{Router, routing::get};
use flaneur_catalog::world::SystemClock;
use http::StatusCode;

use super::say;
use crate::{
    options::TilerArgs,
    parts::{
        answering, front,
        health::{self, Need},
        lock, open,
        process::Process,
    },
};

/// Runs until it is told to stop.
pub async fn run(args: TilerArgs) -> Result<()> {
    // First what fails soonest and costs least.
    let url = args.place.database()?;
    let addressing = front::addressing(&args.front)?;
    let process = Process::begin("tiler", &args.log, &args.operator, args.front.drain_delay).await?;
    let listener = front::listen(args.front.listen, "--listen").await?;
    let address = listener.local_addr().context("cannot read the address listened on")?;

    let world = process.world.clone();
    let prepared = process.prepare(async {
        process.health.step("opening the database");
        let hold = lock::among(&url)?;
        let catalog = open::catalog(&args.place).await?;
        let gate = answering::gate(catalog.clone(), world.clone(), &args.front).await?;
        Ok((hold, catalog, gate))
    });
    let Some((_hold, catalog, gate)) = prepared.await? else { return Ok(()) };

    let (tiles, _) = flaneur_tiler::router(catalog.clone(), Arc::new(SystemClock), args.naming.about())
        .merge(health::public_router(process.health.clone()))
        .split_for_parts();
    let below = tiles.route("/live", get(|| async { StatusCode::OK }));
    let routes = Router::new().nest("/api", flaneur_api::behind(gate, below)).fallback(elsewhere);
    process.health.started(vec![Need::Database(catalog.clone())]);
    say(&format!("listening on http://{address}"));
    process.work(catalog, Some((listener, front::app(routes, addressing, world))), None).await
}

async fn elsewhere() -> (StatusCode, &'static str) {
    (StatusCode::NOT_FOUND, "this server draws the coverage map, below /api/map; the site is served by another\n")
}
