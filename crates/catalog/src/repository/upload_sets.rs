//! Upload sets and the files sent to them.

use async_trait::async_trait;
use jiff::Timestamp;

use crate::{
    Result,
    model::{
        AccountId, ChangeOfSet, FileRecord, JobId, NewUploadSet, Receipt, ReceivedFile, RefusedFile, SequenceId,
        UploadSet, UploadSetId, UploadSetState,
    },
};

/// Upload sets.
#[async_trait]
pub trait UploadSets: Send + Sync {
    /// Makes an upload set.
    async fn create_upload_set(&self, new: NewUploadSet) -> Result<UploadSet>;
    /// Makes a set together with the one sequence that its files are placed in, which nobody but its owner sees before there is
    /// something to see. The set is complete from the beginning: whatever comes is sorted in.
    /// [`crate::CatalogError::Conflict`] if an id is taken.
    async fn begin_sequence(&self, new: NewUploadSet, sequence: SequenceId) -> Result<UploadSet>;
    /// By id, unless it was deleted.
    async fn upload_set(&self, id: UploadSetId) -> Result<Option<UploadSet>>;
    /// The set with its counts and sequences. `preparing` counts pictures whose job is leased at `now`.
    async fn upload_set_state(&self, id: UploadSetId, now: Timestamp) -> Result<Option<UploadSetState>>;
    /// An account's sets, the newest first.
    async fn upload_sets(&self, account: AccountId, limit: i64) -> Result<Vec<UploadSet>>;
    /// How many sets an account has that were made since then.
    async fn upload_sets_since(&self, account: AccountId, since: Timestamp) -> Result<i64>;

    /// Changes what a set is to be: its title, tags, visibility, and how it is sorted and split. Nothing else of it changes. Its
    /// sequences and pictures that are shown as the set was are shown as it is now; a complete set is dispatched anew, if
    /// that makes a difference. None if there is no such set. `fresh` makes ids for jobs.
    async fn revise_upload_set(
        &self,
        id: UploadSetId,
        change: &ChangeOfSet<'_>,
        fresh: &(dyn Fn() -> JobId + Send + Sync),
        now: Timestamp,
    ) -> Result<Option<UploadSet>>;

    /// Accepts a stored file as a picture, in one transaction with: its line in the set's list of files, its `Process`
    /// job (`job`), and, when the set has now as many files as estimated, completion as in
    /// [`Self::complete_upload_set`]. If the set was complete before, it is not dispatched any more, and its dispatch is asked for
    /// again.
    ///
    /// Refused (nothing is stored but, for `Duplicate` and `InExcludedArea`, a line in the list of files, which counts towards completion)
    /// when the set or the instance already has these bytes, or the set has an accepted file of this name, or a picture has
    /// or had this id, or it was taken in an excluded area. A refused file of the same name is replaced. What is checked first
    /// decides: the id, the same bytes in the set, then the name, then the same bytes elsewhere, then the place. The same bytes under the same id, sent by the same account
    /// to the same set, are `Repeated`.
    ///
    /// With a place, the picture is in that sequence from the beginning, and its name in the set begins with its position,
    /// of six digits, and an underscore; a position that is taken is `NameTaken`, a sequence that is gone or of another set
    /// `NoSuchSet`.
    ///
    /// The same bytes from their owner with other overrides than before correct the picture, whatever set it is in, and are
    /// `Corrected`: its files follow by a `Redact` job, and its set is dispatched anew if it was complete. `jobs` are fresh ids for the jobs this may make.
    async fn receive_file(&self, file: ReceivedFile, jobs: [JobId; 3]) -> Result<Receipt>;

    /// Notes a refused file. It counts as received. A refused file of the same name is replaced, an accepted one is
    /// kept. Answers false if there is no such set. `job` is a fresh id, should this complete the set.
    async fn refuse_file(&self, file: RefusedFile, job: JobId) -> Result<bool>;

    /// The set's files in the order in which they came, after the first `offset`, each with how far its picture is.
    async fn files(&self, id: UploadSetId, offset: i64, limit: i64) -> Result<Vec<FileRecord>>;

    /// Says that all files have come: the set is completed and its `Dispatch` job is enqueued. Doing it again changes
    /// nothing. `None` if there is no such set.
    async fn complete_upload_set(&self, id: UploadSetId, job: JobId, now: Timestamp) -> Result<Option<UploadSet>>;

    /// Deletes a set with its sequences and pictures, as [`super::Pictures::delete_picture`] does each. False if there
    /// is no such set.
    async fn delete_upload_set(
        &self,
        id: UploadSetId,
        fresh: &(dyn Fn() -> JobId + Send + Sync),
        now: Timestamp,
    ) -> Result<bool>;
}
