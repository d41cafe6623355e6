//! `flaneur serve`: API, worker, tiler and site in one process.

use std::{
    fs::{File, TryLockError},
    net::SocketAddr,
    path::Path,
    sync::Arc,
};

use anyhow::{Context as _, Result, bail};
use axum::{Router, extract::Request};
use flaneur_api::{Api, Defaults, License};
use flaneur_catalog::{Accounts as _, Catalog, Coverage, Jobs as _, sqlite::SqliteCatalog, world::World};
use flaneur_detect::Detector;
use flaneur_storage::Storage;
use flaneur_worker::{DispatchDefaults, Models, Options, Worker};
use tokio::{net::TcpListener, sync::Semaphore};
use tokio_util::sync::CancellationToken;
use tower::Layer as _;
use tower_http::{
    catch_panic::CatchPanicLayer, compression::CompressionLayer, normalize_path::NormalizePathLayer, trace::TraceLayer,
};
use tracing_subscriber::EnvFilter;

use crate::{
    accept,
    commands::{account, open_catalog, say, token_for, token_key},
    options::Settings,
    proxy::{self, Addressing},
    shutdown, site,
};

/// Runs until it is told to stop.
pub async fn serve(settings: Settings) -> Result<()> {
    start_logging(&settings)?;
    let world = World::real();
    let fixed = settings.public_url.as_deref().map(public_url).transpose()?;
    // First what fails soonest and costs least.
    let listener = listen(settings.listen).await?;
    let address = listener.local_addr().context("cannot read the address listened on")?;
    let worker_options = worker_options(&settings);
    let detector = load_models(&settings, worker_options.lanes).await?;
    let _only = only_server(&settings.place.data)?;
    let catalog = Arc::new(open_catalog(&settings.place.data).await?);
    // Nobody else works on this folder: what an earlier process held when it died is free.
    let reclaimed = catalog.reclaim().await?;
    if reclaimed > 0 {
        tracing::info!(reclaimed, "took up jobs that an earlier process left behind");
    }
    let storage = Arc::new(
        Storage::local(&settings.place.data.join("public"), &settings.place.data.join("private"))
            .context("cannot use the data folder")?,
    );
    let first_token = first_start(&catalog, &world).await?;

    let worker = Worker {
        catalog: catalog.clone(),
        storage: storage.clone(),
        look: Arc::new(Models(detector)),
        world: world.clone(),
        options: worker_options,
    };
    let api = Api {
        tokens: Arc::new(token_key(&catalog, &world).await?),
        catalog: catalog.clone() as Arc<dyn Catalog>,
        storage,
        world,
        settings: Arc::new(api_settings(&settings)),
        uploads: Arc::new(Semaphore::new(flaneur_api::MAX_UPLOADS)),
    };
    let addressing = Arc::new(Addressing { fixed, trusted: settings.trusted_proxies.clone() });
    let app = app(api, catalog, addressing, settings.background_style.as_deref());

    let stop = CancellationToken::new();
    let working = tokio::spawn(worker.run(stop.clone()));
    announce(address, first_token.as_deref());
    let signal = stop.clone();
    tokio::spawn(async move {
        shutdown::asked().await;
        tracing::info!("stopping");
        signal.cancel();
    });
    accept::serve(listener, app, stop.clone()).await;
    stop.cancel();
    working.await.context("the worker failed")?;
    Ok(())
}

/// Everything that answers requests, with what applies to all of it.
fn app(
    api: Api,
    catalog: Arc<SqliteCatalog>,
    addressing: Arc<Addressing>,
    background: Option<&str>,
) -> tower_http::normalize_path::NormalizePath<Router> {
    let tiler = flaneur_tiler::router(catalog as Arc<dyn Coverage>);
    let router = Router::new()
        .nest("/api", flaneur_api::router(api, tiler))
        .merge(site::router(background))
        .layer(axum::middleware::from_fn_with_state(addressing, proxy::address))
        .layer(axum::middleware::map_response(weaken_tag))
        .layer(CompressionLayer::new())
        .layer(axum::middleware::map_request(only_named_encodings))
        .layer(CatchPanicLayer::custom(flaneur_api::panicked))
        .layer(TraceLayer::new_for_http());
    // Some clients put a slash at the end of every path.
    NormalizePathLayer::trim_trailing_slash().layer(router)
}

/// `*` in Accept-Encoding means "whatever you like"; clients that send it cannot always decode what one likes.
async fn only_named_encodings(mut request: Request) -> Request {
    let headers = request.headers_mut();
    let wild = headers
        .get_all(http::header::ACCEPT_ENCODING)
        .iter()
        .any(|value| value.to_str().is_ok_and(|text| text.contains('*')));
    if wild {
        headers.remove(http::header::ACCEPT_ENCODING);
    }
    request
}

/// A compressed answer is equivalent to the plain one, but not the same bytes: its entity tag is a weak one.
async fn weaken_tag<B>(mut response: http::Response<B>) -> http::Response<B> {
    let headers = response.headers_mut();
    if headers.contains_key(http::header::CONTENT_ENCODING)
        && let Some(tag) = headers.get(http::header::ETAG).and_then(|tag| tag.to_str().ok())
        && !tag.starts_with("W/")
        && let Ok(weak) = http::HeaderValue::from_str(&format!("W/{tag}"))
    {
        headers.insert(http::header::ETAG, weak);
    }
    response
}

fn start_logging(settings: &Settings) -> Result<()> {
    let filter: EnvFilter = settings.log.parse().with_context(|| format!("`{}` is no log filter", settings.log))?;
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let started =
        if settings.log_format == "json" { builder.json().try_init() } else { builder.with_ansi(false).try_init() };
    started.map_err(|error| anyhow::anyhow!("cannot start logging: {error}"))
}

async fn listen(address: SocketAddr) -> Result<TcpListener> {
    TcpListener::bind(address).await.map_err(|error| match error.kind() {
        std::io::ErrorKind::AddrInUse => {
            anyhow::anyhow!("{address} is taken: stop what listens there, or choose another address with --listen")
        }
        std::io::ErrorKind::PermissionDenied => {
            anyhow::anyhow!("listening on {address} is not permitted: choose a port above 1023 with --listen")
        }
        _ => anyhow::Error::new(error).context(format!("cannot listen on {address}")),
    })
}

async fn load_models(settings: &Settings, lanes: usize) -> Result<Detector> {
    let mut options = flaneur_detect::Options::new(&settings.models);
    options.sessions = lanes;
    options.threads_per_session = 1;
    let loaded =
        tokio::task::spawn_blocking(move || Detector::load(&options)).await.context("loading models failed")?;
    Ok(loaded?)
}

/// Makes sure that no other server works on the folder. The lock lasts as long as the file is held open, and ends with
/// the process however it ends.
fn only_server(data: &Path) -> Result<File> {
    std::fs::create_dir_all(data).with_context(|| format!("cannot make the data folder {}", data.display()))?;
    let path = data.join("serve.lock");
    let file = File::create(&path).with_context(|| format!("cannot write to the data folder {}", data.display()))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => {
            bail!("another `flaneur serve` works on {}: stop it, or choose another folder with --data", data.display())
        }
        Err(TryLockError::Error(error)) => Err(error).with_context(|| format!("cannot lock {}", path.display())),
    }
}

/// On the first start there is nobody yet: makes the administrator, and answers a token for them.
async fn first_start(catalog: &SqliteCatalog, world: &World) -> Result<Option<String>> {
    if catalog.has_accounts().await? {
        return Ok(None);
    }
    let admin = account(catalog, world, "admin", true).await?;
    token_for(catalog, world, &admin, "made on the first start").await.map(Some)
}

fn announce(address: SocketAddr, token: Option<&str>) {
    if let Some(token) = token {
        say(&format!("administrator token: {token}"));
        say("(shown once; another: flaneur token create --account NAME --admin)");
    }
    say(&format!("listening on http://{address}"));
}

fn worker_options(settings: &Settings) -> Options {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let defaults = Defaults::default();
    Options {
        lanes: if settings.workers == 0 { cores } else { settings.workers.min(256) },
        max_pixels: settings.max_pixels * 1_000_000,
        dispatch: DispatchDefaults {
            split_distance: defaults.split_distance,
            split_time: defaults.split_time,
            duplicate_distance: defaults.duplicate_distance,
            duplicate_rotation: defaults.duplicate_rotation,
        },
    }
}

fn api_settings(settings: &Settings) -> flaneur_api::Settings {
    flaneur_api::Settings {
        name: settings.name.clone(),
        description: settings.description.clone(),
        email: settings.email.clone(),
        license: License { id: settings.license.clone(), url: settings.license_url.clone() },
        anonymous_uploads: settings.anonymous_uploads,
        credential_origins: settings.credential_origins.clone(),
        max_file_size: settings.max_file_size << 20,
        max_pixels: settings.max_pixels * 1_000_000,
        background_style: settings.background_style.clone(),
        ..flaneur_api::Settings::default()
    }
}

/// Checks the instance's address; answers it without a trailing slash.
pub fn public_url(text: &str) -> Result<String> {
    let url = url::Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    let Some(url) = url.filter(|url| url.path() == "/" && url.query().is_none()) else {
        bail!("--public-url needs an address such as https://street.example.org, without a path");
    };
    Ok(url.origin().ascii_serialization())
}
