//! Originals: the bytes received, before redaction.

use std::{path::Path, sync::Arc};

use bytes::Bytes;
use futures::StreamExt as _;
use md5::{Digest as _, Md5};
use object_store::{MultipartUpload, ObjectStore, ObjectStoreExt as _, PutPayload, local::LocalFileSystem};
use sha2::Sha256;

use crate::{OriginalKey, StorageError, keys::hex};

/// Bytes kept in memory before a part is written: what S3 demands of a part as a minimum.
const PART: usize = 5 << 20;

/// The store of originals. It has no way to hand out an address: an original can be read by workers only.
#[derive(Debug, Clone)]
pub struct PrivateStore {
    objects: Arc<dyn ObjectStore>,
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
        Ok(Self { objects: Arc::new(local(folder, true)?) })
    }

    /// Begins to receive an original of at most `limit` bytes.
    pub async fn receive(&self, key: OriginalKey, limit: u64) -> Result<OriginalWriter, StorageError> {
        let upload = self.objects.put_multipart(&key.location()).await?;
        Ok(OriginalWriter { upload, buffer: Vec::new(), size: 0, limit, md5: Md5::new(), sha256: Sha256::new() })
    }

    /// Reads an original.
    pub async fn read(&self, key: OriginalKey) -> Result<Bytes, StorageError> {
        Ok(self.objects.get(&key.location()).await?.bytes().await?)
    }

    /// Destroys an original. One that is not there is as good as destroyed.
    pub async fn destroy(&self, key: OriginalKey) -> Result<(), StorageError> {
        match self.objects.delete(&key.location()).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Every original in the store, at most `limit`.
    pub async fn list(&self, limit: usize) -> Result<Vec<StoredOriginal>, StorageError> {
        let mut found = Vec::new();
        let mut listing = self.objects.list(None);
        while let Some(meta) = listing.next().await {
            let meta = meta?;
            if let Some(key) = meta.location.filename().and_then(|name| name.parse().ok()) {
                found.push(StoredOriginal { key, stored_at: meta.last_modified.timestamp() });
            }
            if found.len() >= limit {
                break;
            }
        }
        Ok(found)
    }
}

/// Receives an original bit by bit; in memory there is never more than one part of it.
#[derive(Debug)]
pub struct OriginalWriter {
    upload: Box<dyn MultipartUpload>,
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
        self.buffer.extend_from_slice(chunk);
        if self.buffer.len() >= PART {
            self.flush().await?;
        }
        Ok(())
    }

    async fn flush(&mut self) -> Result<(), StorageError> {
        let part = PutPayload::from(std::mem::take(&mut self.buffer));
        Ok(self.upload.put_part(part).await?)
    }

    /// Makes the object durable: when this returns, it survives a power cut.
    pub async fn finish(mut self) -> Result<Received, StorageError> {
        self.flush().await?;
        self.upload.complete().await?;
        Ok(Received { size: self.size, md5: hex(&self.md5.finalize()), sha256: hex(&self.sha256.finalize()) })
    }

    /// Gives up; nothing remains. Answers what was received so far.
    pub async fn abort(mut self) -> Result<Received, StorageError> {
        self.upload.abort().await?;
        Ok(Received { size: self.size, md5: hex(&self.md5.finalize()), sha256: hex(&self.sha256.finalize()) })
    }
}

/// A folder as an object store whose writes are synced to disk.
pub(crate) fn local(folder: &Path, owner_only: bool) -> Result<LocalFileSystem, StorageError> {
    let refuse = |source| StorageError::Folder { path: folder.display().to_string(), source };
    std::fs::create_dir_all(folder).map_err(refuse)?;
    #[cfg(unix)]
    if owner_only {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o700)).map_err(refuse)?;
    }
    Ok(LocalFileSystem::new_with_prefix(folder)?.with_automatic_cleanup(true).with_fsync(true))
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    const KEY: OriginalKey = OriginalKey(Uuid::from_u128(5));

    #[tokio::test]
    async fn what_is_received_is_read_and_destroyed() {
        let folder = tempfile::tempdir().unwrap();
        let store = PrivateStore::local(&folder.path().join("originals")).unwrap();
        let mut writer = store.receive(KEY, 100).await.unwrap();
        writer.write(b"hello ").await.unwrap();
        writer.write(b"world").await.unwrap();
        let received = writer.finish().await.unwrap();
        assert_eq!(received.size, 11);
        assert_eq!(received.md5, "5eb63bbbe01eeed093cb22bb8f5acdc3");
        assert_eq!(received.sha256, "b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9");
        assert_eq!(&store.read(KEY).await.unwrap()[..], b"hello world");
        assert_eq!(store.list(10).await.unwrap().len(), 1);
        store.destroy(KEY).await.unwrap();
        store.destroy(KEY).await.unwrap();
        assert!(matches!(store.read(KEY).await, Err(StorageError::Missing(_))));
        assert!(store.list(10).await.unwrap().is_empty());
    }

    #[tokio::test]
    async fn too_much_is_refused_and_nothing_remains() {
        let folder = tempfile::tempdir().unwrap();
        let store = PrivateStore::local(folder.path()).unwrap();
        let mut writer = store.receive(KEY, 8).await.unwrap();
        writer.write(&[1; 8]).await.unwrap();
        assert!(matches!(writer.write(&[1]).await, Err(StorageError::TooLarge { limit: 8 })));
        writer.abort().await.unwrap();
        assert!(store.list(10).await.unwrap().is_empty());
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn only_the_owner_can_look_into_the_folder() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let originals = folder.path().join("originals");
        PrivateStore::local(&originals).unwrap();
        assert_eq!(std::fs::metadata(&originals).unwrap().permissions().mode() & 0o777, 0o700);
    }
}
