//! Takes one picture: resumed where that is possible, verified, and put in its place only when it is whole.

use std::{
    io::{BufReader, Read as _, Seek as _, SeekFrom},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use http::{HeaderValue, StatusCode, header};
use reqwest::Response;
use url::Url;

use crate::{
    Done, Entry, Event, FetchError, Growing, Verified,
    client::{Asking, Client, Trouble, refusal},
    disk::{self, options},
    folder::Folder,
    journal::Journal,
    jpeg, plan,
};

/// Largest picture, bytes.
const LARGEST: u64 = 256 << 20;

/// What became of a picture.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// It is here.
    Taken { verified: Verified, new: bool },
    /// The server says that it is as it was.
    Unchanged,
    /// The server has it no more.
    Gone,
    /// It could not be taken.
    Failed(String),
    /// There was no time, or no more bytes were allowed.
    Halted,
}

/// What all downloads share.
pub(crate) struct Taking<'a> {
    pub client: &'a Client<'a>,
    pub ground: Ground,
    /// Bytes that came.
    pub received: AtomicU64,
    /// Most bytes that may come.
    pub limit: u64,
}

/// Where pictures are put, and what is known of them.
#[derive(Debug, Clone)]
pub(crate) struct Ground {
    pub folder: Arc<Folder>,
    pub journal: Arc<Journal>,
}

/// A file that is coming.
struct Part {
    grown: Growing,
    etag: Option<String>,
    /// How long it will be, where the server's answer says so.
    announced: Option<u64>,
}

impl Taking<'_> {
    /// Takes a picture. An error is of the disk, and ends the whole run.
    pub(crate) async fn take(&self, entry: &Entry, as_before: Option<&str>) -> Result<Outcome, FetchError> {
        let Ok(url) = Url::parse(&entry.href) else { return Ok(Outcome::Failed("its address is none".to_owned())) };
        if entry.size.is_some_and(|size| size > LARGEST) {
            return Ok(Outcome::Failed(format!("it is larger than {}", crate::bytes(LARGEST))));
        }
        self.ground.folder.make_drawer(&entry.id)?;
        let mut tries = self.client.tries();
        loop {
            if self.is_spent(entry.size.unwrap_or_default()) {
                return Ok(Outcome::Halted);
            }
            let Ok(passed) = tries.pass().await else { return Ok(Outcome::Halted) };
            let before = self.length(entry);
            let trouble = match self.attempt(entry, &url, as_before).await? {
                Ok(outcome) => return Ok(outcome),
                Err(trouble) => trouble,
            };
            if self.length(entry) > before {
                tries.got_on();
            }
            match tries.again(trouble, passed).await {
                Ok(()) => {}
                Err(Trouble::Stopped) => return Ok(Outcome::Halted),
                Err(Trouble::Refused(status @ (StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN), _)) => {
                    return Ok(Outcome::Failed(format!("the server answers {status}: it may take a token (--token)")));
                }
                Err(trouble) => return Ok(Outcome::Failed(trouble.text())),
            }
        }
    }

    /// Whether so many more bytes are too many.
    fn is_spent(&self, more: u64) -> bool {
        let received = self.received.load(Ordering::Relaxed);
        received >= self.limit || received.saturating_add(more) > self.limit
    }

    fn length(&self, entry: &Entry) -> u64 {
        self.ground.folder.part(&entry.id).symlink_metadata().map_or(0, |metadata| metadata.len())
    }

    /// Asks for it once.
    async fn attempt(
        &self,
        entry: &Entry,
        url: &Url,
        as_before: Option<&str>,
    ) -> Result<Result<Outcome, Trouble>, FetchError> {
        let have = self.continued(entry)?;
        let have = match have {
            // All of it came, and then the run was killed.
            Some(part) if entry.sha256() == Some(&*part.grown.sha256()) => return self.settled(entry, part).await,
            have => have,
        };
        let mut asking = Asking::get(url.clone(), "image/jpeg, image/*;q=0.5");
        // What is verified is what is stored, not what was packed for the way.
        asking.headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        if let Some(part) = &have
            && let Some(tag) = part.etag.as_ref().and_then(|tag| HeaderValue::from_str(tag).ok())
            && let Ok(range) = HeaderValue::from_str(&format!("bytes={}-", part.grown.length()))
        {
            asking.headers.insert(header::RANGE, range);
            asking.headers.insert(header::IF_RANGE, tag);
        } else if let Some(tag) = as_before.and_then(|tag| HeaderValue::from_str(tag).ok()) {
            asking.headers.insert(header::IF_NONE_MATCH, tag);
        }
        let sent = tokio::select! {
            sent = self.client.send(&asking) => sent,
            () = self.client.stop.cancelled() => Err(Trouble::Stopped),
        };
        let response = match sent {
            Ok(response) => response,
            Err(trouble) => return Ok(Err(trouble)),
        };
        let mut part = match (response.status(), have) {
            (StatusCode::OK, _) => self.begin(entry, &response)?,
            (StatusCode::PARTIAL_CONTENT, Some(part)) => match resumed(&response, part) {
                Some(part) => part,
                None => return self.ground.anew(entry, "it sends another part than was asked for"),
            },
            (StatusCode::RANGE_NOT_SATISFIABLE, Some(_)) => {
                return self.ground.anew(entry, "it is shorter than what came of it");
            }
            (StatusCode::NOT_MODIFIED, None) if as_before.is_some() => return Ok(Ok(Outcome::Unchanged)),
            (StatusCode::NOT_FOUND | StatusCode::GONE, _) => return Ok(Ok(Outcome::Gone)),
            (status, _) if status.is_success() => {
                return Ok(Err(Trouble::Final(format!("it answers {status}, which makes no sense here"))));
            }
            _ => return Ok(Err(refusal(response).await)),
        };
        if let Err(trouble) = self.receive(entry, response, &mut part).await? {
            return Ok(if matches!(trouble, Trouble::Stopped) { Ok(Outcome::Halted) } else { Err(trouble) });
        }
        self.settled(entry, part).await
    }

    /// What came of it before, if it can be gone on with.
    fn continued(&self, entry: &Entry) -> Result<Option<Part>, FetchError> {
        let path = self.ground.folder.part(&entry.id);
        let etag = self.ground.journal.part(&entry.id);
        if etag.is_none() && entry.sha256().is_none() || self.length(entry) == 0 {
            return Ok(None);
        }
        Ok(Some(Part { grown: Growing::go_on(&path)?, etag, announced: None }))
    }

    /// Begins from the start.
    fn begin(&self, entry: &Entry, response: &Response) -> Result<Part, FetchError> {
        let path = self.ground.folder.part(&entry.id);
        let etag = tag(response);
        let strong = etag.clone().filter(|tag| tag.starts_with('"'));
        let grown = Growing::begin(&path)?;
        // After what came of another content is gone: its tag must not stand for it.
        self.ground.journal.begin(&entry.id, strong)?;
        Ok(Part { grown, etag, announced: response.content_length() })
    }

    /// Writes what comes.
    async fn receive(
        &self,
        entry: &Entry,
        mut response: Response,
        part: &mut Part,
    ) -> Result<Result<(), Trouble>, FetchError> {
        let largest = entry.size.unwrap_or(LARGEST);
        loop {
            let chunk = match self.client.chunk(&mut response).await {
                Ok(Some(chunk)) => chunk,
                Ok(None) => return Ok(Ok(())),
                Err(trouble) => return Ok(Err(trouble)),
            };
            self.received.fetch_add(chunk.len() as u64, Ordering::Relaxed);
            self.client.progress.on(&Event::Received(chunk.len() as u64));
            if part.grown.length() + chunk.len() as u64 > largest {
                return self.ground.anew(entry, "it is larger than it should be").map(|again| again.map(|_| ()));
            }
            part.grown.append(&chunk)?;
            if self.is_spent(0) && part.announced.is_none_or(|whole| part.grown.length() < whole) {
                return Ok(Err(Trouble::Stopped));
            }
        }
    }

    /// Verifies what came, and puts it in its place. The disk may take its time for that, while others get on.
    async fn settled(&self, entry: &Entry, part: Part) -> Result<Result<Outcome, Trouble>, FetchError> {
        let (ground, entry) = (self.ground.clone(), entry.clone());
        let settling = tokio::task::spawn_blocking(move || ground.settle(&entry, &part));
        settling.await.unwrap_or_else(|_| Ok(Err(Trouble::Final("it could not be put in its place".to_owned()))))
    }
}

impl Ground {
    /// Throws away what came, which may be tried again.
    fn anew(&self, entry: &Entry, why: &str) -> Result<Result<Outcome, Trouble>, FetchError> {
        let path = self.folder.part(&entry.id);
        disk::create(&path).map_err(FetchError::disk("write", &path))?;
        self.journal.begin(&entry.id, None)?;
        Ok(Err(Trouble::Passing(why.to_owned())))
    }

    /// Verifies what came, and puts it in its place.
    fn settle(&self, entry: &Entry, part: &Part) -> Result<Result<Outcome, Trouble>, FetchError> {
        let path = self.folder.part(&entry.id);
        let sha256 = part.grown.sha256();
        let verified = match self.verify(entry, part, &sha256)? {
            Ok(verified) => verified,
            Err(why) => return self.anew(entry, &why),
        };
        let metadata = part.grown.sync()?;
        let before = self.journal.done(&entry.id);
        // First the journal, then the file: what lies in the folder is always known to be ours.
        self.journal.take(Done {
            id: entry.id.clone(),
            file: Folder::picture_name(&entry.id),
            sha256,
            size: part.grown.length(),
            mtime: plan::mtime(&metadata),
            verified,
            updated: entry.updated,
            checksum: entry.checksum.clone(),
            etag: part.etag.clone(),
        })?;
        let place = self.folder.picture(&entry.id);
        std::fs::rename(&path, &place).map_err(FetchError::disk("write", &place))?;
        Ok(Ok(Outcome::Taken { verified, new: before.is_none() }))
    }

    /// Whether it is whole, and how that is known; or why it is not.
    fn verify(&self, entry: &Entry, part: &Part, sha256: &str) -> Result<Result<Verified, String>, FetchError> {
        let path = self.folder.part(&entry.id);
        if let Some(stated) = entry.sha256() {
            return Ok(if stated == sha256 {
                Ok(Verified::Checksum)
            } else {
                Err("what came has another checksum than the list says; if the picture was changed just now, the next run \
                     takes it"
                    .to_owned())
            });
        }
        if let Some(size) = entry.size.or(part.announced).filter(|size| *size != part.grown.length()) {
            return Ok(Err(format!("{} bytes came of {size}", part.grown.length())));
        }
        let is_jpeg = entry.media_type.as_deref().is_none_or(|kind| kind == "image/jpeg");
        let open = || {
            let mut file = options().read(true).open(&path)?;
            let mut begin = Vec::new();
            (&mut file).take(2).read_to_end(&mut begin)?;
            file.seek(SeekFrom::Start(0))?;
            Ok((begin == [0xFF, 0xD8], file))
        };
        let (begins, file) = open().map_err(FetchError::disk("read", &path))?;
        if is_jpeg && !begins {
            return Ok(Err("what came is no JPEG".to_owned()));
        }
        if entry.size.or(part.announced).is_some() {
            return Ok(Ok(Verified::Size));
        }
        if !is_jpeg {
            return Ok(Err(
                "the server states neither size nor checksum of what is no JPEG: whether it is whole cannot be \
                           told"
                    .to_owned(),
            ));
        }
        let whole = jpeg::is_whole(BufReader::new(file)).map_err(FetchError::disk("read", &path))?;
        Ok(if whole { Ok(Verified::Jpeg) } else { Err("what came is cut off".to_owned()) })
    }
}

fn tag(response: &Response) -> Option<String> {
    let tag = response.headers().get(header::ETAG)?.to_str().ok()?;
    let plain = tag.strip_prefix("W/").unwrap_or(tag);
    (plain.len() >= 2 && plain.len() < 200 && plain.starts_with('"') && plain.ends_with('"')).then(|| tag.to_owned())
}

/// The part with what its continuation says, if it is one.
fn resumed(response: &Response, mut part: Part) -> Option<Part> {
    let (begin, whole) = crate::client::part(response)?;
    if begin != part.grown.length() || tag(response).is_some_and(|tag| Some(tag) != part.etag) {
        return None;
    }
    part.announced = whole;
    Some(part)
}
