//! The server's log, line by line, and which lines of it a test has to answer for.

use std::{
    io::{BufRead as _, BufReader, Read},
    sync::{Arc, Mutex, MutexGuard},
    thread::JoinHandle,
};

/// What the loops of a server and its workers say where they do not get at the catalog. Each of them comes back to it.
pub const LOOPS: [&str; 7] = [
    "cannot take jobs",
    "cannot tidy the catalog",
    "cannot look after the dataset",
    "the dataset could not be written",
    "cannot look for webhooks",
    "cannot look for transfers",
    "cannot look for mails",
];

/// Lines a process printed so far, read by a thread of its own so that the process never waits for the test.
#[derive(Debug, Clone, Default)]
pub(crate) struct Lines(Arc<Mutex<Vec<String>>>);

impl Lines {
    /// Starts collecting.
    pub(crate) fn collect(from: impl Read + Send + 'static) -> (Self, JoinHandle<()>) {
        let lines = Self::default();
        let own = lines.clone();
        let thread = std::thread::spawn(move || {
            for line in BufReader::new(from).split(b'\n').map_while(Result::ok) {
                own.lock().push(String::from_utf8_lossy(&line).into_owned());
            }
        });
        (lines, thread)
    }

    /// Everything so far.
    pub(crate) fn all(&self) -> Vec<String> {
        self.lock().clone()
    }

    /// What follows `prefix` in the first line that begins with it.
    pub(crate) fn after(&self, prefix: &str) -> Option<String> {
        self.lock().iter().find_map(|line| line.strip_prefix(prefix)).map(|rest| rest.trim().to_owned())
    }

    fn lock(&self) -> MutexGuard<'_, Vec<String>> {
        self.0.lock().expect("no reader panics")
    }
}

/// Warnings and errors, and what a panic prints, that none of `allowed` is a part of.
pub fn unexpected(lines: &[String], allowed: &[String]) -> Vec<String> {
    lines
        .iter()
        .filter(|line| {
            let troubled = line.split_whitespace().take(3).any(|word| matches!(word, "WARN" | "ERROR"));
            (troubled || line.contains("panicked at")) && !allowed.iter().any(|part| line.contains(part.as_str()))
        })
        .cloned()
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn warnings_errors_and_panics_need_leave() {
        let lines: Vec<String> = [
            "2026-11-23T20:00:00Z  INFO flaneur: a WARN in the message is none",
            "2026-11-23T20:00:00Z  WARN flaneur: disk is nearly full",
            "2026-11-23T20:00:00Z ERROR request{id=1}: flaneur: request failed",
            "thread 'main' panicked at src/main.rs:1:1:",
        ]
        .map(str::to_owned)
        .to_vec();
        assert_eq!(unexpected(&lines, &[]), lines[1..]);
        assert_eq!(unexpected(&lines, &["nearly full".to_owned(), "panicked".to_owned()]), lines[2..3]);
    }

    #[test]
    fn lines_are_found_by_their_beginning() {
        let (lines, thread) = Lines::collect(&b"one\nlistening on  http://x \nlistening on y"[..]);
        thread.join().unwrap();
        assert_eq!(lines.after("listening on"), Some("http://x".to_owned()));
        assert_eq!(lines.after("nothing"), None);
        assert_eq!(lines.all().len(), 3);
    }
}
