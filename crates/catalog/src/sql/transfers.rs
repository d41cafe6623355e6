//! Sequences brought here from other instances.

use async_trait::async_trait;
use jiff::Timestamp;

use super::{Connection, Store, at_least_none, commit, dialect::FOR_UPDATE, erasure, explain, jobs};
use crate::{
    CatalogError, Result, Transfers,
    model::{
        AccountId, JobId, JobKind, Lease, NewTransfer, SequenceId, Transfer, TransferId, TransferProgress,
        TransferReceipt, TransferStatus, UploadSetId,
    },
    signals::Topic,
    stored::rows::{micros, named, time},
};

/// The columns of [`TransferRow`].
pub const TRANSFER: &str =
    "id, account_id, location, sequence_id, status, wanted, taken, left_out, message, created_at, updated_at";
const IS_OPEN: &str = "status IN ('waiting', 'running')";

#[derive(sqlx::FromRow)]
/// A transfer as it is stored.
pub struct TransferRow {
    id: TransferId,
    account_id: AccountId,
    location: String,
    sequence_id: SequenceId,
    status: String,
    wanted: Option<i64>,
    taken: i64,
    left_out: i64,
    message: Option<String>,
    created_at: i64,
    updated_at: i64,
}

impl TransferRow {
    pub fn transfer(self) -> Result<Transfer> {
        Ok(Transfer {
            options: NewTransfer {
                id: self.id,
                account: self.account_id,
                location: self.location,
                sequence: self.sequence_id,
                created_at: time(self.created_at)?,
            },
            status: named(&self.status)?,
            progress: TransferProgress {
                wanted: self.wanted,
                taken: self.taken,
                left_out: self.left_out,
                message: self.message,
            },
            updated_at: time(self.updated_at)?,
        })
    }
}

/// Forgets an account's transfers, and gives up those that are open.
pub async fn forget_of(connection: &mut Connection, account: AccountId) -> Result<()> {
    for sql in [
        "DELETE FROM jobs WHERE kind = 'transfer' AND subject IN (SELECT id FROM transfers WHERE account_id = $1)",
        "DELETE FROM transfers WHERE account_id = $1",
    ] {
        sqlx::query(sql).bind(account).execute(&mut *connection).await?;
    }
    Ok(())
}

/// Writes down how far an open transfer is. False if there is none.
async fn update(
    connection: &mut Connection,
    id: TransferId,
    status: TransferStatus,
    progress: &TransferProgress,
    now: Timestamp,
) -> Result<bool> {
    let sql = format!(
        "UPDATE transfers SET status = $2, wanted = $3, taken = $4, left_out = $5, message = $6, updated_at = $7
         WHERE id = $1 AND {IS_OPEN}"
    );
    let updated = sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(id)
        .bind(status.as_str())
        .bind(progress.wanted)
        .bind(progress.taken)
        .bind(progress.left_out)
        .bind(&progress.message)
        .bind(micros(now))
        .execute(connection)
        .await?;
    Ok(updated.rows_affected() == 1)
}

#[async_trait]
impl Transfers for Store {
    async fn begin_transfer(&self, new: &NewTransfer, most: i64, job: JobId) -> Result<TransferReceipt> {
        let mut tx = self.write().await?;
        // Holds the account, so that of two begun at once the second sees the first.
        erasure::assert_not_erased(&mut tx, new.account).await?;
        // The latest of this account, and whether there is more to come; then whatever else has the identifier.
        let earlier: Option<(TransferId, bool)> = sqlx::query_as(
            "SELECT id, status = 'failed' OR status = 'finished' AND left_out > 0 FROM transfers WHERE account_id = $1 AND sequence_id = $2
             ORDER BY created_at DESC, id DESC LIMIT 1",
        )
        .bind(new.account)
        .bind(new.sequence)
        .fetch_optional(&mut *tx)
        .await?;
        let here: Option<(bool, bool)> = sqlx::query_as(
            "SELECT s.status = 'deleted', EXISTS (
                 SELECT 1 FROM transfers t WHERE t.id = s.upload_set_id AND t.account_id = $2)
             FROM sequences s WHERE s.id = $1",
        )
        .bind(new.sequence)
        .bind(new.account)
        .fetch_optional(&mut *tx)
        .await?;
        match (here, earlier) {
            (Some((true, _) | (_, false)), _) => return Ok(TransferReceipt::AlreadyHere),
            (_, Some((id, false))) => return Ok(TransferReceipt::Earlier(id)),
            _ => {}
        }
        let sql = format!("SELECT COUNT(*) FROM transfers WHERE account_id = $1 AND {IS_OPEN}");
        let open: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).bind(new.account).fetch_one(&mut *tx).await?;
        if open >= most {
            return Ok(TransferReceipt::TooMany);
        }
        let inserted = sqlx::query(
            "INSERT INTO transfers (id, account_id, location, sequence_id, status, created_at, updated_at)
             VALUES ($1, $2, $3, $4, 'waiting', $5, $5)",
        )
        .bind(new.id)
        .bind(new.account)
        .bind(&new.location)
        .bind(new.sequence)
        .bind(micros(new.created_at))
        .execute(&mut *tx)
        .await
        .map_err(|error| explain(error, "the transfer", "the account"));
        match inserted {
            Ok(_) => {}
            Err(CatalogError::Conflict(_)) => return Ok(TransferReceipt::UnderWay),
            Err(error) => return Err(error),
        }
        jobs::ask(&mut tx, job, JobKind::Transfer, new.id.0, new.created_at).await?;
        self.announce(tx, &[Topic::Jobs]).await?;
        Ok(TransferReceipt::Begun)
    }

    async fn transfer(&self, id: TransferId) -> Result<Option<Transfer>> {
        let sql = format!("SELECT {TRANSFER} FROM transfers WHERE id = $1");
        sqlx::query_as::<_, TransferRow>(sqlx::AssertSqlSafe(sql))
            .bind(id)
            .fetch_optional(&self.readers)
            .await?
            .map(TransferRow::transfer)
            .transpose()
    }

    async fn transfers(&self, account: AccountId, open: bool, limit: i64) -> Result<Vec<Transfer>> {
        let open = if open { IS_OPEN } else { "TRUE" };
        let sql = format!(
            "SELECT {TRANSFER} FROM transfers WHERE account_id = $1 AND {open} ORDER BY created_at DESC, id DESC LIMIT +$2"
        );
        sqlx::query_as::<_, TransferRow>(sqlx::AssertSqlSafe(sql))
            .bind(account)
            .bind(at_least_none(limit))
            .fetch_all(&self.readers)
            .await?
            .into_iter()
            .map(TransferRow::transfer)
            .collect()
    }

    async fn transferred_into(&self, sequence: SequenceId) -> Result<Option<UploadSetId>> {
        Ok(sqlx::query_scalar("SELECT upload_set_id FROM sequences WHERE id = $1")
            .bind(sequence)
            .fetch_optional(&self.readers)
            .await?)
    }

    async fn note_transfer(&self, lease: &Lease, progress: &TransferProgress, now: Timestamp) -> Result<bool> {
        let mut tx = self.write().await?;
        let sql = format!("SELECT id FROM jobs WHERE id = $1 AND token = $2 AND status = 'leased' {FOR_UPDATE}");
        let held: Option<JobId> = sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
            .bind(lease.job)
            .bind(lease.token)
            .fetch_optional(&mut *tx)
            .await?;
        if held.is_none() {
            return Ok(false);
        }
        let noted = update(&mut tx, TransferId(lease.subject), TransferStatus::Running, progress, now).await?;
        commit(tx).await?;
        Ok(noted)
    }

    async fn end_transfer(
        &self,
        lease: &Lease,
        finished: bool,
        progress: &TransferProgress,
        now: Timestamp,
    ) -> Result<bool> {
        let mut tx = self.write().await?;
        if !jobs::end(&mut tx, lease, JobKind::Transfer, lease.subject).await? {
            return Ok(false);
        }
        let status = if finished { TransferStatus::Finished } else { TransferStatus::Failed };
        update(&mut tx, TransferId(lease.subject), status, progress, now).await?;
        commit(tx).await?;
        Ok(true)
    }

    async fn stop_transfer(&self, id: TransferId, message: &str, now: Timestamp) -> Result<bool> {
        let mut tx = self.write().await?;
        // The job first, as whoever does it takes the two.
        jobs::forget(&mut tx, JobKind::Transfer, id.0).await?;
        let sql = format!(
            "UPDATE transfers SET status = 'failed', message = $2, updated_at = $3 WHERE id = $1 AND {IS_OPEN}"
        );
        let stopped =
            sqlx::query(sqlx::AssertSqlSafe(sql)).bind(id).bind(message).bind(micros(now)).execute(&mut *tx).await?;
        commit(tx).await?;
        Ok(stopped.rows_affected() == 1)
    }
}
