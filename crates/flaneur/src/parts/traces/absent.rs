//! What there is of traces in a binary that was built without them.

use anyhow::{Result, bail};

use super::{Watcher, given};

/// No traces.
#[derive(Debug)]
pub struct Traces;

impl Traces {
    /// Refuses if traces are asked for.
    pub fn start(endpoint: Option<&str>, _role: &'static str) -> Result<Self> {
        if given(endpoint).is_some() {
            bail!(
                "--otlp-endpoint: this binary was built without OpenTelemetry; build one that has it with \
                 `cargo build --release -p flaneur --features otel`, or leave the option out"
            );
        }
        Ok(Self)
    }

    /// Nothing watches.
    #[expect(clippy::unused_self, reason = "a binary that has traces asks the same")]
    pub fn watcher(&self) -> Option<Watcher> {
        None
    }

    /// There is nothing to send.
    #[expect(clippy::unused_self, reason = "a binary that has traces asks the same")]
    pub fn end(self) -> impl Future<Output = ()> {
        std::future::ready(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn traces_are_refused_with_what_it_takes_to_have_them() {
        let error = Traces::start(Some("http://127.0.0.1:4318"), "serve").unwrap_err().to_string();
        assert!(error.contains("--otlp-endpoint") && error.contains("--features otel"), "{error}");
        for none in [None, Some(" ")] {
            assert!(Traces::start(none, "serve").unwrap().watcher().is_none());
        }
    }
}
