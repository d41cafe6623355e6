//! How far a download is: a bar on a terminal, else a line now and then.

use std::{
    io::IsTerminal as _,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use flaneur_fetch::{Event, Progress, bytes};
use indicatif::{ProgressBar, ProgressStyle};

use super::watching::tell;

/// Time between two lines of progress where nobody sees a bar.
const BETWEEN: Duration = Duration::from_secs(10);

/// Tells how far it is: a bar on a terminal, else a line now and then.
pub struct Teller {
    /// What comes, such as `pictures`.
    what: &'static str,
    /// Hidden where nobody sees it.
    bar: ProgressBar,
    on_terminal: bool,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    told: Option<Instant>,
    files: u64,
    settled: u64,
    received: u64,
    /// Whether the bar counts bytes.
    by_bytes: bool,
}

impl Teller {
    /// For what comes, such as `pictures`.
    pub fn of(what: &'static str) -> Self {
        let on_terminal = std::io::stderr().is_terminal();
        let bar = if on_terminal { ProgressBar::new_spinner() } else { ProgressBar::hidden() };
        Self { what, bar, on_terminal, state: Mutex::default() }
    }

    /// A line that stays.
    fn line(&self, text: &str) {
        if self.on_terminal { self.bar.println(text) } else { tell(text) }
    }

    /// Where something is now: always on a terminal, else now and then.
    fn place(&self, state: &mut State, text: &str) {
        if self.on_terminal {
            self.bar.set_message(text.to_owned());
            self.bar.tick();
        } else if state.told.is_none_or(|at| at.elapsed() >= BETWEEN) {
            state.told = Some(Instant::now());
            tell(text);
        }
    }

    /// Takes the bar away.
    pub fn end(&self) {
        self.bar.finish_and_clear();
    }
}

impl Progress for Teller {
    fn on(&self, event: &Event<'_>) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        match event {
            Event::Found { pictures, requests } => {
                self.place(&mut state, &format!("listing: {pictures} pictures in {requests} answers"));
            }
            Event::Comparing { pictures } => self.place(&mut state, &format!("comparing: {pictures} pictures")),
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
                self.line(&format!("{files} {what} to take ({size}), {unchanged} are here"));
                self.bar.set_message("");
                // By bytes where they are known, else by files.
                state.by_bytes = *without_size == 0;
                let (length, template) = if state.by_bytes {
                    (*total, "{wide_bar} {bytes}/{total_bytes} {bytes_per_sec} {eta}")
                } else {
                    (*files, "{wide_bar} {pos}/{len}, {eta} to go")
                };
                if let Ok(style) = ProgressStyle::with_template(template) {
                    self.bar.set_style(style);
                }
                self.bar.set_length(length);
                self.bar.reset();
            }
            Event::Received(count) => {
                state.received += count;
                if state.by_bytes {
                    self.bar.inc(*count);
                }
            }
            Event::Settled => {
                state.settled += 1;
                if !state.by_bytes {
                    self.bar.inc(1);
                }
                if !self.on_terminal {
                    let text = format!("{} of {} {}, {}", state.settled, state.files, self.what, bytes(state.received));
                    self.place(&mut state, &text);
                }
            }
            Event::Failed { id, why } => self.line(&format!("{id}: {why}")),
            Event::Paused(time) => self.line(&format!("the server is busy: waiting {} s", time.as_secs().max(1))),
            Event::Packing { done, of } => self.place(&mut state, &format!("packing: {done} of {of} shards")),
            Event::Reading { done, of } => self.place(&mut state, &format!("reading: {done} of {of} {}", self.what)),
            Event::Note(text) => self.line(text),
        }
    }
}
