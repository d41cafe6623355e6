/// What can go wrong with objects.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StorageError {
    /// The object is not there (any more).
    #[error("object {0} is missing")]
    Missing(String),
    /// More bytes than allowed.
    #[error("more than {limit} bytes")]
    TooLarge {
        /// The limit, bytes.
        limit: u64,
    },
    /// What was read back is not what was written, or the bytes are not those that the key names.
    #[error("object {0} reads back altered")]
    Altered(String),
    /// A note cannot have this name.
    #[error("no name of a note: {0}")]
    NoteName(String),
    /// A folder cannot be used.
    #[error("cannot use the folder {path}")]
    Folder {
        /// Which.
        path: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The settings of a store make no sense; the sentence says what would.
    #[error("{0}")]
    Settings(String),
    /// The CDN did not forget an object.
    #[error("the CDN did not forget {address}: {why}")]
    Purge {
        /// What was to be forgotten.
        address: String,
        /// What the CDN answered, or why it could not be asked.
        why: String,
    },
    /// The store refused or is out of reach.
    #[error("the object store failed")]
    Store(#[source] object_store::Error),
    /// Syncing to disk failed.
    #[error("cannot write to disk")]
    Io(#[from] std::io::Error),
}

impl From<object_store::Error> for StorageError {
    fn from(error: object_store::Error) -> Self {
        match error {
            object_store::Error::NotFound { path, .. } => Self::Missing(path),
            other => Self::Store(other),
        }
    }
}
