//! `flaneur snapshot`: an instance's public data as a folder to cite and to archive.

use std::{path::Path, process::ExitCode, sync::Arc, time::Duration};

use anyhow::{Context as _, Result};
use flaneur_fetch::{RealWorld, bytes};
use flaneur_snapshot::{Options, Taken, check, snapshot};

use super::say;
use crate::{
    options::SnapshotArgs,
    parts::{
        telling::Teller,
        watching::{stopped_by_signal, tell},
    },
};

/// Makes a snapshot, or checks one. Fails if it is not as it should be.
pub async fn run(args: SnapshotArgs) -> Result<ExitCode> {
    if let Some(folder) = &args.check {
        return verify(folder).await;
    }
    let options = options(args)?;
    let teller = Teller::of("files");
    let outcome = snapshot(&options, Arc::new(RealWorld), &teller, stopped_by_signal()).await;
    teller.end();
    say(&report(&outcome?, &options.into));
    Ok(ExitCode::SUCCESS)
}

async fn verify(folder: &Path) -> Result<ExitCode> {
    let teller = Teller::of("files");
    let outcome = check(folder, &teller, &stopped_by_signal()).await;
    teller.end();
    let found = outcome?;
    for problem in &found.problems {
        tell(problem);
    }
    if found.more > 0 {
        tell(&format!("and {} more", found.more));
    }
    let problems = found.problems.len() as u64 + found.more;
    if problems == 0 {
        say(&format!("{}: as it should be, {} pictures in {} files", folder.display(), found.pictures, found.files));
        return Ok(ExitCode::SUCCESS);
    }
    say(&format!("{}: {problems} {} found", folder.display(), if problems == 1 { "problem" } else { "problems" }));
    Ok(ExitCode::FAILURE)
}

fn options(args: SnapshotArgs) -> Result<Options> {
    let (url, into) = args.url.zip(args.into).context("say which instance, and --into which folder")?;
    Ok(Options {
        jobs: args.jobs,
        incomplete: args.incomplete,
        wait: Duration::from_secs(args.wait),
        ..Options::new(url, into)
    })
}

/// What was done.
fn report(taken: &Taken, into: &Path) -> String {
    let card = &taken.card;
    let mut lines = vec![format!(
        "{}: {} pictures in {} files ({}), as of line {} of the change log",
        into.display(),
        card.pictures,
        card.files.count,
        bytes(card.files.bytes),
        card.state.change
    )];
    if card.state.incomplete {
        lines.push("it is incomplete: files were missing at the server; the card says so".to_owned());
    }
    lines.push(format!("{} files came, {} were here", taken.new, taken.unchanged));
    if !taken.changed {
        lines.push("nothing changed".to_owned());
    }
    lines.push(format!("fingerprint {}", card.state.fingerprint));
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Debug, Parser)]
    struct Alone {
        #[command(flatten)]
        args: SnapshotArgs,
    }

    fn parse(arguments: &[&str]) -> Result<SnapshotArgs, clap::Error> {
        Alone::try_parse_from(["snapshot"].iter().chain(arguments)).map(|alone| alone.args)
    }

    #[test]
    fn a_command_line_is_of_a_snapshot_or_of_a_check() {
        let made = options(parse(&["https://example.org", "--into", "there", "--wait", "0", "--incomplete"]).unwrap());
        let made = made.unwrap();
        assert_eq!(
            (made.url.as_str(), made.jobs, made.wait, made.incomplete),
            ("https://example.org", 4, Duration::ZERO, true)
        );
        assert_eq!(parse(&["--check", "there"]).unwrap().check.as_deref(), Some(Path::new("there")));
        for bad in [
            &["https://example.org"][..],
            &["--into", "there"],
            &[],
            &["https://example.org", "--check", "there"],
            &["--check", "there", "--into", "there"],
            &["https://example.org", "--into", "there", "--jobs", "0"],
            &["https://example.org", "--into", "there", "--wait", "100000"],
        ] {
            assert!(parse(bad).is_err(), "{bad:?}");
        }
    }
}
