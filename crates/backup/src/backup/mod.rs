//! Backing up a running instance.
//!
//! First one state of the catalog is written down, then the objects that it names are copied: whatever is published
//! meanwhile is not in the backup, and whatever is deleted meanwhile is noted. Objects have their hash in their key and
//! are shared by all snapshots of a folder, so that the second backup copies only what is new. The manifest is written
//! last; a run that was interrupted leaves what was there before whole, and what it had copied need not be copied again.

mod catalog;
mod objects;
mod originals;
mod patches;

use std::{num::NonZeroUsize, path::Path};

use flaneur_catalog::{Catalog, archive::INSTANCE, world::World};
use jiff::{SignedDuration, Timestamp};

use crate::{
    BackupError, Result, durable,
    folder::{Folder, MANIFEST, UNFINISHED},
    hash::hex,
    manifest::{FORMAT, Manifest, VERSION},
    originals::Recipients,
    progress::Watch,
    prune,
    stores::Stores,
    withdrawals,
};

/// How to back up.
#[derive(Debug, Clone)]
pub struct Options {
    /// List the objects instead of copying them: for storage that is replicated anyway.
    pub manifest_only: bool,
    /// Public keys to which originals of waiting pictures are encrypted; without any, they are left out.
    pub originals_to: Recipients,
    /// Keep so many snapshots; older ones are removed, and with them the objects that no snapshot names. Without it,
    /// everything is kept.
    pub keep: Option<NonZeroUsize>,
    /// Read what was copied before and compare it with its hash.
    pub verify: bool,
    /// Withdrawals noted longer ago are forgotten, if every snapshot that is kept has them.
    pub forget_withdrawals_after: SignedDuration,
    /// Objects copied at once.
    pub at_once: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            manifest_only: false,
            originals_to: Recipients::default(),
            keep: None,
            verify: false,
            forget_withdrawals_after: SignedDuration::from_hours(30 * 24),
            at_once: 8,
        }
    }
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The snapshot that was made.
    pub manifest: Manifest,
    /// Objects that were copied; the others were there before.
    pub copied: u64,
    /// Snapshots that were removed.
    pub removed_snapshots: u64,
    /// Objects and originals that were removed with them.
    pub removed_files: u64,
    /// Notes of withdrawals that were forgotten.
    pub forgotten_withdrawals: u64,
}

/// What is backed up, and how far it is.
pub struct Source<'a> {
    /// The catalog.
    pub catalog: &'a dyn Catalog,
    /// The storage.
    pub stores: &'a Stores,
    /// Time and randomness.
    pub world: &'a World,
    /// Who is told how far it is.
    pub watch: &'a Watch<'a>,
}

impl std::fmt::Debug for Source<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Source").field("world", self.world).finish_non_exhaustive()
    }
}

/// Name of a snapshot: its time, and something that no other has.
fn name(at: Timestamp, world: &World) -> String {
    format!("{}-{}", at.strftime("%Y%m%dT%H%M%S.%3fZ"), world.secret_text::<4>())
}

/// Backs the instance up into a folder.
pub async fn backup(source: &Source<'_>, path: &Path, options: &Options) -> Result<Report> {
    if source.catalog.unfinished_restore().await?.is_some() {
        return Err(BackupError::Refused(
            "the catalog is being restored: let `flaneur restore` end before it is backed up".to_owned(),
        ));
    }
    let folder = Folder::to_write(path)?;
    let instance = instance(source.catalog, source.world).await?;
    one_instance(&folder, &instance)?;
    let taken_at = source.world.now();
    let name = name(taken_at, source.world);
    let draft = folder.snapshot(&format!("{name}{UNFINISHED}"));
    durable::make_folder(&draft)?;

    let schema = source.catalog.schema().await?.applied;
    let state = catalog::write(source, &draft).await?;
    let originals = originals::copy(source, &folder, &draft, options).await?;
    let objects = objects::copy(source, &folder, &draft, options).await?;
    let patches = patches::copy(source, &folder, &draft, options).await?;
    source.watch.go_on()?;

    let mut parts = vec![state.part, objects.part, patches.part];
    parts.extend(originals.as_ref().map(|originals| originals.part.clone()));
    let manifest = Manifest {
        format: FORMAT.to_owned(),
        version: VERSION,
        software: env!("CARGO_PKG_VERSION").to_owned(),
        name: name.clone(),
        instance,
        taken_at,
        finished_at: source.world.now(),
        last_change: state.last_change,
        schema,
        rows: state.rows,
        with_objects: !options.manifest_only,
        objects: objects.count,
        originals: originals.map(|originals| originals.count),
        patches: Some(patches.count),
        waiting: state.waiting,
        parts,
    };
    catalog::remove_lists(&draft)?;
    let text =
        serde_json::to_vec_pretty(&manifest).map_err(|error| BackupError::damaged(&draft.join(MANIFEST), error))?;
    // Whatever the manifest speaks of is on the disk before it.
    durable::sync_everything(folder.path())?;
    durable::write(&draft.join(MANIFEST), &text)?;
    std::fs::rename(&draft, folder.snapshot(&name)).map_err(BackupError::file("rename", &draft))?;
    durable::sync_folder(&folder.snapshots_folder())?;

    let removed = match options.keep {
        Some(keep) => prune::prune(&folder, keep, source.watch)?,
        None => prune::Removed::default(),
    };
    let forgotten_withdrawals = forget_withdrawals(source, &folder, &manifest, options).await?;
    Ok(Report {
        manifest,
        copied: objects.new,
        removed_snapshots: removed.snapshots,
        removed_files: removed.files,
        forgotten_withdrawals,
    })
}

/// The identifier of an instance, made when it is first asked for.
pub async fn instance(catalog: &dyn Catalog, world: &World) -> Result<String> {
    Ok(hex(&catalog.secret(INSTANCE, &world.secret::<16>()).await?))
}

/// A folder is for one instance, or for what it was restored from.
fn one_instance(folder: &Folder, instance: &str) -> Result<()> {
    let Some(last) = folder.snapshots()?.pop() else { return Ok(()) };
    if folder.manifest(&last)?.instance == instance {
        return Ok(());
    }
    Err(BackupError::Refused(format!(
        "{} holds backups of another instance (or of this one before it was restored): choose another folder",
        folder.path().display()
    )))
}

/// Forgets withdrawals that every kept snapshot has, some time after.
async fn forget_withdrawals(
    source: &Source<'_>,
    folder: &Folder,
    manifest: &Manifest,
    options: &Options,
) -> Result<u64> {
    let Some(oldest) = folder.snapshots()?.into_iter().next() else { return Ok(0) };
    let oldest = folder.manifest(&oldest)?;
    let before = manifest.taken_at.saturating_sub(options.forget_withdrawals_after).unwrap_or(Timestamp::MIN);
    let before = before.min(oldest.taken_at);
    withdrawals::forget(source.stores.notes.as_ref(), &manifest.instance, oldest.last_change, before).await
}
