//! A server that runs for as long as its value lives.

use std::{
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};

/// What the server prints in front of its address.
const ADDRESS: &str = "server is running at ";

#[derive(Debug)]
pub(crate) struct Process {
    child: Child,
    url: String,
}

impl Process {
    /// Starts `s3s-fs` over a folder on a free port; with keys it checks every signature, without it lets everybody in.
    pub(crate) fn start(program: &str, folder: &Path, keys: Option<(&str, &str)>) -> Self {
        let mut command = Command::new(program);
        command.args(["--host", "127.0.0.1", "--port", "0"]);
        if let Some((access, secret)) = keys {
            command.args(["--access-key", access, "--secret-key", secret]);
        }
        command.arg(folder).env("RUST_LOG", "s3s_fs=info,s3s=warn").env("NO_COLOR", "1");
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::inherit());
        let mut child = command.spawn().unwrap_or_else(|error| panic!("{program} does not start: {error}"));
        let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
        // It prints its address once it listens, and ends if it cannot: the reading ends either way.
        let url = lines
            .by_ref()
            .map_while(Result::ok)
            .find_map(|line| Some(line.split_once(ADDRESS)?.1.trim().to_owned()))
            .unwrap_or_else(|| panic!("{program} does not listen"));
        // Whatever else it prints is read, so that it never waits for a full pipe.
        std::thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
        Self { child, url }
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
