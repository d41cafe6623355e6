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
