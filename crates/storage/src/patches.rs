//! Sealed patches: what was removed from pictures, encrypted, beside the originals.

use bytes::Bytes;
use object_store::{Attributes, ObjectStoreExt as _, path::Path as Location};
use uuid::Uuid;

use crate::{Listing, PrivateStore, StorageError, UnreadableKey, keys::sha256, listing::listing};

/// What every patch's key begins with. No original's does: theirs begin with two hexadecimal digits.
const FOLDER: &str = "patches";

/// Whether an object's name is below the folder of patches.
pub(crate) fn is_patch(name: &str) -> bool {
    name.strip_prefix(FOLDER).is_some_and(|rest| rest.starts_with('/'))
}

/// Key of a sealed patch: `patches/{id[30..]}/{id}/{sha256}.age`, with the id of its picture and the hash of what is
/// stored, the encrypted bytes.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PatchKey {
    path: String,
    picture: Uuid,
}

impl PatchKey {
    fn new(picture: Uuid, sha256: &str) -> Self {
        let id = picture.simple().to_string();
        Self { path: format!("{FOLDER}/{}/{picture}/{sha256}.age", &id[30..]), picture }
    }

    /// The picture it is of.
    pub fn picture(&self) -> Uuid {
        self.picture
    }

    /// As it stands in the catalog.
    pub fn as_str(&self) -> &str {
        &self.path
    }

    /// SHA-256 of the encrypted bytes, 64 hexadecimal digits.
    pub fn content_hash(&self) -> &str {
        let name = self.path.rsplit('/').next().unwrap_or_default();
        name.split('.').next().unwrap_or_default()
    }

    fn location(&self) -> Location {
        Location::from(self.path.as_str())
    }
}

impl std::fmt::Display for PatchKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.path)
    }
}

impl std::str::FromStr for PatchKey {
    type Err = UnreadableKey;

    fn from_str(text: &str) -> Result<Self, UnreadableKey> {
        let refuse = || UnreadableKey(text.to_owned());
        let parts: Vec<&str> = text.split('/').collect();
        let [_, _, picture, name] = parts.as_slice() else { return Err(refuse()) };
        let hash = name.strip_suffix(".age").ok_or_else(refuse)?;
        if hash.len() != 64 || !hash.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte)) {
            return Err(refuse());
        }
        let key = Self::new(Uuid::parse_str(picture).map_err(|_| refuse())?, hash);
        if key.path == text { Ok(key) } else { Err(refuse()) }
    }
}

impl PrivateStore {
    /// Stores a sealed patch durably.
    pub async fn put_patch(&self, picture: Uuid, sealed: Bytes) -> Result<PatchKey, StorageError> {
        let key = PatchKey::new(picture, &sha256(&sealed));
        self.put_patch_at(&key, sealed).await?;
        Ok(key)
    }

    /// Stores a sealed patch under a key that is known, as when a backup is restored. Bytes that the key does not name are
    /// refused as [`StorageError::Altered`].
    pub async fn put_patch_at(&self, key: &PatchKey, sealed: Bytes) -> Result<(), StorageError> {
        if sha256(&sealed) != key.content_hash() {
            return Err(StorageError::Altered(key.to_string()));
        }
        self.backend.put(&key.location(), sealed, Attributes::new()).await
    }

    /// Reads a sealed patch; what its key does not name is [`StorageError::Altered`].
    pub async fn read_patch(&self, key: &PatchKey) -> Result<Bytes, StorageError> {
        let sealed = self.backend.objects.get(&key.location()).await?.bytes().await?;
        if sha256(&sealed) == key.content_hash() { Ok(sealed) } else { Err(StorageError::Altered(key.to_string())) }
    }

    /// Bytes of a sealed patch; `None` if it is not there.
    pub async fn patch_size(&self, key: &PatchKey) -> Result<Option<u64>, StorageError> {
        self.backend.size(&key.location()).await
    }

    /// Destroys a sealed patch. One that is not there is as good as destroyed.
    pub async fn destroy_patch(&self, key: &PatchKey) -> Result<(), StorageError> {
        self.backend.remove(&key.location()).await
    }

    /// Every sealed patch in the store, and what somebody else put among them, in bounded memory.
    pub fn patches(&self) -> Listing<PatchKey> {
        listing(self.backend.objects.list(Some(&Location::from(FOLDER))), |name| Some(name.parse().map_err(drop)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Listed;
    use futures::TryStreamExt as _;

    #[test]
    fn keys_round_trip_and_nothing_else_parses() {
        let id = Uuid::from_u128(0x0191_f0a0_7c3e_7a51_9d3a_6d2f_6f0c_2b11);
        let key = PatchKey::new(id, &"ab".repeat(32));
        assert_eq!(key.as_str().parse::<PatchKey>(), Ok(key.clone()));
        assert_eq!((key.picture(), key.content_hash()), (id, "ab".repeat(32).as_str()));
        for bad in [
            String::new(),
            key.as_str().to_uppercase(),
            key.as_str().replace("/11/", "/12/"),
            key.as_str().replace("patches", "notes"),
            key.as_str().replace(".age", ""),
            format!("{key}/x"),
        ] {
            assert!(bad.parse::<PatchKey>().is_err(), "{bad}");
        }
    }

    #[tokio::test]
    async fn patches_lie_beside_originals_and_are_told_apart() {
        let folder = tempfile::tempdir().unwrap();
        let store = PrivateStore::local(folder.path()).unwrap();
        let picture = Uuid::from_u128(0x0191_f0a0_7c3e_7a51_9d3a_6d2f_6f0c_2b11);
        let mut writer = store.receive(crate::OriginalKey(picture), 100).await.unwrap();
        writer.write(b"an original").await.unwrap();
        writer.finish().await.unwrap();
        let key = store.put_patch(picture, Bytes::from_static(b"sealed")).await.unwrap();
        assert_eq!(store.read_patch(&key).await.unwrap(), "sealed");
        assert_eq!(store.patch_size(&key).await.unwrap(), Some(6));
        let listed: Vec<_> = store.patches().try_collect().await.unwrap();
        assert!(matches!(&listed[..], [Listed::Object(entry)] if entry.key == key), "{listed:?}");
        let originals: Vec<_> = store.entries().try_collect().await.unwrap();
        assert!(matches!(&originals[..], [Listed::Object(entry)] if entry.key.0 == picture), "{originals:?}");
        assert!(matches!(store.put_patch_at(&key, Bytes::from_static(b"other")).await, Err(StorageError::Altered(_))));
        store.destroy_patch(&key).await.unwrap();
        store.destroy_patch(&key).await.unwrap();
        assert!(matches!(store.read_patch(&key).await, Err(StorageError::Missing(_))));
    }
}
