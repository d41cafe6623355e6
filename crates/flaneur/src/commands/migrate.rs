//! `flaneur migrate`: brings the database's schema up to date, or says what is pending.

use std::process::ExitCode;

use anyhow::{Context as _, Result};

use super::say;
use crate::{options::MigrateArgs, parts::open};

/// Migrates, or checks. A check fails if anything is pending.
pub async fn run(args: MigrateArgs) -> Result<ExitCode> {
    let url = args.place.database()?;
    let pending =
        flaneur_catalog::pending_migrations(&url).await.with_context(|| format!("cannot read the schema of {url}"))?;
    if args.check {
        if pending.is_empty() {
            say(&format!("the schema of {url} is up to date"));
            return Ok(ExitCode::SUCCESS);
        }
        for each in &pending {
            say(each);
        }
        say(&format!("{} to be applied to {url}: run `flaneur migrate`", migrations(pending.len())));
        return Ok(ExitCode::FAILURE);
    }
    open::catalog(&args.place).await?.close().await;
    for each in &pending {
        say(each);
    }
    say(&match pending.len() {
        0 => format!("the schema of {url} was up to date"),
        number => format!("{} applied to {url}", migrations(number)),
    });
    Ok(ExitCode::SUCCESS)
}

fn migrations(number: usize) -> String {
    if number == 1 { "1 migration".to_owned() } else { format!("{number} migrations") }
}
