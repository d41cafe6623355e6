//! One process of a fleet: an api, a worker or a tiler.

use std::{ffi::OsString, path::Path, process::ExitStatus};

use crate::{client::Client, log::unexpected, server::Running, tools::Tools, wait::LONG};

/// A running process of a role. Dropped, it is stopped, and the test fails if its log holds what was not expected or it did
/// not end well.
#[derive(Debug)]
pub struct Role {
    running: Running,
    allowed: Vec<String>,
}

impl Role {
    /// Starts `flaneur ROLE` on a data folder, on free ports, with the operator's listener.
    pub fn start(role: &str, data: &Path, arguments: &[&str]) -> Self {
        let mut all: Vec<OsString> = vec![role.into(), "--data".into(), data.into()];
        all.extend(["--admin-listen", "127.0.0.1:0"].map(Into::into));
        let ready = if role == "worker" {
            all.extend(["--models".into(), Tools::models().into()]);
            "working with"
        } else {
            all.extend(["--listen", "127.0.0.1:0"].map(Into::into));
            "listening on"
        };
        all.extend(arguments.iter().map(Into::into));
        Self { running: Running::launch(&all, &[], ready), allowed: Vec::new() }
    }

    /// Expects warnings and errors that have this part.
    #[must_use]
    pub fn allow(mut self, part: &str) -> Self {
        self.allowed.push(part.to_owned());
        self
    }

    /// Where it listens, without a slash at the end. A worker does not.
    pub fn url(&self) -> &str {
        &self.running.url
    }

    /// A client of it.
    pub fn client(&self, token: Option<&str>) -> Client {
        Client::new(self.url(), token)
    }

    /// A client of its operator's listener.
    pub fn operator(&self) -> Client {
        Client::new(&self.running.operator, None)
    }

    /// Its log so far.
    pub fn log(&self) -> Vec<String> {
        self.running.stderr.all()
    }

    /// Asks it to stop, and does not wait.
    pub fn ask_to_stop(&mut self) {
        self.running.ask_to_stop();
    }

    /// Waits until it has ended by itself.
    pub fn ended(&mut self) -> ExitStatus {
        self.running.ended(LONG).expect("it ends")
    }
}

impl Drop for Role {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.running.give_up();
            eprintln!("--- log of a role ---\n{}", self.log().join("\n"));
            return;
        }
        let status = self.running.terminate();
        let log = self.log();
        let unexpected = unexpected(&log, &self.allowed);
        assert!(unexpected.is_empty(), "it logged what this test does not expect:\n{}", unexpected.join("\n"));
        assert!(status.success(), "it did not end well: {status}\n{}", log.join("\n"));
    }
}
