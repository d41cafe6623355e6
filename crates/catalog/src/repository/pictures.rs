//! Pictures: processing them, and asking for them.

use std::collections::BTreeSet;

use async_trait::async_trait;
use flaneur_access::Viewer;
use jiff::Timestamp;

use crate::{
    Result,
    model::{
        Detection, Found, Item, JobId, Lease, Picture, PictureId, Publication, Rejection, SearchQuery, SequenceId,
    },
};

/// Pictures.
#[async_trait]
pub trait Pictures: Send + Sync {
    /// By id, whatever its state; for workers and for owners' status pages. Deleted ones are not found.
    async fn picture(&self, id: PictureId) -> Result<Option<Picture>>;
    /// A deleted or duplicate picture's row, for the job that destroys its objects.
    async fn picture_to_destroy(&self, id: PictureId) -> Result<Option<Picture>>;
    /// What was redacted in a picture.
    async fn detections(&self, id: PictureId) -> Result<Vec<Detection>>;

    /// One published picture that the viewer may see, with all its links.
    async fn item(&self, viewer: Viewer, id: PictureId) -> Result<Option<Item>>;
    /// A picture that has a place in a sequence and is not published: it waits, or could not be processed. Whoever asks decides
    /// who is told of it.
    async fn unfinished_item(&self, id: PictureId) -> Result<Option<Item>>;
    /// The same for all of a sequence, in order.
    async fn unfinished_items(&self, sequence: SequenceId, limit: i64) -> Result<Vec<Item>>;
    /// Published pictures that the viewer may see. `links.related` is filled if the query names ids.
    ///
    /// Where no index leads to what the query wants, a bounded number of pictures is looked at: then there may be fewer
    /// than the limit, with a place to go on from. If there are none at all, that is
    /// [`CatalogError::TooBroad`](crate::CatalogError::TooBroad).
    async fn search(&self, query: &SearchQuery) -> Result<Found>;
    /// Published pictures of a sequence that the viewer may see, in order, with rank above `after_rank`.
    async fn sequence_items(
        &self,
        viewer: Viewer,
        sequence: SequenceId,
        after_rank: i64,
        limit: i64,
    ) -> Result<Vec<Item>> {
        self.sequence_items_found(sequence, &SearchQuery::all(viewer, limit), after_rank).await
    }
    /// The same, of those that a search finds: by area's box, time, filter and viewer. What else the search is for does not
    /// count, nor its order.
    async fn sequence_items_found(
        &self,
        sequence: SequenceId,
        query: &SearchQuery,
        after_rank: i64,
    ) -> Result<Vec<Item>>;
    /// The rank of the last picture of a sequence that the viewer may see.
    async fn last_rank(&self, viewer: Viewer, sequence: SequenceId) -> Result<Option<i64>>;
    /// Of each of these sequences, the first picture that the viewer may see; in no order, and none of a sequence
    /// without any.
    async fn first_items(&self, viewer: Viewer, sequences: &[SequenceId]) -> Result<Vec<Item>>;

    /// Publishes: objects, size and detections are stored, the picture is `Ready`, the job is done; in the same
    /// transaction a `Destroy` job for the original and, if it is in a sequence, a `Refresh` of that are enqueued; and a
    /// `Redact` job, if what the picture says was corrected after its files were made.
    async fn publish_picture(&self, lease: &Lease, publication: Publication, jobs: [JobId; 3]) -> Result<bool>;
    /// Gives a picture up: `Broken`, its file carries the rejection, the job is done, a `Destroy` job for its original
    /// and, if it is in a sequence, a `Refresh` of that are enqueued.
    async fn break_picture(
        &self,
        lease: &Lease,
        picture: PictureId,
        rejection: Rejection,
        jobs: [JobId; 2],
        now: Timestamp,
    ) -> Result<bool>;
    /// After a `Destroy` job: the original's key is forgotten and, if the picture is deleted or a duplicate, the public
    /// objects', too; the sealed patches of one that is broken are forgotten with theirs. The job is done.
    async fn destroyed(&self, lease: &Lease, picture: PictureId) -> Result<bool>;

    /// Deletes a picture: it is a tombstone from now on, gone from every read; its jobs are dropped, its line leaves
    /// the list of files, what was read from it is forgotten; a `Destroy` job and a `Refresh` of its sequence are enqueued. False if there is no such picture.
    async fn delete_picture(&self, id: PictureId, jobs: [JobId; 2], now: Timestamp) -> Result<bool>;

    /// Of these pictures, those whose original is still to be kept: for the sweeper of orphans.
    async fn with_original(&self, ids: &[PictureId]) -> Result<BTreeSet<PictureId>>;
}
