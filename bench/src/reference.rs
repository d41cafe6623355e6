//! The reference server, `geovisio` of the Python package index, as its makers run it, but for who works on pictures: nobody, or
//! itself.

use std::{
    fs::File,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail, ensure};
use sqlx::{Connection as _, PgConnection};

/// How long it may take to start.
const STARTING: Duration = Duration::from_mins(2);

/// Its virtual environment, as `scripts/bench.sh` says where it is; else why there is none.
pub fn find() -> Result<PathBuf, String> {
    let Some(folder) = std::env::var_os("FLANEUR_REFERENCE").map(PathBuf::from) else {
        let why = std::env::var("FLANEUR_NO_REFERENCE").ok();
        return Err(why.unwrap_or_else(|| "run this with `make`, which installs it".to_owned()));
    };
    if folder.join("bin/gunicorn").is_file() {
        Ok(folder)
    } else {
        Err(format!("{} does not hold it", folder.display()))
    }
}

/// Which version of it is installed.
pub fn version(environment: &Path) -> String {
    let ask = "from importlib.metadata import version; print('geovisio', version('geovisio'))";
    let output = Command::new(environment.join("bin/python")).args(["-c", ask]).output();
    output.map_or_else(|_| "geovisio".to_owned(), |output| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// A database with its schema, and a folder for its files: what a server of it needs.
#[derive(Debug, Clone, Copy)]
pub struct Instance<'i> {
    environment: &'i Path,
    folder: &'i Path,
    database: &'i str,
}

impl<'i> Instance<'i> {
    /// Makes its schema in an empty database. `environment` is where it is installed, `folder` gets its files and its log.
    pub async fn make(environment: &'i Path, folder: &'i Path, database: &'i str) -> Result<Self> {
        let mut connection = PgConnection::connect(database).await?;
        sqlx::query("CREATE EXTENSION postgis").execute(&mut connection).await.context("PostGIS is not installed")?;
        std::fs::create_dir_all(folder.join("files"))?;
        let made = Self { environment, folder, database };
        made.manage(&["db", "upgrade"]).context("its schema was not made")?;
        Ok(made)
    }

    /// Runs one of its own commands, and waits for it. Answers what it printed.
    pub fn manage(&self, arguments: &[&str]) -> Result<String> {
        let ended = self.command("flask").args(arguments).output().context("flask does not start")?;
        let said = String::from_utf8_lossy(&ended.stderr);
        ensure!(ended.status.success(), "flask {} failed: {said}", arguments.join(" "));
        Ok(String::from_utf8(ended.stdout)?)
    }

    /// A token of the account that owns what is sent without one.
    pub fn token(&self) -> Result<String> {
        let said = self.manage(&["default-account-tokens", "get"])?;
        said.split_whitespace().last().map(str::to_owned).context("it told no token")
    }

    /// The address of its database.
    pub fn database(&self) -> &'i str {
        self.database
    }

    /// Starts the server. What is sent to it stays as it came.
    pub async fn serve(&self) -> Result<Reference> {
        self.start(0).await
    }

    /// The same, with a thread in each of its processes that works on pictures, so that they get public.
    pub async fn serve_and_publish(&self) -> Result<Reference> {
        self.start(1).await
    }

    async fn start(&self, workers: u8) -> Result<Reference> {
        let log = File::create(self.folder.join("log"))?;
        // Free now; somebody else could take it before it is used, and the start fails.
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let process = self
            .command("gunicorn")
            .env("PICTURE_PROCESS_THREADS_LIMIT", workers.to_string())
            .args(["--workers", "2", "--threads", "4", "--bind", &address.to_string(), "geovisio:create_app()"])
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
            .context("gunicorn does not start")?;
        let mut server = Reference { process, url: format!("http://{address}") };
        server.wait().await.with_context(|| std::fs::read_to_string(self.folder.join("log")).unwrap_or_default())?;
        Ok(server)
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(self.environment.join("bin").join(program));
        command
            .current_dir(self.folder)
            .env("HOME", self.folder)
            .env("DB_URL", self.database)
            .env("FS_URL", self.folder.join("files"))
            // As public instances have it: then tiles are the same for everybody, and the least work.
            .env("API_REGISTRATION_IS_OPEN", "true")
            // No picture is worked on in the background, if nothing else is said.
            .env("PICTURE_PROCESS_THREADS_LIMIT", "0")
            // What it signs tokens with. It is gone with the server.
            .env("FLASK_SECRET_KEY", "measured, and nothing else")
            .env("FLASK_APP", "geovisio")
            .stdin(Stdio::null());
        command
    }
}

/// A running reference server: one process that leads two others with four threads each. Dropped, it is stopped.
#[derive(Debug)]
pub struct Reference {
    process: Child,
    url: String,
}

impl Reference {
    async fn wait(&mut self) -> Result<()> {
        let begun = Instant::now();
        let client = reqwest::Client::builder().no_proxy().build()?;
        loop {
            if let Ok(answer) = client.get(format!("{}/api", self.url)).send().await
                && answer.status().is_success()
            {
                return Ok(());
            }
            if let Some(status) = self.process.try_wait()? {
                bail!("the reference server ended: {status}");
            }
            ensure!(begun.elapsed() < STARTING, "the reference server did not answer for {STARTING:?}");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// Where it listens.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Its first process.
    pub fn pid(&self) -> u32 {
        self.process.id()
    }
}

impl Drop for Reference {
    fn drop(&mut self) {
        // It stops the processes that it leads, and ends.
        let asked = Command::new("kill").args(["-s", "TERM", &self.pid().to_string()]).status();
        if !asked.is_ok_and(|status| status.success()) {
            let _ = self.process.kill();
        }
        let _ = self.process.wait();
    }
}
