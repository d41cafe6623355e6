//! What `backup`, `restore` and `doctor` can be told.

use std::{num::NonZeroUsize, path::PathBuf};

use clap::Args;

use super::{
    place::{Address, Place},
    settings::Cdn,
};

/// `flaneur backup …`
#[derive(Debug, Args)]
pub struct BackupArgs {
    /// Folder of the backup; the second one into it copies only what is new
    #[arg(value_name = "DIR")]
    pub to: PathBuf,
    /// Copy the catalog and list the objects, without copying them: for storage that is replicated anyway
    #[arg(long)]
    pub manifest_only: bool,
    /// Take along the originals of pictures that wait to be processed, encrypted to this age recipient (age1…); may be
    /// given several times
    #[arg(long, value_name = "AGE_RECIPIENT")]
    pub originals_to: Vec<String>,
    /// Keep so many backups in the folder; older ones are removed, and with them the objects that none names any more
    #[arg(long, value_name = "NUMBER")]
    pub keep: Option<NonZeroUsize>,
    /// Read what was copied before and compare it with its hash
    #[arg(long)]
    pub verify: bool,
    /// Forget withdrawals that every kept backup has after so many days
    #[arg(long, value_name = "DAYS", default_value_t = 30, value_parser = clap::value_parser!(u16).range(1..=3650))]
    pub forget_withdrawals: u16,
    /// Objects copied at once
    #[arg(long, value_name = "NUMBER", default_value_t = 8, value_parser = clap::value_parser!(u8).range(1..=64))]
    pub at_once: u8,
    #[command(flatten)]
    pub place: Place,
}

/// `flaneur restore …`
#[derive(Debug, Args)]
pub struct RestoreArgs {
    /// Folder of the backup
    #[arg(value_name = "DIR")]
    pub from: PathBuf,
    /// Which of the backups in the folder; without it, the latest
    #[arg(long, value_name = "NAME")]
    pub snapshot: Option<String>,
    /// File with the age identity (AGE-SECRET-KEY-1…) that the originals were encrypted to
    #[arg(long, value_name = "FILE")]
    pub identity: Option<PathBuf>,
    /// Where the lost instance noted what was withdrawn: its private storage, if that is not the one restored into, or
    /// its --withdrawals; may be given several times
    #[arg(long, value_name = "URL")]
    pub noted_in: Vec<Address>,
    /// Objects written at once
    #[arg(long, value_name = "NUMBER", default_value_t = 8, value_parser = clap::value_parser!(u8).range(1..=64))]
    pub at_once: u8,
    #[command(flatten)]
    pub place: Place,
}

/// `flaneur doctor …`
#[derive(Debug, Args)]
pub struct DoctorArgs {
    /// Compare every object with its hash instead of a sample, and the map's counts with the pictures
    #[arg(long)]
    pub deep: bool,
    /// With --deep, compare at most so many objects
    #[arg(long, value_name = "NUMBER", requires = "deep")]
    pub at_most: Option<u64>,
    /// Objects compared with their hash without --deep
    #[arg(long, value_name = "NUMBER", default_value_t = 200, value_parser = clap::value_parser!(u32).range(0..=100_000))]
    pub sample: u32,
    /// Mend what can be mended without loss, and take out of sight what is lost
    #[arg(long)]
    pub repair: bool,
    /// Backup from which lost and altered objects are brought back
    #[arg(long, value_name = "DIR", requires = "repair")]
    pub from_backup: Option<PathBuf>,
    /// What is younger than so many hours may be under way and is not told
    #[arg(long, value_name = "HOURS", default_value_t = 24, value_parser = clap::value_parser!(u16).range(1..=8760))]
    pub grace: u16,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub place: Place,
    #[command(flatten)]
    pub cdn: Cdn,
}
