//! What the operator chose.

use async_trait::async_trait;
use jiff::Timestamp;

use super::{Store, commit, dialect::FOR_UPDATE};
use crate::{Result, Settings, stored::rows::micros};

#[async_trait]
impl Settings for Store {
    async fn chosen(&self, name: &str) -> Result<Option<String>> {
        let sql = "SELECT value FROM settings WHERE name = $1";
        Ok(sqlx::query_scalar(sql).bind(name).fetch_optional(&self.readers).await?)
    }

    async fn choose(&self, name: &str, value: &str, now: Timestamp) -> Result<Option<String>> {
        let mut tx = self.write().await?;
        let fresh = sqlx::query(
            "INSERT INTO settings (name, value, chosen_at) VALUES ($1, $2, $3) ON CONFLICT (name) DO NOTHING",
        )
        .bind(name)
        .bind(value)
        .bind(micros(now))
        .execute(&mut *tx)
        .await?;
        if fresh.rows_affected() == 1 {
            commit(tx).await?;
            return Ok(None);
        }
        let sql = format!("SELECT value FROM settings WHERE name = $1 {FOR_UPDATE}");
        let before: String = sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).bind(name).fetch_one(&mut *tx).await?;
        if before != value {
            sqlx::query("UPDATE settings SET value = $2, chosen_at = $3 WHERE name = $1")
                .bind(name)
                .bind(value)
                .bind(micros(now))
                .execute(&mut *tx)
                .await?;
        }
        commit(tx).await?;
        Ok(Some(before))
    }
}
