//! Parts of files that come piece by piece: listed and lost, or there and not listed.

use std::collections::BTreeSet;

use flaneur_catalog::model::{PartId, UploadPart};
use flaneur_storage::{PartKey, stored_before};
use futures::TryStreamExt as _;

use super::{Options, Patient, Report, Tally};
use crate::Result;

/// Parts looked at in one go.
const PAGE: usize = 500;

fn key(part: &UploadPart) -> PartKey {
    PartKey { upload: part.upload.0, part: part.name.0 }
}

/// Looks for parts that are lost.
pub async fn missing(patient: &Patient<'_>, report: &mut Report) -> Result<()> {
    let mut missing = Tally::new(
        "parts-missing",
        "Parts of uploads that are under way are listed and lost",
        "Nothing has to be done: when the rest has come, the sender is asked for them again",
    );
    let stage = patient.watch.stage("looking at parts of uploads", None);
    let mut after = None;
    loop {
        let page = patient.catalog.parts(after, PAGE as i64).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.name);
        for part in &page {
            patient.watch.go_on()?;
            let lost = patient.stores.parts.size(key(part)).await?.is_none();
            // Once more: the upload may have ended meanwhile.
            if lost && !patient.catalog.listed_parts(&[part.name]).await?.is_empty() {
                missing.found(key(part));
            }
        }
        stage.did(page.len() as u64)?;
    }
    missing.tell(report);
    Ok(())
}

/// Looks for parts that no upload has.
pub async fn orphans(patient: &Patient<'_>, options: &Options, report: &mut Report) -> Result<()> {
    let mut orphans = Tally::new(
        "orphan-parts",
        "There are parts of files that no upload has",
        "They should not be kept; let --repair destroy them",
    );
    let stage = patient.watch.stage("looking for orphan parts of uploads", None);
    let mut old = stored_before(patient.stores.parts.entries(), options.due(patient), PAGE);
    while let Some(page) = old.try_next().await? {
        stage.did(page.len() as u64)?;
        let names: Vec<PartId> = page.iter().map(|key| PartId(key.part)).collect();
        let known: BTreeSet<PartId> = patient.catalog.listed_parts(&names).await?;
        for key in page.into_iter().filter(|key| !known.contains(&PartId(key.part))) {
            orphans.found(key);
            if options.repair {
                patient.stores.parts.destroy(key).await?;
                orphans.mended(&key);
            }
        }
    }
    orphans.tell(report);
    Ok(())
}
