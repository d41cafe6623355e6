//! Where accounts are written to.

use async_trait::async_trait;
use jiff::Timestamp;
use uuid::Uuid;

use super::{
    Connection, Store, commit,
    dialect::{FOR_UPDATE, SKIP_LOCKED},
    erasure::assert_not_erased,
};
use crate::{
    Addresses, Result,
    model::{AccountId, AddressNotice, MailAddress, NewMailAddress, NoticeOutcome},
    stored::rows::{micros, time},
};

const COLUMNS: &str = "account_id, address, request, asked_at, confirmed_at";

#[derive(sqlx::FromRow)]
struct AddressRow {
    account_id: AccountId,
    address: String,
    request: Uuid,
    asked_at: i64,
    confirmed_at: Option<i64>,
}

#[derive(sqlx::FromRow)]
struct TakenRow {
    #[sqlx(flatten)]
    address: AddressRow,
    attempts: i64,
}

impl AddressRow {
    fn address(self) -> Result<MailAddress> {
        Ok(MailAddress {
            account: self.account_id,
            address: self.address,
            request: self.request,
            asked_at: time(self.asked_at)?,
            confirmed_at: self.confirmed_at.map(time).transpose()?,
        })
    }
}

/// An account's address.
pub async fn of(connection: &mut Connection, account: AccountId) -> Result<Option<MailAddress>> {
    let sql = format!("SELECT {COLUMNS} FROM mail_addresses WHERE account_id = $1");
    let row: Option<AddressRow> =
        sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(account).fetch_optional(connection).await?;
    row.map(AddressRow::address).transpose()
}

#[async_trait]
impl Addresses for Store {
    async fn mail_address(&self, account: AccountId) -> Result<Option<MailAddress>> {
        of(&mut *self.readers.acquire().await?, account).await
    }

    async fn give_mail_address(&self, new: NewMailAddress) -> Result<bool> {
        let mut tx = self.write().await?;
        assert_not_erased(&mut tx, new.account).await?;
        let given = sqlx::query(
            "INSERT INTO mail_addresses (account_id, address, request, key_sha256, asked_at, due_at)
             VALUES ($1, $2, $3, $4, $5, $5)
             ON CONFLICT (account_id) DO UPDATE SET address = excluded.address, request = excluded.request,
                 key_sha256 = excluded.key_sha256, asked_at = excluded.asked_at, confirmed_at = NULL,
                 due_at = excluded.due_at, attempts = 0
             WHERE mail_addresses.confirmed_at IS NULL OR mail_addresses.address <> excluded.address",
        )
        .bind(new.account)
        .bind(new.address)
        .bind(new.request)
        .bind(new.key_sha256)
        .bind(micros(new.at))
        .execute(&mut *tx)
        .await?;
        commit(tx).await?;
        Ok(given.rows_affected() == 1)
    }

    async fn drop_mail_address(&self, account: AccountId) -> Result<bool> {
        let dropped =
            sqlx::query("DELETE FROM mail_addresses WHERE account_id = $1").bind(account).execute(&self.writer).await?;
        Ok(dropped.rows_affected() == 1)
    }

    async fn confirm_mail_address(
        &self,
        key_sha256: &[u8],
        oldest: Timestamp,
        now: Timestamp,
    ) -> Result<Option<MailAddress>> {
        let sql = format!(
            "UPDATE mail_addresses SET confirmed_at = COALESCE(confirmed_at, $3), due_at = NULL
             WHERE key_sha256 = $1 AND (confirmed_at IS NOT NULL OR asked_at >= $2) RETURNING {COLUMNS}"
        );
        let row: Option<AddressRow> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
            .bind(key_sha256)
            .bind(micros(oldest))
            .bind(micros(now))
            .fetch_optional(&self.writer)
            .await?;
        row.map(AddressRow::address).transpose()
    }

    async fn refuse_mail_address(&self, key_sha256: &[u8]) -> Result<Option<MailAddress>> {
        let sql = format!("DELETE FROM mail_addresses WHERE key_sha256 = $1 RETURNING {COLUMNS}");
        let row: Option<AddressRow> =
            sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(key_sha256).fetch_optional(&self.writer).await?;
        row.map(AddressRow::address).transpose()
    }

    async fn take_address_notice(&self, until: Timestamp, now: Timestamp) -> Result<Option<AddressNotice>> {
        // Looked for among the readers first: most often there is none, and writers do not wait for that.
        let due = "SELECT account_id FROM mail_addresses WHERE due_at <= $1 ORDER BY due_at LIMIT 1";
        let any: Option<AccountId> = sqlx::query_scalar(due).bind(micros(now)).fetch_optional(&self.readers).await?;
        if any.is_none() {
            return Ok(None);
        }
        let sql = format!(
            "UPDATE mail_addresses SET due_at = $2 WHERE account_id = ({due} {FOR_UPDATE} {SKIP_LOCKED})
             RETURNING {COLUMNS}, attempts"
        );
        let taken: Option<TakenRow> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
            .bind(micros(now))
            .bind(micros(until))
            .fetch_optional(&self.writer)
            .await?;
        taken
            .map(|TakenRow { address, attempts }| {
                Ok(AddressNotice { address: address.address()?, attempts, held_until: until })
            })
            .transpose()
    }

    async fn note_address_notice(&self, notice: &AddressNotice, outcome: NoticeOutcome) -> Result<bool> {
        let due_at = match outcome {
            NoticeOutcome::Mailed | NoticeOutcome::Dropped => None,
            NoticeOutcome::Later(at) => Some(micros(at)),
        };
        let noted = sqlx::query(
            "UPDATE mail_addresses SET due_at = $4, attempts = attempts + CASE WHEN $5 THEN 1 ELSE 0 END
             WHERE account_id = $1 AND request = $2 AND due_at = $3",
        )
        .bind(notice.address.account)
        .bind(notice.address.request)
        .bind(micros(notice.held_until))
        .bind(due_at)
        .bind(due_at.is_some())
        .execute(&self.writer)
        .await?;
        Ok(noted.rows_affected() == 1)
    }

    async fn forget_unconfirmed_addresses(&self, oldest: Timestamp) -> Result<u64> {
        let forgotten = sqlx::query("DELETE FROM mail_addresses WHERE confirmed_at IS NULL AND asked_at < $1")
            .bind(micros(oldest))
            .execute(&self.writer)
            .await?;
        Ok(forgotten.rows_affected())
    }
}
