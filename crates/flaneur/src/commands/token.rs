//! `flaneur token create`: tokens, with which programs act for an account.

use anyhow::Result;
use flaneur_catalog::world::World;

use super::say;
use crate::{
    options::CreateToken,
    parts::{accounts, open},
};

/// Prints a new token.
pub async fn create(args: CreateToken) -> Result<()> {
    let world = World::real();
    let catalog = open::catalog(&args.place).await?;
    let account = accounts::find_or_make(catalog.as_ref(), &world, &args.account, args.admin).await?;
    say(&accounts::token_for(catalog.as_ref(), &world, &account, &args.description).await?);
    catalog.close().await;
    Ok(())
}
