//! `flaneur token create`: tokens, with which programs act for an account.

use anyhow::Result;
use flaneur_access::TokenScopes;
use flaneur_catalog::world::World;

use super::say;
use crate::{
    options::CreateToken,
    parts::{
        accounts::{self, Limits},
        open,
    },
};

/// Prints a new token.
pub async fn create(args: CreateToken) -> Result<()> {
    let world = World::real();
    let catalog = open::catalog(&args.place).await?;
    let account = accounts::find_or_make(catalog.as_ref(), &world, &args.account, args.admin).await?;
    let scopes =
        (!args.scopes.is_empty()).then(|| TokenScopes::of(args.scopes.iter().map(String::as_str))).transpose()?;
    let limits = Limits { days: args.days, scopes };
    say(&accounts::token_for(catalog.as_ref(), &world, &account, &args.description, limits).await?);
    catalog.close().await;
    Ok(())
}
