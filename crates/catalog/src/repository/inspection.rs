//! Looking for what is wrong, and setting right what cannot come right by itself.

use async_trait::async_trait;
use flaneur_access::Visibility;
use jiff::Timestamp;

use crate::{
    Result,
    model::{JobId, OverdueJob, PictureFiles, PictureId, Rejection, Schema, SequenceId, Stalled},
};

/// Questions about the instance's health, and repairs.
#[async_trait]
pub trait Inspection: Send + Sync {
    /// What the rows of these pictures say of their files, tombstones included. In order of id.
    async fn picture_files(&self, ids: &[PictureId]) -> Result<Vec<PictureFiles>>;
    /// The same of every picture that has, or should have, an original or objects, after the given one in order of id.
    async fn pictures_with_files(&self, after: Option<PictureId>, limit: i64) -> Result<Vec<PictureFiles>>;
    /// What waits for a job that there is not: a sequence for the pictures it no longer has, a complete upload set for
    /// its dispatch.
    async fn stalled(&self, limit: i64) -> Result<Vec<Stalled>>;
    /// Jobs that could have been taken before `before`, or whose lease ran out before it, the longest waiting first.
    async fn overdue_jobs(&self, before: Timestamp, limit: i64) -> Result<Vec<OverdueJob>>;
    /// What the database's own clock shows.
    async fn database_time(&self) -> Result<Timestamp>;
    /// Which migrations the database has.
    async fn schema(&self) -> Result<Schema>;
    /// In how many cells the map's counts are not those of the pictures. Reads every published picture.
    async fn coverage_drift(&self) -> Result<i64>;
    /// Counts the pictures for the map anew.
    async fn recount_coverage(&self) -> Result<()>;

    /// Gives up a picture whose files are lost or must not be shown: it is `Broken` and forgets its public objects, its
    /// file carries the rejection, its `Process` job is dropped, a `Destroy` job for its original and, if it is in a
    /// sequence, a `Refresh` of that are enqueued. Answers what the row said before; none if there is no such picture,
    /// or it is a tombstone or a duplicate.
    async fn lose_picture(
        &self,
        id: PictureId,
        rejection: Rejection,
        jobs: [JobId; 2],
        now: Timestamp,
    ) -> Result<Option<PictureFiles>>;
    /// Shows a picture to nobody beyond this. False if there is none. The sequence's refresh is enqueued.
    async fn show_picture_to(&self, id: PictureId, to: Visibility, refresh: JobId, now: Timestamp) -> Result<bool>;
    /// Shows a sequence to nobody beyond this. False if there is none. Its refresh is enqueued.
    async fn show_sequence_to(&self, id: SequenceId, to: Visibility, refresh: JobId, now: Timestamp) -> Result<bool>;
}
