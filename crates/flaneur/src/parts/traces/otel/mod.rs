//! Spans on their way to a collector: gathered, sent in batches over OTLP/HTTP, and dropped rather than waited for.

mod courier;
mod ids;
mod plain;
#[cfg(test)]
mod tests;

use std::{sync::Arc, time::Duration};

use anyhow::{Context as _, Result, anyhow, bail};
use opentelemetry::{KeyValue, trace::TracerProvider as _};
use opentelemetry_otlp::{Protocol, RetryPolicy, SpanExporter, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::{
    Resource,
    trace::{BatchConfigBuilder, BatchSpanProcessor, SdkTracerProvider},
};
use tokio::runtime::Handle;
use tracing::{Level, Metadata, level_filters::LevelFilter};
use tracing_subscriber::{Layer as _, filter::FilterFn};
use url::Url;

use self::{courier::Courier, ids::Ids, plain::Plain};
use super::{Watcher, given};

/// The variable that all programs with OpenTelemetry know.
const STANDARD: &str = "OTEL_EXPORTER_OTLP_ENDPOINT";
/// Where a collector takes traces, below its address.
const PATH: &str = "/v1/traces";
/// Most spans that wait to be sent; further ones are dropped. With a few hundred bytes each, a megabyte or two.
const WAITING: usize = 4096;
/// Most spans sent at once.
const BATCH: usize = 512;
/// How long a span waits at most before it is sent.
const DELAY: Duration = Duration::from_secs(5);
/// How long sending a batch may take.
const SENDING: Duration = Duration::from_secs(5);
/// How long the last spans may take at the end of the process.
const LAST: Duration = Duration::from_secs(5);
/// Most of what is logged about one request or job that is sent with it.
const EVENTS: u32 = 16;

/// Traces that are sent, if there is anybody to send them to.
#[derive(Debug)]
pub struct Traces(Option<Sending>);

#[derive(Debug)]
struct Sending {
    provider: SdkTracerProvider,
    courier: Arc<Courier>,
}

impl Traces {
    /// Starts sending to the collector at `endpoint`, or to the one that the standard variable names, or to none. Needs
    /// the runtime.
    pub fn start(endpoint: Option<&str>, role: &'static str) -> Result<Self> {
        let standard = std::env::var(STANDARD).ok();
        let address = match (given(endpoint), given(standard.as_deref())) {
            (Some(text), _) => address(text).context("--otlp-endpoint")?,
            (None, Some(text)) => address(text).context(STANDARD)?,
            (None, None) => return Ok(Self(None)),
        };
        tracing_ready(&address, role).map(|sending| Self(Some(sending)))
    }

    /// What gathers the spans.
    pub fn watcher(&self) -> Option<Watcher> {
        let tracer = self.0.as_ref()?.provider.tracer("flaneur");
        let layer = tracing_opentelemetry::layer()
            .with_tracer(tracer)
            .with_location(false)
            .with_threads(false)
            .with_tracked_inactivity(false)
            .with_target(false);
        let ours = FilterFn::new(is_told as fn(&Metadata<'_>) -> bool).with_max_level_hint(LevelFilter::INFO);
        Some(layer.with_filter(ours).boxed())
    }

    /// Sends what is left. Takes a bounded time.
    pub async fn end(self) {
        let Some(Sending { provider, courier }) = self.0 else { return };
        let last = tokio::task::spawn_blocking(move || provider.shutdown_with_timeout(LAST));
        match last.await {
            Ok(Err(error)) if !courier.is_failing() => {
                tracing::warn!(error = error.to_string(), "the last traces were not sent");
            }
            // Whoever reads the log knows already that the collector is away.
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, "the last traces were not sent"),
        }
    }
}

/// Whether it goes to the collector: our own spans, and what went wrong within them. What libraries have to say may hold
/// headers and statements.
fn is_told(what: &Metadata<'_>) -> bool {
    what.target().starts_with("flaneur") && *what.level() <= if what.is_span() { Level::INFO } else { Level::WARN }
}

/// Checks the collector's address; answers where it takes traces.
fn address(text: &str) -> Result<Url> {
    let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    let Some(mut url) = url else {
        bail!("needs the address of a collector that takes OTLP over HTTP, such as http://127.0.0.1:4318");
    };
    if !url.username().is_empty() || url.password().is_some() || url.query().is_some() || url.fragment().is_some() {
        // It would be shown where addresses are shown.
        bail!(
            "the address may hold no password and no query; put what the collector asks for into OTEL_EXPORTER_OTLP_HEADERS"
        );
    }
    let path = url.path().trim_end_matches('/');
    if !path.ends_with(PATH) {
        let path = format!("{path}{PATH}");
        url.set_path(&path);
    }
    Ok(url)
}

fn tracing_ready(address: &Url, role: &'static str) -> Result<Sending> {
    let courier = Arc::new(Courier::new(address, Handle::current(), SENDING)?);
    let exporter = SpanExporter::builder()
        .with_http()
        .with_shared_http_client(courier.clone())
        .with_endpoint(address.as_str())
        .with_protocol(Protocol::HttpBinary)
        .with_timeout(SENDING)
        // A batch that cannot be delivered is dropped: the next one is tried in a moment.
        .with_retry_policy(RetryPolicy::disabled())
        .build()
        .map_err(|error| anyhow!("cannot send traces to {address}: {error}"))?;
    let bounds = BatchConfigBuilder::default()
        .with_max_queue_size(WAITING)
        .with_max_export_batch_size(BATCH)
        .with_scheduled_delay(DELAY)
        .build();
    let about = Resource::builder()
        .with_service_name("flaneur")
        .with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
        .with_attribute(KeyValue::new("role", role))
        .build();
    let provider = SdkTracerProvider::builder()
        .with_resource(about)
        .with_id_generator(Ids::default())
        .with_max_events_per_span(EVENTS)
        .with_span_processor(BatchSpanProcessor::new(Plain(exporter), bounds))
        .build();
    Ok(Sending { provider, courier })
}
