//! Erasing accounts.
//!
//! What lets someone act for the account goes in one transaction; its pictures go in steps, set by set, so that nobody waits
//! for an account of a hundred thousand. No set can come after: whoever makes one holds the account's row
//! ([`assert_not_erased`]) and finds it erased, or is waited for.

use async_trait::async_trait;
use jiff::Timestamp;

use super::{Connection, Store, dialect::FOR_UPDATE, jobs, transfers, upload_sets, webhooks};
use crate::{
    CatalogError, Erasure, Result,
    model::{AccountId, Erased, JobId, JobKind, Lease, Sweep, UploadSetId},
    signals::Topic,
    stored::rows::micros,
};

/// Edits forgotten in one step.
const EDITS_AT_ONCE: i64 = 500;

/// Keeps the account from being erased until the end of the transaction. [`CatalogError::Missing`] if it was before.
pub async fn assert_not_erased(connection: &mut Connection, id: AccountId) -> Result<()> {
    let sql = format!("SELECT erased_at IS NULL FROM accounts WHERE id = $1 {FOR_UPDATE}");
    let there: Option<bool> = sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).bind(id).fetch_optional(connection).await?;
    if there == Some(true) { Ok(()) } else { Err(CatalogError::Missing("the account")) }
}

/// Forgets whatever lets someone act for the account, and what it chose for itself.
async fn forget_credentials(connection: &mut Connection, id: AccountId) -> Result<()> {
    for sql in [
        "DELETE FROM tokens WHERE account_id = $1",
        "DELETE FROM sessions WHERE account_id = $1",
        "DELETE FROM logins WHERE account_id = $1",
        "DELETE FROM mail_addresses WHERE account_id = $1",
        "DELETE FROM areas WHERE account_id = $1",
        "DELETE FROM area_sweeps WHERE owner = $1",
    ] {
        sqlx::query(sql).bind(id).execute(&mut *connection).await?;
    }
    transfers::forget_of(connection, id).await?;
    webhooks::forget_of(connection, id).await?;
    jobs::forget(connection, JobKind::Areas, id.0).await
}

/// Forgets up to so many edits by the account of which nothing is left; answers how many.
async fn forget_edits(connection: &mut Connection, id: AccountId, most: i64) -> Result<u64> {
    let sql = "DELETE FROM edits WHERE id IN (
                   SELECT e.id FROM edits e WHERE e.account_id = $1
                       AND NOT EXISTS (SELECT 1 FROM edit_changes c WHERE c.edit_id = e.id)
                   LIMIT +$2)";
    Ok(sqlx::query(sql).bind(id).bind(most).execute(connection).await?.rows_affected())
}

/// Reports are kept, as what was decided about others' pictures, but not who made them.
async fn forget_reporter(connection: &mut Connection, id: AccountId) -> Result<()> {
    sqlx::query(
        "UPDATE reports SET reporter_id = NULL, reporter_email = NULL,
             reporter_key = CASE WHEN closed_at IS NULL THEN reporter_key ELSE '' END
         WHERE reporter_id = $1",
    )
    .bind(id)
    .execute(connection)
    .await?;
    Ok(())
}

#[async_trait]
impl Erasure for Store {
    async fn erase_account(&self, id: AccountId, job: JobId, now: Timestamp) -> Result<Erased> {
        let mut tx = self.write().await?;
        // Two of the last administrators who leave at once do it one after the other.
        let sql = format!("SELECT id FROM accounts WHERE admin AND erased_at IS NULL ORDER BY id {FOR_UPDATE}");
        let admins: Vec<AccountId> = sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_all(&mut *tx).await?;
        if admins == [id] {
            return Ok(Erased::LastAdministrator);
        }
        sqlx::query(
            "DELETE FROM invites WHERE lower(name) = (SELECT name_key FROM accounts WHERE id = $1 AND erased_at IS NULL)",
        )
        .bind(id)
        .execute(&mut *tx)
        .await?;
        let nameless = format!("erased-{id}");
        let erased = sqlx::query(
            "UPDATE accounts SET name = $2, name_key = $2, admin = FALSE, collaborative_metadata = NULL,
                 default_visibility = NULL, license = NULL, attribution = NULL, erased_at = $3
             WHERE id = $1 AND erased_at IS NULL",
        )
        .bind(id)
        .bind(nameless)
        .bind(micros(now))
        .execute(&mut *tx)
        .await?;
        if erased.rows_affected() == 0 {
            return Ok(Erased::Missing);
        }
        forget_credentials(&mut tx, id).await?;
        jobs::ask(&mut tx, job, JobKind::Erase, id.0, now).await?;
        self.announce(tx, &Topic::ALL).await?;
        Ok(Erased::Begun)
    }

    async fn erase_more(
        &self,
        lease: &Lease,
        most: i64,
        fresh: &(dyn Fn() -> JobId + Send + Sync),
        now: Timestamp,
    ) -> Result<Sweep> {
        let id = AccountId(lease.subject);
        let mut tx = self.write().await?;
        // Of two at once, one of whom lost the lease, one waits for the other.
        let sql = format!("SELECT erased_at IS NOT NULL FROM accounts WHERE id = $1 {FOR_UPDATE}");
        let erased: Option<bool> =
            sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).bind(id).fetch_optional(&mut *tx).await?;
        if erased != Some(true) {
            return Err(CatalogError::Missing("the erased account"));
        }
        let set: Option<UploadSetId> = sqlx::query_scalar(
            "SELECT id FROM upload_sets WHERE account_id = $1 AND NOT deleted ORDER BY created_at, id LIMIT 1",
        )
        .bind(id)
        .fetch_optional(&mut *tx)
        .await?;
        if let Some(set) = set {
            upload_sets::bury_some(&mut tx, set, most.max(1), fresh, now).await?;
        } else if forget_edits(&mut tx, id, EDITS_AT_ONCE).await? == 0 {
            // What somebody made for it who had begun before it was erased.
            forget_credentials(&mut tx, id).await?;
            forget_reporter(&mut tx, id).await?;
            if !jobs::end(&mut tx, lease, JobKind::Erase, lease.subject).await? {
                return Ok(Sweep::Lost);
            }
            self.announce(tx, &Topic::ALL).await?;
            return Ok(Sweep::Done);
        }
        self.announce(tx, &Topic::ALL).await?;
        Ok(Sweep::Going)
    }
}
