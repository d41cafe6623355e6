//! What lies in a store.

use futures::{StreamExt as _, TryStreamExt as _, stream::BoxStream};
use object_store::ObjectMeta;

use crate::StorageError;

/// An object of a store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry<K> {
    /// Its key.
    pub key: K,
    /// Bytes.
    pub size: u64,
    /// When it was stored, seconds since 1970, by the clock of the store.
    pub modified: i64,
}

/// What a listing finds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Listed<K> {
    /// An object of ours.
    Object(Entry<K>),
    /// Something that somebody else put there: its name is no key.
    Foreign(Entry<String>),
}

/// Everything in a store, in no order that one may rely on. In memory there is never more than a page of it.
pub type Listing<K> = BoxStream<'static, Result<Listed<K>, StorageError>>;

/// The keys of what was stored before a moment (seconds since 1970, by the clock of the store), `at_once` together at most.
/// What somebody else put there is left out.
pub fn stored_before<K: Send + 'static>(
    listing: Listing<K>,
    moment: i64,
    at_once: usize,
) -> BoxStream<'static, Result<Vec<K>, StorageError>> {
    let old = listing.try_filter_map(move |listed| {
        std::future::ready(Ok(match listed {
            Listed::Object(entry) if entry.modified < moment => Some(entry.key),
            _ => None,
        }))
    });
    old.try_chunks(at_once).map_err(|error| error.1).boxed()
}

/// Reads the names of what was found; `key` answers `None` for what is to be left out, and an error for a foreign name.
pub(crate) fn listing<K: Send + 'static>(
    found: BoxStream<'static, object_store::Result<ObjectMeta>>,
    key: impl Fn(&str) -> Option<Result<K, ()>> + Send + Sync + 'static,
) -> Listing<K> {
    found
        .filter_map(move |meta| {
            let listed = match meta {
                Err(error) => Some(Err(error.into())),
                Ok(meta) => {
                    let name = meta.location.as_ref();
                    let (size, modified) = (meta.size, meta.last_modified.timestamp());
                    key(name).map(|key| {
                        Ok(match key {
                            Ok(key) => Listed::Object(Entry { key, size, modified }),
                            Err(()) => Listed::Foreign(Entry { key: name.to_owned(), size, modified }),
                        })
                    })
                }
            };
            std::future::ready(listed)
        })
        .boxed()
}
