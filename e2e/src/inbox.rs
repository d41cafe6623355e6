//! A mail server that keeps what it is given.

use std::{
    path::Path,
    process::{Child, Command, Stdio},
    thread::JoinHandle,
};

use serde_json::Value;

use crate::{
    log::Lines,
    tools::Tools,
    wait::{SHORT, poll},
};

/// A running mail server, without TLS. Dropped, it is stopped.
#[derive(Debug)]
pub struct Inbox {
    child: Child,
    port: String,
    stdout: Lines,
    stderr: Lines,
    readers: Vec<JoinHandle<()>>,
}

impl Inbox {
    /// Starts one on a free port.
    pub fn start() -> Self {
        Self::run(None)
    }

    /// Starts one that also writes what it takes into a file, a line of JSON for each mail, for others to read.
    pub fn into_file(file: &Path) -> Self {
        Self::run(Some(file))
    }

    fn run(file: Option<&Path>) -> Self {
        let mut child = Command::new(Tools::python())
            .arg(Tools::repository().join("e2e/mail/server.py"))
            .args(file)
            // It ends when this is closed: also when the test is killed.
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("python starts");
        let (stdout, first) = Lines::collect(child.stdout.take().expect("a pipe"));
        let (stderr, second) = Lines::collect(child.stderr.take().expect("a pipe"));
        let port = poll(SHORT, || match stdout.after("port") {
            Some(port) => Some(Some(port)),
            None => child.try_wait().expect("a child can be asked").map(|_| None),
        });
        let Some(port) = port.flatten() else {
            let _ = child.kill();
            let _ = child.wait();
            panic!("the mail server does not start:\n{}", stderr.all().join("\n"));
        };
        Self { child, port, stdout, stderr, readers: vec![first, second] }
    }

    /// Its address, as an operator writes it.
    pub fn url(&self) -> String {
        format!("smtp://127.0.0.1:{}", self.port)
    }

    /// What it took so far: `from`, `to`, `subject`, `id`, `automatic` and `text` of each mail.
    pub fn mails(&self) -> Vec<Value> {
        self.stdout.all().iter().filter_map(|line| serde_json::from_str(line).ok()).filter(Value::is_object).collect()
    }
}

impl Drop for Inbox {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        for reader in self.readers.drain(..) {
            let _ = reader.join();
        }
        if std::thread::panicking() {
            eprintln!("--- mails ---\n{}", self.stdout.all().join("\n"));
            eprintln!("--- log of the mail server ---\n{}", self.stderr.all().join("\n"));
        }
    }
}
