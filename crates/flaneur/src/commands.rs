//! The commands.

use std::path::Path;

use anyhow::{Context as _, Result, bail};
use flaneur_api::{TokenKey, identity::secret_hash};
use flaneur_catalog::{
    Accounts as _, CatalogError,
    model::{Account, AccountId, NewAccount, NewInvite, NewToken, TokenId},
    sqlite::SqliteCatalog,
    world::World,
};
use jiff::SignedDuration;

use crate::{
    layers::{Parsed, Setting},
    options::{Command, CreateToken, InviteArgs, TokenCommand},
    serve,
};

/// Does what was asked for.
pub fn run(parsed: Parsed) -> Result<()> {
    let runtime = tokio::runtime::Runtime::new().context("cannot start")?;
    match parsed.cli.command {
        Command::Serve(settings) => runtime.block_on(serve::serve(settings))?,
        Command::Token(args) => match args.command {
            TokenCommand::Create(args) => say(&runtime.block_on(create_token(args))?),
        },
        Command::Invite(args) => say(&runtime.block_on(invite(args))?),
        Command::Config(_) => say(&table(&parsed.origins)),
    }
    Ok(())
}

/// Prints a line for the user.
#[expect(clippy::print_stdout, reason = "a command's answer goes to standard output")]
pub fn say(text: &str) {
    println!("{text}");
}

fn table(settings: &[Setting]) -> String {
    let name = settings.iter().map(|setting| setting.name.len()).max().unwrap_or(0);
    let value = settings.iter().map(|setting| setting.value.len()).max().unwrap_or(0).min(50);
    settings
        .iter()
        .map(|each| format!("{:name$}  {:value$}  # {}", each.name, each.value, each.origin))
        .collect::<Vec<_>>()
        .join("\n")
}

/// Opens the catalog of a data folder.
pub async fn open_catalog(data: &Path) -> Result<SqliteCatalog> {
    std::fs::create_dir_all(data).with_context(|| format!("cannot make the data folder {}", data.display()))?;
    let path = data.join("catalog.db");
    SqliteCatalog::open(&path).await.with_context(|| format!("cannot open the catalog {}", path.display()))
}

/// The key that signs this instance's tokens.
pub async fn token_key(catalog: &SqliteCatalog, world: &World) -> Result<TokenKey> {
    let secret = catalog.secret("tokens", &world.secret::<32>()).await.context("cannot read the instance's secret")?;
    Ok(TokenKey::new(&secret))
}

/// A name that an account can have, without white space around it.
fn account_name(name: &str) -> Result<&str> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > 100 || name.chars().any(char::is_control) {
        bail!("an account's name has 1 to 100 characters");
    }
    Ok(name)
}

/// Finds an account, or makes it.
pub async fn account(catalog: &SqliteCatalog, world: &World, name: &str, admin: bool) -> Result<Account> {
    let name = account_name(name)?;
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

/// Makes a token for an account; answers the JWT.
pub async fn token_for(catalog: &SqliteCatalog, world: &World, account: &Account, description: &str) -> Result<String> {
    let key = token_key(catalog, world).await?;
    let new = NewToken {
        id: TokenId(world.id()),
        account: Some(account.id),
        description: description.to_owned(),
        created_at: world.now(),
    };
    let token = catalog.create_token(new).await.context("cannot make the token")?;
    key.sign(token.id).context("cannot sign the token")
}

async fn create_token(args: CreateToken) -> Result<String> {
    let world = World::real();
    let catalog = open_catalog(&args.place.data).await?;
    let account = account(&catalog, &world, &args.account, args.admin).await?;
    token_for(&catalog, &world, &account, &args.description).await
}

async fn invite(args: InviteArgs) -> Result<String> {
    let world = World::real();
    let url = serve::public_url(&args.public_url)?;
    let name = account_name(&args.name)?;
    let catalog = open_catalog(&args.place.data).await?;
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
    Ok(format!("{url}/invite#{code}"))
}
