//! How far a command is whose steps are counted.

use std::time::Instant;

use super::bar::{BY_NUMBER, Bar};

/// Tells how far it is. Where nobody sees a bar, the first line comes after a while, so that what is short tells nothing.
pub struct Steps {
    /// What is counted, such as `tiles`.
    what: &'static str,
    bar: Bar,
}

impl Steps {
    /// For what is counted, such as `tiles`.
    pub fn begin(what: &'static str) -> Self {
        Self { what, bar: Bar::new(Some(Instant::now())) }
    }

    /// What is done before there is something to count.
    pub fn note(&self, text: &str) {
        self.bar.place(text);
    }

    /// So many of so many are done.
    pub fn reached(&self, done: u64, of: u64) {
        if !self.bar.is_seen() {
            return self.bar.place(&format!("{done} of {of} {}", self.what));
        }
        if self.bar.length() != Some(of) {
            self.bar.measure(of, BY_NUMBER);
        }
        self.bar.reach(done);
    }

    /// Takes the bar away.
    pub fn end(&self) {
        self.bar.end();
    }
}
