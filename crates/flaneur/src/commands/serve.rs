//! `flaneur serve`: API, worker, tiler and site in one process.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use anyhow::{Context as _, Result};
use axum::Router;
use flaneur_catalog::{
    Catalog,
    world::{SystemClock, World},
};
use flaneur_worker::sweep::Moment;

use super::say;
use crate::{
    options::Settings,
    parts::{
        accounts, answering, dialogue, front,
        health::{self, Need},
        lock, open,
        process::Process,
        sealing, work,
    },
    site,
};

/// How long the stores may take to tell the time. Nobody waits longer for that to start.
const CLOCKS: Duration = Duration::from_secs(3);

/// Runs until it is told to stop.
pub async fn run(args: Settings) -> Result<()> {
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
    args.sealing.chosen()?;
    let addressing = front::addressing(&args.front)?;
    let process = Process::begin("serve", &args.log, &args.operator, args.front.drain_delay).await?;
    let listener = front::listen(args.front.listen, "--listen").await?;
    let address = listener.local_addr().context("cannot read the address listened on")?;

    let world = process.world.clone();
    let prepared = process.prepare(async {
        let hold = lock::alone(&url)?;
        process.health.step("loading the models");
        let detector = work::models(&args.working).await?;
        process.health.step("opening the database");
        let catalog = open::catalog(&args.place).await?;
        if hold.is_some() {
            // Nobody else works on this database: what an earlier process held when it died is free.
            let reclaimed = catalog.reclaim().await?;
            if reclaimed > 0 {
                tracing::info!(reclaimed, "took up jobs that an earlier process left behind");
            }
        }
        let storage = open::storage(&args.place, Some(&args.cdn))?;
        let first_token = first_start(catalog.as_ref(), &world).await?;
        let ask = dialogue::possible();
        if ask {
            process.health.step("asking what becomes of what is blurred");
        }
        let (seal_to, told) = sealing::choose(catalog.as_ref(), &args.sealing, &world, ask).await?;
        if let Some(choice) = told {
            say(&choice);
        }
        let mut worker = work::worker(
            &args.working,
            (&args.work_limit, &args.review),
            seal_to,
            detector,
            catalog.clone(),
            storage.clone(),
            world.clone(),
        )?;
        if hold.is_some() {
            // Nor are there uploads under way. Without the time, as on a full disk, what was left behind goes later.
            let now = tokio::time::timeout(CLOCKS, Moment::now(&storage)).await;
            worker.options.sweep.before = now.ok().and_then(Result::ok);
        }
        let api = answering::api(catalog.clone(), storage.clone(), world.clone(), settings, logins).await?;
        let follower = open::follower(&args.place, &catalog, &storage, &world).await?;
        Ok((hold, catalog, storage, first_token, worker, api, follower))
    });
    let Some((_hold, catalog, storage, first_token, worker, api, follower)) = prepared.await? else { return Ok(()) };

    let more = flaneur_tiler::router(catalog.clone(), Arc::new(SystemClock), args.instance.naming.about())
        .merge(health::public_router(process.health.clone()));
    let routes = Router::new()
        .nest("/api", flaneur_api::router(api.clone(), more))
        .merge(site::router(catalog.clone(), api.settings.clone()));
    process.watch_queue(&catalog).await;
    process.health.started(vec![
        Need::Database(catalog.clone()),
        Need::PublicStorage(storage.clone()),
        Need::PrivateStorage(storage),
        Need::Models,
    ]);
    announce(address, first_token.as_deref());
    let noting = tokio::spawn(follower.run(process.ending.stop.clone()));
    let transferring = tokio::spawn(flaneur_api::run_transfers(api.clone(), process.ending.stop.clone()));
    let telling = tokio::spawn(flaneur_api::run_webhooks(api.clone(), process.ending.stop.clone()));
    let mailing = post.map(|post| tokio::spawn(flaneur_api::run_post(api.clone(), post, process.ending.stop.clone())));
    let writing = tokio::spawn(flaneur_api::run_dataset(api.clone(), process.ending.stop.clone()));
    let finishing = tokio::spawn(flaneur_api::finish_uploads(api, process.ending.stop.clone()));
    process.work(catalog, Some((listener, front::app(routes, addressing, world))), Some(worker)).await?;
    transferring.await.context("transferring sequences failed")?;
    writing.await.context("writing the dataset failed")?;
    telling.await.context("telling webhooks failed")?;
    if let Some(mailing) = mailing {
        mailing.await.context("writing mails failed")?;
    }
    finishing.await.context("taking in files that were left behind failed")?;
    noting.await.context("noting withdrawals failed")
}

/// On the first start there is nobody yet: makes the administrator, and answers a token for them.
async fn first_start(catalog: &dyn Catalog, world: &World) -> Result<Option<String>> {
    if catalog.has_accounts().await? {
        return Ok(None);
    }
    let admin = accounts::find_or_make(catalog, world, "admin", true).await?;
    accounts::token_for(catalog, world, &admin, "made on the first start", accounts::Limits::default()).await.map(Some)
}

fn announce(address: SocketAddr, token: Option<&str>) {
    if let Some(token) = token {
        say(&format!("administrator token: {token}"));
        say("(shown once; another: flaneur token create --account NAME --admin)");
    }
    say(&format!("listening on http://{address}"));
}
