//! What can go wrong with a backup or a restore.

use std::{io, path::Path};

use flaneur_catalog::CatalogError;
use flaneur_storage::StorageError;

/// Result of an operation of this crate.
pub type Result<T, E = BackupError> = std::result::Result<T, E>;

/// What can go wrong with a backup or a restore. The texts are for the operator.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BackupError {
    /// It cannot be done as things are; the sentence says why and what to do.
    #[error("{0}")]
    Refused(String),
    /// A part of a backup is not what was written.
    #[error("{path} is damaged: {why}")]
    Damaged {
        /// Which file.
        path: String,
        /// What is wrong with it.
        why: String,
    },
    /// A file cannot be read or written.
    #[error("cannot {doing} {path}")]
    File {
        /// What was being done.
        doing: &'static str,
        /// With which file.
        path: String,
        /// Why it failed.
        #[source]
        source: io::Error,
    },
    /// The catalog.
    #[error("the catalog failed")]
    Catalog(#[from] CatalogError),
    /// The storage.
    #[error("the storage failed")]
    Storage(#[from] StorageError),
    /// Originals cannot be encrypted or decrypted.
    #[error("{0}")]
    Key(String),
    /// It was told to stop. What was there before is whole, and what is done need not be done again.
    #[error("stopped; run the same command again to go on")]
    Stopped,
}

impl From<flaneur_seal::SealError> for BackupError {
    fn from(error: flaneur_seal::SealError) -> Self {
        Self::Key(error.to_string())
    }
}

impl BackupError {
    /// A file that cannot be read or written.
    pub(crate) fn file(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.display().to_string();
        move |source| Self::File { doing, path, source }
    }

    /// A part of a backup that is not what was written.
    #[expect(clippy::needless_pass_by_value, reason = "errors and texts alike are made for it on the spot")]
    pub(crate) fn damaged(path: &Path, why: impl ToString) -> Self {
        Self::Damaged { path: path.display().to_string(), why: why.to_string() }
    }
}
