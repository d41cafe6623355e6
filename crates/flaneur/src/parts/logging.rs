//! The log, on standard error.

use anyhow::{Context as _, Result};
use tracing_subscriber::EnvFilter;

use crate::options::Log;

/// Libraries that would log headers and bodies, and with them tokens, if they were asked for more than this.
const QUIET: [&str; 5] = ["h2=info", "hyper=info", "hyper_util=info", "rustls=info", "reqwest=info"];

/// Starts logging, once for a process.
pub fn start(log: &Log) -> Result<()> {
    let builder = tracing_subscriber::fmt().with_env_filter(filter(&log.log)?).with_writer(std::io::stderr);
    let started =
        if log.log_format == "json" { builder.json().try_init() } else { builder.with_ansi(false).try_init() };
    started.map_err(|error| anyhow::anyhow!("cannot start logging: {error}"))
}

/// What the operator wants to see, less what must not be seen.
pub fn filter(text: &str) -> Result<EnvFilter> {
    let mut filter: EnvFilter = text.parse().with_context(|| format!("`{text}` is no log filter"))?;
    for directive in QUIET {
        filter = filter.add_directive(directive.parse().context("a directive of ours")?);
    }
    Ok(filter)
}
