//! Sweeps files that came piece by piece and were never ended, and parts of such files that no row lists.

use std::{collections::BTreeSet, time::Duration};

use flaneur_catalog::model::PartId;
use flaneur_storage::{PartKey, stored_before};
use futures::TryStreamExt as _;
use jiff::Timestamp;

use crate::{Worker, error::JobError};

/// What became of an upload can be asked for so long after it expired.
const REMEMBERED: Duration = Duration::from_hours(24);
/// Uploads forgotten in one transaction.
const AT_ONCE: i64 = 100;
/// Parts that the catalog is asked about at once.
const PAGE: usize = 500;

/// Forgets uploads that have expired, then destroys parts that were stored before `due` (seconds since 1970, by the clock
/// of the store) and are not listed. Answers how many parts were destroyed.
pub async fn sweep(worker: &Worker, due: i64) -> Result<usize, JobError> {
    Ok(expired(worker).await? + unlisted(worker, due).await?)
}

async fn expired(worker: &Worker) -> Result<usize, JobError> {
    let now = worker.world.now();
    let before = now.checked_sub(REMEMBERED).unwrap_or(Timestamp::MIN);
    let mut destroyed = 0;
    while let Some(parts) = worker.catalog.expire_uploads(now, before, AT_ONCE).await? {
        for part in parts {
            let key = PartKey { upload: part.upload.0, part: part.name.0 };
            worker.storage.private.destroy_part(key).await?;
            destroyed += 1;
        }
    }
    Ok(destroyed)
}

async fn unlisted(worker: &Worker, due: i64) -> Result<usize, JobError> {
    let mut old = stored_before(worker.storage.private.parts(), due, PAGE);
    let mut destroyed = 0;
    while let Some(keys) = old.try_next().await? {
        let names: Vec<PartId> = keys.iter().map(|key| PartId(key.part)).collect();
        let known: BTreeSet<PartId> = worker.catalog.listed_parts(&names).await?;
        for key in keys.into_iter().filter(|key| !known.contains(&PartId(key.part))) {
            worker.storage.private.destroy_part(key).await?;
            destroyed += 1;
        }
    }
    Ok(destroyed)
}
