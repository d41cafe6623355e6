//! A real S3 server for tests: one of its own that a test starts, or one that runs already.
//!
//! Which one, the environment says:
//!
//! | variable | is |
//! |---|---|
//! | `FLANEUR_TEST_S3_SERVER` | the program `s3s-fs`; each test starts its own, with two buckets that nobody else sees |
//! | `FLANEUR_TEST_S3_ENDPOINT` | address of a server that runs already, and is used in place of the program |
//! | `FLANEUR_TEST_S3_REGION` | that server's region |
//! | `FLANEUR_TEST_S3_PUBLIC`, `FLANEUR_TEST_S3_PRIVATE` | its two buckets, each as `bucket:access key:secret key` |
//! | `FLANEUR_TEST_S3_WEB` | `address host`: where it shows the public bucket to everybody, and the host to ask for |
//!
//! Without any of them a test that needs S3 says that it was skipped; where `CI` is set it fails instead.
#![forbid(unsafe_code)]
#![expect(clippy::print_stdout, reason = "what a test prints is read by whoever runs it")]

mod process;

use std::path::Path;

use process::Process;
use tempfile::TempDir;

/// Region of a server that a test starts.
const REGION: &str = "us-east-1";

/// Two buckets with credentials of their own: one for what is public, one for originals.
#[derive(Debug)]
pub struct S3 {
    region: String,
    public: Bucket,
    private: Bucket,
    /// Distinguishes the tests that share a server.
    prefix: String,
    web: Option<Web>,
    own: Option<Own>,
    _unique: TempDir,
}

/// A bucket, and who may use it.
#[derive(Debug, Clone)]
struct Bucket {
    endpoint: String,
    name: String,
    access_key: String,
    secret_key: String,
}

/// Where everybody may read the public bucket, as a CDN does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Web {
    /// Scheme, host and port.
    pub address: String,
    /// What goes into the `Host` header.
    pub host: String,
    /// What stands in front of a key in the path: begins with a slash and does not end with one; may be empty.
    pub path: String,
}

/// Servers of a test's own; they end with it.
#[derive(Debug)]
struct Own {
    program: String,
    public: TempDir,
    private: TempDir,
    servers: Vec<Process>,
}

/// What to do where no server is named.
fn missing() -> Option<S3> {
    let remedy = "run `scripts/tools.sh s3`, and set FLANEUR_TEST_S3_SERVER to what it built";
    assert!(variable("CI").is_none(), "no S3 server to test with: {remedy}");
    println!("skipped: no S3 server to test with; {remedy}");
    None
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

impl S3 {
    /// Starts a server, or takes part in one that runs already. `None` where there is none to test with.
    pub fn start() -> Option<Self> {
        let unique =
            tempfile::Builder::new().prefix("flaneur-s3-").rand_bytes(12).tempdir().expect("a temporary folder");
        if let Some(endpoint) = variable("FLANEUR_TEST_S3_ENDPOINT") {
            return Some(Self::running(&endpoint, unique));
        }
        variable("FLANEUR_TEST_S3_SERVER").map_or_else(missing, |program| Some(Self::own(program, unique)))
    }

    fn running(endpoint: &str, unique: TempDir) -> Self {
        let bucket = |name: &str| {
            let value = variable(name).unwrap_or_else(|| panic!("{name} is not set"));
            let parts: Vec<&str> = value.split(':').collect();
            let [bucket, access_key, secret_key] = parts[..] else { panic!("{name} is not bucket:key:secret") };
            Bucket {
                endpoint: endpoint.to_owned(),
                name: bucket.to_owned(),
                access_key: access_key.to_owned(),
                secret_key: secret_key.to_owned(),
            }
        };
        let name = unique.path().file_name().and_then(|name| name.to_str()).expect("a name in UTF-8");
        let prefix = name.replace("flaneur-s3-", "test-");
        let web = variable("FLANEUR_TEST_S3_WEB").map(|text| {
            let (address, host) = text.split_once(' ').expect("FLANEUR_TEST_S3_WEB is `address host`");
            Web { address: address.to_owned(), host: host.to_owned(), path: format!("/{prefix}") }
        });
        Self {
            region: variable("FLANEUR_TEST_S3_REGION").unwrap_or_else(|| REGION.to_owned()),
            public: bucket("FLANEUR_TEST_S3_PUBLIC"),
            private: bucket("FLANEUR_TEST_S3_PRIVATE"),
            prefix,
            web,
            own: None,
            _unique: unique,
        }
    }

    /// Two servers, since this one knows one pair of keys only. Its buckets are folders.
    fn own(program: String, unique: TempDir) -> Self {
        let mut servers = Vec::new();
        let mut start = |name: &str, access_key: &str, secret_key: &str| {
            let folder = tempfile::Builder::new().prefix("flaneur-s3-").tempdir_in(unique.path()).expect("a folder");
            std::fs::create_dir(folder.path().join(name)).expect("a new folder");
            let server = Process::start(&program, folder.path(), Some((access_key, secret_key)));
            let bucket = Bucket {
                endpoint: server.url().to_owned(),
                name: name.to_owned(),
                access_key: access_key.to_owned(),
                secret_key: secret_key.to_owned(),
            };
            servers.push(server);
            (bucket, folder)
        };
        let (public, public_folder) = start("pictures", "public-key", "public-secret");
        let (private, private_folder) = start("originals", "private-key", "private-secret");
        let own = Own { program, public: public_folder, private: private_folder, servers };
        let prefix = "flaneur".to_owned();
        Self { region: REGION.to_owned(), public, private, prefix, web: None, own: Some(own), _unique: unique }
    }

    /// `--storage` for it.
    pub fn public_url(&self) -> String {
        format!("s3://{}/{}", self.public.name, self.prefix)
    }

    /// `--private-storage` for it.
    pub fn private_url(&self) -> String {
        format!("s3://{}/{}", self.private.name, self.prefix)
    }

    /// Address of the server that has the public bucket.
    pub fn public_endpoint(&self) -> &str {
        &self.public.endpoint
    }

    /// Address of the server that has the private bucket; of one that runs already it is the same.
    pub fn private_endpoint(&self) -> &str {
        &self.private.endpoint
    }

    /// Environment variables with which Flaneur finds both buckets.
    pub fn variables(&self) -> Vec<(String, String)> {
        self.variables_at(&self.public.endpoint, &self.private.endpoint)
    }

    /// The same with other addresses, as of relays in front of the servers.
    pub fn variables_at(&self, public: &str, private: &str) -> Vec<(String, String)> {
        let of = |bucket: &Bucket, endpoint: &str, in_front: &str| {
            [
                ("AWS_ENDPOINT", endpoint),
                ("AWS_REGION", &self.region),
                ("AWS_ALLOW_HTTP", "true"),
                ("AWS_ACCESS_KEY_ID", &bucket.access_key),
                ("AWS_SECRET_ACCESS_KEY", &bucket.secret_key),
            ]
            .map(|(name, value)| (format!("{in_front}{name}"), value.to_owned()))
        };
        let (public, private) = (of(&self.public, public, ""), of(&self.private, private, "FLANEUR_PRIVATE_"));
        public.into_iter().chain(private).collect()
    }

    /// Where everybody may read the public bucket without keys. `None` if the server shows it to nobody. To be asked for
    /// before anything is written: the server that it starts clears unfinished writes away.
    pub fn web(&mut self) -> Option<Web> {
        if self.web.is_none()
            && let Some(own) = &mut self.own
        {
            let server = Process::start(&own.program, own.public.path(), None);
            let address = server.url().to_owned();
            let host = address.trim_start_matches("http://").to_owned();
            own.servers.push(server);
            self.web = Some(Web { address, host, path: format!("/{}/{}", self.public.name, self.prefix) });
        }
        self.web.clone()
    }

    /// How many parts of uploads that did not end lie in the private bucket, where it is a server of the test's own.
    pub fn private_parts(&self) -> Option<usize> {
        let files = std::fs::read_dir(self.own.as_ref()?.private.path()).expect("a folder");
        let parts = files.flatten().filter(|file| file.file_name().to_string_lossy().contains(".part-"));
        Some(parts.count())
    }

    /// The folder that holds the public bucket's objects, where it is a server of the test's own: for looking behind the
    /// server's back, and for tampering.
    pub fn public_folder(&self) -> Option<std::path::PathBuf> {
        let own = self.own.as_ref()?;
        Some(Path::new(own.public.path()).join(&self.public.name).join(&self.prefix))
    }
}
