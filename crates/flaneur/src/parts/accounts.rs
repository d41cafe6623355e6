//! Accounts and tokens as the command line makes them.

use anyhow::{Context as _, Result, bail};
use flaneur_access::TokenScopes;
use flaneur_api::TokenKey;
use flaneur_catalog::{
    Catalog, CatalogError,
    model::{Account, AccountId, NewAccount, NewToken, TokenId},
    world::World,
};
use jiff::SignedDuration;

/// The key that signs this instance's tokens.
pub async fn token_key(catalog: &dyn Catalog, world: &World) -> Result<TokenKey> {
    let secret = catalog.secret("tokens", &world.secret::<32>()).await.context("cannot read the instance's secret")?;
    Ok(TokenKey::new(&secret))
}

/// A name that an account can have, without white space around it.
pub fn name(name: &str) -> Result<&str> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > 100 || name.chars().any(char::is_control) {
        bail!("an account's name has 1 to 100 characters");
    }
    Ok(name)
}

/// Finds an account, or makes it.
pub async fn find_or_make(catalog: &dyn Catalog, world: &World, text: &str, admin: bool) -> Result<Account> {
    let name = name(text)?;
    let new = NewAccount { id: AccountId(world.id()), name: name.to_owned(), admin, created_at: world.now() };
    match catalog.create_account(new).await {
        Ok(account) => Ok(account),
        Err(CatalogError::Conflict(_)) => {
            let account = catalog.account_by_name(name).await?.context("the account was deleted just now")?;
            if admin && !account.admin {
                bail!("the account {name} exists and does not run this instance; choose another name for --admin");
            }
            Ok(account)
        }
        Err(error) => Err(error).context("cannot make the account"),
    }
}

/// How far a token goes.
#[derive(Debug, Clone, Copy, Default)]
pub struct Limits {
    /// Days until it expires; none: it holds until it is revoked.
    pub days: Option<u16>,
    /// What it may do; none: everything its account may.
    pub scopes: Option<TokenScopes>,
}

/// Makes a token for an account; answers the JWT.
pub async fn token_for(
    catalog: &dyn Catalog,
    world: &World,
    account: &Account,
    description: &str,
    limits: Limits,
) -> Result<String> {
    let key = token_key(catalog, world).await?;
    let new = NewToken {
        id: TokenId(world.id()),
        account: Some(account.id),
        description: description.to_owned(),
        created_at: world.now(),
        expires_at: limits.days.map(|days| world.now() + SignedDuration::from_hours(24 * i64::from(days))),
        scopes: limits.scopes,
    };
    let token = catalog.create_token(new).await.context("cannot make the token")?;
    key.sign(token.id).context("cannot sign the token")
}
