//! Sequences brought here from other instances.

use async_trait::async_trait;
use jiff::Timestamp;

use crate::{
    Result,
    model::{
        AccountId, JobId, Lease, NewTransfer, SequenceId, Transfer, TransferId, TransferProgress, TransferReceipt,
        UploadSetId,
    },
};

/// Transfers, each with a job that does it.
#[async_trait]
pub trait Transfers: Send + Sync {
    /// Begins a transfer and asks for its job, unless there is or was a sequence of this identifier here, it is on its way, or
    /// the account has `most` open ones. What an earlier transfer for the same account left unfinished, or left out, is taken up.
    /// [`crate::CatalogError::Missing`] if the account was erased.
    async fn begin_transfer(&self, new: &NewTransfer, most: i64, job: JobId) -> Result<TransferReceipt>;
    /// By id.
    async fn transfer(&self, id: TransferId) -> Result<Option<Transfer>>;
    /// An account's, the latest first; with `open` only those that are not at an end.
    async fn transfers(&self, account: AccountId, open: bool, limit: i64) -> Result<Vec<Transfer>>;
    /// The set that a sequence was brought here into, whoever sees it; none if there is no such sequence.
    async fn transferred_into(&self, sequence: SequenceId) -> Result<Option<UploadSetId>>;
    /// Notes that the lease's transfer runs, and how far it is. False if the lease is lost or the transfer at an end.
    async fn note_transfer(&self, lease: &Lease, progress: &TransferProgress, now: Timestamp) -> Result<bool>;
    /// Ends the lease's transfer with its job: it is finished, or else failed. False if the lease is lost.
    async fn end_transfer(
        &self,
        lease: &Lease,
        finished: bool,
        progress: &TransferProgress,
        now: Timestamp,
    ) -> Result<bool>;
    /// Gives an open transfer up, and its job. What has come stays. False if it is at an end.
    async fn stop_transfer(&self, id: TransferId, message: &str, now: Timestamp) -> Result<bool>;
}
