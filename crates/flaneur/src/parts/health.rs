//! Whether a process can do what it is there for: `/ready`.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, OnceLock, PoisonError},
    time::Duration,
};

use anyhow::{Context as _, Result};
use axum::{
    Json,
    extract::State,
    response::{IntoResponse as _, Response},
};
use flaneur_catalog::Catalog;
use flaneur_storage::Storage;
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use utoipa_axum::{router::OpenApiRouter, routes};

/// How long one check may take.
const PATIENCE: Duration = Duration::from_secs(3);
/// How long an answer holds: whoever asks more often than this costs nothing more.
const FRESH: Duration = Duration::from_secs(1);

/// What a role needs.
#[derive(Clone)]
pub enum Need {
    /// The catalog answers.
    Database(Arc<dyn Catalog>),
    /// The store of what may be shown answers.
    PublicStorage(Arc<Storage>),
    /// The store of originals answers.
    PrivateStorage(Arc<Storage>),
    /// The models are loaded. They are before the process says what it needs, and stay so.
    Models,
}

impl Need {
    fn name(&self) -> &'static str {
        match self {
            Self::Database(_) => "database",
            Self::PublicStorage(_) => "public_storage",
            Self::PrivateStorage(_) => "private_storage",
            Self::Models => "models",
        }
    }

    async fn check(&self) -> Result<()> {
        match self {
            Self::Database(catalog) => Ok(catalog.ping().await?),
            Self::PublicStorage(storage) => Ok(storage.public.ping().await?),
            Self::PrivateStorage(storage) => Ok(storage.private.ping().await?),
            Self::Models => Ok(()),
        }
    }
}

/// The state of a process.
pub struct Health {
    draining: CancellationToken,
    needs: OnceLock<Vec<Need>>,
    step: Mutex<&'static str>,
    last: tokio::sync::Mutex<Last>,
}

#[derive(Default)]
struct Last {
    answer: Option<(Instant, Answer)>,
    failing: Vec<&'static str>,
}

/// Whether a process is ready, and what it found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Answer {
    /// Whether requests, or jobs, are well placed here.
    ready: bool,
    /// Why not.
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    /// What was checked: `ok` or `failing`. What lies behind a failure stands in the log.
    checks: BTreeMap<&'static str, &'static str>,
}

impl Health {
    /// Of a process that has just begun. From when `draining` is cancelled, it is not ready.
    pub fn new(draining: CancellationToken) -> Arc<Self> {
        Arc::new(Self {
            draining,
            needs: OnceLock::new(),
            step: Mutex::new("starting"),
            last: tokio::sync::Mutex::default(),
        })
    }

    /// Says what the process is about on its way to being ready.
    pub fn step(&self, step: &'static str) {
        tracing::debug!(step, "starting");
        *self.step.lock().unwrap_or_else(PoisonError::into_inner) = step;
    }

    /// Says that the process has begun its work, and what it needs for it. The first time counts.
    pub fn started(&self, needs: Vec<Need>) {
        // Nothing starts twice; if it did, what was said first would hold.
        self.needs.set(needs).ok();
    }

    /// Whether the process is ready. Takes at most a few seconds, and checks at most once a second.
    pub async fn answer(&self) -> Answer {
        if self.draining.is_cancelled() {
            return Answer::no("stopping: it takes nothing new, ask another one".to_owned());
        }
        let Some(needs) = self.needs.get() else {
            let step = *self.step.lock().unwrap_or_else(PoisonError::into_inner);
            return Answer::no(format!("starting: {step}"));
        };
        // Whoever asks meanwhile waits here, and takes over what was found.
        let mut last = self.last.lock().await;
        match &last.answer {
            Some((at, answer)) if at.elapsed() < FRESH => answer.clone(),
            _ => {
                let answer = look(needs, &mut last.failing).await;
                last.answer = Some((Instant::now(), answer.clone()));
                answer
            }
        }
    }
}

impl Answer {
    fn no(message: String) -> Self {
        Self { ready: false, message: Some(message), checks: BTreeMap::new() }
    }

    fn response(self) -> Response {
        let status = if self.ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
        let mut response = (status, Json(self)).into_response();
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response
    }
}

/// Checks everything at once. Logs what began to fail and what works again; `failing` is what failed the last time.
async fn look(needs: &[Need], failing: &mut Vec<&'static str>) -> Answer {
    let checks = needs.iter().map(|need| async {
        let found = tokio::time::timeout(PATIENCE, need.check()).await;
        (need.name(), found.context("it does not answer in time").flatten())
    });
    let found = futures::future::join_all(checks).await;
    let mut now_failing = Vec::new();
    for (name, result) in &found {
        let failed_before = failing.contains(name);
        match result {
            Ok(()) if failed_before => tracing::info!(check = name, "works again"),
            Ok(()) => {}
            Err(error) => {
                now_failing.push(*name);
                if !failed_before {
                    tracing::warn!(check = name, error = format!("{error:#}"), "not ready");
                }
            }
        }
    }
    failing.clone_from(&now_failing);
    let checks = found.iter().map(|(name, result)| (*name, if result.is_ok() { "ok" } else { "failing" })).collect();
    let message = (!now_failing.is_empty()).then(|| {
        let names = now_failing.join(", ").replace('_', " ");
        format!("not ready: {names} cannot be used at present; the server's log says why")
    });
    Answer { ready: now_failing.is_empty(), message, checks }
}

/// `/live` and `/ready` for the operator's listener.
pub fn router(health: Arc<Health>) -> axum::Router {
    axum::Router::new()
        .route("/live", axum::routing::get(|| async { StatusCode::OK }))
        .route("/ready", axum::routing::get(ready))
        .with_state(health)
}

/// `/ready` below `/api`, documented.
pub fn public_router(health: Arc<Health>) -> OpenApiRouter {
    OpenApiRouter::new().routes(routes!(ready)).with_state(health)
}

/// Whether the server can do what it is there for
///
/// Looks at what it needs: database, storage. For load balancers; not ready while starting and while stopping.
#[utoipa::path(
    get, path = "/ready", tag = "Catalog",
    responses(
        (status = 200, description = "It is ready", body = Answer),
        (status = 503, description = "It is not: the message says why", body = Answer),
    )
)]
async fn ready(State(health): State<Arc<Health>>) -> Response {
    health.answer().await.response()
}

#[cfg(test)]
mod tests {
    use super::*;
    use flaneur_catalog::DatabaseUrl;

    #[tokio::test]
    async fn a_process_starts_works_fails_and_stops() {
        let folder = tempfile::tempdir().unwrap();
        let url = DatabaseUrl::Sqlite(folder.path().join("catalog.db"));
        let catalog = flaneur_catalog::open(&url).await.unwrap();
        let storage = Storage::local(&folder.path().join("public"), &folder.path().join("private")).unwrap();
        let storage = Arc::new(storage);
        let draining = CancellationToken::new();
        let health = Health::new(draining.clone());
        health.step("loading the models");
        let starting = health.answer().await;
        assert_eq!((starting.ready, starting.message.as_deref()), (false, Some("starting: loading the models")));

        health.started(vec![
            Need::Database(catalog.clone()),
            Need::PublicStorage(storage.clone()),
            Need::PrivateStorage(storage),
            Need::Models,
        ]);
        let ready = health.answer().await;
        assert!(
            ready.ready && ready.message.is_none() && ready.checks.values().all(|state| *state == "ok"),
            "{ready:?}"
        );
        assert_eq!(ready.checks.len(), 4);

        catalog.close().await;
        assert_eq!(health.answer().await, ready, "what was found holds for a moment");
        health.last.lock().await.answer = None;
        let failing = health.answer().await;
        assert_eq!((failing.ready, failing.checks["database"], failing.checks["models"]), (false, "failing", "ok"));
        let sentence = failing.message.clone().unwrap();
        assert!(sentence.contains("database") && !sentence.contains("pool"), "{sentence}");
        assert_eq!(failing.response().status(), StatusCode::SERVICE_UNAVAILABLE);

        draining.cancel();
        let stopping = health.answer().await;
        assert!(!stopping.ready && stopping.message.unwrap().starts_with("stopping"));
    }
}
