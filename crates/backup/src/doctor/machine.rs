//! Around the data: disks, permissions, clocks, the schema.

use std::{fs, path::Path};

use super::{Options, Patient, Report, Tally};
use crate::{BackupError, Result};

/// Seconds by which clocks may differ: less than what makes leases end early.
const SKEW: i64 = 10;

/// Whether there is room on the disks.
pub fn disks(options: &Options, report: &mut Report) -> Result<()> {
    let mut full = Tally::new(
        "disk-nearly-full",
        "There is little room left on the disk",
        "Make room or a larger disk: uploads are refused when it is full",
    );
    for path in &options.disks {
        let disk = rustix::fs::statvfs(path).map_err(|error| BackupError::file("look at", path)(error.into()))?;
        let free = disk.f_bavail.saturating_mul(disk.f_frsize);
        if free < options.least_free {
            full.found(format!("{}: {} MiB free", path.display(), free >> 20));
        }
    }
    full.tell(report);
    Ok(())
}

/// Whether folders and files of originals and of the catalog can be read or written by others. To be asked before the
/// storage is opened, which mends the folder of originals. Paths that are not there are not looked at.
pub fn modes(private: &[&Path], catalog: &[&Path], repair: bool, report: &mut Report) -> Result<()> {
    let mut open = Tally::new(
        "open-to-others",
        "Other users of this machine may read originals, or write to the catalog",
        "Take their permissions away (chmod o-rwx,g-rwx), or let --repair do so",
    );
    for (paths, forbidden) in [(private, 0o077), (catalog, 0o022)] {
        for path in paths {
            let Ok(found) = fs::metadata(path) else { continue };
            #[cfg(unix)]
            {
                use std::os::unix::fs::PermissionsExt as _;
                let mode = found.permissions().mode();
                if mode & forbidden == 0 {
                    continue;
                }
                open.found(format!("{} has the mode {:o}", path.display(), mode & 0o7777));
                if repair {
                    let closed = fs::Permissions::from_mode(mode & !forbidden);
                    fs::set_permissions(path, closed).map_err(BackupError::file("change the mode of", path))?;
                    open.mended(&path.display());
                }
            }
            #[cfg(not(unix))]
            let _ = (found, repair);
        }
    }
    open.tell(report);
    Ok(())
}

/// Whether the database has the tables of this version.
pub async fn schema(patient: &Patient<'_>, report: &mut Report) -> Result<()> {
    let schema = patient.catalog.schema().await?;
    let mut other = Tally::new(
        "another-schema",
        "The database is of another version of Flaneur than this program",
        "Use the program that the servers use, or bring the schema up to date with `flaneur migrate`",
    );
    if schema.applied != schema.known {
        other.found(format!("the database has migration {}, this program {}", schema.applied, schema.known));
    }
    other.tell(report);
    Ok(())
}

/// Whether a restore was left half done.
pub async fn restore(patient: &Patient<'_>, report: &mut Report) -> Result<()> {
    let mut unfinished = Tally::new(
        "unfinished-restore",
        "A restore into this catalog has begun and not ended; no server starts on it",
        "Run the same `flaneur restore` again",
    );
    if let Some(note) = patient.catalog.unfinished_restore().await? {
        unfinished.found(note);
    }
    unfinished.tell(report);
    Ok(())
}

/// Whether one may write, read and remove in each store.
pub async fn permissions(patient: &Patient<'_>, report: &mut Report) {
    let mut refused = Tally::new(
        "storage-refuses",
        "The storage does not let this program write, read and remove",
        "Check that it is reachable, its credentials and policies (or the owner and mode of the folder), and free space",
    );
    let stores = [
        ("public storage", patient.stores.objects.probe().await),
        ("private storage", patient.stores.originals.probe().await),
    ];
    for (store, outcome) in stores {
        if let Err(error) = outcome {
            refused.found(format!("{store}: {}", chain(&error)));
        }
    }
    refused.tell(report);
}

/// An error with everything that caused it.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

/// Whether this machine, the database and the storage agree on the time.
pub async fn clocks(patient: &Patient<'_>, report: &mut Report) -> Result<()> {
    let mut wrong = Tally::new(
        "clocks-differ",
        "Clocks differ: leases and grace periods end too early or too late",
        "Have every machine keep its time by NTP (chrony, systemd-timesyncd)",
    );
    let before = patient.world.now();
    let database = patient.catalog.database_time().await?;
    let after = patient.world.now();
    let skew = (before.as_second() - database.as_second()).max(database.as_second() - after.as_second());
    if skew > SKEW {
        wrong.found(format!("the database shows {database}, this machine {after}"));
    }
    if let Some((before, written, after)) = storage_time(patient).await
        && (before - written).max(written - after) > SKEW
    {
        wrong.found(format!("the storage is {} s off this machine's clock", written - after));
    }
    wrong.tell(report);
    Ok(())
}

/// When a note was written, by the clock of the store, between two readings of ours. A store that fails is told of
/// elsewhere.
async fn storage_time(patient: &Patient<'_>) -> Option<(i64, i64, i64)> {
    let notes = &patient.stores.notes;
    let folder = format!("doctor/{}", patient.world.secret_text::<8>());
    let name = format!("{folder}/clock");
    let before = patient.world.now().as_second();
    notes.put(&name, bytes::Bytes::from_static(b"{}")).await.ok()?;
    let after = patient.world.now().as_second();
    let written = notes.written_at(&folder).await.ok()?;
    notes.remove(&name).await.ok()?;
    Some((before, written?, after))
}

/// Whether the map's counts are those of the pictures.
pub async fn coverage(patient: &Patient<'_>, options: &Options, report: &mut Report) -> Result<()> {
    let mut drift = Tally::new(
        "counts-differ",
        "The map of large areas counts other pictures than there are",
        "Let --repair count anew",
    );
    let cells = patient.catalog.coverage_drift().await?;
    if cells > 0 {
        drift.found_many(cells as u64, format!("{cells} cells"));
        if options.repair {
            patient.catalog.recount_coverage().await?;
            drift.mended(&"all cells");
            drift.mended = drift.number;
        }
    }
    drift.tell(report);
    Ok(())
}
