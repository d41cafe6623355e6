//! The `flaneur` command.
#![forbid(unsafe_code)]

mod accept;
mod commands;
mod layers;
mod options;
mod proxy;
mod serve;
mod shutdown;
mod site;

use std::process::ExitCode;

fn main() -> ExitCode {
    let outcome = layers::parse(std::env::args_os()).and_then(commands::run);
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&error);
            ExitCode::FAILURE
        }
    }
}

#[expect(clippy::print_stderr, reason = "a command tells its user what went wrong on standard error")]
fn complain(error: &anyhow::Error) {
    eprintln!("flaneur: {error:#}");
}
