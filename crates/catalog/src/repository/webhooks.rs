//! Programs elsewhere that are told what changes.

use async_trait::async_trait;
use jiff::Timestamp;
use uuid::Uuid;

use crate::{
    Result,
    model::{AccountId, HeldWebhook, NewWebhook, Telling, Webhook, WebhookId},
};

/// Webhooks, and how far each was told.
#[async_trait]
pub trait Webhooks: Send + Sync {
    /// Makes a webhook, unless the account has `most`: then it is false. [`crate::CatalogError::Missing`] if the account was erased.
    async fn add_webhook(&self, new: &NewWebhook, most: i64) -> Result<bool>;
    /// By id.
    async fn webhook(&self, id: WebhookId) -> Result<Option<Webhook>>;
    /// An account's, the oldest first.
    async fn webhooks(&self, account: AccountId) -> Result<Vec<Webhook>>;
    /// Removes one. False if it is not there.
    async fn remove_webhook(&self, id: WebhookId) -> Result<bool>;
    /// Has one that was stopped be told again from where it was, at once. One that is waiting for another try has it now. False
    /// if it is not there.
    async fn resume_webhook(&self, id: WebhookId, now: Timestamp) -> Result<bool>;
    /// Takes the one that is due the longest of those that were not told up to the line `last`. Nobody else takes it before
    /// `until`.
    async fn take_webhook(
        &self,
        last: i64,
        holder: Uuid,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<Option<HeldWebhook>>;
    /// Notes what came of telling one. False if somebody else took it since, or it is gone.
    async fn note_telling(&self, held: &HeldWebhook, telling: &Telling, now: Timestamp) -> Result<bool>;
}
