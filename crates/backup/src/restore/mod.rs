//! Restoring a backup into an empty catalog and storage of any kind.
//!
//! The catalog is marked as being restored first, and the mark is taken away last: in between, no role starts on it.
//! Objects come before the catalog, the catalog comes in one transaction, and then whatever was withdrawn since the
//! backup, or cannot be restored, is withdrawn, before the mark goes. A restore that was interrupted goes on where it was
//! when the same command is run again.

mod catalog;
mod objects;
mod originals;
mod patches;
mod replay;

use std::{collections::BTreeSet, path::Path};

use flaneur_catalog::{Beginning, Catalog, model::PictureId, world::World};
use futures::TryStreamExt as _;
use serde::{Deserialize, Serialize};

use crate::{
    BackupError, Result,
    folder::{CATALOG, Folder, OBJECTS},
    hash::unhex,
    manifest::Manifest,
    originals::Identities,
    parts,
    progress::Watch,
    stores::{Notes, Stores},
    withdrawals::{self, What, Withdrawal},
};

pub(crate) use replay::rejection;

/// How to restore.
#[derive(Debug, Clone)]
pub struct Options {
    /// Which snapshot; without a name, the latest.
    pub snapshot: Option<String>,
    /// Private keys for originals that the backup has; without any, they are left out.
    pub identities: Identities,
    /// Objects copied at once.
    pub at_once: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { snapshot: None, identities: Identities::default(), at_once: 8 }
    }
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The snapshot that was restored.
    pub manifest: Manifest,
    /// Whether an earlier run had begun.
    pub resumed: bool,
    /// Objects that were written; the others were there.
    pub written: u64,
    /// Originals that were written.
    pub originals: u64,
    /// Notes of withdrawals that were found and obeyed.
    pub withdrawn: u64,
    /// Pictures that are broken now because their objects are lost, or were redacted again since.
    pub lost: u64,
    /// Pictures that were waiting and have to be sent again.
    pub to_send_again: u64,
}

/// Into what is restored, and how far it is.
pub struct Target<'a> {
    /// The catalog.
    pub catalog: &'a dyn Catalog,
    /// The storage.
    pub stores: &'a Stores,
    /// Further places where withdrawals were noted: that of the instance that was lost.
    pub withdrawals: &'a [std::sync::Arc<dyn Notes>],
    /// Time and randomness.
    pub world: &'a World,
    /// Who is told how far it is.
    pub watch: &'a Watch<'a>,
}

impl std::fmt::Debug for Target<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Target").field("world", self.world).finish_non_exhaustive()
    }
}

/// How far a restore is, as it stands in the catalog.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Mark {
    snapshot: String,
    /// Whether the catalog's rows are there.
    imported: bool,
    /// Identifier of the instance that it becomes, 32 hexadecimal digits.
    instance: String,
}

impl Mark {
    fn text(&self) -> String {
        // Texts and a flag can always be written.
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// Restores a snapshot of a folder.
pub async fn restore(target: &Target<'_>, path: &Path, options: &Options) -> Result<Report> {
    let folder = Folder::to_read(path)?;
    let manifest = choose(&folder, options.snapshot.as_deref())?;
    let snapshot = folder.snapshot(&manifest.name);
    for name in [CATALOG, OBJECTS] {
        if manifest.part(name).is_none() {
            return Err(BackupError::damaged(&snapshot, format!("its manifest has no {name}")));
        }
    }
    let stage = target.watch.stage("checking the backup", Some(manifest.parts.len() as u64));
    for part in &manifest.parts {
        parts::check(&snapshot, part)?;
        stage.did(1)?;
    }

    let (mark, resumed) = begin(target, &manifest).await?;
    let withdrawn = withdrawals(target, &manifest).await?;
    let unwanted: BTreeSet<PictureId> = withdrawn
        .iter()
        .filter(|each| matches!(each.what, What::Deleted | What::Redacted))
        .filter_map(|each| each.picture)
        .collect();
    let objects = objects::bring(target, &folder, &manifest, &unwanted, (resumed, mark.imported), options).await?;
    let mut originals = 0;
    if !mark.imported {
        originals = originals::bring(target, &folder, &manifest, &unwanted, options).await?;
        patches::bring(target, &folder, &manifest, &unwanted).await?;
        catalog::import(target, &snapshot, &Mark { imported: true, ..mark.clone() }.text()).await?;
    }
    let replayed = replay::replay(target, &withdrawn, &objects.lost, &unwanted).await?;

    // The log goes on from here: what it says up to here was noted by the instance of before, or just obeyed.
    withdrawals::set_cursor(target.stores.notes.as_ref(), &mark.instance, manifest.last_change).await?;
    target.catalog.finish_restore(&unhex(&mark.instance).unwrap_or_default()).await?;
    Ok(Report {
        manifest,
        resumed,
        written: objects.written,
        originals,
        withdrawn: withdrawn.len() as u64,
        lost: replayed.lost,
        to_send_again: replayed.to_send_again,
    })
}

fn choose(folder: &Folder, name: Option<&str>) -> Result<Manifest> {
    let snapshots = folder.snapshots()?;
    let chosen = match name {
        Some(name) => snapshots.iter().find(|each| *each == name).ok_or_else(|| {
            BackupError::Refused(format!("there is no snapshot {name}; there are: {}", snapshots.join(", ")))
        })?,
        None => snapshots
            .last()
            .ok_or_else(|| BackupError::Refused(format!("{} has no complete snapshot", folder.path().display())))?,
    };
    folder.manifest(chosen)
}

/// Takes the catalog, or goes on where an earlier run was.
async fn begin(target: &Target<'_>, manifest: &Manifest) -> Result<(Mark, bool)> {
    let mark = Mark { snapshot: manifest.name.clone(), imported: false, instance: target.world.secret_text::<16>() };
    // Whose storage it is shows before anything is written. One that a restore has begun to fill was empty before.
    if target.catalog.unfinished_restore().await?.is_none() {
        empty(target, manifest).await?;
    }
    match target.catalog.begin_restore(&mark.text()).await? {
        Beginning::Begun => Ok((mark, false)),
        Beginning::InUse => Err(BackupError::Refused(
            "the catalog is not empty: restore into a new one (another --data, or another --database)".to_owned(),
        )),
        Beginning::Unfinished(note) => {
            let earlier: Option<Mark> = serde_json::from_str(&note).ok();
            match earlier {
                Some(earlier) if earlier.snapshot == manifest.name => Ok((earlier, true)),
                Some(earlier) => Err(BackupError::Refused(format!(
                    "a restore of the snapshot {0} into this catalog has begun: end it with `--snapshot {0}`, or start \
                     with a new catalog and storage",
                    earlier.snapshot
                ))),
                None => Err(BackupError::Refused(
                    "a restore of something else into this catalog has begun: start with a new catalog and storage"
                        .to_owned(),
                )),
            }
        }
    }
}

/// Refuses storage that holds anything, except that with the catalog alone the objects are there already.
async fn empty(target: &Target<'_>, manifest: &Manifest) -> Result<()> {
    if !manifest.with_objects {
        return Ok(());
    }
    let refuse = |what: &str, option: &str| {
        Err(BackupError::Refused(format!("the {what} storage is not empty: restore into a new one (another {option})")))
    };
    if target.stores.objects.entries().try_next().await?.is_some() {
        return refuse("public", "--storage");
    }
    let originals = target.stores.originals.entries().try_next().await?.is_some();
    if originals || target.stores.patches.entries().try_next().await?.is_some() {
        return refuse("private", "--private-storage");
    }
    Ok(())
}

/// What was withdrawn since the snapshot, wherever it was noted.
async fn withdrawals(target: &Target<'_>, manifest: &Manifest) -> Result<Vec<Withdrawal>> {
    let mut found = withdrawals::later_than(target.stores.notes.as_ref(), manifest).await?;
    for notes in target.withdrawals {
        found.extend(withdrawals::later_than(notes.as_ref(), manifest).await?);
    }
    found.sort_by_key(|each| (each.at, each.number));
    found.dedup();
    Ok(found)
}
