//! `flaneur worker`: processes pictures, as one of several processes.

use anyhow::{Context as _, Result};

use super::say;
use crate::{
    options::WorkerArgs,
    parts::{health::Need, lock, open, process::Process, sealing, work},
};

/// Runs until it is told to stop.
pub async fn run(args: WorkerArgs) -> Result<()> {
    let url = args.place.checked()?;
    args.sealing.chosen()?;
    let process = Process::begin("worker", &args.log, &args.operator, 0).await?;

    let world = process.world.clone();
    let prepared = process.prepare(async {
        process.health.step("loading the models");
        let detector = work::models(&args.working).await?;
        process.health.step("opening the database");
        let hold = lock::among(&url)?;
        let catalog = open::catalog(&args.place).await?;
        let storage = open::storage(&args.place, Some(&args.cdn))?;
        let (seal_to, told) = sealing::choose(catalog.as_ref(), &args.sealing, &world, false).await?;
        if let Some(choice) = told {
            tracing::info!("{choice}");
        }
        let worker = work::worker(
            &args.working,
            (&args.work_limit, &args.review),
            seal_to,
            detector,
            catalog.clone(),
            storage.clone(),
            world.clone(),
        )?;
        let follower = open::follower(&args.place, &catalog, &storage, &world).await?;
        Ok((hold, catalog, storage, worker, follower))
    });
    let Some((_hold, catalog, storage, worker, follower)) = prepared.await? else { return Ok(()) };

    process.watch_queue(&catalog).await;
    process.health.started(vec![
        Need::Database(catalog.clone()),
        Need::PublicStorage(storage.clone()),
        Need::PrivateStorage(storage),
        Need::Models,
    ]);
    say(&format!("working with {} lanes", worker.options.lanes));
    let noting = tokio::spawn(follower.run(process.ending.stop.clone()));
    process.work(catalog, None, Some(worker)).await?;
    noting.await.context("noting withdrawals failed")
}
