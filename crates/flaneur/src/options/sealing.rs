//! To whose key what a redaction removes is sealed, and opening it again.

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use clap::Args;
use flaneur_catalog::model::{PictureId, RedactionId};
use flaneur_worker::seal_to::Recipients;

use super::{
    place::Place,
    settings::{Cdn, WorkLimit},
};

/// The word for keeping nothing.
pub const NOBODY: &str = "none";

/// Longest reason, characters: as long as that of a request.
const LONGEST_REASON: usize = 2000;

/// What becomes of what a redaction removes.
#[derive(Debug, Args)]
#[command(next_help_heading = "Processing pictures")]
pub struct Sealing {
    /// Keep what is blurred, encrypted to this age recipient (age1…), so that false alarms can be undone by whoever has its
    /// identity; `none`: what is blurred is gone at once. Without it, what was chosen before; the first start asks on a
    /// terminal, and elsewhere takes `none`. The same for all workers
    #[arg(long, value_name = "AGE_RECIPIENT", env = "FLANEUR_SEAL_TO")]
    pub seal_to: Option<String>,
}

/// The keys of what was chosen; none, if nothing is to be kept.
pub fn recipients(choice: &str) -> Result<Recipients> {
    match choice {
        NOBODY => Ok(Recipients::default()),
        key => Recipients::parse(&[key]).context("--seal-to"),
    }
}

impl Sealing {
    /// What is chosen by option, as it is written down, if it makes sense; nothing, if it is left open.
    pub fn chosen(&self) -> Result<Option<&str>> {
        let text = self.seal_to.as_deref().map(str::trim).filter(|text| !text.is_empty());
        text.map(recipients).transpose()?;
        Ok(text)
    }
}

/// `flaneur unseal …`
#[derive(Debug, Args)]
pub struct UnsealArgs {
    /// File with the age identity (AGE-SECRET-KEY-1…) of the recipient that --seal-to named
    #[arg(long, value_name = "FILE", required_unless_present = "reject")]
    pub identity: Option<PathBuf>,
    /// Undo what is asked to be undone in this picture
    #[arg(long, value_name = "ID", conflicts_with = "all_requested")]
    pub picture: Option<PictureId>,
    /// Undo whatever is asked to be undone; without this and --picture, the requests are listed
    #[arg(long)]
    pub all_requested: bool,
    /// Decrypt and put back, but publish nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Turn the request to undo this redaction down: whoever asked is told so, and the --reason
    #[arg(long, value_name = "REDACTION", requires = "reason", conflicts_with_all = ["picture", "all_requested", "dry_run"])]
    pub reject: Option<RedactionId>,
    /// Why a request is turned down, in a sentence for whoever asked
    #[arg(long, value_name = "TEXT", requires = "reject", value_parser = reason)]
    pub reason: Option<String>,
    #[command(flatten)]
    pub place: Place,
    #[command(flatten)]
    pub cdn: Cdn,
    #[command(flatten)]
    pub work_limit: WorkLimit,
}

/// A reason for people to read: something, and no more than a request may have.
fn reason(text: &str) -> Result<String, String> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > LONGEST_REASON {
        return Err(format!("say why, in at most {LONGEST_REASON} characters"));
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::Cli;
    use clap::Parser as _;

    fn sealing(text: Option<&str>) -> Sealing {
        Sealing { seal_to: text.map(str::to_owned) }
    }

    #[test]
    fn a_key_or_nobody_or_left_open() {
        for open in [None, Some(""), Some(" ")] {
            assert_eq!(sealing(open).chosen().unwrap(), None);
        }
        assert_eq!(sealing(Some(" none")).chosen().unwrap(), Some("none"));
        assert!(recipients("none").unwrap().is_empty());
        let wrong = format!("{:#}", sealing(Some("age1nonsense")).chosen().unwrap_err());
        assert!(wrong.contains("--seal-to") && wrong.contains("age-keygen"), "{wrong}");
    }

    #[test]
    fn turning_down_takes_a_reason_and_no_key() {
        let id = "00000000-0000-0000-0000-000000000001";
        let read = |words: &[&str]| Cli::try_parse_from(["flaneur", "unseal"].iter().chain(words)).is_ok();
        assert!(read(&["--reject", id, "--reason", "it is a face"]));
        for wrong in [
            &["--reject", id][..],
            &["--reject", id, "--reason", " "],
            &["--reject", id, "--reason", "x", "--all-requested"],
            &["--reject", "1", "--reason", "x"],
            &["--identity", "file", "--reason", "x"],
            &[],
        ] {
            assert!(!read(wrong), "{wrong:?}");
        }
    }
}
