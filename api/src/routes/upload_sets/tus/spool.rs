//! Stores what comes of a file, in parts.

use bytes::Bytes;
use flaneur_catalog::model::{PartId, Upload, UploadPart};
use flaneur_storage::PartKey;
use jiff::{SignedDuration, Timestamp};

use super::headers::Checksum;
use crate::{Api, ApiError, ApiResult};

/// Most parts of a file: each time a connection breaks there is one more.
pub const MAX_PARTS: i64 = 2000;
/// An upload ends after so many lifetimes, however often something comes.
const LIFETIMES: i32 = 7;

/// The object of a part.
pub fn key(part: &UploadPart) -> PartKey {
    PartKey { upload: part.upload.0, part: part.name.0 }
}

/// Removes objects of parts that are listed no more. What cannot be removed now the sweep removes.
pub async fn discard(api: &Api, parts: &[UploadPart]) {
    for part in parts {
        if let Err(error) = api.storage.private.destroy_part(key(part)).await {
            tracing::info!(part = %key(part), %error, "a part of an upload is left to the sweep");
        }
    }
}

/// Until when an upload may be gone on with, if something comes now.
pub fn expiry(api: &Api, created_at: Timestamp) -> Timestamp {
    let lifetime = SignedDuration::from_secs(api.settings.upload_lifetime);
    let after = |time: Timestamp, duration: SignedDuration| time.checked_add(duration).unwrap_or(Timestamp::MAX);
    after(api.world.now(), lifetime).min(after(created_at, lifetime.saturating_mul(LIFETIMES)))
}

/// Takes what comes in one request. Each part is listed as soon as it is stored, so that little is lost with a process;
/// where the client named a checksum, all of them together at the end, if it is right.
pub struct Spool<'a> {
    api: &'a Api,
    /// As it is listed.
    upload: Upload,
    checksum: Option<Checksum>,
    buffer: Vec<u8>,
    /// Where the next part begins.
    start: i64,
    staged: Vec<UploadPart>,
}

impl<'a> Spool<'a> {
    /// Goes on behind what is there.
    pub fn new(api: &'a Api, upload: Upload, checksum: Option<Checksum>) -> Self {
        let start = upload.received;
        Self { api, upload, checksum, buffer: Vec::new(), start, staged: Vec::new() }
    }

    /// Whether so many bytes more are more than the file has.
    pub fn is_too_much(&self, more: usize) -> bool {
        self.start + (self.buffer.len() + more) as i64 > self.upload.options.length
    }

    /// Takes the next bytes.
    pub async fn write(&mut self, mut chunk: &[u8]) -> ApiResult<()> {
        if let Some(checksum) = &mut self.checksum {
            checksum.update(chunk);
        }
        while !chunk.is_empty() {
            let (now, later) = chunk.split_at(chunk.len().min(PartKey::LARGEST - self.buffer.len()));
            self.buffer.extend_from_slice(now);
            chunk = later;
            if self.buffer.len() == PartKey::LARGEST {
                self.flush().await?;
            }
        }
        Ok(())
    }

    async fn flush(&mut self) -> ApiResult<()> {
        if self.buffer.is_empty() {
            return Ok(());
        }
        let bytes = Bytes::from(std::mem::take(&mut self.buffer));
        let name = PartId(self.api.world.id());
        let part = UploadPart { name, upload: self.upload.options.id, start: self.start, size: bytes.len() as i64 };
        self.api.storage.private.put_part(key(&part), bytes).await?;
        self.start += part.size;
        self.staged.push(part);
        if self.checksum.is_none() { self.list().await } else { Ok(()) }
    }

    /// Lists what was stored. 409 if somebody else was faster.
    async fn list(&mut self) -> ApiResult<()> {
        if self.staged.is_empty() {
            return Ok(());
        }
        // If whether it was committed remains unknown, the sweep decides what becomes of the objects.
        let staged = std::mem::take(&mut self.staged);
        let until = expiry(self.api, self.upload.options.created_at);
        let listed = self.api.catalog.append_parts(&staged, self.api.world.now(), until).await?;
        let Some(received) = listed else {
            discard(self.api, &staged).await;
            return Err(moved());
        };
        self.upload.received = received;
        self.upload.options.expires_at = until;
        Ok(())
    }

    /// Ends the request: all of it came. Answers the upload as it is now.
    pub async fn finish(mut self) -> ApiResult<Upload> {
        self.flush().await?;
        if let Some(checksum) = self.checksum.take()
            && let Err(error) = checksum.verify()
        {
            discard(self.api, &self.staged).await;
            return Err(error);
        }
        self.list().await?;
        Ok(self.upload)
    }

    /// Ends the request: not all of it came. What did is kept, unless it was to be compared with a sum.
    pub async fn break_off(mut self) -> ApiResult<()> {
        if self.checksum.is_some() {
            discard(self.api, &self.staged).await;
            return Ok(());
        }
        self.flush().await
    }
}

/// 409: something else is there than the client believes.
pub fn moved() -> ApiError {
    ApiError::conflict("`Upload-Offset` is not where the upload stands: ask with HEAD where to go on")
        .for_reason("offset")
}
