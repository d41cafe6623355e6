//! The database as a whole.

use async_trait::async_trait;

use super::Store;
use crate::{Result, Upkeep};

#[async_trait]
impl Upkeep for Store {
    async fn ping(&self) -> Result<()> {
        sqlx::query("SELECT 1").execute(&self.readers).await?;
        Ok(())
    }

    async fn close(&self) {
        Self::close(self).await;
    }
}
