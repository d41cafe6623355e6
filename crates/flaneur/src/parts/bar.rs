//! A bar where somebody looks, else a line now and then.

use std::{
    io::IsTerminal as _,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use indicatif::{ProgressBar, ProgressStyle};

use super::watching::tell;

/// Time between two lines of progress where nobody sees a bar.
const BETWEEN: Duration = Duration::from_secs(10);

/// How a bar counts things, such as files.
pub const BY_NUMBER: &str = "{wide_bar} {pos}/{len}, {eta} to go";

/// A bar where somebody looks, else a line now and then.
pub struct Bar {
    /// Hidden where nobody sees it.
    drawn: ProgressBar,
    on_terminal: bool,
    told: Mutex<Option<Instant>>,
}

impl Bar {
    /// Before there is anything to tell. `told`: when the last line was told, if the first is not to be told at once.
    pub fn new(told: Option<Instant>) -> Self {
        let on_terminal = std::io::stderr().is_terminal();
        let drawn = if on_terminal { ProgressBar::new_spinner() } else { ProgressBar::hidden() };
        Self { drawn, on_terminal, told: Mutex::new(told) }
    }

    /// Whether somebody sees it.
    pub fn is_seen(&self) -> bool {
        self.on_terminal
    }

    /// A line that stays.
    pub fn line(&self, text: &str) {
        if self.on_terminal { self.drawn.println(text) } else { tell(text) }
    }

    /// Where something is now: always on a terminal, else now and then.
    pub fn place(&self, text: &str) {
        if self.on_terminal {
            self.drawn.set_message(text.to_owned());
            self.drawn.tick();
            return;
        }
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if told.is_none_or(|at| at.elapsed() >= BETWEEN) {
            *told = Some(Instant::now());
            tell(text);
        }
    }

    /// From here on it is known how much there is. `template`: what the bar is like, in the words of `indicatif`.
    pub fn measure(&self, length: u64, template: &str) {
        self.drawn.set_message("");
        if let Ok(style) = ProgressStyle::with_template(template) {
            self.drawn.set_style(style);
        }
        self.drawn.set_length(length);
        self.drawn.reset();
    }

    /// How much there is, once that is known.
    pub fn length(&self) -> Option<u64> {
        self.drawn.length()
    }

    /// So much more is done.
    pub fn advance(&self, by: u64) {
        self.drawn.inc(by);
    }

    /// So much is done.
    pub fn reach(&self, done: u64) {
        self.drawn.set_position(done);
    }

    /// Takes it away.
    pub fn end(&self) {
        self.drawn.finish_and_clear();
    }
}
