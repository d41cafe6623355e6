//! Where each kind of object lives; private originals apart from public pictures.
//!
//! Everything goes through `object_store`. The two kinds of object have two types of key and two stores with
//! credentials of their own, so that no code path can serve an original by mistake. Objects are never overwritten: a key
//! holds the picture's id and the content's hash.
#![forbid(unsafe_code)]

mod error;
mod keys;
mod private;
mod public;

use std::path::Path;

pub use error::StorageError;
pub use keys::{ObjectKind, OriginalKey, PublicKey, UnreadableKey};
pub use private::{OriginalWriter, PrivateStore, Received, StoredOriginal};
pub use public::{PublicObject, PublicStore};

/// Both stores.
#[derive(Debug)]
pub struct Storage {
    /// What everybody may see, as the catalog says.
    pub public: PublicStore,
    /// Originals: never served, soon destroyed.
    pub private: PrivateStore,
}

impl Storage {
    /// Folders on this machine, made if they are missing; `private` is readable by its owner only.
    pub fn local(public: &Path, private: &Path) -> Result<Self, StorageError> {
        Ok(Self { public: PublicStore::local(public)?, private: PrivateStore::local(private)? })
    }
}
