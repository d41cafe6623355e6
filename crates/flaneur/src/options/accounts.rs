//! `flaneur account …`

use clap::{Args, Subcommand};

use super::Place;

/// `flaneur account …`
#[derive(Debug, Args)]
pub struct AccountArgs {
    #[command(subcommand)]
    pub command: AccountCommand,
}

/// What to do with accounts.
#[derive(Debug, Subcommand)]
pub enum AccountCommand {
    /// List accounts, by name
    List(ListAccounts),
    /// Tell how much an account has, or say how much it may have
    ///
    /// Without options it tells. What is said here goes before --account-pictures and --account-gigabytes of the server, at once.
    Quota(AccountQuota),
    /// Erase an account, with its pictures and everything else that is its own
    ///
    /// At once nobody can sign in to it any more. A running worker then deletes its pictures with every file. Nothing brings it
    /// back: a backup that still has it is restored without it.
    Erase(EraseAccount),
}

/// `flaneur account list …`
#[derive(Debug, Args)]
pub struct ListAccounts {
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub place: Place,
}

/// `flaneur account quota …`
#[derive(Debug, Args)]
pub struct AccountQuota {
    /// Name of the account
    pub name: String,
    /// Most pictures that it may have; 0: as many as it likes
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u64).range(..=1_000_000_000))]
    pub pictures: Option<u64>,
    /// Most gigabytes of the files that they came in; 0: as many as it likes
    #[arg(long, value_name = "GIGABYTES", value_parser = clap::value_parser!(u64).range(..=1_000_000))]
    pub gigabytes: Option<u64>,
    /// Let it have again what every account may have
    #[arg(long, conflicts_with_all = ["pictures", "gigabytes"])]
    pub usual: bool,
    #[command(flatten)]
    pub place: Place,
}

/// `flaneur account erase …`
#[derive(Debug, Args)]
pub struct EraseAccount {
    /// Name of the account
    pub name: String,
    /// Do not ask whether it is meant
    #[arg(long)]
    pub yes: bool,
    #[command(flatten)]
    pub place: Place,
}
