//! What `flaneur snapshot` can be told.

use std::path::PathBuf;

use clap::Args;

/// `flaneur snapshot …`
#[derive(Debug, Args)]
pub struct SnapshotArgs {
    /// Address of the instance, or of its API
    #[arg(value_name = "URL", required_unless_present = "check")]
    pub url: Option<String>,
    /// Folder for the snapshot: a new one, an empty one, or one with an older snapshot of the same instance
    #[arg(long, value_name = "DIR", required_unless_present = "check")]
    pub into: Option<PathBuf>,
    /// Verify the snapshot in this folder instead: checksums, rows, and every number of its card
    #[arg(long, value_name = "DIR", conflicts_with_all = ["url", "into", "jobs", "wait", "incomplete"])]
    pub check: Option<PathBuf>,
    /// Files that come at once
    #[arg(long, value_name = "NUMBER", default_value_t = 4, value_parser = jobs)]
    pub jobs: usize,
    /// How long to wait for files that are being written anew at the server
    #[arg(long, value_name = "SECONDS", default_value_t = 300, value_parser = clap::value_parser!(u64).range(..=86_400))]
    pub wait: u64,
    /// Take what there is if they are not ready then; the card says so
    #[arg(long)]
    pub incomplete: bool,
}

fn jobs(text: &str) -> Result<usize, String> {
    let number = text.parse().ok().filter(|number| (1..=flaneur_snapshot::MOST_JOBS).contains(number));
    number.ok_or_else(|| format!("choose a number from 1 to {}", flaneur_snapshot::MOST_JOBS))
}
