//! Erasing accounts.

use async_trait::async_trait;
use jiff::Timestamp;

use crate::{
    Result,
    model::{AccountId, Erased, JobId, Lease, Sweep},
};

/// Erasing an account with everything that is its own.
#[async_trait]
pub trait Erasure: Send + Sync {
    /// Takes from an account its name, its rights, and whatever lets someone act for it, and asks for the job that deletes
    /// what it has. From then on no lookup finds it; who refers to it sees an account without a name. The change log tells of
    /// it. The last administrator stays.
    async fn erase_account(&self, id: AccountId, job: JobId, now: Timestamp) -> Result<Erased>;
    /// Deletes something of what the lease's account still has, at most so many pictures, as
    /// [`super::Pictures::delete_picture`] does each; when nothing is left, forgets what it reported and edited that
    /// concerns nobody else, and ends the job.
    async fn erase_more(
        &self,
        lease: &Lease,
        most: i64,
        fresh: &(dyn Fn() -> JobId + Send + Sync),
        now: Timestamp,
    ) -> Result<Sweep>;
}
