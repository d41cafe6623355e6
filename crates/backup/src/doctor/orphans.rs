//! Objects and originals that no row names.

use std::collections::BTreeMap;

use flaneur_catalog::model::{PictureFiles, PictureId};
use flaneur_storage::{Entry, Listed, ObjectKind, OriginalKey, PublicKey};
use futures::TryStreamExt as _;

use super::{Options, Patient, Report, Tally};
use crate::{Result, stores::picture_of};

/// Rows asked for at once.
const PAGE: usize = 500;

async fn rows(patient: &Patient<'_>, ids: Vec<PictureId>) -> Result<BTreeMap<PictureId, PictureFiles>> {
    let mut ids = ids;
    ids.sort_unstable();
    ids.dedup();
    Ok(patient.catalog.picture_files(&ids).await?.into_iter().map(|files| (files.id, files)).collect())
}

fn names(files: Option<&PictureFiles>, key: &PublicKey) -> bool {
    files.and_then(|files| files.objects.as_ref()).is_some_and(|objects| objects.keys().contains(&key.as_str()))
}

fn foreign() -> Tally {
    Tally::new(
        "foreign-objects",
        "There are objects in the storage that are none of ours",
        "Move them elsewhere, or give Flaneur a bucket, prefix or folder of its own",
    )
}

/// Public objects.
pub async fn objects(patient: &Patient<'_>, options: &Options, report: &mut Report) -> Result<()> {
    let mut orphans = Tally::new(
        "orphan-objects",
        "There are objects that no picture has",
        "They waste space; let --repair remove them",
    );
    let mut foreign = foreign();
    let stage = patient.watch.stage("looking for orphan objects", None);
    let mut entries = patient.stores.objects.entries();
    let mut page: Vec<Entry<PublicKey>> = Vec::new();
    loop {
        let listed = entries.try_next().await?;
        let end = listed.is_none();
        match listed {
            Some(Listed::Object(entry)) => {
                report.objects += 1;
                page.push(entry);
            }
            Some(Listed::Foreign(entry)) => foreign.found(entry.key),
            None => {}
        }
        if page.len() == PAGE || end {
            stage.did(page.len() as u64)?;
            page_of_objects(patient, options, std::mem::take(&mut page), &mut orphans).await?;
        }
        if end {
            break;
        }
    }
    orphans.tell(report);
    foreign.tell(report);
    Ok(())
}

async fn page_of_objects(
    patient: &Patient<'_>,
    options: &Options,
    page: Vec<Entry<PublicKey>>,
    orphans: &mut Tally,
) -> Result<()> {
    let of = |key: &PublicKey| picture_of(key).map(PictureId);
    let known = rows(patient, page.iter().filter_map(|entry| of(&entry.key)).collect()).await?;
    for entry in page {
        if entry.key.kind() == ObjectKind::Dataset {
            if entry.modified < options.due(patient) && !patient.catalog.has_part(entry.key.as_str()).await? {
                orphan(patient, options, &entry.key, orphans).await?;
            }
            continue;
        }
        let Some(id) = of(&entry.key) else { continue };
        if names(known.get(&id), &entry.key) || entry.modified >= options.due(patient) {
            continue;
        }
        // Once more: it may have been named since.
        if names(patient.catalog.picture_files(&[id]).await?.first(), &entry.key) {
            continue;
        }
        orphan(patient, options, &entry.key, orphans).await?;
    }
    Ok(())
}

/// An object that nothing in the catalog names.
async fn orphan(patient: &Patient<'_>, options: &Options, key: &PublicKey, orphans: &mut Tally) -> Result<()> {
    orphans.found(key.as_str());
    if options.repair {
        patient.stores.objects.discard(std::slice::from_ref(key)).await?;
        orphans.mended(&key.as_str());
    }
    Ok(())
}

/// Originals.
pub async fn originals(patient: &Patient<'_>, options: &Options, report: &mut Report) -> Result<()> {
    let mut orphans = Tally::new(
        "orphan-originals",
        "There are originals that no picture waits with",
        "They should not be kept; let --repair destroy them",
    );
    let mut foreign = foreign();
    let stage = patient.watch.stage("looking for orphan originals", None);
    let mut entries = patient.stores.originals.entries();
    let mut page: Vec<OriginalKey> = Vec::new();
    loop {
        let listed = entries.try_next().await?;
        let end = listed.is_none();
        match listed {
            Some(Listed::Object(entry)) if entry.modified < options.due(patient) => page.push(entry.key),
            Some(Listed::Foreign(entry)) => foreign.found(entry.key),
            _ => {}
        }
        if page.len() == PAGE || end {
            stage.did(page.len() as u64)?;
            let some = std::mem::take(&mut page);
            let known = rows(patient, some.iter().map(|key| PictureId(key.0)).collect()).await?;
            for key in some {
                // Uploads are stored before they are noted, and named until they are destroyed.
                if known.get(&PictureId(key.0)).is_some_and(|files| files.original.is_some()) {
                    continue;
                }
                orphans.found(key);
                if options.repair {
                    patient.stores.originals.destroy(key).await?;
                    orphans.mended(&key);
                }
            }
        }
        if end {
            break;
        }
    }
    orphans.tell(report);
    foreign.tell(report);
    Ok(())
}
