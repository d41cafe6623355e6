//! Texts that administrators write for everybody, and who agreed to which.

use async_trait::async_trait;
use jiff::Timestamp;

use crate::{
    Result,
    model::{AccountId, PageName, PageSummary, PageText, TermsAnswer, TermsState},
};

/// Pages, and the terms of service among them.
#[async_trait]
pub trait Pages: Send + Sync {
    /// Pages of which there is a text, in the order of [`PageName::ALL`].
    async fn pages(&self) -> Result<Vec<PageSummary>>;
    /// The text in force in a language.
    async fn page(&self, name: PageName, language: &str) -> Result<Option<PageText>>;
    /// Puts another text in force, or none. The first text of a page publishes it. What was in force before stays on record;
    /// false: there was none to be taken away.
    async fn write_page(
        &self,
        name: PageName,
        language: &str,
        html: Option<&str>,
        by: AccountId,
        now: Timestamp,
    ) -> Result<bool>;
    /// Publishes a page anew, for people to read it again. Its version; none: there is no text.
    async fn publish_page(&self, name: PageName, by: AccountId, now: Timestamp) -> Result<Option<i64>>;
    /// How an account stands to the terms of service. They are in force while there is a text.
    async fn terms(&self, account: AccountId) -> Result<TermsState>;
    /// Notes that an account read the terms in force, and agrees to them if `accepted`. What was agreed to stays so. None:
    /// there are no terms.
    async fn answer_terms(&self, account: AccountId, accepted: bool, now: Timestamp) -> Result<Option<TermsState>>;
    /// All that an account said of the terms, the first version first.
    async fn terms_answers(&self, account: AccountId) -> Result<Vec<TermsAnswer>>;
}
