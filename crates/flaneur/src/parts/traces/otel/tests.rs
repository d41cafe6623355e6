//! A small collector takes what requests and jobs send.

use std::{
    io::Write,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{Router, body::Body, routing::post};
use flaneur_catalog::{DatabaseUrl, model::Detection, world::World};
use flaneur_detect::DetectError;
use flaneur_storage::Storage;
use flaneur_worker::{DispatchDefaults, Look, Options, Worker, seal_to::Recipients, surgery::Cutting, sweep::Sweeping};
use http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt as _;
use opentelemetry_proto::tonic::{
    collector::trace::v1::ExportTraceServiceRequest,
    common::v1::{KeyValue, any_value::Value},
    resource::v1::Resource,
    trace::v1::{Span, span::SpanKind, status::StatusCode as Outcome},
};
use prost::Message as _;
use tracing::Instrument as _;
use tracing_subscriber::layer::SubscriberExt as _;
use utoipa_axum::router::OpenApiRouter;

use super::*;
use crate::parts::{
    accounts,
    front::{self, App},
    proxy::Addressing,
};

const REQUEST: &str = "0193f0a0-7c3e-7000-8000-00000000beef";
const TRACE: &str = "0193f0a07c3e7000800000000000beef";

/// What a collector was sent.
#[derive(Debug, Clone, Default)]
struct Collected(Arc<Mutex<Vec<(HeaderMap, bytes::Bytes)>>>);

impl Collected {
    /// Collects on a free port; answers its address.
    async fn start() -> (Self, String) {
        let collected = Self::default();
        let own = collected.clone();
        let take = post(async move |headers: HeaderMap, body: bytes::Bytes| {
            own.0.lock().unwrap().push((headers, body));
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async { axum::serve(listener, Router::new().route("/v1/traces", take)).await });
        (collected, address)
    }

    /// Every span with the process it is of.
    fn spans(&self) -> Vec<(Resource, Span)> {
        let bodies = self.0.lock().unwrap();
        let batches = bodies.iter().map(|(headers, body)| {
            assert_eq!(headers["content-type"], "application/x-protobuf");
            ExportTraceServiceRequest::decode(body.clone()).unwrap()
        });
        let of_process = batches.flat_map(|batch| batch.resource_spans);
        of_process
            .flat_map(|each| {
                let resource = each.resource.unwrap();
                each.scope_spans.into_iter().flat_map(|scope| scope.spans).map(move |span| (resource.clone(), span))
            })
            .collect()
    }

    fn text(&self) -> String {
        self.0.lock().unwrap().iter().map(|(_, body)| String::from_utf8_lossy(body).into_owned()).collect()
    }
}

/// Attributes as `name=value`, sorted.
fn list(attributes: &[KeyValue]) -> Vec<String> {
    let mut listed: Vec<String> = attributes
        .iter()
        .map(|each| match each.value.as_ref().and_then(|value| value.value.as_ref()) {
            Some(Value::StringValue(text)) => format!("{}={text}", each.key),
            Some(Value::IntValue(number)) => format!("{}={number}", each.key),
            other => panic!("{}: {other:?}", each.key),
        })
        .collect();
    listed.sort();
    listed
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Sees nothing, since there are no pictures.
struct Blind;

impl Look for Blind {
    fn look(&self, _: &dyn flaneur_detect::Canvas, _: bool) -> Result<Vec<Detection>, DetectError> {
        Ok(Vec::new())
    }
}

/// A server in a folder: what answers, what works, and a token of somebody.
async fn server(folder: &std::path::Path) -> (App, Worker, String) {
    let catalog = flaneur_catalog::open(&DatabaseUrl::Sqlite(folder.join("catalog.db"))).await.unwrap();
    let storage = Arc::new(Storage::local(&folder.join("public"), &folder.join("private")).unwrap());
    let world = World::real();
    let ada = accounts::find_or_make(catalog.as_ref(), &world, "ada", false).await.unwrap();
    let token = accounts::token_for(catalog.as_ref(), &world, &ada, "test", accounts::Limits::default()).await.unwrap();
    let settings = flaneur_api::Settings::default();
    let dispatch = DispatchDefaults {
        split_distance: settings.defaults.split_distance,
        split_time: settings.defaults.split_time,
        duplicate_distance: settings.defaults.duplicate_distance,
        duplicate_rotation: settings.defaults.duplicate_rotation,
    };
    let answering = crate::parts::answering::api(catalog.clone(), storage.clone(), world.clone(), settings, Vec::new());
    let api = answering.await.unwrap();
    let routes = Router::new()
        .nest("/api", flaneur_api::router(api, OpenApiRouter::new()))
        .route("/fails", post(async || StatusCode::INTERNAL_SERVER_ERROR));
    let addressing = Addressing { fixed: Some("https://street.example.org".to_owned()), trusted: Vec::new() };
    let app = front::app(routes, Arc::new(addressing), world.clone());
    let sweep = Sweeping { grace: Duration::from_hours(1), before: None };
    let (lease, seal_to) = (Duration::from_mins(1), Recipients::default());
    let converter = "/nowhere/converter".into();
    let options =
        Options { lanes: 1, max_pixels: 1_000_000, converter, lease, seal_to, sweep, review_days: None, dispatch };
    let surgery = Arc::new(Cutting { max_pixels: options.max_pixels });
    (app, Worker { catalog, storage, look: Arc::new(Blind), surgery, world, options }, token)
}

async fn ask(app: &App, path: &str, token: &str, id: &str, body: &'static str) -> serde_json::Value {
    use tower::ServiceExt as _;
    let request = Request::post(path)
        .header("x-request-id", id)
        .header("authorization", format!("Bearer {token}"))
        .header("x-forwarded-for", "203.0.113.77")
        .header("user-agent", "headersecret2")
        .body(Body::from(body))
        .unwrap();
    let answer = app.clone().oneshot(request).await.unwrap();
    let bytes = answer.into_body().collect().await.unwrap().to_bytes();
    serde_json::from_slice(&bytes).unwrap_or_default()
}

/// Counts spans that did not end: the database's own thread still holds one for a moment after it answered.
#[derive(Clone, Default)]
struct Open(Arc<AtomicUsize>);

impl<S: tracing::Subscriber> tracing_subscriber::Layer<S> for Open {
    fn on_new_span(
        &self,
        _: &tracing::span::Attributes<'_>,
        _: &tracing::Id,
        _: tracing_subscriber::layer::Context<'_, S>,
    ) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }

    fn on_close(&self, _: tracing::Id, _: tracing_subscriber::layer::Context<'_, S>) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Open {
    /// Waits until all have ended.
    async fn none(&self) {
        let ended = async {
            while self.0.load(Ordering::SeqCst) > 0 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(Duration::from_mins(1), ended).await.expect("all spans end");
    }
}

#[tokio::test]
async fn a_request_and_its_jobs_stand_in_one_trace() {
    let (collected, address) = Collected::start().await;
    let traces = Traces::start(Some(&address), "serve").unwrap();
    let open = Open::default();
    let seen = tracing_subscriber::registry().with(traces.watcher().unwrap()).with(open.clone());
    let watching = tracing::subscriber::set_default(seen);
    let folder = tempfile::tempdir().unwrap();
    let (app, worker, token) = server(folder.path()).await;

    let set = ask(&app, "/api/upload_sets", &token, "made.first", r#"{"title":"bodysecret3"}"#).await;
    let set = set["id"].as_str().unwrap();
    ask(&app, &format!("/api/upload_sets/{set}/complete?access_token=querysecret1"), &token, REQUEST, "").await;
    ask(&app, "/fails", &token, "made.last", "").await;
    ask(&app, "/nowhere/pathsecret6", &token, "made.nowhere", "").await;
    assert!(worker.drain().await.unwrap() > 0, "the set is dispatched");
    // What a library says in a request is not for the collector.
    async { tracing::error!(target: "hyper::proto", "librarysecret4") }
        .instrument(tracing::info_span!(target: "flaneur::test", "request", id = "made.up"))
        .await;
    async {}.instrument(tracing::info_span!(target: "sqlx::query", "statement", text = "librarysecret5")).await;
    drop(watching);
    open.none().await;
    traces.end().await;

    let spans = collected.spans();
    let named = |name: &str| spans.iter().filter(|(_, span)| span.name == name).collect::<Vec<_>>();
    let [(process, request)] = named("POST /api/upload_sets/{id}/complete")[..] else { panic!("{spans:?}") };
    assert_eq!(
        list(&request.attributes),
        [
            "http.request.method=POST".to_owned(),
            "http.response.status_code=200".to_owned(),
            "http.route=/api/upload_sets/{id}/complete".to_owned(),
            format!("request={REQUEST}"),
        ]
    );
    assert_eq!((hex(&request.trace_id).as_str(), request.kind()), (TRACE, SpanKind::Server));
    assert!(request.end_time_unix_nano > request.start_time_unix_nano);
    let process = list(&process.attributes);
    assert!(
        ["service.name=flaneur", "role=serve"].iter().all(|each| process.contains(&(*each).to_owned())),
        "{process:?}"
    );

    let [(_, job)] = named("job dispatch")[..] else { panic!("{spans:?}") };
    let told = list(&job.attributes);
    for expected in
        ["attempt=1", "kind=dispatch", "outcome=done", &format!("request={REQUEST}"), &format!("subject={set}")]
    {
        assert!(told.contains(&expected.to_owned()), "{expected}: {told:?}");
    }
    assert!(told.len() == 6 && told.iter().any(|each| each.starts_with("job=")), "{told:?}");
    assert_eq!((hex(&job.trace_id).as_str(), job.kind()), (TRACE, SpanKind::Consumer));

    let [(_, failed)] = named("POST /fails")[..] else { panic!("{spans:?}") };
    assert_eq!(failed.status.as_ref().map(|status| status.code()), Some(Outcome::Error));
    assert_eq!(request.status.as_ref().map_or(Outcome::Unset, |status| status.code()), Outcome::Unset);
    assert_ne!(failed.trace_id, request.trace_id);
    let [(_, nowhere)] = named("POST")[..] else { panic!("{spans:?}") };
    assert!(list(&nowhere.attributes).contains(&"http.response.status_code=404".to_owned()), "{nowhere:?}");
    assert!(named("statement").is_empty() && named("request").len() == 1, "{spans:?}");

    let text = collected.text();
    assert!(text.contains("flaneur"), "{text}");
    let address = "203.0.113.77";
    for secret in ["querysecret1", "headersecret2", "bodysecret3", "librarysecret", "pathsecret6", address, &token] {
        assert!(!text.contains(secret), "{secret} is sent to the collector");
    }
}

/// Lines of a log.
#[derive(Debug, Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn a_collector_that_is_away_is_told_of_once() {
    // Whoever listens here hangs up on everyone.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let hanging_up = tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            drop(stream);
        }
    });
    let traces = Traces::start(Some(&address), "api").unwrap();
    let lines = Lines::default();
    let own = lines.clone();
    let log = tracing_subscriber::fmt::layer().with_ansi(false).with_writer(move || own.clone());
    let _watching =
        tracing::subscriber::set_default(tracing_subscriber::registry().with(traces.watcher().unwrap()).with(log));
    for number in 0..3 {
        tracing::info_span!("request", id = number).in_scope(|| {});
        let provider = traces.0.as_ref().unwrap().provider.clone();
        let sent = tokio::task::spawn_blocking(move || provider.force_flush()).await.unwrap();
        assert!(sent.is_err(), "nobody took it");
    }
    tracing::info_span!("request", id = 3).in_scope(|| {});
    traces.end().await;
    hanging_up.abort();

    let text = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
    let told: Vec<&str> = text.lines().filter(|line| line.contains("WARN") || line.contains("ERROR")).collect();
    assert!(told.len() == 1 && told[0].contains("traces cannot be delivered") && told[0].contains(&address), "{text}");
}

#[test]
fn a_collector_is_an_address_without_secrets() {
    for (text, expected) in [
        ("http://127.0.0.1:4318", "http://127.0.0.1:4318/v1/traces"),
        ("https://otlp.example.org/tenant/", "https://otlp.example.org/tenant/v1/traces"),
        ("http://collector:4318/v1/traces", "http://collector:4318/v1/traces"),
    ] {
        assert_eq!(address(text).unwrap().as_str(), expected);
    }
    for wrong in
        ["collector:4318", "grpc://collector:4317", "http://u:p@collector:4318", "http://collector:4318/?key=1"]
    {
        assert!(address(wrong).is_err(), "{wrong}");
    }
}
