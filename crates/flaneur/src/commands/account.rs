//! `flaneur account`: who has one, how much they may have, and erasing it.

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};

use anyhow::{Context as _, Result, bail};
use flaneur_catalog::{
    Catalog,
    model::{ANONYMOUS, Account, Erased, JobId, Quota},
    world::World,
};
use serde_json::json;

use super::say;
use crate::{
    options::{AccountQuota, EraseAccount, ListAccounts},
    parts::{answering::gigabytes, open},
};

/// Accounts read at once.
const PAGE: i64 = 1000;

/// Lists accounts.
pub async fn list(args: ListAccounts) -> Result<()> {
    let catalog = open::catalog(&args.place).await?;
    let mut after: Option<String> = None;
    let mut some = false;
    loop {
        let page = catalog.accounts(after.as_deref(), PAGE).await.context("cannot list the accounts")?;
        let Some(last) = page.last() else { break };
        after = Some(last.name.clone());
        some = true;
        for account in &page {
            say(&if args.json { as_json(account) } else { as_text(account) });
        }
    }
    catalog.close().await;
    if !some && !args.json {
        say("no accounts yet: make one with `flaneur invite NAME`");
    }
    Ok(())
}

/// One object a line.
fn as_json(account: &Account) -> String {
    json!({"id": account.id, "name": account.name, "admin": account.admin, "created": account.created_at}).to_string()
}

fn as_text(account: &Account) -> String {
    let role = if account.admin { "admin" } else { "user" };
    format!("{}  {}  {role:5}  {}", account.id, account.created_at.strftime("%Y-%m-%d"), account.name)
}

/// Tells how much an account has and may have, or says it.
pub async fn quota(args: AccountQuota) -> Result<()> {
    let catalog = open::catalog(&args.place).await?;
    let account = find(catalog.as_ref(), &args.name).await?;
    let mut quota = catalog.quota(account.id).await?;
    if args.usual || args.pictures.is_some() || args.gigabytes.is_some() {
        quota = if args.usual {
            Quota::default()
        } else {
            let pictures = args.pictures.map(|number| number.try_into().unwrap_or(i64::MAX));
            Quota { pictures: pictures.or(quota.pictures), bytes: args.gigabytes.map(gigabytes).or(quota.bytes) }
        };
        if !catalog.set_quota(account.id, quota).await.context("cannot note it")? {
            bail!("somebody erased the account just now");
        }
    }
    let usage = catalog.usage(account.id).await.context("cannot count what it has")?;
    catalog.close().await;
    let may = |limit: Option<i64>, tell: &dyn Fn(i64) -> String| match limit {
        None => "as every account".to_owned(),
        Some(0) => "as many as it likes".to_owned(),
        Some(most) => tell(most),
    };
    let in_gigabytes = |bytes: i64| format!("{:.1} GB", bytes as f64 / 1e9);
    say(&format!("{} has {} pictures, {} of files", account.name, usage.pictures, in_gigabytes(usage.bytes)));
    say(&format!("pictures that it may have: {}", may(quota.pictures, &|most| most.to_string())));
    say(&format!("gigabytes that it may have: {}", may(quota.bytes, &in_gigabytes)));
    if account.admin {
        say("it runs the instance, and may have all there is room for");
    }
    Ok(())
}

async fn find(catalog: &dyn Catalog, name: &str) -> Result<Account> {
    let account = catalog.account_by_name(name).await?;
    account.with_context(|| format!("there is no account {name}: see `flaneur account list`"))
}

/// Erases an account.
pub async fn erase(args: EraseAccount) -> Result<()> {
    let world = World::real();
    let catalog = open::catalog(&args.place).await?;
    let account = find(catalog.as_ref(), &args.name).await?;
    if account.name == ANONYMOUS {
        bail!("this account is whoever sends pictures without one; delete those pictures instead");
    }
    if !args.yes && !is_meant(&account)? {
        bail!("nothing was erased");
    }
    let outcome = catalog.erase_account(account.id, JobId(world.id()), world.now()).await;
    catalog.close().await;
    match outcome.context("cannot erase the account")? {
        Erased::Begun => {
            say(&format!(
                "{} is erased. A worker deletes what it had; `flaneur jobs list` tells how far",
                account.name
            ));
            Ok(())
        }
        Erased::Missing => bail!("somebody else erased the account just now"),
        Erased::LastAdministrator => {
            bail!(
                "nobody else runs this instance: make somebody an administrator first, with `flaneur invite --admin NAME`"
            )
        }
    }
}

/// Asks for the name once more.
fn is_meant(account: &Account) -> Result<bool> {
    if !io::stdin().is_terminal() {
        bail!("say --yes if it is meant: nobody is here to ask");
    }
    let mut out = io::stderr();
    write!(out, "This erases {} and its pictures for good. Type the name to go on: ", account.name)?;
    out.flush()?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    Ok(answer.trim() == account.name)
}
