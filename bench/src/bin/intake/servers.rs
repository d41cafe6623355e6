//! The servers that are measured, all spoken to in the same way: the protocol is the reference server's.

use std::{path::Path, time::Duration};

use anyhow::{Result, ensure};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use flaneur_bench::{
    cpu,
    database::Postgres,
    memory,
    reference::{Instance, Reference},
};
use flaneur_e2e::{Answer, Client, Commands, Role, UploadSet};
use futures::stream;
use reqwest::{
    Body, Method,
    multipart::{Form, Part},
};
use serde_json::json;
use tempfile::TempDir;

use crate::files::File;

/// A running server that takes files in, and does nothing else with them: none has a worker.
#[derive(Debug)]
pub(crate) struct Server {
    client: Client,
    pid: u32,
    database: Option<Postgres>,
    // Stopped when this is dropped, and only then its data go.
    _process: Process,
    _data: TempDir,
}

#[derive(Debug)]
enum Process {
    Ours { _role: Role },
    Reference { _process: Reference },
}

/// Processor time that files cost.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Spent {
    /// Of the server, all its processes.
    pub server: Duration,
    /// Of PostgreSQL, all its processes.
    pub database: Duration,
}

impl Spent {
    /// Both.
    pub(crate) fn sum(self) -> Duration {
        self.server + self.database
    }
}

impl Server {
    /// `flaneur api` on SQLite, its default, or in a database of this name on PostgreSQL. The client is an administrator.
    pub(crate) async fn ours(postgres: Option<(&Postgres, &str)>) -> Result<Self> {
        let data = folder()?;
        let url = match postgres {
            Some((server, name)) => Some(server.fresh(name).await?),
            None => None,
        };
        let place: Vec<&str> = url.iter().flat_map(|url| ["--database", url]).collect();
        let role = Role::start("api", data.path(), &place);
        let path = data.path().to_string_lossy().into_owned();
        let place: Vec<&str> = ["--data", &path].into_iter().chain(place.iter().copied()).collect();
        let token = Commands::on(&place, &[]).administrator("bench");
        Ok(Self {
            client: role.client(Some(&token)),
            pid: role.pid(),
            database: postgres.map(|(server, _)| server.clone()),
            _process: Process::Ours { _role: role },
            _data: data,
        })
    }

    /// The reference server, installed in a virtual environment, in a database of this name.
    pub(crate) async fn reference(environment: &Path, postgres: &Postgres, name: &str) -> Result<Self> {
        let data = folder()?;
        let database = postgres.fresh(name).await?;
        let process = Instance::make(environment, data.path(), &database).await?.serve().await?;
        Ok(Self {
            client: Client::new(process.url(), None),
            pid: process.pid(),
            database: Some(postgres.clone()),
            _process: Process::Reference { _process: process },
            _data: data,
        })
    }

    /// A client of it that may do anything.
    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    /// An upload set that does not end by itself.
    pub(crate) async fn make_set(&self) -> UploadSet {
        self.client.make_set(&json!({ "title": "measured", "estimated_nb_files": 100_000 })).await
    }

    /// What it costs to take these files in, one after another.
    pub(crate) async fn take(&self, files: Vec<File>) -> Result<Spent> {
        let set = self.make_set().await;
        let before = self.spent()?;
        for file in files {
            let answer = post(&self.client, &set, file).await;
            ensure!(answer.status == 202, "a file that is measured was not accepted: {answer}");
        }
        let after = self.spent()?;
        Ok(Spent {
            server: after.server.saturating_sub(before.server),
            database: after.database.saturating_sub(before.database),
        })
    }

    /// Processor time so far.
    fn spent(&self) -> Result<Spent> {
        let database = self.database.as_ref().map(|server| cpu::of_tree(server.pid)).transpose()?.unwrap_or_default();
        Ok(Spent { server: cpu::of_tree(self.pid)?, database })
    }

    /// Has the kernel begin anew with the peaks of its processes. Answers what they have now, kB.
    pub(crate) fn forget_peak(&self) -> Result<u64> {
        let processes = cpu::tree(self.pid)?;
        Ok(processes
            .iter()
            .map(|pid| {
                memory::forget_peak(&pid.to_string());
                memory::resident(&pid.to_string())
            })
            .sum())
    }

    /// Most memory that its processes had since [`Self::forget_peak`], kB: the sum of their peaks.
    pub(crate) fn peak(&self) -> Result<u64> {
        Ok(cpu::tree(self.pid)?.iter().map(|pid| memory::peak(&pid.to_string())).sum())
    }
}

/// Sends a file in a form, as all clients do.
pub(crate) async fn post(client: &Client, set: &UploadSet, file: File) -> Answer {
    let length = file.len();
    let pieces = file.pieces.map(Ok::<_, std::io::Error>);
    let part = Part::stream_with_length(Body::wrap_stream(stream::iter(pieces)), length).file_name(file.name);
    let part = part.mime_str("image/jpeg").expect("a media type");
    client.send_form(set, Form::new().text("isBlurred", "false").part("file", part)).await
}

/// Sends a file by tus, in one piece.
pub(crate) async fn send_by_tus(client: &Client, set: &UploadSet, file: File) -> Answer {
    let tus = |method, target: &str| client.request(method, target).header("Tus-Resumable", "1.0.0");
    let begun = tus(Method::POST, &format!("/api/upload_sets/{}/tus", set.0))
        .header("Upload-Length", file.len().to_string())
        .header("Upload-Metadata", format!("filename {}", BASE64_STANDARD.encode(&file.name)));
    let upload = client.send(begun).await.ok().header("location");
    let pieces = file.pieces.map(Ok::<_, std::io::Error>);
    let request = tus(Method::PATCH, &upload)
        .header("Upload-Offset", "0")
        .header("Content-Type", "application/offset+octet-stream")
        .body(Body::wrap_stream(stream::iter(pieces)));
    client.send(request).await
}

/// A new folder for data.
pub(crate) fn folder() -> Result<TempDir> {
    Ok(tempfile::Builder::new().prefix("flaneur-bench-").tempdir()?)
}
