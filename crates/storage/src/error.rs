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
    /// What was read back is not what was written.
    #[error("object {0} reads back altered")]
    Altered(String),
    /// A folder cannot be used.
    #[error("cannot use the folder {path}")]
    Folder {
        /// Which.
        path: String,
        /// Why.
        #[source]
        source: std::io::Error,
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
