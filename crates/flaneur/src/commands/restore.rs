//! `flaneur restore`: brings a backup into an empty instance.

use std::sync::Arc;

use anyhow::{Context as _, Result};
use flaneur_backup::{
    originals::Identities,
    progress::Watch,
    restore::{Options, Report, Target, restore},
    stores::Notes,
};
use flaneur_catalog::world::World;

use super::say;
use crate::{
    options::RestoreArgs,
    parts::{lock, open, watching},
};

/// Restores.
pub async fn run(args: RestoreArgs) -> Result<()> {
    let identities = match &args.identity {
        None => Identities::default(),
        Some(file) => {
            let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
            Identities::parse(&text)?
        }
    };
    let options = Options { snapshot: args.snapshot, identities, at_once: usize::from(args.at_once) };
    let world = World::real();
    let _hold = lock::alone(&args.place.database()?)?;
    let catalog = open::any_catalog(&args.place).await?;
    let stores = open::stores(&args.place, open::storage(&args.place, None)?)?;
    let elsewhere = args.noted_in.iter().map(|url| open::notes(&args.place, &url.store("--noted-in")?));
    let elsewhere: Vec<Arc<dyn Notes>> = elsewhere.collect::<Result<_>>()?;
    let (listener, stop) = (watching::listener(), watching::stopped_by_signal());
    let watch = Watch::new(&listener, &stop);
    let target =
        Target { catalog: catalog.as_ref(), stores: &stores, withdrawals: &elsewhere, world: &world, watch: &watch };
    let outcome = restore(&target, &args.from, &options).await;
    catalog.close().await;
    say(&summary(&outcome.context("the restore did not end")?));
    Ok(())
}

fn summary(report: &Report) -> String {
    let manifest = &report.manifest;
    let number = |table: &str| manifest.rows.get(table).copied().unwrap_or(0);
    let mut lines = vec![
        format!("restored {}, the state of {}", manifest.name, manifest.taken_at),
        format!("{} pictures in {} sequences", number("pictures"), number("sequences")),
        format!("{} objects written", report.written),
        format!("{} withdrawals since then obeyed", report.withdrawn),
    ];
    if report.originals > 0 {
        lines.push(format!("{} originals decrypted", report.originals));
    }
    if report.lost > 0 {
        lines.push(format!("{} pictures are broken now: their files are lost, or were redacted again", report.lost));
    }
    if report.to_send_again > 0 {
        lines.push(format!("{} pictures were waiting and have to be sent again", report.to_send_again));
    }
    lines.join("\n")
}
