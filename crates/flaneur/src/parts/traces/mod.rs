//! Traces: requests and jobs with their times, sent to a collector by OpenTelemetry's protocol.
//!
//! Built in by the feature `otel`; without it, whoever asks for traces is told so.

#[cfg(not(feature = "otel"))]
mod absent;
#[cfg(feature = "otel")]
mod otel;

use tracing_subscriber::{Layer, Registry};

#[cfg(not(feature = "otel"))]
pub use absent::Traces;
#[cfg(feature = "otel")]
pub use otel::Traces;

/// What watches spans, whatever it does with them.
pub type Watcher = Box<dyn Layer<Registry> + Send + Sync>;

/// The address somebody gave, if they gave one.
fn given(text: Option<&str>) -> Option<&str> {
    text.map(str::trim).filter(|text| !text.is_empty())
}
