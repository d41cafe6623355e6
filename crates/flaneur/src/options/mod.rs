//! What can be set, by option, environment variable and file alike.

mod accounts;
mod export;
mod fetch;
mod logins;
mod mail;
mod place;
mod safekeeping;
mod sealing;
mod settings;
mod snapshot;

use clap::{Args, Parser, Subcommand};
use flaneur_catalog::model::JobId;

pub use accounts::{AccountArgs, AccountCommand, AccountQuota, EraseAccount, ListAccounts};
pub use export::ExportArgs;
pub use fetch::FetchArgs;
pub use logins::Logins;
pub use place::Place;
pub use safekeeping::{BackupArgs, DoctorArgs, RestoreArgs};
pub use sealing::{NOBODY, Sealing, UnsealArgs, recipients};
pub use settings::{
    ApiArgs, Cdn, Front, Instance, Log, Memory, Naming, Operator, Review, Settings, TilerArgs, UploadLimit, WorkLimit,
    WorkerArgs, Working,
};
pub use snapshot::SnapshotArgs;

/// Street-level pictures, open to all.
#[derive(Debug, Parser)]
#[command(name = "flaneur", version, propagate_version = true)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run everything in one process: API, worker, tiler and site
    ///
    /// With an SQLite database it is the only server at work on it, and takes up at once what an earlier one left behind.
    Serve(Box<Settings>),
    /// Run the API and the site, as one of several processes
    ///
    /// Answers everything but the coverage map: let a reverse proxy send /api/map and /api/users/*/map to a
    /// `flaneur tiler`. Any number may run with one database and one storage. SQLite and `file:` storage reach no
    /// further than one machine; for several, use PostgreSQL and S3.
    Api(Box<ApiArgs>),
    /// Process pictures, as one of several processes
    ///
    /// Takes jobs from the database and listens to nobody (except with --admin-listen). Any number may run with one
    /// database and one storage. SQLite and `file:` storage reach no further than one machine; for several, use PostgreSQL
    /// and S3.
    Worker(Box<WorkerArgs>),
    /// Draw the coverage map, as one of several processes
    ///
    /// Answers /api/map and /api/users/*/map, and needs the database alone. Any number may run with one database. SQLite
    /// reaches no further than one machine; for several, use PostgreSQL.
    Tiler(Box<TilerArgs>),
    /// Bring the database's schema up to date
    Migrate(MigrateArgs),
    /// See and retry what could not be done
    Jobs(JobsArgs),
    /// Copy the catalog and the public objects into a folder, while servers run
    ///
    /// Every backup into one folder can be restored; objects are shared by them. Waiting pictures' originals are left out
    /// unless there is a key to encrypt them to.
    Backup(Box<BackupArgs>),
    /// Bring a backup into an empty catalog and storage, of any kind
    ///
    /// What was deleted, hidden or redacted since the backup does not come back. Interrupted, it goes on when the same
    /// command is run again; no server starts before it has ended.
    Restore(Box<RestoreArgs>),
    /// Find what is wrong: lost and orphan files, stuck jobs, clocks, permissions; with --repair, mend it
    ///
    /// Runs beside working servers. Fails if anything is wrong and was not mended.
    Doctor(Box<DoctorArgs>),
    /// Fill an empty catalog with made-up pictures, to see how large a machine has to be
    ///
    /// Cities, streets, ten years of sequences along them, accounts, tags, excluded areas and deleted pictures follow from
    /// the seed: the same one gives the same catalog in every database. There are no files, so no picture can be looked
    /// at. Interrupted, it leaves nothing. Such a catalog is for measuring, and then to be thrown away.
    Simulate(SimulateArgs),
    /// Take many pictures from a server: of a town, of a year, of what is new
    ///
    /// Works with any Panoramax server. First lists them, then takes what is not there yet, four at a time, and checks each; run
    /// again, it goes on where it was, takes only what is new, and removes what the server does not show any more. Fails if any
    /// picture could not be taken.
    Fetch(Box<FetchArgs>),
    /// Make a folder of an instance's dataset that can be cited and archived, or check one
    ///
    /// Takes the GeoParquet files that the instance offers, verifies them, and writes a data card, a STAC Collection and
    /// checksums beside them. Whoever takes a snapshot of the same state has the same bytes. Interrupted, it goes on when it is
    /// run again; a folder is either whole or has no SHA256SUMS.
    Snapshot(Box<SnapshotArgs>),
    /// Write the coverage map into one file, for maps that need nothing but a server of files
    ///
    /// A PMTiles archive of what everybody may see: the tiles that a server draws, up to zoom level 15. Needs the database alone,
    /// and runs beside working servers. It is not changed by what is hidden or deleted later: export it anew.
    Export(Box<ExportArgs>),
    /// Undo false alarms: put back what was blurred, where the key is that it was sealed to
    ///
    /// Without --picture and --all-requested, lists what is asked to be undone. For the machine of whoever holds the key; it
    /// needs the database and both storages, and runs beside working servers. With --reject it turns a request down, which
    /// takes the database alone.
    Unseal(Box<UnsealArgs>),
    /// Make tokens, with which programs act for an account
    Token(TokenArgs),
    /// See who has an account, and erase accounts
    Account(AccountArgs),
    /// Print a one-time link with which somebody gets an account
    Invite(InviteArgs),
    /// Make a JPEG of the HEIC, PNG or WebP file on standard input
    ///
    /// What the worker runs for each such file, under limits.
    #[command(hide = true)]
    Convert(ConvertArgs),
    /// Print every setting in force and where it is from, without passwords
    Config(Box<Settings>),
}

/// `flaneur convert …`
#[derive(Debug, Args)]
pub struct ConvertArgs {
    /// Largest picture, pixels
    #[arg(long)]
    pub max_pixels: u64,
    /// Memory it may take beyond what it begins with, bytes
    #[arg(long)]
    pub memory: u64,
    /// Time it may take on a processor, seconds
    #[arg(long)]
    pub seconds: u64,
}

/// `flaneur migrate …`
#[derive(Debug, Args)]
pub struct MigrateArgs {
    /// Change nothing; list what is pending, and fail if there is any
    #[arg(long)]
    pub check: bool,
    #[command(flatten)]
    pub place: Place,
}

/// `flaneur simulate …`
#[derive(Debug, Args)]
pub struct SimulateArgs {
    /// Pictures, deleted ones included
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u64).range(1..=flaneur_simulate::MOST_PICTURES))]
    pub pictures: u64,
    /// Another seed makes another world
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    pub seed: u64,
    #[command(flatten)]
    pub place: Place,
}

/// `flaneur jobs …`
#[derive(Debug, Args)]
pub struct JobsArgs {
    #[command(subcommand)]
    pub command: JobsCommand,
}

/// What to do with jobs.
#[derive(Debug, Subcommand)]
pub enum JobsCommand {
    /// List jobs that were given up, with the reason, and count the others
    List(ListJobs),
    /// Give jobs that were given up a new row of attempts
    Retry(RetryJobs),
}

/// `flaneur jobs list …`
#[derive(Debug, Args)]
pub struct ListJobs {
    /// List at most so many, the latest
    #[arg(long, value_name = "NUMBER", default_value_t = 100, value_parser = clap::value_parser!(i64).range(1..=100_000))]
    pub limit: i64,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub place: Place,
}

/// `flaneur jobs retry …`
#[derive(Debug, Args)]
pub struct RetryJobs {
    /// The jobs, as `flaneur jobs list` names them
    #[arg(value_name = "ID", required_unless_present = "all", conflicts_with = "all")]
    pub jobs: Vec<JobId>,
    /// Every one that was given up
    #[arg(long)]
    pub all: bool,
    #[command(flatten)]
    pub place: Place,
}

/// `flaneur token …`
#[derive(Debug, Args)]
pub struct TokenArgs {
    #[command(subcommand)]
    pub command: TokenCommand,
}

/// What to do with tokens.
#[derive(Debug, Subcommand)]
pub enum TokenCommand {
    /// Print a new token for an account; the account is made if there is none of that name
    Create(CreateToken),
}

/// `flaneur token create …`
#[derive(Debug, Args)]
pub struct CreateToken {
    /// Name of the account
    #[arg(long)]
    pub account: String,
    /// Let the account run this instance
    #[arg(long)]
    pub admin: bool,
    /// What the token is for
    #[arg(long, default_value = "made on the command line")]
    pub description: String,
    /// Days until it expires; without it, it holds until it is revoked
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u16).range(1..=3650))]
    pub days: Option<u16>,
    /// What it may do besides reading; without it, everything that its account may
    #[arg(long = "scopes", value_name = "SCOPE", value_delimiter = ',', value_parser = ["read", "upload", "edit", "annotate", "moderate"])]
    pub scopes: Vec<String>,
    #[command(flatten)]
    pub place: Place,
}

/// `flaneur invite …`
#[derive(Debug, Args)]
pub struct InviteArgs {
    /// Name the account will have
    pub name: String,
    /// Let the account run this instance
    #[arg(long)]
    pub admin: bool,
    /// Days until the link expires
    #[arg(long, default_value_t = 7, value_parser = clap::value_parser!(u16).range(1..=365))]
    pub days: u16,
    /// Address of the instance, as people reach it
    #[arg(long, value_name = "URL", env = "FLANEUR_PUBLIC_URL", default_value = "http://127.0.0.1:8080")]
    pub public_url: String,
    #[command(flatten)]
    pub place: Place,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn options_agree_with_each_other() {
        Cli::command().debug_assert();
    }
}
