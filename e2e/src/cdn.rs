//! A CDN to test with: nginx as a caching proxy in front of a bucket that everybody may read.

use std::{
    fs,
    net::TcpListener,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use flaneur_storage::PublicKey;
use tempfile::TempDir;

use crate::{
    folders::{Folder, contains},
    s3::Web,
    tools::Tools,
    wait::{SHORT, poll},
};

/// As docs/cdn.md has it, but for the addresses.
const CONFIGURATION: &str = include_str!("cdn.conf");
/// How often a port is tried that somebody else may have taken meanwhile.
const TRIES: usize = 5;

/// A running nginx. What it caches is kept over a restart.
#[derive(Debug)]
pub struct Cdn {
    folder: TempDir,
    port: u16,
    child: Option<Child>,
}

impl Cdn {
    /// Starts one in front of a bucket.
    pub fn start(web: &Web) -> Self {
        let folder = tempfile::Builder::new().prefix("flaneur-cdn-").tempdir().expect("a temporary folder");
        fs::create_dir(folder.path().join("cache")).expect("a new folder");
        for _ in 0..TRIES {
            let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
            let port = listener.local_addr().expect("it is bound").port();
            drop(listener);
            fs::write(folder.path().join("nginx.conf"), configuration(folder.path(), port, web)).expect("it is ours");
            if let Some(child) = run(folder.path(), port) {
                return Self { folder, port, child: Some(child) };
            }
        }
        panic!("nginx does not start: {}", log(folder.path()));
    }

    /// Where clients find it, without a slash at the end.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Whether it keeps an object, whatever it would answer about it.
    pub fn holds(&self, key: &PublicKey) -> bool {
        let line = format!("KEY: /{key}\n");
        let files: Vec<PathBuf> = Folder(self.folder.path().join("cache")).files();
        // In place of what was to be forgotten it keeps the answer that it is gone, for a second.
        let there = |bytes: &[u8]| contains(bytes, &line) && contains(bytes, " 200 OK\r\n");
        files.iter().any(|file| there(&fs::read(file).unwrap_or_default()))
    }

    /// Ends it; what it has cached stays.
    pub fn stop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let asked = Command::new("kill").args(["-TERM", &child.id().to_string()]).status();
            assert!(asked.is_ok_and(|status| status.success()), "no signal was sent");
            child.wait().expect("a child can be waited for");
        }
    }

    /// Starts it again at the same address.
    pub fn restart(&mut self) {
        self.stop();
        let child = run(self.folder.path(), self.port);
        assert!(child.is_some(), "nginx does not start again: {}", log(self.folder.path()));
        self.child = child;
    }
}

impl Drop for Cdn {
    fn drop(&mut self) {
        self.stop();
        if std::thread::panicking() {
            eprintln!("--- log of nginx ---\n{}", log(self.folder.path()));
        }
    }
}

fn configuration(folder: &Path, port: u16, web: &Web) -> String {
    // Started by root, its workers are somebody else, who could not write here.
    let root = fs::metadata(folder).is_ok_and(|folder| folder.uid() == 0);
    let values = [
        ("@USER@", if root { "user root;" } else { "" }.to_owned()),
        ("@FOLDER@", folder.display().to_string()),
        ("@LISTEN@", format!("127.0.0.1:{port}")),
        ("@BUCKET@", format!("{}{}", web.address, web.path)),
        ("@HOST@", web.host.clone()),
    ];
    values.iter().fold(CONFIGURATION.to_owned(), |text, (name, value)| text.replace(name, value))
}

/// Starts nginx and waits until it listens. `None` if it ends instead.
fn run(folder: &Path, port: u16) -> Option<Child> {
    let mut child = Command::new(Tools::nginx().join("usr/sbin/nginx"))
        .arg("-p")
        .arg(folder)
        .arg("-c")
        .arg(folder.join("nginx.conf"))
        .arg("-e")
        .arg(folder.join("error.log"))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("nginx can be run");
    let running = poll(SHORT, || {
        if child.try_wait().expect("a child can be asked").is_some() {
            return Some(false);
        }
        std::net::TcpStream::connect(("127.0.0.1", port)).is_ok().then_some(true)
    });
    // Something listens; if it is not ours, ours has ended or is about to.
    let ours = running == Some(true) && child.try_wait().expect("a child can be asked").is_none();
    if ours {
        return Some(child);
    }
    let _ = child.kill();
    let _ = child.wait();
    None
}

fn log(folder: &Path) -> String {
    fs::read_to_string(folder.join("error.log")).unwrap_or_default()
}
