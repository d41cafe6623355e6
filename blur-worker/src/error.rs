//! How a job can fail.

use flaneur_catalog::CatalogError;
use flaneur_detect::DetectError;
use flaneur_storage::StorageError;

/// Why a job did not succeed. Most of these may pass: the job is tried again. A picture that can never be used is not an
/// error of the job, but the picture's outcome (see `process`).
#[derive(Debug, thiserror::Error)]
pub enum JobError {
    /// The database.
    #[error("the catalog failed")]
    Catalog(#[from] CatalogError),
    /// The object store.
    #[error("the storage failed")]
    Storage(#[from] StorageError),
    /// The models.
    #[error("detection failed")]
    Detect(#[from] DetectError),
    /// The work itself panicked: a defect of ours.
    #[error("the work panicked")]
    Panic,
    /// What was made does not pass verification: a defect of ours.
    #[error("{what} does not pass verification")]
    Unverified {
        /// Master, sd, thumb or tiles.
        what: &'static str,
        /// Why.
        #[source]
        source: flaneur_jpeg::VerifyError,
    },
    /// Something could not be encoded: a defect of ours.
    #[error("{what} could not be made")]
    Unmade {
        /// Master, sd, thumb or tiles.
        what: &'static str,
        /// Why.
        #[source]
        source: flaneur_jpeg::JpegError,
    },
    /// A published picture could not be redacted again.
    #[error(transparent)]
    Surgery(#[from] crate::surgery::SurgeryError),
    /// The process that decodes what is no JPEG could not do its work: a defect of the server's, not of the file.
    #[error("a file could not be given to the process that converts it")]
    Convert(#[from] crate::convert::BrokenConverter),
    /// What was removed could not be sealed.
    #[error("a patch could not be sealed")]
    Seal(#[from] flaneur_seal::SealError),
    /// A row of the catalog makes no sense.
    #[error("unreadable {0} in the catalog")]
    Unreadable(&'static str),
}

impl JobError {
    /// Whether trying again would only do the same work for the same end: defects of ours that depend on nothing but the
    /// picture.
    pub fn is_lasting(&self) -> bool {
        matches!(
            self,
            Self::Unverified { .. } | Self::Unmade { .. } | Self::Surgery(_) | Self::Seal(_) | Self::Unreadable(_)
        )
    }

    /// The error with everything that caused it, for the log and the operator.
    pub fn chain(&self) -> String {
        let mut text = self.to_string();
        let mut source = std::error::Error::source(self);
        while let Some(cause) = source {
            text.push_str(": ");
            text.push_str(&cause.to_string());
            source = cause.source();
        }
        text
    }
}
