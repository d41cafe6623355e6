//! `flaneur backup`: copies a running instance into a folder.

use anyhow::{Context as _, Result};
use flaneur_backup::{
    backup::{Options, Report, Source, backup},
    originals::Recipients,
    progress::Watch,
};
use flaneur_catalog::world::World;
use jiff::SignedDuration;

use super::say;
use crate::{
    options::BackupArgs,
    parts::{open, watching},
};

/// Backs up.
pub async fn run(args: BackupArgs) -> Result<()> {
    let options = Options {
        manifest_only: args.manifest_only,
        originals_to: Recipients::parse(&args.originals_to)?,
        keep: args.keep,
        verify: args.verify,
        forget_withdrawals_after: SignedDuration::from_hours(24 * i64::from(args.forget_withdrawals)),
        at_once: usize::from(args.at_once),
    };
    let world = World::real();
    let catalog = open::catalog(&args.place).await?;
    let stores = open::stores(&args.place, open::storage(&args.place, None)?)?;
    let (listener, stop) = (watching::listener(), watching::stopped_by_signal());
    let watch = Watch::new(&listener, &stop);
    let source = Source { catalog: catalog.as_ref(), stores: &stores, world: &world, watch: &watch };
    let outcome = backup(&source, &args.to, &options).await;
    catalog.close().await;
    let report = outcome.context("the backup failed; earlier ones are as they were")?;
    say(&summary(&report));
    for warning in warnings(&report) {
        watching::tell(&format!("flaneur: {warning}"));
    }
    Ok(())
}

fn summary(report: &Report) -> String {
    let manifest = &report.manifest;
    let number = |table: &str| manifest.rows.get(table).copied().unwrap_or(0);
    let mut lines = vec![
        format!("backup {}", manifest.name),
        format!("{} pictures in {} sequences", number("pictures"), number("sequences")),
    ];
    let objects = manifest.objects;
    lines.push(if manifest.with_objects {
        format!("{} objects of {} bytes, {} of them new", objects.number, objects.bytes, report.copied)
    } else {
        format!("{} objects of {} bytes listed, not copied", objects.number, objects.bytes)
    });
    if let Some(originals) = manifest.originals {
        lines.push(format!("{} originals, encrypted", originals.number));
    }
    if report.removed_snapshots > 0 {
        lines.push(format!("removed {} earlier backups and {} files", report.removed_snapshots, report.removed_files));
    }
    lines.join("\n")
}

/// What the operator should know, though the backup is complete.
fn warnings(report: &Report) -> Vec<String> {
    let (manifest, objects) = (&report.manifest, report.manifest.objects);
    let mut warnings = Vec::new();
    if objects.missing > 0 {
        warnings.push(format!("{} objects are missing from the storage: run `flaneur doctor`", objects.missing));
    }
    if objects.altered > 0 {
        warnings.push(format!("{} objects are altered in the storage: run `flaneur doctor`", objects.altered));
    }
    if manifest.waiting > 0 && manifest.originals.is_none() {
        warnings.push(format!(
            "{} pictures wait to be processed; their files are not in the backup (see --originals-to)",
            manifest.waiting
        ));
    }
    warnings
}
