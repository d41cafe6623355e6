//! `flaneur invite`: a one-time link with which somebody gets an account.

use anyhow::{Context as _, Result};
use flaneur_api::identity::secret_hash;
use flaneur_catalog::{model::NewInvite, world::World};
use jiff::SignedDuration;

use super::say;
use crate::{
    options::InviteArgs,
    parts::{accounts, front, open},
};

/// Prints the link.
pub async fn run(args: InviteArgs) -> Result<()> {
    let world = World::real();
    let url = front::public_url(&args.public_url)?;
    let name = accounts::name(&args.name)?;
    let catalog = open::catalog(&args.place).await?;
    let code = world.secret_text::<20>();
    let now = world.now();
    let invite = NewInvite {
        code_sha256: secret_hash(&code),
        name: name.to_owned(),
        admin: args.admin,
        created_at: now,
        expires_at: now.saturating_add(SignedDuration::from_hours(24 * i64::from(args.days)))?,
    };
    catalog.create_invite(invite).await.context("cannot make the invite")?;
    catalog.close().await;
    say(&format!("{url}/invite#{code}"));
    Ok(())
}
