//! All that an account has here, as one archive that is made while it is read.
//!
//! The catalog is read page by page, and pictures are passed on from the storage: in memory there is a file of lines at most
//! ([`lines`]), and the sums of what was written. Nothing is stored.

mod account;
mod archive;
mod deeds;
mod files;
mod lines;
mod names;
mod pictures;
mod readme;
mod sets;
#[cfg(test)]
mod tests;
mod turns;

use std::time::Duration;

use axum::body::Body;
use flaneur_catalog::model::{Account, AccountId, OwnCounts, UploadSet, UploadSetId};
use jiff::Timestamp;
use tracing::Instrument as _;

use self::archive::{Archive, Halt, archive};
pub(crate) use self::{names::archive as archive_name, turns::Turn};
pub use turns::Takeouts;

use crate::{Api, PublicUrl, error::chain};

/// Rows that are read at once.
const PAGE: i64 = 200;
/// Longest that an archive is made.
const LONGEST: Duration = Duration::from_hours(24);

/// Whose, and what of it.
#[derive(Clone)]
pub(crate) struct Takeout {
    pub api: Api,
    pub url: PublicUrl,
    /// Whose it is.
    pub account: Account,
    /// Who asks: the account itself, or an administrator, whom not everything is told.
    pub asker: AccountId,
    /// Only this set.
    pub set: Option<UploadSet>,
    /// Whether files of pictures are in it.
    pub with_pictures: bool,
    /// How many pictures there are.
    pub counts: OwnCounts,
    /// Now.
    pub made_at: Timestamp,
}

impl Takeout {
    fn set_id(&self) -> Option<UploadSetId> {
        self.set.as_ref().map(|set| set.options.id)
    }

    /// Whether the account itself asks.
    fn is_own(&self) -> bool {
        self.asker == self.account.id
    }

    /// Begins to make the archive; what it is read from. Whatever goes wrong from here on ends the body with an error, so that
    /// the client sees that it is cut short.
    pub fn begin(self, turn: Turn) -> Body {
        let (archive, body) = archive(self.made_at, Some(turn));
        let making = async move {
            let account = self.account.id;
            match tokio::time::timeout(LONGEST, self.write(archive)).await {
                Ok(Ok(())) => tracing::info!(%account, "an archive was taken out"),
                Ok(Err(halt @ (Halt::Gone | Halt::Stalled))) => {
                    tracing::info!(%account, reason = %halt, "an archive was not read to its end");
                }
                Ok(Err(halt)) => tracing::error!(%account, error = chain(&halt), "an archive was cut short"),
                Err(_) => tracing::warn!(%account, "an archive was cut short: it took more than a day"),
            }
        };
        tokio::spawn(making.in_current_span());
        body
    }

    async fn write(self, mut archive: Archive) -> Result<(), Halt> {
        archive.file("README.md", vec![readme::text(&self).into()]).await?;
        archive.file("account.json", vec![account::document(&self).await?.into()]).await?;
        sets::write(&self, &mut archive).await?;
        sets::write_sequences(&self, &mut archive).await?;
        if self.set.is_none() {
            deeds::write(&self, &mut archive).await?;
        }
        pictures::write(&self, &mut archive).await?;
        archive.finish().await
    }
}
