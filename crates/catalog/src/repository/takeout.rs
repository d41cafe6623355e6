//! All that is held on one account, page by page.

use async_trait::async_trait;
use jiff::Timestamp;

use crate::{
    Result,
    model::{
        AccountId, AccountTraces, EditChange, EditId, Objects, OwnCounts, OwnPicture, OwnPlace, PictureId, Redaction,
        RedactionId, ReportEvent, ReportId, Sequence, SequencePlace, Transfer, TransferId, UploadSet, UploadSetId,
    },
};

/// What an account takes along. Each page is a few queries, however many pictures are on it; nothing that was deleted is on one.
#[async_trait]
pub trait Takeout: Send + Sync {
    /// How many pictures an account has, or one of its sets, by how far they are.
    async fn own_counts(&self, account: AccountId, set: Option<UploadSetId>) -> Result<OwnCounts>;
    /// What lets somebody act for an account and is listed nowhere else, and the pages that it wrote. No secret, no hash of one.
    async fn traces(&self, account: AccountId) -> Result<AccountTraces>;
    /// An account's sets, the oldest first, after this one.
    async fn own_sets(
        &self,
        account: AccountId,
        after: Option<(Timestamp, UploadSetId)>,
        limit: i64,
    ) -> Result<Vec<UploadSet>>;
    /// An account's sequences, or those of one of its sets, in whatever state, in the order in which they were made, after this
    /// one.
    async fn own_sequences(
        &self,
        account: AccountId,
        set: Option<UploadSetId>,
        after: Option<SequencePlace>,
        limit: i64,
    ) -> Result<Vec<Sequence>>;
    /// An account's pictures, or those of one of its sets, in whatever state: set by set, the oldest set first, by identifier in
    /// each; after this place. Links lead to what the account may see.
    async fn own_pictures(
        &self,
        account: AccountId,
        set: Option<UploadSetId>,
        after: Option<OwnPlace>,
        limit: i64,
    ) -> Result<Vec<OwnPicture>>;
    /// The objects that published pictures among these have now, in no order.
    async fn objects_of(&self, pictures: &[PictureId]) -> Result<Vec<(PictureId, Objects)>>;
    /// What was asked of the redaction of these pictures, the oldest first.
    async fn redactions_of(&self, pictures: &[PictureId]) -> Result<Vec<Redaction>>;
    /// What these edits changed, in the order of each.
    async fn changes_of_edits(&self, edits: &[EditId]) -> Result<Vec<(EditId, EditChange)>>;
    /// All that was done about these reports, in the order of each.
    async fn events_of_reports(&self, reports: &[ReportId]) -> Result<Vec<ReportEvent>>;
    /// What an account said and decided about reports, the latest first, before this (time, report and place).
    async fn decisions_of(
        &self,
        account: AccountId,
        before: Option<(Timestamp, ReportId, i64)>,
        limit: i64,
    ) -> Result<Vec<ReportEvent>>;
    /// Redactions of other accounts' pictures that an account asked for, or asked to undo, by identifier, after this one.
    async fn redactions_by(&self, account: AccountId, after: Option<RedactionId>, limit: i64)
    -> Result<Vec<Redaction>>;
    /// An account's transfers, the oldest first, after this one.
    async fn own_transfers(
        &self,
        account: AccountId,
        after: Option<(Timestamp, TransferId)>,
        limit: i64,
    ) -> Result<Vec<Transfer>>;
}
