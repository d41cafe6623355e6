//! One process of a fleet: an api, a worker or a tiler.

use std::{ffi::OsString, path::Path, process::ExitStatus};

use crate::{client::Client, log::unexpected, server::Running, tools::Tools, wait::LONG};

/// A running process of a role. Dropped, it is stopped, and the test fails if its log holds what was not expected or it did
/// not end well.
#[derive(Debug)]
pub struct Role {
    arguments: Vec<OsString>,
    environment: Vec<(String, String)>,
    ready: &'static str,
    running: Running,
    earlier: Vec<String>,
    allowed: Vec<String>,
}

impl Role {
    /// Starts `flaneur ROLE` on a data folder, on free ports, with the operator's listener.
    pub fn start(role: &str, data: &Path, arguments: &[&str]) -> Self {
        Self::start_in(role, data, arguments, &[])
    }

    /// The same with environment variables.
    pub fn start_in(role: &str, data: &Path, arguments: &[&str], environment: &[(String, String)]) -> Self {
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
        let running = Running::launch(&all, environment, ready);
        let environment = environment.to_vec();
        Self { arguments: all, environment, ready, running, earlier: Vec::new(), allowed: Vec::new() }
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

    /// The process's number.
    pub fn pid(&self) -> u32 {
        self.running.pid()
    }

    /// A client of it.
    pub fn client(&self, token: Option<&str>) -> Client {
        Client::new(self.url(), token)
    }

    /// A client of its operator's listener.
    pub fn operator(&self) -> Client {
        Client::new(&self.running.operator, None)
    }

    /// Its log so far, earlier runs first.
    pub fn log(&self) -> Vec<String> {
        let mut lines = self.earlier.clone();
        lines.extend(self.running.stderr.all());
        lines
    }

    /// Asks it to stop, and does not wait.
    pub fn ask_to_stop(&mut self) {
        self.running.ask_to_stop();
    }

    /// Waits until it has ended by itself.
    pub fn ended(&mut self) -> ExitStatus {
        self.running.ended(LONG).expect("it ends")
    }

    /// Ends it as a power failure would: no chance to finish anything.
    pub fn kill(&mut self) {
        self.running.give_up();
        self.earlier.extend(self.running.stderr.all());
    }

    /// Starts it again after it ended, on other ports, with more arguments.
    pub fn restart_with(&mut self, more: &[&str]) {
        let arguments: Vec<OsString> = self.arguments.iter().cloned().chain(more.iter().map(Into::into)).collect();
        self.running = Running::launch(&arguments, &self.environment, self.ready);
    }

    /// Starts it again after it was killed, on other ports.
    pub fn restart(&mut self) {
        self.restart_with(&[]);
    }

    /// Tells it to stop, and waits until it has.
    pub fn terminate(&mut self) -> ExitStatus {
        let status = self.running.terminate();
        self.earlier.extend(self.running.stderr.all());
        status
    }

    /// Takes it off the processor: it does nothing any more, and nobody is told.
    pub fn freeze(&self) {
        self.running.signal("STOP");
    }

    /// Lets it go on after [`Self::freeze`].
    pub fn thaw(&self) {
        self.running.signal("CONT");
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
