//! Originals: the bytes received, before redaction.

use std::path::Path;

use bytes::Bytes;
use futures::{StreamExt as _, stream::BoxStream};
use md5::{Digest as _, Md5};
use object_store::{MultipartUpload, ObjectStoreExt as _, PutPayload, path::Path as Location};
use sha2::Sha256;

use crate::{
    Listed, Listing, OriginalKey, StorageError,
    backend::{Backend, PART, is_probe},
    keys::hex,
    listing::listing,
    notes::is_note,
    parts::is_part,
    patches::is_patch,
};

/// The store of originals and their parts, of sealed patches, and of notes that the server writes for itself. It has no way
/// to hand out an address: an original can be read by workers only.
#[derive(Debug, Clone)]
pub struct PrivateStore {
    pub(crate) backend: Backend,
}

/// An original that lies in the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoredOriginal {
    /// Its key.
    pub key: OriginalKey,
    /// Since when it lies there, seconds since 1970.
    pub stored_at: i64,
}

/// What was received.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// Bytes.
    pub size: u64,
    /// MD5, 32 hexadecimal digits.
    pub md5: String,
    /// SHA-256, 64 hexadecimal digits.
    pub sha256: String,
}

impl PrivateStore {
    /// A folder on this machine, readable by its owner only.
    pub fn local(folder: &Path) -> Result<Self, StorageError> {
        Ok(Self::over(Backend::folder(folder, true)?.backend))
    }

    pub(crate) fn over(backend: Backend) -> Self {
        Self { backend }
    }

    /// Begins to receive an original of at most `limit` bytes.
    pub async fn receive(&self, key: OriginalKey, limit: u64) -> Result<OriginalWriter, StorageError> {
        let mut writer = OriginalWriter {
            backend: self.backend.clone(),
            at: key.location(),
            upload: None,
            buffer: Vec::new(),
            size: 0,
            limit,
            md5: Md5::new(),
            sha256: Sha256::new(),
        };
        // In a folder the file is begun at once, so that a full or read-only disk is told of before anything is sent. In a
        // bucket what fits into one part is one request instead of three.
        if self.backend.is_folder() {
            writer.upload = Some(self.backend.objects.put_multipart(&writer.at).await?);
        }
        Ok(writer)
    }

    /// Reads an original.
    pub async fn read(&self, key: OriginalKey) -> Result<Bytes, StorageError> {
        Ok(self.backend.objects.get(&key.location()).await?.bytes().await?)
    }

    /// Streams an original.
    pub async fn stream(
        &self,
        key: OriginalKey,
    ) -> Result<BoxStream<'static, Result<Bytes, StorageError>>, StorageError> {
        let found = self.backend.objects.get(&key.location()).await?;
        Ok(found.into_stream().map(|part| part.map_err(Into::into)).boxed())
    }

    /// Bytes of an original; `None` if it is not there.
    pub async fn size(&self, key: OriginalKey) -> Result<Option<u64>, StorageError> {
        self.backend.size(&key.location()).await
    }

    /// Destroys an original. One that is not there is as good as destroyed.
    pub async fn destroy(&self, key: OriginalKey) -> Result<(), StorageError> {
        self.backend.remove(&key.location()).await
    }

    /// Every original in the store, and what somebody else put there, in bounded memory. Notes, sealed patches and
    /// parts are left out.
    pub fn entries(&self) -> Listing<OriginalKey> {
        listing(self.backend.objects.list(None), |name| {
            (!is_note(name) && !is_patch(name) && !is_part(name) && !is_probe(name))
                .then(|| OriginalKey::at(name).ok_or(()))
        })
    }

    /// Originals in the store, at most `limit`.
    pub async fn list(&self, limit: usize) -> Result<Vec<StoredOriginal>, StorageError> {
        let mut found = Vec::new();
        let mut entries = self.entries();
        while found.len() < limit
            && let Some(listed) = entries.next().await
        {
            if let Listed::Object(entry) = listed? {
                found.push(StoredOriginal { key: entry.key, stored_at: entry.modified });
            }
        }
        Ok(found)
    }

    /// Whether the store can be reached and lets us in. Cheap: one small request.
    pub async fn ping(&self) -> Result<(), StorageError> {
        self.backend.ping().await
    }

    /// What the store's clock shows, seconds since 1970: the one by which [`crate::Entry::modified`] goes, whatever this
    /// machine's clock shows. Three small requests.
    pub async fn time(&self) -> Result<i64, StorageError> {
        self.backend.time().await
    }

    /// Removes what was being written into a folder when its process was killed, and was last written before `before`
    /// (seconds since 1970, by the store's clock). Answers how many files there were.
    pub async fn clear_unfinished(&self, before: i64) -> Result<usize, StorageError> {
        self.backend.clear_unfinished(before).await
    }

    /// Whether it lets us write, read and remove: three small requests.
    pub async fn probe(&self) -> Result<(), StorageError> {
        self.backend.probe().await
    }
}

/// Receives an original bit by bit; in memory there is never more than one part of it.
#[derive(Debug)]
pub struct OriginalWriter {
    backend: Backend,
    at: Location,
    upload: Option<Box<dyn MultipartUpload>>,
    buffer: Vec<u8>,
    size: u64,
    limit: u64,
    md5: Md5,
    sha256: Sha256,
}

impl OriginalWriter {
    /// Takes the next bytes.
    pub async fn write(&mut self, chunk: &[u8]) -> Result<(), StorageError> {
        self.size += chunk.len() as u64;
        if self.size > self.limit {
            return Err(StorageError::TooLarge { limit: self.limit });
        }
        self.md5.update(chunk);
        self.sha256.update(chunk);
        let mut rest = chunk;
        while !rest.is_empty() {
            let (now, later) = rest.split_at(rest.len().min(PART - self.buffer.len()));
            self.buffer.extend_from_slice(now);
            rest = later;
            if self.buffer.len() == PART {
                self.flush().await?;
            }
        }
        Ok(())
    }

    async fn flush(&mut self) -> Result<(), StorageError> {
        let part = PutPayload::from(std::mem::take(&mut self.buffer));
        let upload = match &mut self.upload {
            Some(upload) => upload,
            none => none.insert(self.backend.objects.put_multipart(&self.at).await?),
        };
        Ok(upload.put_part(part).await?)
    }

    /// Makes the object durable: when this returns, it survives a power cut.
    pub async fn finish(mut self) -> Result<Received, StorageError> {
        if self.upload.is_some() {
            if !self.buffer.is_empty() || self.size == 0 {
                self.flush().await?;
            }
            if let Some(upload) = &mut self.upload {
                upload.complete().await?;
            }
            self.upload = None;
        } else {
            let bytes = Bytes::from(std::mem::take(&mut self.buffer));
            self.backend.put(&self.at, bytes, object_store::Attributes::new()).await?;
        }
        Ok(self.received())
    }

    /// Gives up; nothing remains. Answers what was received so far.
    pub async fn abort(mut self) -> Result<Received, StorageError> {
        if let Some(mut upload) = self.upload.take() {
            upload.abort().await?;
        }
        Ok(self.received())
    }

    fn received(&self) -> Received {
        let (md5, sha256) = (self.md5.clone().finalize(), self.sha256.clone().finalize());
        Received { size: self.size, md5: hex(&md5), sha256: hex(&sha256) }
    }
}

impl Drop for OriginalWriter {
    /// What is neither finished nor aborted (the client hung up, or the server failed) would leave parts in a bucket that no
    /// listing shows: they are removed in the background. Those of a process that is killed the bucket's own rule removes;
    /// a folder removes its file itself.
    fn drop(&mut self) {
        if self.backend.is_folder() {
            return;
        }
        if let (Some(mut upload), Ok(runtime)) = (self.upload.take(), tokio::runtime::Handle::try_current()) {
            let at = self.at.clone();
            runtime.spawn(async move {
                if let Err(error) = upload.abort().await {
                    tracing::info!(object = %at, %error, "parts of an upload that did not end are left in the bucket");
                }
            });
        }
    }
}
