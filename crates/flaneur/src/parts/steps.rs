//! How far a command is whose steps are counted: a bar on a terminal, else a line now and then.

use std::{
    io::IsTerminal as _,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use indicatif::{ProgressBar, ProgressStyle};

use super::watching::tell;

/// Time between two lines where nobody sees a bar. The first comes after it, so that what is short tells nothing.
const BETWEEN: Duration = Duration::from_secs(10);

/// Tells how far it is.
pub struct Steps {
    /// What is counted, such as `tiles`.
    what: &'static str,
    /// None where nobody sees it.
    bar: Option<ProgressBar>,
    told: Mutex<Instant>,
}

impl Steps {
    /// For what is counted, such as `tiles`.
    pub fn begin(what: &'static str) -> Self {
        let bar = std::io::stderr().is_terminal().then(ProgressBar::new_spinner);
        Self { what, bar, told: Mutex::new(Instant::now()) }
    }

    /// What is done before there is something to count.
    pub fn note(&self, text: &str) {
        if let Some(bar) = &self.bar {
            bar.set_message(text.to_owned());
            bar.tick();
        } else {
            self.now_and_then(text);
        }
    }

    /// So many of so many are done.
    pub fn reached(&self, done: u64, of: u64) {
        let Some(bar) = &self.bar else { return self.now_and_then(&format!("{done} of {of} {}", self.what)) };
        if bar.length() != Some(of) {
            if let Ok(style) = ProgressStyle::with_template("{wide_bar} {pos}/{len}, {eta} to go") {
                bar.set_style(style);
            }
            bar.set_length(of);
            bar.reset();
        }
        bar.set_position(done);
    }

    fn now_and_then(&self, text: &str) {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if told.elapsed() >= BETWEEN {
            *told = Instant::now();
            tell(text);
        }
    }

    /// Takes the bar away.
    pub fn end(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
