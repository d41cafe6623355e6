//! Removes old snapshots, and what no snapshot names any more.

use std::{
    collections::{BTreeSet, HashSet},
    fs,
    num::NonZeroUsize,
    path::{Path, PathBuf},
};

use sha2::{Digest as _, Sha256};

use crate::{
    BackupError, Result, durable,
    folder::{Folder, OBJECTS, ORIGINALS, PATCHES, UNFINISHED},
    manifest::{ObjectLine, OriginalLine},
    parts::Lines,
    progress::Watch,
};

/// What was removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Removed {
    /// Snapshots.
    pub snapshots: u64,
    /// Objects, originals and sealed patches.
    pub files: u64,
}

/// Names in memory: sixteen bytes each, whatever their length.
type Names = HashSet<[u8; 16]>;

fn short(name: &str) -> [u8; 16] {
    let hash: [u8; 32] = Sha256::digest(name).into();
    let mut short = [0; 16];
    short.copy_from_slice(&hash[..16]);
    short
}

/// Keeps the newest snapshots, so many, and what they name.
pub fn prune(folder: &Folder, keep: NonZeroUsize, watch: &Watch<'_>) -> Result<Removed> {
    let mut removed = Removed::default();
    let mut snapshots = folder.snapshots()?;
    let kept = snapshots.split_off(snapshots.len().saturating_sub(keep.get()));
    for name in snapshots {
        // First it is none any more, then it is removed.
        let gone = folder.snapshot(&format!("{name}{UNFINISHED}"));
        fs::rename(folder.snapshot(&name), &gone).map_err(BackupError::file("rename", &gone))?;
        durable::sync_folder(&folder.snapshots_folder())?;
        durable::remove(&gone)?;
        removed.snapshots += 1;
    }
    let (mut objects, mut originals, mut patches) = (Names::new(), Names::new(), Names::new());
    for name in &kept {
        let (snapshot, manifest) = (folder.snapshot(name), folder.manifest(name)?);
        if manifest.part(OBJECTS).is_some() {
            for line in Lines::open(&snapshot, OBJECTS)?.values::<ObjectLine>() {
                objects.insert(short(&line?.key));
            }
        }
        if manifest.part(PATCHES).is_some() {
            for line in Lines::open(&snapshot, PATCHES)?.values::<ObjectLine>() {
                patches.insert(short(&line?.key));
            }
        }
        if manifest.part(ORIGINALS).is_some() {
            for line in Lines::open(&snapshot, ORIGINALS)?.values::<OriginalLine>() {
                originals.extend(line?.file.map(|file| short(&file)));
            }
        }
    }
    let stage = watch.stage("removing what no snapshot names", None);
    let folders = [
        (folder.objects_folder(), objects),
        (folder.originals_folder(), originals),
        (folder.patches_folder(), patches),
    ];
    for (root, named) in folders {
        // A folder of an earlier version may have none of a kind.
        if !root.exists() {
            continue;
        }
        sweep(&root, &root, &named, &mut |path| {
            durable::remove(path)?;
            removed.files += 1;
            stage.did(1)
        })?;
    }
    Ok(removed)
}

/// Removes the files below a folder that are not named, and folders that are empty by it.
fn sweep(root: &Path, at: &Path, named: &Names, remove: &mut dyn FnMut(&Path) -> Result<()>) -> Result<()> {
    let entries: BTreeSet<PathBuf> = fs::read_dir(at)
        .and_then(|entries| entries.map(|entry| Ok(entry?.path())).collect())
        .map_err(BackupError::file("read", at))?;
    for path in entries {
        if path.is_dir() {
            sweep(root, &path, named, remove)?;
            // It stays if there is anything in it.
            let _ = fs::remove_dir(&path);
            continue;
        }
        let name = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().into_owned();
        if !named.contains(&short(&name)) {
            remove(&path)?;
        }
    }
    Ok(())
}
