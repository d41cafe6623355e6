//! Sealed patches that are listed and lost, or there and not listed.

use std::collections::BTreeSet;

use bytes::Bytes;
use flaneur_catalog::model::PictureId;
use flaneur_storage::{PatchKey, StorageError, stored_before};
use futures::TryStreamExt as _;

use super::{Options, Patient, Report, Tally};
use crate::Result;

/// Pictures and patches looked at in one go.
const PAGE: usize = 500;

/// Looks for patches that are lost.
pub async fn missing(patient: &Patient<'_>, options: &Options, report: &mut Report) -> Result<()> {
    let mut missing = Tally::new(
        "patches-missing",
        "Sealed patches are listed and lost: what they hold cannot be brought back",
        "Bring them back from a backup with --repair --from-backup DIR",
    );
    let stage = patient.watch.stage("looking at sealed patches", None);
    let mut after = None;
    loop {
        let page = patient.catalog.pictures_with_files(after, PAGE as i64).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.id);
        let ids: Vec<PictureId> = page.iter().map(|files| files.id).collect();
        for patch in patient.catalog.patches(&ids).await? {
            patient.watch.go_on()?;
            let Ok(key) = patch.key.parse::<PatchKey>() else { continue };
            if patient.stores.patches.size(&key).await?.is_some() || !is_listed(patient, &key).await? {
                continue;
            }
            missing.found(&key);
            if brought_back(patient, options, &key).await? {
                missing.mended(&key);
            }
        }
        stage.did(page.len() as u64)?;
    }
    missing.tell(report);
    Ok(())
}

/// Looks for patches that no picture has.
pub async fn orphans(patient: &Patient<'_>, options: &Options, report: &mut Report) -> Result<()> {
    let mut orphans = Tally::new(
        "orphan-patches",
        "There are sealed patches that no picture has",
        "They should not be kept; let --repair destroy them",
    );
    let stage = patient.watch.stage("looking for orphan patches", None);
    let mut old = stored_before(patient.stores.patches.entries(), options.due(patient), PAGE);
    while let Some(page) = old.try_next().await? {
        stage.did(page.len() as u64)?;
        let ids: Vec<PictureId> = page.iter().map(|key| PictureId(key.picture())).collect();
        let known: BTreeSet<String> = patient.catalog.patches(&ids).await?.into_iter().map(|patch| patch.key).collect();
        for key in page.iter().filter(|key| !known.contains(key.as_str())) {
            orphans.found(key);
            if options.repair {
                patient.stores.patches.destroy(key).await?;
                orphans.mended(key);
            }
        }
    }
    orphans.tell(report);
    Ok(())
}

/// Whether the patch is still listed: else its picture was deleted while we looked.
async fn is_listed(patient: &Patient<'_>, key: &PatchKey) -> Result<bool> {
    let listed = patient.catalog.patches(&[PictureId(key.picture())]).await?;
    Ok(listed.iter().any(|patch| patch.key == key.as_str()))
}

/// Brings a patch back from the backup, if it has it.
async fn brought_back(patient: &Patient<'_>, options: &Options, key: &PatchKey) -> Result<bool> {
    let Some(folder) = options.backup.as_ref().filter(|_| options.repair) else { return Ok(false) };
    let Ok(sealed) = tokio::fs::read(folder.patch(key)).await else { return Ok(false) };
    match patient.stores.patches.put_at(key, Bytes::from(sealed)).await {
        Ok(()) => Ok(true),
        // The backup's copy is altered, too.
        Err(StorageError::Altered(_)) => Ok(false),
        Err(error) => Err(error.into()),
    }
}
