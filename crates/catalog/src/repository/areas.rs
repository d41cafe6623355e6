//! Areas of which there are to be no pictures.

use async_trait::async_trait;
use jiff::Timestamp;

use crate::{
    Result,
    model::{AccountId, AreaId, AreaLimits, AreaReceipt, AreaRevision, ExcludedArea, Exclusion, JobId, Lease, Sweep},
};

/// Excluded areas: the instance's, and those of accounts. They hold from the transaction on in which they are written: no
/// picture is accepted or published in one after that. What was published before is hidden, and what is in no excluded area
/// any more is shown again, by an `Areas` job, which is enqueued in the same transaction.
#[async_trait]
pub trait Areas: Send + Sync {
    /// Adds an area, unless its owner would have more than `most`. `job` is a fresh id.
    async fn add_area(&self, area: ExcludedArea, most: AreaLimits, job: JobId) -> Result<AreaReceipt>;
    /// Puts areas in the place of all of the instance's. Their `owner` is none.
    async fn replace_areas(&self, areas: &[ExcludedArea], job: JobId, now: Timestamp) -> Result<()>;
    /// Gives an area of the same owner and id another label, publicity and shape. Since when it is there and whether it is
    /// allowed stay, and what is allowed is public. There is no moment without it.
    async fn change_area(
        &self,
        area: ExcludedArea,
        most: AreaLimits,
        job: JobId,
        now: Timestamp,
    ) -> Result<AreaRevision>;
    /// Removes an area of this owner. False if they have none of this id.
    async fn remove_area(&self, owner: Option<AccountId>, id: AreaId, job: JobId, now: Timestamp) -> Result<bool>;
    /// An owner's areas, the oldest first.
    async fn areas(&self, owner: Option<AccountId>) -> Result<Vec<ExcludedArea>>;
    /// Why a picture of this account at this place (degrees) would not be shown. For telling only: whoever stores or moves
    /// a picture decides in their own transaction.
    async fn exclusion(&self, account: AccountId, lon: f64, lat: f64) -> Result<Option<Exclusion>>;
    /// Looks again at the next `most` published pictures where the areas of the lease's subject changed: an account's, or
    /// the instance's (the nil id). Sequences of pictures whose exclusion changed are refreshed. When there are no more, the
    /// job is done.
    async fn sweep_areas(
        &self,
        lease: &Lease,
        most: i64,
        fresh: &(dyn Fn() -> JobId + Send + Sync),
        now: Timestamp,
    ) -> Result<Sweep>;
}
