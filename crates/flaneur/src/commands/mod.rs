//! The commands, one in a file.

mod account;
mod api;
mod backup;
mod config;
mod convert;
mod doctor;
mod export;
mod fetch;
mod invite;
mod jobs;
mod migrate;
mod restore;
mod serve;
mod simulate;
mod snapshot;
mod tiler;
mod token;
mod unseal;
mod worker;

use std::{process::ExitCode, time::Duration};

use anyhow::{Context as _, Result};
use tokio::runtime::Runtime;

use crate::{
    layers::Parsed,
    options::{AccountCommand, Command, JobsCommand, TokenCommand},
};

/// How long work on a processor may go on after everything else has ended; its outcome no longer counts.
const LAST_WORK: Duration = Duration::from_secs(30);

/// Does what was asked for.
pub fn run(parsed: Parsed) -> Result<ExitCode> {
    if let Command::Convert(args) = &parsed.cli.command {
        // Without the threads of a runtime, each of which would take its part of the memory that is allowed.
        return convert::run(args);
    }
    let runtime = Runtime::new().context("cannot start")?;
    let outcome = match parsed.cli.command {
        Command::Serve(settings) => runtime.block_on(serve::run(*settings)).map(done),
        Command::Api(args) => runtime.block_on(api::run(*args)).map(done),
        Command::Worker(args) => runtime.block_on(worker::run(*args)).map(done),
        Command::Tiler(args) => runtime.block_on(tiler::run(*args)).map(done),
        Command::Migrate(args) => runtime.block_on(migrate::run(args)),
        Command::Jobs(args) => match args.command {
            JobsCommand::List(args) => runtime.block_on(jobs::list(args)).map(done),
            JobsCommand::Retry(args) => runtime.block_on(jobs::retry(args)),
        },
        Command::Backup(args) => runtime.block_on(backup::run(*args)).map(done),
        Command::Restore(args) => runtime.block_on(restore::run(*args)).map(done),
        Command::Doctor(args) => runtime.block_on(doctor::run(*args)),
        Command::Simulate(args) => runtime.block_on(simulate::run(args)).map(done),
        Command::Fetch(args) => runtime.block_on(fetch::run(*args)),
        Command::Snapshot(args) => runtime.block_on(snapshot::run(*args)),
        Command::Export(args) => runtime.block_on(export::run(*args)).map(done),
        Command::Unseal(args) => runtime.block_on(unseal::run(*args)),
        Command::Token(args) => match args.command {
            TokenCommand::Create(args) => runtime.block_on(token::create(args)).map(done),
        },
        Command::Account(args) => match args.command {
            AccountCommand::List(args) => runtime.block_on(account::list(args)).map(done),
            AccountCommand::Quota(args) => runtime.block_on(account::quota(args)).map(done),
            AccountCommand::Erase(args) => runtime.block_on(account::erase(args)).map(done),
        },
        Command::Invite(args) => runtime.block_on(invite::run(args)).map(done),
        Command::Convert(args) => convert::run(&args),
        Command::Config(_) => {
            config::run(&parsed.origins);
            Ok(ExitCode::SUCCESS)
        }
    };
    runtime.shutdown_timeout(LAST_WORK);
    outcome
}

fn done((): ()) -> ExitCode {
    ExitCode::SUCCESS
}

/// Prints a line for the user.
#[expect(clippy::print_stdout, reason = "a command's answer goes to standard output")]
pub fn say(text: &str) {
    println!("{text}");
}
