//! The `flaneur` command.
#![forbid(unsafe_code)]

mod commands;
mod layers;
mod options;
mod parts;
mod secrets;
mod site;

use std::process::ExitCode;

fn main() -> ExitCode {
    let outcome = layers::parse(std::env::args_os()).and_then(commands::run);
    outcome.unwrap_or_else(|error| {
        complain(&error);
        ExitCode::FAILURE
    })
}

#[expect(clippy::print_stderr, reason = "a command tells its user what went wrong on standard error")]
fn complain(error: &anyhow::Error) {
    eprintln!("flaneur: {error:#}");
}
