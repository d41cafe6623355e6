//! What a backup asks of the storage: small traits, so that a test can let any step fail.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use flaneur_storage::{
    Listed, Listing, OriginalKey, PartKey, PatchKey, PrivateStore, PublicKey, PublicStore, Storage, StorageError,
};
use futures::{StreamExt as _, stream::BoxStream};
use uuid::Uuid;

type Result<T> = std::result::Result<T, StorageError>;

/// The bytes of an object, piece by piece.
pub type Content = BoxStream<'static, Result<Bytes>>;

/// Public objects.
#[async_trait]
pub trait Objects: Send + Sync {
    /// Bytes of an object; none if it is not there.
    async fn size(&self, key: &PublicKey) -> Result<Option<u64>>;
    /// Reads an object.
    async fn stream(&self, key: &PublicKey) -> Result<Content>;
    /// Compares an object with its key.
    async fn verify(&self, key: &PublicKey) -> Result<()>;
    /// Stores an object durably, if it is what the key says.
    async fn put_at(&self, key: &PublicKey, bytes: Bytes) -> Result<()>;
    /// Removes objects, also from a cache in front of the store.
    async fn discard(&self, keys: &[PublicKey]) -> Result<()>;
    /// Everything in the store.
    fn entries(&self) -> Listing<PublicKey>;
    /// Whether one may write, read and remove.
    async fn probe(&self) -> Result<()>;
}

/// Originals.
#[async_trait]
pub trait Originals: Send + Sync {
    /// Bytes of an original; none if it is not there.
    async fn size(&self, key: OriginalKey) -> Result<Option<u64>>;
    /// Reads an original.
    async fn stream(&self, key: OriginalKey) -> Result<Content>;
    /// Stores an original durably.
    async fn put(&self, key: OriginalKey, bytes: Bytes) -> Result<()>;
    /// Destroys an original.
    async fn destroy(&self, key: OriginalKey) -> Result<()>;
    /// Everything in the store but notes.
    fn entries(&self) -> Listing<OriginalKey>;
    /// Whether one may write, read and remove.
    async fn probe(&self) -> Result<()>;
}

/// Sealed patches.
#[async_trait]
pub trait Patches: Send + Sync {
    /// Bytes of a patch; none if it is not there.
    async fn size(&self, key: &PatchKey) -> Result<Option<u64>>;
    /// Reads a patch; what its key does not name is an error.
    async fn read(&self, key: &PatchKey) -> Result<Bytes>;
    /// Stores a patch durably, if it is what the key says.
    async fn put_at(&self, key: &PatchKey, sealed: Bytes) -> Result<()>;
    /// Destroys a patch.
    async fn destroy(&self, key: &PatchKey) -> Result<()>;
    /// Every patch in the store.
    fn entries(&self) -> Listing<PatchKey>;
}

/// Parts of files that come piece by piece.
#[async_trait]
pub trait Parts: Send + Sync {
    /// Bytes of a part; none if it is not there.
    async fn size(&self, key: PartKey) -> Result<Option<u64>>;
    /// Destroys a part.
    async fn destroy(&self, key: PartKey) -> Result<()>;
    /// Every part in the store.
    fn entries(&self) -> Listing<PartKey>;
}

/// Notes apart from catalog and public storage.
#[async_trait]
pub trait Notes: Send + Sync {
    /// Writes a note durably.
    async fn put(&self, name: &str, bytes: Bytes) -> Result<()>;
    /// Reads a note; none if it is not there.
    async fn read(&self, name: &str) -> Result<Option<Bytes>>;
    /// When a note below a prefix was written, seconds since 1970, by the clock of the store; none if there is none.
    async fn written_at(&self, prefix: &str) -> Result<Option<i64>>;
    /// Names below a prefix.
    fn names(&self, prefix: &str) -> BoxStream<'static, Result<String>>;
    /// Removes a note.
    async fn remove(&self, name: &str) -> Result<()>;
}

#[async_trait]
impl Objects for Storage {
    async fn size(&self, key: &PublicKey) -> Result<Option<u64>> {
        self.public.size(key).await
    }

    async fn stream(&self, key: &PublicKey) -> Result<Content> {
        Ok(PublicStore::stream(&self.public, key, None).await?.bytes)
    }

    async fn verify(&self, key: &PublicKey) -> Result<()> {
        self.public.verify(key).await
    }

    async fn put_at(&self, key: &PublicKey, bytes: Bytes) -> Result<()> {
        self.public.put_at(key, bytes).await
    }

    async fn discard(&self, keys: &[PublicKey]) -> Result<()> {
        Storage::discard(self, keys).await
    }

    fn entries(&self) -> Listing<PublicKey> {
        self.public.entries()
    }

    async fn probe(&self) -> Result<()> {
        self.public.probe().await
    }
}

#[async_trait]
impl Originals for PrivateStore {
    async fn size(&self, key: OriginalKey) -> Result<Option<u64>> {
        PrivateStore::size(self, key).await
    }

    async fn stream(&self, key: OriginalKey) -> Result<Content> {
        PrivateStore::stream(self, key).await
    }

    async fn put(&self, key: OriginalKey, bytes: Bytes) -> Result<()> {
        let mut writer = self.receive(key, bytes.len() as u64).await?;
        writer.write(&bytes).await?;
        writer.finish().await.map(drop)
    }

    async fn destroy(&self, key: OriginalKey) -> Result<()> {
        PrivateStore::destroy(self, key).await
    }

    fn entries(&self) -> Listing<OriginalKey> {
        PrivateStore::entries(self)
    }

    async fn probe(&self) -> Result<()> {
        PrivateStore::probe(self).await
    }
}

#[async_trait]
impl Patches for PrivateStore {
    async fn size(&self, key: &PatchKey) -> Result<Option<u64>> {
        self.patch_size(key).await
    }

    async fn read(&self, key: &PatchKey) -> Result<Bytes> {
        self.read_patch(key).await
    }

    async fn put_at(&self, key: &PatchKey, sealed: Bytes) -> Result<()> {
        self.put_patch_at(key, sealed).await
    }

    async fn destroy(&self, key: &PatchKey) -> Result<()> {
        self.destroy_patch(key).await
    }

    fn entries(&self) -> Listing<PatchKey> {
        self.patches()
    }
}

#[async_trait]
impl Parts for PrivateStore {
    async fn size(&self, key: PartKey) -> Result<Option<u64>> {
        self.part_size(key).await
    }

    async fn destroy(&self, key: PartKey) -> Result<()> {
        self.destroy_part(key).await
    }

    fn entries(&self) -> Listing<PartKey> {
        self.parts()
    }
}

#[async_trait]
impl Notes for PrivateStore {
    async fn put(&self, name: &str, bytes: Bytes) -> Result<()> {
        self.put_note(name, bytes).await
    }

    async fn read(&self, name: &str) -> Result<Option<Bytes>> {
        match self.read_note(name).await {
            Ok(bytes) => Ok(Some(bytes)),
            Err(StorageError::Missing(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn written_at(&self, prefix: &str) -> Result<Option<i64>> {
        let mut found = self.notes(prefix);
        match found.next().await.transpose()? {
            Some(Listed::Object(entry)) => Ok(Some(entry.modified)),
            _ => Ok(None),
        }
    }

    fn names(&self, prefix: &str) -> BoxStream<'static, Result<String>> {
        let names = self.notes(prefix).filter_map(async |listed| match listed {
            Ok(Listed::Object(entry)) => Some(Ok(entry.key)),
            Ok(Listed::Foreign(_)) => None,
            Err(error) => Some(Err(error)),
        });
        names.boxed()
    }

    async fn remove(&self, name: &str) -> Result<()> {
        self.delete_note(name).await
    }
}

/// All of an instance's storage.
#[derive(Clone)]
pub struct Stores {
    /// Public objects.
    pub objects: Arc<dyn Objects>,
    /// Originals.
    pub originals: Arc<dyn Originals>,
    /// Sealed patches.
    pub patches: Arc<dyn Patches>,
    /// Parts of files that come piece by piece.
    pub parts: Arc<dyn Parts>,
    /// Where withdrawals are noted.
    pub notes: Arc<dyn Notes>,
}

impl std::fmt::Debug for Stores {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stores").finish_non_exhaustive()
    }
}

impl From<Arc<Storage>> for Stores {
    /// The storage with its notes beside the originals.
    fn from(storage: Arc<Storage>) -> Self {
        let private = Arc::new(storage.private.clone());
        Self {
            objects: storage,
            originals: private.clone(),
            patches: private.clone(),
            parts: private.clone(),
            notes: private,
        }
    }
}

/// The picture that an object is of.
pub(crate) fn picture_of(key: &PublicKey) -> Option<Uuid> {
    key.as_str().split('/').nth(1)?.parse().ok()
}
