//! Sequences: making them, summing them up, asking for them.

use async_trait::async_trait;
use flaneur_access::Viewer;
use flaneur_coverage::quadkey::Bbox;
use jiff::Timestamp;

use crate::{
    Result,
    model::{
        DispatchPlan, DispatchShot, JobId, Lease, Sequence, SequenceId, SequenceList, SequenceQuery, Summarised,
        SummaryPoint, UploadSetId,
    },
};

/// Sequences.
#[async_trait]
pub trait Sequences: Send + Sync {
    /// A sequence that the viewer may see and that has something to show: `Ready` with at least one published picture.
    /// Its owner and administrators also see it while it is waiting.
    async fn sequence(&self, viewer: Viewer, id: SequenceId) -> Result<Option<Sequence>>;
    /// Sequences that the viewer may see, `Ready` and with pictures; and, if asked for, what is gone from there. One that is
    /// being worked on, and has pictures that the viewer may see, is neither.
    ///
    /// Where no index leads to what a filter wants, a bounded number of sequences is looked at: then there may be fewer
    /// than the limit, with a place to go on from. If there are none at all, that is
    /// [`CatalogError::TooBroad`](crate::CatalogError::TooBroad).
    async fn sequences(&self, query: &SequenceQuery) -> Result<SequenceList>;
    /// Extent in space and time of all that anyone may see.
    async fn extent(&self) -> Result<Option<(Bbox, (Timestamp, Timestamp))>>;

    /// The pictures of a set that are to be dispatched: those waiting or ready, dispatched before or not.
    async fn shots(&self, id: UploadSetId) -> Result<Vec<DispatchShot>>;
    /// Carries a plan out and ends the job: sequences are made or kept with the set's visibility and tags, pictures get
    /// sequence, rank and computed heading; duplicates become `Duplicate`, their files carry the rejection
    /// `capture_duplicate` (severity info), their jobs are dropped and `Destroy` jobs enqueued; sequences of the set that
    /// the plan does not name become `Deleted`; `Refresh` is enqueued for every sequence of the plan; the set is
    /// `dispatched`. A picture deleted since the plan was made is left out; if for that reason (or because a sequence was
    /// deleted) a picture has no place yet, the set is not dispatched and the job is asked for again. `fresh` makes ids for jobs.
    async fn apply_dispatch(
        &self,
        lease: &Lease,
        plan: &DispatchPlan,
        fresh: &(dyn Fn() -> JobId + Send + Sync),
    ) -> Result<bool>;

    /// The published pictures of a sequence, whoever may see them, in order.
    async fn summary_points(&self, id: SequenceId) -> Result<Vec<SummaryPoint>>;
    /// Stores a sequence's summary and the cells it covers, and ends the job. The sequence is `Ready` when none of its
    /// pictures is waiting, else `Waiting`; `Deleted` stays.
    async fn store_summary(
        &self,
        lease: &Lease,
        id: SequenceId,
        summarised: &Summarised,
        now: Timestamp,
    ) -> Result<bool>;

    /// Deletes a sequence with its pictures, as [`super::Pictures::delete_picture`] does each. False if there is none.
    async fn delete_sequence(
        &self,
        id: SequenceId,
        fresh: &(dyn Fn() -> JobId + Send + Sync),
        now: Timestamp,
    ) -> Result<bool>;
}
