//! `flaneur api`: the API and the site, as one of several processes.

use std::sync::Arc;

use anyhow::{Context as _, Result};
use axum::Router;
use flaneur_catalog::world::SystemClock;
use utoipa_axum::router::OpenApiRouter;

use super::say;
use crate::{
    options::ApiArgs,
    parts::{
        answering, front,
        health::{self, Need},
        lock, open,
        process::Process,
    },
    site,
};

/// Runs until it is told to stop.
pub async fn run(args: ApiArgs) -> Result<()> {
    // First what fails soonest and costs least.
    let url = args.place.checked()?;
    let settings = answering::settings(
        &args.front,
        &args.instance,
        &args.logins,
        &args.upload_limit,
        &args.memory,
        (&args.work_limit, &args.review),
        &args.cdn,
    )?;
    let logins = args.logins.providers()?;
    let post = args.mail.post(args.front.public_url.as_deref())?;
    let settings = flaneur_api::Settings { mails: post.is_some(), ..settings };
    let addressing = front::addressing(&args.front)?;
    let process = Process::begin("api", &args.log, &args.operator, args.front.drain_delay).await?;
    let listener = front::listen(args.front.listen, "--listen").await?;
    let address = listener.local_addr().context("cannot read the address listened on")?;

    let world = process.world.clone();
    let prepared = process.prepare(async {
        process.health.step("opening the database");
        let hold = lock::among(&url)?;
        let catalog = open::catalog(&args.place).await?;
        let storage = open::storage(&args.place, None)?;
        if !catalog.has_accounts().await? {
            tracing::info!("nobody has an account yet: make one with `flaneur token create --account NAME --admin`");
        }
        let api = answering::api(catalog.clone(), storage.clone(), world.clone(), settings, logins).await?;
        Ok((hold, catalog, storage, api))
    });
    let Some((_hold, catalog, storage, api)) = prepared.await? else { return Ok(()) };

    // A tiler answers these, at the same address: they are described here too.
    let tiler = OpenApiRouter::with_openapi(
        flaneur_tiler::router(catalog.clone(), Arc::new(SystemClock), args.instance.naming.about()).into_openapi(),
    );
    let more = tiler.merge(health::public_router(process.health.clone()));
    let routes = Router::new()
        .nest("/api", flaneur_api::router(api.clone(), more))
        .merge(site::router(catalog.clone(), api.settings.clone()));
    process.watch_queue(&catalog).await;
    process.health.started(vec![
        Need::Database(catalog.clone()),
        Need::PublicStorage(storage.clone()),
        Need::PrivateStorage(storage),
    ]);
    say(&format!("listening on http://{address}"));
    let transferring = tokio::spawn(flaneur_api::run_transfers(api.clone(), process.ending.stop.clone()));
    let telling = tokio::spawn(flaneur_api::run_webhooks(api.clone(), process.ending.stop.clone()));
    let mailing = post.map(|post| tokio::spawn(flaneur_api::run_post(api.clone(), post, process.ending.stop.clone())));
    let writing = tokio::spawn(flaneur_api::run_dataset(api.clone(), process.ending.stop.clone()));
    let finishing = tokio::spawn(flaneur_api::finish_uploads(api, process.ending.stop.clone()));
    process.work(catalog, Some((listener, front::app(routes, addressing, world))), None).await?;
    transferring.await.context("transferring sequences failed")?;
    writing.await.context("writing the dataset failed")?;
    telling.await.context("telling webhooks failed")?;
    if let Some(mailing) = mailing {
        mailing.await.context("writing mails failed")?;
    }
    finishing.await.context("taking in files that were left behind failed")
}
