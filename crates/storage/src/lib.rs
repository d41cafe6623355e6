//! Where each kind of object lives; private originals apart from public pictures.
//!
//! Everything goes through `object_store`, into folders or into buckets of S3. The two kinds of object have two types of
//! key and two stores with credentials of their own, so that no code path can serve an original by mistake. Objects are
//! never overwritten: a key holds the picture's id and the content's hash.
//!
//! Requests to S3 are tried again for a minute and then fail, whatever the server does; nothing waits for ever.
#![forbid(unsafe_code)]

mod address;
mod backend;
mod cdn;
mod error;
mod keys;
mod listing;
mod notes;
mod parts;
mod patches;
mod private;
mod public;
mod ranges;
mod s3;
mod variables;

use std::path::Path;

pub use address::{StorageUrl, UnreadableStorageUrl};
pub use cdn::{CdnUrl, Purger, UnreadableCdnUrl};
pub use error::StorageError;
pub use keys::{ObjectKind, OriginalKey, PublicKey, UnreadableKey, hex, sha256};
pub use listing::{Entry, Listed, Listing, stored_before};
pub use parts::PartKey;
pub use patches::PatchKey;
pub use private::{OriginalWriter, PrivateStore, Received, StoredOriginal};
pub use public::{PublicObject, PublicStore};
pub use variables::Variables;

use backend::Backend;

/// Both stores.
#[derive(Debug)]
pub struct Storage {
    /// What everybody may see, as the catalog says.
    pub public: PublicStore,
    /// Originals, parts of what is to become one, and sealed patches: never served; originals are soon destroyed.
    pub private: PrivateStore,
    purger: Option<Purger>,
}

impl Storage {
    /// Folders on this machine, made if they are missing; `private` is readable by its owner only.
    pub fn local(public: &Path, private: &Path) -> Result<Self, StorageError> {
        Self::open(&public.into(), &private.into(), &Variables::default())
    }

    /// Opens both stores. Folders are made if they are missing; a server is not asked anything yet (see `ping`).
    ///
    /// `variables` has what S3 needs: the usual `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_REGION`, `AWS_ENDPOINT`
    /// and so on; for the private store the same names behind `FLANEUR_PRIVATE_` come first. Neither store may lie inside
    /// the other.
    pub fn open(public: &StorageUrl, private: &StorageUrl, variables: &Variables) -> Result<Self, StorageError> {
        let outer = Backend::open(public, variables, false)?;
        let inner = Backend::open(private, variables, true)?;
        if outer.overlaps(&inner) {
            return Err(StorageError::Settings(format!(
                "originals must not lie where everybody may look: {private} and {public} are the same place, or one is \
                 inside the other; choose two apart"
            )));
        }
        let (public, private) = (PublicStore::over(outer.backend), PrivateStore::over(inner.backend));
        Ok(Self { public, private, purger: None })
    }

    /// The same with a CDN in front of the public store, which is to forget what is discarded.
    #[must_use]
    pub fn with_purger(self, purger: Option<Purger>) -> Self {
        Self { purger, ..self }
    }

    /// Removes objects for good, and from the CDN if there is one. First all are removed, so that the CDN cannot fetch
    /// again what it has just forgotten; then each is forgotten. After an error it is to be done again.
    pub async fn discard(&self, keys: &[PublicKey]) -> Result<(), StorageError> {
        for key in keys {
            self.public.remove(key).await?;
        }
        if let Some(purger) = &self.purger {
            // An index of tiles is never asked of a CDN.
            for key in keys.iter().filter(|key| key.kind() != ObjectKind::Tiles) {
                purger.purge(key).await?;
            }
        }
        Ok(())
    }

    /// Whether both stores can be reached and let us in. Cheap: one small request each.
    pub async fn ping(&self) -> Result<(), StorageError> {
        futures::try_join!(self.public.ping(), self.private.ping()).map(drop)
    }
}
