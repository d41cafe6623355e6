//! A PostgreSQL server of a test's own.

use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::Tools;

/// A running server with one empty database. Dropped, it is stopped and its data are gone.
#[derive(Debug)]
pub struct Postgres {
    folder: TempDir,
    url: String,
}

impl Postgres {
    /// Starts one on a free port; it takes a few seconds.
    pub fn start() -> Self {
        let folder = tempfile::Builder::new().prefix("flaneur-postgres-").tempdir().expect("a temporary folder");
        // Commits wait for the disk, as in production; the rest is as small as it goes.
        let printed = Self::control("start", &folder, &["shared_buffers=32MB", "log_checkpoints=off"]);
        let url = printed.lines().last().expect("it prints its address").to_owned();
        Self { folder, url }
    }

    /// The database's address, for `--database`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Stops it.
    pub fn stop(&self) {
        Self::control("stop", &self.folder, &["immediate"]);
    }

    /// Starts it at the same address after it was stopped.
    pub fn start_again(&self) {
        Self::control("start", &self.folder, &[]);
    }

    /// Crashes it (nothing that is not on its disk survives), and starts it again at the same address.
    pub fn crash_and_restart(&self) {
        Self::control("restart", &self.folder, &[]);
    }

    fn control(what: &str, folder: &TempDir, settings: &[&str]) -> String {
        let script = Tools::repository().join("scripts/postgres.sh");
        let output = Command::new(&script)
            .arg(what)
            .arg(folder.path())
            .args(settings)
            .stdin(Stdio::null())
            .output()
            .unwrap_or_else(|error| panic!("{}: {error}", script.display()));
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "PostgreSQL: {what} failed: {complaint}");
        String::from_utf8(output.stdout).expect("an address")
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        let script = Tools::repository().join("scripts/postgres.sh");
        let stopped = Command::new(script).arg("stop").arg(self.folder.path()).arg("immediate").output();
        let stopped = stopped.is_ok_and(|output| output.status.success()) || std::thread::panicking();
        assert!(stopped, "the PostgreSQL server in {} did not stop", self.folder.path().display());
    }
}
