//! Parts of files that come piece by piece, beside the originals: as private as these, and as short-lived.

use bytes::Bytes;
use futures::{StreamExt as _, stream::BoxStream};
use object_store::{Attributes, ObjectStoreExt as _, path::Path as Location};
use uuid::Uuid;

use crate::{Listing, PrivateStore, StorageError, UnreadableKey, backend, listing::listing};

/// What every part's key begins with. No original's does: theirs begin with two hexadecimal digits.
const FOLDER: &str = "parts";

/// Whether an object's name is below the folder of parts.
pub(crate) fn is_part(name: &str) -> bool {
    name.strip_prefix(FOLDER).is_some_and(|rest| rest.starts_with('/'))
}

/// Key of a part: `parts/{upload[30..]}/{upload}/{part}`. Each has a name of its own, so that of two who store the same
/// part of a file at once neither writes over the other's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PartKey {
    /// The file that it is a part of.
    pub upload: Uuid,
    /// Its name.
    pub part: Uuid,
}

impl PartKey {
    /// Largest part, bytes: what one request carries to a bucket, and what is in memory of a file that comes.
    pub const LARGEST: usize = backend::PART;

    fn location(self) -> Location {
        Location::from(self.to_string())
    }
}

impl std::fmt::Display for PartKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let id = self.upload.simple().to_string();
        write!(f, "{FOLDER}/{}/{}/{}", &id[30..], self.upload, self.part)
    }
}

impl std::str::FromStr for PartKey {
    type Err = UnreadableKey;

    fn from_str(text: &str) -> Result<Self, UnreadableKey> {
        let refuse = || UnreadableKey(text.to_owned());
        let parts: Vec<&str> = text.split('/').collect();
        let [_, _, upload, part] = parts.as_slice() else { return Err(refuse()) };
        let [upload, part] = [upload, part].map(|id| Uuid::parse_str(id));
        let key = Self { upload: upload.map_err(|_| refuse())?, part: part.map_err(|_| refuse())? };
        if key.to_string() == text { Ok(key) } else { Err(refuse()) }
    }
}

impl PrivateStore {
    /// Stores a part durably. Larger ones than [`PartKey::LARGEST`] are [`StorageError::TooLarge`].
    pub async fn put_part(&self, key: PartKey, bytes: Bytes) -> Result<(), StorageError> {
        if bytes.len() > PartKey::LARGEST {
            return Err(StorageError::TooLarge { limit: PartKey::LARGEST as u64 });
        }
        self.backend.put(&key.location(), bytes, Attributes::new()).await
    }

    /// Streams a part.
    pub async fn stream_part(
        &self,
        key: PartKey,
    ) -> Result<BoxStream<'static, Result<Bytes, StorageError>>, StorageError> {
        let found = self.backend.objects.get(&key.location()).await?;
        Ok(found.into_stream().map(|piece| piece.map_err(Into::into)).boxed())
    }

    /// Bytes of a part; `None` if it is not there.
    pub async fn part_size(&self, key: PartKey) -> Result<Option<u64>, StorageError> {
        self.backend.size(&key.location()).await
    }

    /// Destroys a part. One that is not there is as good as destroyed.
    pub async fn destroy_part(&self, key: PartKey) -> Result<(), StorageError> {
        self.backend.remove(&key.location()).await
    }

    /// Every part in the store, and what somebody else put among them, in bounded memory.
    pub fn parts(&self) -> Listing<PartKey> {
        listing(self.backend.objects.list(Some(&Location::from(FOLDER))), |name| Some(name.parse().map_err(drop)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Listed;
    use futures::TryStreamExt as _;

    fn key() -> PartKey {
        PartKey { upload: Uuid::from_u128(0x0191_f0a0_7c3e_7a51_9d3a_6d2f_6f0c_2b11), part: Uuid::from_u128(7) }
    }

    #[test]
    fn keys_round_trip_and_nothing_else_parses() {
        let name = key().to_string();
        assert_eq!(name.parse(), Ok(key()));
        for bad in [
            String::new(),
            name.to_uppercase(),
            name.replace("/11/", "/12/"),
            name.replace("parts/", "patches/"),
            name.replace('-', ""),
            format!("{name}/x"),
        ] {
            assert!(bad.parse::<PartKey>().is_err(), "{bad}");
        }
    }

    #[tokio::test]
    async fn parts_lie_beside_originals_and_are_told_apart() {
        let folder = tempfile::tempdir().unwrap();
        let store = PrivateStore::local(folder.path()).unwrap();
        store.put_part(key(), Bytes::from_static(b"the beginning")).await.unwrap();
        assert_eq!(store.part_size(key()).await.unwrap(), Some(13));
        let read: Vec<Bytes> = store.stream_part(key()).await.unwrap().try_collect().await.unwrap();
        assert_eq!(read.concat(), b"the beginning");
        let listed: Vec<_> = store.parts().try_collect().await.unwrap();
        assert!(matches!(&listed[..], [Listed::Object(entry)] if entry.key == key()), "{listed:?}");
        assert_eq!(store.entries().try_collect::<Vec<_>>().await.unwrap(), []);
        let large = Bytes::from(vec![0; PartKey::LARGEST + 1]);
        assert!(matches!(store.put_part(key(), large).await, Err(StorageError::TooLarge { .. })));
        store.destroy_part(key()).await.unwrap();
        store.destroy_part(key()).await.unwrap();
        assert!(matches!(store.stream_part(key()).await, Err(StorageError::Missing(_))));
    }
}
