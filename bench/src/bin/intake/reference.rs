//! The reference server, `geovisio` of the Python package index, as its makers run it, but without the processes that work on pictures.

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

/// A running reference server: one process that leads two others with four threads each. Dropped, it is stopped.
#[derive(Debug)]
pub(crate) struct Reference {
    process: Child,
    url: String,
}

/// Its virtual environment, as `scripts/bench.sh` says where it is; else why there is none.
pub(crate) fn find() -> Result<PathBuf, String> {
    let Some(folder) = std::env::var_os("FLANEUR_REFERENCE").map(PathBuf::from) else {
        let why = std::env::var("FLANEUR_NO_REFERENCE").ok();
        return Err(why.unwrap_or_else(|| "run `make bench-intake`, which installs it".to_owned()));
    };
    if folder.join("bin/gunicorn").is_file() {
        Ok(folder)
    } else {
        Err(format!("{} does not hold it", folder.display()))
    }
}

/// Which version of it is installed.
pub(crate) fn version(environment: &Path) -> String {
    let ask = "from importlib.metadata import version; print('geovisio', version('geovisio'))";
    let output = Command::new(environment.join("bin/python")).args(["-c", ask]).output();
    output.map_or_else(|_| "geovisio".to_owned(), |output| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

impl Reference {
    /// Starts it with its files in `folder`, in an empty database.
    pub(crate) async fn start(environment: &Path, folder: &Path, database: &str) -> Result<Self> {
        let mut connection = PgConnection::connect(database).await?;
        sqlx::query("CREATE EXTENSION postgis").execute(&mut connection).await.context("PostGIS is not installed")?;
        let files = folder.join("files");
        std::fs::create_dir_all(&files)?;
        let log = File::create(folder.join("log"))?;
        let command = |program: &str| {
            let mut command = Command::new(environment.join("bin").join(program));
            command
                .current_dir(folder)
                .env("HOME", folder)
                .env("DB_URL", database)
                .env("FS_URL", &files)
                // No picture is worked on in the background.
                .env("PICTURE_PROCESS_THREADS_LIMIT", "0")
                .env("FLASK_APP", "geovisio")
                .stdin(Stdio::null());
            command
        };
        let upgraded = command("flask").args(["db", "upgrade"]).output().context("flask does not start")?;
        ensure!(upgraded.status.success(), "its schema was not made: {}", String::from_utf8_lossy(&upgraded.stderr));
        // Free now; somebody else could take it before it is used, and the start fails.
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let process = command("gunicorn")
            .args(["--workers", "2", "--threads", "4", "--bind", &address.to_string(), "geovisio:create_app()"])
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
            .context("gunicorn does not start")?;
        let mut server = Self { process, url: format!("http://{address}") };
        server.wait().await.with_context(|| std::fs::read_to_string(folder.join("log")).unwrap_or_default())?;
        Ok(server)
    }

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
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Its first process.
    pub(crate) fn pid(&self) -> u32 {
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
