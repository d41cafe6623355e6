//! How much accounts have, and may have.

use async_trait::async_trait;

use super::Store;
use crate::{
    Quotas, Result,
    model::{AccountId, Quota, Usage},
};

#[async_trait]
impl Quotas for Store {
    async fn usage(&self, account: AccountId) -> Result<Usage> {
        // By its sets: no index leads from accounts to pictures, and each one costs every picture some bytes.
        let (pictures, bytes, coming, coming_bytes): (i64, i64, i64, i64) = sqlx::query_as(
            "SELECT COUNT(*), CAST(COALESCE(SUM(p.size), 0) AS BIGINT),
                 (SELECT COUNT(*) FROM uploads c WHERE c.account_id = $1 AND c.outcome IS NULL),
                 (SELECT CAST(COALESCE(SUM(c.length), 0) AS BIGINT) FROM uploads c
                  WHERE c.account_id = $1 AND c.outcome IS NULL)
             FROM upload_sets u JOIN pictures p ON p.upload_set_id = u.id
             WHERE u.account_id = $1 AND NOT u.deleted AND p.status <> 'deleted'",
        )
        .bind(account)
        .fetch_one(&self.readers)
        .await?;
        Ok(Usage { pictures: pictures + coming, bytes: bytes + coming_bytes })
    }

    async fn quota(&self, account: AccountId) -> Result<Quota> {
        let quota = sqlx::query_as("SELECT most_pictures, most_bytes FROM accounts WHERE id = $1")
            .bind(account)
            .fetch_optional(&self.readers)
            .await?;
        Ok(quota.unwrap_or_default())
    }

    async fn set_quota(&self, account: AccountId, quota: Quota) -> Result<bool> {
        let set =
            sqlx::query("UPDATE accounts SET most_pictures = $2, most_bytes = $3 WHERE id = $1 AND erased_at IS NULL")
                .bind(account)
                .bind(quota.pictures)
                .bind(quota.bytes)
                .execute(&self.writer)
                .await?;
        Ok(set.rows_affected() == 1)
    }
}
