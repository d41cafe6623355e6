//! How far a download is: a bar on a terminal, else a line now and then.

use std::sync::{Mutex, PoisonError};

use flaneur_fetch::{Event, Progress, bytes};

use super::bar::{BY_NUMBER, Bar};

/// How a bar counts bytes.
const BY_BYTES: &str = "{wide_bar} {bytes}/{total_bytes} {bytes_per_sec} {eta}";

/// Tells how far it is.
pub struct Teller {
    /// What comes, such as `pictures`.
    what: &'static str,
    bar: Bar,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    files: u64,
    settled: u64,
    received: u64,
    /// Whether the bar counts bytes.
    by_bytes: bool,
}

impl Teller {
    /// For what comes, such as `pictures`.
    pub fn of(what: &'static str) -> Self {
        Self { what, bar: Bar::new(None), state: Mutex::default() }
    }

    /// Takes the bar away.
    pub fn end(&self) {
        self.bar.end();
    }
}

impl Progress for Teller {
    fn on(&self, event: &Event<'_>) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        match event {
            Event::Found { pictures, requests } => {
                self.bar.place(&format!("listing: {pictures} pictures in {requests} answers"));
            }
            Event::Comparing { pictures } => self.bar.place(&format!("comparing: {pictures} pictures")),
            Event::Planned { files, bytes: total, without_size, unchanged } => {
                state.files = *files;
                let size = if *without_size == *files && *files > 0 {
                    "of unknown size".to_owned()
                } else if *without_size > 0 {
                    format!("{} and {without_size} of unknown size", bytes(*total))
                } else {
                    bytes(*total)
                };
                let what = self.what;
                self.bar.line(&format!("{files} {what} to take ({size}), {unchanged} are here"));
                // By bytes where they are known, else by files.
                state.by_bytes = *without_size == 0;
                let (length, template) = if state.by_bytes { (*total, BY_BYTES) } else { (*files, BY_NUMBER) };
                self.bar.measure(length, template);
            }
            Event::Received(count) => {
                state.received += count;
                if state.by_bytes {
                    self.bar.advance(*count);
                }
            }
            Event::Settled => {
                state.settled += 1;
                if !state.by_bytes {
                    self.bar.advance(1);
                }
                if !self.bar.is_seen() {
                    let text = format!("{} of {} {}, {}", state.settled, state.files, self.what, bytes(state.received));
                    self.bar.place(&text);
                }
            }
            Event::Failed { id, why } => self.bar.line(&format!("{id}: {why}")),
            Event::Paused(time) => self.bar.line(&format!("the server is busy: waiting {} s", time.as_secs().max(1))),
            Event::Packing { done, of } => self.bar.place(&format!("packing: {done} of {of} shards")),
            Event::Reading { done, of } => self.bar.place(&format!("reading: {done} of {of} {}", self.what)),
            Event::Note(text) => self.bar.line(text),
        }
    }
}
