//! The database as a whole.

use async_trait::async_trait;

use super::{Store, commit, coverage_tiles, dialect};
use crate::{Result, Upkeep};

#[async_trait]
impl Upkeep for Store {
    async fn ping(&self) -> Result<()> {
        sqlx::query("SELECT 1").execute(&self.readers).await?;
        Ok(())
    }

    async fn tidy(&self) -> Result<()> {
        coverage_tiles::tidy(self).await?;
        let Some(fold) = dialect::FOLD else { return Ok(()) };
        loop {
            let mut tx = self.write().await?;
            let folded = sqlx::query(fold).execute(&mut *tx).await?;
            commit(tx).await?;
            if folded.rows_affected() == 0 {
                return Ok(());
            }
        }
    }

    async fn close(&self) {
        Self::close(self).await;
    }
}
