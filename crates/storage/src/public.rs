//! Public objects: redacted, verified, never overwritten.

use std::{ops::Range, path::Path};

use bytes::Bytes;
use futures::{StreamExt as _, stream::BoxStream};
use object_store::{Attribute, Attributes, GetOptions, GetRange, ObjectStoreExt as _};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::{
    Listed, Listing, ObjectKind, PublicKey, StorageError,
    backend::{Backend, is_probe},
    keys::{hex, sha256},
    listing::listing,
    ranges,
};

/// What a cache in front of a bucket may do with an object: what is deleted is gone from it after a minute at most.
const CACHE: &str = "public, max-age=60";

/// The store of what may be shown.
#[derive(Debug, Clone)]
pub struct PublicStore {
    backend: Backend,
}

/// An object on its way to a client.
pub struct PublicObject {
    /// Bytes of the whole object.
    pub size: u64,
    /// Which of them follow.
    pub range: Range<u64>,
    /// The bytes.
    pub bytes: BoxStream<'static, Result<Bytes, StorageError>>,
}

impl std::fmt::Debug for PublicObject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PublicObject").field("size", &self.size).field("range", &self.range).finish_non_exhaustive()
    }
}

impl PublicStore {
    /// A folder on this machine.
    pub fn local(folder: &Path) -> Result<Self, StorageError> {
        Ok(Self::over(Backend::folder(folder, false)?.backend))
    }

    pub(crate) fn over(backend: Backend) -> Self {
        Self { backend }
    }

    /// Stores an object durably and reads it back: what is answered is the key under which exactly these bytes lie.
    ///
    /// On S3 reading back costs one more request and the object's size once more as traffic (inside a data centre usually
    /// free), some 20 ms and 3 MB for a master. It is what makes sure that nothing is served that was not verified, whatever
    /// the server and the way to it do. Storing the same bytes again writes what is there already: nothing is overwritten
    /// by anything else, so no conditional write is needed, which not every server knows.
    pub async fn put(&self, picture: Uuid, kind: ObjectKind, bytes: Bytes) -> Result<PublicKey, StorageError> {
        let key = PublicKey::new(picture, kind, &Sha256::digest(&bytes).into());
        self.store(&key, bytes).await?;
        Ok(key)
    }

    /// Stores an object under a key that is known, as when a backup is restored. Bytes that the key does not name are
    /// refused as [`StorageError::Altered`].
    pub async fn put_at(&self, key: &PublicKey, bytes: Bytes) -> Result<(), StorageError> {
        if sha256(&bytes) != key.content_hash() {
            return Err(StorageError::Altered(key.to_string()));
        }
        self.store(key, bytes).await
    }

    async fn store(&self, key: &PublicKey, bytes: Bytes) -> Result<(), StorageError> {
        let headers = Attributes::from_iter([
            (Attribute::ContentType, key.kind().media_type()),
            (Attribute::CacheControl, CACHE),
        ]);
        self.backend.put(&key.location(), bytes, headers).await?;
        self.verify(key).await
    }

    /// Reads an object and compares it with its key, in pieces.
    pub async fn verify(&self, key: &PublicKey) -> Result<(), StorageError> {
        let stored = self.backend.hash(&key.location()).await?;
        if hex(&stored) == key.content_hash() { Ok(()) } else { Err(StorageError::Altered(key.to_string())) }
    }

    /// Bytes of an object; `None` if it is not there.
    pub async fn size(&self, key: &PublicKey) -> Result<Option<u64>, StorageError> {
        self.backend.size(&key.location()).await
    }

    /// Bytes of an object in memory: for small ones and parts.
    pub async fn read(&self, key: &PublicKey, range: Option<Range<u64>>) -> Result<Bytes, StorageError> {
        let objects = &self.backend.objects;
        match range {
            Some(range) => Ok(objects.get_range(&key.location(), range).await?),
            None => Ok(objects.get(&key.location()).await?.bytes().await?),
        }
    }

    /// Parts of an object in memory, in the order of `ranges`, 128 MiB at most. Of a bucket parts that lie close are read at
    /// once, with what is between them.
    ///
    /// [`StorageError::TooLarge`] if they are more, [`StorageError::Altered`] or a refusal of the store if the object ends
    /// before one of them does.
    pub async fn read_ranges(&self, key: &PublicKey, ranges: &[Range<u64>]) -> Result<Vec<Bytes>, StorageError> {
        ranges::read(&self.backend, &key.location(), ranges).await
    }

    /// Streams an object or a part of it. A range beyond the end is cut; one that begins beyond it is an error.
    pub async fn stream(&self, key: &PublicKey, range: Option<Range<u64>>) -> Result<PublicObject, StorageError> {
        let options = GetOptions { range: range.map(GetRange::Bounded), ..GetOptions::default() };
        let result = self.backend.objects.get_opts(&key.location(), options).await?;
        let (size, range) = (result.meta.size, result.range.clone());
        Ok(PublicObject { size, range, bytes: result.into_stream().map(|part| part.map_err(Into::into)).boxed() })
    }

    /// Removes an object. One that is not there is as good as removed.
    pub async fn remove(&self, key: &PublicKey) -> Result<(), StorageError> {
        self.backend.remove(&key.location()).await
    }

    /// Everything in the store, and what somebody else put there, in bounded memory.
    pub fn entries(&self) -> Listing<PublicKey> {
        listing(self.backend.objects.list(None), |name| (!is_probe(name)).then(|| name.parse().map_err(drop)))
    }

    /// Keys in the store, at most `limit`.
    pub async fn list(&self, limit: usize) -> Result<Vec<PublicKey>, StorageError> {
        let mut found = Vec::new();
        let mut entries = self.entries();
        while found.len() < limit
            && let Some(listed) = entries.next().await
        {
            if let Listed::Object(entry) = listed? {
                found.push(entry.key);
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
