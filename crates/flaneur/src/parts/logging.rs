//! The log, on standard error.

use anyhow::{Context as _, Result};
use tracing_subscriber::{EnvFilter, Layer as _, layer::SubscriberExt as _, util::SubscriberInitExt as _};

use super::traces::{Traces, Watcher};
use crate::options::Log;

/// Libraries that would log headers and bodies, and with them tokens, if they were asked for more than this.
const QUIET: [&str; 5] = ["h2=info", "hyper=info", "hyper_util=info", "rustls=info", "reqwest=info"];

/// Starts logging, once for a process, and sending traces if there is somebody who takes them.
pub fn start(log: &Log, role: &'static str) -> Result<Traces> {
    let traces = Traces::start(log.otlp_endpoint.as_deref(), role)?;
    // A line that cannot be written (whoever read the log is gone, or its disk is full) is lost. To complain of it on standard
    // error would fail as well, as a panic of whoever wanted to log.
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).log_internal_errors(false);
    // What is logged is the log's matter alone: whoever wants errors only still gets whole traces.
    let filter = filter(&log.log)?;
    let lines: Watcher = if log.log_format == "json" {
        lines.json().with_filter(filter).boxed()
    } else {
        lines.with_ansi(false).with_filter(filter).boxed()
    };
    let watchers: Vec<Watcher> = std::iter::once(lines).chain(traces.watcher()).collect();
    let started = tracing_subscriber::registry().with(watchers).try_init();
    started.map_err(|error| anyhow::anyhow!("cannot start logging: {error}"))?;
    Ok(traces)
}

/// What the operator wants to see, less what must not be seen.
pub fn filter(text: &str) -> Result<EnvFilter> {
    let mut filter: EnvFilter = text.parse().with_context(|| format!("`{text}` is no log filter"))?;
    for directive in QUIET {
        filter = filter.add_directive(directive.parse().context("a directive of ours")?);
    }
    Ok(filter)
}
