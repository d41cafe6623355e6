//! Takes one file: gone on with where a connection broke, and believed only with the checksum that is on the list.

use std::path::PathBuf;

use flaneur_fetch::{
    Event, FetchError, Growing,
    client::{self, Asking, Client, Trouble, refusal},
    disk,
};
use http::{HeaderValue, StatusCode, header};
use reqwest::Response;
use url::Url;

use crate::{folder::Folder, list::Part};

/// What became of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It is here.
    Here,
    /// The server does not give it out any more.
    Gone,
}

/// Takes files.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Taking<'a> {
    pub client: &'a Client<'a>,
    pub folder: &'a Folder,
}

impl Taking<'_> {
    /// Takes a file that is not here.
    pub(crate) async fn take(self, part: &Part, url: &Url) -> Result<Outcome, FetchError> {
        let path = self.path(part);
        let mut tries = self.client.tries();
        loop {
            let passed = tries.pass().await.map_err(|trouble| trouble.into_error(url))?;
            let before = length(&path);
            let trouble = match self.attempt(part, url).await? {
                Ok(outcome) => return Ok(outcome),
                Err(trouble) => trouble,
            };
            if length(&path) > before {
                tries.got_on();
            }
            tries.again(trouble, passed).await.map_err(|trouble| trouble.into_error(url))?;
        }
    }

    /// Where it is while it comes.
    fn path(self, part: &Part) -> PathBuf {
        self.folder.work(&format!("{}.part", part.name))
    }

    /// Asks for it once. An error is of the disk.
    async fn attempt(self, part: &Part, url: &Url) -> Result<Result<Outcome, Trouble>, FetchError> {
        let have = match self.continued(part).await? {
            // All of it came, and then the run was killed.
            Some(coming) if coming.length() == part.size => return self.settle(part, &coming),
            have => have,
        };
        let mut asking = Asking::get(url.clone(), "application/vnd.apache.parquet, */*;q=0.5");
        // What is verified is what is stored, not what was packed for the way.
        asking.headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        // Its name says what is in it, so there is no other content that this could be a part of.
        if let Some(coming) = &have
            && let Ok(range) = HeaderValue::from_str(&format!("bytes={}-", coming.length()))
        {
            asking.headers.insert(header::RANGE, range);
        }
        let sent = tokio::select! {
            sent = self.client.send(&asking) => sent,
            () = self.client.stop.cancelled() => Err(Trouble::Stopped),
        };
        let response = match sent {
            Ok(response) => response,
            Err(trouble) => return Ok(Err(trouble)),
        };
        let mut coming = match (response.status(), have) {
            (StatusCode::OK, _) => self.begin(part)?,
            (StatusCode::PARTIAL_CONTENT, Some(coming)) => match client::part(&response) {
                Some((begin, _)) if begin == coming.length() => coming,
                _ => return self.anew(part, "it sends another part than was asked for"),
            },
            (StatusCode::RANGE_NOT_SATISFIABLE, Some(_)) => {
                return self.anew(part, "it is shorter than the list says");
            }
            (StatusCode::NOT_FOUND | StatusCode::GONE, _) => return Ok(Ok(Outcome::Gone)),
            (status, _) if status.is_success() => {
                return Ok(Err(Trouble::Final(format!("it answers {status}, which makes no sense here"))));
            }
            _ => return Ok(Err(refusal(response).await)),
        };
        match self.receive(part, response, &mut coming).await? {
            Ok(()) => self.settle(part, &coming),
            Err(trouble @ Trouble::Wrong(_)) => {
                self.begin(part)?;
                Ok(Err(trouble))
            }
            Err(trouble) => Ok(Err(trouble)),
        }
    }

    /// What came of it before.
    async fn continued(self, part: &Part) -> Result<Option<Growing>, FetchError> {
        let (path, size) = (self.path(part), part.size);
        if !(1..=size).contains(&length(&path)) {
            return Ok(None);
        }
        let opened = tokio::task::spawn_blocking(move || Growing::go_on(&path)).await;
        opened.map_err(|error| FetchError::disk("read", &self.path(part))(error.into()))?.map(Some)
    }

    /// Begins from the start.
    fn begin(self, part: &Part) -> Result<Growing, FetchError> {
        Growing::begin(&self.path(part))
    }

    /// Throws away what came, which may be tried again.
    fn anew(self, part: &Part, why: &str) -> Result<Result<Outcome, Trouble>, FetchError> {
        self.begin(part)?;
        Ok(Err(Trouble::Wrong(why.to_owned())))
    }

    /// Writes what comes.
    async fn receive(
        self,
        part: &Part,
        mut response: Response,
        coming: &mut Growing,
    ) -> Result<Result<(), Trouble>, FetchError> {
        loop {
            let chunk = match self.client.chunk(&mut response).await {
                Ok(Some(chunk)) => chunk,
                Ok(None) => return Ok(Ok(())),
                Err(trouble) => return Ok(Err(trouble)),
            };
            if coming.length() + chunk.len() as u64 > part.size {
                return Ok(Err(Trouble::Wrong("it is larger than the list says".to_owned())));
            }
            coming.append(&chunk)?;
            self.client.progress.on(&Event::Received(chunk.len() as u64));
        }
    }

    /// Verifies what came.
    fn settle(self, part: &Part, coming: &Growing) -> Result<Result<Outcome, Trouble>, FetchError> {
        if coming.length() < part.size {
            let why = format!("{} bytes came of {}", coming.length(), part.size);
            return Ok(Err(Trouble::Passing(why)));
        }
        if coming.sha256() != part.sha256 {
            return self.anew(part, "what came has another checksum than the list says");
        }
        coming.sync()?;
        disk::rename(&self.path(part), &self.folder.work(&part.name))?;
        Ok(Ok(Outcome::Here))
    }
}

/// How much of it came, bytes.
pub(crate) fn length(path: &std::path::Path) -> u64 {
    path.symlink_metadata().map_or(0, |there| there.len())
}
