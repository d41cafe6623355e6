//! The public's pictures as files.

use std::ops::RangeInclusive;

use async_trait::async_trait;
use jiff::Timestamp;

use crate::{
    Result,
    model::{DatasetItem, DatasetPart, JobId, Lease, PictureId},
};

/// The files that the public's pictures are in, one a tile of the map, and what they are written from.
#[async_trait]
pub trait Dataset: Send + Sync {
    /// Asks for the job that brings the files up to date.
    async fn ask_dataset(&self, job: JobId, now: Timestamp) -> Result<()>;
    /// Pictures that anybody may see whose spatial keys are in this range, in order of key and id, after this one.
    async fn dataset_items(
        &self,
        keys: RangeInclusive<i64>,
        after: Option<(i64, PictureId)>,
        limit: i64,
    ) -> Result<Vec<DatasetItem>>;
    /// The files that together have everything, in the order of keys.
    async fn dataset_parts(&self) -> Result<Vec<DatasetPart>>;
    /// A file by its name, also one that another took the place of.
    async fn dataset_part(&self, file: &str) -> Result<Option<DatasetPart>>;
    /// Whether a file, also one that another took the place of, lies under this key of the public store.
    async fn has_part(&self, object: &str) -> Result<bool>;
    /// First keys of the cells of [`LOGGED_ZOOM`](crate::model::LOGGED_ZOOM) in which a line of the change log above `after`, up to `until`, changed
    /// something that anybody may see, or that it took away from there. In order.
    async fn cells_changed(&self, after: i64, until: i64) -> Result<Vec<i64>>;
    /// Ends the lease's job with these files in the place of the ones named. With `rest` (a number of the change log, and when
    /// it was read) all others are true as of that, too. False, and nothing changed, if the lease is lost.
    async fn publish_parts(
        &self,
        lease: &Lease,
        new: &[DatasetPart],
        superseded: &[String],
        rest: Option<(i64, Timestamp)>,
        now: Timestamp,
    ) -> Result<bool>;
    /// Files that nobody reads any more: others took their place before this time, or have what may not be seen any more.
    async fn old_parts(&self, before: Timestamp, limit: i64) -> Result<Vec<DatasetPart>>;
    /// Forgets files after their objects are removed; never such as are among [`Dataset::dataset_parts`].
    async fn forget_parts(&self, files: &[String]) -> Result<()>;
}
