//! What people change of what is shown, and its history.

use async_trait::async_trait;
use jiff::Timestamp;
use uuid::Uuid;

use crate::{
    Result,
    model::{
        AccountId, Annotation, AnnotationId, Edit, EditChange, EditId, EditReceipt, Editable, HistoryOf, JobId,
        NewEdit, Selection,
    },
};

/// Edits. Who may make them is the caller's to decide.
#[async_trait]
pub trait Edits: Send + Sync {
    /// Makes an edit, and its record, in one transaction with what follows: the served files of pictures whose heading,
    /// pose, position or time changed follow by a `Redact` job; who sees a picture is settled anew where its position or a
    /// visibility changed; a sequence is summed up anew where that changes its sum; `updated_at` moves of everything that
    /// changed and of its sequence. A value that is there already is no change, and without any change there is no edit.
    /// Wishes that have `expected` are granted field by field, where that is what is there. What an edit undoes can be undone
    /// once. `fresh` makes ids for jobs.
    async fn edit(&self, new: &NewEdit, fresh: &(dyn Fn() -> JobId + Send + Sync)) -> Result<EditReceipt>;
    /// By id.
    async fn find_edit(&self, id: EditId) -> Result<Option<Edit>>;
    /// What an edit changed, in order, each with its place, after this place. What was deleted since is left out.
    async fn edit_changes(&self, id: EditId, after: i64, limit: i64) -> Result<Vec<(i64, EditChange)>>;
    /// What became of one thing in so many edits, the latest first, before this edit.
    async fn history(
        &self,
        of: HistoryOf,
        before: Option<(Timestamp, EditId)>,
        limit: i64,
    ) -> Result<Vec<(Edit, EditChange)>>;
    /// An account's edits, the latest first, before this one.
    async fn edits_by(&self, account: AccountId, before: Option<(Timestamp, EditId)>, limit: i64) -> Result<Vec<Edit>>;
    /// The edits of an account's run that are not undone, the latest first.
    async fn edits_of_run(&self, account: AccountId, run: Uuid, limit: i64) -> Result<Vec<Edit>>;
    /// By id. Whoever sees its picture may see it.
    async fn annotation(&self, id: AnnotationId) -> Result<Option<Annotation>>;
    /// The pictures of a selection that are in a sequence and neither broken nor gone, each once, by sequence and rank.
    async fn editable(&self, selection: &Selection, limit: i64) -> Result<Vec<Editable>>;
}
