//! To whose key what a redaction removes is sealed, and opening it again.

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use clap::Args;
use flaneur_catalog::model::PictureId;
use flaneur_worker::seal_to::Recipients;

use super::{
    place::Place,
    settings::{Cdn, WorkLimit},
};

/// The word for keeping nothing.
pub const NOBODY: &str = "none";

/// What becomes of what a redaction removes.
#[derive(Debug, Args)]
#[command(next_help_heading = "Processing pictures")]
pub struct Sealing {
    /// Keep what is blurred, encrypted to this age recipient (age1…), so that false alarms can be undone by whoever has its
    /// identity; `none`: what is blurred is gone at once. The same for all workers
    #[arg(long, value_name = "AGE_RECIPIENT", env = "FLANEUR_SEAL_TO", default_value = NOBODY)]
    pub seal_to: String,
}

impl Sealing {
    /// The key to seal to; none, if nothing is to be kept.
    pub fn recipients(&self) -> Result<Recipients> {
        match self.chosen() {
            NOBODY => Ok(Recipients::default()),
            key => Recipients::parse(&[key]).context("--seal-to"),
        }
    }

    /// What was chosen, as it is written down.
    pub fn chosen(&self) -> &str {
        let text = self.seal_to.trim();
        if text.is_empty() { NOBODY } else { text }
    }
}

/// `flaneur unseal …`
#[derive(Debug, Args)]
pub struct UnsealArgs {
    /// File with the age identity (AGE-SECRET-KEY-1…) of the recipient that --seal-to named
    #[arg(long, value_name = "FILE")]
    pub identity: PathBuf,
    /// Undo what is asked to be undone in this picture
    #[arg(long, value_name = "ID", conflicts_with = "all_requested")]
    pub picture: Option<PictureId>,
    /// Undo whatever is asked to be undone; without this and --picture, the requests are listed
    #[arg(long)]
    pub all_requested: bool,
    /// Decrypt and put back, but publish nothing
    #[arg(long)]
    pub dry_run: bool,
    #[command(flatten)]
    pub place: Place,
    #[command(flatten)]
    pub cdn: Cdn,
    #[command(flatten)]
    pub work_limit: WorkLimit,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sealing(text: &str) -> Sealing {
        Sealing { seal_to: text.to_owned() }
    }

    #[test]
    fn a_key_or_nobody() {
        for nobody in ["none", "", " "] {
            assert!(sealing(nobody).recipients().unwrap().is_empty());
            assert_eq!(sealing(nobody).chosen(), "none");
        }
        let wrong = format!("{:#}", sealing("age1nonsense").recipients().unwrap_err());
        assert!(wrong.contains("--seal-to") && wrong.contains("age-keygen"), "{wrong}");
    }
}
