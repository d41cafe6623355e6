//! Public objects: redacted, verified, never overwritten.

use std::{ops::Range, path::Path, sync::Arc};

use bytes::Bytes;
use futures::{StreamExt as _, stream::BoxStream};
use object_store::{GetOptions, GetRange, ObjectStore, ObjectStoreExt as _, PutPayload};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::{ObjectKind, PublicKey, StorageError, private::local};

/// The store of what may be shown.
#[derive(Debug, Clone)]
pub struct PublicStore {
    objects: Arc<dyn ObjectStore>,
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
        Ok(Self { objects: Arc::new(local(folder, false)?) })
    }

    /// Stores an object durably and reads it back: what is answered is the key under which exactly these bytes lie.
    pub async fn put(&self, picture: Uuid, kind: ObjectKind, bytes: Bytes) -> Result<PublicKey, StorageError> {
        let hash: [u8; 32] = Sha256::digest(&bytes).into();
        let key = PublicKey::new(picture, kind, &hash);
        self.objects.put(&key.location(), PutPayload::from(bytes)).await?;
        let stored = self.objects.get(&key.location()).await?.bytes().await?;
        let stored: [u8; 32] = Sha256::digest(&stored).into();
        if stored == hash { Ok(key) } else { Err(StorageError::Altered(key.into())) }
    }

    /// Bytes of an object in memory: for small ones and parts.
    pub async fn read(&self, key: &PublicKey, range: Option<Range<u64>>) -> Result<Bytes, StorageError> {
        match range {
            Some(range) => Ok(self.objects.get_range(&key.location(), range).await?),
            None => Ok(self.objects.get(&key.location()).await?.bytes().await?),
        }
    }

    /// Streams an object or a part of it. A range beyond the end is cut; one that begins beyond it is an error.
    pub async fn stream(&self, key: &PublicKey, range: Option<Range<u64>>) -> Result<PublicObject, StorageError> {
        let options = GetOptions { range: range.map(GetRange::Bounded), ..GetOptions::default() };
        let result = self.objects.get_opts(&key.location(), options).await?;
        let (size, range) = (result.meta.size, result.range.clone());
        Ok(PublicObject { size, range, bytes: result.into_stream().map(|part| part.map_err(Into::into)).boxed() })
    }

    /// Removes an object. One that is not there is as good as removed.
    pub async fn remove(&self, key: &PublicKey) -> Result<(), StorageError> {
        match self.objects.delete(&key.location()).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Every key in the store, at most `limit`.
    pub async fn list(&self, limit: usize) -> Result<Vec<PublicKey>, StorageError> {
        let mut found = Vec::new();
        let mut listing = self.objects.list(None);
        while let Some(meta) = listing.next().await {
            if let Ok(key) = meta?.location.as_ref().parse() {
                found.push(key);
            }
            if found.len() >= limit {
                break;
            }
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn stored_read_in_parts_and_removed() {
        let folder = tempfile::tempdir().unwrap();
        let store = PublicStore::local(folder.path()).unwrap();
        let key = store.put(Uuid::from_u128(1), ObjectKind::Sd, Bytes::from_static(b"0123456789")).await.unwrap();
        assert_eq!(&store.read(&key, Some(2..5)).await.unwrap()[..], b"234");
        let mut object = store.stream(&key, Some(8..20)).await.unwrap();
        assert_eq!((object.size, object.range.clone()), (10, 8..10));
        assert_eq!(&object.bytes.next().await.unwrap().unwrap()[..], b"89");
        assert!(store.stream(&key, Some(10..20)).await.is_err());
        assert_eq!(store.list(10).await.unwrap(), std::slice::from_ref(&key));
        store.remove(&key).await.unwrap();
        store.remove(&key).await.unwrap();
        assert!(matches!(store.read(&key, None).await, Err(StorageError::Missing(_))));
    }
}
