//! Places elsewhere with whose accounts people sign in: a real provider of OpenID Connect, which plays OpenStreetMap, too.

use std::{
    process::{Child, Command, Stdio},
    thread::JoinHandle,
};

use serde_json::json;

use crate::{
    log::Lines,
    tools::Tools,
    wait::{SHORT, poll},
};

/// Where it sends browsers back to, on any port: a server's is known only once it runs.
const REDIRECT: &str = "http://127.0.0.1/api/auth/redirect";
/// Where it sends those back to who signed out.
const SIGNED_OUT: &str = "http://127.0.0.1/api/auth/signed-out";

/// A running provider, which knows one client. Whoever gives it a name has the account of that name. Dropped, it is
/// stopped.
#[derive(Debug)]
pub struct Oidc {
    child: Child,
    url: String,
    stderr: Lines,
    readers: Vec<JoinHandle<()>>,
}

impl Oidc {
    /// The id of its client.
    pub const CLIENT_ID: &str = "flaneur";
    /// The secret of its client.
    pub const CLIENT_SECRET: &str = "no secret to readers of these tests";

    /// Starts a provider of OpenID Connect on a free port.
    pub fn start() -> Self {
        Self::launch("oidc")
    }

    /// Starts one on a free port that signs people in as OpenStreetMap does.
    pub fn start_as_osm() -> Self {
        Self::launch("osm")
    }

    /// Where it is, without a slash at the end; also its issuer identifier.
    pub fn url(&self) -> &str {
        &self.url
    }

    fn launch(kind: &str) -> Self {
        let package = Tools::repository().join("e2e/oidc");
        assert!(package.join("node_modules").is_dir(), "run `npm --prefix e2e/oidc ci`, or `make test-e2e`");
        let order = json!({
            "kind": kind,
            "client_id": Self::CLIENT_ID,
            "client_secret": Self::CLIENT_SECRET,
            "redirect_uris": [REDIRECT],
            "post_logout_redirect_uris": [SIGNED_OUT],
        });
        let mut child = Command::new("node")
            .arg("provider.mjs")
            .current_dir(package)
            .env("FLANEUR_OIDC", order.to_string())
            // It ends when this is closed: also when the test is killed.
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("node starts");
        let (stdout, first) = Lines::collect(child.stdout.take().expect("a pipe"));
        let (stderr, second) = Lines::collect(child.stderr.take().expect("a pipe"));
        let url = poll(SHORT, || match stdout.after("listening on") {
            Some(url) => Some(Some(url)),
            None => child.try_wait().expect("a child can be asked").map(|_| None),
        });
        let Some(url) = url.flatten() else {
            let _ = child.kill();
            let _ = child.wait();
            panic!("the provider does not start:\n{}", stderr.all().join("\n"));
        };
        Self { child, url, stderr, readers: vec![first, second] }
    }
}

impl Drop for Oidc {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        for reader in self.readers.drain(..) {
            let _ = reader.join();
        }
        if std::thread::panicking() {
            eprintln!("--- log of a provider ---\n{}", self.stderr.all().join("\n"));
        }
    }
}
