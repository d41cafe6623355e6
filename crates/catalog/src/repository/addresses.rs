//! Where accounts are written to.

use async_trait::async_trait;
use jiff::Timestamp;

use crate::{
    Result,
    model::{AccountId, AddressNotice, MailAddress, NewMailAddress, NoticeOutcome},
};

/// Mail addresses of accounts. An account has one at most, and nothing is told there before whoever reads mails there confirmed it.
#[async_trait]
pub trait Addresses: Send + Sync {
    /// An account's address.
    async fn mail_address(&self, account: AccountId) -> Result<Option<MailAddress>>;
    /// Gives an account an address in place of the one it had; the mail that asks there is due at once. The same address again
    /// stays confirmed, if it was, and as it is: false. [`crate::CatalogError::Missing`] if the account is gone.
    async fn give_mail_address(&self, new: NewMailAddress) -> Result<bool>;
    /// Takes an account's address away. False if it had none.
    async fn drop_mail_address(&self, account: AccountId) -> Result<bool>;
    /// Confirms the address of a key that was mailed since `oldest`, or was confirmed before. What it is now, or none if there
    /// is no such key any more.
    async fn confirm_mail_address(
        &self,
        key_sha256: &[u8],
        oldest: Timestamp,
        now: Timestamp,
    ) -> Result<Option<MailAddress>>;
    /// Takes the address of a key away, confirmed or not. What it was.
    async fn refuse_mail_address(&self, key_sha256: &[u8]) -> Result<Option<MailAddress>>;
    /// Takes the mail that asks for a confirmation and is due the longest. Nobody else takes it before `until`.
    async fn take_address_notice(&self, until: Timestamp, now: Timestamp) -> Result<Option<AddressNotice>>;
    /// Notes what came of it. False if somebody else took it since, or the address is another.
    async fn note_address_notice(&self, notice: &AddressNotice, outcome: NoticeOutcome) -> Result<bool>;
    /// Forgets addresses that were given before `oldest` and never confirmed; answers how many.
    async fn forget_unconfirmed_addresses(&self, oldest: Timestamp) -> Result<u64>;
}
