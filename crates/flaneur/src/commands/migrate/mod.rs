//! `flaneur migrate`: brings the database's schema up to date, or says what is pending.

mod pending;

use std::process::ExitCode;

use anyhow::Result;

use super::say;
use crate::{options::MigrateArgs, parts::open};

/// Migrates, or checks. A check fails if anything is pending.
pub async fn run(args: MigrateArgs) -> Result<ExitCode> {
    let url = args.place.database()?;
    let pending = pending::migrations(&url).await?;
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
